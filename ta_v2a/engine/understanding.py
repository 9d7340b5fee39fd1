"""Words of an order that the text encoder never learnt: named to the user, left
out if nothing else remains."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from prompts.known import understood
from ta_v2a.engine.cues import Cue, cut_prompt
from ta_v2a.media.reading.opening import shown_name

_WORDS_NAMED = 6


@dataclass(frozen=True)
class Wording:
    """The words of an order that can be followed, and what was not understood.

    Attributes:
        prompt, negative_prompt, cues: as given, but "" or gone where no word names a known sound or source.
        not_understood: {"of": "prompt", "negative prompt", "cue" or "negative of a cue", "text",
            "words": the unknown ones, "left_out"}, for every text that has any.
        lines: the same for a reader, one line each.
    """

    prompt: str
    negative_prompt: str
    cues: list[Cue]
    not_understood: list[dict[str, Any]]
    lines: list[str]


def followed(prompt: str, negative_prompt: str, cues: Sequence[Cue]) -> Wording:
    """Sorts out what can be followed; a cue that is left out leaves its stretch to the prompt."""
    given = [("prompt", prompt), ("negative prompt", negative_prompt), *(("cue", cue.text) for cue in cues)]
    rows, lines, kept = [], [], []
    for name, told in given:
        text = cut_prompt(told)[0]
        found = understood(text or "")
        left_out = text is not None and not found.names_a_sound
        kept.append(not left_out)
        if text is not None and (left_out or found.unknown):
            rows.append({"of": name, "text": text, "words": list(found.unknown), "left_out": left_out})
            lines.append(_line(name, text, found.unknown, left_out))
    held = []
    for cue, keep in zip(cues, kept[2:], strict=True):
        unheard = bool(cue.negative) and not understood(cue.negative).names_a_sound
        if unheard:
            unknown = understood(cue.negative).unknown
            of = "negative of a cue"
            rows.append({"of": of, "text": cue.negative, "words": list(unknown), "left_out": True})
            lines.append(_line(of, cue.negative, unknown, True))
        if keep:
            held.append(replace(cue, negative="") if unheard else cue)
    return Wording(prompt if kept[0] else "", negative_prompt if kept[1] else "", held, rows, lines)


def _line(name: str, text: str, unknown: tuple[str, ...], left_out: bool) -> str:
    if left_out:
        shown = text if len(text) <= 60 else text[:60] + "…"
        outcome = {"prompt": "treated as if there were none"}.get(name, "left out")
        return f"the {name} “{shown_name(shown)}” names no sound that is known: {outcome}"
    named = ", ".join(word if len(word) <= 30 else word[:30] + "…" for word in unknown[:_WORDS_NAMED])
    more = f" and {len(unknown) - _WORDS_NAMED} more" if len(unknown) > _WORDS_NAMED else ""
    return f"not understood in the {name}: {shown_name(named)}{more}"
