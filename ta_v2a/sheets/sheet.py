"""One row of a cue sheet, checked by Pydantic, and the sheet."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict
from math import inf
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ta_v2a.engine.cues import PROMPT_CHARACTERS, STRONGEST, Cue
from ta_v2a.errors import UserError

MOST_ROWS = 10_000
LATEST_S = 100 * 3600.0
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=PROMPT_CHARACTERS)]


class CueRow(BaseModel):
    """A cue as a sheet holds it.

    Attributes:
        start_s, end_s: in seconds; infinity: to the end of the clip; no end: until the next cue begins.
        text: what is heard.
        strength, negative: as in `ta_v2a.engine.cues.Cue`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    start_s: Annotated[float, Field(ge=0, le=LATEST_S)]
    end_s: Annotated[float, Field(ge=0)] | None = None
    text: Annotated[Words, StringConstraints(min_length=1)]
    strength: Annotated[float, Field(gt=0, le=STRONGEST)] = 1.0
    negative: Words = ""

    @model_validator(mode="after")
    def _in_order(self) -> "CueRow":
        if self.end_s is not None and self.end_s <= self.start_s:
            raise ValueError("the end is not after the start")
        return self

    @classmethod
    def of(cls, cue: Cue) -> "CueRow":
        """The row of a cue."""
        return cls.model_validate(asdict(cue))


def closed(rows: Sequence[CueRow]) -> list[CueRow]:
    """Every row with an end: one without lasts until the next begins, or to the clip's end (infinity)."""
    ordered = sorted(rows, key=lambda row: row.start_s)
    starts = [row.start_s for row in ordered]

    def end_s(row: CueRow) -> float:
        later = bisect_right(starts, row.start_s)
        return starts[later] if later < len(starts) else inf

    return [row if row.end_s is not None else row.model_copy(update={"end_s": end_s(row)}) for row in ordered]


def cues_of(rows: Sequence[CueRow]) -> list[Cue]:
    """The rows for the engine."""
    return [Cue(**row.model_dump()) for row in closed(rows)]


class SheetError(UserError):
    """A sheet that cannot be read: where, by line and column (both from 1), and why."""

    def __init__(self, why: str, line: int, column: int = 1) -> None:
        super().__init__(f"line {line}, column {column}: {why}")
        self.line, self.column = line, column


def checked(line: int, columns: dict[str, int], **fields: object) -> CueRow:
    """A row from what a line says.

    Args:
        line: of the file, from 1.
        columns: where each field stands in the line, from 1.
        fields: of `CueRow`.

    Raises:
        SheetError: a field is out of range, missing or not of its kind.
    """
    try:
        return CueRow.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "end_s"
        shown = fields.get(name)
        given = "" if shown is None or not first["loc"] else f" ({str(shown)[:40]!r})"
        why = f"{name}{given}: {first['msg'].removeprefix('Value error, ')}"
        raise SheetError(why, line, columns.get(name, 1)) from None


def sheet_rows(rows: Sequence[CueRow]) -> list[CueRow]:
    """Rows by their beginning.

    Raises:
        UserError: there are none, or too many.
    """
    if not rows:
        raise UserError("holds no cue")
    if len(rows) > MOST_ROWS:
        raise UserError(f"holds {len(rows)} cues, more than the {MOST_ROWS} allowed")
    return sorted(rows, key=lambda row: row.start_s)
