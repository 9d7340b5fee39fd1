"""How the encoders learn: one Lightning module a file."""
