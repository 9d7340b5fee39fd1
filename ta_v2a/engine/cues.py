"""Timed cues: what is heard from when to when. Text only, no torch."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import no_type_check

from ta_v2a.engine.arguments import listed_cues, number, shown
from ta_v2a.errors import UserError

# Blanks are taken possessively: nothing is tried twice, so that the time to refuse a
# text grows with its length only.
_BLANKS_AND_S = r"\s*+(?:s\s*+)?+"
_TIMES = re.compile(rf"\s*+(?P<start>[\d.:]++){_BLANKS_AND_S}-\s*+(?P<end>[\d.:]*){_BLANKS_AND_S}:")
STRONGEST = 2.0
PROMPT_CHARACTERS = 1000  # far beyond the text encoder's reach; what comes after never mattered


@dataclass(frozen=True)
class Cue:
    """`text` is to be heard from `start_s` (inclusive) to `end_s` (exclusive;
    infinity: to the end of the clip).

    Attributes:
        strength: how far it takes the prompt's place: 1 wholly, 0.5 half and half; where cues overlap, each
            one's share. Above 0, at most `STRONGEST`.
        negative: what is not to be heard meanwhile, "" for nothing of its own.
    """

    start_s: float
    end_s: float
    text: str
    strength: float = 1.0
    negative: str = ""


def seconds(text: str) -> float:
    """Seconds of "1.5", "1:02.5" or "1:00:02".

    Raises:
        ValueError: if the text is no such time.
    """
    parts = text.split(":")
    if not 1 <= len(parts) <= 3:
        raise ValueError(f"{text!r} is no time")
    total = 0.0
    for part in parts:
        total = total * 60 + float(part)
    return total


def parse_cue(text: str) -> Cue:
    """Reads "1.2-3.0: glass breaking" or "1:02-: rain" (to the end).

    Raises:
        UserError: if the text is no cue or its times are not in order.
    """
    match = _TIMES.match(text)
    heard = _one_line(text[match.end() :]) if match else ""
    if match is None or not heard:
        raise UserError(
            f'the cue {text[:80]!r} is not of the form "START-END: what is heard", such as "1.2-3.0: glass '
            f'breaking"'
        )
    try:
        start_s = seconds(match["start"])
        end_s = seconds(match["end"]) if match["end"] else float("inf")
    except ValueError:
        raise UserError(
            f"the cue {text[:80]!r} has a time that cannot be read; write seconds (1.5) or minutes (1:02.5)"
        ) from None
    if end_s <= start_s:
        raise UserError(f"the cue {text[:80]!r} ends before it starts")
    return Cue(start_s, end_s, heard)


def _read(cue: object) -> Cue:
    """The cue that a text is, or a cue whose fields are what a text would have given."""
    if isinstance(cue, str):
        return parse_cue(cue)
    if not isinstance(cue, Cue):
        raise UserError(f'a cue is a text such as "1.2-3.0: glass breaking", or a Cue, not {shown(cue)}')
    number("start_s of a cue", cue.start_s, 0, math.inf)
    number("end_s of a cue", cue.end_s, 0, math.inf)
    if not number("strength of a cue", cue.strength, 0, STRONGEST):
        raise UserError("strength of a cue is above 0, not 0")
    for name, words in (("text", cue.text), ("negative", cue.negative)):
        if not isinstance(words, str):
            raise UserError(f"{name} of a cue says what is heard, not {shown(words)}")
    if cue.end_s <= cue.start_s:
        raise UserError(f"the cue {cue.text[:80]!r} ends before it starts")
    return replace(cue, text=_one_line(cue.text), negative=_one_line(cue.negative))


@no_type_check  # checks its arguments itself
def read_cues(cues: Iterable["Cue | str"] | None, duration_s: float) -> list[Cue]:
    """Cues from cues or their text, checked against a clip of `duration_s` seconds.

    Raises:
        UserError: if something is no cue, or a cue says nothing or starts after the clip's end.
    """
    read = [_read(cue) for cue in listed_cues(cues)]
    for cue in read:
        if not cue.text:
            raise UserError(f"the cue from {cue.start_s:g} s says nothing; give it a text")
        if cue.start_s >= duration_s:
            raise UserError(
                f"the cue {cue.text[:60]!r} starts at {cue.start_s:g} s, but the clip lasts {duration_s:.3f} "
                f"s"
            )
    return read


@no_type_check  # checks its arguments itself
def hit_times(hits: Iterable[float] | None) -> tuple[float, ...] | None:
    """Times in seconds at which something is to hit, in order; None: as the picture shows.

    Raises:
        UserError: they are no list of times.
    """
    if hits is None:
        return None
    if isinstance(hits, str | bytes) or not isinstance(hits, Iterable):
        raise UserError(f"hits are a list of times in seconds, not {shown(hits)}")
    return tuple(sorted({number("a time of hits", time_s, 0, math.inf) for time_s in hits}))


def cut_prompt(prompt: str | None) -> tuple[str | None, bool]:
    """The prompt as the networks get it (None for an empty one), and whether it was
    cut to `PROMPT_CHARACTERS`."""
    text = _one_line(prompt or "")
    if len(text) <= PROMPT_CHARACTERS:
        return text or None, False
    whole_words = text[: PROMPT_CHARACTERS + 1].rpartition(" ")[0]
    return whole_words or text[:PROMPT_CHARACTERS], True


def _one_line(text: str) -> str:
    """The words with one blank between them. A control character is a blank as well; marks that nobody sees,
    such as those of writing from right to left, are none of the words."""
    if not text.isprintable():
        kinds = {character: unicodedata.category(character) for character in set(text)}
        text = text.translate({ord(key): {"Cc": " ", "Cf": ""}.get(kind, key) for key, kind in kinds.items()})
    return " ".join(text.split())
