"""One order carried out by whoever asked: what it says on the way, and the processes that do the work."""
