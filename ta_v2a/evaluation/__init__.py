"""Measurement: the stage benchmark with exact truth, and real films against their true sound."""
