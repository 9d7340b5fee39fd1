"""Timed cues: what is heard from when to when. Text only, no torch."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import no_type_check

from ta_v2a.engine.arguments import listed_cues, number, shown
from ta_v2a.errors import UserError

# Blanks are taken possessively: nothing is tried twice, so that the time to refuse a
# text grows with its length only.
_BLANKS_AND_S = r"\s*+(?:s\s*+)?+"
_TIMES = re.compile(rf"\s*+(?P<start>[\d.:]++){_BLANKS_AND_S}-\s*+(?P<end>[\d.:]*){_BLANKS_AND_S}:")
PROMPT_CHARACTERS = 1000  # far beyond the text encoder's reach; what comes after never mattered


@dataclass(frozen=True)
class Cue:
    """`text` is to be heard from `start_s` (inclusive) to `end_s` (exclusive;
    infinity: to the end of the clip)."""

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
    if not isinstance(cue.text, str):
        raise UserError(f"text of a cue says what is heard, not {shown(cue.text)}")
    if cue.end_s <= cue.start_s:
        raise UserError(f"the cue {cue.text[:80]!r} ends before it starts")
    return replace(cue, text=_one_line(cue.text))


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


def _heard_in(cues: Sequence[Cue], column: int, columns: int, column_s: float) -> list[bool]:
    """Which cues a latent column belongs to: those that hold its centre; a cue shorter than a column, its
    first."""
    centre_s = (column + 0.5) * column_s
    return [
        cue.start_s <= centre_s < cue.end_s or column == min(columns - 1, int(cue.start_s / column_s))
        for cue in cues
    ]


def told(prompt: str | None, cues: Sequence[Cue], columns: int, column_s: float) -> list[str | None]:
    """What is to be heard: one text for the whole clip, or with cues one for each latent column.

    In its stretch a cue speaks in the prompt's place; cues that overlap are named together.
    """
    if not cues:
        return [prompt]
    lines: list[str | None] = []
    for column in range(columns):
        inside = _heard_in(cues, column, columns, column_s)
        texts = [cue.text for cue, holds in zip(cues, inside, strict=True) if holds]
        lines.append(" and ".join(dict.fromkeys(texts)) or prompt)
    return lines


def kept_out(negative: str | None, cues: Sequence[Cue], columns: int, column_s: float) -> list[str | None]:
    """What is not to be heard: the negative prompt and, outside their stretches, the cues."""
    if not cues:
        return [negative]
    lines: list[str | None] = []
    for column in range(columns):
        inside = _heard_in(cues, column, columns, column_s)
        heard = {cue.text for cue, holds in zip(cues, inside, strict=True) if holds}
        texts = [cue.text for cue in cues if cue.text not in heard]
        lines.append(", ".join(dict.fromkeys([*filter(None, [negative]), *texts])) or None)
    return lines


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
