"""Machines: pulse trains and wavetables whose speed follows the activity, and the clock's tick."""

import numpy as np

from ta_v2a.stage.sound.synth_common import (
    STRENGTHS,
    Voice,
    add_at,
    band,
    decay,
    drift,
    modes,
    peak,
    shaped_noise,
    spread,
    wavetable,
)


def _phase(frequency_hz: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """Running phase in cycles."""
    return np.cumsum(frequency_hz, dtype=np.float64) / sample_rate_hz


def _on(level: np.ndarray) -> np.ndarray:
    """Gain of a motor: silent at rest, near full as soon as it turns."""
    return np.clip(level * 3.0, 0.0, 1.0) * (0.45 + 0.55 * level)


def engine(voice: Voice, level: np.ndarray) -> np.ndarray:
    """Combustion engine: uneven firing pulses through exhaust resonances; revs and gain follow the level."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(level)
    cylinders = int(rng.choice([1, 2, 4, 4, 6]))
    firing_hz = voice.sized(75, 26)
    jitter = 1 + 0.02 * spread(drift(rng, count / rate, 11.0), count, rate)
    cycles = _phase(firing_hz / cylinders * (0.65 + 1.1 * level) * jitter, rate)
    grid = np.arange(2048) / 2048
    cycle = np.zeros(2048)
    for index in range(cylinders):
        since = (grid - (index + rng.uniform(-0.06, 0.06)) / cylinders) % 1.0 * cylinders
        cycle += (
            rng.uniform(0.6, 1.0)
            * np.exp(-since * voice.between(5, 8))
            * np.sin(2 * np.pi * since * voice.between(1.5, 3.5))
        )
        cycle += (
            rng.uniform(0.2, 0.5) * np.exp(-since * 14) * np.sin(2 * np.pi * since * voice.between(6, 11))
        )
    highest = int(0.45 * rate / (firing_hz / cylinders * 1.9))
    pulse = wavetable(cycle, cycles, min(highest, 40 * cylinders))
    fire_gate = (1.0 - (cycles * cylinders) % 1.0).astype(np.float32) ** 2
    exhaust, rattle = shaped_noise(
        rng, count, rate, lambda f: band(f, 90, 900), lambda f: band(f, 1500, 4500)
    )
    return _on(level) * (0.42 * pulse + fire_gate * (0.07 * exhaust + 0.04 * rattle * (0.4 + level)))


def drill(voice: Voice, level: np.ndarray) -> np.ndarray:
    """Electric drill: a commutator whine with strong harmonics that bends under
    load, gear noise and grinding."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(level)
    whine_hz = voice.sized(620, 260)
    load = 1 + 0.04 * spread(drift(rng, count / rate, 5.0), count, rate)
    cycles = _phase(whine_hz * (0.45 + 0.55 * np.minimum(level * 1.4, 1.0)) * load, rate)
    harmonics = np.arange(1, 15)
    spectrum = np.zeros(1025, complex)
    spectrum[1:15] = rng.uniform(0.3, 1.0, 14) * np.exp(2j * np.pi * rng.random(14)) * harmonics**-0.45
    highest = int(0.46 * rate / whine_hz)
    whine = wavetable(np.fft.irfft(spectrum), cycles, highest)
    gear = wavetable(np.fft.irfft(spectrum), cycles * voice.between(2.1, 3.7), max(2, highest // 4))
    (grind,) = shaped_noise(rng, count, rate, lambda f: band(f, 1400, 4000 + 3000 * voice.hardness))
    buzz = (0.6 + 0.4 * np.cos(2 * np.pi * (cycles * 0.25 % 1.0))).astype(np.float32)
    return _on(level) * (0.26 * whine * buzz + 0.07 * gear + voice.between(0.02, 0.055) * grind * buzz)


def fan(voice: Voice, level: np.ndarray) -> np.ndarray:
    """Fan: broad soft air noise pulsing at the blade rate, with a faint motor hum."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(level)
    blade_hz = voice.sized(38, 9)
    cycles = _phase(blade_hz * (0.4 + 0.6 * np.minimum(level * 1.3, 1.0)), rate)
    swing = np.exp(-((np.arange(1024) / 1024 - 0.5) ** 2) / 0.03)
    chop = wavetable(swing, cycles, 12)
    formant_hz = voice.sized(900, 350)
    (air,) = shaped_noise(
        rng, count, rate, lambda f: 0.5 * band(f, 120, 1600) + peak(f, formant_hz, formant_hz)
    )
    hum_hz = float(rng.choice([50.0, 60.0])) * 2
    hum = np.sin((2 * np.pi * (np.arange(count) * hum_hz / rate % 1.0)).astype(np.float32))
    return _on(level) * (0.10 * air * (1 + voice.between(0.5, 0.8) * chop) + voice.between(0.02, 0.05) * hum)


def clock(voice: Voice) -> np.ndarray:
    """Tick: an escapement's two or three clicks within 20 ms, dry, each with a small bright ring; the
    variants are tick and tock."""
    rng, rate = voice.rng, voice.sample_rate_hz
    out = np.zeros((len(STRENGTHS), voice.samples(0.09)), np.float32)
    base_hz = voice.sized(4200, 2100, 0.08)
    frequencies = base_hz * np.array([1.0, 1.38, 1.83, 2.5, 0.42])
    lags = np.sort(voice.rng.uniform(0.005, 0.022, int(rng.integers(1, 3))))
    for index, row in enumerate(out):
        shift = 1.0 - 0.12 * (index % 2)
        gains = np.array([1.0, 0.7, 0.5, 0.3, 0.15 + 0.5 * voice.size]) * rng.uniform(0.7, 1.3, 5)
        click = modes(
            frequencies * shift,
            np.array([0.022, 0.016, 0.013, 0.01, 0.03]),
            gains[None],
            voice.samples(0.05),
            rate,
        )[0]
        (noise,) = shaped_noise(rng, len(click), rate, lambda f: band(f, 2500, 7000))
        click = click + 0.3 * noise * decay(len(click), rate, 0.006, 0.0003)
        add_at(row, click, 0, 1.0)
        for lag in lags:
            add_at(row, click, int(lag * rate), voice.between(0.35, 0.8))
    return out
