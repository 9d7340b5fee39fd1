"""Turns and paths in space. Quaternions are (w, x, y, z), lengths metres, angles radians, times seconds."""

from collections.abc import Callable

import numpy as np

Path = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""(N,) times -> (N, 3) places and (N, 4) quaternions."""
X, Y, Z = np.eye(3)


def about(axis: np.ndarray, angle: np.ndarray | float) -> np.ndarray:
    """(..., 4) the turn by `angle` about a unit axis (3,)."""
    half = np.asarray(angle, dtype=np.float64)[..., None] / 2
    return np.concatenate([np.cos(half), np.sin(half) * axis], -1)


def after(second: np.ndarray, first: np.ndarray) -> np.ndarray:
    """(..., 4) the turn `first`, then `second`."""
    w, v = second[..., :1], second[..., 1:]
    x, u = first[..., :1], first[..., 1:]
    scalar = w * x - (v * u).sum(-1, keepdims=True)
    return np.concatenate([scalar, w * u + x * v + np.cross(v, u)], -1)


def turned(turn: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """(..., 3) a vector after a turn."""
    w, v = turn[..., :1], turn[..., 1:]
    twice = 2 * np.cross(v, np.broadcast_to(vector, v.shape))
    return vector + w * twice + np.cross(v, twice)


def still(place: np.ndarray | tuple, turn: np.ndarray | None = None) -> Path:
    """A path that stays where it is."""
    quat = np.array([1.0, 0, 0, 0]) if turn is None else turn
    return lambda t: (np.tile(np.asarray(place, float), (len(t), 1)), np.tile(quat, (len(t), 1)))


def xyz(x, y, z) -> np.ndarray:
    """(N, 3) of three numbers or curves (N,)."""
    return np.stack(np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, y, z))), -1)


def elbow(
    shoulder: np.ndarray, wrist: np.ndarray, upper: float, lower: float, bend: np.ndarray
) -> np.ndarray:
    """(3,) where an arm of two bones bends, towards `bend`; the bones stretch where they are too short."""
    reach = wrist - shoulder
    distance = max(1e-6, float(np.linalg.norm(reach)))
    along = reach / distance
    span = min(distance, 0.999 * (upper + lower))
    first = (upper**2 - lower**2 + span**2) / (2 * span)
    out = np.sqrt(max(0.0, upper**2 - first**2))
    side = bend - along * float(bend @ along)
    side = side / max(1e-6, float(np.linalg.norm(side)))
    return shoulder + along * first * distance / span + side * out
