"""What `ta-v2a evaluate cvalp` measured, as records; `of` names the direction or the features."""

from collections.abc import Iterator
from typing import Any

from ta_v2a.evaluation.metrics.records import Better, Score


def encoder_scores(result: dict[str, Any]) -> list[Score]:
    """Records of `measure_embedded`'s result, with "naming" of `cvalp_command` or without; the chance levels are
    records of "chance"."""
    return list(_scores(result))


def _scores(result: dict[str, Any]) -> Iterator[Score]:
    for pair, measures in result["retrieval"].items():
        for name, row in measures.items():
            yield Score.of_row(row, "retrieval", name, _better(name), of=pair)
    for pair, row in result["temporal_top1"].items():
        yield Score.of_row(row, "temporal top-1", "windows:1.024s", "higher", of=pair)
    for name, row in result["class_probe"].items():
        yield Score.of_row(row, "class probe", "ridge", "higher", of=name)
    for name, row in result["onset_probe"].items():
        if name == "chance":
            yield _chance(row, "onset probe", "average_precision")
        elif "value" in row:  # the difference of the two mixtures
            yield Score.of_row(row, "onset probe", "average_precision", "higher", of=name)
        else:
            for measure, each in row.items():
                yield Score.of_row(each, "onset probe", measure, "higher", of=name)
    for name, value in result["chance"].items():
        metric, variant = {
            "temporal_top1": ("temporal top-1", "windows:1.024s"),
            "class_probe": ("class probe", "ridge"),
        }.get(name, ("retrieval", name))
        if value is not None:
            yield _chance(value, metric, variant)
    for part, row in result.get("naming", {}).items():
        yield Score.of_row(row["right"], "naming", "nearest label", "higher", of=part)


def _chance(value: float, metric: str, variant: str) -> Score:
    row = {"value": value, "low": None, "high": None, "n": None}
    return Score.of_row(row, metric, variant, _better(variant), of="chance")


def _better(measure: str) -> Better:
    return "lower" if measure == "median_rank" else "higher"
