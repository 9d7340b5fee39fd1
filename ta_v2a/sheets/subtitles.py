"""SRT and WebVTT."""

import html
import re
from collections.abc import Sequence

from ta_v2a.sheets.clocked import Counting
from ta_v2a.sheets.lines import worded, worded_row
from ta_v2a.sheets.sheet import CueRow, SheetError
from ta_v2a.sheets.timecode import clock_time

_ARROW = re.compile(r"\s*+([\d:.,]++)\s*+-->\s*+([\d:.,]++)(?P<rest>.*)$")
_TAG = re.compile(r"</?[A-Za-z0-9][^<>]*>|\{\\[^{}]*\}")
_SKIPPED = ("NOTE", "STYLE", "REGION")


def read_srt(text: str, counting: Counting) -> list[CueRow]:
    """Cues of an SRT file; a number before the times may be missing."""
    return _read(text, counting, webvtt=False)


def read_vtt(text: str, counting: Counting) -> list[CueRow]:
    """Cues of a WebVTT file; notes, styles, names and settings are left aside."""
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", text):
        raise SheetError("a WebVTT file begins with WEBVTT", 1, 1)
    return _read(text, counting, webvtt=True)


def _read(text: str, counting: Counting, webvtt: bool) -> list[CueRow]:
    lines = text.split("\n")
    rows, i = [], 0
    if webvtt:
        while i < len(lines) and lines[i].strip():
            i += 1
    while i < len(lines):
        if not lines[i].strip():
            i += 1
            continue
        if webvtt and lines[i].startswith(_SKIPPED) and "-->" not in lines[i]:
            while i < len(lines) and lines[i].strip():
                i += 1
            continue
        if "-->" not in lines[i] and i + 1 < len(lines) and "-->" in lines[i + 1]:
            if not webvtt and not lines[i].strip().isdigit():
                raise SheetError(f"{lines[i].strip()[:30]!r} is no number of a subtitle", i + 1, 1)
            i += 1
        found = _ARROW.match(lines[i])
        if found is None or (not webvtt and found["rest"].strip()):
            raise SheetError(f"{lines[i].strip()[:40]!r} is not of the form START --> END", i + 1, 1)
        number = i + 1
        places = {"start_s": found.start(1) + 1, "end_s": found.start(2) + 1}
        start_s = counting.read(found[1], number, places["start_s"])
        end_s = counting.read(found[2], number, places["end_s"])
        words = []
        i += 1
        while i < len(lines) and lines[i].strip():
            words.append(lines[i].strip())
            i += 1
        said = html.unescape(_TAG.sub("", " ".join(words)))
        rows.append(worded_row(said, number, places, start_s=start_s, end_s=end_s))
    return rows


def write_srt(rows: Sequence[CueRow], counting: Counting) -> str:
    """An SRT file."""
    blocks = []
    for number, (row, end_s, words) in enumerate(worded(rows), 1):
        start, end = (clock_time(counting.written(each), ",") for each in (row.start_s, end_s))
        blocks.append(f"{number}\n{start} --> {end}\n{html.escape(words, quote=False)}\n")
    return "\n".join(blocks)


def write_vtt(rows: Sequence[CueRow], counting: Counting) -> str:
    """A WebVTT file."""
    blocks = []
    for row, end_s, words in worded(rows):
        start, end = (clock_time(counting.written(each)) for each in (row.start_s, end_s))
        blocks.append(f"{start} --> {end}\n{html.escape(words, quote=False)}\n")
    return "\n".join(["WEBVTT\n", *blocks])
