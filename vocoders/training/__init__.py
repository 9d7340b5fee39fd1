"""How the vocoders learn, and what trainers of every package share. Nothing is imported here: inference reads `joined_batch`."""
