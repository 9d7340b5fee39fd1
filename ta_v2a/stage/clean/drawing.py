"""Cut-outs drawn from polygons, ovals and bars with a dark outline, and the colours of a look.

Lengths are picture heights.
"""

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.picture.texture import LUMA, Raster

Rgb = tuple[float, float, float]
_FINER = 4  # drawn this many times finer, then averaged
_OUTLINE = 0.007


@dataclass(frozen=True)
class Palette:
    """Colours in [0, 1] of one look: wall, floor and two accents."""

    wall: Rgb
    floor: Rgb
    first: Rgb
    second: Rgb


WOOD, DARK_WOOD, STEEL, IRON = (0.66, 0.45, 0.25), (0.42, 0.27, 0.14), (0.72, 0.75, 0.8), (0.3, 0.32, 0.37)
SKIN, WATER, GLASS, WHITE, BLACK = (
    (0.9, 0.7, 0.56),
    (0.35, 0.6, 0.85),
    (0.75, 0.88, 0.92),
    (0.96,) * 3,
    (0.1,) * 3,
)


def palette(rng: np.random.Generator) -> Palette:
    """Pale wall and floor, strong accents."""
    hue = rng.random()

    def shade(turn: float, saturation: float, value: float) -> Rgb:
        return colorsys.hsv_to_rgb((hue + turn) % 1, saturation, value)

    return Palette(
        shade(0, rng.uniform(0.1, 0.3), rng.uniform(0.78, 0.92)),
        shade(rng.uniform(0.3, 0.7), rng.uniform(0.15, 0.4), rng.uniform(0.5, 0.68)),
        shade(rng.uniform(0.4, 0.6), rng.uniform(0.6, 0.85), rng.uniform(0.55, 0.85)),
        shade(rng.uniform(0.1, 0.3), rng.uniform(0.55, 0.8), rng.uniform(0.6, 0.9)),
    )


@dataclass(frozen=True)
class Shape:
    """A filled polygon of `points` (n, 2) in picture heights from the cut-out's upper left corner."""

    points: np.ndarray
    rgb: Rgb
    alpha: float = 1.0


def poly(rgb: Rgb, *points: tuple[float, float], alpha: float = 1.0) -> Shape:
    """A polygon."""
    return Shape(np.array(points), rgb, alpha)


def box(rgb: Rgb, left: float, top: float, right: float, bottom: float, alpha: float = 1.0) -> Shape:
    """An upright rectangle."""
    return poly(rgb, (left, top), (right, top), (right, bottom), (left, bottom), alpha=alpha)


def oval(rgb: Rgb, x: float, y: float, rx: float, ry: float, alpha: float = 1.0) -> Shape:
    """An ellipse around (x, y)."""
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    return Shape(np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], -1), rgb, alpha)


def bar(rgb: Rgb, x0: float, y0: float, x1: float, y1: float, thick: float) -> Shape:
    """A straight bar with round ends."""
    turn = np.arctan2(y1 - y0, x1 - x0)
    half = np.linspace(-np.pi / 2, np.pi / 2, 12)
    there = np.stack([x1 + thick / 2 * np.cos(turn + half), y1 + thick / 2 * np.sin(turn + half)], -1)
    back = np.stack([x0 - thick / 2 * np.cos(turn + half), y0 - thick / 2 * np.sin(turn + half)], -1)
    return Shape(np.concatenate([there, back]), rgb)


def cut(
    p: Place, size: tuple[float, float], parts: Sequence[Shape], pivot: tuple[float, float] = (0.5, 0.5)
) -> Raster:
    """A raster of `size` (w, h) with the parts in it, one over the other.

    Args:
        pivot: share of width and height that a layer's x and y place.
    """
    scale = p.pixels_per_unit
    width, height = (max(2, ceil(side * scale)) for side in size)
    canvas = np.zeros((height * _FINER, width * _FINER, 4), np.uint8)
    fine = np.array([width * _FINER / size[0], height * _FINER / size[1]])
    for part in parts:
        at = np.round(part.points * fine * 8).astype(np.int32)
        alpha = part.alpha
        fill = tuple(float(v) * 255 * alpha for v in part.rgb)
        edge = tuple(float(v) * 255 * 0.45 * alpha for v in part.rgb)
        cv2.fillPoly(canvas, [at], (*fill, 255 * alpha), shift=3)
        thick = max(1, round(_OUTLINE * scale * _FINER))
        cv2.polylines(canvas, [at], True, (*edge, 255 * min(1, alpha * 1.6)), thick, shift=3)
    small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)
    if not p.in_colour:
        small = np.dstack([(small[..., :3] @ LUMA).astype(np.uint8), small[..., 3]])
    return Raster(np.ascontiguousarray(small), size, pivot)


def fixed(p: Place, *parts: Shape) -> None:
    """Parts that rest, at their places in a picture of 1 x 1."""
    p.add(cut(p, (1.0, 1.0), parts, (0.0, 0.0)), x=0.0, y=0.0)
