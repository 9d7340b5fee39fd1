"""Clips that are read: probing, pictures at exact times, own sound; FFmpeg in a process of its own."""
