"""A clip or pictures in memory as the video tower reads them: small luma squares at the clock's times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, no_type_check

import cv2
import numpy as np
import torch

from ta_v2a.engine.arguments import number
from ta_v2a.engine.arrays import Pictures, read_pictures
from ta_v2a.errors import UserError
from ta_v2a.media.reading.frames import luma_blocks
from ta_v2a.media.reading.limits import LIMITS
from ta_v2a.media.reading.probe import Clip, probe
from vocoders.clock import ClipSpec

FASTEST_FPS = 1000.0


@dataclass(frozen=True)
class PictureStream:
    """Blocks of pictures, each (batch, n, px, px) uint8, and how long the film lasts in seconds."""

    blocks: Iterator[np.ndarray]
    duration_s: float
    batch: int


Video = str | PathLike | Clip | PictureStream | np.ndarray | torch.Tensor | Sequence[Any]


@no_type_check  # checks its arguments itself
def open_pictures(video: Video, spec: ClipSpec, fps: float | None = None) -> PictureStream:
    """A film from a file, or from pictures (`ta_v2a.engine.arrays.ACCEPTED`), `fps` of them a second.

    Without `fps` pictures are taken to be at the clock's own rate. They are converted block by block.

    Raises:
        UserError: if the file cannot be read, or the pictures have another type, shape or range.
    """
    rate = spec.fps if fps is None else number("fps", fps, 0, FASTEST_FPS)
    if not rate:
        raise UserError("fps is above 0, not 0")
    if isinstance(video, PictureStream):
        return video
    if isinstance(video, str | PathLike | Clip):
        clip = video if isinstance(video, Clip) else probe(video)
        return PictureStream(
            (block[None] for block in luma_blocks(clip, spec.lasting(clip.duration_s))), clip.duration_s, 1
        )
    return stream_of(read_pictures(video), spec, rate)


def stream_of(pictures: Pictures, spec: ClipSpec, fps: float) -> PictureStream:
    """The film that shows pictures at a rate.

    Raises:
        UserError: if it lasts longer than a clip may.
    """
    duration_s = pictures.count / fps
    if duration_s > LIMITS.longest_s:
        hours = f"last {duration_s / 3600:.1f} hours, more than the {LIMITS.longest_s / 3600:g} allowed"
        raise UserError(f"{pictures.count} pictures at fps {fps:g} {hours}")
    rows = np.floor(spec.lasting(duration_s).picture_times_s * fps).astype(int).clip(max=pictures.count - 1)
    return PictureStream(_blocks(pictures, rows, spec.picture_px), duration_s, pictures.films)


def _blocks(
    pictures: Pictures, rows: np.ndarray, size_px: int, block_pictures: int = 256
) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), block_pictures):
        needed, places = np.unique(rows[start : start + block_pictures], return_inverse=True)
        shown = [
            [_squeezed(pictures.luma(film, row), size_px) for row in needed] for film in range(pictures.films)
        ]
        yield np.array(shown)[:, places]


def _squeezed(luma: np.ndarray, size_px: int) -> np.ndarray:
    if luma.shape == (size_px, size_px):
        return luma
    return cv2.resize(np.ascontiguousarray(luma), (size_px, size_px), interpolation=cv2.INTER_AREA)
