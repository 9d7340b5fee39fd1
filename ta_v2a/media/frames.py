"""Pictures at exact presentation times: for every requested time, the frame that a player shows then.

Only frames that some requested time needs are converted; all others are decoded and dropped. One frame is held at a time, so memory
does not grow with the clip.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from itertools import islice

import cv2
import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.luma import luma
from ta_v2a.media.opening import open_media, shown_name
from ta_v2a.media.orientation import Orientation
from ta_v2a.media.probe import Clip, packets, probe
from vocoders.clock import ClipSpec

_log = logging.getLogger("ta_v2a.media")
_SEEK_FROM_S = 4.0  # windows that start earlier are reached sooner by decoding than by seeking
_SEEK_MARGIN_S = 1.5  # larger than any reordering delay, so that the key frame found is shown before the window


def _frames(clip: Clip, from_tick: int | None) -> Iterator:
    """Decoded frames in presentation order, from a key frame shown at or before `from_tick` (or from the start)."""
    import av

    with open_media(clip.path) as container:
        stream = container.streams[clip.stream_index]
        stream.thread_type = "AUTO"
        if from_tick is not None:
            container.seek(max(clip.start_tick, from_tick - round(_SEEK_MARGIN_S / clip.time_base)), stream=stream, backward=True)
        broken, begun = 0, from_tick is None
        for packet in _with_flush(container, stream):
            try:
                decoded = packet.decode() if packet is not None else stream.codec_context.decode(None)
            except (av.error.FFmpegError, OSError):
                broken += 1
                continue
            for frame in decoded:
                # After a seek, pictures before the first key frame lack their references.
                begun = begun or frame.key_frame
                if begun:
                    yield frame
        if broken:
            _log.warning("%s: %d damaged packets; the last whole picture is held there", shown_name(clip.path), broken)


def _with_flush(container, stream) -> Iterator:
    yield from packets(container, stream)
    yield None


def _ticked(clip: Clip, from_tick: int | None) -> Iterator[tuple[int, object]]:
    """(presentation tick, frame); frames without a time follow the one before by one mean picture."""
    step = max(1, round(1 / (clip.fps * float(clip.time_base))))
    next_tick = clip.start_tick
    for frame in _frames(clip, from_tick):
        tick = frame.pts if frame.pts is not None else next_tick
        next_tick = tick + step
        yield tick, frame


def _start(clip: Clip, first_tick: int) -> Iterator[tuple[int, object]]:
    """`_ticked` so that its first frame is shown at or before `first_tick`, by seeking where that pays and works."""
    import av

    if (first_tick - clip.start_tick) * clip.time_base >= _SEEK_FROM_S:
        try:
            stream = _ticked(clip, first_tick)
            tick, frame = next(stream)
        except (StopIteration, av.error.FFmpegError, OSError):
            return _ticked(clip, None)
        if tick <= first_tick:
            return _chained((tick, frame), stream)
        stream.close()
    return _ticked(clip, None)


def _chained(first: tuple, rest: Iterator) -> Iterator:
    yield first
    yield from rest


def _shown(clip: Clip, times_s: np.ndarray) -> Iterator[tuple[object, int]]:
    """(frame, how many of the ascending `times_s` see it); times before the first frame see the first, after the last the last."""
    # A time written as the decimal of a presentation time belongs to that frame: half a microsecond of grace.
    ticks = np.floor((np.asarray(times_s, np.float64) + 5e-7) / float(clip.time_base)).astype(np.int64) + clip.start_tick
    if not len(ticks):
        return
    held, done = None, 0
    for tick, frame in _start(clip, int(ticks[0])):
        if held is not None:
            seen = int(np.searchsorted(ticks, tick, side="left")) - done
            if seen > 0:
                yield held, seen
                done += seen
                if done == len(ticks):
                    return
        held = frame
    if held is None:
        raise UserError(f"{shown_name(clip.path)}: no picture in it can be decoded")
    yield held, len(ticks) - done


def _clip(clip: Clip | str | os.PathLike) -> Clip:
    return clip if isinstance(clip, Clip) else probe(clip)


def _repeated(clip: Clip, times_s: np.ndarray, convert) -> Iterator[np.ndarray]:
    for frame, count in _shown(clip, times_s):
        picture = convert(frame)
        for _ in range(count):
            yield picture


def _luma_of(size_px: int):
    return lambda frame: Orientation.of(frame).applied(luma(frame, size_px))


def _in_any_order(clip: Clip, times_s: Sequence[float] | np.ndarray, convert, shape: tuple[int, ...]) -> np.ndarray:
    times_s = np.asarray(times_s, np.float64)
    if times_s.ndim != 1 or not np.isfinite(times_s).all():
        raise ValueError("times_s is a list of finite seconds")
    order = np.argsort(times_s, kind="stable")
    pictures = np.empty((len(times_s), *shape), np.uint8)
    for place, picture in zip(order, _repeated(clip, times_s[order], convert), strict=True):
        pictures[place] = picture
    return pictures


def luma_pictures(clip: Clip | str | os.PathLike, times_s: Sequence[float] | np.ndarray, size_px: int = 80) -> np.ndarray:
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
    return _in_any_order(_clip(clip), times_s, _luma_of(size_px), (size_px, size_px))


def luma_blocks(clip: Clip | str | os.PathLike, spec: ClipSpec, block_pictures: int = 256) -> Iterator[np.ndarray]:
    """All pictures of `spec` (at `spec.picture_times_s`) in order, in blocks, with memory flat in the clip's length.

    Args:
        clip: a file or what `probe` said of it.
        spec: the clip's clock, usually `MINI.lasting(clip.duration_s)`.
        block_pictures: pictures in a block; the last block holds the rest.

    Yields:
        (n, picture_px, picture_px) uint8 as `luma_pictures`.
    """
    if block_pictures < 1:
        raise ValueError(f"a block holds at least one picture, not {block_pictures}")
    pictures = _repeated(_clip(clip), spec.picture_times_s, _luma_of(spec.picture_px))
    while block := list(islice(pictures, block_pictures)):
        yield np.stack(block)


def colour_frames(
    clip: Clip | str | os.PathLike, times_s: Sequence[float] | np.ndarray, height: int, width: int | None = None
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

    def convert(frame) -> np.ndarray:
        turn = Orientation.of(frame)
        wide, high = (height, width) if turn.transposed else (width, height)
        # FFmpeg's rule of thumb where a file does not say: high definition is BT.709.
        unsaid = frame.colorspace in (0, 2)
        matrix = {"src_colorspace": "ITU709" if frame.height >= 720 else "ITU601"} if unsaid and frame.format.name.startswith("yuv") else {}
        shrunk = frame.reformat(format="rgb24", interpolation="AREA", width=max(wide, 16), height=max(high, 16), **matrix).to_ndarray()
        return turn.applied(cv2.resize(shrunk, (wide, high), interpolation=cv2.INTER_AREA))

    return _in_any_order(clip, times_s, convert, (height, width, 3))
