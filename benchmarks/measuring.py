"""What the scripts of this folder share: children with their peak memory, the machine in words, one JSON object and a table.

It has no command of its own.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Run:
    """One finished child: wall-clock seconds, peak resident memory in MiB, and the JSON object that it printed."""

    seconds: float
    peak_mib: float
    report: dict[str, Any]


def mebibytes(maximum_resident: int) -> float:
    """`ru_maxrss` in MiB: the kernel counts KiB, that of macOS bytes."""
    return maximum_resident / (MEBIBYTE if sys.platform == "darwin" else MEBIBYTE >> 10)


def ta_v2a(*words: str | Path, threads: int | None = None) -> Run:
    """Runs `ta-v2a WORDS --json` on the processor in a process of its own and waits for it.

    Call it before torch is imported: a child's peak counts from its fork on, so it is never below the memory of its parent.

    Raises:
        SystemExit: if the command fails; it has printed why.
    """
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
    if threads is not None:
        environment.update(OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    with tempfile.TemporaryFile("w+") as printed:
        began = time.perf_counter()
        child = subprocess.Popen([sys.executable, "-m", "ta_v2a", *map(str, words), "--json"], stdout=printed, env=environment)
        _, status, used = os.wait4(child.pid, 0)  # the one call that tells what this child used
        seconds = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit(child.returncode)
        printed.seek(0)
        return Run(seconds, mebibytes(used.ru_maxrss), json.load(printed))


def machine(threads: int | None = None) -> dict[str, Any]:
    """What the figures were measured on, with the 1-minute load: a busy machine is a slower one."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "threads": threads,
        "load": round(os.getloadavg()[0], 2),
    }


def show(report: dict[str, Any], header: Sequence[str], rows: Sequence[Sequence[str | float]]) -> None:
    """The report as one line of JSON on standard output; the table on standard error, so that the JSON can be piped on."""
    print(json.dumps(report), flush=True)
    cells = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    for row in cells:
        first, *rest = (
            cell.ljust(width) if not column else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("  ".join([first, *rest]), file=sys.stderr)


def _cell(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.3f}" if abs(value) < 100 else f"{value:.0f}"
