"""The index of a library: one SQLite file, filled step by step, renewed where a recording changed."""

import hashlib
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.library.analysis import Analysis, RecordedEvent, Unreadable, analysed
from ta_v2a.library.bands import COLOUR_BANDS
from ta_v2a.library.listing import Listed, listed
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.system.parallel import Crashed, in_order
from ta_v2a.system.user_files import is_file, is_folder, made_folder

INDEX_NAME = "ta-v2a-library.index"
INDEX_VERSION = "2"  # of what is measured; another one is measured again
_AT_ONCE = 200  # recordings that an interruption may cost
_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS recordings (
    path BLOB PRIMARY KEY, size INTEGER, mtime_ns INTEGER, trouble TEXT,
    kind TEXT, family TEXT, told_form TEXT, licence TEXT, author TEXT, source TEXT,
    duration_s REAL, rate_hz INTEGER, channels INTEGER, form TEXT, level_db REAL, floor_db REAL,
    quiet_s REAL, quiet_length_s REAL, quiet_db REAL, peak REAL,
    colour BLOB, times BLOB, colours BLOB
) WITHOUT ROWID;
"""
_TOLD = ("kind", "family", "form", "licence", "author", "source")
_COLUMNS = 23


@dataclass(frozen=True)
class Recording:
    """A recording of an indexed library.

    Attributes:
        path: relative to the library's folder.
        size, mtime_ns: of the file when it was looked at.
        told: kind, family, form, licence, author, source, as far as the library says.
        analysis: what it holds; its form is that of index.csv where that says one.
    """

    path: str
    size: int
    mtime_ns: int
    told: dict[str, str]
    analysis: Analysis


def default_index(folder: Path) -> Path:
    """Where the index of a folder lies unless the user says otherwise: in the user's cache, so that the
    folder is left as it is."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ta-v2a" / "libraries"
    name = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:24]
    return cache / f"{name}.index"


def index_of(folder: Path) -> Path:
    """The index that a folder has: the one inside it, or the one in the user's cache."""
    inside = folder / INDEX_NAME
    return inside if is_file(inside) else default_index(folder)


def index_library(
    folder: str | Path,
    place: str | Path | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Looks at every recording of a folder that is new or changed, forgets those that are gone, and says
    what there is, ready for JSON. Interrupted, it goes on where it stopped. The folder is read only.

    Args:
        place: the index file; None: the one that the folder has, by default in the user's cache.
        jobs: processes.
        progress: called with (recordings done, all of them).

    Raises:
        UserError: the folder or the index cannot be used, or the folder holds no sound.
    """
    folder = Path(folder)
    if not is_folder(folder):
        raise UserError(f"{shown_name(folder)}: no such folder of recordings")
    files = list(listed(folder))
    if not files:
        raise UserError(f"{shown_name(folder)}: holds no sound files")
    file = index_of(folder) if place is None else Path(place)
    if place is None:
        made_folder(file.parent)
    with _opened(file, folder) as store:
        known = {os.fsdecode(row[0]): row[1:] for row in store.execute(_KNOWN)}
        wanted = [item for item in files if known.get(item.path, ())[:2] != (item.size, item.mtime_ns)]
        names = {item.path for item in files}
        gone = [(os.fsencode(path),) for path in known if path not in names]
        store.executemany("DELETE FROM recordings WHERE path = ?", gone)
        retold = [
            item for item in files if item.path in known and known[item.path][2:] != tuple(_words_of(item))
        ]
        store.executemany(_RETELL, [(*_words_of(item), os.fsencode(item.path)) for item in retold])
        store.execute(_STATE, ("in work",))
        store.commit()
        done = len(files) - len(wanted)
        progress(done, len(files))
        look = partial(_looked_at, folder=str(folder))
        for number, (item, found) in enumerate(in_order(look, wanted, jobs if jobs > 1 else 0), 1):
            outcome = "brought its reader down" if isinstance(found, Crashed) else found
            store.execute(f"REPLACE INTO recordings VALUES ({','.join('?' * _COLUMNS)})", _row(item, outcome))
            if number % _AT_ONCE == 0:
                store.commit()
            progress(done + number, len(files))
        store.execute(_STATE, ("whole",))
        store.commit()
        return {
            "folder": str(folder),
            "index": str(file),
            "new": len(wanted),
            "gone": len(gone),
            **_told(store),
        }


_STATE = "REPLACE INTO about VALUES ('state', ?)"
_KNOWN = "SELECT path, size, mtime_ns, kind, family, told_form, licence, author, source FROM recordings"
_RETELL = (
    "UPDATE recordings SET kind = ?, family = ?, told_form = ?, licence = ?, author = ?, source = ? "
    "WHERE path = ?"
)


def _words_of(item: Listed) -> list[str]:
    return [item.told[name] for name in _TOLD]


@contextmanager
def _opened(file: Path, folder: Path) -> Iterator[sqlite3.Connection]:
    """The store, made where it is not there, emptied if another version or folder filled it."""
    name = shown_name(file)
    try:
        if is_file(file) and os.path.getsize(file) and "version" not in _about(file):
            raise UserError(f"{name}: is no index of a library; it is left alone")
        with closing(sqlite3.connect(file)) as store:
            store.executescript(_TABLES)
            about = dict(store.execute("SELECT name, value FROM about"))
            now = {"version": INDEX_VERSION, "folder": os.path.realpath(folder)}
            if about and about.get("version") != INDEX_VERSION:
                store.execute("DELETE FROM recordings")
            store.executemany("REPLACE INTO about VALUES (?, ?)", now.items())
            store.commit()
            yield store
    except sqlite3.Error as error:
        raise UserError(f"{name}: the index cannot be used ({error})") from None


def _about(file: Path) -> dict[str, str]:
    """What an index says of itself; nothing where it is none."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as store:
            return dict(store.execute("SELECT name, value FROM about"))
    except sqlite3.Error:
        return {}


def is_whole(file: Path) -> bool:
    """Whether there is an index of this version, and all recordings have been looked at."""
    about = _about(file) if is_file(file) else {}
    return about.get("version") == INDEX_VERSION and about.get("state") == "whole"


def _looked_at(item: Listed, folder: str) -> Analysis | str:
    """In a worker: what a recording holds, or why it cannot be used."""
    try:
        return analysed(Path(folder) / item.path)
    except Unreadable as error:
        return str(error)


def _row(item: Listed, found: Analysis | str) -> tuple[Any, ...]:
    facts = (os.fsencode(item.path), item.size, item.mtime_ns)
    if isinstance(found, str):
        return (*facts, found, *_words_of(item), *([None] * 13))
    times = np.array([(e.start_s, e.length_s, e.level_db, e.attack_s) for e in found.events], np.float32)
    colours = np.array([event.colour for event in found.events], np.float16)
    measured = (found.duration_s, found.rate_hz, found.channels, found.form, found.level_db, found.floor_db)
    blobs = (found.colour.astype(np.float16).tobytes(), times.tobytes(), colours.tobytes())
    return (*facts, None, *_words_of(item), *measured, *found.quiet, found.peak, *blobs)


def _told(store: sqlite3.Connection) -> dict[str, Any]:
    """What an index holds, for the user."""
    rows = list(
        store.execute(
            "SELECT path, trouble, kind, COALESCE(NULLIF(told_form, ''), form), licence FROM recordings"
        )
    )
    good = [row for row in rows if row[1] is None]
    return {
        "recordings": len(good),
        "kinds": len({row[2] for row in good}),
        "forms": dict(Counter(row[3] for row in good)),
        "licences": dict(Counter(row[4] or "unknown" for row in good).most_common()),
        "skipped": [{"path": os.fsdecode(row[0]), "reason": row[1]} for row in rows if row[1] is not None],
    }


def read_library_index(file: Path) -> tuple[Path, list[Recording]]:
    """The folder of an index, and its recordings in the order of their paths.

    Raises:
        UserError: it cannot be read, or another version of this program made it.
    """
    name = shown_name(file)
    about = _about(file) if is_file(file) else {}
    if "version" not in about:
        raise UserError(f"{name}: is no index of a library (ta-v2a library index FOLDER makes one)")
    if about["version"] != INDEX_VERSION:
        raise UserError(f"{name}: was made by another version: run ta-v2a library index again")
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as store:
            rows = list(store.execute("SELECT * FROM recordings WHERE trouble IS NULL ORDER BY path"))
    except sqlite3.Error as error:
        raise UserError(f"{name}: the index cannot be used ({error})") from None
    return Path(about["folder"]), [_recording(row) for row in rows]


def _recording(row: tuple[Any, ...]) -> Recording:
    path, size, mtime_ns, _, *rest = row
    told, measured = dict(zip(_TOLD, rest[:6], strict=True)), rest[6:]
    duration_s, rate_hz, channels, form, level_db, floor_db, *quiet, peak, colour, times, colours = measured
    events = zip(
        np.frombuffer(times, np.float32).reshape(-1, 4),
        np.frombuffer(colours, np.float16).reshape(-1, COLOUR_BANDS),
        strict=True,
    )
    analysis = Analysis(
        duration_s,
        rate_hz,
        channels,
        told["form"] or form,
        level_db,
        floor_db,
        (quiet[0], quiet[1], quiet[2]),
        peak,
        np.frombuffer(colour, np.float16).astype(np.float32),
        tuple(
            RecordedEvent(
                float(start_s), float(length_s), float(level_db), float(attack_s), shape.astype(np.float32)
            )
            for (start_s, length_s, level_db, attack_s), shape in events
        ),
    )
    return Recording(os.fsdecode(path), size, mtime_ns, told, analysis)
