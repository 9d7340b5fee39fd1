"""What close motions are drawn with: pieces of one colour, limbs of two bones, feints that touch nothing.

Lengths are picture heights, angles radians, times seconds. A course: times (N,) to x and y (N,).
"""

from collections.abc import Callable

import cv2
import numpy as np

from ta_v2a.stage.picture.motion import approach
from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.picture.texture import Raster, colour, mask, noise, premultiply

Course = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]

_SKIN = ((0.96, 0.80, 0.69), (0.88, 0.67, 0.53), (0.72, 0.50, 0.36), (0.47, 0.31, 0.22), (0.30, 0.20, 0.15))
_FEINT_S = 0.13  # how long a hand that stops short stays there
_CLEAR_S = 0.3  # between a feint and any event


def skin(p: Place) -> np.ndarray:
    """(3,) RGB of a hand or a face, now and then a glove's."""
    if p.maybe(0.15):
        return colour(p.rng, None)
    tone = np.array(_SKIN[int(p.rng.integers(len(_SKIN)))]) * p.rng.uniform(0.85, 1.1)
    return np.clip(tone, 0.02, 1).astype(np.float32)


def piece(
    p: Place,
    rgb: np.ndarray,
    width: float,
    height: float,
    shape: str,
    pivot: tuple[float, float] = (0.5, 0.5),
) -> Raster:
    """A thing of one colour that looks round: darker toward its edge, faintly grained.

    Args:
        rgb: (3,) in [0, 1].
        width, height: in units of the place's scale.
        shape: as `mask` has them.
    """
    size = (max(0.015, width * p.scale), max(0.015, height * p.scale))
    w, h = (int(np.clip(round(s * p.pixels_per_unit), 3, 512)) for s in size)
    alpha = mask(p.rng, h, w, shape)
    padded = cv2.copyMakeBorder(alpha, h, h, w, w, cv2.BORDER_CONSTANT, value=0)
    inner = cv2.GaussianBlur(padded, (0, 0), max(0.8, min(h, w) / 5))[h : 2 * h, w : 2 * w]
    shade = 0.35 + 0.6 * inner * inner + 0.12 * (noise(p.rng, h, w, 3, 3) - 0.5)
    return Raster(premultiply(shade.astype(np.float32), rgb, alpha, p.in_colour), size, pivot)


def joint(
    root: tuple[np.ndarray, np.ndarray],
    tip: tuple[np.ndarray, np.ndarray],
    upper: float,
    lower: float,
    side: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Where the joint of two bones lies (law of cosines), at its left (`side` 1) or right (-1) seen from the
    root; on the line where the tip is out of reach."""
    dx, dy = tip[0] - root[0], tip[1] - root[1]
    span = np.maximum(np.hypot(dx, dy), 1e-6)
    reach = np.clip(span, abs(upper - lower) + 1e-6, upper + lower)
    along = (upper**2 - lower**2 + reach**2) / (2 * reach)
    off = side * np.sqrt(np.maximum(upper**2 - along**2, 0))
    return root[0] + (along * dx - off * dy) / span, root[1] + (along * dy + off * dx) / span


def add_bone(p: Place, raster: Raster, start: Course, stop: Course) -> None:
    """A raster from `start` to `stop` at every time, its round ends around them: it is drawn shorter where
    it points at the camera."""
    width, height = raster.size
    end = min(0.4 * height / width, 0.3)
    raster.pivot = (end, 0.5)

    def turned(t: np.ndarray) -> np.ndarray:
        (x, y), (u, v) = start(t), stop(t)
        return np.arctan2(v - y, u - x)

    def span(t: np.ndarray) -> np.ndarray:
        (x, y), (u, v) = start(t), stop(t)
        return np.hypot(u - x, v - y) / ((1 - 2 * end) * width)

    p.add(raster, x=lambda t: start(t)[0], y=lambda t: start(t)[1], angle=turned, scale_x=span)


def add_limb(
    p: Place,
    root: Course,
    tip: Course,
    lengths: tuple[float, float],
    thick: tuple[float, float],
    colours: tuple[np.ndarray, np.ndarray],
    side: float,
) -> None:
    """An upper and a lower bone from `root` to `tip`.

    Args:
        lengths, thick: of the bones, in units of the place's scale.
        colours: (3,) of each.
        side: to which the joint bends, 1 or -1.
    """
    upper, lower = (length * p.scale for length in lengths)
    middle: Course = lambda t: joint(root(t), tip(t), upper, lower, side)  # noqa: E731
    add_bone(p, piece(p, colours[0], lengths[0], thick[0], "capsule"), root, middle)
    add_bone(p, piece(p, colours[1], lengths[1], thick[1], "capsule"), middle, tip)


def feints(p: Place, events: np.ndarray, chance: float = 0.4) -> np.ndarray:
    """Times at which a motion stops short of its contact: in some of the long gaps; all over the clip where
    there are no events."""
    rng = p.rng
    if not len(events):
        count = int(rng.integers(1, max(2, int(1.2 * p.duration_s)) + 1))
        times = np.sort(rng.uniform(0.1, p.duration_s, count))
        return times[np.diff(times, prepend=-1.0) > 2 * _FEINT_S]
    edges = np.concatenate([[0.0], events, [p.duration_s]])
    gaps = np.diff(edges)
    here = (gaps > 2.2 * _CLEAR_S) & (rng.random(len(gaps)) < chance)
    return edges[:-1][here] + rng.uniform(0.45, 0.6, int(here.sum())) * gaps[here]


def stroke(
    p: Place,
    events: np.ndarray,
    fall_s: float,
    rise_s: float,
    power: float,
    rebound: bool,
    dwell_s: float = 0.0,
    soft: float = 0.0,
) -> Callable[[np.ndarray], np.ndarray]:
    """`approach` (N,) to contacts at the events, and to feints between them, which stop 0.2 to 0.6 away."""
    short = feints(p, events)
    heights = p.rng.uniform(0.2, 0.6, len(short))
    moments = np.sort(np.concatenate([events, short]))

    def away(t: np.ndarray) -> np.ndarray:
        found = approach(t, moments, fall_s, rise_s, power, rebound, dwell_s, soft)
        if len(short):
            near = np.exp(-(((t[:, None] - short) / _FEINT_S) ** 4))
            found = (found**6 + (near * heights).max(1) ** 6) ** (1 / 6)
        return np.minimum(found, 1.0)

    return away
