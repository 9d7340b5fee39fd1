"""What things are made of: how a material looks, and how it behaves when it is hit."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.optimize import brentq

from ta_v2a.stage.picture.texture import BASE_COLOURS, colour, noise

_TEXELS = 96


@dataclass(frozen=True)
class Stuff:
    """A material's body.

    Args:
        density: kg/m^3, of a thing that is mostly hollow.
        restitution: speed after a bounce over speed before, on a hard floor.
        friction: Coulomb's coefficient.
        specular, shininess: how bright and how small its highlights are, 0..1.
        alpha: 1 opaque.
    """

    density: float
    restitution: float
    friction: float
    specular: float
    shininess: float
    alpha: float = 1.0


STUFF = {
    "wood": Stuff(600, 0.5, 0.5, 0.15, 0.2),
    "metal": Stuff(2500, 0.6, 0.35, 0.95, 0.7),
    "glass": Stuff(1500, 0.55, 0.3, 1.0, 0.9, 0.45),
    "ceramic": Stuff(1500, 0.45, 0.35, 0.8, 0.7),
    "plastic": Stuff(400, 0.6, 0.4, 0.5, 0.5),
    "stone": Stuff(2300, 0.35, 0.7, 0.1, 0.1),
    "drum": Stuff(300, 0.6, 0.5, 0.3, 0.3),
    "cloth": Stuff(200, 0.18, 0.9, 0.0, 0.1),
}
CONTACT_RAD_S = 300.0
"""Angular frequency of a contact: bodies touch for about pi over it, 10 ms."""


def touching(damping: float) -> tuple[float, float]:
    """A body meets a spring with a damper that can push but not pull: (radians of its undamped oscillation
    for which it touches, restitution). `damping` is a share of the critical one, below 1."""
    angle = (math.pi - 2 * math.asin(damping)) / math.sqrt(1 - damping**2)
    return angle, math.exp(-damping * angle)


def damping_of(restitution: float) -> float:
    """Share of critical damping by which a contact gives back `restitution` (0..1) of the speed."""
    wanted = min(max(restitution, 0.16), 0.999)  # near critical damping a bit of the speed is always left
    return float(brentq(lambda damping: touching(damping)[1] - wanted, 1e-6, 0.995))


def contact_of(restitution: float, rad_s: float = CONTACT_RAD_S) -> tuple[float, float]:
    """MuJoCo's direct `solref`: minus stiffness (1/s^2), minus damping (1/s)."""
    return -(rad_s**2), -2 * damping_of(restitution) * rad_s


def look_image(rng: np.random.Generator, look: str, clean: bool) -> np.ndarray:
    """(96, 96, 3) uint8 RGB of a material: its usual colour, in the wild setting varied or any other."""
    n = _TEXELS
    if clean:
        base = np.clip(np.array(BASE_COLOURS[look]) * rng.uniform(0.92, 1.08), 0, 1)
        if look == "plastic":
            base = np.array([(0.85, 0.2, 0.15), (0.15, 0.4, 0.85), (0.95, 0.75, 0.1)][int(rng.integers(3))])
    else:
        base = colour(rng, look)
    rough = noise(rng, n, n, 4, 5, 0.75)
    y, x = np.mgrid[0:n, 0:n].astype(np.float32) / n
    shade: np.ndarray = np.ones((n, n), np.float32)
    if look == "wood":
        rings = np.sin(2 * np.pi * (9 * y + 2.2 * noise(rng, n, n, 2, 3) + 0.4 * np.sin(2 * np.pi * x)))
        shade = 0.78 + 0.16 * rings + 0.22 * cv2.blur(rough, (25, 1))
    elif look == "metal":
        brushed = cv2.blur(rng.random((n, n), dtype=np.float32), (41, 1))
        shade = 0.8 + 0.9 * (brushed - 0.5) + 0.15 * rough
    elif look == "stone":
        shade = 0.55 + 0.6 * rough + 0.18 * (rng.random((n, n)) - 0.5)
    elif look == "cloth":
        weave = 0.5 + 0.25 * np.sin(2 * np.pi * 24 * x) + 0.25 * np.sin(2 * np.pi * 24 * y)
        plaid = ((x * 4).astype(int) % 2 + (y * 4).astype(int) % 2) / 2
        shade = 0.6 + 0.2 * weave + 0.3 * plaid
    elif look == "ceramic":
        band = (np.abs(y - 0.5) < 0.1).astype(np.float32)[..., None]
        picture: np.ndarray = base * (1 - band) + band * np.array([0.2, 0.35, 0.7])
        return (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    elif look == "drum":
        shade = 0.95 + 0.1 * rough
    elif look == "plastic":
        shade = 0.97 + 0.05 * rough
    return (np.clip(shade[..., None] * base, 0, 1) * 255).astype(np.uint8)


def plain_image(rng: np.random.Generator, rgb: np.ndarray, style: str) -> np.ndarray:
    """(96, 96, 3) uint8 of a floor or wall: "plain", "tiles", "planks", "speckle" or "grass"."""
    n = _TEXELS
    y, x = np.mgrid[0:n, 0:n].astype(np.float32) / n
    shade: np.ndarray = 0.92 + 0.12 * noise(rng, n, n, 4, 4)
    if style == "tiles":
        shade = shade * np.where(
            (np.abs((x * 4) % 1 - 0.5) > 0.46) | (np.abs((y * 4) % 1 - 0.5) > 0.46), 0.7, 1
        )
    elif style == "planks":
        tone = rng.uniform(0.85, 1.1, 6)[(y * 6).astype(int).clip(0, 5)]
        shade = shade * tone * np.where((y * 6) % 1 < 0.08, 0.55, 1)
    elif style in ("speckle", "grass"):
        shade = shade * (0.7 + 0.6 * rng.random((n, n)))
    return (np.clip(shade[..., None] * rgb, 0, 1) * 255).astype(np.uint8)
