"""What an action draws with: layers that move, sparks, and the place where it happens.

Lengths are picture heights, angles radians, times seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ta_v2a.stage.picture.texture import Raster, cut_out, mask, noise, premultiply

Curve = Callable[[np.ndarray], np.ndarray] | float


@dataclass
class Layer:
    """A cut-out whose pose is a function of time; `scroll` slides the texture behind
    the mask (in raster heights)."""

    raster: Raster
    x: Curve = 0.0
    y: Curve = 0.0
    angle: Curve = 0.0
    scale_x: Curve = 1.0
    scale_y: Curve = 1.0
    alpha: Curve = 1.0
    scroll: Callable[[np.ndarray], np.ndarray] | None = None
    window: np.ndarray | None = None


@dataclass
class Sparks:
    """Small discs thrown from a place at every event: debris, drops, dust."""

    births_s: np.ndarray
    origins: np.ndarray
    velocities: np.ndarray
    lives_s: np.ndarray
    radius: float
    rgb: np.ndarray
    gravity: float


@dataclass
class Place:
    """Where an action happens: centre, scale, and what it may use to draw."""

    rng: np.random.Generator
    x: float
    y: float
    scale: float
    pixels_per_unit: float
    in_colour: bool
    duration_s: float
    layers: list = field(default_factory=list)
    gain: list = field(default_factory=list)
    shake: list = field(default_factory=list)

    def thing(
        self, width: float, height: float, look: str | None = None, shape: str | None = None, pivot=(0.5, 0.5)
    ) -> Raster:
        size = (max(0.02, width * self.scale), max(0.02, height * self.scale))
        return cut_out(
            self.rng, size, self.pixels_per_unit, self.in_colour, look, shape, pivot, see_through=True
        )

    def add(self, raster: Raster, **curves) -> None:
        curves.setdefault("x", self.x)
        curves.setdefault("y", self.y)
        self.layers.append(Layer(raster, **curves))

    def maybe(self, chance: float) -> bool:
        return bool(self.rng.random() < chance)


def sliding(
    p: Place, width: float, height: float, speed: tuple[float, float], look_rgb: np.ndarray, density: float
) -> Layer:
    """A window on a sliding noise texture: streams, flames, rain."""
    rng = p.rng
    w, h = (int(np.clip(round(s * p.scale * p.pixels_per_unit), 4, 400)) for s in (width, height))
    texture = noise(rng, h, w, int(rng.integers(4, 14)), 3, 0.8)
    texture = np.concatenate([texture, texture[::-1]], 0)
    alpha = np.clip((texture - (1 - density)) * 4, 0, 1)
    pixels = premultiply(0.5 + 0.5 * texture, look_rgb, alpha, p.in_colour)
    window = mask(rng, h, w, str(rng.choice(["ellipse", "capsule"])))
    raster = Raster(pixels, (width * p.scale, height * p.scale))
    return Layer(raster, p.x, p.y, scroll=lambda t: np.stack([speed[0] * t, speed[1] * t], -1), window=window)
