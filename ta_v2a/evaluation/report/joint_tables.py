"""Tables of the joint models."""

from collections.abc import Sequence

from ta_v2a.evaluation.metrics.av_align import ALIGN, ALIGN_VARIANT, ALIGN_VARIANTS
from ta_v2a.evaluation.report.cells import cell, found, table
from ta_v2a.evaluation.report.results import Result


def joint_table(results: Sequence[Result], task: str) -> str:
    """`benchmarks/joint_arms.py`: every arm that does a task, and the scenes themselves; most of the shuffled
    clips and the other variants of AV-Align are left out."""
    (result,) = results
    rows = dict.fromkeys(one.of for one in result.figures if one.of and f", {task}" in one.of)
    of = {"true scenes": "true, scenes", **{row.replace(f", {task}", ""): row for row in rows}}
    asked = {
        metric: word for metric, word in _JOINT.items() if any(found(result, metric, row) for row in rows)
    }
    lines = [
        (name, *(cell(found(result, metric, row), n=False) for metric in asked)) for name, row in of.items()
    ]
    return table((task, *asked.values()), lines)


def joint_align_table(results: Sequence[Result]) -> str:
    """`benchmarks/joint_arms.py`: AV-Align in every variant, own clips and shuffled."""
    (result,) = results
    rows = dict.fromkeys(one.of for one in result.figures if one.of)
    lines = []
    for row in rows:
        values = []
        for variant in ALIGN_VARIANTS:
            own, other = (found(result, f"{ALIGN} {variant}{of}", row) for of in ("", ", shuffled"))
            values.append(f"{cell(own, n=False)} / {cell(other, n=False).partition(' ')[0]}" if own else "")
        if any(values):
            lines.append((row, *values))
    return table(("arm, task", *ALIGN_VARIANTS), lines)


_JOINT = {
    "cosine of picture and sound": "picture, sound",
    "cosine of words and sound": "words, sound",
    "cosine of words and picture": "words, picture",
    "F1 of onsets seen and heard": "onsets seen, heard",
    "F1 of onsets seen and heard, shuffled": "shuffled",
    "F1 of onsets heard and the scene's events": "onsets heard, events",
    "a kind of the scene is heard": "kind heard",
    "the act is seen": "act seen",
    f"{ALIGN} {ALIGN_VARIANT}": ALIGN,
    "Frechet distance of E_v": "FD of E_v",
    "Frechet distance of E_a": "FD of E_a",
    "seconds a clip": "s a clip",
}
"""Scores of the joint models, and their columns."""
