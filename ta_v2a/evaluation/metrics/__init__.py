"""The arithmetic of metrics: onsets, alignment, distances, intervals, records."""
