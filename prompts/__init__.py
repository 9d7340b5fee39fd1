"""Text: captions, prompts and their tokens. No torch here."""
