"""A sound parted by masks over time and frequency: which share of it belongs to which of several sounds that
were made alone, and how much of it is steady ground.

Masks of one bin add up to one at most; what is left is the ground. The sound is read in pieces, so that
memory does not grow with it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

FFT, HOP = 2048, 512  # 43 ms and 11 ms at 48 kHz
_PIECE = 800  # frames at a time
_AROUND = 56  # frames on either side, about 0.6 s, that tell a steady ground from what comes and goes
_GROUND_SHARE = 0.2  # of those frames are as quiet as the ground
_GROUND_TIMES = 1.5  # of the ground's magnitude count as ground
_STEADY_DB = 12.0  # a sound with less between its loud and its quiet moments is steady itself
_FADE_S = 0.05  # a sound that is asked for in a stretch begins and ends within that time

ReadPart = Callable[[int, int], Float[np.ndarray, "samples channels"]]
"""Samples [first, stop) of a sound; zeros outside of it."""


@dataclass(frozen=True)
class Alone:
    """A sound that was made alone, as a model of what it is in the whole.

    Attributes:
        read: its samples, of one channel.
        start_s, stop_s: where it may be heard.
        steady: whether it goes on and on, so that no ground is taken out of it.
    """

    read: ReadPart
    start_s: float
    stop_s: float
    steady: bool


def is_steady(level_db: Float[np.ndarray, " moments"]) -> bool:
    """Whether a sound of such levels goes on and on."""
    if len(level_db) < 2:
        return False
    return bool(np.percentile(level_db, 90) - np.percentile(level_db, 15) < _STEADY_DB)


def parts_of(
    whole: ReadPart, samples: int, channels: int, alone: Sequence[Alone], rate_hz: int
) -> Iterator[list[Float[np.ndarray, "n channels"]]]:
    """The share of every sound in the whole, piece by piece, one (n, channels) each; the ground is what they
    leave.

    Args:
        whole: the sound that is parted.
        samples, channels: of it.
        alone: models of its parts.
        rate_hz: of all of them.
    """
    window = np.hanning(FFT + 1)[:-1].astype(np.float32)
    norm = np.float32(1 / 1.5)  # of squared Hann windows that overlap by three quarters
    frames = -(-(samples + FFT) // HOP)  # frame f covers [f * HOP - FFT, f * HOP)
    held = [np.zeros((FFT, channels), np.float32) for _ in alone]
    for first in range(0, frames, _PIECE):
        count = min(_PIECE, frames - first)
        before, after = min(_AROUND, first), min(_AROUND, frames - first - count)
        spectra = _spectra(whole, first - before, count + before + after, window)
        inner = spectra[before : before + count]
        ground = _ground(np.abs(spectra).mean(axis=1), before, count)
        powers = [np.abs(_spectra(each.read, first, count, window)[:, 0]) ** 2 for each in alone]
        masks = _masks(powers, ground, np.abs(inner).mean(axis=1), alone, first, rate_hz)
        pieces = []
        for row, mask in enumerate(masks):
            waves = np.fft.irfft(inner * mask[:, None], FFT, axis=-1).astype(np.float32) * (window * norm)
            line = np.concatenate([held[row], np.zeros((count * HOP, channels), np.float32)])
            for index, wave in enumerate(waves):
                line[index * HOP : index * HOP + FFT] += wave.T
            pieces.append(line[: count * HOP])
            held[row] = line[count * HOP : count * HOP + FFT]
        begin = max(0, FFT - first * HOP)
        stop = min(count * HOP, samples + FFT - first * HOP)
        if stop > begin:
            yield [piece[begin:stop] for piece in pieces]


def _spectra(read: ReadPart, first: int, count: int, window: np.ndarray) -> np.ndarray:
    """(frames, channels, bins) of frames [first, first + count)."""
    begin = first * HOP - FFT
    wave = read(begin, begin + (count - 1) * HOP + FFT).T
    rows = np.lib.stride_tricks.sliding_window_view(wave, FFT, axis=-1)[:, ::HOP]
    return np.fft.rfft(rows * window, axis=-1).transpose(1, 0, 2).astype(np.complex64)


def _ground(size: np.ndarray, before: int, count: int) -> np.ndarray:
    """(count, bins) magnitude that stays around every frame: a low quantile over time, smoothed over bins."""
    from scipy.ndimage import percentile_filter, uniform_filter1d

    step = 4  # the quantile moves slowly: every fourth frame will do
    thin = percentile_filter(size[::step], 100 * _GROUND_SHARE, size=(2 * (_AROUND // step) + 1, 1))
    smooth = uniform_filter1d(thin, 5, axis=1)
    rows = np.minimum(np.arange(before, before + count) // step, len(smooth) - 1)
    return smooth[rows]


def _masks(
    powers: Sequence[np.ndarray],
    ground: np.ndarray,
    size: np.ndarray,
    alone: Sequence[Alone],
    first: int,
    rate_hz: int,
) -> list[np.ndarray]:
    """One mask (frames, bins) a part."""
    moments = ((first + np.arange(len(size))) * HOP - FFT / 2) / rate_hz
    gated = []
    for power, each in zip(powers, alone, strict=True):
        inside = np.minimum(moments - each.start_s, each.stop_s - moments) / _FADE_S + 0.5
        gated.append(power * inside.clip(0, 1)[:, None] ** 2)
    total = np.sum(gated, axis=0)
    # Where no part says anything the whole is ground, where one does they share it.
    total = np.maximum(total, 1e-12)
    steady = np.minimum(1.0, (_GROUND_TIMES * ground / np.maximum(size, 1e-9)) ** 2)
    return [
        (power / total * (1.0 if each.steady else 1 - steady)).astype(np.float32)
        for power, each in zip(gated, alone, strict=True)
    ]
