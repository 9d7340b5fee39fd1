"""The words of an order through a refiner: prompt, negative prompt and the texts of cues."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isinf
from typing import Any

from prompts.refining.refined import Refined, Refiner
from ta_v2a.engine.cues import Cue
from ta_v2a.media.reading.opening import shown_name


@dataclass(frozen=True)
class RefinedWords:
    """What a refiner made of an order's words.

    Attributes:
        prompt, negative_prompt, cues: to be followed.
        report: None where nothing changed; else what was given, what became of it and why, ready for JSON.
        lines: the same for a reader, short.
        trace: every step, a line each.
    """

    prompt: str
    negative_prompt: str
    cues: list[Cue]
    report: dict[str, Any] | None
    lines: list[str]
    trace: list[str]


def refined_words(
    refiner: Refiner, prompt: str, negative_prompt: str, cues: Sequence[Cue], duration_s: float
) -> RefinedWords:
    """The words of an order, read by a refiner.

    Cues that the prompt itself tells go before those given and share with the rest of it; one that begins
    after the clip's end is left out, and said.
    """
    main, unwanted = refiner.refine(prompt), refiner.refine(negative_prompt)
    # "-n 'no music'" and "-n music" mean the same.
    negative = _listed([*_items(unwanted.text), *_items(unwanted.negative), *_items(main.negative)])
    # What the prompt goes on to say is heard as well: a cue of its own shares with it.
    strength = 0.5 if main.text else 1.0
    told = [Cue(cue.start_s, cue.end_s, cue.text, strength) for cue in main.cues]
    late = [cue for cue in told if cue.start_s >= duration_s]
    given, stories = [], [("prompt", main), ("negative prompt", unwanted)]
    for cue in cues:
        read = refiner.refine(cue.text)
        stories.append(("cue", read))
        if read.cues or not read.text:  # its times are its own
            given.append(cue)
            continue
        given.append(
            replace(cue, text=read.text, negative=_listed([*_items(cue.negative), *_items(read.negative)]))
        )
    held = [*(cue for cue in told if cue.start_s < duration_s), *given]
    trace = [f"{name}: {step.line()}" for name, read in stories for step in read.trace]
    if not trace:
        return RefinedWords(prompt, negative_prompt, list(cues), None, [], [])
    lines = _lines(prompt, main) + [
        f"“{_short(cue.text)}” at {cue.start_s:g} s comes after the clip's end ({duration_s:.3f} s): left out"
        for cue in late
    ]
    negative = negative if unwanted.changed or main.negative else negative_prompt
    report = {
        "given": {"prompt": prompt, "negative_prompt": negative_prompt, "cues": [cue.text for cue in cues]},
        "prompt": main.text,
        "negative_prompt": negative,
        "cues": [
            {"start_s": c.start_s, "end_s": None if isinf(c.end_s) else c.end_s, "text": c.text} for c in told
        ],
        "trace": trace,
    }
    return RefinedWords(main.text, negative, held, report, lines, trace)


def _items(text: str) -> list[str]:
    return [piece.strip() for piece in text.split(",") if piece.strip()]


def _listed(items: Sequence[str]) -> str:
    """Things with commas between them, each once."""
    return ", ".join(dict.fromkeys(items))


def _lines(prompt: str, read: Refined) -> list[str]:
    if not read.changed or (read.text == prompt and not read.negative and not read.cues):
        return []
    parts = [f"the prompt is read as “{_short(read.text)}”" if read.text else "the prompt is read as"]
    if read.negative:
        parts.append(f"not to be heard: {_short(read.negative)}")
    for cue in read.cues[:3]:
        end = "the end" if isinf(cue.end_s) else f"{cue.end_s:g} s"
        parts.append(f"{cue.start_s:g} s to {end}: {_short(cue.text)}")
    if len(read.cues) > 3:
        parts.append(f"and {len(read.cues) - 3} more")
    return ["; ".join(parts).replace("read as;", "read as:") + " (--raw-prompt takes it as typed)"]


def _short(text: str) -> str:
    return shown_name(text if len(text) <= 80 else text[:80] + "…")
