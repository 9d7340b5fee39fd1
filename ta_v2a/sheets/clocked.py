"""What a sheet's times are counted by, and times of a line with their place."""

from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf

from ta_v2a.sheets.sheet import SheetError
from ta_v2a.sheets.timecode import timecode_s

OPEN_S = 99 * 3600 + 59 * 60 + 59.0
"""An end from here on means the end of the clip, in forms that always have an end."""


@dataclass(frozen=True)
class Counting:
    """What the times of a sheet are counted by.

    Attributes:
        rate: frames a second of its timecode; None: not known.
        drop: an EDL's ":" is drop frame as well; sheets are written in drop frame.
        begins_s: the time that the clip's first picture has in the sheet.
    """

    rate: Fraction | None = None
    drop: bool | None = None
    begins_s: float = 0.0

    def read(self, text: str, line: int, column: int) -> float:
        """Seconds of the clip.

        Raises:
            SheetError: it is no time, or lies before the clip.
        """
        try:
            time_s = timecode_s(text, self.rate, self.drop)
        except ValueError as error:
            raise SheetError(str(error), line, column) from None
        if time_s >= OPEN_S:
            return inf
        if time_s < self.begins_s:
            raise SheetError(f"{text.strip()!r} lies before the clip begins", line, column)
        return round(time_s - self.begins_s, 9)

    def written(self, time_s: float) -> float:
        """Seconds of the sheet; the end of the clip is `OPEN_S`."""
        return OPEN_S if isinf(time_s) else time_s + self.begins_s
