"""Results are data: what a command measured, one JSON file a measurement.

A file holds, in this order:

| field | what it says |
|---|---|
| `schema` | 1, the number of this table |
| `name` | what was measured, such as "stage-bench-v1" |
| `subject` | of what, such as a preset or a folder |
| `origin` | "measured", or "transcribed from PAGE at commit ABC": copied from a page, by no command |
| `command` | the command line, or null |
| `date` | of its beginning, YYYY-MM-DD (UTC), or null |
| `commit`, `dirty` | the code's Git commit, and whether its files differed from that; null: not known |
| `weights_sha256` | `ta_v2a.system.provenance.folder_sha256` of the weights, or null |
| `machine` | system, Python, torch, cores, threads, load when it began; null: not known |
| `seed`, `n` | the seed; clips, scenes or runs; null: not known, or different from figure to figure |
| `notes` | sentences for a reader |
| `details` | what else the command printed and a reader may want: settings, seconds, one row a clip |
| `figures` | `ta_v2a.evaluation.metrics.records.Score` each, without fields that have their default |

What is not known is null, never a guess. The tables of the documentation are written from these files
(`ta_v2a.evaluation.report.tables`).
"""

import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ta_v2a.errors import UserError, one_line
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.media.writing.atomic import output_file, whole_file
from ta_v2a.system.provenance import code_commit, folder_sha256

SCHEMA = 1
MEASURED = "measured"


@dataclass(frozen=True, kw_only=True)
class Result:
    """One measurement; the fields are those of the file, in its order."""

    name: str
    subject: str
    origin: str
    command: str | None
    date: str | None
    commit: str | None
    dirty: bool | None
    weights_sha256: str | None
    machine: Mapping[str, Any] | None
    seed: int | None
    n: int | None
    notes: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    figures: tuple[Score, ...]

    def figure(self, metric: str, of: str = "generated", variant: str | None = None) -> Score:
        """The one figure of that metric (and variant) of that.

        Raises:
            UserError: if there is none, or more than one.
        """
        wanted = [
            one
            for one in self.figures
            if (one.metric, one.of) == (metric, of) and variant in (None, one.variant)
        ]
        if len(wanted) != 1:
            words = f"{metric}{f'/{variant}' if variant else ''} of {of!r}"
            raise UserError(
                f"the result {self.name!r} of {self.subject!r} holds {len(wanted)} figures {words}"
            )
        return wanted[0]


@dataclass(frozen=True)
class Begun:
    """What is noted before a measurement begins: where its result goes, and by what, when and where it is made."""

    place: Path
    command: str
    date: str
    commit: str | None
    dirty: bool | None
    machine: Mapping[str, Any]


def machine(threads: int | None = None) -> dict[str, Any]:
    """What figures are measured on, with the load of the last minute: a busy machine is a slower one.

    Args:
        threads: of torch; None takes what the environment asks for (`OMP_NUM_THREADS`), if anything.

    Torch is not imported for its version: who measures the memory of children stays small.
    """
    asked = os.environ.get("OMP_NUM_THREADS", "")
    try:
        torch = version("torch")
    except PackageNotFoundError:
        torch = None
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch,
        "cores": os.cpu_count(),
        "threads": threads if threads is not None else int(asked) if asked.isdecimal() else None,
        "load": round(os.getloadavg()[0], 2),
    }


def begin(path: str | Path, command: str, threads: int | None = None) -> Begun:
    """To be called before the work: the code may change while it runs, and a wrong path is better told at once.

    Args:
        path: of the file to write.
        command: the command line as it was typed.
        threads: of torch, if they were set.

    Raises:
        UserError: if no file can be put there.
    """
    commit, dirty = code_commit()
    return Begun(output_file(path), command, f"{datetime.now(UTC):%Y-%m-%d}", commit, dirty, machine(threads))


def write_result(
    begun: Begun,
    name: str,
    subject: str,
    figures: Iterable[Score],
    seed: int | None,
    n: int | None,
    weights: str | Path | None = None,
    details: Mapping[str, Any] | None = None,
) -> Result:
    """Writes what was measured, whole or not at all; returns it.

    Args:
        begun: of `begin`.
        name, subject, figures, seed, n, details: as the file's.
        weights: folder whose SHA-256 is noted.

    Raises:
        UserError: if the file cannot be written.
        ValueError: if a number in it is not finite.
    """
    result = Result(
        name=name,
        subject=subject,
        origin=MEASURED,
        command=begun.command,
        date=begun.date,
        commit=begun.commit,
        dirty=begun.dirty,
        weights_sha256=None if weights is None else folder_sha256(weights),
        machine=begun.machine,
        seed=seed,
        n=n,
        figures=tuple(figures),
        details=details or {},
    )
    text = as_text(result)
    with whole_file(begun.place) as part:
        Path(part).write_text(text, encoding="utf-8")
    return result


def as_text(result: Result) -> str:
    """The file: a field a line, a figure a line, so that two versions differ in the lines of what differs.

    Raises:
        ValueError: if a number is not finite.
    """

    def line(name: str, value: Any) -> str:
        if name == "figures" and value:
            rows = (json.dumps(_short(score), ensure_ascii=False, allow_nan=False) for score in value)
            return ' "figures": [\n  ' + ",\n  ".join(rows) + "\n ]"
        return f' "{name}": ' + json.dumps(value, ensure_ascii=False, allow_nan=False)

    lines = [
        line("schema", SCHEMA),
        *(line(each.name, getattr(result, each.name)) for each in fields(result)),
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _short(score: Score) -> dict[str, Any]:
    """A figure without the fields that have their default."""
    blank = Score(score.metric, score.variant, None, None, None, None, score.better).as_dict()
    always = ("metric", "variant", "value", "low", "high", "n", "better")
    return {name: value for name, value in score.as_dict().items() if name in always or value != blank[name]}


def read_result(path: str | Path) -> Result:
    """A result of `write_result`, or one that was transcribed.

    Raises:
        UserError: if the file cannot be read, is of another schema, or lacks a field.
    """
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
        if values.pop("schema") != SCHEMA:
            raise UserError(f"{path}: is not of schema {SCHEMA}")
        figures = tuple(Score.from_dict(row) for row in values.pop("figures"))
        return Result(**{**values, "notes": tuple(values["notes"]), "figures": figures})
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise UserError(f"{path}: no result of a measurement ({one_line(error)})") from error
