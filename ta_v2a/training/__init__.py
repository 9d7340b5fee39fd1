"""What `ta-v2a train` starts."""
