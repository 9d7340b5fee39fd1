"""Waveforms: the clock, the mel, and what inverts it."""
