"""Films and sounds that are written, whole or not at all."""
