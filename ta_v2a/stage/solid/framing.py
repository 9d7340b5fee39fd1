"""Where the camera stands: so that all that sounds is in the picture."""

from dataclasses import dataclass

import numpy as np

from ta_v2a.stage.picture.motion import smooth_walk
from ta_v2a.stage.solid.workshop import Workshop


@dataclass
class Sight:
    """Per moment (N,): what is looked at (N, 3), from how far (m), azimuth and elevation in degrees.

    fovy: vertical angle of view in degrees.
    """

    lookat: np.ndarray
    distance: np.ndarray
    azimuth: np.ndarray
    elevation: np.ndarray
    fovy: float


@dataclass
class Stand:
    """A camera's place and how it moves; `at` gives the view at any times."""

    centre: np.ndarray
    distance: float
    azimuth: float
    elevation: float
    fovy: float
    sway: list
    follow: object

    def at(self, times_s: np.ndarray) -> Sight:
        x, y, turn, zoom = (
            curve(times_s) if curve is not None else np.zeros(len(times_s)) for curve in self.sway
        )
        lookat = self.centre + np.stack([x, np.zeros_like(x), y], -1) * self.distance
        if callable(self.follow):
            lookat = lookat + self.follow(times_s)
        n = len(times_s)
        return Sight(
            lookat,
            self.distance * (1 + zoom),
            self.azimuth + np.degrees(turn),
            np.full(n, self.elevation) + np.degrees(turn) * 0.3,
            self.fovy,
        )


def _axes(azimuth: float, elevation: float) -> np.ndarray:
    """(3, 3) rows: right, up, forward of a camera."""
    a, e = np.radians([azimuth, elevation])
    forward = np.array([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)])
    right = np.array([np.sin(a), -np.cos(a), 0.0])
    return np.stack([right, np.cross(right, forward), forward])


def stand(rng: np.random.Generator, shop: Workshop, aspect: float, heard_at: np.ndarray) -> Stand:
    """Chooses where the camera stands.

    Args:
        heard_at: (n, 3) metres: where things hit; together with `shop.frame` it fits into the picture.
    """
    azimuth = 90 + (
        shop.yaw if shop.yaw is not None else (rng.uniform(-12, 12) if shop.clean else rng.normal(0, 26))
    )
    elevation = -(shop.pitch if shop.pitch is not None else rng.uniform(14, 20))
    if not shop.clean:
        azimuth += rng.normal(0, 8)
        elevation = float(np.clip(elevation + rng.normal(0, 7), -60, -3))
    fovy = 40.0 if shop.clean else float(rng.uniform(30, 55))
    points = [(place, radius) for place, radius in shop.frame] + [(place, 0.1) for place in heard_at]
    places, radii = np.array([p for p, _ in points]), np.array([r for _, r in points])
    low, high = (places - radii[:, None]).min(0), (places + radii[:, None]).max(0)
    centre = (low + high) / 2
    axes, half = _axes(azimuth, elevation), np.tan(np.radians(fovy / 2))
    local = (places - centre) @ axes.T
    # every ball fits: |x| + r <= (d + z) half aspect, |y| + r <= (d + z) half
    need_x = (np.abs(local[:, 0]) + radii) / (half * aspect) - local[:, 2]
    need_y = (np.abs(local[:, 1]) + radii) / half - local[:, 2]
    distance = 1.04 * float(max(need_x.max(), need_y.max(), 0.35))
    sway: list = [None, None, None, None]
    if not shop.clean:
        distance *= float(rng.uniform(0.95, 1.7))
        mode = int(rng.choice(4, p=[0.4, 0.3, 0.18, 0.12]))
        if mode in (1, 2):
            amount = rng.uniform(0.003, 0.02)
            sway[0], sway[1] = smooth_walk(rng, 1.5, amount), smooth_walk(rng, 1.5, amount)
        if mode == 2:
            sway[2] = smooth_walk(rng, 0.15, rng.uniform(0.03, 0.2))
        if mode == 3:
            sway[3] = smooth_walk(rng, 0.15, rng.uniform(0.05, 0.2))
    return Stand(centre, distance, float(azimuth), float(elevation), fovy, sway, shop.follow)
