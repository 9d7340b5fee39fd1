"""Cue sheets: what is heard when, in the forms that editors write and read."""
