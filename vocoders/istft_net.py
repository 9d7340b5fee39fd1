"""A small network with an inverse-STFT head, in the manner of Vocos (Siuzdak 2024, arXiv 2306.00814, section 3).

ConvNeXt blocks over mel frames, all at the frame rate, then magnitude and phase of every STFT frame, then one inverse STFT. Two
departures let it learn from CPU minutes: it starts from a few fast Griffin-Lim iterations, whose spectrum is an input, and its head is
zero-initialised and only *corrects* them (log-magnitude by addition, phase by a complex factor). Untrained it is
Griffin-Lim with one more iteration, the last one without momentum: training starts from there.
"""

from dataclasses import replace

import torch
from jaxtyping import Complex, Float
from torch import nn

from vocoders.clock import ClipSpec
from vocoders.component import configured
from vocoders.griffin_lim import SILENCE, fast_griffin_lim, integrated_phasors, phase_after, reach_frames
from vocoders.mel import MelInverse, compress
from vocoders.role import Start, Vocoder, random_phase, seeded
from vocoders.spectrum import Float32Constants, istft, stft

KERNEL = 7
LARGEST_GAIN = 3.0  # bound of the log-magnitude correction: at most a factor of 20 up or down in any bin


class ConvNextBlock(nn.Module):
    """Depthwise convolution over time, layer norm, two-layer perceptron, scaled residual (Liu et al. 2022, figure 4)."""

    def __init__(self, width: int, hidden: int, kernel: int = KERNEL, scale: float = 0.1) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.widen = nn.Linear(width, hidden)
        self.narrow = nn.Linear(hidden, width)
        self.scale = nn.Parameter(torch.full((width,), scale))

    def forward(self, frames: Float[torch.Tensor, "batch width frames"]) -> Float[torch.Tensor, "batch width frames"]:
        inner = self.norm(self.depthwise(frames).transpose(1, 2))
        inner = self.narrow(nn.functional.gelu(self.widen(inner)))
        return frames + (inner * self.scale).transpose(1, 2)


class Transform(Float32Constants):
    """The fixed half of the network: log-mel to a first spectrum, and its fixed phase reference."""

    window: torch.Tensor
    centre: torch.Tensor

    def __init__(self, spec: ClipSpec, fft_samples: int) -> None:
        super().__init__()
        self.hop_samples = spec.hop_samples
        self.inverse = MelInverse(spec, fft_samples)
        self.register_buffer("window", torch.hann_window(fft_samples, dtype=torch.float32), persistent=False)
        # torch counts phase from a frame's first sample; times (-1)^k it counts from the centre, and varies slowly over bins.
        odd = (torch.arange(fft_samples // 2 + 1) % 2).to(torch.float32)
        self.register_buffer("centre", (1.0 - 2.0 * odd)[:, None], persistent=False)

    @torch.no_grad()
    def forward(
        self, log_mel: Float[torch.Tensor, "batch bands frames"], iterations: int, first_phase: Float[torch.Tensor, "#batch bins 1"]
    ) -> tuple[Float[torch.Tensor, "batch bins frames"], Complex[torch.Tensor, "batch bins frames"]]:
        """Magnitude from the mel, and unit phasors (0 in silence) of a few Griffin-Lim iterations."""
        magnitude = self.inverse(log_mel)
        phasors = integrated_phasors(magnitude, self.hop_samples, first_phase)
        wave = fast_griffin_lim(magnitude, phasors, self.window, self.hop_samples, iterations, 0.99)
        spectrum = stft(wave, self.window, self.hop_samples)
        return magnitude, spectrum / (spectrum.abs() + SILENCE)


class IstftNet(Vocoder):
    """Log-mel to waveform through one inverse STFT; about 2.8 M parameters at the defaults.

    Args:
        width, hidden, blocks: of the ConvNeXt trunk.
        prior_iterations: fast Griffin-Lim iterations before the network; 0 starts from the integrated phase alone.
    """

    @configured
    def __init__(
        self,
        sample_rate_hz: int = 16_000,
        hop_samples: int = 256,
        mel_bins: int = 128,
        fft_samples: int = 1024,
        width: int = 256,
        hidden: int = 640,
        blocks: int = 5,
        prior_iterations: int = 8,
    ) -> None:
        super().__init__()
        spec = ClipSpec(sample_rate_hz=sample_rate_hz, hop_samples=hop_samples, mel_bins=mel_bins)
        bins = fft_samples // 2 + 1
        self.transform = Transform(spec, fft_samples)
        self.mel_in = nn.Conv1d(mel_bins, width, KERNEL, padding=KERNEL // 2)
        self.prior_in = nn.Conv1d(2 * bins, width, 1)
        self.norm_in = nn.LayerNorm(width)
        self.trunk = nn.ModuleList(ConvNextBlock(width, hidden) for _ in range(blocks))
        self.norm_out = nn.LayerNorm(width)
        self.head = nn.Linear(width, 3 * bins)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    @property
    def context_frames(self) -> int:
        prior = reach_frames(self.config.prior_iterations, self.config.fft_samples, self.config.hop_samples)
        return prior + (KERNEL // 2) * (self.config.blocks + 1) + self.config.fft_samples // self.config.hop_samples

    def begin(self, generator: torch.Generator | None = None) -> Start:
        return Start(phase=random_phase(self.config.fft_samples // 2 + 1, seeded(generator)))

    def moved(self, start: Start, log_mel: Float[torch.Tensor, "batch bands frames"]) -> Start:
        phase = phase_after(self.transform.inverse(log_mel), self.config.hop_samples, start.first_phase)
        return replace(super().moved(start, log_mel), phase=phase)

    def spectrum(
        self, log_mel: Float[torch.Tensor, "batch bands frames"], first_phase: Float[torch.Tensor, "#batch bins 1"]
    ) -> Complex[torch.Tensor, "batch bins frames"]:
        """The corrected spectrum; differentiable in the network's weights."""
        log_mel = log_mel.clamp(0.0, 1.0)  # all that training has shown
        magnitude, phasors = self.transform(log_mel, self.config.prior_iterations, first_phase)
        # Phase is shown only where there is sound: each component in [-1, 1], weighted by the compressed magnitude.
        shown = phasors * (self.transform.centre * compress(magnitude))
        parts = torch.cat([shown.real, shown.imag], dim=1).to(self.mel_in.weight.dtype)
        frames = self.mel_in(log_mel.to(parts.dtype)) + self.prior_in(parts)
        frames = self.norm_in(frames.transpose(1, 2)).transpose(1, 2)
        for block in self.trunk:
            frames = block(frames)
        gain, real, imaginary = self.head(self.norm_out(frames.transpose(1, 2))).transpose(1, 2).float().chunk(3, dim=1)
        scale = magnitude * torch.exp(LARGEST_GAIN * torch.tanh(gain / LARGEST_GAIN))
        # phase factor (1 + u + iv) / |1 + u + iv|; the constant keeps the gradient finite where 1 + u + iv meets zero
        turn = torch.complex(1.0 + real, imaginary)
        turn = turn * torch.rsqrt(turn.real.square() + turn.imag.square() + 1e-6)
        return phasors * turn * scale

    def synthesise(
        self, log_mel: Float[torch.Tensor, "batch bands frames"], generator: torch.Generator | None = None
    ) -> Float[torch.Tensor, "batch samples"]:
        """As the call, with gradients and without checks: what training uses."""
        with torch.autocast(log_mel.device.type, enabled=False):
            return self.piece(log_mel, self.begin(generator))

    def piece(self, log_mel: Float[torch.Tensor, "batch bands frames"], start: Start) -> Float[torch.Tensor, "batch samples"]:
        return istft(self.spectrum(log_mel.float(), start.first_phase), self.transform.window, self.config.hop_samples)
