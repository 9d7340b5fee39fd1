"""`ta-v2a data check`: every clip of a manifest decoded once, and what is wrong
with those that are of no use."""

import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from ta_v2a.data.film_clips import STATUSES, ClipProblem, read_clip
from ta_v2a.data.manifests import Row
from ta_v2a.system.parallel import Crashed, in_order
from vocoders.clock import ClipSpec


def _examined(row: Row, spec: ClipSpec, colour: bool) -> tuple[str, str]:
    try:
        read_clip(row.path, row.start_s, spec, colour)
    except ClipProblem as problem:
        return problem.status, problem.why
    return "ok", ""


def check(
    rows: list[Row], spec: ClipSpec, colour: bool, workers: int, advance: Callable[[int, int], None]
) -> dict[str, Any]:
    """Decodes every clip as `prepare` would.

    Returns:
        {"clips", "ok", "missing", "corrupt", "too_short", "no_sound", "silent": counts, "seconds",
        "clips_per_s", "problems": [{"key", "clip", "status", "why"}]}.
    """
    began, problems = time.perf_counter(), []
    counts: Counter[str] = Counter(dict.fromkeys(STATUSES, 0))
    for done, (row, found) in enumerate(
        in_order(partial(_examined, spec=spec, colour=colour), rows, workers), 1
    ):
        status, why = ("corrupt", "the decoder crashed on it") if isinstance(found, Crashed) else found
        counts[status] += 1
        if status != "ok":
            problems.append({"key": row.key, "clip": row.named, "status": status, "why": why})
        advance(done, len(rows))
    seconds = time.perf_counter() - began
    rate = {"seconds": round(seconds, 2), "clips_per_s": round(len(rows) / seconds, 2)}
    return {"clips": len(rows), **dict(counts), **rate, "problems": problems}
