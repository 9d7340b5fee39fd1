"""Procedural scenes with exact truth: what sounds, when, and how it is described."""
