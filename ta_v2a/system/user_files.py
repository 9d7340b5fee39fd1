"""Files and folders that a user names: found without surprises, written whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from ta_v2a.errors import UserError
from ta_v2a.media.writing.atomic import output_error


def is_file(path: str | Path) -> bool:
    """Whether there is such a file; a name that no file can have (too long, with a zero byte) is none."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: str | Path) -> bool:
    """The same of a folder."""
    try:
        return Path(path).is_dir()
    except (OSError, ValueError):
        return False


def made_folder(path: str | Path) -> Path:
    """The folder, made with its parents where it is not there.

    Raises:
        UserError: it cannot be made.
    """
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UserError(f"{path}: the folder cannot be made ({reason})") from None
    return Path(path)


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A new folder to write to; what it holds takes its place in `out` when the block ends
    well, and is removed otherwise.

    Files of `out` that have no new namesake stay.

    Raises:
        UserError: it cannot be written.
    """
    made_folder(out.parent)
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is no folder")
    part = out.parent / f".{token_hex(8)}.part"
    try:
        part.mkdir()
        yield part
        for file in sorted(path for path in part.rglob("*") if path.is_file()):
            place = out / file.relative_to(part)
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(file, place)
    except OSError as error:
        raise output_error(out, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
