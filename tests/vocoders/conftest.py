"""Small synthetic sounds that several vocoder tests share."""

from collections.abc import Callable
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


TINY_WAVEGRAD = {
    "up_widths": (16, 16, 8, 8, 8),
    "mel_width": 16,
    "wave_widths": (8, 8, 8, 16, 16),
    "betas": (1e-4, 1e-2, 0.4),
}


def seeded(make: Callable[[], torch.nn.Module]) -> torch.nn.Module:
    torch.manual_seed(0)
    return make().eval()


def _griffin_lim() -> torch.nn.Module:
    from vocoders.griffin_lim import GriffinLim

    return seeded(lambda: GriffinLim(iterations=8))


def _istft_net() -> torch.nn.Module:
    """A network whose head is no longer zero, as after training."""
    from vocoders.istft_net import IstftNet

    network = seeded(lambda: IstftNet(width=16, hidden=24, blocks=2, prior_iterations=4))
    torch.nn.init.normal_(network.head.weight, std=0.02)
    return network


def _wavegrad() -> torch.nn.Module:
    from vocoders.wavegrad import WaveGrad

    return seeded(lambda: WaveGrad(**TINY_WAVEGRAD))


def _gla_grad() -> torch.nn.Module:
    from vocoders.wavegrad import WaveGrad

    return seeded(lambda: WaveGrad(**TINY_WAVEGRAD, guide="gla_grad", guided_steps=1, gla_iterations=2))


def _gla_grad_plus_plus() -> torch.nn.Module:
    from vocoders.wavegrad import WaveGrad

    return seeded(
        lambda: WaveGrad(**TINY_WAVEGRAD, guide="gla_grad_plus_plus", guided_steps=1, gla_iterations=4)
    )


def _hifi_gan() -> torch.nn.Module:
    from vocoders.hifi_gan import HifiGan

    return seeded(
        lambda: HifiGan(
            upsample_initial_channel=32,
            resblock_kernel_sizes=(3, 7),
            resblock_dilation_sizes=((1, 3), (1, 3)),
        )
    )


@pytest.fixture(scope="session")
def tiny() -> SimpleNamespace:
    """Makers of every vocoder at its smallest; those of the diffusion family have the same weights."""
    return SimpleNamespace(
        griffin_lim=_griffin_lim,
        istft_net=_istft_net,
        wavegrad=_wavegrad,
        gla_grad=_gla_grad,
        gla_grad_plus_plus=_gla_grad_plus_plus,
        hifi_gan=_hifi_gan,
    )
