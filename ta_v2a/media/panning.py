"""One channel to two, each moment at its place between the loudspeakers."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

WIDTH = 0.7  # of the way to a loudspeaker that the picture's edge lies at
_AHEAD_S, _TURN_S = 0.025, 0.02  # the place is reached that long before an onset, within that time


def panned(
    blocks: Iterator[Float[np.ndarray, "channels samples"]],
    times_s: Sequence[float],
    places: Sequence[float],
    rate_hz: int,
) -> Iterator[Float[np.ndarray, "2 samples"]]:
    """A sound of one channel, (n,) or (1, n) each, at the place of the last onset (equal power).

    Args:
        times_s: of the onsets, in order.
        places: from -1 (left) to 1 (right), one for each.
    """
    at, positions = _curve(times_s, places)
    begin = 0
    for block in blocks:
        mono = np.asarray(block, np.float32).reshape(-1)
        moments = (begin + np.arange(len(mono))) / rate_hz
        angle = (1 + WIDTH * np.interp(moments, at, positions)) * np.pi / 4
        begin += len(mono)
        yield np.stack([mono * np.cos(angle), mono * np.sin(angle)]).astype(np.float32)


def _curve(times_s: Sequence[float], places: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Corners of the place over time."""
    at, positions = [0.0], [float(places[0]) if len(places) else 0.0]
    for time_s, place in zip(times_s, places, strict=True):
        turn = max(at[-1], time_s - _AHEAD_S - _TURN_S)
        at += [turn, turn + _TURN_S]
        positions += [positions[-1], float(place)]
    return np.array(at), np.array(positions)
