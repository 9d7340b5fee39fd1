"""What the scripts of this folder share: their options, children with their peak memory, one JSON object and
a table, and the result as data (`--result FILE`, `ta_v2a.evaluation.report.results`).

It has no command of its own.
"""

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.records import Better, Score
from ta_v2a.evaluation.report.results import Begun, begin, write_result

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Run:
    """One finished child: wall-clock seconds, peak resident memory in MiB, and the
    JSON object that it printed."""

    seconds: float
    peak_mib: float
    report: dict[str, Any]


def options(description: str | None) -> argparse.ArgumentParser:
    """A parser that knows `--result FILE`; the description stands as it is written."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=description, formatter_class=plain)
    words = "JSON file to keep: figures, intervals, seed, command, commit, machine"
    parser.add_argument("--result", metavar="FILE", help=words)
    return parser


def begun(given: argparse.Namespace) -> Begun | None:
    """What is noted before the work, where `--result` asks for a file; to be called at once.

    Raises:
        SystemExit: if no file can be put there, with one line.
    """
    if given.result is None:
        return None
    command = shlex.join(["python", f"benchmarks/{Path(sys.argv[0]).name}", *sys.argv[1:]])
    try:
        return begin(given.result, command, getattr(given, "threads", None) or None)
    except UserError as error:
        raise SystemExit(str(error)) from error


def keep(
    noted: Begun | None,
    subject: str,
    figures: Iterable[Score],
    n: int | None = None,
    seed: int | None = None,
    weights: str | Path | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Writes the result, named after the script, where one is wanted; the arguments
    are those of `write_result`."""
    if noted is not None:
        write_result(noted, Path(sys.argv[0]).stem, subject, figures, seed, n, weights, details)


def number(
    metric: str,
    of: str,
    value: float | None,
    unit: str = "",
    better: Better = "lower",
    n: int | None = None,
    variant: str = "median",
) -> Score:
    """A figure without an interval."""
    row = {"value": value, "low": None, "high": None, "n": n}
    return Score.of_row(row, metric, variant, better, of=of, unit=unit)


def seconds(of: str, runs: Sequence[float]) -> Score:
    """The median of wall-clock seconds, with the lowest and the highest of the runs."""
    row = {"value": median(runs), "low": min(runs), "high": max(runs), "n": len(runs)}
    return Score.of_row(row, "time", "wall:median", "lower", of=of, unit="s", interval="range")


def mebibytes(maximum_resident: int) -> float:
    """`ru_maxrss` in MiB: the kernel counts KiB, that of macOS bytes."""
    return maximum_resident / (MEBIBYTE if sys.platform == "darwin" else MEBIBYTE >> 10)


def ta_v2a(*words: str | Path | float, threads: int | None = None) -> Run:
    """Runs `ta-v2a WORDS --json` on the processor in a process of its own and waits for it.

    Call it before torch is imported: a child's peak counts from its fork on, so it is never
    below the memory of its parent.

    Raises:
        SystemExit: if the command fails; it has printed why.
    """
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
    if threads is not None:
        environment.update(OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    with tempfile.TemporaryFile("w+") as printed:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-m", "ta_v2a", *map(str, words), "--json"], stdout=printed, env=environment
        )
        _, status, used = os.wait4(child.pid, 0)  # the one call that tells what this child used
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(child.returncode)
        printed.seek(0)
        return Run(seconds, mebibytes(used.ru_maxrss), json.load(printed))


def show(report: dict[str, Any], header: Sequence[str], rows: Sequence[Sequence[str | float]]) -> None:
    """The report as one line of JSON on standard output; the table on standard error, so
    that the JSON can be piped on."""
    print(json.dumps(report), flush=True)
    cells = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for row in cells:
        first, *rest = (
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *rest]), file=sys.stderr)


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.3f}" if abs(value) < 100 else f"{value:.0f}"
