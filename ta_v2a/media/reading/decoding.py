"""Pictures at exact presentation times: for every requested time, the frame that a player shows then.

Only frames that some requested time needs are converted; all others are decoded and dropped. One frame is
held at a time, so memory does not grow with the clip. Runs in the process that `ta_v2a.media.reading.apart` starts.
"""

from collections.abc import Callable, Generator, Iterator
from typing import Any

import cv2
import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.reading.limits import LIMITS, check_size, threads
from ta_v2a.media.reading.luma import luma
from ta_v2a.media.reading.opening import open_media, shown_name
from ta_v2a.media.reading.orientation import Orientation
from ta_v2a.media.reading.probe import Clip, packets, video_stream
from ta_v2a.media.reading.pulse import Pulse

_SEEK_FROM_S = 4.0  # windows that start earlier are reached sooner by decoding than by seeking
_SEEK_MARGIN_S = 1.5  # larger than any reordering delay, so that the key frame found is shown before the window


def _frames(clip: Clip, from_tick: int | None, pulse: Pulse) -> Iterator:
    """Decoded frames in presentation order, from a key frame at or before `from_tick` (or from the start)."""
    import av

    name = shown_name(clip.path)
    with open_media(clip.path) as container:
        stream = video_stream(container, clip.stream_index)
        stream.thread_type = "AUTO"
        stream.codec_context.thread_count = threads(stream.width, stream.height)
        if from_tick is not None:
            container.seek(
                max(clip.start_tick, from_tick - round(_SEEK_MARGIN_S / clip.time_base)),
                stream=stream,
                backward=True,
            )
        broken, begun = 0, from_tick is None
        for packet in _with_flush(container, stream):
            if packet is not None:
                pulse(packet.size)
            try:
                decoded = packet.decode() if packet is not None else stream.codec_context.decode(None)
            except MemoryError:
                raise
            except (av.error.FFmpegError, OSError):
                broken += 1
                continue
            for frame in decoded:
                # After a seek, pictures before the first key frame lack their references.
                begun = begun or frame.key_frame
                check_size(name, frame.width, frame.height, frame.format.name, LIMITS.most_pixels)
                pulse(pixels=frame.width * frame.height)
                if begun:
                    yield frame
        if broken:
            pulse.note(f"{name}: {broken} damaged packets; the last whole picture is held there")


def _with_flush(container, stream) -> Iterator:
    yield from packets(container, stream)
    yield None


def _ticked(clip: Clip, from_tick: int | None, pulse: Pulse) -> Generator[tuple[int, Any], None, None]:
    """(presentation tick, frame); frames without a time follow the one before by one mean picture."""
    step = max(1, round(1 / (clip.fps * float(clip.time_base))))
    next_tick = clip.start_tick
    for frame in _frames(clip, from_tick, pulse):
        tick = frame.pts if frame.pts is not None else next_tick
        next_tick = tick + step
        yield tick, frame


def _start(clip: Clip, first_tick: int, pulse: Pulse) -> Iterator[tuple[int, object]]:
    """`_ticked` so that its first frame is shown at or before `first_tick`, by seeking where that pays."""
    import av

    # Where packets have no times nobody can tell where a seek has led.
    if clip.timed and (first_tick - clip.start_tick) * clip.time_base >= _SEEK_FROM_S:
        try:
            stream = _ticked(clip, first_tick, pulse)
            tick, frame = next(stream)
        except (StopIteration, av.error.FFmpegError, OSError):
            return _ticked(clip, None, pulse)
        if tick <= first_tick:
            return _chained((tick, frame), stream)
        stream.close()
    return _ticked(clip, None, pulse)


def _chained(first: tuple, rest: Iterator) -> Iterator:
    yield first
    yield from rest


def _shown(clip: Clip, times_s: np.ndarray, pulse: Pulse) -> Iterator[tuple[object, int]]:
    """(frame, how many of the ascending `times_s` see it); times outside see the first or the last."""
    # A time written as the decimal of a presentation time belongs to that frame: half a microsecond of grace.
    ticks = np.floor((np.asarray(times_s, np.float64) + 5e-7) / float(clip.time_base)).astype(np.int64) + clip.start_tick
    if not len(ticks):
        return
    held, done = None, 0
    for tick, frame in _start(clip, int(ticks[0]), pulse):
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


def _grey(size_px: int) -> Callable:
    return lambda frame: Orientation.of(frame).applied(luma(frame, size_px))


def _colour(height: int, width: int) -> Callable:
    def convert(frame) -> np.ndarray:
        turn = Orientation.of(frame)
        wide, high = (height, width) if turn.transposed else (width, height)
        # FFmpeg's rule of thumb where a file does not say: high definition is BT.709.
        unsaid = frame.colorspace in (0, 2)
        matrix = {"src_colorspace": "ITU709" if frame.height >= 720 else "ITU601"} if unsaid and frame.format.name.startswith("yuv") else {}
        shrunk = frame.reformat(format="rgb24", interpolation="AREA", width=max(wide, 16), height=max(high, 16), **matrix).to_ndarray()
        return turn.applied(cv2.resize(shrunk, (wide, high), interpolation=cv2.INTER_AREA))

    return convert


def pictures(clip: Clip, times_s: list[float], height: int, width: int, colour: bool, pulse: Pulse) -> Iterator[tuple[np.ndarray, int]]:
    """The pictures shown at ascending times.

    Args:
        clip: what `scan` said of the file.
        times_s: seconds after the picture's start, ascending.
        height, width: of the pictures; equal without `colour`.
        colour: RGB instead of luma.
        pulse: signs of life.

    Yields:
        ((height, width) or (height, width, 3) uint8, how many of the times see it).

    Raises:
        UserError: no picture can be decoded, or one is too large.
    """
    cv2.setNumThreads(1)
    convert = _colour(height, width) if colour else _grey(height)
    for frame, count in _shown(clip, np.asarray(times_s), pulse):
        yield convert(frame), count
