"""What became of a row: `record.json` in its folder, written before the work and again after it.

A row whose record says "done" for the same order, clip and weights is done; one that says "begun" was killed
and is done again in the same place; another order never gets that place.
"""

import hashlib
import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from ta_v2a.batch.rows import BatchRow
from ta_v2a.delivery.job import Order
from ta_v2a.errors import UserError
from ta_v2a.jobs.order_json import order_as_json
from ta_v2a.media.writing.atomic import whole_file
from ta_v2a.system.provenance import file_sha256, folder_sha256

ROW_RECORD_FILE = "record.json"
_FORMAT = 1


@dataclass(frozen=True)
class PlacedRow:
    """A row with its folder.

    Attributes:
        row: what is asked.
        folder: where its files go.
        digest: of order, clip and weights; "" where the row is wrong.
        wrong: why it cannot be done, in one line.
        done: whether its record says that it was done already.
    """

    row: BatchRow
    folder: Path
    digest: str
    wrong: str
    done: bool


def row_digest(order: Order, weights: str, library: str | None) -> str:
    """What a row's sound depends on, as 64 hexadecimal digits; where clip and output lie does not count.

    Raises:
        UserError: the clip cannot be read.
    """
    asked = {**order_as_json(order), "clip": file_sha256(Path(order.clip)), "output": None}
    told = {"format": _FORMAT, "order": asked, "weights": weights, "library": library}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


class PresetDigests:
    """SHA-256 of presets and libraries, each read once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def of(self, order: Order) -> tuple[str, str | None]:
        """(of the preset, of the library or None).

        Raises:
            UserError: one cannot be read.
        """
        from ta_v2a.library.library import library_sha256
        from ta_v2a.presets.resolve import resolve

        preset, library = ("preset", order.preset), ("library", order.library or "")
        if preset not in self._known:
            self._known[preset] = folder_sha256(resolve(order.preset))
        if order.library is not None and library not in self._known:
            self._known[library] = library_sha256(order.library)
        return self._known[preset], self._known[library] if order.library is not None else None


def placed_rows(rows: list[BatchRow], out: Path) -> list[PlacedRow]:
    """Each row with a folder below `out`: its own of an earlier run, else one that is not there."""
    weights, taken, found = PresetDigests(), set(), []
    for row in rows:
        digest, wrong = "", row.wrong
        if row.order is not None:
            try:
                digest = row_digest(row.order, *weights.of(row.order))
            except UserError as error:
                wrong = str(error)
        for number in count(1):
            folder = out / (_safe(row.stem) + (f"-{number}" if number > 1 else ""))
            record = row_record(folder)
            free = (
                not folder.exists() if record is None else record["digest"] == digest or not record["digest"]
            )
            if folder not in taken and free:
                break
        taken.add(folder)
        done = bool(digest) and record is not None and record["digest"] == digest and _is_done(record, folder)
        found.append(PlacedRow(row, folder, digest, wrong, done))
    return found


def _safe(stem: str) -> str:
    """A manifest's name as a path below the output: no way up, no root."""
    parts = [part for part in stem.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "/".join(part[:120] for part in parts) or "row"


def _is_done(record: dict[str, Any], folder: Path) -> bool:
    return record["state"] == "done" and all((folder / name).is_file() for name in record["files"])


def row_record(folder: Path) -> dict[str, Any] | None:
    """What a folder's record says; None where it has none of this program's."""
    try:
        record = json.loads((folder / ROW_RECORD_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    known = isinstance(record, dict) and {"state", "digest", "files"} <= record.keys()
    return record if known else None


def keep_row_record(folder: Path, record: dict[str, Any]) -> None:
    """Writes a folder's record, whole or not at all."""
    with whole_file(folder / ROW_RECORD_FILE) as part:
        Path(part).write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
