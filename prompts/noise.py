"""Prompts as they are typed in haste: words missing, letters missing, doubled or swapped."""

import random


def hasty(text: str, rng: random.Random, lost_words: float = 0.1, misspelt_words: float = 0.05) -> str:
    """The text with some of its words gone and some misspelt; one word of it always stays.

    Args:
        rng: all choices come from it.
        lost_words, misspelt_words: probabilities in [0, 1], of each word.
    """
    words = text.split()
    kept = [word for word in words if rng.random() >= lost_words] or words[:1]
    return " ".join(_misspelt(word, rng) if rng.random() < misspelt_words else word for word in kept)


def _misspelt(word: str, rng: random.Random) -> str:
    """One slip of the fingers in a word of four letters and more, behind its first."""
    if len(word) < 4:
        return word
    at = rng.randrange(1, len(word) - 1)
    slips = (
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    return rng.choice(slips)
