"""What a page draws of a clip or a sound: strips of pictures, and the outline of a waveform."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.reading.own_sound import own_sound_blocks
from ta_v2a.media.reading.probe import Clip

MOST_STRIP_BYTES = 24 << 20
_WIDEST_JPEG = 65_000
_WIDEST_SHAPE = 4.0
_QUALITY = 82
_BLOCK = 1 << 16


def strip(clip: Clip, times_s: list[float], height: int) -> bytes:
    """A JPEG of the pictures shown at some times, side by side, all of one size.

    Args:
        clip: what `probe` said.
        times_s: seconds after the picture's start.
        height: in pixels; the width follows the picture's shape, four times the height at most.

    Raises:
        UserError: the strip would be too large, or the clip cannot be read.
    """
    import cv2

    from ta_v2a.media.reading.frames import colour_frames

    width = max(1, round(height * min(_WIDEST_SHAPE, clip.width / clip.height)))
    if len(times_s) * width * height * 3 > MOST_STRIP_BYTES or len(times_s) * width > _WIDEST_JPEG:
        raise UserError(f"{len(times_s)} pictures of {width} x {height} are too large a strip")
    pictures = colour_frames(clip, times_s, height, width)
    beside = np.ascontiguousarray(pictures.transpose(1, 0, 2, 3).reshape(height, -1, 3)[..., ::-1])
    return cv2.imencode(".jpg", beside, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()


def outline(blocks: Iterable[np.ndarray], samples: int, points: int) -> tuple[list[float], list[float]]:
    """Lowest and highest sample of each of `points` equal pieces of a sound.

    Args:
        blocks: (n, channels) in order; channels are averaged.
        samples: of one channel, in all.
        points: pieces; fewer where there are fewer samples.
    """
    points = max(1, min(points, samples))
    borders = np.arange(points + 1) * samples // points
    low, high = np.zeros(points, np.float32), np.zeros(points, np.float32)
    low[:], high[:] = np.inf, -np.inf
    start = 0
    for block in blocks:
        mono, stop = block.mean(1), min(samples, start + len(block))
        first, last = np.searchsorted(borders, [start, stop - 1], "right") - 1
        for piece in range(first, last + 1):
            part = mono[max(0, borders[piece] - start) : borders[piece + 1] - start]
            if len(part):
                low[piece], high[piece] = min(low[piece], part.min()), max(high[piece], part.max())
        start = stop
        if start >= samples:
            break
    heard = np.isfinite(low)
    return [round(float(each), 4) for each in np.where(heard, low, 0)], [
        round(float(each), 4) for each in np.where(heard, high, 0)
    ]


def file_outline(wav: Path, points: int) -> tuple[float, list[float], list[float]]:
    """(seconds, low, high) of a sound in a file."""
    import soundfile

    with soundfile.SoundFile(str(wav)) as sound:
        blocks = sound.blocks(_BLOCK, dtype="float32", always_2d=True)
        return sound.frames / sound.samplerate, *outline(blocks, sound.frames, points)


def own_outline(clip: Clip, points: int) -> tuple[float, list[float], list[float]]:
    """The same of a clip's own sound.

    Raises:
        UserError: it has none that can be decoded.
    """
    rate_hz = 16_000
    samples = max(1, round(clip.duration_s * rate_hz))
    return clip.duration_s, *outline(own_sound_blocks(clip, rate_hz), samples, points)
