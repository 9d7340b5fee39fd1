"""Where the weights of a preset lie, and whether they are the files that were shipped."""

from os import PathLike
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.system.provenance import file_sha256
from ta_v2a.system.user_files import is_file

WEIGHTS_FOLDER = Path(__file__).resolve().parents[1] / "weights"
CHECKSUMS = "SHA256SUMS"
_LONGEST_TOLD = 80


def preset_names() -> list[str]:
    """Names of the presets in this installation."""
    return sorted(path.parent.name for path in WEIGHTS_FOLDER.glob("*/model_index.json"))


def resolve(name_or_folder: str | PathLike) -> Path:
    """Folder of a preset, by its name ("mini") or by its path.

    A folder that holds a `SHA256SUMS` is checked against it first. That says that it is as somebody left it, not that
    it is a preset: `ta_v2a.engine.parts` looks through it.

    Raises:
        UserError: if there is no such preset, or a file differs from its checksum.
    """
    name, known = str(name_or_folder), preset_names()
    folder = WEIGHTS_FOLDER / name if name in known else Path(name)
    if not is_file(folder / "model_index.json"):
        told = name if len(name) <= _LONGEST_TOLD else name[: _LONGEST_TOLD - 1] + "…"
        presets = ", ".join(known) or "none is installed"
        raise UserError(f"no preset and no pipeline folder {told!r} (presets: {presets}; a folder needs a model_index.json)")
    if (folder / CHECKSUMS).is_file():
        verify(folder)
    return folder


def verify(folder: Path) -> None:
    """Compares every file named in `folder/SHA256SUMS` (the format of sha256sum) with its checksum.

    Raises:
        UserError: naming the first file that is missing or different.
    """
    try:
        lines = (folder / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{folder / CHECKSUMS} is no list of checksums") from None
    for line in lines:
        if not line.strip():
            continue
        expected, _, name = line.partition("  ")
        path = folder / name.strip()
        if not is_file(path):
            raise UserError(f"{path} is missing: the weights are incomplete, install the package again")
        if file_sha256(path) != expected.strip().lower():
            raise UserError(f"{path} is not the file that was shipped (its SHA-256 differs): install the package again")


def write_checksums(folder: Path) -> Path:
    """Writes `folder/SHA256SUMS` over every other file below the folder; returns its path."""
    target = folder / CHECKSUMS
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != target)
    target.write_text("".join(f"{file_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files))
    return target
