"""Figures of clips and their sound."""
