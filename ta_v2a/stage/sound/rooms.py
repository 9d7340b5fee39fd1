"""Where a scene sounds: rooms near and far, and what is always there: room tone, ambience, hum."""

import math

import numpy as np
from scipy.signal import oaconvolve, sosfilt

from ta_v2a.stage.sound.render import shelf
from ta_v2a.stage.sound.synth_common import band, decay, shaped_noise, white


def room_response(rng: np.random.Generator, rate: int, distance: float) -> np.ndarray:
    """Impulse response of a place: the direct sound, a few early reflections, a diffuse tail.

    Args:
        distance: 0 close up to 1 far away: less direct sound, less treble.

    Returns:
        (samples,) float32, the direct sound's gain 1 when near.
    """
    outdoors = rng.random() < 0.3
    rt60_s = float(rng.uniform(0.1, 0.3)) if outdoors else 0.2 * 8.0 ** float(rng.random())
    wet_db = float(rng.uniform(-34, -20)) if outdoors else float(rng.uniform(-26, -12)) + 10 * distance
    tail = int(min(0.9 * rt60_s, 1.2) * rate)
    diffuse = white(rng, tail) * decay(tail, rate, rt60_s, 0.004)
    diffuse = sosfilt(shelf(rate, 2500, float(rng.uniform(-16, -4)), high=True), diffuse)
    diffuse = diffuse * 10 ** (wet_db / 20) / (math.sqrt(float(np.dot(diffuse, diffuse))) + 1e-9)
    response = np.concatenate([np.zeros(int(float(rng.uniform(0.004, 0.02)) * rate)), diffuse]).astype(
        np.float32
    )
    for _ in range(int(rng.integers(1, 5))):
        response[int(rng.uniform(0.001, 0.02) * rate) % len(response)] += rng.uniform(-0.25, 0.25) * (
            0.4 + distance
        )
    response[0] = 1.0
    colour = np.concatenate(
        [
            shelf(rate, 180, float(rng.uniform(-4, 3)), high=False),
            shelf(rate, 3200, float(rng.uniform(-3, 3)) - 9 * distance, high=True),
        ]
    )
    return sosfilt(colour, response).astype(np.float32)


def in_room(wave: np.ndarray, response: np.ndarray) -> np.ndarray:
    """(samples,) the wave as it sounds in a place, as long as before."""
    return oaconvolve(wave, response)[: len(wave)].astype(np.float32) if len(wave) else wave


def room_tone(rng: np.random.Generator, count: int, rate: int) -> np.ndarray:
    """(count,) float32 hiss and rumble of a place and its microphone: -72 to -46 dB of full scale, dull to
    bright, sometimes a mains hum under it."""
    level = 10 ** (float(rng.uniform(-72.0, -46.0)) / 20)
    low, high = 40 * 4.0 ** float(rng.random()), 500 * 14.0 ** float(rng.random())
    length = min(count, 6 * rate)
    (tone,) = shaped_noise(rng, length, rate, lambda f: np.sqrt(band(f, low, high)) / np.sqrt(1 + f / 400))
    out: np.ndarray = np.float32(level) * np.resize(tone, count)
    if rng.random() < 0.15:
        out = out + np.float32(level * rng.uniform(0.5, 2)) * hum(rng, count, rate)
    return out.astype(np.float32)


def hum(rng: np.random.Generator, count: int, rate: int) -> np.ndarray:
    """(count,) float32 mains hum, 50 or 60 Hz and its harmonics, unit RMS."""
    times = np.arange(count) / rate
    mains = float(rng.choice([50.0, 60.0]))
    out = np.zeros(count)
    for harmonic in range(1, int(rng.integers(4, 14))):
        out += (
            rng.uniform(0.2, 1)
            / harmonic**0.7
            * np.sin(2 * np.pi * mains * harmonic * times + rng.uniform(0, 6.3))
        )
    return (out / (np.sqrt(np.mean(out**2)) + 1e-9)).astype(np.float32)


def tune(rng: np.random.Generator, count: int, rate: int) -> np.ndarray:
    """(count,) float32 simple background music, unit RMS: chords that change on a beat, plucked or
    sustained."""
    beat_s = 60 / float(rng.uniform(70, 150))
    root = 110 * 2 ** (float(rng.integers(0, 12)) / 12)
    scale = np.array([0, 2, 4, 5, 7, 9, 11]) if rng.random() < 0.6 else np.array([0, 2, 3, 5, 7, 8, 10])
    harmonics, fading = int(rng.integers(2, 9)), float(rng.uniform(0.15, 2.0))
    out, start = np.zeros(count), -float(rng.uniform(0, beat_s))
    while start * rate < count:
        degree = int(rng.integers(7))
        for step in (0, 2, 4, int(rng.integers(7, 14))):
            place = degree + step
            pitch = root * 2 ** ((scale[place % 7] + 12 * (place // 7)) / 12)
            first = max(0, round(start * rate))
            times = np.arange(min(count - first, int(2.5 * fading * rate))) / rate
            note = sum(np.sin(2 * np.pi * pitch * h * times) / h**1.3 for h in range(1, harmonics))
            out[first : first + len(times)] += note * np.exp(-times / fading) * np.minimum(1, times / 0.01)
        start += beat_s * float(rng.choice([0.5, 1, 1, 2]))
    return (out / (np.sqrt(np.mean(out**2)) + 1e-9)).astype(np.float32)


def babble(rng: np.random.Generator, count: int, rate: int) -> np.ndarray:
    """(count,) float32 speech-like sound without words, unit RMS: a gliding voice through formants that
    move, in syllables and pauses."""
    times, pitch = np.arange(count) / rate, float(rng.uniform(90, 230))
    knots = np.arange(0, count / rate + 0.5, 0.12)
    glide = np.interp(times, knots, rng.normal(0, 0.12, len(knots)))
    phase = 2 * np.pi * np.cumsum(pitch * np.exp(glide)) / rate
    voice = sum(np.sin(h * phase) / h for h in range(1, min(24, int(0.45 * rate / pitch / 1.4))))
    voice = voice + 0.15 * white(rng, count)
    syllables = np.clip(np.interp(times, knots, rng.uniform(-0.5, 1.2, len(knots))), 0, 1)
    out = np.zeros(count)
    for centre, spread in (
        (rng.uniform(350, 750), 1.5),
        (rng.uniform(900, 2200), 1.6),
        (rng.uniform(2300, 3000), 1.3),
    ):
        low, high = centre / spread, min(centre * spread, 0.45 * rate)
        weight = np.interp(times, knots, rng.uniform(0.2, 1, len(knots)))
        spectrum = np.fft.rfft(voice)
        f = np.fft.rfftfreq(count, 1 / rate)
        out += weight * np.fft.irfft(spectrum * np.sqrt(band(np.maximum(f, 1), low, high)), count)
    out = out * syllables
    return (out / (np.sqrt(np.mean(out**2)) + 1e-9)).astype(np.float32)
