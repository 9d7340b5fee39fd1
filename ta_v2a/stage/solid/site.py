"""Where in a workshop one source is put together, and the parts that many actions share."""

from dataclasses import dataclass

import numpy as np

from ta_v2a.stage.picture.motion import approach
from ta_v2a.stage.solid.poses import Path, Y, Z, about, after, turned, xyz
from ta_v2a.stage.solid.workshop import Blobs, Draft, Workshop


@dataclass
class Site:
    """A place in the scene: (x, y) on the ground, for one source."""

    shop: Workshop
    draft: Draft
    x: float = 0.0
    y: float = 0.0
    is_main: bool = True

    @property
    def rng(self) -> np.random.Generator:
        return self.shop.rng

    @property
    def k(self) -> int:
        return self.draft.index

    @property
    def large(self) -> float:
        """How large its things are drawn: 0.8 to 1.25 by the source's size."""
        return 0.8 + 0.45 * self.draft.size

    def at(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> np.ndarray:
        """(3,) a place relative to this site."""
        return np.array([self.x + x, self.y + y, z])

    def see(self, x: float, y: float, z: float, radius: float) -> None:
        self.shop.see(self.at(x, y, z), radius)


def lifted(
    site: Site, events: np.ndarray, strengths: np.ndarray, fall_s: float, rise_s: float, dwell_s: float = 0.03
):
    """A function of (N,) times: distance from the contact in [0, 1], strong blows come from higher up."""
    soft = 0.15 if site.shop.clean else float(site.rng.uniform(0, 0.6))
    heights = np.concatenate([strengths, [1.0]])
    return lambda t: (
        approach(t, events, fall_s, rise_s, 1.6, True, dwell_s, soft)
        * (0.5 + 0.5 * heights[np.minimum(np.searchsorted(events, t, side="right"), len(heights) - 1)])
    )


def blow_path(
    target: np.ndarray,
    reach: np.ndarray,
    away,
    lift_m: float,
    swing: float,
    yaw: float,
    press_m: float = 0.01,
) -> Path:
    """A tool's grip swings so that its far end, `reach` (3,) in the tool's frame, comes down on `target`.

    Args:
        away: distance from the contact in [0, 1], see `lifted`.
        lift_m: how far the grip itself is raised.
        swing: how far the tool turns up about its grip, radians.
        yaw: where the handle points, radians about z; at 0 the far end lies along x.
        press_m: how far beyond the surface the way leads, so that there is a contact.
    """
    around = about(Z, yaw)
    grip = target - turned(around, reach) - press_m * Z

    def path(t: np.ndarray):
        gone = away(t)
        return grip + xyz(0, 0, lift_m * gone), after(
            np.broadcast_to(around, (len(t), 4)), about(Y, -swing * gone)
        )

    return path


def fist(site: Site, of: str, at=(0.0, 0.0, 0.0), scale: float = 1.0) -> list[str]:
    """A closed hand around `at`, knuckles towards +x."""
    s, (x, y, z) = scale, at
    parts = [site.shop.shape("ellipsoid", (0.045 * s, 0.042 * s, 0.04 * s), at, of, mass=0.1)]
    for finger in range(4):
        dy = (finger - 1.5) * 0.021 * s
        ends = (x + 0.012 * s, y + dy, z + 0.03 * s, x + 0.04 * s, y + dy, z - 0.012 * s)
        parts.append(site.shop.shape("capsule", (0.0135 * s,), of=of, ends=ends, mass=0.01))
    ends = (x, y - 0.045 * s, z, x + 0.045 * s, y - 0.032 * s, z + 0.015 * s)
    parts.append(site.shop.shape("capsule", (0.013 * s,), of=of, ends=ends, mass=0.01))
    return parts


def palm(site: Site, of: str, scale: float = 1.0, side: int = 1) -> list[str]:
    """An open hand: wrist at the origin, fingers along +x, the palm faces -z."""
    s, shop = scale, site.shop
    parts = [shop.shape("box", (0.045 * s, 0.04 * s, 0.012 * s), (0.045 * s, 0, 0), of, mass=0.1)]
    for finger, length in enumerate((0.07, 0.08, 0.075, 0.06)):
        dy = (finger - 1.5) * 0.021 * s
        ends = (0.085 * s, dy, 0, (0.09 + length) * s, 1.15 * dy, -0.004)
        parts.append(shop.shape("capsule", (0.0105 * s,), of=of, ends=ends, mass=0.01))
    ends = (0.03 * s, side * 0.04 * s, 0, 0.085 * s, side * 0.075 * s, -0.008)
    parts.append(shop.shape("capsule", (0.012 * s,), of=of, ends=ends, mass=0.01))
    return parts


def thrown(
    births_s: np.ndarray,
    origins: np.ndarray,
    velocities: np.ndarray,
    lives_s: np.ndarray,
    radius: float,
    rgba: tuple[float, float, float, float],
    gravity: float = 9.81,
    glow: float = 0.0,
    grows: float = 0.0,
    kind: str = "sphere",
):
    """An effect: bits that fly from places at moments, fall, and fade at the end of their lives.

    Args:
        births_s, lives_s: (n,) seconds.
        origins, velocities: (n, 3) m, m/s.
        gravity: m/s^2, negative for what rises.
        grows: radius gained a second, as a share.
    """
    colour = np.array(rgba, np.float32)

    def drawn(time_s: float) -> Blobs | None:
        age = time_s - births_s
        alive = (age >= 0) & (age < lives_s)
        if not alive.any():
            return None
        age = age[alive, None]
        places = origins[alive] + velocities[alive] * age
        places[:, 2] = np.maximum(places[:, 2] - 0.5 * gravity * age[:, 0] ** 2, 0.004)
        left = 1 - age[:, 0] / lives_s[alive]
        shades = np.tile(colour, (len(age), 1))
        shades[:, 3] *= np.minimum(1, 2.5 * left)
        sizes = radius * (1 + grows * age) * np.ones((1, 3))
        return Blobs(kind, sizes, places, shades, glow=glow)

    return drawn


def sprayed(
    site: Site, place: np.ndarray, per_event: int, speed: float, radius: float, rgba, glow: float = 0.0
) -> None:
    """Bits fly from a place at every event of the source, once it is known when that is."""
    rng, draft = site.rng, site.draft
    angle, rise = rng.uniform(0, 2 * np.pi, 4096), rng.uniform(0.3, 1.0, 4096)
    lives = rng.uniform(0.2, 0.5, 4096)
    cache: dict[int, object] = {}

    def drawn(time_s: float) -> Blobs | None:
        births = np.repeat(draft.times_s, per_event)[:4096]
        n = len(births)
        if not n:
            return None
        if n not in cache:
            out = (
                np.stack([np.cos(angle[:n]), np.sin(angle[:n]), 1.4 * rise[:n]], -1) * speed * rise[:n, None]
            )
            cache[n] = thrown(births, np.tile(place, (n, 1)), out, lives[:n], radius, rgba, glow=glow)
        made = cache[n]
        return made(time_s) if callable(made) else None

    site.shop.effects.append(drawn)
