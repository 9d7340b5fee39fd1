"""A clip or an array of pictures as what the video tower reads: blocks of small luma squares at the clock's times."""

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike

import cv2
import numpy as np

from vocoders.clock import ClipSpec

from .errors import UserError
from .media.frames import luma_blocks
from .media.probe import Clip, probe

Video = str | PathLike | Clip | np.ndarray


@dataclass(frozen=True)
class Film:
    """Blocks of pictures, each (batch, n, px, px) uint8, and how long the film lasts in seconds."""

    blocks: Iterator[np.ndarray]
    duration_s: float
    batch: int


def open_film(video: Video, spec: ClipSpec, fps: float | None = None) -> Film:
    """A film from a file, or from pictures (N,H,W) grey, (N,H,W,3) RGB or (B,N,H,W) grey, uint8, `fps` of them a second.

    Without `fps` an array is taken to be at the clock's own rate.

    Raises:
        UserError: if the file cannot be read, or the array has another shape or type.
    """
    if isinstance(video, str | PathLike | Clip):
        clip = video if isinstance(video, Clip) else probe(video)
        return Film((block[None] for block in luma_blocks(clip, spec.lasting(clip.duration_s))), clip.duration_s, 1)
    pictures = np.asarray(video)
    if pictures.dtype != np.uint8 or pictures.ndim not in (3, 4) or 0 in pictures.shape:
        raise UserError(f"pictures are uint8 of shape (N,H,W), (N,H,W,3) or (B,N,H,W), not {pictures.dtype} {pictures.shape}")
    batch = _as_batch(pictures)
    rate = spec.fps if fps is None else fps
    if not rate > 0:
        raise UserError(f"fps is above 0, not {rate}")
    duration_s = batch.shape[1] / rate
    rows = np.floor(spec.lasting(duration_s).picture_times_s * rate).astype(int).clip(max=batch.shape[1] - 1)
    return Film(_array_blocks(batch, rows, spec), duration_s, batch.shape[0])


def _as_batch(pictures: np.ndarray) -> np.ndarray:
    """(B, N, H, W) or (1, N, H, W, 3)."""
    colour = pictures.ndim == 4 and pictures.shape[-1] == 3
    return pictures[None] if pictures.ndim == 3 or colour else pictures


def _array_blocks(batch: np.ndarray, rows: np.ndarray, spec: ClipSpec, block_pictures: int = 256) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), block_pictures):
        chosen = batch[:, rows[start : start + block_pictures]]
        yield np.stack([[_small_luma(picture, spec.picture_px) for picture in film] for film in chosen])


def _small_luma(picture: np.ndarray, size_px: int) -> np.ndarray:
    grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    if grey.shape == (size_px, size_px):
        return grey
    return cv2.resize(np.ascontiguousarray(grey), (size_px, size_px), interpolation=cv2.INTER_AREA)
