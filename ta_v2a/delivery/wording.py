"""What an order says, as far as it can be followed, and what the picture says where it is silent."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ta_v2a.engine.cues import Cue
from ta_v2a.engine.language_models import RULES, load_refiner
from ta_v2a.engine.refining import RefinedWords, refined_words
from ta_v2a.engine.stretches import Span, cues_within
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.probe import Clip
from ta_v2a.presets.resolve import resolve

if TYPE_CHECKING:
    from ta_v2a.engine.foley import FoleyEngine

Notice = Callable[[str], None]
_LOOKED_AT_S = 32.0  # of a clip without a prompt, to say what it shows


@dataclass(frozen=True)
class OrderWords:
    """What an order says, as far as it can be followed, and where the prompt comes from."""

    prompt: str
    negative_prompt: str
    cues: list[Cue]
    suggested: dict[str, Any] | None
    not_understood: list[dict[str, Any]]
    refined: dict[str, Any] | None
    hits: tuple[float, ...] | None

    def within(self, span: Span) -> "OrderWords":
        """What is said of a part of the clip, in the part's own time."""
        hits = self.hits
        if hits is not None:
            hits = tuple(hit - span.start_s for hit in hits if span.start_s <= hit < span.stop_s)
        return replace(self, cues=cues_within(self.cues, span), hits=hits)


def refined_order(
    refiner: str | None,
    verbose: bool,
    given: tuple[str, str, list[Cue]],
    duration_s: float,
    warn: Notice,
    notice: Notice,
) -> RefinedWords:
    """An order's words, read by its refiner; what was changed is said.

    Args:
        given: prompt, negative prompt and cues.
    """
    if refiner is None:
        return RefinedWords(*given, None, [], [])
    refined = refined_words(load_refiner(refiner), *given, duration_s)
    for line in refined.lines:
        warn(line)
    for line in refined.trace if verbose else ():
        notice(line)
    return refined


def suggested_label(engine: "FoleyEngine", video: Clip | np.ndarray, notice: Notice) -> dict[str, Any]:
    """What the picture alone suggests should be heard, and whether the preset
    takes it for a missing prompt."""
    from ta_v2a.engine.captioning import label_bank, suggestions
    from ta_v2a.engine.encoders import picture_vector

    cvalp = engine.parts.cvalp
    best = suggestions(picture_vector(video, cvalp, _LOOKED_AT_S), cvalp, label_bank(), 1)[0]
    taken = best["share"] >= engine.settings["caption_share"]
    outcome = "taken" if taken else "too unsure to be taken"
    notice(f"no prompt: the picture suggests “{best['label']}” ({best['share']:.0%}), {outcome}")
    return {"label": best["label"], "share": best["share"], "taken": taken}


def described_label(preset: str, refiner: str | None, clip: Clip, notice: Notice) -> dict[str, Any]:
    """What the preset's vision-language model says is heard; taken if it names a known sound."""
    from ta_v2a.engine.looking import Looker, described

    looker = Looker.from_folder(resolve(preset) / "captioner")
    found = described(clip, looker, load_refiner(refiner or RULES), _LOOKED_AT_S)
    taken = bool(found["names_a_sound"])
    outcome = "taken" if taken else "names no known sound"
    notice(f"no prompt: the picture is described as “{shown_name(found['described'][:120])}”, {outcome}")
    return {"label": found["caption"], "share": None, "taken": taken, "described": found["described"]}
