"""Placements to sound, block by block."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from ta_v2a.library.library import Library
from ta_v2a.library.placing import Placement
from ta_v2a.media.sound import DELIVERY_HZ, picture_samples

MIX_BLOCK = 1 << 16
FLOOR_TILT = 0.5  # of the noise's amplitude against frequency: pink


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
    total, waiting = picture_samples(duration_s), sorted(placements, key=lambda each: each.at_s)
    running: list[tuple[int, np.ndarray]] = []  # (place in the clip, what is left to sound)
    for number, start in enumerate(range(0, total, MIX_BLOCK)):
        stop = min(total, start + MIX_BLOCK)
        while waiting and waiting[0].at_s * DELIVERY_HZ < stop:
            running.append(_sounding(waiting.pop(0), library, channels))
        block = np.zeros((stop - start, channels), np.float32)
        for place, wave in running:
            first, last = max(start, place), min(stop, place + len(wave))
            if last > first:
                block[first - start : last - start] += wave[first - place : last - place]
        running = [(place, wave) for place, wave in running if place + len(wave) > stop]
        if noise_db is not None:
            block += _pink(stop - start, channels, [seed, number]) * np.float32(10 ** (noise_db / 20))
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


def _pink(samples: int, channels: int, seed: list[int]) -> np.ndarray:
    """(samples, channels) of pink noise, 60 Hz and up, r.m.s. 1; the same in all channels' colour, not in
    their samples."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.standard_normal((MIX_BLOCK, channels)), axis=0)
    hz = np.fft.rfftfreq(MIX_BLOCK, 1 / DELIVERY_HZ)
    spectrum *= (np.maximum(hz, 60.0) ** -FLOOR_TILT * (hz > 20))[:, None]
    wave = np.fft.irfft(spectrum, MIX_BLOCK, axis=0)[:samples]
    return (wave / np.sqrt(np.square(wave).mean())).astype(np.float32)
