"""Guides: what moves the clean estimate at every sampler step, beside classifier-free
guidance. One in each file."""
