"""What a metric is, and its value as a record."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ta_v2a.evaluation.folders.view import View
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.distributions import TooFew
from ta_v2a.evaluation.metrics.records import Better, Score, code_version
from ta_v2a.evaluation.metrics.statistics import Estimate
from ta_v2a.evaluation.networks.extractors import RESAMPLER

Measure = Callable[[View, int], Estimate]
SET_RESAMPLES = 100
"""Of statistics of whole sets, which cost more than sums over clips."""


@dataclass(frozen=True)
class Metric:
    """One way to compute one number.

    Args:
        name, variant: together its id.
        better: which way is up.
        reads: (column, extractor key, array) it needs.
        measure: view and number of resamples to value and interval.
        sees: baselines that it must rank below the truth.
        per_clip: view to one value a clip (nan: does not apply), for metrics that are a mean over clips.
        of_sets: whether it compares sets, so that halves of the truth say how small it can get.
        least_n: clips below which the value is known to be biased; flagged, not hidden.
        embedding: key of the network it rests on, "" for none.
    """

    name: str
    variant: str
    better: Better
    reads: tuple[tuple[str, str, str], ...]
    measure: Measure
    sees: tuple[str, ...] = ()
    per_clip: Callable[[View], np.ndarray] | None = None
    of_sets: bool = False
    least_n: int = 2
    embedding: str = ""

    @property
    def id(self) -> str:
        return f"{self.name}/{self.variant}"

    def each(self, view: View) -> np.ndarray:
        """(clips,) the value of every clip, nan where it does not apply.

        Raises:
            ValueError: if the metric is no mean over clips.
        """
        if self.per_clip is None:
            raise ValueError(f"{self.id} is no mean over clips")
        return view.once((self.name, self.variant), self.per_clip)

    def readable(self, view: View) -> bool:
        return all(view.has(column, key) for column, key, _ in self.reads)


def score(metric: Metric, view: View, resamples: int = SET_RESAMPLES) -> Score:
    """The metric's value on a view as a record; without a value, flags say why."""
    flags = []
    try:
        estimate = metric.measure(view, resamples)
    except TooFew as error:
        estimate, flags = Estimate(float("nan"), float("nan"), float("nan"), view.n), [str(error)]
    if view.n < metric.least_n:
        flags.append(f"{view.n} clips, below {metric.least_n}: biased, compare only with the same clips")
    extractors = [view.extractor(column, key) for column, key, _ in metric.reads]
    heard = [extractor for extractor in extractors if extractor.modality == "sound"]
    if any(extractor.key == metric.embedding and not extractor.independent for extractor in extractors):
        flags.append("the bundled generator is conditioned on this embedding: not an independent judge of it")

    def number(value: float) -> float | None:
        return float(value) if np.isfinite(value) else None

    if number(estimate.value) is None and not flags:
        flags.append("no clip to which it applies")
    return Score(
        metric=metric.name,
        variant=metric.variant,
        value=number(estimate.value),
        low=number(estimate.low),
        high=number(estimate.high),
        n=estimate.n,
        better=metric.better,
        sample_rates_hz={extractor.key: extractor.rate_hz for extractor in heard},
        resampler=RESAMPLER if heard else "",
        embedding=metric.embedding,
        embedding_sha256=next((each.sha256 for each in extractors if each.key == metric.embedding), ""),
        code_version=code_version(),
        flags=tuple(flags),
    )


def of_clips(name: str, variant: str, better: Better, reads: tuple, per_clip: Callable[[View], np.ndarray], **more: Any) -> Metric:
    """A metric that is the mean of one number a clip."""

    def measure(view: View, _: int) -> Estimate:
        return statistics.mean(view.once((name, variant), per_clip))

    return Metric(name, variant, better, reads, measure, per_clip=per_clip, **more)
