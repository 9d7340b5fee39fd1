"""What encoders know: retrieval, timing, probes."""
