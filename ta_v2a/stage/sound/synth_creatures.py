"""Creatures and signals: voices as pulse trains through formants, whistles, bells and horns."""

import numpy as np

from ta_v2a.stage.sound.synth_common import (
    STRENGTHS,
    Voice,
    add_at,
    band,
    chirp,
    decay,
    modes,
    sample_times_s,
    shaped_noise,
    wavetable,
)


def dog(voice: Voice) -> np.ndarray:
    """A bark: harsh voice whose pitch jumps up and falls, mouth opening and closing over
    the formants, breath noise."""
    rng, rate = voice.rng, voice.sample_rate_hz
    length_s = voice.sized(0.13, 0.24, 0.1)
    count = voice.samples(length_s)
    pitch_hz, tract = voice.sized(780, 260), voice.sized(1.45, 0.75, 0.05)
    x = np.linspace(0, 1, count, dtype=np.float32)
    rise = voice.between(0.1, 0.3)
    out = np.zeros((len(STRENGTHS), count), np.float32)
    frequency = pitch_hz * (0.72 + 0.45 * np.sin(np.pi * np.clip(x, 0, 1) ** (0.5 + rise)))
    gate = np.minimum(1, x * length_s / 0.004) * np.clip((1 - x) / 0.55, 0, 1) ** 1.3
    open_mouth = np.sin(np.pi * x**0.7)
    for row, strength in zip(out, STRENGTHS, strict=True):
        cycles = (
            np.cumsum(frequency * (0.9 + 0.1 * strength) * voice.between(0.97, 1.03), dtype=np.float64) / rate
        )
        cycles = cycles + 0.04 * np.sin(2 * np.pi * voice.between(45, 90) * x * length_s)  # roughness
        harmonics = np.arange(1, 40)
        spectrum = np.zeros(1025, complex)
        for weight, formants in ((0, (550, 1100)), (1, (1050, 1900))):
            resonance = sum(
                1.0 / (1 + ((harmonics * pitch_hz - f * tract) / (260 * tract)) ** 2) for f in formants
            )
            spectrum[1:40] = (0.03 + resonance) * harmonics**-0.4 * np.exp(1j * rng.uniform(0, 0.8, 39))
            sung = wavetable(np.fft.irfft(spectrum), cycles, int(0.45 * rate / (1.2 * pitch_hz)))
            row += sung * (open_mouth if weight else 1 - 0.7 * open_mouth)
        (breath,) = shaped_noise(rng, count, rate, lambda f: band(f, 500 * tract, 3200 * tract))
        row += (0.12 + 0.12 * strength) * breath
        row *= gate
    return out


def bird(voice: Voice) -> np.ndarray:
    """A chirp of one to four whistled syllables, each a sweep, a warble or a trill."""
    rng, rate = voice.rng, voice.sample_rate_hz
    base_hz = voice.sized(4600, 2300, 0.1)
    syllables = int(rng.integers(1, 5))
    length_s = voice.between(0.05, 0.14)
    gap_s = length_s * voice.between(1.1, 1.5)
    count = voice.samples(gap_s * syllables + 0.02)
    style, sweep, deep = int(rng.integers(3)), voice.between(-0.45, 0.45), voice.between(0.05, 0.2)
    warble_hz = voice.between(18, 55)
    out = np.zeros((len(STRENGTHS), count), np.float32)
    part = voice.samples(length_s)
    x = np.linspace(0, 1, part, dtype=np.float32)
    for row in out:
        for index in range(syllables):
            centre = base_hz * voice.between(0.92, 1.08) * (1 + 0.06 * index)
            if style == 0:
                curve = centre * (1 + sweep * (x - 0.5))
            elif style == 1:
                curve = centre * (1 + deep * np.sin(2 * np.pi * warble_hz * x * length_s))
            else:
                curve = centre * (1 + abs(sweep) * np.sin(np.pi * x))
            curve = np.minimum(curve, 0.44 * rate)
            note = chirp(curve, rate)
            if 2 * float(curve.max()) < 0.46 * rate:
                note = note + 0.12 * chirp(2 * curve, rate)
            gate = np.minimum(1, x * length_s / 0.003) * np.clip(np.cos(0.5 * np.pi * x), 0, 1) ** 0.8
            add_at(
                row,
                (note * gate).astype(np.float32),
                int(index * gap_s * rate),
                1.0 if index == 0 else voice.between(0.6, 1.0),
            )
    return out


# Hum, prime, tierce, quint, nominal and above (Fletcher and Rossing 1998, ch. 21).
_BELL = np.array([0.5, 1.0, 1.19, 1.5, 2.0, 2.51, 2.66, 3.01, 4.17, 5.43])
_BELL_GAIN = np.array([0.45, 0.8, 0.6, 0.35, 1.0, 0.4, 0.35, 0.4, 0.3, 0.2])
_BELL_T60 = np.array([1.6, 1.0, 0.85, 0.6, 0.6, 0.4, 0.4, 0.3, 0.22, 0.16])


def bell(voice: Voice) -> np.ndarray:
    """A tuned bell: minor-third partials in slowly beating pairs, long, with a short bright strike."""
    rng, rate = voice.rng, voice.sample_rate_hz
    prime_hz = voice.sized(1500, 330, 0.12)
    t60 = voice.sized(1.8, 4.5, 0.15)
    detune = rng.uniform(1.0006, 1.003, len(_BELL))
    frequencies = prime_hz * np.concatenate([_BELL, _BELL * detune])
    bright = np.concatenate([_BELL, _BELL]) ** (0.6 * (voice.hardness - 0.6))
    gains = (
        np.concatenate([_BELL_GAIN, 0.5 * _BELL_GAIN]) * bright * rng.uniform(0.6, 1.2, (len(STRENGTHS), 20))
    )
    count = voice.samples(min(3.0, 0.8 * t60))
    out = modes(frequencies, t60 * np.concatenate([_BELL_T60, _BELL_T60]), gains, count, rate)
    tail = min(count, voice.samples(0.25))
    out[:, count - tail :] *= np.linspace(1, 0, tail, dtype=np.float32)
    (strike,) = shaped_noise(rng, voice.samples(0.02), rate, lambda f: band(f, 2500, 7000))
    out[:, : len(strike)] += strike * decay(len(strike), rate, 0.02, 0.0004) * (0.15 + 0.3 * voice.hardness)
    return out


def horn(voice: Voice) -> np.ndarray:
    """A vehicle's horn: two buzzing tones a third or fourth apart, flat, cut off sharply."""
    rng, rate = voice.rng, voice.sample_rate_hz
    low_hz = voice.sized(520, 180, 0.08)
    interval = float(rng.choice([1.19, 1.25, 1.26, 1.33, 1.0]))
    length_s = voice.between(0.22, 0.55)
    count = voice.samples(length_s)
    time = sample_times_s(count, rate)
    harmonics = np.arange(1, 60)
    formant_hz = voice.between(1300, 2400)
    wave = np.zeros(count, np.float32)
    for pitch in (low_hz, low_hz * interval):
        spectrum = np.zeros(1025, complex)
        shape = harmonics**-0.6 * (0.5 + 1.5 / (1 + ((harmonics * pitch - formant_hz) / 800) ** 2))
        spectrum[1:60] = shape * np.exp(2j * np.pi * rng.random(59))
        settle = 1 - 0.02 * np.exp(-time / 0.02)
        cycles = np.cumsum(pitch * settle, dtype=np.float64) / rate
        wave += wavetable(np.fft.irfft(spectrum), cycles, int(0.46 * rate / pitch))
    gate = np.minimum(1, time / 0.006) * np.minimum(1, (length_s - time) / 0.03)
    wave = wave * gate
    return np.repeat(wave[None], len(STRENGTHS), 0).astype(np.float32)
