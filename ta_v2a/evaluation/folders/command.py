"""`ta-v2a evaluate --task ... --generated DIR --reference DIR`: any system's outputs by every metric
that the loaded networks allow."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.evaluation.films.command import ALIGN_HEIGHT_PX
from ta_v2a.evaluation.folders.measured import Measured, MeasurementOrder, Store, default_cache, measure_pairs
from ta_v2a.evaluation.folders.metric import Metric, score
from ta_v2a.evaluation.folders.metric_table import metrics_for
from ta_v2a.evaluation.folders.pairs import TASKS, Bad, Pair, Task, pair_folders
from ta_v2a.evaluation.folders.sanity import Sanity, sanity_table
from ta_v2a.evaluation.folders.view import View
from ta_v2a.evaluation.metrics.records import Score, code_version
from ta_v2a.evaluation.networks.extractors import (
    Extractor,
    cvalp_extractors,
    flow_extractor,
    judge_extractors,
    listener_extractor,
    onset_extractors,
)
from ta_v2a.evaluation.networks.published import load_roles
from ta_v2a.evaluation.report.results import Begun, write_result
from ta_v2a.evaluation.stage.truth import read_truth
from ta_v2a.system.extras import need

BASELINES = 100
JOBS = 2


def bundled_extractors(
    preset: str = "mini", align_height_px: int | None = ALIGN_HEIGHT_PX
) -> list[Extractor]:
    """What needs no file of the user's: onsets, optical flow, the listener, the CVALP of a preset, and its
    judge of Align where it holds one.

    Raises:
        UserError: if weights are missing or without the extra "eval".
    """
    from ta_v2a.presets.resolve import resolve

    need("eval")
    return [
        *onset_extractors(),
        listener_extractor(),
        flow_extractor(align_height_px),
        *cvalp_extractors(resolve(preset)),
        *judge_extractors(preset),
    ]


def evaluate_folders(
    task: str,
    generated: str | Path,
    reference: str | Path,
    extractors: list[Extractor],
    prompts: str | Path | None = None,
    baselines: int = BASELINES,
    cache: str | Path | None = None,
    jobs: int = JOBS,
    only: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[dict[str, Any], View]:
    """Measures two folders and scores them.

    Args:
        task: "v2a" (sound for the references' pictures), "a2v" (pictures for their sounds), "t2av" (both).
        generated, reference: folders of clips with the same names.
        extractors: what reads them.
        prompts: CSV of texts, see `real_films.read_prompts`; else captions of the stage's JSON.
        baselines: clips (spread over all) on which the sanity table is computed; 0 leaves it out.
        cache: folder of measurements; None takes the user's cache folder.
        jobs: clips read at once.
        only: part of the ids of the metrics wanted; None takes all.
        progress: called with (clips done, clips).

    Returns:
        The result for JSON, and the view it was computed on.

    Raises:
        UserError: if a folder cannot be read, no pair of clips is usable, or `only` fits no metric.
    """
    if task not in TASKS:
        raise UserError(f"--task is one of {', '.join(TASKS)}, not {task!r}")
    if jobs < 1 or baselines < 0:
        raise UserError("--jobs is at least 1 and --baselines at least 0")
    began = time.perf_counter()
    pairs, bad = pair_folders(generated, reference, task, prompts)
    if only is not None:
        extractors = _needed(extractors, pairs, task, only, cache)
    order = MeasurementOrder(extractors, task, frozenset(pair.name for pair in _spread(pairs, baselines)))
    store = Store(cache if cache is not None else default_cache())
    measured = measure_pairs(pairs, order, store, jobs, progress)
    bad = sorted([*bad, *measured.bad], key=lambda row: (row.name, row.side))
    if not measured.pairs:
        raise UserError(
            f"no clip could be measured ({'; '.join(f'{row.name}: {row.reason}' for row in bad[:3])})"
        )
    read_s = time.perf_counter() - began
    view = View(
        store, {(e.key, e.modality): e for e in extractors}, measured.columns, _truths(measured.pairs)
    )
    metrics = _wanted(metrics_for(view, task), only)
    if not metrics:
        raise UserError(f"no metric of task {task} is called like {only!r}")
    scores = [score(metric, view) for metric in metrics]
    altered = [index for index, pair in enumerate(measured.pairs) if pair.name in order.altered]
    table = sanity_table(metrics, view.rows(altered), task) if altered else []
    result = _result(task, generated, reference, measured, bad, scores, table, len(altered), extractors)
    result["clips"] = _clips(metrics, view, measured.pairs)
    result["seconds"] = {"read": round(read_s, 2), "total": round(time.perf_counter() - began, 2)}
    return result, view


def _wanted(metrics: list[Metric], only: str | None) -> list[Metric]:
    return [metric for metric in metrics if only is None or only.lower() in metric.id.lower()]


def _needed(
    extractors: list[Extractor], pairs: list[Pair], task: Task, only: str, cache: str | Path | None
) -> list[Extractor]:
    """The extractors that the wanted metrics read, found out on the first clip that can be used; all of them
    where no metric is wanted of it."""
    store = Store(cache if cache is not None else default_cache())
    for pair in pairs:
        measured = measure_pairs([pair], MeasurementOrder(extractors, task), store, 1)
        if measured.pairs:
            by_key = {(e.key, e.modality): e for e in extractors}
            view = View(store, by_key, measured.columns, _truths(measured.pairs))
            metrics = _wanted(metrics_for(view, task), only)
            keys = {key for metric in metrics for _, key, _ in metric.reads}
            return [each for each in extractors if each.key in keys] or extractors
    return extractors


def _spread(pairs: list[Pair], count: int) -> list[Pair]:
    rows = np.unique(np.linspace(0, len(pairs) - 1, min(count, len(pairs))).round().astype(int))
    return [pairs[int(row)] for row in rows]


def _truths(pairs: list[Pair]) -> tuple:
    """The stage's truth of every clip, or nothing unless every clip has it."""
    truths = [read_truth(pair.truth) if pair.truth is not None else None for pair in pairs]
    return tuple(truths) if all(truth is not None for truth in truths) else ()


def _result(
    task: str,
    generated: str | Path,
    reference: str | Path,
    measured: Measured,
    bad: list[Bad],
    scores: list[Score],
    table: list[Sanity],
    baseline_clips: int,
    extractors: list[Extractor],
) -> dict[str, Any]:
    blind = [row.metric for row in table if row.seen.get("shift_0.25s") is False]
    return {
        "task": task,
        "generated": str(generated),
        "reference": str(reference),
        "n": len(measured.pairs),
        "code_version": code_version(),
        "networks": {f"{e.key}:{e.modality}": e.sha256 for e in extractors if e.sha256},
        "bad": {"count": len(bad), "files": [row.as_dict() for row in bad]},
        "silent": measured.silent,
        "lengths_differ": measured.lengths_differ,
        "scores": [one.as_dict() for one in scores],
        "baseline_clips": baseline_clips,
        "sanity": [row.as_dict() for row in table],
        "flagged": {row.metric: list(row.flags) for row in table if row.flags},
        "blind_to_shift_0.25s": blind,
    }


def _clips(metrics: list[Metric], view: View, pairs: list[Pair]) -> list[dict[str, Any]]:
    """Every clip's own value of the metrics that are means over clips."""
    columns = {metric.id: metric.each(view) for metric in metrics if metric.per_clip is not None}

    def shown(value: float) -> float | None:
        return round(float(value), 4) if np.isfinite(value) else None

    return [
        {"name": pair.name, **{name: shown(values[row]) for name, values in columns.items()}}
        for row, pair in enumerate(pairs)
    ]


def folder_command(
    task: str,
    generated: str,
    reference: str,
    networks: list[str],
    preset: str = "mini",
    report: str | None = None,
    keep: Begun | None = None,
    **settings: Any,
) -> dict[str, Any]:
    """The command: loads what reads, measures, scores, and writes the HTML report, and the result
    as data, where they are wanted.

    Raises:
        UserError: as `evaluate_folders`, or if the report cannot be written.
    """
    from ta_v2a.media.writing.atomic import output_file

    place = output_file(report) if report is not None else None
    extractors = [*bundled_extractors(preset), *load_roles(networks)]
    result, view = evaluate_folders(task, generated, reference, extractors, **settings)
    if place is not None:
        from ta_v2a.evaluation.folders.page import write_report

        write_report(place, result, view)
        result["report"] = str(report)
    if keep is not None:
        told = (
            "task",
            "reference",
            "baseline_clips",
            "flagged",
            "blind_to_shift_0.25s",
            "silent",
            "bad",
            "seconds",
        )
        details = {name: result[name] for name in told}
        write_result(keep, "folders", generated, folder_figures(result), None, result["n"], details=details)
    return result


def folder_figures(result: dict[str, Any]) -> list[Score]:
    """The scores of what was generated, then those of the truth and of spoilt truth (`of`: "truth",
    "shuffled", ...) on the clips of the sanity table, where they have a value."""
    own = [Score.from_dict(row) for row in result["scores"]]
    figures = list(own)
    for row in result["sanity"]:
        plain = next(one for one in own if one.id == row["metric"])
        for of, values in row["values"].items():
            if values["value"] is not None:
                figures.append(replace(plain, **values, of=of, flags=()))
    return figures


def lines(result: dict[str, Any]) -> list[str]:
    """The result for a reader: scores, what was flagged, and every file that was left out."""

    def shown(row: dict[str, Any]) -> str:
        if row["value"] is None:
            return f"{row['metric']:16} {row['variant']:26} none ({'; '.join(row['flags'])})"
        interval = (
            f" ({row['low']:.4g} to {row['high']:.4g})"
            if row["low"] is not None and row["high"] is not None
            else ""
        )
        arrow = "up" if row["better"] == "higher" else "down"
        value = f"{row['value']:.4g}{interval}"
        return f"{row['metric']:16} {row['variant']:26} {value}, n={row['n']}, better {arrow}"

    out = [
        f"{result['n']} clips, task {result['task']}, code {result['code_version']}",
        *(shown(row) for row in result["scores"]),
    ]
    out += [f"flagged: {metric} {'; '.join(flags)}" for metric, flags in result["flagged"].items()]
    if result["silent"]:
        out.append(f"silent: {', '.join(result['silent'])}")
    if result["lengths_differ"]:
        out.append(f"lengths differ by more than 0.1 s: {len(result['lengths_differ'])} clips")
    out += [f"left out: {row['name']} ({row['side']}): {row['reason']}" for row in result["bad"]["files"]]
    return out + ([f"report: {result['report']}"] if "report" in result else [])
