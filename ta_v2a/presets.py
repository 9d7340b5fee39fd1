"""Where the weights of a preset lie, and whether they are the files that were shipped."""

import hashlib
from pathlib import Path

from .errors import UserError

WEIGHTS_FOLDER = Path(__file__).parent / "weights"
CHECKSUMS = "SHA256SUMS"


def preset_names() -> list[str]:
    """Names of the presets in this installation."""
    return sorted(path.parent.name for path in WEIGHTS_FOLDER.glob("*/model_index.json"))


def resolve(name_or_folder: str | Path) -> Path:
    """Folder of a preset, by its name ("mini") or by its path.

    A folder that holds a `SHA256SUMS` is checked against it first.

    Raises:
        UserError: if there is no such preset, or a file differs from its checksum.
    """
    given = Path(name_or_folder)
    if given.is_dir() and not (given.name == str(name_or_folder) and (WEIGHTS_FOLDER / given.name).is_dir()):
        folder = given
    else:
        folder = WEIGHTS_FOLDER / str(name_or_folder)
    if not (folder / "model_index.json").is_file():
        known = ", ".join(preset_names()) or "none is installed"
        raise UserError(f"no preset and no pipeline folder {str(name_or_folder)!r} (presets: {known}; a folder needs a model_index.json)")
    if (folder / CHECKSUMS).is_file():
        verify(folder)
    return folder


def file_sha256(path: Path) -> str:
    """SHA-256 of a file as 64 hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def verify(folder: Path) -> None:
    """Compares every file named in `folder/SHA256SUMS` (the format of sha256sum) with its checksum.

    Raises:
        UserError: naming the first file that is missing or different.
    """
    for line in (folder / CHECKSUMS).read_text().splitlines():
        if not line.strip():
            continue
        expected, _, name = line.partition("  ")
        path = folder / name.strip()
        if not path.is_file():
            raise UserError(f"{path} is missing: the weights are incomplete, install the package again")
        if file_sha256(path) != expected.strip().lower():
            raise UserError(f"{path} is not the file that was shipped (its SHA-256 differs): install the package again")


def write_checksums(folder: Path) -> Path:
    """Writes `folder/SHA256SUMS` over every other file below the folder; returns its path."""
    target = folder / CHECKSUMS
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != target)
    target.write_text("".join(f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files))
    return target
