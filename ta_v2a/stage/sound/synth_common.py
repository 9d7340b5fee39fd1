"""Building blocks of the synthesis: cached noise, spectral shaping, damped modes, grain clouds.

Everything is numpy float32 and vectorised, because training renders scenes as it goes. Random draws never depend on the sample rate,
so that the same source at 16 and at 48 kHz has the same events, pitches and grains.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy import fft

from ta_v2a.stage.scene.scene import ENVELOPE_HZ

Real = float | int | np.floating
POOL_SIZE = 1 << 20
STRENGTHS = np.array([0.4, 0.7, 1.0])  # how hard each rendered variant of a one-shot is struck


@dataclass(frozen=True)
class Voice:
    """What a synthesiser needs to know of one source.

    Args:
        kind: key of `KINDS`.
        action: the motion that makes the sound.
        size: 0 small .. 1 large.
        hardness: 0 soft contact .. 1 hard contact.
        sample_rate_hz: samples per second of the result.
        rng: the source's own random numbers.
    """

    kind: str
    action: str
    size: Real
    hardness: Real
    sample_rate_hz: int
    rng: np.random.Generator

    def between(self, low: Real, high: Real) -> float:
        """A uniform draw."""
        return float(self.rng.uniform(low, high))

    def ratio(self, low: Real, high: Real) -> Real:
        """A draw uniform in the logarithm."""
        return low * (high / low) ** float(self.rng.random())

    def sized(self, small: Real, large: Real, spread: Real = 0.15) -> Real:
        """A value between `small` (size 0) and `large` (size 1), geometric, with a log-normal spread."""
        return small * (large / small) ** self.size * math.exp(spread * float(self.rng.standard_normal()))

    def samples(self, duration_s: Real) -> int:
        """Duration in samples, at least 8."""
        return max(8, int(duration_s * self.sample_rate_hz))


@lru_cache(maxsize=1)
def noise_pool() -> np.ndarray:
    """`POOL_SIZE` normal numbers, float32: noise that costs a copy instead of a draw."""
    return np.random.default_rng(20240917).standard_normal(POOL_SIZE, dtype=np.float32)


def white(rng: np.random.Generator, count: int) -> np.ndarray:
    """(count,) float32 normal noise out of the pool; one draw of `rng` however long."""
    offset = int(rng.integers(POOL_SIZE // 2))
    if count <= POOL_SIZE // 2:
        return noise_pool()[offset : offset + count]
    return np.random.default_rng(offset).standard_normal(count, dtype=np.float32)


@lru_cache(maxsize=64)
def bins_hz(count: int, sample_rate_hz: int) -> np.ndarray:
    """(count // 2 + 1,) float32 frequencies of the real transform; the first is lifted off zero so that ratios are finite."""
    out = np.fft.rfftfreq(count, 1.0 / sample_rate_hz).astype(np.float32)
    out[0] = out[1] * 0.5
    return out


def band(frequency_hz: np.ndarray, low_hz: Real, high_hz: Real, order: int = 2) -> np.ndarray:
    """Butterworth-like magnitude of a band from `low_hz` to `high_hz`, `order` poles (2 or 4 are the cheap ones) on either side."""
    below, above = (low_hz / frequency_hz) ** 2, (frequency_hz / high_hz) ** 2
    if order >= 4:
        below, above = below * below, above * above
    return 1.0 / ((1.0 + below) * (1.0 + above))


def peak(frequency_hz: np.ndarray, centre_hz: Real, width_hz: Real) -> np.ndarray:
    """Magnitude of one resonance, 1 at its centre."""
    return 1.0 / (1.0 + ((frequency_hz - centre_hz) / (0.5 * width_hz)) ** 2)


def shaped_noise(rng: np.random.Generator, count: int, sample_rate_hz: int, *shapes) -> np.ndarray:
    """Noise with given magnitude spectra.

    Args:
        rng: one draw is taken per shape.
        count: samples.
        sample_rate_hz: samples per second.
        shapes: functions of the frequencies in Hz giving magnitudes; one row of the result each.

    Returns:
        (len(shapes), count) float32, each row of unit RMS.
    """
    padded = fft.next_fast_len(max(count, 64), real=True)
    frequency_hz = bins_hz(padded, sample_rate_hz)
    width = len(frequency_hz)
    rows = np.empty((len(shapes), count), np.float32)
    for row, shape in zip(rows, shapes, strict=True):
        magnitude = shape(frequency_hz)
        magnitude[0] = 0.0
        row[:] = fft.irfft(white(rng, 2 * width).view(np.complex64) * magnitude, padded)[:count]
        row /= math.sqrt(float(np.dot(row, row)) / count) + 1e-12
    return rows


def sample_times_s(count: int, sample_rate_hz: int) -> np.ndarray:
    """(count,) float32 time of each sample."""
    return np.arange(count, dtype=np.float32) / np.float32(sample_rate_hz)


def decay(count: int, sample_rate_hz: int, t60_s: Real, attack_s: Real = 0.0008) -> np.ndarray:
    """(count,) float32 exponential decay of 60 dB in `t60_s` behind a linear attack."""
    out = np.exp(np.arange(count, dtype=np.float32) * np.float32(-6.908 / (t60_s * sample_rate_hz)))
    rise = min(count, max(1, int(attack_s * sample_rate_hz)))
    out[:rise] *= (np.arange(rise, dtype=np.float32) + 1) / rise
    return out


def modes(frequencies_hz: np.ndarray, t60_s: np.ndarray, gains: np.ndarray, count: int, sample_rate_hz: int) -> np.ndarray:
    """Sums of damped sines that start at zero (modal synthesis: van den Doel and Pai 1998, "The sounds of physical shapes", eq. 1).

    exp(z (a B + b)) = exp(z a B) exp(z b) makes the sum over modes one matrix product, so that hundreds of modes cost little.

    Args:
        frequencies_hz: (modes,); those above 0.47 of the sample rate are silent.
        t60_s: (modes,) time to fall by 60 dB.
        gains: (variants, modes).
        count: samples.
        sample_rate_hz: samples per second.

    Returns:
        (variants, count) float32.
    """
    block = 256
    blocks = -(-count // block)
    audible = frequencies_hz < 0.47 * sample_rate_hz
    pole = (-6.908 / np.maximum(t60_s, 1e-4) + 2j * np.pi * frequencies_hz) / sample_rate_hz
    coarse = np.exp(np.outer(np.arange(blocks) * block, pole)).astype(np.complex64)
    fine = np.exp(np.outer(pole, np.arange(block))).astype(np.complex64)
    weighted = (gains * audible).astype(np.float32)[:, None, :] * coarse[None]
    return (weighted.reshape(-1, len(pole)) @ fine).imag.reshape(len(gains), blocks * block)[:, :count]


def chirp(frequency_hz: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """Sine whose frequency in Hz is given sample by sample."""
    cycles = np.cumsum(frequency_hz, dtype=np.float64) / sample_rate_hz
    return np.sin((2 * np.pi * (cycles % 1.0)).astype(np.float32))


def spread(envelope: np.ndarray, count: int, sample_rate_hz: int) -> np.ndarray:
    """Envelope at 62.5 Hz to one value per sample, linear between."""
    at = np.arange(count, dtype=np.float64) * (ENVELOPE_HZ / sample_rate_hz)
    return np.interp(at, np.arange(len(envelope)), envelope).astype(np.float32)


def drift(rng: np.random.Generator, duration_s: Real, rate_hz: Real) -> np.ndarray:
    """Slow random curve at 62.5 Hz, about -1..1, that changes `rate_hz` times a second."""
    points = max(2, int(duration_s * rate_hz) + 3)
    knots = rng.uniform(-1.0, 1.0, points)
    at = np.arange(math.ceil(duration_s * ENVELOPE_HZ) + 1) * (rate_hz / ENVELOPE_HZ)
    left = np.minimum(at.astype(int), points - 2)
    blend = 0.5 - 0.5 * np.cos(np.pi * np.clip(at - left, 0, 1))
    return knots[left] * (1 - blend) + knots[left + 1] * blend


def grain_times_s(rng: np.random.Generator, rate_per_s: np.ndarray) -> np.ndarray:
    """Poisson arrival times in seconds for a rate given at 62.5 Hz."""
    counts = rng.poisson(np.maximum(rate_per_s, 0.0) / ENVELOPE_HZ)
    frames = np.repeat(np.arange(len(counts)), counts)
    return (frames + rng.random(len(frames))) / ENVELOPE_HZ


def add_at(out: np.ndarray, wave: np.ndarray, start: int, gain: Real = 1.0) -> None:
    """Adds `wave` times `gain` into `out` from sample `start`, cut at the ends."""
    if start < 0:
        wave, start = wave[-start:], 0
    stop = min(len(out), start + len(wave))
    if stop > start:
        out[start:stop] += wave[: stop - start] * np.float32(gain)


def scatter(
    out: np.ndarray, grains: list[np.ndarray], times_s: np.ndarray, which: np.ndarray, gains: np.ndarray, sample_rate_hz: int
) -> None:
    """Adds grain `which[i]` at `times_s[i]` with `gains[i]`, for all i."""
    starts = (times_s * sample_rate_hz).astype(int).tolist()
    end = len(out)
    for start, index, gain in zip(starts, which.tolist(), gains.astype(np.float32), strict=True):
        grain = grains[index]
        stop = start + len(grain)
        if stop <= end:
            out[start:stop] += grain * gain
        else:
            add_at(out, grain, start, gain)


def to_peak(wave: np.ndarray, level: Real) -> np.ndarray:
    """Scaled so that the largest magnitude of each row is `level`."""
    top = np.abs(wave).max(axis=-1, keepdims=True)
    return (wave * (level / np.maximum(top, 1e-9))).astype(np.float32)


def wavetable(cycle: np.ndarray, cycles: np.ndarray, highest_harmonic: int) -> np.ndarray:
    """Reads one period at phases given in cycles.

    Args:
        cycle: (points,) one period.
        cycles: (samples,) running phase in periods.
        highest_harmonic: harmonics above are removed first, against aliasing.

    Returns:
        (samples,) float32.
    """
    points = 4096
    spectrum = np.fft.rfft(cycle)
    kept = np.zeros(points // 2 + 1, complex)
    top = min(len(spectrum), len(kept), max(2, highest_harmonic))
    kept[1:top] = spectrum[1:top]
    smooth = np.fft.irfft(kept, points).astype(np.float32)
    smooth /= np.abs(smooth).max() + 1e-9
    return smooth[((cycles % 1.0) * points).astype(np.int32)]
