"""A sheet beside a clip: its timecode counts the clip's pictures."""

from fractions import Fraction
from pathlib import Path

from ta_v2a.engine.cues import Cue
from ta_v2a.errors import UserError
from ta_v2a.media.reading.probe import Clip, probe
from ta_v2a.sheets.clocked import Counting
from ta_v2a.sheets.reading import read_sheet
from ta_v2a.sheets.sheet import cues_of
from ta_v2a.sheets.timecode import RATES, rate_of, timecode_s

_NEAR = 0.004  # of a rate: 29.97 and 30 differ by 0.001 of theirs, and are told apart below


def counting_of(clip: str | Path, fps: str | None, begins: str | None) -> Counting:
    """What the times of a clip's sheet are counted by.

    Args:
        clip: whose own rate counts where it is one of `ta_v2a.sheets.timecode.RATES`.
        fps: frames a second of the sheet, where it is another.
        begins: the time that the clip's first picture has in the sheet.

    Raises:
        UserError: a rate or time that is none, or the clip cannot be read.
    """
    try:
        rate = clip_rate(clip) if fps is None else rate_of(fps)
        return Counting(rate, None, 0.0 if begins is None else timecode_s(begins, rate))
    except ValueError as error:
        raise UserError(str(error)) from None


def clip_rate(clip: str | Path) -> Fraction | None:
    """The clip's frames a second, if editors count by such a rate."""
    return _counted(probe(clip))


def rate_of_clip(clip: Clip) -> Fraction:
    """Frames a second that an editor counts a clip by: as `clip_rate`, else its own to a thousandth."""
    return _counted(clip) or Fraction(clip.fps).limit_denominator(1000)


def _counted(clip: Clip) -> Fraction | None:
    nearest = min(RATES.values(), key=lambda rate: abs(float(rate) - clip.fps))
    return nearest if abs(float(nearest) - clip.fps) < _NEAR else None


def sheet_cues(
    path: str | Path, clip: str | Path, form: str | None, fps: str | None, begins: str | None
) -> list[Cue]:
    """The cues of a sheet for a clip.

    Raises:
        UserError: sheet or clip cannot be read.
    """
    return cues_of(read_sheet(path, form, counting_of(clip, fps, begins)))
