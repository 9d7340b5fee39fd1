"""Spotted onsets as rows of a sheet."""

from collections.abc import Sequence

from ta_v2a.engine.spotting import Spot
from ta_v2a.sheets.sheet import CueRow

WEAKEST = 0.05


def rows_of(found: Sequence[Spot]) -> list[CueRow]:
    """A row an onset: its likeliest label from then until the next, as strong as the tower is sure."""
    return [
        CueRow(start_s=spot.time_s, text=spot.labels[0][0], strength=round(max(WEAKEST, spot.sureness), 3))
        for spot in found
    ]
