"""Small synthetic sounds that several vocoder tests share."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

RATE_HZ = 16_000


def decaying_tones(seed: int, samples: int, starts: list[int]) -> torch.Tensor:
    """(samples,): a struck thing at every start: four partials of 300-4000 Hz that die away within 0.2 s."""
    rng = np.random.default_rng(seed)
    wave = np.zeros(samples)
    for start in starts:
        time_s = np.arange(samples - start) / RATE_HZ
        for pitch_hz in rng.uniform(300, 4000, 4):
            wave[start:] += 0.1 * np.sin(2 * np.pi * pitch_hz * time_s) * np.exp(-25 * time_s)
    return torch.tensor(wave, dtype=torch.float32)


def clicks(samples: int, at: list[int]) -> torch.Tensor:
    """(samples,): silence with single samples of 0.8."""
    wave = torch.zeros(samples)
    wave[at] = 0.8
    return wave


def onset_sample(wave: torch.Tensor, near: int, reach: int = 1200) -> int:
    """First sample within `reach` of `near` where the 2 ms energy passes half of its greatest value there."""
    energy = np.convolve(wave.numpy() ** 2, np.ones(32) / 32, "same")
    low = max(0, near - reach)
    piece = energy[low : near + reach]
    return low + int(np.argmax(piece >= 0.5 * piece.max()))


@pytest.fixture(scope="session")
def sounds() -> SimpleNamespace:
    """The makers of this file: `decaying_tones`, `clicks`, `onset_sample`."""
    return SimpleNamespace(decaying_tones=decaying_tones, clicks=clicks, onset_sample=onset_sample)
