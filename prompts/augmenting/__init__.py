"""More wordings for training: paraphrases of captions, sentences for labels."""
