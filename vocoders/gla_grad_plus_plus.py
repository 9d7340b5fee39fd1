"""GLA-Grad++: one Griffin-Lim before the diffusion, used as the clean wave of its first steps (Baoueb et al. 2025, arXiv 2511.22293).

No training of its own: it takes WaveGrad's weights. Fast Griffin-Lim on the mel gives a wave y~_0. In the first, noisiest steps it stands
for the clean wave that WaveGrad would predict there, in the posterior

    mean = sqrt(alpha_bar_(n-1)) beta_n / (1 - alpha_bar_n) y~_0 + sqrt(alpha_n) (1 - alpha_bar_(n-1)) / (1 - alpha_bar_n) y_n

(DDPM, arXiv 2006.11239, eq. 7), which is WaveGrad's own step when y~_0 is WaveGrad's own guess. A guided step needs no network: with three
of six steps guided, it takes half of WaveGrad's time. The later steps are WaveGrad's.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch
from jaxtyping import Float

from vocoders.component import configured
from vocoders.gla_grad import GriffinLimParts
from vocoders.griffin_lim import fast_griffin_lim, integrated_phasors, phase_after, reach_frames
from vocoders.noise_schedule import WG_6, NoiseSchedule, posterior_mean
from vocoders.role import Start, random_phase, seeded
from vocoders.wavegrad import UP_DILATIONS, UP_FACTORS, UP_WIDTHS, WAVE_WIDTHS, DiffusionVocoder, WaveGradNetwork


class GlaGradPlusPlus(DiffusionVocoder):
    """Log-mel to waveform by GLA-Grad++, with the weights of `WaveGrad`; the default of the diffusion family.

    Args:
        guided_steps: reverse steps, from the noisiest on, that take the Griffin-Lim wave for the clean one; 0 is WaveGrad.
        gla_iterations, momentum: of the one fast Griffin-Lim.
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
        momentum: float = 0.99,
    ) -> None:
        super().__init__()
        self.network = WaveGradNetwork(hop_samples, mel_bins, up_factors, up_widths, up_dilations, mel_width, wave_widths)
        self.phase = GriffinLimParts(sample_rate_hz, hop_samples, mel_bins, fft_samples)
        NoiseSchedule.of(betas)  # refuses what is none

    @property
    def context_frames(self) -> int:
        griffin_lim = reach_frames(self.config.gla_iterations, self.config.fft_samples, self.config.hop_samples)
        return max(0, self.schedule.steps - self.config.guided_steps) * self.network.reach_frames + griffin_lim

    def begin(self, generator: torch.Generator | None = None) -> Start:
        generator = seeded(generator)
        start = super().begin(generator)  # first the noise: that of `WaveGrad` for the same generator
        return replace(start, phase=random_phase(self.config.fft_samples // 2 + 1, generator))

    def moved(self, start: Start, log_mel: Float[torch.Tensor, "batch bands frames"]) -> Start:
        phase = phase_after(self.phase.inverse(log_mel), self.config.hop_samples, start.phase)
        return replace(super().moved(start, log_mel), phase=phase)

    def griffin_lim(self, log_mel: Float[torch.Tensor, "batch bands frames"], start: Start) -> Float[torch.Tensor, "batch samples"]:
        """y~_0, from the integrated phase, in [-1, 1] as WaveGrad's guess."""
        magnitude, hop = self.phase.inverse(log_mel), self.config.hop_samples
        phasors = integrated_phasors(magnitude, hop, start.phase)
        wave = fast_griffin_lim(magnitude, phasors, self.phase.window, hop, self.config.gla_iterations, self.config.momentum)
        return wave.clamp(-1.0, 1.0)

    def step_mean(self, log_mel: Float[torch.Tensor, "batch bands frames"], start: Start) -> Callable[[torch.Tensor, int], torch.Tensor]:
        plain, schedule, guided = super().step_mean(log_mel, start), self.schedule, self.config.guided_steps
        clean = self.griffin_lim(log_mel, start) if guided else None

        def mean(noisy: torch.Tensor, step: int) -> torch.Tensor:
            if step <= schedule.steps - guided:
                return plain(noisy, step)
            return posterior_mean(noisy, clean, schedule, step)

        return mean
