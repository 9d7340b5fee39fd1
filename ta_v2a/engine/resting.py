"""A film that comes to rest after so many events: its beginning is kept, how it ends is drawn anew."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float, UInt8

from ta_v2a.engine.filming import KnownPictures

_STRIKE_S, _SWING_S = 0.1, 0.12
"""After an event and before the next one: theirs."""
_RETURN_S = 0.4
"""From the last event to where it rests; that long a film has to be still to be at rest."""


def resting_picture(film: UInt8[np.ndarray, "n h w planes"], cut: int, still: int) -> int:
    """How a film rests: the stillest of its pictures from `cut` on, if that is about as still as the film
    begins; else the first.

    Args:
        still: pictures that must not move.
    """
    moved = np.abs(np.diff(film.astype(np.float32), axis=0)).mean(axis=(1, 2, 3))
    runs = np.array([moved[at : at + still].max() for at in range(cut, len(film) - still)])
    if not len(runs) or runs.min() > 2 * moved[:still].max():
        return 0
    return cut + int(runs.argmin())


def rested(
    film: UInt8[np.ndarray, "n px px planes"],
    onsets_s: Float[np.ndarray, " onsets"],
    events: int,
    fps: float,
    fill: Callable[[KnownPictures], UInt8[np.ndarray, "n px px planes"]],
) -> UInt8[np.ndarray, "n px px planes"]:
    """A film at rest after its first `events` onsets.

    Args:
        onsets_s: of the film, in order, more than `events` of them.
        fps: pictures a second.
        fill: draws the film anew around what is known of it.
    """
    last_s, next_s = onsets_s[events - 1], onsets_s[events]
    cut = min(last_s + _STRIKE_S, max(next_s - _SWING_S, last_s)) * fps
    cut = min(max(1 + int(last_s * fps), round(cut)), len(film) - 1)
    pause = round(_RETURN_S * fps)
    known = film.copy()
    known[cut + pause :] = film[resting_picture(film, cut, pause)]
    there = np.ones(len(film), bool)
    there[cut : cut + pause] = False
    return np.where(there[:, None, None, None], known, fill(KnownPictures(known, there)))
