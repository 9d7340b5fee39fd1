"""Real film footage against its true sound."""
