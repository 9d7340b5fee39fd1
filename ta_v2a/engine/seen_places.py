"""Onsets that the picture shows, and where in the picture something moves then: for markers, and for a simple
place between two loudspeakers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from ta_v2a.engine.spotting import THRESHOLD, onset_curve, onset_peaks
from ta_v2a.media.reading.frames import luma_pictures
from ta_v2a.media.reading.probe import Clip

_STEPS_S = np.arange(-2, 3) * 0.032  # around an onset, pictures that are compared
_FAINTEST = 0.5  # mean change of a pixel, of 255, below which nothing moves


def seen_onsets(video: Clip | np.ndarray, cvalp: Any, duration_s: float) -> list[float]:
    """Times in s at which the picture lets expect an onset, in order.

    Args:
        video: the clip, or its pictures at the encoders' clock.

    Raises:
        UserError: the encoders say no onsets.
    """
    curve, tokens = onset_curve(video, cvalp)
    frame_s = cvalp.clock.column_s * len(tokens) / max(1, len(curve))
    times = (float(place) * frame_s for place in onset_peaks(curve, THRESHOLD)[0])
    return [round(time_s, 4) for time_s in times if time_s < duration_s]


def onset_places(clip: Clip, times_s: Sequence[float]) -> Float[np.ndarray, " onsets"]:
    """Where things move at onsets, as `places_of`; one decoding of the clip."""
    if not len(times_s):
        return np.zeros(0)
    wanted = np.add.outer(np.asarray(times_s, np.float64), _STEPS_S).clip(0, clip.duration_s)
    pictures = luma_pictures(clip, wanted.ravel())
    return places_of(pictures.reshape(*wanted.shape, *pictures.shape[1:]))


def places_of(pictures: np.ndarray) -> Float[np.ndarray, " onsets"]:
    """From -1 (left edge) to 1 (right edge): the centre of what changes; 0 where nothing does. What changes
    everywhere alike, as under a moving camera, does not count.

    Args:
        pictures: (onsets, pictures around each, height, width) uint8 luma.
    """
    across = np.linspace(-1, 1, pictures.shape[-1])
    change = np.abs(np.diff(pictures.astype(np.float32), axis=1)).mean(axis=(1, 2))  # (onsets, width)
    moving = np.maximum(change - np.median(change, axis=1, keepdims=True), 0)
    moving[change.mean(axis=1) < _FAINTEST] = 0
    total = moving.sum(axis=1)
    return np.divide(moving @ across, total, out=np.zeros(len(total)), where=total > 0)
