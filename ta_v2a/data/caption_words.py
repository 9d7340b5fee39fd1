"""Writes the everyday words of captions that the lexicon lacks: `python -m ta_v2a.data.caption_words`."""

import argparse
from collections import Counter
from pathlib import Path

from prompts.known import split_words, tells
from ta_v2a.data.open_words import open_texts

_LEAST = 8
"""Texts that a word must be in."""


def caption_words(texts: list[str], least: int = _LEAST) -> list[str]:
    """Words of at least `least` texts, in ASCII letters, that name no kind of sound; sorted."""
    counts = Counter(word for text in texts for word in set(split_words(text)))
    often = (word for word, count in counts.items() if count >= least and word.isascii() and word.isalpha())
    return sorted(word for word in often if len(word) > 2 and not tells(word))


def caption_words_command() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", required=True, help="folder of captions and labels")
    parser.add_argument("--out", required=True, type=Path)
    given = parser.parse_args()
    words = caption_words(open_texts(given.text))
    remark = f"# Words of at least {_LEAST} captions of AudioCaps or labels that name no kind of sound."
    given.out.write_text("\n".join([remark, *words]) + "\n", encoding="utf-8")
    print(f"{given.out}: {len(words)} words")


if __name__ == "__main__":
    caption_words_command()
