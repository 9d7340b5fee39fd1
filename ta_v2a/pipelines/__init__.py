"""Thin faces over the engine for users of diffusers."""
