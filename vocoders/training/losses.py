"""Losses and distances between waves, all means over everything: small functions that say what they measure.

"Everything" is the batch of all processes, where several train together.
"""

import torch
from jaxtyping import Float
from torch import nn

from vocoders.mel import LogMel
from vocoders.spectrum import Float32Constants
from vocoders.training.joined_batch import everyones_mean

FFT_SIZES = (256, 512, 1024, 2048)
LOG_FLOOR = 1e-3  # magnitudes below are silence: noise of a 16-bit file lies there


class MultiResolutionStft(Float32Constants):
    """Multi-resolution STFT distance (Yamamoto, Song & Kim 2020, arXiv 1910.11480, eq. 4-6).

    Per FFT size, with a hop of a quarter: |A - B|_F / |A|_F (spectral convergence) + mean |log A - log B|; then the mean over sizes.
    """

    def __init__(self, fft_sizes: tuple[int, ...] = FFT_SIZES) -> None:
        super().__init__()
        for size in fft_sizes:
            self.register_buffer(f"window_{size}", torch.hann_window(size, dtype=torch.float32), persistent=False)
        self.fft_sizes = tuple(fft_sizes)

    def _spectrum(self, wave: torch.Tensor, size: int) -> torch.Tensor:
        window = getattr(self, f"window_{size}")
        return torch.stft(wave, size, size // 4, window=window, pad_mode="constant", return_complex=True)

    def forward(
        self, generated: Float[torch.Tensor, "batch samples"], true: Float[torch.Tensor, "batch samples"]
    ) -> Float[torch.Tensor, " batch"]:
        """One distance for every sound; 0 for equal waves."""
        total = torch.zeros(true.shape[0], device=true.device)
        for size in self.fft_sizes:
            # sqrt(re^2 + im^2 + eps): the modulus with a finite gradient at silence
            made, wanted = (
                torch.view_as_real(self._spectrum(wave.float(), size)).square().sum(-1).add(1e-9).sqrt() for wave in (generated, true)
            )
            convergence = (wanted - made).flatten(1).norm(dim=1) / wanted.flatten(1).norm(dim=1).clamp_min(LOG_FLOOR)
            logs = (made.clamp_min(LOG_FLOOR).log() - wanted.clamp_min(LOG_FLOOR).log()).abs().flatten(1).mean(1)
            total = total + convergence + logs
        return total / len(self.fft_sizes)


def mel_loss(
    generated: Float[torch.Tensor, "batch samples"], true: Float[torch.Tensor, "batch samples"], log_mel: LogMel
) -> Float[torch.Tensor, " batch"]:
    """Mean absolute difference of log-mels per sound, on the scale of `LogMel` (0.05 is 5 dB).

    The ceiling of the scale is not applied: a sound that is too loud must still feel a gradient.
    """

    def level(wave: torch.Tensor) -> torch.Tensor:
        return 0.2 * torch.log10(log_mel.mel(wave).clamp_min(1e-4))

    return (level(generated) - level(true)).abs().flatten(1).mean(1)


def phase_change_loss(
    generated: Float[torch.Tensor, "batch samples"],
    true: Float[torch.Tensor, "batch samples"],
    window: Float[torch.Tensor, " fft"],
    hop_samples: int,
) -> Float[torch.Tensor, ""]:
    """How wrong phase *differences* are, in [0, 2]: along bins (group delay: where an onset lies) and along frames (pitch).

    After the anti-wrapping losses of APNet (Ai & Ling 2023, arXiv 2305.07952, eq. 10-11), as 1 - cos(error) weighted by the true
    magnitudes: no angle is taken, so nothing wraps, and a constant phase, which nobody hears, costs nothing.
    """

    def changes(wave: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        spectrum = torch.stft(wave.float(), window.shape[0], hop_samples, window=window, pad_mode="constant", return_complex=True)
        along_bins = spectrum[:, 1:] * spectrum[:, :-1].conj()
        along_frames = spectrum[..., 1:] * spectrum[..., :-1].conj()
        return along_bins, along_frames

    total = true.new_zeros((), dtype=torch.float32)
    for made, wanted in zip(changes(generated), changes(true), strict=True):
        moduli = (torch.view_as_real(made).square().sum(-1) + 1e-12).sqrt()
        weight = wanted.abs()
        agreement = (made * wanted.conj()).real / moduli  # = |wanted| cos(error)
        total = total + (weight - agreement).sum() / everyones_mean(weight.sum()).clamp_min(1e-6)
    return total / 2


class VocoderLoss(nn.Module):
    """The weighted sum that trains a vocoder without an adversary: multi-resolution STFT, mel, phase changes."""

    def __init__(self, log_mel: LogMel, stft_weight: float = 1.0, mel_weight: float = 5.0, phase_weight: float = 0.5) -> None:
        super().__init__()
        self.log_mel = log_mel
        self.stft = MultiResolutionStft()
        self.weights = {"stft": stft_weight, "mel": mel_weight, "phase": phase_weight}

    def forward(
        self, generated: Float[torch.Tensor, "batch samples"], true: Float[torch.Tensor, "batch samples"]
    ) -> tuple[Float[torch.Tensor, ""], dict[str, torch.Tensor]]:
        """The loss to descend, and its unweighted parts by name."""
        parts = {
            "stft": self.stft(generated, true).mean(),
            "mel": mel_loss(generated, true, self.log_mel).mean(),
            "phase": phase_change_loss(generated, true, self.log_mel.window, self.log_mel.spec.hop_samples),
        }
        return sum(self.weights[name] * part for name, part in parts.items()), parts
