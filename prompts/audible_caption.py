"""What is seen and what is heard in one audible-video caption (TAVGBench, Mao et al. 2024, section 3.2): each
description is rephrased, then both are merged. By rules here, or by a language model."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from prompts.refining.language_model import first_sentence

Complete = Callable[[str], str]
"""Answers an instruction."""

REPHRASE = "Rephrase this description of what is {sense} in one correct sentence, and add nothing: {words}"
MERGE = (
    "Merge both descriptions of one video into one or two coherent sentences that say what is seen and "
    "what is heard, and add nothing. Seen: {seen} Heard: {heard}"
)


@dataclass(frozen=True)
class AudibleCaption:
    """Attributes:
    seen, heard: both descriptions, rephrased.
    caption: the two merged.
    """

    seen: str
    heard: str
    caption: str


@runtime_checkable
class Merger(Protocol):
    """Rephrases and merges."""

    def merge(self, seen: str, heard: str) -> AudibleCaption:
        """One caption of what is seen and what is heard; either may be empty."""


def sentence(words: str) -> str:
    """Words as a sentence: one space between them, a capital, a full stop."""
    plain = " ".join(words.split()).strip(" ,;")
    if not plain:
        return ""
    return plain[0].upper() + plain[1:] + ("" if plain[-1] in ".!?" else ".")


def _inside(words: str) -> str:
    """Words as they stand inside of a sentence."""
    plain = " ".join(words.split()).strip(" ,;.!?")
    starts = plain[:2]
    return plain if starts.isupper() or starts.startswith("I ") else plain[:1].lower() + plain[1:]


def _same(seen: str, heard: str) -> bool:
    """Whether two descriptions have the same words."""
    return sorted(re.findall(r"\w+", seen.lower())) == sorted(re.findall(r"\w+", heard.lower()))


class RuleMerger:
    """By rules: the same descriptions, the same caption."""

    def merge(self, seen: str, heard: str) -> AudibleCaption:
        one = f"The video shows {_inside(seen)}." if seen.strip() else ""
        other = f"The sound of {_inside(heard)} is heard." if heard.strip() else ""
        if one and other and _same(seen, heard):
            return AudibleCaption(one, other, f"{one[:-1]}, and that is what is heard.")
        return AudibleCaption(one, other, " ".join(part for part in (one, other) if part))


class ModelMerger:
    """By a language model: two instructions to rephrase, one to merge. Where it answers nothing, the rules
    do.

    Args:
        complete: answers an instruction.
    """

    def __init__(self, complete: Complete):
        self.complete, self.rules = complete, RuleMerger()

    def merge(self, seen: str, heard: str) -> AudibleCaption:
        by_rule = self.rules.merge(seen, heard)
        one = self._said("seen", seen, by_rule.seen)
        other = self._said("heard", heard, by_rule.heard)
        if not (one and other):
            return AudibleCaption(one, other, one or other)
        merged = " ".join(self.complete(MERGE.format(seen=one, heard=other)).split())
        return AudibleCaption(one, other, sentence(merged) or by_rule.caption)

    def _said(self, sense: str, words: str, otherwise: str) -> str:
        if not words.strip():
            return ""
        answer = self.complete(REPHRASE.format(sense=sense, words=words))
        return sentence(first_sentence(answer)) or otherwise


def sentences_and_words(caption: str) -> tuple[int, int]:
    """How many of both a caption has, as TAVGBench's Table 1 counts."""
    return len(re.findall(r"[.!?]+(?=\s|$)", caption)) or int(bool(caption.strip())), len(caption.split())
