"""Typing errors: an unknown word that one slip away is exactly one word of the captions."""

import re
from collections import defaultdict
from functools import cache, lru_cache
from pathlib import Path

from prompts.known import plain_words, telling_words
from prompts.refining.seen import visual_words
from prompts.refining.sources import WORD, sort_of

_SHORTEST, _LONGEST = 4, 20  # letters
_SHORTEST_STRANGE = 6  # letters from which a wrong letter is taken for a slip
_MOST_STRANGE = 40  # words of a text; with more it is nonsense, or another language
_DRAWN_OUT = re.compile(r"(.)\1{2,}")


def respelt(text: str) -> tuple[str, list[str]]:
    """The text with its slips mended, and the slips as "brak: bark".

    Nothing is mended where most words are unknown: that is another language, or nonsense.
    """
    words = [found[0].casefold() for found in WORD.finditer(text)]
    strange = [word for word in words if sort_of(word) == "unknown"]
    sure = sum(sort_of(word) == "telling" for word in words)
    if not strange or len(set(strange)) > _MOST_STRANGE or sure < len(set(strange)) > 1:
        return text, []
    slips = {word: right for word in dict.fromkeys(strange) if (right := mended(word)) is not None}
    if not slips or 2 * sum(word not in slips for word in strange) >= len(words):
        return text, []
    return (
        WORD.sub(lambda found: _in_case(slips.get(found[0].casefold()), found[0]), text),
        [f"{wrong}: {right}" for wrong, right in slips.items()],
    )


def _in_case(right: str | None, typed: str) -> str:
    if right is None:
        return typed
    return right.upper() if typed.isupper() else right.capitalize() if typed[0].isupper() else right


@lru_cache(1 << 12)
def mended(word: str) -> str | None:
    """The one word that was meant, or None: swapped letters first, then a letter too
    few or too many, then a wrong one."""
    short = _DRAWN_OUT.sub(r"\1", word)
    if short != word:
        double = _DRAWN_OUT.sub(r"\1\1", word)
        drawn = [form for form in (short, double) if len(form) > 2 and sort_of(form) != "unknown"]
        if drawn:
            return drawn[0]
    if not (_SHORTEST <= len(word) <= _LONGEST and word.isascii() and word.isalpha()) or word in (
        real_words() | visual_words()
    ):
        return None
    index = _by_deletion()
    swapped = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)} - {word}
    swapped = {form for form in swapped if index.has(form)}
    cuts = [word[:i] + word[i + 1 :] for i in range(len(word))]
    long_enough = len(word) > _SHORTEST
    added = {cut for cut in cuts if long_enough and index.has(cut)}
    missing = {known for known in index.longer.get(word, ()) if long_enough}
    # One letter out of each gives the same rest: a wrong letter in one place.
    wrong = {
        known
        for i, cut in enumerate(cuts)
        for known, j in index.places.get(cut, ())
        if i == j and len(word) >= _SHORTEST_STRANGE
    }
    for group in (swapped, added | missing, wrong):
        meant = {known for known in group if known[0] == word[0] or group is swapped}
        named = {known for known in meant if sort_of(known) == "telling"} or meant
        if len(named) > 1:
            named = {known for known in named if known in telling_words()}
        if len(named) == 1:
            return named.pop()
        if meant:
            return None
    return None


class _Index:
    """The words of the captions, and those with one letter out."""

    def __init__(self, words: set[str]) -> None:
        self.words = words
        self.many = {word + "s" for word in words}
        self.longer: dict[str, set[str]] = defaultdict(set)
        self.places: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for word in words:
            for i in range(len(word)):
                cut = word[:i] + word[i + 1 :]
                self.longer[cut].add(word)
                self.places[cut].add((word, i))

    def has(self, form: str) -> bool:
        """Whether a form is a word, or one with an "s"."""
        return form in self.words or form in self.many


@cache
def _by_deletion() -> _Index:
    plain = {word for word in plain_words() if len(word) > _SHORTEST}
    known = {word for word in {*telling_words(), *plain} if word.isascii() and word.isalpha()}
    return _Index({word for word in known if _SHORTEST <= len(word) <= _LONGEST})


@cache
def real_words() -> frozenset[str]:
    """English words that no caption holds and that look like a slip in one."""
    lines = Path(__file__).with_name("real_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
