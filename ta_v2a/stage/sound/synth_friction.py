"""Friction: granular contact noise through the resonances of the rubbed body, driven
by the speed of the motion."""

import numpy as np

from ta_v2a.stage.sound.synth_common import Real, Voice, band, drift, peak, shaped_noise, spread, wavetable


def _roughness(voice: Voice, count: int, slow_hz: Real) -> np.ndarray:
    """Irregular modulation of the contact force, 0.4..1.6."""
    wobble = drift(voice.rng, count / voice.sample_rate_hz, slow_hz)
    return (1.0 + 0.6 * spread(wobble, count, voice.sample_rate_hz)).astype(np.float32)


def scrape(voice: Voice, speed: np.ndarray) -> np.ndarray:
    """A hard edge over a hard surface: bright noise, ringing modes and a stick-slip squeal
    whose pitch follows the speed."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(speed)
    base_hz = voice.sized(2600, 900)
    centres = base_hz * np.sort(rng.uniform(1.0, 3.0, 5))
    widths = rng.uniform(60, 220, 5)

    def shape(f: np.ndarray) -> np.ndarray:
        out = 0.22 * band(f, 900, 4500 + 3000 * voice.hardness)
        for centre, width in zip(centres, widths, strict=True):
            out = out + peak(f, centre, width)
        return out

    (body,) = shaped_noise(rng, count, rate, shape)
    body *= _roughness(voice, count, voice.between(12, 25))
    squeal_hz = (
        voice.between(0.5, 0.9)
        * base_hz
        * (0.75 + 0.5 * speed)
        * (1 + 0.03 * spread(drift(rng, count / rate, 9.0), count, rate))
    )
    cycles = np.cumsum(squeal_hz, dtype=np.float64) / rate
    saw = np.linspace(1, -1, 512)
    squeal = wavetable(saw, cycles, int(0.45 * rate / (base_hz * 1.3)))
    gate = np.clip(spread(drift(rng, count / rate, 5.0), count, rate) * 2.0, 0, 1) * speed
    return 0.13 * body * speed + voice.between(0.04, 0.18) * squeal * gate


def saw(voice: Voice, speed: np.ndarray) -> np.ndarray:
    """Teeth through wood: a rasp of tooth strikes at a rate that follows the speed, strokes up
    and down of different pitch."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(speed)
    teeth_hz = voice.sized(190, 75) * (0.35 + 0.65 * speed)
    cycles = np.cumsum(teeth_hz, dtype=np.float64) / rate
    tooth = np.exp(-np.linspace(0, 1, 512) * voice.between(5, 9))
    pulse = 0.5 + 0.5 * wavetable(tooth, cycles, 60)
    low_hz = voice.sized(700, 300)
    rasp, board = shaped_noise(
        rng,
        count,
        rate,
        lambda f: band(f, 1100, 3000 + 2500 * voice.hardness),
        lambda f: peak(f, low_hz, 160) + 0.8 * peak(f, 2.3 * low_hz, 260),
    )
    pulse *= pulse
    return (0.20 * rasp + 0.17 * board) * pulse * speed


def rub(voice: Voice, speed: np.ndarray) -> np.ndarray:
    """Soft surfaces: dull, even rustle without tone; faster is brighter."""
    rng, rate, count = voice.rng, voice.sample_rate_hz, len(speed)
    cut_hz = voice.sized(1500, 600) * (0.8 + 0.5 * voice.hardness)
    dull, airy = shaped_noise(
        rng, count, rate, lambda f: band(f, 180, cut_hz, 4), lambda f: band(f, 800, 2.6 * cut_hz)
    )
    rough = _roughness(voice, count, voice.between(18, 35))
    return (0.11 * dull + 0.035 * airy * speed) * rough * speed
