"""Placements to sound, block by block."""

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from ta_v2a.library.library import Library
from ta_v2a.library.placing import Placement
from ta_v2a.media.sound import DELIVERY_HZ, picture_samples

MIX_BLOCK = 1 << 16
PINK = (
    (0.049922035, -0.095993537, 0.050612699, -0.004408786),
    (1.0, -2.494956002, 2.017265875, -0.522189400),
)
"""Numerator and denominator of a filter of -3 dB an octave."""


def mixed_blocks(
    placements: Sequence[Placement],
    library: Library,
    duration_s: float,
    channels: int,
    noise_db: float | None = None,
    seed: int = 0,
) -> Iterator[Float[np.ndarray, "channels samples"]]:
    """The sum of placements at 48 kHz, exactly as long as the picture; memory does not grow with the clip.

    Args:
        channels: 1 or 2; a recording with another number is repeated or averaged.
        noise_db: level of a pink noise under everything, re full scale; None: none.
        seed: of that noise.
    """
    total = picture_samples(duration_s)
    waiting = deque(sorted(placements, key=lambda each: each.at_s))
    noise = None if noise_db is None else _Pink(seed, channels)
    running: list[tuple[int, np.ndarray]] = []  # (place in the clip, what is left to sound)
    for start in range(0, total, MIX_BLOCK):
        stop = min(total, start + MIX_BLOCK)
        while waiting and waiting[0].at_s * DELIVERY_HZ < stop:
            running.append(_sounding(waiting.popleft(), library, channels))
        block = np.zeros((stop - start, channels), np.float32)
        for place, wave in running:
            first, last = max(start, place), min(stop, place + len(wave))
            if last > first:
                block[first - start : last - start] += wave[first - place : last - place]
        running = [(place, wave) for place, wave in running if place + len(wave) > stop]
        if noise is not None and noise_db is not None:
            block += noise.next(stop - start) * np.float32(10 ** (noise_db / 20))
        yield np.ascontiguousarray(block.T)


def _sounding(placement: Placement, library: Library, channels: int) -> tuple[int, np.ndarray]:
    """(place, samples (n, channels)) of one placement, with its gains."""
    wave = library.sound(placement.recording, placement.from_s, placement.length_s)
    if wave.shape[1] != channels:
        wave = np.repeat(wave.mean(axis=1, keepdims=True), channels, axis=1)
    place, count = round(placement.at_s * DELIVERY_HZ), len(wave)
    gain = np.full(count, 10 ** (placement.gain_db / 20), np.float32)
    for seconds, ends in ((placement.fade_in_s, slice(None)), (placement.fade_out_s, slice(None, None, -1))):
        length = min(count // 2, round(seconds * DELIVERY_HZ))
        gain[ends][:length] *= np.sin(np.linspace(0, np.pi / 2, length, dtype=np.float32)) ** 2
    if placement.follow is not None:
        times, levels = placement.follow
        at_s = (place + np.arange(count)) / DELIVERY_HZ
        gain *= np.power(10.0, np.interp(at_s, times, levels) / 20).astype(np.float32)
    return place, wave * gain[:, None]


class _Pink:
    """Pink noise (r.m.s. 1) in pieces, the same for one seed however it is cut.

    White noise through three poles and zeros, -3 dB an octave (Smith, "Spectral Audio Signal Processing",
    section "Example: Synthesis of 1/F Noise").
    """

    def __init__(self, seed: int, channels: int):
        from scipy.signal import lfilter

        self._rng, self._channels = np.random.default_rng(seed), channels
        impulse = np.zeros(1 << 15)
        impulse[0] = 1
        self._gain = 1 / np.sqrt(np.square(lfilter(*PINK, impulse)).sum())
        self._state = np.zeros((len(PINK[1]) - 1, channels))

    def next(self, samples: int) -> np.ndarray:
        """(samples, channels) of what follows."""
        from scipy.signal import lfilter

        white = self._rng.standard_normal((samples, self._channels)) * self._gain
        wave, self._state = lfilter(*PINK, white, axis=0, zi=self._state)
        return wave.astype(np.float32)
