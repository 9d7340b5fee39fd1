"""Lists of clips: VGGSound's and AudioCaps' own layouts, and any table with path,
start_s, caption and split."""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ta_v2a.errors import UserError, one_line
from ta_v2a.system.user_files import is_file, is_folder

FILM_SUFFIXES = {".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4v", ".flv", ".ts", ".mpg"}
_CAPTIONS = ("caption", "description", "prompt", "label")
_LAYOUTS = """a table with a column path (and start_s, caption, split),
VGGSound's (id, start, label, split without a header; id_start.mp4,
label; or filename, start, desc, split) or AudioCaps' (audiocap_id, youtube_id, start_time, caption)"""


@dataclass(frozen=True)
class Row:
    """One clip of a manifest.

    Attributes:
        key: eight digits, the row's place in the manifest; the same in every run.
        named: what the manifest calls it.
        path: its film, or None where no file has that name.
        start_s: where in that film the clip begins, in seconds.
        caption, split: as in the manifest; "" and "train" where it does not say.
        columns: all columns of a table with a column path, by their names in small letters.
    """

    key: str
    named: str
    path: Path | None
    start_s: float
    caption: str
    split: str
    columns: dict[str, str] = field(default_factory=dict, compare=False)


class Films:
    """The films of a folder by name. A name with a start in it ("ID_000030") is a clip that was cut
    out already and begins at 0."""

    def __init__(self, folder: Path):
        if not is_folder(folder):
            raise UserError(f"no such folder of films: {folder}")
        self._films = {
            path.stem: path for path in sorted(folder.rglob("*")) if path.suffix.lower() in FILM_SUFFIXES
        }

    def find(self, name: str, start_s: float, *others: str) -> tuple[Path | None, float]:
        """(film or None, start in it) of a video's id and the start of the clip; `others` are
        further names of the cut clip."""
        start = round(start_s)
        for cut in (f"{name}_{start:06d}", f"{name}_{start}", f"{name}_{start * 1000}", *others):
            if cut in self._films:
                return self._films[cut], 0.0
        return self._films.get(name), start_s


def read_manifest(path: str | Path, films: str | Path | None = None, split: str | None = None) -> list[Row]:
    """All rows of a CSV or Parquet manifest.

    Args:
        path: the manifest; a Parquet file ends in .parquet.
        films: folder of the films; by default the manifest's own.
        split: only rows of this split; keys stay what they are.

    Raises:
        UserError: the file cannot be read, has another layout, or has no rows.
    """
    source = Path(path)
    if not is_file(source):
        raise UserError(f"no such manifest: {source}")
    folder = Path(films) if films is not None else source.parent
    table = _parquet(source) if source.suffix.lower() == ".parquet" else _csv(source)
    if not table:
        raise UserError(f"{source} holds no rows")
    named = {name.strip().lower(): name for name in table[0]}
    if "path" in named:
        rows = [_plain(index, row, folder) for index, row in enumerate(_lower(table))]
    elif {"audiocap_id", "youtube_id", "start_time", "caption"} <= named.keys():
        rows = _audiocaps(_lower(table), Films(folder))
    elif {"filename", "start", "desc"} <= named.keys():
        rows = _vggsound(
            ((r["filename"], r["start"], r["desc"], r.get("split", "")) for r in _lower(table)), Films(folder)
        )
    else:
        rows = _headless(source, Films(folder))
    kept = [row for row in rows if split is None or row.split == split]
    if not kept:
        splits = ", ".join(sorted({row.split for row in rows}))
        raise UserError(f"{source} has no rows of split {split!r}; it has {splits}")
    return kept


def _lower(table: list[dict[str, Any]]) -> Iterable[dict[str, Any]]:
    for row in table:
        yield {name.strip().lower(): value for name, value in row.items() if name is not None}


def _seconds(text: Any, index: int) -> float:
    try:
        value = float(text or 0)
    except (TypeError, ValueError):
        value = -1.0
    if not 0 <= value < 1e7:
        raise UserError(
            f"row {index + 1} of the manifest: the start is {str(text)[:80]!r}, not a number of seconds"
        )
    return value


def _row(index: int, named: str, path: Path | None, start_s: float, caption: Any, split: Any) -> Row:
    return Row(
        f"{index:08d}", named, path, start_s, str(caption or "").strip(), str(split or "").strip() or "train"
    )


def _plain(index: int, row: dict[str, Any], folder: Path) -> Row:
    name = str(row["path"] or "")
    path = folder / name
    caption = next((row[column] for column in _CAPTIONS if row.get(column)), "")
    start_s = _seconds(row.get("start_s"), index)
    found = _row(index, name, path if name and is_file(path) else None, start_s, caption, row.get("split"))
    return replace(found, columns={key: str(value) for key, value in row.items() if value not in (None, "")})


def _audiocaps(table: Iterable[dict[str, Any]], films: Films) -> list[Row]:
    rows = []
    for index, row in enumerate(table):
        start_s = _seconds(row["start_time"], index)
        path, inside_s = films.find(str(row["youtube_id"]), start_s, str(row["audiocap_id"]))
        rows.append(
            _row(index, f"{row['youtube_id']}_{start_s:g}", path, inside_s, row["caption"], row.get("split"))
        )
    return rows


def _vggsound(table: Iterable[tuple[str, Any, str, str]], films: Films) -> list[Row]:
    rows = []
    for index, (name, start, label, split) in enumerate(table):
        start_s = _seconds(start, index)
        path, inside_s = films.find(name, start_s)
        rows.append(_row(index, f"{name}_{start_s:g}", path, inside_s, label, split))
    return rows


def _headless(source: Path, films: Films) -> list[Row]:
    """VGGSound's released tables, which have no header: id, start, label, split; or
    ID_000300.mp4, label (its test list)."""
    if source.suffix.lower() == ".parquet":
        raise UserError(f"{source} is no manifest: it needs {' '.join(_LAYOUTS.split())}")
    lines = [line for line in _lines(source) if line]
    entries = []
    for line in lines:
        cut = re.fullmatch(r"(.{11})_(\d{6})(\.mp4)?", line[0])
        if len(line) == 4 and re.fullmatch(r"\d+(\.\d+)?", line[1].strip()):
            entries.append((line[0], line[1], line[2], line[3]))
        elif len(line) == 2 and cut:
            entries.append((cut[1], cut[2], line[1], "test"))
        else:
            raise UserError(f"{source} is no manifest: it needs {' '.join(_LAYOUTS.split())}")
    return _vggsound(entries, films)


def _lines(source: Path) -> list[list[str]]:
    try:
        with source.open(newline="", encoding="utf-8-sig") as stream:
            return list(csv.reader(stream, skipinitialspace=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UserError(f"{source} is no CSV: {error}") from None


def _csv(source: Path) -> list[dict[str, Any]]:
    header, *lines = _lines(source) or [[]]
    # Lists of several splits are often files put together, each with its header.
    return [
        dict(zip(header, line + [""] * (len(header) - len(line)), strict=False))
        for line in lines
        if line and line != header
    ]


def _parquet(source: Path) -> list[dict[str, Any]]:
    import pyarrow
    import pyarrow.parquet

    try:
        return pyarrow.parquet.read_table(source).to_pylist()
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise UserError(f"{source} is no Parquet file: {one_line(error)}") from None
