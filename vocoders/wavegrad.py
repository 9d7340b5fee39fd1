"""WaveGrad: a waveform by iterative removal of predicted noise (Chen et al. 2021, arXiv 2009.00713).

The network (figure 3) has two branches: blocks that raise the mel from the frame rate to the sample rate, and blocks that
lower the noisy wave from the sample rate to the frame rate. At every rate the wave's features, with the noise level, scale and shift those
of the mel (FiLM). Here for 16 kHz, hop 256 and 128 mels: factors 4, 4, 4, 2, 2, where the published networks have 24 kHz and hop 300.
"""

from collections.abc import Sequence
from math import ceil, log, prod

import torch
from jaxtyping import Float
from torch import nn
from torch.nn.functional import leaky_relu

from vocoders.clock import ClipSpec
from vocoders.component import configured
from vocoders.noise_schedule import WG_6, NoiseSchedule, posterior_mean, predicted_clean, reverse_chain
from vocoders.role import Start, Vocoder, seeded
from vocoders.wavegrad_guides import GUIDES, Mean

UP_FACTORS = (4, 4, 4, 2, 2)
UP_WIDTHS = (512, 512, 256, 128, 128)
UP_DILATIONS = ((1, 2, 1, 2), (1, 2, 1, 2), (1, 2, 4, 8), (1, 2, 4, 8), (1, 2, 4, 8))
WAVE_WIDTHS = (32, 128, 128, 256, 512)
DOWN_DILATIONS = (1, 2, 4)
LEVEL_SCALE = 5000.0  # noise levels lie in [0, 1]: times this, neighbours differ by radians in the fastest sinusoid


def convolution(inputs: int, outputs: int, kernel: int = 3, dilation: int = 1) -> nn.Conv1d:
    """A convolution that keeps the length, from orthogonal weights."""
    layer = nn.Conv1d(inputs, outputs, kernel, padding=dilation * (kernel // 2), dilation=dilation)
    nn.init.orthogonal_(layer.weight)
    assert layer.bias is not None  # torch's convolutions have one unless told otherwise
    nn.init.zeros_(layer.bias)
    return layer


def level_sinusoids(level: Float[torch.Tensor, " batch"], width: int) -> Float[torch.Tensor, "batch width"]:
    """Sinusoids of the continuous noise level sqrt(alpha_bar), width / 2 sines and as many cosines, slower and slower."""
    half = width // 2
    rates = LEVEL_SCALE * torch.exp(torch.arange(half, device=level.device, dtype=torch.float32) * (-log(1e4) / half))
    angles = level.float()[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Film(nn.Module):
    """Feature-wise linear modulation: features of the wave and the noise level to shift and scale."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv_in = convolution(inputs, inputs)
        self.conv_out = convolution(inputs, 2 * outputs)

    def forward(
        self, features: Float[torch.Tensor, "batch inputs time"], level: Float[torch.Tensor, " batch"]
    ) -> tuple[Float[torch.Tensor, "batch outputs time"], Float[torch.Tensor, "batch outputs time"]]:
        hidden = leaky_relu(self.conv_in(features), 0.2)
        hidden = hidden + level_sinusoids(level, hidden.shape[1]).to(hidden.dtype)[..., None]
        shift, scale = self.conv_out(hidden).chunk(2, dim=1)
        return shift, scale


class DownBlock(nn.Module):
    """Every `factor`-th sample, then three dilated convolutions, beside a residual path."""

    def __init__(self, inputs: int, outputs: int, factor: int) -> None:
        super().__init__()
        self.factor = factor
        self.residual = convolution(inputs, outputs, kernel=1)
        widths = (inputs, outputs, outputs)
        self.layers = nn.ModuleList(convolution(width, outputs, dilation=d) for width, d in zip(widths, DOWN_DILATIONS, strict=True))

    def forward(self, features: Float[torch.Tensor, "batch inputs time"]) -> Float[torch.Tensor, "batch outputs fewer"]:
        features = features[..., :: self.factor]
        hidden = features
        for layer in self.layers:
            hidden = layer(leaky_relu(hidden, 0.2))
        return hidden + self.residual(features)


class UpBlock(nn.Module):
    """Every feature `factor` times, four dilated convolutions with FiLM before each but the first, two residual paths."""

    def __init__(self, inputs: int, outputs: int, factor: int, dilations: Sequence[int]) -> None:
        super().__init__()
        self.factor = factor
        self.residual = convolution(inputs, outputs, kernel=1)
        widths = (inputs, outputs, outputs, outputs)
        self.layers = nn.ModuleList(convolution(width, outputs, dilation=d) for width, d in zip(widths, dilations, strict=True))

    def forward(
        self,
        features: Float[torch.Tensor, "batch inputs fewer"],
        shift: Float[torch.Tensor, "batch outputs time"],
        scale: Float[torch.Tensor, "batch outputs time"],
    ) -> Float[torch.Tensor, "batch outputs time"]:
        hidden = self.layers[0](leaky_relu(features, 0.2).repeat_interleave(self.factor, dim=-1))
        hidden = self.layers[1](leaky_relu(shift + scale * hidden, 0.2))
        # A convolution of one sample commutes with repeating: at the lower rate it costs a `factor`-th.
        features = self.residual(features).repeat_interleave(self.factor, dim=-1) + hidden
        hidden = self.layers[2](leaky_relu(shift + scale * features, 0.2))
        hidden = self.layers[3](leaky_relu(shift + scale * hidden, 0.2))
        return features + hidden


class WaveGradNetwork(nn.Module):
    """(noisy wave, log-mel, noise level) to the predicted noise; 15.9 M parameters at the defaults.

    Args:
        up_factors: of the mel branch, coarse to fine; their product is the hop.
        up_widths, up_dilations: channels and dilations of its blocks.
        mel_width: channels of the first layer over the mel.
        wave_widths: even channels of the wave branch, fine to coarse.

    Raises:
        ValueError: if the factors do not make up the hop, or the numbers of blocks differ.
    """

    def __init__(
        self,
        hop_samples: int = 256,
        mel_bins: int = 128,
        up_factors: Sequence[int] = UP_FACTORS,
        up_widths: Sequence[int] = UP_WIDTHS,
        up_dilations: Sequence[Sequence[int]] = UP_DILATIONS,
        mel_width: int = 768,
        wave_widths: Sequence[int] = WAVE_WIDTHS,
    ) -> None:
        super().__init__()
        if prod(up_factors) != hop_samples or not len(up_factors) == len(up_widths) == len(wave_widths) == len(up_dilations):
            raise ValueError(f"factors {tuple(up_factors)} must multiply to hop {hop_samples}, with a width and dilations for each")
        self.up_factors, self.up_dilations = tuple(up_factors), tuple(tuple(row) for row in up_dilations)
        self.mel_in = convolution(mel_bins, mel_width)
        self.wave_in = convolution(1, wave_widths[0], kernel=5)
        down_factors = tuple(up_factors)[:0:-1]
        self.down = nn.ModuleList(DownBlock(*row) for row in zip(wave_widths[:-1], wave_widths[1:], down_factors, strict=True))
        self.films = nn.ModuleList(Film(*row) for row in zip(wave_widths, reversed(up_widths), strict=True))
        inputs = (mel_width, *up_widths[:-1])
        self.up = nn.ModuleList(UpBlock(*row) for row in zip(inputs, up_widths, up_factors, up_dilations, strict=True))
        self.wave_out = convolution(up_widths[-1], 1)

    def forward(
        self,
        noisy: Float[torch.Tensor, "batch samples"],
        log_mel: Float[torch.Tensor, "batch bands frames"],
        level: Float[torch.Tensor, " batch"],
    ) -> Float[torch.Tensor, "batch samples"]:
        """samples = frames * hop; `level` is sqrt(alpha_bar) of every wave."""
        features = self.wave_in(noisy[:, None])
        modulations = [self.films[0](features, level)]
        for block, film in zip(self.down, self.films[1:], strict=True):
            features = block(features)
            modulations.append(film(features, level))
        features = self.mel_in(log_mel)
        for block, (shift, scale) in zip(self.up, reversed(modulations), strict=True):
            features = block(features, shift, scale)
        return self.wave_out(features)[:, 0]

    @property
    def reach_frames(self) -> int:
        """Frames on either side on which a sample of the output may depend: the radii of all layers, added up."""
        rate, frames = 1, 2.0  # the mel's first layer, and the frame's own length
        for factor, dilations in zip(self.up_factors, self.up_dilations, strict=True):
            rate *= factor
            # the block's own layers, its FiLM's, and those of the DownBlock that leads to the same rate
            frames += (sum(dilations) + 2 + sum(DOWN_DILATIONS) + factor) / rate
        return ceil(frames + 3 / rate)


class WaveGrad(Vocoder):
    """Log-mel to waveform by WaveGrad's Algorithm 2, or by its guided relatives GLA-Grad and GLA-Grad++, which have the same weights.

    Args:
        fft_samples: of the mel's STFT, for Griffin-Lim.
        betas: the noise schedule, `WG_6` or another (`vocoders.noise_schedule`).
        guide: "none", "gla_grad" or "gla_grad_plus_plus" (`vocoders.wavegrad_guides`).
        guided_steps: reverse steps, from the noisiest on, that are guided; 0 is WaveGrad.
        gla_iterations, momentum: of fast Griffin-Lim; momentum None: that of the guide's paper.
        others: of `WaveGradNetwork`.

    Raises:
        ValueError: if there is no such guide, or the betas are no noise schedule.
    """

    @configured
    def __init__(
        self,
        sample_rate_hz: int = 16_000,
        hop_samples: int = 256,
        mel_bins: int = 128,
        fft_samples: int = 1024,
        up_factors: Sequence[int] = UP_FACTORS,
        up_widths: Sequence[int] = UP_WIDTHS,
        up_dilations: Sequence[Sequence[int]] = UP_DILATIONS,
        mel_width: int = 768,
        wave_widths: Sequence[int] = WAVE_WIDTHS,
        betas: Sequence[float] = WG_6,
        guide: str = "none",
        guided_steps: int = 3,
        gla_iterations: int = 32,
        momentum: float | None = None,
    ) -> None:
        super().__init__()
        if guide not in GUIDES:
            raise ValueError(f"a guide is one of {', '.join(GUIDES)}, not {guide!r}")
        self.network = WaveGradNetwork(hop_samples, mel_bins, up_factors, up_widths, up_dilations, mel_width, wave_widths)
        kind = GUIDES[guide]
        clock = ClipSpec(sample_rate_hz=sample_rate_hz, hop_samples=hop_samples, mel_bins=mel_bins)
        momentum = kind.default_momentum if momentum is None else momentum
        self.guide = kind(clock, fft_samples, guided_steps, gla_iterations, momentum)
        NoiseSchedule.of(betas)  # refuses what is none

    @property
    def schedule(self) -> NoiseSchedule:
        return NoiseSchedule.of(self.config.betas)

    def set_schedule(self, betas: Sequence[float]) -> None:
        """Other steps for the same network, which knows noise levels only; saved with it.

        Raises:
            ValueError: if they are no noise schedule.
        """
        self.register_to_config(betas=NoiseSchedule.of(betas).betas)

    @property
    def context_frames(self) -> int:
        return self.guide.context_frames(self.schedule, self.network.reach_frames)

    def begin(self, generator: torch.Generator | None = None) -> Start:
        generator = seeded(generator)
        return self.guide.begin(super().begin(generator), generator)

    def moved(self, start: Start, log_mel: Float[torch.Tensor, "batch bands frames"]) -> Start:
        return self.guide.moved(super().moved(start, log_mel), log_mel)

    def predict_noise(
        self, noisy: Float[torch.Tensor, "batch samples"], log_mel: Float[torch.Tensor, "batch bands frames"], level: float
    ) -> Float[torch.Tensor, "batch samples"]:
        """The network's guess of the noise in a wave of one level, float32."""
        levels = torch.full(noisy.shape[:1], level, device=noisy.device, dtype=torch.float32)
        return self.network(noisy.to(self.dtype), log_mel.to(self.dtype), levels).float()

    def step_mean(self, log_mel: Float[torch.Tensor, "batch bands frames"], start: Start) -> Mean:
        """The function (y_n, n) -> mean of y_(n-1) for these sounds, guided where this vocoder is.

        It is Algorithm 2's (y_n - beta_n / sqrt(1 - alpha_bar_n) epsilon) / sqrt(alpha_n), written as the posterior of the guessed y_0, so
        that the guess can be kept in [-1, 1], where sound is. The network multiplies features of y_n with each other: without that bound a
        bad guess makes the next one worse, up to infinity.
        """
        schedule = self.schedule

        def plain(noisy: torch.Tensor, step: int) -> torch.Tensor:
            level = schedule.levels[step]
            clean = predicted_clean(noisy, self.predict_noise(noisy, log_mel, level), level).clamp(-1.0, 1.0)
            return posterior_mean(noisy, clean, schedule, step)

        return self.guide.means(plain, log_mel, start, schedule)

    def piece(self, log_mel: Float[torch.Tensor, "batch bands frames"], start: Start) -> Float[torch.Tensor, "batch samples"]:
        log_mel = log_mel.float().clamp(0.0, 1.0)
        batch, _, frames = log_mel.shape

        def noise(step: int) -> torch.Tensor:
            return start.noise(frames, self.config.hop_samples, step).to(log_mel.device).expand(batch, -1)

        wave = reverse_chain(noise(0), self.schedule, self.step_mean(log_mel, start), noise)
        return wave.clamp(-1.0, 1.0)
