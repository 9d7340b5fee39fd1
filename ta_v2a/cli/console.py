"""What the program says: results on standard output, all else on standard error; a bar only on a terminal."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO


def notice(text: str) -> None:
    """One line on standard error; where nobody reads that, or it goes to a full disk, the work goes on."""
    try:
        print(f"ta-v2a: {text}", file=sys.stderr, flush=True)
    except OSError:
        sys.stderr = silent()


def silent() -> TextIO:
    """A stream that leads nowhere: Python would try again at its end to write what it could not."""
    return open(os.devnull, "w")


def result(value: dict[str, Any], as_json: bool, lines: list[str]) -> None:
    """The outcome of a command: one JSON object, or lines for a reader."""
    print(json.dumps(value, ensure_ascii=True) if as_json else "\n".join(lines), flush=True)


@contextmanager
def progress(description: str, quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """Yields `advance(done, total)`: a bar on standard error where that is a terminal, nothing in a pipe."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
