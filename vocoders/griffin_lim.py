"""Fast Griffin-Lim: phase from magnitude alone, no weights. The floor every other vocoder has to beat.

Perraudin, Balazs & Sondergaard 2013, "A fast Griffin-Lim algorithm", Algorithm 2, in the corrected form (the released code of
GLA-Grad updates an aliased tensor in place, which silences one iteration and flips the sign of three):

    a <- c - m / (1 + m) * c_previous,   a <- a / |a|,   c_previous <- c,   c <- STFT(iSTFT(max(magnitude, 0) * a))

The starting phase is integrated along time from the magnitude's own gradient (Prusa & Sondergaard 2016, "Real-time spectrogram
inversion using phase gradient heap integration", eq. 4), not drawn at random: a tone then starts as a tone, and eight iterations do for
most sounds what sixteen do from random phase.
"""

from math import pi

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from jaxtyping import Complex, Float

from vocoders.clock import ClipSpec
from vocoders.mel import MelInverse
from vocoders.spectrum import Float32Constants, istft, stft

HANN_GAMMA = 0.25645  # Gaussian that fits a Hann window best, in units of its length squared (Prusa & Sondergaard 2016, table 1)
SILENCE = 1e-9  # modulus below which a coefficient has no phase; far under the 1e-4 floor of the mel


def check_log_mel(log_mel: torch.Tensor, mel_bins: int) -> None:
    """Raises ValueError unless `log_mel` is (batch, mel_bins, frames >= 1) and finite."""
    if log_mel.ndim != 3 or log_mel.shape[1] != mel_bins or log_mel.shape[2] < 1:
        raise ValueError(f"a vocoder needs a log-mel of shape (batch, {mel_bins}, frames >= 1), not {tuple(log_mel.shape)}")
    if not bool(torch.isfinite(log_mel).all()):
        raise ValueError("the log-mel holds NaN or infinite values")


def phase_from_gradient(
    magnitude: Float[torch.Tensor, "batch bins frames"], hop_samples: int, generator: torch.Generator | None = None
) -> Complex[torch.Tensor, "batch bins frames"]:
    """Unit phasors to start from: the phase of every bin, integrated over time.

    d(phase)/d(time) of bin k is its centre frequency plus d(log magnitude)/d(k) * hop * fft / gamma. Only the phase of the first frame is
    random, one draw for all sounds of a batch, so that a sound does not depend on its neighbours. Without a generator: seed 0.
    """
    bins = magnitude.shape[1]
    fft_samples = 2 * (bins - 1)
    if generator is None:
        generator = torch.Generator().manual_seed(0)
    first = torch.rand(bins, 1, generator=generator, device=generator.device).to(magnitude.device) * (2 * pi)
    level = magnitude.clamp_min(1e-5).log()
    advance = torch.zeros_like(level)
    advance[:, 1:-1] = (level[:, 2:] - level[:, :-2]) * (0.5 * hop_samples / (HANN_GAMMA * fft_samples))
    advance += torch.arange(bins, device=magnitude.device, dtype=torch.float32)[:, None] * (2 * pi * hop_samples / fft_samples)
    advance.remainder_(2 * pi)  # only modulo a turn matters, and small numbers keep float32 exact over long sums
    steps = torch.cat([torch.zeros_like(advance[..., :1]), advance[..., :-1]], dim=-1)
    phase = first + torch.cumsum(steps, dim=-1)
    return torch.polar(torch.ones_like(phase), phase)


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


class GriffinLim(Float32Constants, ModelMixin, ConfigMixin):
    """Log-mel to waveform by fast Griffin-Lim; a diffusers component without weights.

    Args:
        iterations: projections; 0 leaves the starting phase.
        momentum: m of Algorithm 2, 0 gives the Griffin-Lim of 1984.
    """

    @register_to_config
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
        self.register_buffer("weightless", torch.zeros(1), persistent=True)

    @torch.no_grad()
    def forward(
        self, log_mel: Float[torch.Tensor, "batch bands frames"], generator: torch.Generator | None = None
    ) -> Float[torch.Tensor, "batch samples"]:
        """(B, mel_bins, F) in [0, 1] to (B, F * hop) float32, absolute level kept.

        The result depends on `log_mel` and the generator's state alone (no generator: seed 0), not on the rest of the batch.

        Raises:
            ValueError: for NaN, infinity or a wrong shape.
        """
        check_log_mel(log_mel, self.config.mel_bins)
        with torch.autocast(log_mel.device.type, enabled=False):
            magnitude = self.inverse(log_mel)
            phasors = phase_from_gradient(magnitude, self.config.hop_samples, generator)
            return fast_griffin_lim(magnitude, phasors, self.window, self.config.hop_samples, self.config.iterations, self.config.momentum)
