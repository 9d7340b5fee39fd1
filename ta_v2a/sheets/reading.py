"""Sheets from files and to files, in any form: by the file's ending, or as named."""

from collections.abc import Callable, Sequence
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.media.writing.atomic import output_file, whole_file
from ta_v2a.sheets.clocked import Counting
from ta_v2a.sheets.edl import read_edl, write_edl
from ta_v2a.sheets.lines import is_labels, read_labels, read_lines, write_labels, write_lines
from ta_v2a.sheets.sheet import CueRow, SheetError, sheet_rows
from ta_v2a.sheets.subtitles import read_srt, read_vtt, write_srt, write_vtt
from ta_v2a.sheets.tables import read_csv, read_json, write_csv, write_json
from ta_v2a.system.user_files import is_file

Read = Callable[[str, Counting], list[CueRow]]
Write = Callable[[Sequence[CueRow], Counting], str]
SHEET_FORMS: dict[str, tuple[Read, Write]] = {
    "lines": (read_lines, write_lines),
    "srt": (read_srt, write_srt),
    "vtt": (read_vtt, write_vtt),
    "csv": (read_csv, write_csv),
    "json": (read_json, write_json),
    "edl": (read_edl, write_edl),
    "audacity": (read_labels, write_labels),
}
SHEET_ENDINGS = {
    ".srt": "srt",
    ".vtt": "vtt",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".edl": "edl",
    ".cues": "lines",
    ".txt": "lines",
}
LARGEST_BYTES = 8 << 20


def form_of(path: str | Path, named: str | None = None) -> str:
    """The form of a sheet: as named, or by its ending.

    Raises:
        UserError: neither says it.
    """
    form = named or SHEET_ENDINGS.get(Path(path).suffix.lower())
    if form not in SHEET_FORMS:
        raise UserError(
            f"{path}: which form? one of {', '.join(SHEET_FORMS)}, or an ending of {' '.join(SHEET_ENDINGS)}"
        )
    return form


def read_sheet_text(text: str, form: str, counting: Counting | None = None) -> list[CueRow]:
    """The rows of a sheet, by their beginning.

    Raises:
        SheetError: a line cannot be read, or could mean two things.
        UserError: it holds no cue.
    """
    clean = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return sheet_rows(SHEET_FORMS[form][0](clean, counting or Counting()))


def read_sheet(path: str | Path, form: str | None = None, counting: Counting | None = None) -> list[CueRow]:
    """The rows of a sheet in a file. A .txt holds lines, or Audacity's labels if its first line does.

    Raises:
        UserError: it cannot be read; the line and column are named.
    """
    if not is_file(Path(path)):
        raise UserError(f"no such cue sheet: {path}")
    chosen = form_of(path, form)
    try:
        if Path(path).stat().st_size > LARGEST_BYTES:
            raise UserError(f"{path}: more than {LARGEST_BYTES >> 20} MiB are no cue sheet")
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is no UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror or error}") from None
    if chosen == "lines" and form is None and is_labels(text):
        chosen = "audacity"
    try:
        return read_sheet_text(text, chosen, counting)
    except SheetError as error:
        raise UserError(f"{path}, {error}") from None
    except UserError as error:
        raise UserError(f"{path} {error}") from None


def write_sheet(
    path: str | Path, rows: Sequence[CueRow], form: str | None = None, counting: Counting | None = None
) -> Path:
    """Writes a sheet whole or not at all; returns its path.

    Raises:
        UserError: it cannot be written.
    """
    place, chosen = output_file(path), form_of(path, form)
    text = SHEET_FORMS[chosen][1](rows, counting or Counting())
    with whole_file(place) as part:
        Path(part).write_text(text, encoding="utf-8")
    return place
