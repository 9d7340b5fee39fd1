"""Random textures, shapes and colours: what things on the stage are made of."""

from dataclasses import dataclass

import cv2
import numpy as np

LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32)
"""BT.601 weights: what the camera's luma makes of RGB."""

BASE_COLOURS = {  # look -> RGB in [0, 1], where the material has a usual one
    "wood": (0.55, 0.38, 0.22),
    "metal": (0.62, 0.64, 0.68),
    "glass": (0.70, 0.82, 0.85),
    "ceramic": (0.88, 0.86, 0.80),
    "plastic": (0.85, 0.25, 0.20),
    "stone": (0.45, 0.44, 0.42),
    "drum": (0.80, 0.70, 0.55),
    "cloth": (0.35, 0.40, 0.60),
}


def noise(
    rng: np.random.Generator,
    height: int,
    width: int,
    coarsest: int = 2,
    octaves: int = 5,
    roughness: float = 0.6,
) -> np.ndarray:
    """(height, width) float32 in [0, 1]: octaves of smooth noise, the same pattern at any size."""
    total = np.zeros((height, width), np.float32)
    for octave in range(octaves):
        cells = coarsest * 2**octave
        grid = rng.random((cells + 1, cells + 1), dtype=np.float32)
        total += np.float32(roughness**octave) * cv2.resize(
            grid, (width, height), interpolation=cv2.INTER_LINEAR
        )
    low, high = float(total.min()), float(total.max())
    return (total - low) * np.float32(1 / max(high - low, 1e-6))


def shading(rng: np.random.Generator, height: int, width: int, look: str | None) -> np.ndarray:
    """(height, width) float32 around 1: grain, stripes, checks, gradient or highlight; a
    material's own with chance 0.6."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / np.float32(max(height, width))
    usual = {"wood": 1, "metal": 3, "glass": 3, "stone": 0, "cloth": 2, "ceramic": 4, "plastic": 4, "drum": 4}
    mode = usual[look] if look in usual and rng.random() < 0.6 else int(rng.integers(5))
    depth = np.float32(rng.uniform(0.1, 0.7))
    if mode == 0:
        pattern = noise(rng, height, width, int(rng.integers(2, 12)), 4, float(rng.uniform(0.4, 0.95)))
    elif mode == 1:
        angle, bend = rng.uniform(0, np.pi), noise(rng, height, width, 2, 2)
        pattern = 0.5 + 0.5 * np.sin(
            np.float32(rng.uniform(12, 90))
            * (x * np.cos(angle) + y * np.sin(angle) + 0.15 * bend).astype(np.float32)
        )
    elif mode == 2:
        cells = np.float32(rng.uniform(4, 24))
        pattern = (((x * cells).astype(np.int32) + (y * cells).astype(np.int32)) % 2).astype(np.float32)
    elif mode == 3:
        angle = rng.uniform(0, 2 * np.pi)
        ramp = (x * np.cos(angle) + y * np.sin(angle)).astype(np.float32)
        pattern = np.exp(-(((ramp - ramp.mean()) / np.float32(rng.uniform(0.05, 0.5))) ** 2))
    else:
        pattern = noise(rng, height, width, 2, 2)
    return (1 - depth) + depth * pattern.astype(np.float32)


def colour(rng: np.random.Generator, look: str | None) -> np.ndarray:
    """(3,) float32 RGB in [0, 1]: a material's usual colour, strongly varied, or any colour."""
    if look in BASE_COLOURS and rng.random() < 0.6:
        base = np.array(BASE_COLOURS[look]) * rng.uniform(0.5, 1.3) + rng.normal(0, 0.07, 3)
    else:
        base = rng.random(3) * rng.uniform(0.3, 1) + rng.uniform(0, 0.4)
    return np.clip(base, 0.02, 1).astype(np.float32)


def mask(rng: np.random.Generator, height: int, width: int, shape: str) -> np.ndarray:
    """(height, width) float32 in [0, 1] of a named shape: ellipse, box, capsule or blob."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    u, v = (x + 0.5) / width * 2 - 1, (y + 0.5) / height * 2 - 1
    if shape == "ellipse":
        distance = 1 - np.sqrt(u * u + v * v)
        scale = min(height, width) / 2
    elif shape == "blob":
        angle = np.arctan2(v, u)
        radius = np.float32(0.78)
        for k in range(2, 6):
            radius = radius + np.float32(rng.normal(0, 0.22 / k)) * np.cos(
                k * angle + np.float32(rng.uniform(0, 6.3))
            )
        distance, scale = radius - np.sqrt(u * u + v * v), min(height, width) / 2
    elif shape == "capsule":
        half_w, half_h = width / 2, height / 2
        r = min(half_w, half_h)
        dx, dy = (
            np.maximum(np.abs(u) * half_w - (half_w - r), 0),
            np.maximum(np.abs(v) * half_h - (half_h - r), 0),
        )
        return np.clip(r - np.sqrt(dx * dx + dy * dy) + 0.5, 0, 1).astype(np.float32)
    else:
        return np.ones((height, width), np.float32)
    return np.clip(distance * scale + 0.5, 0, 1).astype(np.float32)


@dataclass
class Raster:
    """A picture cut-out: `pixels` (h, w, C+1) uint8, premultiplied, alpha last;
    `size` (w, h) in picture heights."""

    pixels: np.ndarray
    size: tuple[float, float]
    pivot: tuple[float, float] = (0.5, 0.5)

    def faded(self, alpha: float) -> "Raster":
        return Raster((self.pixels * np.float32(alpha)).astype(np.uint8), self.size, self.pivot)


def premultiply(shade: np.ndarray, rgb: np.ndarray, alpha: np.ndarray, in_colour: bool) -> np.ndarray:
    """shade, alpha (h, w); rgb (3,) -> (h, w, 4) or, in luma, (h, w, 2) uint8."""
    if in_colour:
        body = np.clip(shade[..., None] * rgb, 0, 1)
    else:
        body = np.clip(shade * np.float32(rgb @ LUMA), 0, 1)[..., None]
    return (np.concatenate([body * alpha[..., None], alpha[..., None]], -1) * 255).astype(np.uint8)


def cut_out(
    rng: np.random.Generator,
    size: tuple[float, float],
    pixels_per_unit: float,
    in_colour: bool,
    look: str | None = None,
    shape: str | None = None,
    pivot: tuple[float, float] = (0.5, 0.5),
    see_through: bool = False,
) -> Raster:
    """A random textured thing of `size` (w, h) in picture heights."""
    width, height = (int(np.clip(round(s * pixels_per_unit), 3, 512)) for s in size)
    shape = shape or str(rng.choice(["ellipse", "box", "capsule", "blob", "blob"]))
    alpha = mask(rng, height, width, shape)
    shade, rgb = shading(rng, height, width, look), colour(rng, look)
    if look == "glass" and see_through:
        edge = cv2.GaussianBlur(alpha, (0, 0), max(1.0, min(height, width) / 8))
        alpha = alpha * np.clip(1.25 - edge * np.float32(rng.uniform(0.5, 0.9)), 0.2, 1)
    return Raster(premultiply(shade, rgb, alpha, in_colour), size, pivot)
