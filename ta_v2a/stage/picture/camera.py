"""The imagined camera: where it looks, what it does to light, noise and compression."""

from dataclasses import dataclass

import cv2
import numpy as np

from ta_v2a.stage.picture.motion import smooth_walk


@dataclass
class Framing:
    """Per frame: (N, 2, 3) float64 maps from picture heights to output pixels."""

    matrices: np.ndarray


def shown_times(times_s: np.ndarray, source_fps: float, phase_s: float) -> tuple[np.ndarray, np.ndarray]:
    """(M,) times of the pictures that a camera of `source_fps` takes, and (N,) which of them is shown at each
    of `times_s`."""
    shown = np.floor((np.asarray(times_s) - phase_s) * source_fps + 1e-9)
    numbers, index = np.unique(shown, return_inverse=True)
    return numbers / source_fps + phase_s, index


def look(
    rng: np.random.Generator,
    times_s: np.ndarray,
    shakes: list,
    aspect: float,
    height: int,
    width: int,
    cuts_s: np.ndarray,
) -> Framing:
    """Still, hand-held, panning or zooming; jumps to another framing at every cut; mirrored at random."""
    n = len(times_s)
    mode = int(rng.choice(4, p=[0.4, 0.3, 0.18, 0.12]))
    x, y, roll, zoom = (
        np.zeros(n),
        np.zeros(n),
        np.full(n, rng.normal(0, 0.06)),
        np.full(n, rng.uniform(0.9, 1.2)),
    )
    if mode in (1, 2):
        amount = rng.uniform(0.003, 0.03)
        x, y = smooth_walk(rng, 1.5, amount)(times_s), smooth_walk(rng, 1.5, amount)(times_s)
        jitter = rng.uniform(0, 0.004)
        x, y = x + rng.normal(0, jitter, n), y + rng.normal(0, jitter, n)
        roll = roll + smooth_walk(rng, 0.8, rng.uniform(0, 0.05))(times_s)
    if mode == 2:
        x, y = (
            x + smooth_walk(rng, 0.15, rng.uniform(0.05, 0.5))(times_s),
            y + smooth_walk(rng, 0.15, rng.uniform(0, 0.2))(times_s),
        )
    if mode == 3:
        zoom = zoom * (1 + smooth_walk(rng, 0.15, rng.uniform(0.1, 0.35))(times_s))
    for shake in shakes:
        y = y + shake(times_s)
    part = np.searchsorted(cuts_s, times_s, side="right")
    for k in range(1, len(cuts_s) + 1):
        x = x + np.where(part == k, rng.normal(0, 0.12), 0)
        y = y + np.where(part == k, rng.normal(0, 0.12), 0)
        zoom = zoom * np.where(part == k, np.exp(rng.normal(0, 0.3)), 1)
    flip = np.where(rng.random(len(cuts_s) + 1) < 0.5, -1.0, 1.0)[part]
    c, s = np.cos(roll) * zoom, np.sin(roll) * zoom
    linear = np.stack([np.stack([flip * c, -flip * s], -1), np.stack([s, c], -1)], -2)  # (N, 2, 2)
    centre = np.stack([aspect / 2 + x, 0.5 + y], -1)
    shift = np.array([aspect / 2, 0.5]) - np.einsum("nij,nj->ni", linear, centre)
    to_pixels = np.array([width / aspect, height], dtype=np.float64)
    return Framing(np.concatenate([linear, shift[..., None]], -1) * to_pixels[:, None])


def expose(
    rng: np.random.Generator, frames: np.ndarray, times_s: np.ndarray, gains: list, cuts_s: np.ndarray
) -> np.ndarray:
    """Light, gamma, defocus, sensor noise and compression over (N, H, W[, 3])
    uint8; returns the same shape."""
    n, height = len(frames), frames.shape[1]
    exposure = rng.uniform(60, 175) / max(
        20.0, float(frames[:: max(1, n // 4)].mean())
    )  # what a camera's automatic exposure does
    gain = np.full(n, exposure)
    if rng.random() < 0.3:
        gain = gain * (1 + smooth_walk(rng, rng.uniform(0.3, 8.0), rng.uniform(0.02, 0.2))(times_s))
    for change in gains:
        gain = gain * change(times_s)
    part = np.searchsorted(cuts_s, times_s, side="right")
    gain = gain * np.exp(rng.normal(0, 0.25, len(cuts_s) + 1) * (np.arange(len(cuts_s) + 1) > 0))[part]
    gamma, black, invert = np.exp(rng.normal(0, 0.25)), rng.uniform(0, 0.15), rng.random() < 0.06
    levels = np.arange(256) / 255
    blur = rng.uniform(0.3, 1.2) * height / 80 if rng.random() < 0.35 else 0.0
    grain = (
        rng.uniform(0.5, 8.0) * rng.random() if rng.random() < 0.5 else 0.0
    )  # clips shrunk to a few pixels show little of it
    quality = int(rng.integers(15, 90)) if rng.random() < 0.25 else 0
    pool = rng.normal(0, 1, (8, *frames.shape[1:])).astype(np.float32) * grain if grain else None
    picks, rolls = rng.integers(0, 8, n), rng.integers(0, height, n)
    for i in range(n):
        table = (np.clip(black + (1 - black) * (levels * gain[i]) ** gamma, 0, 1) * 255).astype(np.uint8)
        frame = cv2.LUT(frames[i], 255 - table if invert else table)
        if blur:
            frame = cv2.GaussianBlur(frame, (0, 0), blur)
        if pool is not None:
            frame = cv2.add(frame, np.roll(pool[picks[i]], rolls[i], 0), dtype=cv2.CV_8U)
        if quality:
            frame = cv2.imdecode(
                cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_UNCHANGED
            )
        frames[i] = frame
    return frames
