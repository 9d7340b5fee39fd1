"""The sanity table: every metric on the truth in place of what was generated, and on the truth spoilt in known ways."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ta_v2a.evaluation.folders.baselines import ALTERATIONS, SANITY_CONDITIONS, STATIC
from ta_v2a.evaluation.folders.measured import MeasuredInput
from ta_v2a.evaluation.folders.metric import Metric
from ta_v2a.evaluation.folders.view import View
from ta_v2a.evaluation.metrics import statistics
from ta_v2a.evaluation.metrics.distributions import TooFew
from ta_v2a.evaluation.metrics.statistics import Estimate

SANITY_RESAMPLES = 30
LEAST_GAP = 1e-6  # less is rounding, which a bootstrap would take for certain


@dataclass(frozen=True)
class Sanity:
    """One metric's row.

    Args:
        metric: id.
        values: by condition; conditions that do not apply are absent.
        seen: by condition, whether the metric ranks it below the truth with 95 % confidence.
        expected: conditions that it should.
        flags: what it should see and does not, in words.
    """

    metric: str
    values: dict[str, Estimate]
    seen: dict[str, bool]
    expected: tuple[str, ...]
    flags: tuple[str, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        values = {name: estimate.as_dict(5) for name, estimate in self.values.items()}
        return {"metric": self.metric, "values": values, "seen": self.seen, "expected": list(self.expected), "flags": list(self.flags)}


def conditions(view: View, task: str) -> dict[str, View]:
    """The view with the truth, and with spoilt truth, in place of what was generated, by condition.

    Args:
        view: clips whose references were measured altered as well.
        task: says what is judged: "v2a" sound, "a2v" picture, "t2av" both.
    """

    def changed(column: list[MeasuredInput], name: str) -> list[MeasuredInput]:
        return [replace(source, altered=name) for source in column]

    sound, picture = view.columns["true_sound"], view.columns.get("true_picture")

    def having(new_sound: list[MeasuredInput], new_picture: list[MeasuredInput] | None) -> View:
        return view.with_columns(sound=new_sound, **({"picture": new_picture} if new_picture is not None else {}))

    def rolled(column: list[MeasuredInput], places: int) -> list[MeasuredInput]:
        return column[places:] + column[:places]

    def alone(column: list[MeasuredInput]) -> list[MeasuredInput]:
        return column[:1] * len(column)

    made = {"truth": having(sound, picture)}
    if view.n > 1:
        # In t2av sound, picture and text come from three different clips.
        places = {"v2a": 0, "a2v": 1, "t2av": 2}[task]
        made["shuffled"] = having(rolled(sound, 1) if task != "a2v" else sound, picture and rolled(picture, places))
        made["same_clip"] = having(
            alone(sound) if task != "a2v" else sound,
            picture and (alone(picture) if task != "v2a" else picture),
        )
    for name in ALTERATIONS:
        made[name] = having(changed(sound, name), picture)
    if picture is not None:
        made[STATIC] = having(sound, changed(picture, STATIC))
    return made


def halves(view: View) -> View | None:
    """Every second clip of the truth judged by the others; None below four clips."""
    if view.n < 4:
        return None
    even, odd = view.rows(range(0, view.n - view.n % 2, 2)), view.rows(range(1, view.n, 2))
    true = {column: odd.columns[column] for column in ("true_sound", "true_picture") if column in odd.columns}
    judged = {column.removeprefix("true_"): even.columns[column] for column in true}
    return even.with_columns(**judged, **true)


def sanity_table(metrics: list[Metric], view: View, task: str) -> list[Sanity]:
    """One row a metric.

    Args:
        metrics: as `metrics_for` lists them.
        view: as `conditions` takes it.
        task: likewise.
    """
    views, split = conditions(view, task), halves(view)
    return [_row(metric, views, split) for metric in metrics if metric.readable(views["truth"])]


def _row(metric: Metric, views: dict[str, View], split: View | None) -> Sanity:
    values = {name: _estimate(metric, view) for name, view in views.items() if metric.readable(view)}
    if metric.of_sets and split is not None:
        values["split_halves"] = _estimate(metric, split)
    below = {name: _below(metric, views, values, name) for name in values if name not in ("truth", "split_halves")}
    seen = {name: answer for name, answer in below.items() if answer is not None}
    flags = [f"does not rank {name} below the truth" for name in metric.sees if seen.get(name) is False]
    ordered = {name: values[name] for name in SANITY_CONDITIONS if name in values}
    return Sanity(metric.id, ordered, seen, tuple(name for name in metric.sees if name in values), tuple(flags))


def _estimate(metric: Metric, view: View) -> Estimate:
    try:
        return metric.measure(view, SANITY_RESAMPLES)
    except TooFew:
        return Estimate(float("nan"), float("nan"), float("nan"), view.n)


def _below(metric: Metric, views: dict[str, View], values: dict[str, Estimate], name: str) -> bool | None:
    """Whether a condition is worse than the truth: clip by clip where the metric is a mean over clips, else by intervals that part.

    None where one of the two has no value.
    """
    sign = 1 if metric.better == "higher" else -1
    if metric.per_clip is not None:
        gaps = sign * (metric.each(views["truth"]) - metric.each(views[name]))
        gaps = gaps[np.isfinite(gaps)]
        return bool(statistics.mean(gaps).low > LEAST_GAP) if len(gaps) else None
    # A distance of the truth from itself is exactly 0; halves of the truth say how near two sets of truth come.
    floor = values.get("split_halves", values["truth"]) if metric.of_sets else values["truth"]
    judged = values[name]
    if not np.isfinite([floor.value, judged.value]).all():
        return None
    best, worst = (floor.low, judged.high) if sign > 0 else (-floor.high, -judged.low)
    return bool(worst < best) if np.isfinite([best, worst]).all() else bool(sign * judged.value < sign * floor.value)
