"""Metrics with exact truth: clips of the stage, whose JSON says what sounds and when."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ta_v2a.errors import UserError, one_line
from ta_v2a.evaluation import statistics
from ta_v2a.evaluation.baselines import CLEAR_SHIFTS, EMPTY_SOUNDS
from ta_v2a.evaluation.listener import KIND_NAMES
from ta_v2a.evaluation.metrics import Metric, of_clips
from ta_v2a.evaluation.onsets import GAP_S, Matching, match, merge_close
from ta_v2a.evaluation.stage_benchmark import TOLERANCE_S, Truth
from ta_v2a.evaluation.statistics import Estimate
from ta_v2a.evaluation.view import View
from ta_v2a.stage.kinds import KINDS

ONSETS = (("sound", "onsets_superflux", "onsets_s"),)
LOGITS = (("sound", "listener", "logits"),)


def read_truth(path: str | Path) -> Truth | None:
    """The truth of a scene from the JSON that `ta-v2a stage` writes; None for other JSON.

    Raises:
        UserError: if it cannot be read.
    """
    try:
        scene = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(scene, dict) or "sources" not in scene:
            return None
        sources = scene["sources"]
        times = [event["time_s"] for source in sources for event in source["events"]]
        sharp = any(source["events"] and not KINDS[source["kind"]].continuous for source in sources)
        contrary = next(((s["kind"], s["look"]) for s in sources if s["kind"] != s["look"]), None)
        events_s = np.array(times, dtype=np.float64)
        if not np.isfinite(events_s).all() or events_s.ndim != 1 or {s[name] for s in sources for name in ("kind", "look")} - KINDS.keys():
            raise ValueError("no times, or no kinds of the stage")
        return Truth(merge_close(events_s, GAP_S) if sharp else None, tuple(s["kind"] for s in sources), contrary)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"{path}: is no scene of the stage ({error.__class__.__name__}: {one_line(error)})") from error


def stage_metrics() -> list[Metric]:
    """Onset precision, recall, F1 and timing error; class and steering accuracy."""
    timing = ("shuffled", "shift_0.1s", *CLEAR_SHIFTS, *EMPTY_SOUNDS)

    def matched(view: View) -> list[Matching | None]:
        rows = zip(view.truths, view.rows_of("sound", "onsets_superflux", "onsets_s"), strict=True)
        return [None if truth.events_s is None else match(found, truth.events_s, TOLERANCE_S) for truth, found in rows]

    def matchings(view: View) -> list[Matching]:
        return [matching for matching in view.once("stage matchings", matched) if matching is not None]

    def counts(view: View) -> np.ndarray:
        return np.array([matching.counts for matching in matchings(view)]).reshape(-1, 3)

    def share(of: int) -> Callable[[View, int], Estimate]:
        return lambda view, _: statistics.bootstrap(counts(view)[:, [0, of]], statistics.ratio)

    def each_f1(view: View) -> np.ndarray:
        return np.array([np.nan if matching is None else matching.f1 for matching in view.once("stage matchings", matched)])

    def right(view: View) -> np.ndarray:
        rows = zip(view.truths, view.stack("sound", "listener", "logits"), strict=True)
        return np.array([float(KIND_NAMES[int(np.argmax(logits))] in truth.kinds) for truth, logits in rows])

    def steered(view: View) -> np.ndarray:
        rows = zip(view.truths, view.stack("sound", "listener", "logits"), strict=True)
        return np.array([_follows_text(truth, logits) for truth, logits in rows])

    return [
        Metric("onset F1", "stage:50ms", "higher", ONSETS, lambda view, _: statistics.pooled_f1(counts(view)), timing, per_clip=each_f1),
        Metric("onset precision", "stage:50ms", "higher", ONSETS, share(1), timing),
        Metric("onset recall", "stage:50ms", "higher", ONSETS, share(2), timing),
        Metric("timing error", "stage:median_s", "lower", ONSETS,
               lambda view, _: statistics.pooled_median([np.abs(matching.errors_s) for matching in matchings(view)])),
        of_clips("class accuracy", "stage:listener", "higher", LOGITS, right, sees=("shuffled", *EMPTY_SOUNDS), embedding="listener"),
        of_clips("text steering", "stage:listener", "higher", LOGITS, steered, embedding="listener"),
    ]  # fmt: skip


def _follows_text(truth: Truth, logits: np.ndarray) -> float:
    """1 if what the prompt names is heard rather than what the picture shows; nan where they agree."""
    if truth.steering is None:
        return float("nan")
    said, seen = (logits[KIND_NAMES.index(kind)] for kind in truth.steering)
    return float(said > seen)
