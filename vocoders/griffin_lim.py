"""Fast Griffin-Lim: phase from magnitude alone, no weights. The floor every other vocoder has to beat.

Perraudin, Balazs & Sondergaard 2013, "A fast Griffin-Lim algorithm", Algorithm 2, in the corrected form (the released code of
GLA-Grad updates an aliased tensor in place, which silences one iteration and flips the sign of three):

    a <- c - m / (1 + m) * c_previous,   a <- a / |a|,   c_previous <- c,   c <- STFT(iSTFT(max(magnitude, 0) * a))

The starting phase is integrated along time from the magnitude's own gradient (Prusa & Sondergaard 2016, "Real-time spectrogram
inversion using phase gradient heap integration", eq. 4), not drawn at random: a tone then starts as a tone, and eight iterations do for
most sounds what sixteen do from random phase.
"""

from dataclasses import replace
from math import pi

import torch
from jaxtyping import Complex, Float

from vocoders.clock import ClipSpec
from vocoders.component import configured
from vocoders.mel import MelInverse
from vocoders.role import Start, Vocoder, random_phase, seeded
from vocoders.spectrum import Float32Constants, istft, stft

HANN_GAMMA = 0.25645  # Gaussian that fits a Hann window best, in units of its length squared (Prusa & Sondergaard 2016, table 1)
SILENCE = 1e-9  # modulus below which a coefficient has no phase; far under the 1e-4 floor of the mel


def phase_advance(magnitude: Float[torch.Tensor, "batch bins frames"], hop_samples: int) -> Float[torch.Tensor, "batch bins frames"]:
    """Radians in [0, 2 pi) by which the phase of every bin grows from each frame to the next.

    d(phase)/d(time) of bin k is its centre frequency plus d(log magnitude)/d(k) * hop * fft / gamma.
    """
    bins = magnitude.shape[1]
    fft_samples = 2 * (bins - 1)
    level = magnitude.clamp_min(1e-5).log()
    advance = torch.zeros_like(level)
    advance[:, 1:-1] = (level[:, 2:] - level[:, :-2]) * (0.5 * hop_samples / (HANN_GAMMA * fft_samples))
    advance += torch.arange(bins, device=magnitude.device, dtype=torch.float32)[:, None] * (2 * pi * hop_samples / fft_samples)
    return advance.remainder_(2 * pi)  # only modulo a turn matters, and small numbers keep float32 exact over long sums


def integrated_phasors(
    magnitude: Float[torch.Tensor, "batch bins frames"], hop_samples: int, first: Float[torch.Tensor, "#batch bins 1"]
) -> Complex[torch.Tensor, "batch bins frames"]:
    """Unit phasors to start from: the phase of every bin, integrated over time from that of the first frame."""
    advance = phase_advance(magnitude, hop_samples)
    steps = torch.cat([torch.zeros_like(advance[..., :1]), advance[..., :-1]], dim=-1)
    phase = first.to(magnitude.device) + torch.cumsum(steps, dim=-1)
    return torch.polar(torch.ones_like(phase), phase)


def phase_after(
    magnitude: Float[torch.Tensor, "batch bins frames"], hop_samples: int, first: Float[torch.Tensor, "#batch bins 1"]
) -> Float[torch.Tensor, "batch bins 1"]:
    """The phase, in [0, 2 pi), that `integrated_phasors` would give the frame after the last."""
    total = phase_advance(magnitude, hop_samples).double().sum(dim=-1, keepdim=True)
    return (first.to(magnitude.device) + total).remainder(2 * pi).float()


def fast_griffin_lim(
    magnitude: Float[torch.Tensor, "batch bins frames"],
    phasors: Complex[torch.Tensor, "batch bins frames"],
    window: Float[torch.Tensor, " fft"],
    hop_samples: int,
    iterations: int,
    momentum: float,
) -> Float[torch.Tensor, "batch samples"]:
    """The wave (batch, frames * hop) whose STFT magnitude comes near `magnitude`; amplitude is kept, never normalised."""
    magnitude = magnitude.clamp_min(0.0)
    share = momentum / (1.0 + momentum)
    wave = istft(magnitude * phasors, window, hop_samples)
    previous = None
    for _ in range(iterations):
        current = stft(wave, window, hop_samples)
        # A new tensor each time: `current` must live on unchanged as the next `previous`.
        guess = current.clone() if previous is None else torch.sub(current, previous, alpha=share)
        parts = torch.view_as_real(guess)
        # Divide by the modulus of the *corrected* coefficient, as |a| + SILENCE, so that silence stays finite.
        modulus = parts.square().sum(-1).sqrt_().add_(SILENCE)
        parts.mul_((magnitude / modulus).unsqueeze(-1))
        previous = current
        wave = istft(guess, window, hop_samples)
    return wave


def reach_frames(iterations: int, fft_samples: int, hop_samples: int) -> int:
    """Frames on either side that `iterations` of Griffin-Lim can carry something: frames overlap with fft / hop - 1 neighbours."""
    return (iterations + 2) * (-(-fft_samples // hop_samples) - 1)


class GriffinLim(Float32Constants, Vocoder):
    """Log-mel to waveform by fast Griffin-Lim; a diffusers component without weights.

    Args:
        iterations: projections; 0 leaves the starting phase.
        momentum: m of Algorithm 2, 0 gives the Griffin-Lim of 1984.
    """

    window: torch.Tensor

    @configured
    def __init__(
        self,
        sample_rate_hz: int = 16_000,
        hop_samples: int = 256,
        mel_bins: int = 128,
        fft_samples: int = 1024,
        iterations: int = 32,
        momentum: float = 0.99,
    ) -> None:
        super().__init__()
        spec = ClipSpec(sample_rate_hz=sample_rate_hz, hop_samples=hop_samples, mel_bins=mel_bins)
        self.inverse = MelInverse(spec, fft_samples)
        self.register_buffer("window", torch.hann_window(fft_samples, dtype=torch.float32), persistent=False)
        # Loading asks for a weights file and saving an empty state dict writes none: one zero stands for "no weights".
        # It is a parameter: accelerate's offload hooks look at the first one to see where a model is.
        self.weightless = torch.nn.Parameter(torch.zeros(1), requires_grad=False)

    @property
    def context_frames(self) -> int:
        return reach_frames(self.config.iterations, self.config.fft_samples, self.config.hop_samples)

    def begin(self, generator: torch.Generator | None = None) -> Start:
        return Start(phase=random_phase(self.config.fft_samples // 2 + 1, seeded(generator)))

    def moved(self, start: Start, log_mel: Float[torch.Tensor, "batch bands frames"]) -> Start:
        phase = phase_after(self.inverse(log_mel), self.config.hop_samples, start.first_phase)
        return replace(super().moved(start, log_mel), phase=phase)

    def piece(self, log_mel: Float[torch.Tensor, "batch bands frames"], start: Start) -> Float[torch.Tensor, "batch samples"]:
        magnitude = self.inverse(log_mel)
        phasors = integrated_phasors(magnitude, self.config.hop_samples, start.first_phase)
        return fast_griffin_lim(magnitude, phasors, self.window, self.config.hop_samples, self.config.iterations, self.config.momentum)
