"""A made-up library of recordings in a folder: clicks, knocks that repeat, and noise that goes on."""

from pathlib import Path

import numpy as np
import soundfile

RATE_HZ = 48_000


def burst(decay_s: float, hz: float, length_s: float = 0.4, seed: int = 0) -> np.ndarray:
    """(samples,) a hit: a tone and noise that die away."""
    time_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    noise = np.random.default_rng(seed).standard_normal(len(time_s))
    return 0.4 * np.exp(-time_s / decay_s) * (np.sin(2 * np.pi * hz * time_s) + 0.3 * noise)


def at_times(hit: np.ndarray, times_s: list[float], length_s: float) -> np.ndarray:
    """(samples,) the hit at every time, over a faint noise."""
    wave = 1e-4 * np.random.default_rng(1).standard_normal(round(length_s * RATE_HZ))
    for time_s in times_s:
        first = round(time_s * RATE_HZ)
        part = hit[: len(wave) - first]
        wave[first : first + len(part)] += part
    return wave


def steady(length_s: float, seed: int = 0) -> np.ndarray:
    """(samples,) noise that goes on."""
    return 0.1 * np.random.default_rng(seed).standard_normal(round(length_s * RATE_HZ))


def record(path: Path, wave: np.ndarray, rate_hz: int = RATE_HZ) -> Path:
    """Writes (samples,) or (samples, channels)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave, rate_hz, subtype="PCM_24", format="WAV")
    return path


KNOCKS_S = [0.3, 0.8, 1.5, 1.9, 2.6]


def made_up_library(folder: Path) -> Path:
    """Three kinds, by folder: one-shots of wood, a recording of door knocks, rain."""
    for number in range(4):
        record(folder / "wood hit" / f"wood_{number}.wav", burst(0.04, 300 + 40 * number, seed=number))
    knocks = at_times(burst(0.05, 180), KNOCKS_S, 4.0)
    record(folder / "door knock" / "knocks.wav", np.stack([knocks, 0.5 * knocks], axis=1))
    record(folder / "rain" / "on a roof.wav", steady(3.0))
    return folder
