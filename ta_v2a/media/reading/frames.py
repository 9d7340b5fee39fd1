"""Pictures at exact presentation times: for every requested time, the frame that a player shows then.

They are decoded in a process of their own (`ta_v2a.media.reading.decoding`) and come one by one, so that
memory does not grow with the clip.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from ta_v2a.media.reading.apart import answers
from ta_v2a.media.reading.opening import plain_file, shown_name
from ta_v2a.media.reading.probe import Clip, probe
from vocoders.clock import ClipSpec


def _clip(clip: Clip | str | os.PathLike) -> Clip:
    return clip if isinstance(clip, Clip) else probe(clip)


def _repeated(clip: Clip, times_s: np.ndarray, shape: tuple[int, ...]) -> Iterator[np.ndarray]:
    """The picture (*shape) uint8 shown at each of the ascending times."""
    plain_file(clip.path)
    given = {"clip": replace(clip, rebuilt_ticks=()).as_json(), "times_s": times_s.tolist()}
    wanted = {"height": shape[0], "width": shape[1], "colour": len(shape) == 3}
    for facts, data in answers("pictures", shown_name(clip.path), **given, **wanted):
        picture = np.frombuffer(data, np.uint8).reshape(shape)
        for _ in range(facts["count"]):
            yield picture


def _in_any_order(clip: Clip, times_s: Sequence[float] | np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    times_s = np.asarray(times_s, np.float64)
    if times_s.ndim != 1 or not np.isfinite(times_s).all():
        raise ValueError("times_s is a list of finite seconds")
    order = np.argsort(times_s, kind="stable")
    pictures = np.empty((len(times_s), *shape), np.uint8)
    for place, picture in zip(order, _repeated(clip, times_s[order], shape), strict=True):
        pictures[place] = picture
    return pictures


def luma_pictures(
    clip: Clip | str | os.PathLike, times_s: Sequence[float] | np.ndarray, size_px: int = 80
) -> np.ndarray:
    """The picture shown at each time, squeezed to a square of luma.

    Args:
        clip: a file or what `probe` said of it.
        times_s: (N,) seconds after the picture's start, in any order.
        size_px: side of the square.

    Returns:
        (N, size_px, size_px) uint8, full range (0 black, 255 white), as displayed (turned upright).

    Raises:
        UserError: the clip cannot be read.
    """
    return _in_any_order(_clip(clip), times_s, (size_px, size_px))


def luma_blocks(
    clip: Clip | str | os.PathLike, spec: ClipSpec, block_pictures: int = 256, start_s: float = 0.0
) -> Iterator[np.ndarray]:
    """All pictures of `spec` (at `spec.picture_times_s`) in order, in blocks, with
    memory flat in the clip's length.

    Args:
        clip: a file or what `probe` said of it.
        spec: the clip's clock, usually `MINI.lasting(clip.duration_s)`.
        block_pictures: pictures in a block; the last block holds the rest.
        start_s: where in the clip the spec's time begins.

    Yields:
        (n, picture_px, picture_px) uint8 as `luma_pictures`.
    """
    if block_pictures < 1:
        raise ValueError(f"a block holds at least one picture, not {block_pictures}")
    pictures = _repeated(_clip(clip), spec.picture_times_s + start_s, (spec.picture_px, spec.picture_px))
    while block := list(islice(pictures, block_pictures)):
        yield np.stack(block)


def colour_frames(
    clip: Clip | str | os.PathLike,
    times_s: Sequence[float] | np.ndarray,
    height: int,
    width: int | None = None,
) -> np.ndarray:
    """The picture shown at each time, in colour, as displayed.

    Args:
        clip: a file or what `probe` said of it.
        times_s: (N,) seconds after the picture's start, in any order.
        height, width: of the pictures returned; without `width` the displayed aspect ratio is kept.

    Returns:
        (N, height, width, 3) uint8 sRGB-like values.

    Raises:
        UserError: the clip cannot be read.
    """
    clip = _clip(clip)
    width = width or max(1, round(height * clip.width / clip.height))

    return _in_any_order(clip, times_s, (height, width, 3))
