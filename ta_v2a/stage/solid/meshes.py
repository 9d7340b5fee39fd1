"""Things turned on a lathe, and boulders: vertices and faces for MuJoCo."""

from itertools import pairwise

import numpy as np

_SIDES = 20


def lathe(profile: list[tuple[float, float]], sides: int = _SIDES) -> tuple[np.ndarray, np.ndarray]:
    """A closed body of revolution about z.

    Args:
        profile: (radius, height) from the lowest point of the axis to the last; hollow things go up outside
            and come down inside. Points on the axis have radius 0.

    Returns:
        (V, 3) vertices and (F, 3) faces, outward.
    """
    angle = 2 * np.pi * np.arange(sides) / sides
    ring = np.stack([np.cos(angle), np.sin(angle)], -1)
    points: list[list[float]] = []
    rows = []
    for radius, height in profile:
        if radius <= 1e-9:
            rows.append(np.full(sides, len(points)))
            points.append([0.0, 0.0, height])
        else:
            rows.append(len(points) + np.arange(sides))
            points += [[radius * c, radius * s, height] for c, s in ring]
    faces = []
    for low, high in pairwise(rows):
        for i in range(sides):
            j = (i + 1) % sides
            corners = [low[i], low[j], high[j], high[i]]
            for face in ((0, 1, 2), (0, 2, 3)):
                a, b, c = (corners[k] for k in face)
                if len({a, b, c}) == 3:
                    faces.append((a, b, c))
    return np.array(points), np.array(faces)


def profile_of(shape: str, radius: float, height: float) -> list[tuple[float, float]]:
    """The outline of what stands on z = 0: bottle, cup, bowl, vase, bucket, pot, jar, plate or bell."""
    r, h, wall = radius, height, max(0.006, 0.07 * radius)
    if shape == "bottle":
        return [
            (0, 0),
            (r, 0),
            (r, 0.55 * h),
            (0.85 * r, 0.66 * h),
            (0.32 * r, 0.8 * h),
            (0.32 * r, h),
            (0, h),
        ]
    outside = {
        "cup": [(0.75 * r, 0), (r, 0.25 * h), (r, h)],
        "bowl": [(0.45 * r, 0), (0.85 * r, 0.4 * h), (r, h)],
        "vase": [(0.6 * r, 0), (r, 0.4 * h), (0.5 * r, 0.8 * h), (0.7 * r, h)],
        "bucket": [(0.72 * r, 0), (r, h)],
        "pot": [(r, 0), (r, h), (1.08 * r, h)],
        "jar": [(r, 0), (r, h)],
        "plate": [(0.55 * r, 0), (0.6 * r, 0.3 * h), (r, h)],
        "bell": [(r, 0), (0.82 * r, 0.2 * h), (0.62 * r, 0.55 * h), (0.5 * r, 0.85 * h), (0.2 * r, h)],
    }[shape]
    if shape == "bell":
        return [(0, 0.3 * h), (0.7 * r, 0.02 * h), *outside, (0, h)]
    inside = [(max(0.0, x - wall), max(y, wall)) for x, y in reversed(outside)]
    return [(0, 0), *outside, *inside, (0, wall)]


def boulder(rng: np.random.Generator, radius: float, points: int = 26) -> np.ndarray:
    """(points, 3) corners of a convex stone."""
    raw = rng.normal(0, 1, (points, 3))
    raw /= np.linalg.norm(raw, axis=1, keepdims=True)
    return raw * radius * rng.uniform(0.8, 1.0, (points, 1)) * np.array([1.0, 0.85, 0.75])
