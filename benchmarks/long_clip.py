"""Time and memory of `ta-v2a foley` against the length of the clip: time is to be linear, memory flat.

Each clip is sounded by the command in a process of its own. The films are cheap to make and to decode (160 x 90, 25 pictures a second),
so that what is measured is the sounding.

    .venv/bin/python benchmarks/long_clip.py --seconds 10 60 600 --threads 2

Prints one JSON object and, on standard error, the table. "a further second" is the slope from one length to the
next: equal slopes are linear time.
"""

import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from measuring import Run, begun, keep, number, options, show, ta_v2a

from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.report.results import machine
from ta_v2a.media.writing.film import write_film
from ta_v2a.presets.resolve import resolve

FPS = 25
HEIGHT, WIDTH = 90, 160


def pictures(duration_s: float) -> Iterator[np.ndarray]:
    """(90, 160) uint8 each: a bright square that jumps twice a second."""
    for index in range(round(duration_s * FPS)):
        picture = np.full((HEIGHT, WIDTH), 40, np.uint8)
        left = 10 + 40 * (index * 2 // FPS % 3)
        picture[30:60, left : left + 30] = 220
        yield picture


def sounded(duration_s: float, folder: Path, words: tuple[str, ...], threads: int | None) -> Run:
    """The command on a film of that length."""
    film = write_film(folder / "long.mp4", pictures(duration_s), FPS, options={"preset": "ultrafast"})
    return ta_v2a("foley", film, "-p", "a wooden knock", "-o", folder / "sounded.mp4", *words, threads=threads)


def slopes(rows: list[dict[str, Any]]) -> list[float | None]:
    """Seconds of work for every further second of clip, from each length to the next; None before the first."""
    steps = [(b["seconds"] - a["seconds"]) / (b["clip_s"] - a["clip_s"]) for a, b in pairwise(rows)]
    return [None, *(round(step, 4) for step in steps)]


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__)
    parser.add_argument("--seconds", type=float, nargs="+", default=[10.0, 60.0, 600.0], help="lengths of the clips")
    parser.add_argument("--steps", type=int, help="sampler steps; default: the preset's own")
    parser.add_argument("--preset", default="mini", help="a preset or a folder of weights")
    parser.add_argument("--threads", type=int, help="threads of torch; default: its own choice")
    given = parser.parse_args()
    noted = begun(given)
    words = ("--preset", given.preset, *(() if given.steps is None else ("--steps", str(given.steps))))
    rows: list[dict[str, Any]] = []
    for duration_s in sorted(set(given.seconds)):
        with tempfile.TemporaryDirectory(prefix="ta-v2a-") as name:
            run = sounded(duration_s, Path(name), words, given.threads)
        rows.append({"clip_s": run.report["duration_s"], "seconds": round(run.seconds, 2), "peak_mib": round(run.peak_mib)})
    for row, slope in zip(rows, slopes(rows), strict=True):
        row["s_per_further_s"] = slope
    growth = round(rows[-1]["peak_mib"] / rows[0]["peak_mib"], 3)
    report = {"preset": given.preset, "machine": machine(given.threads), "clips": rows, "memory_longest_over_shortest": growth}
    table = [(f"{row['clip_s']:g} s", row["seconds"], row["s_per_further_s"] or "", float(row["peak_mib"])) for row in rows]
    show(report, ("clip", "seconds", "a further second", "peak MiB"), table)
    weights = None if noted is None else resolve(given.preset)
    keep(noted, given.preset, [one for row in rows for one in figures(row)], 1, 0, weights)


def figures(row: dict[str, Any]) -> list[Score]:
    """One run's seconds, seconds of work for a further second of clip (none at the shortest), memory."""
    of, slope = f"{row['clip_s']:g} s", row["s_per_further_s"]
    found = [number("time", of, row["seconds"], "s", n=1, variant="wall")]
    if slope is not None:
        found.append(number("time of a further second", of, slope, "s", n=1, variant="slope"))
    return [*found, number("peak memory", of, row["peak_mib"], "MiB", n=1, variant="highest")]


if __name__ == "__main__":
    main()
