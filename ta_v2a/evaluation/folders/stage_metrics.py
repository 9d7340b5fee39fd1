"""Metrics with exact truth: clips of the stage, whose JSON says what sounds and when."""

from collections.abc import Callable

import numpy as np

from ta_v2a.evaluation.folders.baselines import CLEAR_SHIFTS, EMPTY_SOUNDS
from ta_v2a.evaluation.folders.metric import Metric, of_clips
from ta_v2a.evaluation.folders.view import View
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.onsets import Matching, match
from ta_v2a.evaluation.metrics.statistics import Estimate
from ta_v2a.evaluation.stage.truth import STAGE_TOLERANCE_S

ONSET_READS = (("sound", "onsets_superflux", "onsets_s"),)
LOGIT_READS = (("sound", "listener", "logits"),)


def stage_metrics() -> list[Metric]:
    """Onset precision, recall, F1 and timing error; class and steering accuracy."""
    timing = ("shuffled", "shift_0.1s", *CLEAR_SHIFTS, *EMPTY_SOUNDS)

    def matched(view: View) -> list[Matching | None]:
        rows = zip(view.truths, view.rows_of("sound", "onsets_superflux", "onsets_s"), strict=True)
        return [
            None if truth.events_s is None else match(found, truth.events_s, STAGE_TOLERANCE_S)
            for truth, found in rows
        ]

    def matchings(view: View) -> list[Matching]:
        return [matching for matching in view.once("stage matchings", matched) if matching is not None]

    def counts(view: View) -> np.ndarray:
        return np.array([matching.counts for matching in matchings(view)]).reshape(-1, 3)

    def share(of: int) -> Callable[[View, int], Estimate]:
        return lambda view, _: statistics.bootstrap(counts(view)[:, [0, of]], statistics.ratio)

    def each_f1(view: View) -> np.ndarray:
        return np.array(
            [
                np.nan if matching is None else matching.f1
                for matching in view.once("stage matchings", matched)
            ]
        )

    def right(view: View) -> np.ndarray:
        rows = zip(view.truths, view.stack("sound", "listener", "logits"), strict=True)
        return np.array([truth.named(logits) for truth, logits in rows])

    def steered(view: View) -> np.ndarray:
        rows = zip(view.truths, view.stack("sound", "listener", "logits"), strict=True)
        return np.array([truth.follows_text(logits) for truth, logits in rows])

    return [
        Metric(
            "onset F1",
            "stage:50ms",
            "higher",
            ONSET_READS,
            lambda view, _: statistics.pooled_f1(counts(view)),
            timing,
            per_clip=each_f1,
        ),
        Metric("onset precision", "stage:50ms", "higher", ONSET_READS, share(1), timing),
        Metric("onset recall", "stage:50ms", "higher", ONSET_READS, share(2), timing),
        Metric(
            "timing error",
            "stage:median_s",
            "lower",
            ONSET_READS,
            lambda view, _: statistics.pooled_median(
                [np.abs(matching.errors_s) for matching in matchings(view)]
            ),
        ),
        of_clips(
            "class accuracy",
            "stage:listener",
            "higher",
            LOGIT_READS,
            right,
            sees=("shuffled", *EMPTY_SOUNDS),
            embedding="listener",
        ),
        of_clips("text steering", "stage:listener", "higher", LOGIT_READS, steered, embedding="listener"),
    ]
