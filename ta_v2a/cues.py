"""Timed cues: what is heard from when to when. Text only, no torch."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import UserError

_CUE = re.compile(r"^\s*(?P<start>[\d.:]+)\s*s?\s*-\s*(?P<end>[\d.:]*)\s*s?\s*:\s*(?P<text>.*\S)\s*$", re.DOTALL)
PROMPT_CHARACTERS = 1000  # far beyond the text encoder's reach; what comes after never mattered


@dataclass(frozen=True)
class Cue:
    """`text` is to be heard from `start_s` (inclusive) to `end_s` (exclusive; infinity: to the end of the clip)."""

    start_s: float
    end_s: float
    text: str


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
    match = _CUE.match(text)
    if match is None:
        raise UserError(f'the cue {text[:80]!r} is not of the form "START-END: what is heard", such as "1.2-3.0: glass breaking"')
    try:
        start_s = seconds(match["start"])
        end_s = seconds(match["end"]) if match["end"] else float("inf")
    except ValueError:
        raise UserError(f"the cue {text[:80]!r} has a time that cannot be read; write seconds (1.5) or minutes (1:02.5)") from None
    if end_s <= start_s:
        raise UserError(f"the cue {text[:80]!r} ends before it starts")
    return Cue(start_s, end_s, match["text"])


def read_cues(cues: Iterable["Cue | str"] | None, duration_s: float) -> list[Cue]:
    """Cues from cues or their text, checked against a clip of `duration_s` seconds.

    Raises:
        UserError: if a text is no cue, or a cue starts after the clip's end.
    """
    read = [cue if isinstance(cue, Cue) else parse_cue(cue) for cue in cues or ()]
    for cue in read:
        if cue.start_s >= duration_s:
            raise UserError(f"the cue {cue.text[:60]!r} starts at {cue.start_s:g} s, but the clip lasts {duration_s:.3f} s")
    return read


def cut_prompt(prompt: str | None) -> tuple[str | None, bool]:
    """The prompt as the networks get it (None for an empty one), and whether it was cut to `PROMPT_CHARACTERS`."""
    stripped = (prompt or "").replace("\x00", " ").strip()
    return stripped[:PROMPT_CHARACTERS] or None, len(stripped) > PROMPT_CHARACTERS
