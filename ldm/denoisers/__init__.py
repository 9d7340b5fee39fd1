"""Denoisers: what predicts, from noisy latents, time and conditions, the target of
its process. One in each file."""
