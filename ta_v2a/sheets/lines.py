"""Lines for people ("1.2-3.0: glass breaking; 4: door slam (loud)"), and Audacity's labels."""

import re
from collections.abc import Sequence
from math import isinf

from ta_v2a.sheets.clocked import Counting
from ta_v2a.sheets.marks import marked_words, unmarked_words
from ta_v2a.sheets.sheet import CueRow, SheetError, checked, closed
from ta_v2a.sheets.timecode import plain

_LINE = re.compile(
    r"\s*+(?P<start>\d[\d:;.,]*?)\s*+s?\s*+(?:(?P<dash>-->|[-–—])\s*+(?P<end>\d[\d:;.,]*?)?\s*+s?\s*+)?:(?:\s++|$)"
)
_NEXT = re.compile(r";\s+(?=\d)|;\s*$")


def read_lines(text: str, counting: Counting) -> list[CueRow]:
    """Cues of lines, or of one line with "; " between them; "#" begins a remark.

    "4: x" lasts until the next cue, "4-: x" to the end of the clip.
    """
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        place = 0
        for piece in _NEXT.split(line):
            column = line.find(piece, place) + 1
            place = column - 1 + len(piece)
            if piece.strip():
                rows.append(_row(piece, number, column, counting))
    return rows


def _row(piece: str, number: int, column: int, counting: Counting) -> CueRow:
    found = _LINE.match(piece)
    if found is None:
        raise SheetError(
            f'{piece.strip()[:40]!r} is not of the form "START-END: what is heard" (a blank after the colon)',
            number,
            column,
        )
    columns = {
        name: column + max(0, found.start(group)) for name, group in (("start_s", "start"), ("end_s", "end"))
    }
    start_s = counting.read(found["start"], number, columns["start_s"])
    end_s = None
    if found["end"]:
        end_s = counting.read(found["end"], number, columns["end_s"])
    elif found["dash"]:
        end_s = float("inf")
    columns["text"] = column + found.end()
    return worded_row(piece[found.end() :], number, columns, start_s=start_s, end_s=end_s)


def worded_row(words: str, number: int, columns: dict[str, int], **times: float | None) -> CueRow:
    """A row from its times and words with marks.

    Raises:
        SheetError: it is none.
    """
    try:
        fields = unmarked_words(words)
    except ValueError as error:
        raise SheetError(str(error), number, columns.get("text", 1)) from None
    return checked(number, columns, **times, **fields)


def write_lines(rows: Sequence[CueRow], counting: Counting) -> str:
    """One cue a line, in seconds."""
    return "".join(f"{_span(row, counting)}: {_words(row)}\n" for row in rows)


def _span(row: CueRow, counting: Counting) -> str:
    start = plain(counting.written(row.start_s))
    if row.end_s is None:
        return start
    return f"{start}-" + ("" if isinf(row.end_s) else plain(counting.written(row.end_s)))


def _words(row: CueRow) -> str:
    return marked_words(row.text, row.strength, row.negative)


def is_labels(text: str) -> bool:
    """Whether a text holds Audacity's labels rather than lines."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return re.match(r"\s*[\d.,]+\t\s*[\d.,]+(\t|$)", first) is not None


def read_labels(text: str, counting: Counting) -> list[CueRow]:
    """Audacity's label track: START, END and words between tabs; a label of no
    length lasts until the next."""
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.startswith("\\"):  # "\" begins the pitch range of the label above
            continue
        parts = line.split("\t", 2)
        if len(parts) < 3:
            raise SheetError("a label is START, END and words with tabs between", number, len(line) + 1)
        places = {"start_s": 1, "end_s": len(parts[0]) + 2, "text": len(parts[0]) + len(parts[1]) + 3}
        start_s = counting.read(parts[0], number, places["start_s"])
        end_s = counting.read(parts[1], number, places["end_s"])
        rows.append(
            worded_row(parts[2], number, places, start_s=start_s, end_s=None if end_s == start_s else end_s)
        )
    return rows


def write_labels(rows: Sequence[CueRow], counting: Counting) -> str:
    """Audacity's label track; the end of the clip is 99:59:59."""
    lines = []
    for row in rows:
        start_s = counting.written(row.start_s)
        end_s = start_s if row.end_s is None else counting.written(row.end_s)
        lines.append(f"{start_s:.6f}\t{end_s:.6f}\t{_words(row)}\n")
    return "".join(lines)


def worded(rows: Sequence[CueRow]) -> list[tuple[CueRow, float, str]]:
    """Rows with their ends and their words, for forms that always have both."""
    ends = [row.end_s for row in closed(rows)]
    ordered = sorted(rows, key=lambda row: row.start_s)
    return [(row, end or 0.0, _words(row)) for row, end in zip(ordered, ends, strict=True)]
