"""Editors' files by their endings."""

from collections.abc import Callable
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.handoff.markers import markers_text
from ta_v2a.handoff.reaper import reaper_text
from ta_v2a.handoff.session import Session
from ta_v2a.handoff.timeline import timeline_text
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.writing.atomic import output_file, whole_file
from ta_v2a.system.extras import need

EXPORTS: dict[str, Callable[[Session, Path], str]] = {
    ".otio": timeline_text,
    ".rpp": reaper_text,
    ".csv": markers_text,
}


def check_export(name: str, *inputs: Path) -> Path:
    """An export's place, checked before the work.

    Raises:
        UserError: its ending names no such file, it cannot be written, or an extra lacks.
    """
    ending = Path(name).suffix.lower()
    if ending not in EXPORTS:
        raise UserError(f"{shown_name(name)}: an export ends in {', '.join(EXPORTS)}")
    if ending == ".otio":
        need("otio")
    return output_file(name, *inputs)


def write_export(path: Path, session: Session) -> None:
    """Writes an editor's file, whole or not at all.

    Raises:
        UserError: the disk is full, or the folder refuses the file.
    """
    text = EXPORTS[path.suffix.lower()](session, path.parent)
    with whole_file(path) as part:
        Path(part).write_text(text, encoding="utf-8")
