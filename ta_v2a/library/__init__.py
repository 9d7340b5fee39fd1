"""A folder of recordings in place of a vocoder: its index, the words that choose from it, and how what was
chosen is laid under a picture."""
