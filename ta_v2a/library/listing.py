"""The recordings of a folder, and what its index.csv, folder names and file names say of them."""

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ta_v2a.errors import UserError, one_line
from ta_v2a.library.analysis import FORMS
from ta_v2a.system.user_files import is_file, is_folder

ENDINGS = (".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64")
TABLE_NAME = "index.csv"
_TOLD = ("kind", "family", "form", "licence", "author", "source")
_OTHER_NAMES = {"license": "licence", "category": "kind", "creator": "author", "url": "source"}
_SAYS_NOTHING = frozenset(
    [
        "audio",
        "audios",
        "sound",
        "sounds",
        "sfx",
        "fx",
        "effect",
        "effects",
        "sample",
        "samples",
        "wav",
        "wavs",
        "flac",
        "ogg",
        "mp3",
        "aif",
        "aiff",
        "library",
        "libraries",
        "recording",
        "recordings",
        "folder",
        "new",
        "misc",
        "various",
        "other",
        "stuff",
        "data",
        "files",
        "file",
        "pack",
        "packs",
        "media",
        "assets",
    ]
)


@dataclass(frozen=True)
class Listed:
    """A file of the library.

    Attributes:
        path: relative to the library's folder, as the system writes it.
        size: bytes.
        mtime_ns: when it was last changed.
        told: kind, family, form, licence, author and source as index.csv has them; what it does not say is "",
            but for the kind, which then comes from the folder's or the file's name.
    """

    path: str
    size: int
    mtime_ns: int
    told: dict[str, str]


def read_table(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of a library's index.csv by path; none where there is no such file.

    It has a column path (or file, filename), and any of kind, family, form, licence, author, source.

    Raises:
        UserError: it is there and cannot be read, or has no column of paths.
    """
    table = folder / TABLE_NAME
    if not is_file(table):
        return {}
    try:
        with table.open(newline="", encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, ValueError, csv.Error) as error:
        raise UserError(f"{table}: cannot be read ({one_line(error)})") from None
    columns = rows[0].keys() if rows else ()
    name = next((column for column in ("path", "file", "filename") if column in columns), None)
    if name is None:
        raise UserError(f"{table}: needs a column path, such as drums/snare.wav")
    told = {}
    for row in rows:
        given = {_OTHER_NAMES.get(key, key): (value or "").strip() for key, value in row.items() if key}
        found = {key: given.get(key, "") for key in _TOLD}
        found["form"] = found["form"] if found["form"] in FORMS else ""
        told[os.path.normpath((row[name] or "").replace("\\", "/"))] = found
    return told


def listed(folder: Path) -> Iterator[Listed]:
    """The sound files below a folder, in order of their names, hidden ones left out. Where there is an
    index.csv, only what it names.

    Raises:
        UserError: there is no such folder, or its index.csv cannot be read.
    """
    if not is_folder(folder):
        raise UserError(f"{folder}: no such folder of recordings")
    table = read_table(folder)
    for path in _files(folder):
        relative = os.path.relpath(path, folder)
        if table and relative not in table:
            continue
        try:
            found = os.stat(path)
        except OSError:
            continue
        told = dict(table.get(relative) or dict.fromkeys(_TOLD, ""))
        told["kind"] = told["kind"] or kind_by_name(Path(relative))
        yield Listed(relative, found.st_size, found.st_mtime_ns, told)


def _files(folder: Path) -> Iterator[str]:
    for inside, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                path = os.path.join(inside, name)
                if os.path.isfile(path):
                    yield path


def kind_by_name(path: Path) -> str:
    """The kind of a file by its innermost folder that says something, else by its own name."""
    for part in reversed(path.parts[:-1]):
        words = name_words(part)
        if words and not set(words) <= _SAYS_NOTHING:
            return " ".join(words)
    return " ".join(name_words(path.stem))


def name_words(name: str) -> list[str]:
    """The words in a file's or folder's name, in lower case: parted at blanks, signs, digits and capitals."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.findall(r"[^\W\d_]{2,}", spaced)]
