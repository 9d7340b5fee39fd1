"""CMX 3600 edit decision lists: events at their record times, with their words as a comment."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ta_v2a.errors import UserError
from ta_v2a.sheets.clocked import Counting
from ta_v2a.sheets.lines import worded, worded_row
from ta_v2a.sheets.sheet import CueRow, SheetError
from ta_v2a.sheets.timecode import timecode

_CODE = r"\d{2}:\d{2}:\d{2}[:;]\d{2,3}"
_EVENT = re.compile(
    rf"\s*(?P<number>\d+)\s+\S+\s+\S+\s+\S+(?:\s+\d+)?\s+({_CODE})\s+({_CODE})\s+(?P<start>{_CODE})\s+(?P<end>{_CODE})\s*$"
)
_NOTE = re.compile(
    r"\s*\*\s*(?P<name>COMMENT|FROM CLIP NAME|TO CLIP NAME|LOC)\s*:\s*(?P<words>.*?)\s*$", re.IGNORECASE
)
_LOCATOR = re.compile(rf"(?P<start>{_CODE})\s+(?P<colour>[A-Z]+)\s*(?P<words>.*)$", re.IGNORECASE)
_FCM = re.compile(r"\s*FCM\s*:\s*(?P<non>NON[- ]?)?DROP\s*FRAME", re.IGNORECASE)


def read_edl(text: str, counting: Counting) -> list[CueRow]:
    """Events with their comment, else the name of their clip; locators ("* LOC:") as cues until the next."""
    rows: list[CueRow] = []
    event: tuple[int, dict[str, int], float, float] | None = None
    words: dict[str, str] = {}

    def finish() -> None:
        if event is None:
            return
        number, places, start_s, end_s = event
        said = words.get("COMMENT") or words.get("FROM CLIP NAME") or words.get("TO CLIP NAME")
        if not said:
            raise SheetError("the event has neither a comment nor a name of its clip", number, 1)
        rows.append(worded_row(said, number, places, start_s=start_s, end_s=end_s))

    for number, line in enumerate(text.split("\n"), 1):
        if mode := _FCM.match(line):
            counting = replace(counting, drop=mode["non"] is None)
        elif found := _EVENT.match(line):
            finish()
            places = {"start_s": found.start("start") + 1, "end_s": found.start("end") + 1}
            start_s, end_s = (
                counting.read(found[name], number, places[f"{name}_s"]) for name in ("start", "end")
            )
            event, words = (number, places, start_s, end_s), {}
        elif note := _NOTE.match(line):
            name = note["name"].upper()
            if name != "LOC":
                words[name] = f"{words[name]} {note['words']}" if name in words else note["words"]
                continue
            mark = _LOCATOR.match(note["words"])
            if mark is None:
                raise SheetError(
                    "a locator is a timecode, a colour and words", number, note.start("words") + 1
                )
            column = note.start("words") + 1
            start_s = counting.read(mark["start"], number, column)
            rows.append(worded_row(mark["words"], number, {"start_s": column}, start_s=start_s, end_s=None))
        elif re.match(r"\s*\d+\s", line):
            raise SheetError(f"{line.strip()[:40]!r} is no event that can be read", number, 1)
    finish()
    return rows


def write_edl(rows: Sequence[CueRow], counting: Counting) -> str:
    """One event a cue, on the first sound track.

    Raises:
        UserError: the frame rate is not known, or a cue is shorter than a frame.
    """
    rate, drop = counting.rate, bool(counting.drop)
    if rate is None:
        raise UserError("an EDL counts frames, but of which rate? say it (--fps 25)")
    lines = ["TITLE: CUES", f"FCM: {'DROP' if drop else 'NON-DROP'} FRAME", ""]
    for number, (row, end_s, words) in enumerate(worded(rows), 1):
        start, end = (timecode(counting.written(each), rate, drop) for each in (row.start_s, end_s))
        if start == end:
            raise UserError(f"the cue {row.text[:40]!r} is shorter than a frame of the EDL")
        lines += [
            f"{number:03d}  AX       AA    C        {start} {end} {start} {end}",
            f"* COMMENT: {words}",
            "",
        ]
    return "\n".join(lines)
