"""Liquids: single bubbles are sines that rise as the bubble nears the surface
(Minnaert 1933; van den Doel 2005, eq. 1-4)."""

import numpy as np

from ta_v2a.stage.sound.synth_common import (
    STRENGTHS,
    Real,
    Voice,
    add_at,
    band,
    decay,
    drift,
    grain_times_s,
    sample_times_s,
    scatter,
    shaped_noise,
    spread,
)


def bubble(frequency_hz: Real, rise: Real, sample_rate_hz: int, longest_s: Real = 0.16) -> np.ndarray:
    """One bubble, unit peak.

    Args:
        frequency_hz: Minnaert's frequency, about 3 m/s over the radius in metres.
        rise: share by which the pitch rises per decay time; 0 for a deep bubble.
        sample_rate_hz: samples per second.
        longest_s: cut.

    Returns:
        (samples,) float32, 5 decay times long.
    """
    damping = 0.13 * frequency_hz / 3.0 + 0.0072 * (frequency_hz / 3.0) ** 1.5  # radiation and thermal losses
    count = max(16, int(min(longest_s, 5.0 / damping) * sample_rate_hz))
    time = sample_times_s(count, sample_rate_hz)
    phase = frequency_hz * time * (1.0 + 0.5 * rise * damping * time)
    wave = np.sin(2 * np.pi * phase) * np.exp(-damping * time)
    edge = min(count, max(2, int(0.0006 * sample_rate_hz)))
    wave[:edge] *= np.linspace(0, 1, edge, dtype=np.float32)
    return wave.astype(np.float32)


def _family(
    voice: Voice, low_hz: Real, high_hz: Real, count: int, rise: tuple[Real, Real]
) -> list[np.ndarray]:
    """`count` bubbles between two pitches, low first."""
    top = min(high_hz, 0.42 * voice.sample_rate_hz)
    pitches = np.sort(low_hz * (top / low_hz) ** voice.rng.random(count))
    rises = voice.rng.uniform(*rise, count)
    return [bubble(float(p), float(r), voice.sample_rate_hz) for p, r in zip(pitches, rises, strict=True)]


def pour(voice: Voice, flow: np.ndarray) -> np.ndarray:
    """A stream into a vessel: a cloud of bubbles, a hiss, and the vessel's air
    whose pitch climbs as it fills."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(flow)
    family = _family(voice, voice.sized(900, 330), voice.sized(4500, 2200), 28, (0.02, 0.25))
    frames = flow[:: max(1, int(rate / 62.5))]
    times = grain_times_s(rng, voice.sized(150, 100) * frames)
    filled = times / max(count / rate, 1e-3)
    which = np.clip(
        (len(family) * (0.55 * rng.random(len(times)) ** 1.2 + 0.4 * filled)).astype(int), 0, len(family) - 1
    )
    gains = 0.16 * rng.random(len(times)) ** 2.5 + 0.03
    out = np.zeros(count, np.float32)
    scatter(
        out,
        family,
        times,
        which,
        gains * (0.4 + 0.6 * frames[np.minimum((times * 62.5).astype(int), len(frames) - 1)]),
        rate,
    )
    (hiss,) = shaped_noise(rng, count, rate, lambda f: band(f, 1000, 5000))
    return 1.6 * out + 0.035 * hiss * flow * (1 + 0.3 * spread(drift(rng, count / rate, 14.0), count, rate))


def drip(voice: Voice) -> np.ndarray:
    """A drop: the tick of its impact, then one clear rising bubble 10-25 ms later."""
    rate = voice.sample_rate_hz
    out = np.zeros((len(STRENGTHS), voice.samples(0.20)), np.float32)
    base_hz = voice.sized(2100, 650)
    lag_s = voice.between(0.010, 0.022)
    for row, strength in zip(out, STRENGTHS, strict=True):
        (tick,) = shaped_noise(voice.rng, voice.samples(0.006), rate, lambda f: band(f, 1500, 6500))
        add_at(row, tick * decay(len(tick), rate, 0.008, 0.0003), 0, 0.12 + 0.1 * voice.hardness)
        pitch = base_hz * voice.between(0.94, 1.06)
        add_at(row, _drop(pitch, voice.between(0.3, 0.8), rate), int(lag_s * rate), 1.0)
        add_at(
            row,
            _drop(pitch * 1.7, 0.3, rate),
            int((lag_s + voice.between(0.01, 0.05)) * rate),
            0.3 * strength,
        )
    return out


def _drop(frequency_hz: Real, rise: Real, sample_rate_hz: int) -> np.ndarray:
    """The long, strongly rising bubble of a single drop in a still basin."""
    count = int(0.11 * sample_rate_hz)
    time = sample_times_s(count, sample_rate_hz)
    phase = frequency_hz * (time + rise * time * time / 0.11 * 0.7)
    return (np.sin(2 * np.pi * phase) * decay(count, sample_rate_hz, 0.12, 0.002)).astype(np.float32)


def splash(voice: Voice) -> np.ndarray:
    """Impact on water: slap, a wash that grows dull as it dies, and a shower of
    bubbles and drops after it."""
    rng, rate = voice.rng, voice.sample_rate_hz
    length_s = voice.sized(0.45, 1.1, 0.1)
    count = voice.samples(length_s * 1.2)
    slap, wash, low = shaped_noise(
        rng,
        count,
        rate,
        lambda f: band(f, 300, 6500),
        lambda f: band(f, 700, 3600),
        lambda f: band(f, 110, voice.sized(900, 380), 4),
    )
    wave = (
        0.5 * slap * decay(count, rate, 0.05)
        + 0.30 * wash * decay(count, rate, length_s, 0.012)
        + 0.5 * low * decay(count, rate, 0.16)
    )
    out = np.repeat(wave[None], len(STRENGTHS), 0)
    family = _family(voice, 420, 3800, 20, (0.05, 0.4))
    for row, strength in zip(out, STRENGTHS, strict=True):
        number = int(30 + 50 * voice.size * strength)
        times = 0.02 + length_s * 0.9 * rng.random(number) ** 1.7
        gains = 0.45 * rng.random(number) ** 2 * (1.1 - times / (1.2 * length_s))
        scatter(row, family, times, rng.integers(0, len(family), number), gains, rate)
    return out


def bubbles(voice: Voice) -> np.ndarray:
    """Blub: two to five big bubbles close together, low and rising, without hiss."""
    rate = voice.sample_rate_hz
    out = np.zeros((len(STRENGTHS), voice.samples(0.34)), np.float32)
    base_hz = voice.sized(680, 210)
    for row, strength in zip(out, STRENGTHS, strict=True):
        start_s = 0.0
        for index in range(int(voice.rng.integers(2, 6))):
            pitch = base_hz * voice.ratio(0.8, 1.5)
            count = voice.samples(voice.between(0.05, 0.09))
            time = sample_times_s(count, rate)
            length_s = count / rate
            wave = np.sin(
                2 * np.pi * pitch * (time + voice.between(0.25, 0.7) * time * time / (2 * length_s))
            )
            wave *= decay(count, rate, 0.11, 0.0025) * np.hanning(2 * count)[count:].astype(np.float32) ** 0.5
            add_at(
                row,
                wave.astype(np.float32),
                int(start_s * rate),
                (1.0 if index == 0 else voice.between(0.25, 0.7)) * strength**0.3,
            )
            start_s += voice.between(0.03, 0.075)
    return out
