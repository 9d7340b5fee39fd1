"""Controls with exact truth: does a negative prompt keep a source out, does a cue's sound stay in its window,
does a source that is asked for alone sound at its own events?"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch

from prompts.grammar import caption
from ta_v2a.engine.arguments import LAST_SEED
from ta_v2a.engine.cues import Cue
from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.onsets import match, onsets
from ta_v2a.evaluation.stage.benchmark import Subject, listener_logits, render_scenes
from ta_v2a.evaluation.stage.truth import STAGE_TOLERANCE_S, Truth
from ta_v2a.stage.scene.kinds import KIND_NAMES
from ta_v2a.stage.scene.scene import SPLITS, Scene, heard, plan
from ta_v2a.system.parallel import Crashed, in_order
from vocoders.clock import MINI, ClipSpec

TOLERANCE_S = 0.1  # by which a cue's window is widened
SEARCHED = 20  # about a third of the scenes have a second source; far more is looked through before giving up


def scenes_of_two(n: int, spec: ClipSpec = MINI) -> list[Scene]:
    """The first `n` scenes of the test split with more than one source.

    Raises:
        UserError: if there are not so many.
    """
    seeds = SPLITS["test"][: SEARCHED * n]
    found = [scene for scene in (plan(seed, spec.duration_s) for seed in seeds) if len(scene.sources) > 1][:n]
    if len(found) < n:
        raise UserError(f"--controls is at most {len(found)} here, not {n}")
    return found


def leakage(logits: np.ndarray, kinds: list[str]) -> np.ndarray:
    """(clips,) the listener's probability that each clip's kind is heard, from logits (clips, all kinds).

    Of a kind that was asked *not* to be heard this is its leakage; 0 is best.
    """
    chosen = logits[np.arange(len(kinds)), [KIND_NAMES.index(kind) for kind in kinds]]
    return 0.5 * (1 + np.tanh(0.5 * chosen))


def cue_energy(wave: np.ndarray, rate: int, start_s: float, end_s: float) -> float:
    """Share of a sound's power that lies in a cue's window: power inside /
    (inside + outside), 0.5 for an even sound.

    Power is mean energy a second, so the window's length does not count; 0.5 too where all is silent.

    Args:
        wave: (samples,) sound.
        rate: samples per second.
        start_s, end_s: the window.

    Raises:
        ValueError: if the window is empty or leaves nothing outside.
    """
    start, end = (round(float(np.clip(time_s * rate, 0, len(wave)))) for time_s in (start_s, end_s))
    if not 0 < end - start < len(wave):
        raise ValueError(f"the window {start_s}-{end_s} s is empty or the whole of {len(wave) / rate:.3f} s")
    energy = np.asarray(wave, dtype=np.float64) ** 2
    inside = float(energy[start:end].mean())
    outside = float((energy.sum() - energy[start:end].sum()) / (len(wave) - (end - start)))
    return inside / (inside + outside) if inside + outside > 0 else 0.5


def share_inside(wave: np.ndarray, rate: int, start_s: float, end_s: float) -> float:
    """Share of a sound's energy that lies in a window widened by `TOLERANCE_S` on either side.

    1 where all is silent.
    """
    first, last = round(max(0.0, start_s - TOLERANCE_S) * rate), round((end_s + TOLERANCE_S) * rate)
    energy = np.asarray(wave, dtype=np.float64) ** 2
    total = float(energy.sum())
    return float(energy[first:last].sum()) / total if total > 0 else 1.0


def evaluate_controls(
    subject: Callable[[], Subject],
    n: int,
    seed: int,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """Leakage of a negated source, energy in a cue's window, and onset F1 of each source alone, over `n`
    scenes of two sources, with intervals.

    A source is *gone* where the listener gives it one half or less, and *kept* where it gives it more; "where
    heard": of the scenes in whose true sound the listener gives it more.

    Every scene is generated from its caption, again with its second source named in the negative prompt, and,
    over its first picture held still, with its first source as a cue for the middle third alone and for all
    of the clip: the last is what the window is compared with. Each of the two is generated from its own words
    alone as well; its onsets are compared with its own events, and with the other's, where they are clear.

    Args:
        subject, jobs, settings: as `evaluate_stage`'s.

    Raises:
        UserError: as the pipeline does, if there are too few scenes, or a process was killed.
    """
    scenes = [(index, scene.seed) for index, scene in enumerate(scenes_of_two(n))]
    found: list[_Tried] = []
    for _, tried in in_order(partial(_tried, subject, seed, settings), scenes, jobs if jobs > 1 else 0):
        if isinstance(tried, Crashed):
            raise UserError("a process of the controls was killed: run again with fewer --jobs")
        found.append(tried)
        if progress is not None:
            progress(len(found), n)
    rows = {name: [each.leakage[name] for each in found] for name in _LEAKAGE}
    inside = {name: [each.inside[name] for each in found] for name in _CUED}
    energy = {name: [each.energy[name] for each in found] for name in _CUED}
    return {
        "n": n,
        "leakage": {name: statistics.mean(values).as_dict() for name, values in rows.items()},
        "rates": {
            **_rates("gone", {name: rows[name] for name in _SOUNDS}),
            **_rates("kept", {name: rows[f"other_{name}"] for name in _SOUNDS}),
            "both_of_overlapping_cues": statistics.mean([float(each.both) for each in found]).as_dict(),
        },
        "share_inside": {name: statistics.mean(values).as_dict() for name, values in inside.items()},
        "cue_window_energy": {name: statistics.mean(values).as_dict() for name, values in energy.items()},
        "onset_f1_alone": {name: _pooled([each.alone[name] for each in found]) for name in _EVENTS},
    }


_SOUNDS = ("negated", "not_negated", "true_sound")
_LEAKAGE = (*_SOUNDS, *(f"other_{name}" for name in _SOUNDS))
_CUED = ("cue", "whole_clip")
_EVENTS = ("own", "other")


@dataclass(frozen=True)
class _Tried:
    """One scene: the chances of `_LEAKAGE`, the shares inside of a window of `_CUED`, whether both of two
    overlapping cues are heard, and hits, found and true onsets of both sources alone, by whose events."""

    leakage: dict[str, float]
    inside: dict[str, float]
    energy: dict[str, float]
    both: bool
    alone: dict[str, np.ndarray]


def _tried(
    subject: Callable[[], Subject], seed: int, settings: dict[str, Any], numbered: tuple[int, int]
) -> _Tried:
    """The scene of a seed, by its number among those of two sources."""
    given, (index, scene_seed) = subject(), numbered
    spec, listener = given.spec, given.listener
    scene = plan(scene_seed, spec.duration_s)
    pictures, true = render_scenes([scene], spec, given.bank)
    two = scene.sources[:2]
    kept, unwanted = (caption([heard(source)], random.Random(scene.seed)) for source in two)

    def generate(
        shown: np.ndarray,
        prompt: str | None,
        negative_prompt: str | None = None,
        cues: list[Cue] | None = None,
    ) -> np.ndarray:
        # The same noise each time: only the words differ.
        noise = torch.Generator().manual_seed((seed * 1_000_003 + index) % (LAST_SEED + 1))
        out = given.pipeline(
            shown, prompt, negative_prompt=negative_prompt, cues=cues, generator=noise, **settings
        )
        return np.asarray(out.audios[0, 0], dtype=np.float32)

    sounds = [
        generate(pictures, scene.caption, negative_prompt=unwanted),
        generate(pictures, scene.caption),
        true[0],
    ]
    logits = np.concatenate([listener_logits(listener, wave[None], spec) for wave in sounds])
    first, second = (leakage(logits, [source.kind] * 3) for source in two)
    window = (spec.duration_s / 3, 2 * spec.duration_s / 3)
    still = np.repeat(pictures[:, :1], pictures.shape[1], axis=1)
    cued = {"cue": generate(still, None, cues=[Cue(*window, kept)]), "whole_clip": generate(still, kept)}
    end_s, rate = spec.duration_s, spec.sample_rate_hz
    overlapping = [Cue(0, 0.7 * end_s, kept), Cue(0.3 * end_s, end_s, unwanted)]
    both = listener_logits(listener, generate(pictures, None, cues=overlapping)[None], spec)
    events = [Truth.of(replace(scene, sources=(source,))).events_s for source in two]
    alone = {name: np.zeros(3) for name in _EVENTS}
    for words, sides in ((kept, events), (unwanted, events[::-1])):
        found_s, _ = onsets(generate(pictures, words), rate)
        for name, times_s in zip(_EVENTS, sides, strict=True):
            if sides[0] is not None and times_s is not None:
                alone[name] += match(found_s, times_s, STAGE_TOLERANCE_S).counts
    return _Tried(
        {name: float(value) for name, value in zip(_LEAKAGE, (*second, *first), strict=True)},
        {name: share_inside(wave, rate, *window) for name, wave in cued.items()},
        {name: cue_energy(wave, rate, *window) for name, wave in cued.items()},
        min(float(leakage(both, [source.kind])[0]) for source in two) > 0.5,
        alone,
    )


def _pooled(counts: list[np.ndarray]) -> dict[str, Any]:
    """F1 of (hits, found and true onsets) of scenes, of those that have any."""
    return statistics.pooled_f1(np.array([row for row in counts if row.any()]).reshape(-1, 3)).as_dict()


def _rates(what: str, chances: dict[str, list[float]]) -> dict[str, Any]:
    """How often a source is gone, or kept, in every sound; and, "where_heard", in the scenes in whose true
    sound the listener hears it."""
    there = {name: [chance > 0.5 for chance in row] for name, row in chances.items()}
    as_asked = {
        name: [float(is_there == (what == "kept")) for is_there in row] for name, row in there.items()
    }
    rates = {f"{what}_{name}": row for name, row in as_asked.items()}
    for name in ("negated", "not_negated"):
        heard = zip(as_asked[name], there["true_sound"], strict=True)
        rates[f"{what}_{name}_where_heard"] = [value for value, is_heard in heard if is_heard]
    return {name: statistics.mean(row).as_dict() for name, row in rates.items()}
