"""A clip or pictures in memory as the video tower reads them: small squares, luma
or RGB, at the clock's times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import Any, no_type_check

import cv2
import numpy as np
import torch

from ta_v2a.engine.arguments import number
from ta_v2a.engine.arrays import Pictures, as_luma, as_rgb, read_pictures
from ta_v2a.errors import UserError
from ta_v2a.media.reading.frames import colour_frames, luma_blocks
from ta_v2a.media.reading.limits import LIMITS
from ta_v2a.media.reading.probe import Clip, probe
from vocoders.clock import ClipSpec

FASTEST_FPS = 1000.0
COLOUR_BLOCK = 32  # pictures of 224 x 224 in colour that are held at a time


@dataclass(frozen=True)
class PictureStream:
    """Pictures in order, and how long they last.

    Attributes:
        blocks: (batch, n, px, px) or, in colour, (batch, n, px, px, 3) uint8 each.
        duration_s: of the clip, in seconds.
        batch: clips side by side.
    """

    blocks: Iterator[np.ndarray]
    duration_s: float
    batch: int


Video = str | PathLike | Clip | PictureStream | np.ndarray | torch.Tensor | Sequence[Any]


@no_type_check  # checks its arguments itself
def open_pictures(
    video: Video, spec: ClipSpec, fps: float | None = None, colour: bool = False
) -> PictureStream:
    """A clip from a file, or from pictures (`ta_v2a.engine.arrays.ACCEPTED`), `fps` of them a second.

    Without `fps` pictures are taken to be at the clock's own rate. They are converted block by block.

    Args:
        spec: the clock, which says how many pictures there are in a second, and of which size.
        colour: whether they are wanted in RGB, or as luma.

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
        blocks = clip_blocks(clip, spec.lasting(clip.duration_s), colour)
        return PictureStream((block[None] for block in blocks), clip.duration_s, 1)
    return stream_of(read_pictures(video), spec, rate, colour)


def clip_blocks(
    clip: Clip, spec: ClipSpec, colour: bool, block_pictures: int | None = None, start_s: float = 0.0
) -> Iterator[np.ndarray]:
    """All pictures of a clip at the times of `spec`, counted from `start_s`, in blocks (n, px, px) or
    (n, px, px, 3) uint8.

    Raises:
        UserError: the clip cannot be read.
    """
    if not colour:
        yield from luma_blocks(clip, spec, 256 if block_pictures is None else block_pictures, start_s)
        return
    times_s, size = spec.picture_times_s + start_s, COLOUR_BLOCK if block_pictures is None else block_pictures
    for start in range(0, len(times_s), size):
        yield colour_frames(clip, times_s[start : start + size], spec.picture_px, spec.picture_px)


def stream_of(pictures: Pictures, spec: ClipSpec, fps: float, colour: bool = False) -> PictureStream:
    """The clip that shows pictures at a rate.

    Raises:
        UserError: if it lasts longer than a clip may.
    """
    duration_s = pictures.count / fps
    if duration_s > LIMITS.longest_s:
        hours = f"last {duration_s / 3600:.1f} hours, more than the {LIMITS.longest_s / 3600:g} allowed"
        raise UserError(f"{pictures.count} pictures at fps {fps:g} {hours}")
    rows = np.floor(spec.lasting(duration_s).picture_times_s * fps).astype(int).clip(max=pictures.count - 1)
    size = COLOUR_BLOCK if colour else 256
    return PictureStream(_blocks(pictures, rows, spec.picture_px, colour, size), duration_s, pictures.films)


def _blocks(
    pictures: Pictures, rows: np.ndarray, size_px: int, colour: bool, block_pictures: int
) -> Iterator[np.ndarray]:
    convert = as_rgb if colour else as_luma
    for start in range(0, len(rows), block_pictures):
        needed, places = np.unique(rows[start : start + block_pictures], return_inverse=True)
        films = range(pictures.films)
        shown = [[_squeezed(convert(pictures.shown(film, row)), size_px) for row in needed] for film in films]
        yield np.array(shown)[:, places]


def _squeezed(picture: np.ndarray, size_px: int) -> np.ndarray:
    if picture.shape[:2] == (size_px, size_px):
        return picture
    return cv2.resize(np.ascontiguousarray(picture), (size_px, size_px), interpolation=cv2.INTER_AREA)
