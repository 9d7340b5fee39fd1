"""Griffin-Lim inside WaveGrad's reverse diffusion: GLA-Grad and GLA-Grad++. Neither has a training of its own.

**GLA-Grad** (Liu et al. 2024, arXiv 2402.15516). In the first steps, where noise is greatest, the mean of y_(n-1) is replaced by what fast
Griffin-Lim makes of it, starting from its phase, with the magnitude that the mel asks for; then the step's noise is added.

The released code differs from its paper, and is not followed: it scales an aliased tensor in place, so that one iteration gives silence and
three turn the sign; it divides by the modulus before the momentum correction; its pseudo-inverse has negative entries; it mixes normalised
with plain spectra and hides that by setting every peak to 0.95. Here the mel's level is absolute. y_(n-1) is sqrt(alpha_bar_(n-1)) y_0 plus
noise, so the magnitude is asked for at that level.

**GLA-Grad++** (Baoueb et al. 2025, arXiv 2511.22293). Fast Griffin-Lim on the mel gives a wave y~_0 before the diffusion. In the first,
noisiest steps it stands for the clean wave that WaveGrad would predict there, in the posterior

    mean = sqrt(alpha_bar_(n-1)) beta_n / (1 - alpha_bar_n) y~_0 + sqrt(alpha_n) (1 - alpha_bar_(n-1)) / (1 - alpha_bar_n) y_n

(DDPM, arXiv 2006.11239, eq. 7), which is WaveGrad's own step when y~_0 is WaveGrad's own guess. A guided step needs no network: with three
of six steps guided, it takes half of WaveGrad's time. The later steps are WaveGrad's.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from jaxtyping import Float

from vocoders.clock import ClipSpec
from vocoders.griffin_lim import SILENCE, fast_griffin_lim, integrated_phasors, phase_after, reach_frames
from vocoders.mel import MelInverse
from vocoders.noise_schedule import NoiseSchedule, posterior_mean
from vocoders.role import Start, random_phase
from vocoders.spectrum import Float32Constants, stft

LogMelBatch = Float[torch.Tensor, "batch bands frames"]
WaveBatch = Float[torch.Tensor, "batch samples"]
Mean = Callable[[torch.Tensor, int], torch.Tensor]
"""(y_n, n) to the mean of y_(n-1)."""


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


class WaveGradGuide(Float32Constants):
    """No guide: every step is WaveGrad's.

    Args:
        clock: of the mel.
        fft_samples: of the mel's STFT.
        steps: reverse steps, from the noisiest on, that are guided.
        iterations, momentum: of fast Griffin-Lim.
    """

    default_momentum = 0.0

    def __init__(self, clock: ClipSpec, fft_samples: int, steps: int, iterations: int, momentum: float) -> None:
        super().__init__()
        self.hop_samples, self.fft_samples = clock.hop_samples, fft_samples
        self.steps, self.iterations, self.momentum = steps, iterations, momentum

    def context_frames(self, schedule: NoiseSchedule, network_frames: int) -> int:
        """Mel frames on either side on which a sample may depend; every pass of the network reaches `network_frames`."""
        return schedule.steps * network_frames

    def begin(self, start: Start, generator: torch.Generator) -> Start:
        """What the start of a sound holds beside its noise."""
        return start

    def moved(self, start: Start, log_mel: LogMelBatch) -> Start:
        """The start of what follows `log_mel`."""
        return start

    def means(self, plain: Mean, log_mel: LogMelBatch, start: Start, schedule: NoiseSchedule) -> Mean:
        """The guided means of these sounds, from WaveGrad's `plain` ones."""
        return plain


class _GriffinLimGuide(WaveGradGuide):
    """With the constants of Griffin-Lim on a mel: inverse filters and window."""

    window: torch.Tensor

    def __init__(self, clock: ClipSpec, fft_samples: int, steps: int, iterations: int, momentum: float) -> None:
        super().__init__(clock, fft_samples, steps, iterations, momentum)
        self.inverse = MelInverse(clock, fft_samples)
        self.register_buffer("window", torch.hann_window(fft_samples, dtype=torch.float32), persistent=False)

    @property
    def reach(self) -> int:
        return reach_frames(self.iterations, self.fft_samples, self.hop_samples)


class GlaGradGuide(_GriffinLimGuide):
    """GLA-Grad: the first `steps` means are projected onto the mel's magnitude."""

    default_momentum = 0.1

    def context_frames(self, schedule: NoiseSchedule, network_frames: int) -> int:
        return super().context_frames(schedule, network_frames) + min(self.steps, schedule.steps) * self.reach

    def means(self, plain: Mean, log_mel: LogMelBatch, start: Start, schedule: NoiseSchedule) -> Mean:
        magnitude = self.inverse(log_mel)

        def mean(noisy: torch.Tensor, step: int) -> torch.Tensor:
            wave = plain(noisy, step)
            if step <= schedule.steps - self.steps:
                return wave
            wanted = schedule.levels[step - 1] * magnitude
            made = project(wave, wanted, self.window, self.hop_samples, self.iterations, self.momentum)
            return made.clamp(-1.0, 1.0)  # as WaveGrad's guess; a mel at its ceiling would ask for far more

        return mean


class GlaGradPlusPlusGuide(_GriffinLimGuide):
    """GLA-Grad++: in the first `steps` the Griffin-Lim wave stands for the clean one; the default of the diffusion family."""

    default_momentum = 0.99

    def context_frames(self, schedule: NoiseSchedule, network_frames: int) -> int:
        return max(0, schedule.steps - self.steps) * network_frames + self.reach

    def begin(self, start: Start, generator: torch.Generator) -> Start:
        """The phase comes after the noise, so that the noise is that of WaveGrad without a guide for the same generator."""
        return replace(start, phase=random_phase(self.fft_samples // 2 + 1, generator))

    def moved(self, start: Start, log_mel: LogMelBatch) -> Start:
        return replace(start, phase=phase_after(self.inverse(log_mel), self.hop_samples, start.first_phase))

    def clean(self, log_mel: LogMelBatch, start: Start) -> WaveBatch:
        """y~_0, from the integrated phase, in [-1, 1] as WaveGrad's guess."""
        magnitude = self.inverse(log_mel)
        phasors = integrated_phasors(magnitude, self.hop_samples, start.first_phase)
        wave = fast_griffin_lim(magnitude, phasors, self.window, self.hop_samples, self.iterations, self.momentum)
        return wave.clamp(-1.0, 1.0)

    def means(self, plain: Mean, log_mel: LogMelBatch, start: Start, schedule: NoiseSchedule) -> Mean:
        clean = self.clean(log_mel, start) if self.steps else None

        def mean(noisy: torch.Tensor, step: int) -> torch.Tensor:
            if clean is None or step <= schedule.steps - self.steps:
                return plain(noisy, step)
            return posterior_mean(noisy, clean, schedule, step)

        return mean


GUIDES: dict[str, type[WaveGradGuide]] = {
    "none": WaveGradGuide,
    "gla_grad": GlaGradGuide,
    "gla_grad_plus_plus": GlaGradPlusPlusGuide,
}
