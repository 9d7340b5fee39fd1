"""GLA-Grad: WaveGrad whose first reverse steps are pulled to the mel's magnitude by Griffin-Lim (Liu et al. 2024, arXiv 2402.15516).

No training of its own: it takes WaveGrad's weights. In the first steps, where noise is greatest, the mean of y_(n-1) is replaced by what
fast Griffin-Lim makes of it, starting from its phase, with the magnitude that the mel asks for; then the step's noise is added.

The released code differs from its paper, and is not followed: it scales an aliased tensor in place, so that one iteration gives silence and
three turn the sign; it divides by the modulus before the momentum correction; its pseudo-inverse has negative entries; it mixes normalised
with plain spectra and hides that by setting every peak to 0.95. Here the mel's level is absolute. y_(n-1) is sqrt(alpha_bar_(n-1)) y_0 plus
noise, so the magnitude is asked for at that level.
"""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float

from vocoders.clock import ClipSpec
from vocoders.component import configured
from vocoders.griffin_lim import SILENCE, fast_griffin_lim, reach_frames
from vocoders.mel import MelInverse
from vocoders.noise_schedule import WG_6, NoiseSchedule
from vocoders.role import Start
from vocoders.spectrum import Float32Constants, stft
from vocoders.wavegrad import UP_DILATIONS, UP_FACTORS, UP_WIDTHS, WAVE_WIDTHS, DiffusionVocoder, WaveGradNetwork


def project(
    wave: Float[torch.Tensor, "batch samples"],
    magnitude: Float[torch.Tensor, "batch bins frames"],
    window: Float[torch.Tensor, " fft"],
    hop_samples: int,
    iterations: int,
    momentum: float,
) -> Float[torch.Tensor, "batch samples"]:
    """The wave brought near `magnitude` by fast Griffin-Lim from its own phase; where it is silent, it has none and stays silent."""
    spectrum = stft(wave, window, hop_samples)
    return fast_griffin_lim(magnitude, spectrum / (spectrum.abs() + SILENCE), window, hop_samples, iterations, momentum)


class GriffinLimParts(Float32Constants):
    """The constants of Griffin-Lim on a mel: inverse filters and window."""

    def __init__(self, sample_rate_hz: int, hop_samples: int, mel_bins: int, fft_samples: int) -> None:
        super().__init__()
        self.inverse = MelInverse(ClipSpec(sample_rate_hz=sample_rate_hz, hop_samples=hop_samples, mel_bins=mel_bins), fft_samples)
        self.register_buffer("window", torch.hann_window(fft_samples, dtype=torch.float32), persistent=False)


class GlaGrad(DiffusionVocoder):
    """Log-mel to waveform by GLA-Grad, with the weights of `WaveGrad`.

    Args:
        guided_steps: reverse steps, from the noisiest on, that are projected; 0 is WaveGrad.
        gla_iterations, momentum: of fast Griffin-Lim in each of them.
        betas: the noise schedule.
        others: of `WaveGradNetwork`, and the FFT of the mel.
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
        guided_steps: int = 3,
        gla_iterations: int = 32,
        momentum: float = 0.1,
    ) -> None:
        super().__init__()
        self.network = WaveGradNetwork(hop_samples, mel_bins, up_factors, up_widths, up_dilations, mel_width, wave_widths)
        self.phase = GriffinLimParts(sample_rate_hz, hop_samples, mel_bins, fft_samples)
        NoiseSchedule.of(betas)  # refuses what is none

    @property
    def context_frames(self) -> int:
        each = reach_frames(self.config.gla_iterations, self.config.fft_samples, self.config.hop_samples)
        return super().context_frames + min(self.config.guided_steps, self.schedule.steps) * each

    def step_mean(self, log_mel: Float[torch.Tensor, "batch bands frames"], start: Start) -> Callable[[torch.Tensor, int], torch.Tensor]:
        plain, schedule, config = super().step_mean(log_mel, start), self.schedule, self.config
        magnitude = self.phase.inverse(log_mel)

        def mean(noisy: torch.Tensor, step: int) -> torch.Tensor:
            wave = plain(noisy, step)
            if step <= schedule.steps - config.guided_steps:
                return wave
            wanted = schedule.levels[step - 1] * magnitude
            made = project(wave, wanted, self.phase.window, config.hop_samples, config.gla_iterations, config.momentum)
            return made.clamp(-1.0, 1.0)  # as WaveGrad's guess; a mel at its ceiling would ask for far more

        return mean
