"""Air, fire and weather."""

import numpy as np

from ta_v2a.stage.sound.synth_common import (
    STRENGTHS,
    Voice,
    add_at,
    band,
    decay,
    drift,
    grain_times_s,
    peak,
    scatter,
    shaped_noise,
    spread,
)


def wind(voice: Voice, strength: np.ndarray) -> np.ndarray:
    """Gusts: low-passed rumble, a body band and a whistle that take over from
    one another as the wind grows."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(strength)
    body_hz = voice.sized(650, 260)
    whistle_hz = body_hz * voice.between(1.9, 2.8)
    low, body, whistle = shaped_noise(
        rng,
        count,
        rate,
        lambda f: band(f, 60, 0.6 * body_hz),
        lambda f: peak(f, body_hz, 0.6 * body_hz) + 0.05 * band(f, 200, 2500),
        lambda f: peak(f, whistle_hz, 0.16 * whistle_hz),
    )
    gust = 1.0 + 0.4 * spread(drift(rng, count / rate, voice.between(1.0, 2.5)), count, rate)
    whistling = np.clip(strength * gust - 0.3, 0, 1)
    level = strength * gust
    return (
        level * (0.08 * low + 0.09 * body * (0.4 + 0.6 * level))
        + voice.between(0.04, 0.11) * whistle * whistling
    )


def fire(voice: Voice, strength: np.ndarray) -> np.ndarray:
    """A flickering low rumble and faint hiss under crackles: clicks of very
    uneven size, some in quick runs."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(strength)
    rumble, hiss = shaped_noise(
        rng, count, rate, lambda f: band(f, 45, voice.sized(260, 130)), lambda f: band(f, 2000, 6500)
    )
    flicker = 1.0 + 0.5 * spread(drift(rng, count / rate, 9.0), count, rate)
    out = strength * flicker * (0.07 * rumble + 0.010 * hiss)
    crackles = []
    for _ in range(12):
        length = voice.samples(0.024)
        (burst,) = shaped_noise(rng, length, rate, lambda f, c=voice.ratio(900, 4500): peak(f, c, 1.2 * c))
        crackles.append(burst * decay(length, rate, voice.ratio(0.006, 0.022), 0.0002))
    frames = strength[:: max(1, int(rate / 62.5))]
    burstiness = np.exp(1.3 * drift(rng, count / rate, 4.0))[: len(frames)]
    frames = frames[: len(burstiness)]
    times = grain_times_s(rng, voice.between(14, 34) * frames * burstiness)
    gains = np.minimum(0.02 / (0.03 + rng.random(len(times)) ** 1.3), 0.38)
    scatter(out, crackles, times, rng.integers(0, 12, len(times)), gains, rate)
    return out


def rain(voice: Voice, strength: np.ndarray) -> np.ndarray:
    """A steady bright hiss of far drops with single near drops upon it."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(strength)
    cut_hz = voice.sized(6500, 3800)
    (hiss,) = shaped_noise(rng, count, rate, lambda f: band(f, 1300, cut_hz) + 0.12 * band(f, 250, 1200))
    out = strength * (0.085 * hiss)
    drops = []
    for _ in range(12):
        length = voice.samples(0.012)
        (burst,) = shaped_noise(rng, length, rate, lambda f, c=voice.ratio(1400, 5500): peak(f, c, 0.5 * c))
        drops.append(burst * decay(length, rate, voice.ratio(0.005, 0.014), 0.0003))
    frames = strength[:: max(1, int(rate / 62.5))]
    times = grain_times_s(rng, voice.between(90, 180) * frames)
    scatter(
        out, drops, times, rng.integers(0, 12, len(times)), 0.02 + 0.13 * rng.random(len(times)) ** 5, rate
    )
    return out


def thunder(voice: Voice) -> np.ndarray:
    """A crack that tears, then rolling rumble of many overlapping claps."""
    rng, rate = voice.rng, voice.sample_rate_hz
    length_s = voice.sized(1.8, 3.6, 0.1)
    count = voice.samples(length_s)
    top_hz, low_hz = 2500 + 3000 * voice.hardness, voice.sized(240, 120)
    crack, low = shaped_noise(rng, count, rate, lambda f: band(f, 180, top_hz), lambda f: band(f, 35, low_hz))
    roll = np.clip(1.0 + 0.9 * spread(drift(rng, length_s, voice.between(3.0, 6.0)), count, rate), 0.05, None)
    out = 0.5 * low * roll * decay(count, rate, length_s * 1.1, 0.02)
    tear = decay(count, rate, voice.between(0.18, 0.4), 0.001)
    for _ in range(int(rng.integers(3, 8))):
        add_at(
            tear,
            decay(voice.samples(0.3), rate, voice.between(0.15, 0.4), 0.04),
            int(voice.between(0.02, 0.45) * rate),
            voice.between(0.1, 0.4),
        )
    out += crack * tear * voice.between(0.35, 0.7)
    out *= np.minimum(1.0, np.arange(count, 0, -1, dtype=np.float32) / (0.3 * rate))
    return np.tanh(0.9 * out[None] * STRENGTHS[:, None] ** 0.5).astype(np.float32)
