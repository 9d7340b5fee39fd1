"""Impacts: modal materials, membranes, cloth, hands and shots. Every function gives (variants,
samples), struck softly to hard."""

from dataclasses import dataclass

import numpy as np

from ta_v2a.stage.sound.synth_common import (
    STRENGTHS,
    Real,
    Voice,
    add_at,
    band,
    chirp,
    decay,
    modes,
    peak,
    sample_times_s,
    shaped_noise,
    to_peak,
)


@dataclass(frozen=True)
class Material:
    """How a struck body of one material rings.

    Args:
        small_hz: lowest mode of the smallest body.
        large_hz: lowest mode of the largest body.
        t60_s: range of the lowest mode's decay.
        damping: exponent p of t60 ~ frequency^-p.
        shape: rule of the mode ratios: bar, plate, shell, box or dense.
        count: modes.
        noise: share of contact noise.
        noise_t60_s: its decay.
        noise_hz: its band.
    """

    small_hz: Real
    large_hz: Real
    t60_s: tuple[Real, Real]
    damping: Real
    shape: str
    count: int
    noise: Real
    noise_t60_s: Real
    noise_hz: tuple[Real, Real]


MATERIALS = {
    "wood": Material(720, 170, (0.16, 0.36), 0.70, "bar", 10, 0.35, 0.035, (250, 2600)),
    "metal": Material(1000, 190, (0.8, 2.4), 0.30, "plate", 26, 0.20, 0.020, (1500, 7500)),
    "glass": Material(3000, 1400, (0.40, 1.0), 0.40, "shell", 12, 0.15, 0.012, (3000, 7800)),
    "ceramic": Material(2400, 1050, (0.08, 0.18), 0.20, "box", 9, 0.30, 0.015, (1800, 6500)),
    "plastic": Material(850, 320, (0.025, 0.055), 0.30, "box", 6, 0.90, 0.045, (700, 3600)),
    "stone": Material(3600, 1500, (0.014, 0.035), 0.20, "dense", 16, 1.00, 0.035, (1200, 7500)),
}
_BAR = np.array([1.0, 2.756, 5.404, 8.933, 13.34])
_SHELL = np.array([1.0, 2.32, 4.25, 6.63, 9.38, 12.2])
_MEMBRANE = np.array([1.0, 1.594, 2.136, 2.296, 2.653, 2.918, 3.156, 3.501, 3.6, 4.06])


def _ratios(shape: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Mode ratios of a body: free bar and wine-glass shell (Fletcher and Rossing 1998, ch. 2 and 20),
    plate m^2 + (a n)^2, or drawn."""
    if shape == "bar":
        aspect = rng.uniform(1.2, 1.9)  # a second bending direction makes a block of a bar
        ratios = np.concatenate([_BAR, _BAR * aspect])
    elif shape == "shell":
        ratios = np.concatenate([_SHELL, _SHELL * rng.uniform(1.002, 1.008)])  # doublets beat
    elif shape == "plate":
        m = np.arange(1, 8)[:, None] ** 2 + (rng.uniform(0.6, 1.6) * np.arange(1, 8)[None]) ** 2
        ratios = np.sort(m.ravel() / m.min())
    elif shape == "box":
        ratios = np.cumprod(np.concatenate([[1.0], rng.uniform(1.25, 1.8, count - 1)]))
    else:
        ratios = np.sort(rng.uniform(1.0, 3.2, count))
        ratios /= ratios[0]
    ratios = ratios[:count]
    return ratios * (1 + 0.025 * rng.standard_normal(len(ratios)))


def _contact_gain(frequency_hz: np.ndarray, hardness: Real, strength: np.ndarray) -> np.ndarray:
    """(variants, modes) low-pass of the contact: 1.3 ms felt to 0.12 ms steel; a
    harder blow is shorter (Hertz)."""
    contact_s = 0.0013 * 0.092**hardness * strength[:, None] ** -0.4
    return 1.0 / (1.0 + (2.0 * frequency_hz[None] * contact_s) ** 2)


def struck(voice: Voice) -> np.ndarray:
    """A body of wood, metal, glass, ceramic, plastic or stone."""
    material, rng, rate = MATERIALS[voice.kind], voice.rng, voice.sample_rate_hz
    base_hz = voice.sized(material.small_hz, material.large_hz)
    frequencies = base_hz * _ratios(material.shape, material.count, rng)
    low, high = material.t60_s
    t60 = (
        voice.between(low, high)
        * (0.75 + 0.5 * voice.size)
        * (frequencies / frequencies[0]) ** -material.damping
    )
    t60 = np.maximum(t60 * rng.uniform(0.7, 1.3, len(t60)), 0.008)
    if voice.action == "type":
        t60 = t60 * 0.7
    if voice.kind == "metal" and rng.random() < 0.3:  # held or lying metal: shorter, still inharmonic
        t60 = t60 * 0.5
    tilt = (frequencies / frequencies[0]) ** -voice.between(0.15, 0.6)
    floor = 0.3 if voice.kind in ("metal", "glass", "ceramic") else 0.1  # they hardly sound under felt
    where = rng.uniform(0.3, 1.0, (len(STRENGTHS), len(frequencies)))  # each blow lands elsewhere
    gains = (
        where
        * tilt
        * rng.choice([-1.0, 1.0], len(frequencies))
        * _contact_gain(frequencies, max(voice.hardness, floor), STRENGTHS)
    )
    count = voice.samples(min(2.6, max(0.06, float(t60.max()) * 0.9, material.noise_t60_s * 1.2)))
    ring = to_peak(modes(frequencies, t60, gains, count, rate), 1.0)
    ring += _contact_noise(voice, material, count)
    if voice.kind == "plastic":
        ring = _rattle(voice, ring, int(rng.integers(2, 4)), 0.008, 0.030, 0.6)
    if voice.kind == "stone":
        ring = ring + _thud(voice, count, 90, 180, 0.05, 0.5 + 0.5 * voice.size)
        ring = _rattle(voice, ring, int(rng.integers(2, 6)), 0.006, 0.045, 0.25)
    return acted(voice, ring)


def _contact_noise(voice: Voice, material: Material, count: int) -> np.ndarray:
    """(variants, count) short burst at the contact, brighter and shorter for hard contact."""
    rate = voice.sample_rate_hz
    length = min(count, voice.samples(material.noise_t60_s * 1.2))
    low, high = material.noise_hz
    top = high * (0.35 + 0.65 * voice.hardness)
    bursts = shaped_noise(
        voice.rng, length, rate, *(lambda f, s=s: band(f, low, top * s**0.5, 4) for s in STRENGTHS)
    )
    out = np.zeros((len(STRENGTHS), count), np.float32)
    t60 = material.noise_t60_s * (1.4 - 0.6 * voice.hardness)
    level = material.noise * voice.between(0.6, 1.3) * 0.4
    out[:, :length] = bursts * decay(length, rate, t60) * level
    return out


def _thud(voice: Voice, count: int, small_hz: Real, large_hz: Real, t60_s: Real, level: Real) -> np.ndarray:
    wave = np.sin(2 * np.pi * voice.sized(large_hz, small_hz) * sample_times_s(count, voice.sample_rate_hz))
    return (level * wave * decay(count, voice.sample_rate_hz, t60_s * 2)).astype(np.float32)


def _rattle(
    voice: Voice, wave: np.ndarray, hits: int, first_s: Real, last_s: Real, level: Real
) -> np.ndarray:
    """Adds fainter repeats of the blow shortly after it: micro-bounces, crumbs, a second contact."""
    times = np.sort(voice.rng.uniform(first_s, last_s, hits))
    longer = np.pad(wave, ((0, 0), (0, voice.samples(last_s))))
    for index, time_s in enumerate(times):
        gain = level * voice.between(0.5, 1.0) * 0.75**index
        source = np.roll(wave, int(index) + 1, axis=0)  # another variant, so that it is no echo
        start = int(time_s * voice.sample_rate_hz)
        longer[:, start : start + wave.shape[1]] += source * np.float32(gain)
    return longer


def acted(voice: Voice, wave: np.ndarray) -> np.ndarray:
    """The mark of the motion: heel and toe of a step, the many small contacts of a
    shake, the low body of a chop."""
    if voice.action == "footstep":
        wave = wave + _thud(voice, wave.shape[1], 70, 130, 0.05, 0.25) * STRENGTHS[:, None].astype(np.float32)
        return _rattle(voice, wave, 1, voice.between(0.045, 0.06), voice.between(0.065, 0.11), 0.45)
    if voice.action == "shake":
        return _rattle(voice, wave, int(voice.rng.integers(3, 7)), 0.008, 0.07, 0.7)
    if voice.action == "chop":
        return wave + _thud(voice, wave.shape[1], 80, 150, 0.06, 0.35)
    return wave


def drum(voice: Voice) -> np.ndarray:
    """A membrane whose lowest mode falls in pitch as its tension relaxes; some have snares."""
    rng, rate = voice.rng, voice.sample_rate_hz
    base_hz = voice.sized(230, 58, 0.1)
    t60 = voice.between(0.30, 0.75) * (0.7 + 0.6 * voice.size)
    count = voice.samples(t60 * 1.0)
    time = sample_times_s(count, rate)
    frequencies = base_hz * _MEMBRANE[1:] * (1 + 0.01 * rng.standard_normal(len(_MEMBRANE) - 1))
    gains = rng.uniform(0.15, 0.6, (len(STRENGTHS), len(frequencies))) * _contact_gain(
        frequencies, 0.3 + 0.6 * voice.hardness, STRENGTHS
    )
    body = modes(frequencies, t60 * 0.6 * (frequencies / base_hz) ** -0.5, gains, count, rate)
    glide = base_hz * (1 + voice.between(0.1, 0.5) * np.exp(-time / voice.between(0.015, 0.04)))
    body += 1.3 * chirp(glide, rate) * decay(count, rate, t60, 0.001)
    top = 900 + 4500 * voice.hardness
    snare = rng.random() < 0.35
    slap, wires = shaped_noise(rng, count, rate, lambda f: band(f, 200, top), lambda f: band(f, 1500, 7000))
    body += (
        slap * decay(count, rate, 0.03 + 0.03 * voice.size) * (0.25 * STRENGTHS[:, None]).astype(np.float32)
    )
    if snare:
        body += wires * decay(count, rate, voice.between(0.15, 0.3)) * 0.25
    return acted(voice, body.astype(np.float32))


def cloth(voice: Voice) -> np.ndarray:
    """A soft body: a muffled thump under a short rustle."""
    rng, rate = voice.rng, voice.sample_rate_hz
    t60 = voice.sized(0.13, 0.30)
    count = voice.samples(t60 * 1.2)
    cut_hz = voice.sized(1000, 330) * (0.8 + 0.6 * voice.hardness)
    body = shaped_noise(
        rng, count, rate, *(lambda f, s=s: band(f, 70, cut_hz * (0.6 + 0.4 * s), 4) for s in STRENGTHS)
    )
    body *= decay(count, rate, t60, 0.0025)
    (rustle,) = shaped_noise(rng, count, rate, lambda f: band(f, 900, 3000))
    lag = voice.samples(voice.between(0.010, 0.025))
    late = (
        np.concatenate([np.zeros(lag, np.float32), decay(count - lag, rate, t60 * 0.8, 0.012)])
        if lag < count
        else 0.0
    )
    body += rustle * late * voice.between(0.05, 0.15)
    return acted(voice, body + _thud(voice, count, 55, 95, t60 * 0.4, 1.3))


def clap(voice: Voice) -> np.ndarray:
    """Hands: noise through the hollow between the palms (Repp 1987), with a few
    milliseconds between fingers and palms."""
    rng, rate = voice.rng, voice.sample_rate_hz
    count = voice.samples(0.16)
    hollow_hz = voice.sized(2100, 850)
    tail = voice.between(0.05, 0.10)
    shapes = [
        lambda f, k=k: peak(f, hollow_hz * k, 500 + 500 * voice.hardness) + 0.22 * band(f, 500, 5500)
        for k in rng.uniform(0.93, 1.07, 3)
    ]
    body = shaped_noise(rng, count, rate, *shapes)
    out = body * decay(count, rate, tail)
    for _ in range(int(rng.integers(1, 4))):
        lag = voice.samples(voice.between(0.004, 0.013))
        out[:, lag:] += (
            np.roll(body, 1, axis=0)[:, lag:] * decay(count - lag, rate, tail * 0.5) * voice.between(0.4, 0.9)
        )
    return out


def gunshot(voice: Voice) -> np.ndarray:
    """Muzzle blast: a near-instant full-band burst, a falling low tail and echoes from around."""
    rng, rate = voice.rng, voice.sample_rate_hz
    tail_s = voice.between(0.5, 1.1)
    count = voice.samples(tail_s * 0.9)
    bright, low = shaped_noise(
        rng, count, rate, lambda f: band(f, 250, 6500), lambda f: band(f, 60, voice.sized(900, 380))
    )
    crack_s = voice.sized(0.05, 0.13)
    wave = 1.6 * bright * decay(count, rate, crack_s, 0.0003) + 0.9 * low * decay(count, rate, tail_s, 0.001)
    push = np.exp(-sample_times_s(count, rate) / voice.sized(0.002, 0.006))
    wave += 3.0 * push * np.sin(2 * np.pi * voice.sized(260, 110) * sample_times_s(count, rate))
    for _ in range(int(rng.integers(1, 4))):
        add_at(
            wave,
            low * decay(count, rate, 0.5, 0.03),
            int(voice.between(0.07, 0.30) * rate),
            voice.between(0.05, 0.2),
        )
    return np.tanh(wave[None] * (1.1 * STRENGTHS[:, None])).astype(np.float32)  # air itself overloads
