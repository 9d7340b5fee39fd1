"""Where one shot ends and the next begins, read from the pictures of a clip."""

from collections.abc import Iterable
from math import ceil

import numpy as np
from jaxtyping import UInt8

LEAST_CHANGE = 14.0  # mean change of a pixel over a cut, of 255
STANDS_OUT = 2.5  # times the largest change near it
LEAST_CUT_SHARE = 0.2  # of the pixels that lie in other brightness than before,
SURE_CHANGE = 42.0  # unless a pixel changes as much as this
SAME_SHOT = 0.8  # correlation of two pictures from which on one is the other, lit otherwise
NEAR = 8  # pictures that differ from the one before, on either side
SHORTEST_SHOT_S = 0.4  # what is shorter belongs to the shot before; at the beginning, to the one after
_GREYS = 16


def cut_times(
    blocks: Iterable[UInt8[np.ndarray, "_ height width *rgb"]],
    fps: float,
    film_fps: float | None = None,
) -> list[float]:
    """Times in seconds at which a new shot begins.

    A cut changes all of the picture between two pictures, more than anything near it does: a pan goes on, a
    flash goes away again, a lamp that is lit leaves things where they were. Dissolves and fades are no cuts.

    Args:
        blocks: pictures in order, at `fps`, each at the middle of its interval.
        film_fps: of the film; a cut is put where a picture of the film begins.
    """
    changes, pictures = _changes(blocks)
    sizes = np.array([size for _, size, _, _ in changes])
    found: list[float] = []
    for place, (index, size, share, alike) in enumerate(changes):
        near = np.r_[sizes[max(0, place - NEAR) : place], sizes[place + 1 : place + 1 + NEAR]]
        wholly = size >= SURE_CHANGE or (size >= LEAST_CHANGE and share >= LEAST_CUT_SHARE)
        if not wholly or alike >= SAME_SHOT or size < STANDS_OUT * near.max(initial=0.0):
            continue
        time_s = _begin_s(index, fps, film_fps)
        before_s, after_s = time_s - (found[-1] if found else 0.0), pictures / fps - time_s
        if min(before_s, after_s) >= SHORTEST_SHOT_S:
            found.append(time_s)
    return found


def _changes(blocks: Iterable[np.ndarray]) -> tuple[list[tuple[int, float, float, float]], int]:
    """(index, mean change, share of other brightness, correlation with the one before; 0 where the change is
    too small to ask) of every picture that is not the one before again, and how many pictures there are."""
    before: np.ndarray | None = None
    spread = np.zeros(_GREYS)
    index, changes = 0, []
    for block in blocks:
        for picture in block:
            grey = picture.astype(np.int16)
            own = np.bincount((picture >> 4).ravel(), minlength=_GREYS) / picture.size
            if before is not None:
                size = float(np.abs(grey - before).mean())
                if size > 0:
                    alike = _correlation(grey, before) if size >= LEAST_CHANGE else 0.0
                    changes.append((index, size, float(np.abs(own - spread).sum() / 2), alike))
            before, spread = grey, own
            index += 1
    return changes, index


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Of the pixels of two pictures; 0 where one of them is flat."""
    x, y = (each - each.mean(dtype=np.float64) for each in (x, y))
    length = float(np.sqrt((x * x).sum() * (y * y).sum()))
    return float((x * y).sum()) / length if length else 0.0


def _begin_s(index: int, fps: float, film_fps: float | None) -> float:
    """When the film's picture appeared that a clock's picture is the first to show."""
    low, high = (index - 0.5) / fps, (index + 0.5) / fps
    begin = None if film_fps is None else ceil(round(low * film_fps, 6)) / film_fps
    return begin if begin is not None and begin <= high else (low + high) / 2
