"""CSV with a heading, and JSON."""

import csv
import io
import json
import re
from collections.abc import Sequence
from math import inf, isinf
from typing import Any

from ta_v2a.sheets.clocked import Counting
from ta_v2a.sheets.sheet import CueRow, SheetError, checked
from ta_v2a.sheets.timecode import plain

HEADINGS: dict[str, tuple[str, ...]] = {
    "start_s": ("start", "start_s", "begin", "in", "time", "onset", "record in", "timecode in", "start time"),
    "end_s": ("end", "end_s", "stop", "out", "offset", "record out", "timecode out", "end time"),
    "text": ("text", "prompt", "caption", "description", "label", "sound", "name", "what is heard"),
    "strength": ("strength", "weight"),
    "negative": ("negative", "not", "negative_prompt", "negative prompt"),
}
"""Headings by which a column is known; a sheet has one of each row at most."""
_END = "end"


def read_csv(text: str, counting: Counting) -> list[CueRow]:
    """Cues of a CSV with commas, semicolons or tabs; errors count columns of the table."""
    heading = next((line for line in text.split("\n") if line.strip()), "")
    mark = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: list[CueRow] = []
    places: dict[str, int] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if places is None:
                places = _places(cells, reader.line_num)
                continue
            given = {name: cells[at].strip() if at < len(cells) else "" for name, at in places.items()}
            columns = {name: at + 1 for name, at in places.items()}
            rows.append(_row(given, reader.line_num, columns, counting))
    except csv.Error as error:
        raise SheetError(str(error), max(1, reader.line_num), 1) from None
    return rows


def _places(cells: list[str], line: int) -> dict[str, int]:
    """Which column holds what."""
    names = [cell.strip().casefold().removeprefix("\ufeff") for cell in cells]
    places: dict[str, int] = {}
    for field, known in HEADINGS.items():
        found = [at for at, name in enumerate(names) if name in known]
        if len(found) > 1:
            both = " and ".join(names[at] for at in found)
            raise SheetError(f"the columns {both} say the same", line, found[1] + 1)
        if found:
            places[field] = found[0]
    for field in ("start_s", "text"):
        if field not in places:
            raise SheetError(f"no column {' or '.join(HEADINGS[field][:3])}", line, 1)
    return places


def _row(given: dict[str, Any], line: int, columns: dict[str, int], counting: Counting) -> CueRow:
    """A row from what cells or an object hold: times as numbers or text."""
    fields: dict[str, Any] = {}
    for name, value in given.items():
        if value is None or value == "":
            continue
        if name == "end_s" and isinstance(value, str) and value.casefold() == _END:
            fields[name] = inf
        elif name in ("start_s", "end_s") and isinstance(value, str):
            fields[name] = counting.read(value, line, columns.get(name, 1))
        elif name in ("start_s", "end_s") and isinstance(value, int | float) and not isinstance(value, bool):
            fields[name] = value - counting.begins_s
        elif name == "strength" and isinstance(value, str):
            fields[name] = value.replace(",", ".")
        else:
            fields[name] = value
    return checked(line, columns, **fields)


def write_csv(rows: Sequence[CueRow], counting: Counting) -> str:
    """A CSV with the columns start, end, text, strength and negative, in seconds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["start", "end", "text", "strength", "negative"])
    for row in rows:
        end = "" if row.end_s is None else _END if isinf(row.end_s) else plain(counting.written(row.end_s))
        start = plain(counting.written(row.start_s))
        writer.writerow([start, end, row.text, f"{row.strength:g}", row.negative])
    return out.getvalue()


def read_json(text: str, counting: Counting) -> list[CueRow]:
    """Cues of a JSON list of objects, or of the list "cues" in an object (what `foley --json` prints)."""
    try:
        whole = json.loads(text)
    except json.JSONDecodeError as error:
        raise SheetError(error.msg, error.lineno, error.colno) from None
    except (ValueError, RecursionError):
        raise SheetError("numbers or brackets that are too long", 1, 1) from None
    at = 0
    if isinstance(whole, dict):
        if not isinstance(whole.get("cues"), list):
            raise SheetError('an object with a list "cues", or a list, is wanted', 1, 1)
        inner = json.JSONDecoder()
        at = next(
            (
                found.end() - 1
                for found in re.finditer(r'"cues"\s*:\s*\[', text)
                if _is_list(inner, text, found.end() - 1, whole["cues"])
            ),
            0,
        )
        whole = whole["cues"]
    if not isinstance(whole, list):
        raise SheetError('an object with a list "cues", or a list, is wanted', 1, 1)
    rows = []
    for item, (line, column) in zip(whole, _item_places(text, at, len(whole)), strict=True):
        if not isinstance(item, dict):
            raise SheetError("a cue is an object", line, column)
        given: dict[str, Any] = {}
        for key, value in item.items():
            name = next((field for field, known in HEADINGS.items() if key.casefold() in known), None)
            if name is None or name in given:
                what = "not known" if name is None else "said twice"
                raise SheetError(f"{key[:30]!r} of a cue is {what}", line, column)
            given[name] = value
        rows.append(_row(given, line, dict.fromkeys(HEADINGS, column), counting))
    return rows


def _is_list(decoder: json.JSONDecoder, text: str, at: int, wanted: list[Any]) -> bool:
    try:
        return decoder.raw_decode(text, at)[0] == wanted
    except ValueError:
        return False


def _item_places(text: str, at: int, count: int) -> list[tuple[int, int]]:
    """Line and column of every item of the list that begins at or after `at`."""
    decoder, blank = json.JSONDecoder(), re.compile(r"[\s,]*")
    place, places = text.index("[", at) + 1, []
    line, counted = 1, 0
    for _ in range(count):
        found = blank.match(text, place)
        place = found.end() if found else place
        line += text.count("\n", counted, place)
        counted = place
        places.append((line, place - text.rfind("\n", 0, place)))
        place = decoder.raw_decode(text, place)[1]
    return places


def write_json(rows: Sequence[CueRow], counting: Counting) -> str:
    """A JSON object with the list "cues"; times in seconds, an end null or "end"."""
    items = []
    for row in rows:
        fields = row.model_dump()
        fields["start_s"] = counting.written(row.start_s)
        if row.end_s is not None:
            fields["end_s"] = _END if isinf(row.end_s) else counting.written(row.end_s)
        items.append(json.dumps(fields, ensure_ascii=False))
    return '{"cues": [\n ' + ",\n ".join(items) + "\n]}\n"
