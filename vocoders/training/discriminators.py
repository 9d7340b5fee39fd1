"""Discriminators over periods of the wave and over its spectra, both kept small, and the least-squares adversarial losses."""

from itertools import pairwise
from math import asinh

import torch
from jaxtyping import Float
from torch import nn
from torch.nn.utils.parametrizations import weight_norm

from vocoders.spectrum import Float32Constants
from vocoders.training.joined_batch import everyones_mean

SLOPE = 0.2  # of leaky rectifiers below 0
Judgement = list[tuple[torch.Tensor, list[torch.Tensor]]]  # scores and the features of every layer, by member


def companded(wave: torch.Tensor) -> torch.Tensor:
    """asinh(100 x) / asinh(100): a sound's quiet end must be visible beside its loud start. As mu-law, but with a slope at 0."""
    return torch.asinh(100 * wave) / asinh(100)


def by_period(wave: Float[torch.Tensor, "batch samples"], period: int) -> Float[torch.Tensor, "phases 1 steps"]:
    """(B, T) to (B * period, 1, ceil(T / period)): every period-th sample from each start on, silence after the end.

    The columns of the paper's two-dimensional signal. Its kernels are one column wide (HiFi-GAN, Kong et al. 2020, arXiv 2010.05646,
    section 2.3, figure 2): columns are judged apart, so they may as well lie along the batch.
    """
    steps = -(-wave.shape[-1] // period)
    padded = nn.functional.pad(wave, (0, steps * period - wave.shape[-1]))
    return padded.unflatten(-1, (steps, period)).transpose(1, 2).flatten(0, 1)[:, None]


def _lively(layer: nn.Conv1d | nn.Conv2d) -> nn.Module:
    """Weight-normalised, begun so that layers keep the size of what they pass on: torch's own beginning lets biases drown the sound."""
    nn.init.kaiming_normal_(layer.weight, a=SLOPE)
    assert layer.bias is not None  # torch's convolutions have one unless told otherwise
    nn.init.zeros_(layer.bias)
    return weight_norm(layer)


class PeriodDiscriminator(nn.Module):
    """Strided convolutions over every period-th sample (HiFi-GAN, section 2.3); the middle layers are grouped, unlike the paper's."""

    def __init__(self, period: int, width: int = 16) -> None:
        super().__init__()
        self.period = period
        widths = [1, width, 2 * width, 4 * width, 4 * width]
        groups = [1, 1, 4, 4]
        self.layers = nn.ModuleList(
            _lively(nn.Conv1d(before, after, 5, stride=3, padding=2, groups=split))
            for (before, after), split in zip(pairwise(widths), groups, strict=True)
        )
        self.layers.append(_lively(nn.Conv1d(4 * width, 4 * width, 5, padding=2)))
        self.out = _lively(nn.Conv1d(4 * width, 1, 3, padding=1))

    def forward(self, wave: Float[torch.Tensor, "batch samples"]) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """(B, samples) to scores (B * period, 1, steps) and the features of every layer."""
        return scores(by_period(companded(wave.float()), self.period), self.layers, self.out)


class SpectrumDiscriminator(Float32Constants):
    """2-D convolutions over the compressed complex spectrum of one resolution, strided along frequency (UnivNet, Jang et al. 2021,
    arXiv 2106.07889, section 2.2; complex input as in EnCodec, Defossez et al. 2022, arXiv 2210.13438, section 3.4)."""

    window: torch.Tensor

    def __init__(self, fft_samples: int, width: int = 16) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(fft_samples, dtype=torch.float32), persistent=False)
        self.layers = nn.ModuleList(
            [_lively(nn.Conv2d(2, width, (7, 5), stride=(2, 1), padding=(3, 2)))]
            + [_lively(nn.Conv2d(width, width, (5, 3), stride=(2, 1), padding=(2, 1))) for _ in range(3)]
        )
        self.out = _lively(nn.Conv2d(width, 1, 3, padding=1))

    def forward(self, wave: Float[torch.Tensor, "batch samples"]) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """(B, samples) to a map of scores and the features of every layer."""
        size = self.window.shape[0]
        spectrum = torch.stft(wave.float(), size, size // 4, window=self.window, pad_mode="constant", return_complex=True)
        parts = torch.view_as_real(spectrum)
        # |S|^0.3 with the phase kept: quiet detail must be visible beside loud bins
        modulus = parts.square().sum(-1, keepdim=True).add(1e-6).sqrt()
        return scores((parts * modulus.pow(-0.7)).permute(0, 3, 1, 2), self.layers, self.out)


def scores(hidden: torch.Tensor, layers: nn.ModuleList, out: nn.Module) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """What `out` says of the last layer, and the features of every layer."""
    features = []
    for layer in layers:
        hidden = nn.functional.leaky_relu(layer(hidden), SLOPE)
        features.append(hidden)
    return out(hidden), features


class Discriminators(nn.Module):
    """Multi-period and multi-resolution discriminators together: periods hear what repeats in the wave, spectra what smears.

    Args:
        periods: in samples; primes, so that no two see the same samples (HiFi-GAN, section 2.3).
        fft_sizes: of the spectra, in samples; the hop is a quarter.
        period_width, spectrum_width: channels of the first layers; HiFi-GAN begins with 32, widens further and has no groups.
    """

    def __init__(
        self,
        periods: tuple[int, ...] = (2, 3, 5, 7, 11),
        fft_sizes: tuple[int, ...] = (512, 1024, 2048),
        period_width: int = 16,
        spectrum_width: int = 16,
    ) -> None:
        super().__init__()
        self.members = nn.ModuleList(
            [PeriodDiscriminator(period, period_width) for period in periods]
            + [SpectrumDiscriminator(size, spectrum_width) for size in fft_sizes]
        )

    def forward(self, wave: Float[torch.Tensor, "batch samples"]) -> Judgement:
        """Scores and features of every member."""
        return [member(wave) for member in self.members]


def discriminator_loss(true: Judgement, made: Judgement) -> Float[torch.Tensor, ""]:
    """(D(x) - 1)^2 + D(G)^2, mean over members (Mao et al. 2017, eq. 9)."""
    terms = [(real - 1).square().mean() + fake.square().mean() for (real, _), (fake, _) in zip(true, made, strict=True)]
    return torch.stack(terms).mean()


def adversarial_loss(made: Judgement) -> Float[torch.Tensor, ""]:
    """(D(G) - 1)^2, mean over members (Mao et al. 2017, eq. 9)."""
    return torch.stack([(fake - 1).square().mean() for fake, _ in made]).mean()


def feature_loss(true: Judgement, made: Judgement) -> Float[torch.Tensor, ""]:
    """Feature matching (Kumar et al. 2019, MelGAN, eq. 3): mean absolute difference, relative to the true features' size."""
    pairs = [
        (wanted.detach(), got) for (_, reals), (_, fakes) in zip(true, made, strict=True) for wanted, got in zip(reals, fakes, strict=True)
    ]
    sizes = everyones_mean(torch.stack([wanted.abs().mean() for wanted, _ in pairs])).clamp_min(1e-2)
    return (torch.stack([(wanted - got).abs().mean() for wanted, got in pairs]) / sizes).mean()
