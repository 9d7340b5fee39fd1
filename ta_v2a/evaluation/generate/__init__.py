"""Films from words, measured on scenes of the clean setting that no training saw."""
