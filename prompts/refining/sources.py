"""The sources that a text names, word by word, so that none is lost and none is invented."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal

from prompts.known import understood
from prompts.lexicon.entry import words

Sort = Literal["telling", "plain", "unknown"]
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
COUNTS = dict(enumerate(words("one; two; three; four; five; six; seven; eight; nine; ten"), 1))
_LONGEST = 40  # letters; what is longer is no word of ours
_ENDINGS = ("ings", "ing", "ies", "ers", "ed", "es", "er", "ly", "y", "s")


def word_set(text: str) -> frozenset[str]:
    """The words of a list written with blanks."""
    return frozenset(text.split())


@lru_cache(1 << 14)
def sort_of(word: str) -> Sort:
    """Whether a word names a sound or its maker, goes with any sound, or is in no training caption."""
    if len(word) > _LONGEST:
        return "unknown"
    found = understood(word)
    return "telling" if found.names_a_sound else "unknown" if found.unknown else "plain"


@lru_cache(1 << 14)
def word_stem(word: str) -> str:
    """One form for all endings of a word: "scrapes" and "scraping" -> "scrap"."""
    short = word.casefold().replace("’", "'").removesuffix("'s")
    for _ in range(2):  # "hammerings" has two
        for ending in _ENDINGS:
            if short.endswith(ending) and len(short) - len(ending) >= 3 and not short.endswith("ss"):
                short = short.removesuffix(ending)
                break
    if len(short) > 3:
        short = short.removesuffix("e")
    return short[:-1] if len(short) > 3 and short[-1] == short[-2] else short


def words_in(text: str) -> Iterator[str]:
    """The words, in small letters, in order."""
    return (found[0].casefold() for found in WORD.finditer(text))


def telling(text: str) -> set[str]:
    """Stems of the words that name a sound or what makes it."""
    return {word_stem(word) for word in words_in(text) if sort_of(word) == "telling"}


def content(text: str) -> set[str]:
    """Stems of the words that name a sound, and of those that are not known and may name one."""
    return {word_stem(word) for word in words_in(text) if sort_of(word) != "plain" and not word.isdigit()}


def unknown_words(texts: Iterable[str]) -> tuple[str, ...]:
    """Words and emoji that no training caption holds, each once."""
    found = dict[str, None]()
    for text in texts:
        for word in _ONE.findall(unicodedata.normalize("NFKC", text).casefold()):
            if not word.isspace() and _sorted(word) == "unknown":
                found[word] = None
    return tuple(found)


_ONE = re.compile(r"[^\W_]+|[^\w\s]")


@lru_cache(1 << 14)
def _sorted(word: str) -> Sort:
    return "unknown" if understood(word).unknown else "plain"
