"""The exact truth of a stage scene, from its plan or from the JSON beside its clip."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ta_v2a.errors import UserError, one_line
from ta_v2a.evaluation.metrics.onsets import GAP_S, merge_close
from ta_v2a.stage.scene.kinds import KIND_NAMES, KINDS
from ta_v2a.stage.scene.scene import Scene

STAGE_TOLERANCE_S = 0.050
"""Largest distance of an onset from the event that it hits."""


@dataclass(frozen=True)
class Truth:
    """What a scene's sound should show.

    Args:
        events_s: event times of all its sources in seconds, those nearer than 50 ms taken as one; None in a
            scene without a source of one-shots, where sound has no clear onsets.
        kinds: what is heard.
        steering: (kind that the prompt names, kind that the picture shows) of the source where they differ,
            or None.
    """

    events_s: np.ndarray | None
    kinds: tuple[str, ...]
    steering: tuple[str, str] | None

    @classmethod
    def of(cls, scene: Scene) -> "Truth":
        """The truth of a planned scene."""
        return _truth([(s.kind, s.look, [event.time_s for event in s.events]) for s in scene.sources])

    def named(self, logits: np.ndarray) -> float:
        """1 if the kind with the largest of the listener's logits (kinds,) is one that is heard, else 0."""
        return float(KIND_NAMES[int(np.argmax(logits))] in self.kinds)

    def follows_text(self, logits: np.ndarray) -> float:
        """1 if the prompt's kind is heard rather than the picture's, else 0; nan where they agree."""
        if self.steering is None:
            return float("nan")
        said, seen = (logits[KIND_NAMES.index(kind)] for kind in self.steering)
        return float(said > seen)


def _truth(sources: Sequence[tuple[str, str, list[float]]]) -> Truth:
    """Of (kind, look, event times in seconds) of every source."""
    times = [time_s for _, _, own in sources for time_s in own]
    sharp = any(own and not KINDS[kind].continuous for kind, _, own in sources)
    contrary = next(((kind, look) for kind, look, _ in sources if kind != look), None)
    events_s = merge_close(np.array(times), GAP_S) if sharp else None
    return Truth(events_s, tuple(kind for kind, _, _ in sources), contrary)


def read_truth(path: str | Path) -> Truth | None:
    """The truth of a scene from the JSON that `ta-v2a stage` writes; None for other JSON.

    Raises:
        UserError: if it cannot be read.
    """
    try:
        scene = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(scene, dict) or "sources" not in scene:
            return None
        sources = [
            (s["kind"], s["look"], [event["time_s"] for event in s["events"]]) for s in scene["sources"]
        ]
        times = np.array([time_s for _, _, own in sources for time_s in own], dtype=np.float64)
        named = {kind for heard, seen, _ in sources for kind in (heard, seen)}
        if not np.isfinite(times).all() or times.ndim != 1 or named - KINDS.keys():
            raise ValueError("no times, or no kinds of the stage")
        return _truth(sources)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            f"{path}: is no scene of the stage ({error.__class__.__name__}: {one_line(error)})"
        ) from error
