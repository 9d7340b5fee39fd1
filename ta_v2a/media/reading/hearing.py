"""A clip's own sound, decoded; runs in the process that `ta_v2a.media.reading.apart` starts."""

from collections.abc import Iterator

import numpy as np

from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.reading.pulse import Pulse

_GAP_S = 0.05  # smaller jumps between a track's packets are rounding, larger ones are real gaps


def _decoded(clip: Clip, pulse: Pulse) -> Iterator:
    """The audio frames of the clip's sound track; damaged packets are skipped."""
    import av

    assert clip.own_sound_index is not None  # nobody asks for a sound that there is not
    with open_media(clip.path) as container:
        stream = container.streams[clip.own_sound_index]
        try:
            for packet in container.demux(stream):
                pulse(packet.size)
                try:
                    yield from packet.decode()
                except MemoryError:
                    raise
                except (av.error.FFmpegError, OSError):
                    continue
        except MemoryError:
            raise
        except (av.error.FFmpegError, OSError):
            return


def _drained(resampler) -> np.ndarray:
    """What a resampler still holds, (n, channels) float32."""
    empty = np.zeros((0, len(resampler.layout.channels)), np.float32)
    return np.concatenate([empty, *(frame.to_ndarray().T for frame in resampler.resample(None))])


def placed(clip: Clip, rate_hz: int, channels: int, pulse: Pulse) -> Iterator[tuple[int, np.ndarray]]:
    """(place in samples after the picture's start, (n, channels) float32) of the clip's own sound, in order.

    A track may change its rate, channels or sample format midway: every stretch has a resampler of its own.
    """
    import av

    layout = "mono" if channels == 1 else "stereo"
    resampler, place, kind, taken_s = None, 0, None, 0.0
    for frame in _decoded(clip, pulse):
        due_s = (frame.time - clip.start_s) if frame.pts is not None else None
        changed = kind != (frame.format.name, frame.layout.name, frame.sample_rate)
        if resampler is not None and (changed or (due_s is not None and abs(due_s - taken_s) > _GAP_S)):
            yield place, _drained(resampler)
            resampler = None
        if resampler is None:
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=rate_hz)
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)
            taken_s = taken_s if due_s is None else due_s
            place = round(taken_s * rate_hz)
        taken_s += frame.samples / max(1, frame.sample_rate)
        try:
            pieces = resampler.resample(frame)
        except MemoryError:
            raise
        except (
            av.error.FFmpegError,
            ValueError,
        ):  # damage that claims a form of sound which nobody can play: silence
            resampler = None
            continue
        for piece in pieces:
            yield place, piece.to_ndarray().T
            place += piece.samples
    if resampler is not None:
        yield place, _drained(resampler)
