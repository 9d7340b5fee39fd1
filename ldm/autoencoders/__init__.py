"""Autoencoders: what turns a mel into latents and back. One in each file."""
