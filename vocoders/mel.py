"""The log-mel picture of sound and the way back to a magnitude spectrum.

Front end of Diff-Foley (arXiv 2306.17203, the one TA-V2A keeps): 16 kHz, FFT 1024, Hann, Slaney
mel *magnitude* (power 1), 128 bands of 125-7600 Hz, then x = clip(0.2 * log10(a) + 0.8, 0, 1), so
that x covers a in [1e-4, 10].
"""

import torch
from jaxtyping import Float

from vocoders.clock import MEL_HIGH_HZ, MEL_LOW_HZ, MINI, ClipSpec
from vocoders.spectrum import Float32Constants, stft

MEL_FFT_SAMPLES = 1024
MEL_FLOOR = 1e-5  # magnitude below which the logarithm is cut, as in the original


def compress(mel: Float[torch.Tensor, "*shape"]) -> Float[torch.Tensor, "*shape"]:
    """Mel magnitude a >= 0 to x = 0.2 log10(max(a, 1e-5)) + 0.8 clipped to [0, 1]."""
    return (0.2 * torch.log10(mel.clamp_min(MEL_FLOOR)) + 0.8).clamp(0.0, 1.0)


def expand(log_mel: Float[torch.Tensor, "*shape"]) -> Float[torch.Tensor, "*shape"]:
    """The inverse of `compress`: a = 10^(5x - 4) in [1e-4, 10]; x <= 0 means "nothing
    measured" and gives exactly 0."""
    mel = torch.pow(10.0, 5.0 * log_mel.clamp(0.0, 1.0) - 4.0)
    return torch.where(log_mel > 0, mel, torch.zeros_like(mel))


def mel_filters(
    spec: ClipSpec = MINI, fft_samples: int = MEL_FFT_SAMPLES
) -> Float[torch.Tensor, "bands bins"]:
    """Slaney mel filters with Slaney (area) normalisation, float32, rows are bands, columns are FFT bins."""
    from torchaudio.functional import melscale_fbanks

    default = torch.get_default_dtype()
    try:
        # melscale_fbanks computes in the default dtype, which is half while a loader
        # builds a half-precision model.
        torch.set_default_dtype(torch.float32)
        columns = melscale_fbanks(
            fft_samples // 2 + 1,
            MEL_LOW_HZ,
            MEL_HIGH_HZ,
            spec.mel_bins,
            spec.sample_rate_hz,
            norm="slaney",
            mel_scale="slaney",
        )
    finally:
        torch.set_default_dtype(default)
    return columns.T.contiguous()


class LogMel(Float32Constants):
    """Waveform to log-mel in [0, 1]; frame f is centred on sample f * hop,
    silence is assumed outside the wave.

    Holds no parameters and nothing in its state dict. Computes in float32 whatever the
    autocast, and is differentiable.
    """

    window: torch.Tensor
    filters: torch.Tensor

    def __init__(self, spec: ClipSpec = MINI, fft_samples: int = MEL_FFT_SAMPLES) -> None:
        super().__init__()
        self.spec = spec
        self.fft_samples = fft_samples
        self.register_buffer("window", torch.hann_window(fft_samples, dtype=torch.float32), persistent=False)
        self.register_buffer("filters", mel_filters(spec, fft_samples), persistent=False)

    def magnitude(
        self, wave: Float[torch.Tensor, "batch samples"]
    ) -> Float[torch.Tensor, "batch bins frames"]:
        """STFT magnitude of the frames centred inside the wave: frames = samples // hop (the centred
        frame after the end is dropped).

        Raises:
            ValueError: if `wave` is not (batch, samples) or shorter than one hop.
        """
        hop = self.spec.hop_samples
        if wave.ndim != 2 or wave.shape[-1] < hop:
            raise ValueError(
                f"the mel needs waves of shape (batch, samples) with at least {hop} samples, not "
                f"{tuple(wave.shape)}"
            )
        with torch.autocast(wave.device.type, enabled=False):
            return stft(wave.float(), self.window, hop).abs()

    def mel(self, wave: Float[torch.Tensor, "batch samples"]) -> Float[torch.Tensor, "batch bands frames"]:
        """Mel magnitude, linear and unclipped."""
        magnitude = self.magnitude(wave)
        with torch.autocast(wave.device.type, enabled=False):
            return torch.matmul(self.filters, magnitude)

    def forward(
        self, wave: Float[torch.Tensor, "batch samples"]
    ) -> Float[torch.Tensor, "batch bands frames"]:
        """(B, samples) in [-1, 1] to (B, 128, samples // hop) in [0, 1]."""
        return compress(self.mel(wave))


class MelInverse(Float32Constants):
    """Log-mel to a non-negative STFT magnitude whose mel it is.

    Starts from the clamped pseudo-inverse (which has a few per cent of negative entries) and takes
    multiplicative non-negative least-squares steps, x <- x * W'y / (W'Wx + eps)
    (Lee & Seung 2001, eq. 4), which can only lessen |Wx - y|. Bins outside 125-7600 Hz stay 0. All
    products are computed once, at construction.
    """

    row_gain: torch.Tensor
    transposed: torch.Tensor
    gram: torch.Tensor
    pseudo_inverse: torch.Tensor
    heard: torch.Tensor

    def __init__(self, spec: ClipSpec = MINI, fft_samples: int = MEL_FFT_SAMPLES, steps: int = 4) -> None:
        super().__init__()
        self.steps = steps
        filters = mel_filters(spec, fft_samples)
        # Rows scaled to unit sum: an error then weighs the same in narrow low and in wide high bands.
        self.register_buffer("row_gain", filters.sum(dim=1).reciprocal()[:, None], persistent=False)
        rows = filters * self.row_gain
        self.register_buffer("transposed", rows.T.contiguous(), persistent=False)
        self.register_buffer("gram", rows.T @ rows, persistent=False)
        self.register_buffer("pseudo_inverse", torch.linalg.pinv(rows.double()).float(), persistent=False)
        self.register_buffer("heard", (rows.sum(dim=0) > 0).float()[:, None], persistent=False)

    def forward(
        self, log_mel: Float[torch.Tensor, "batch bands frames"]
    ) -> Float[torch.Tensor, "batch bins frames"]:
        """(B, 128, F) in [0, 1] to (B, 513, F) >= 0, float32."""
        with torch.autocast(log_mel.device.type, enabled=False):
            target = expand(log_mel.float()) * self.row_gain
            correlation = torch.matmul(self.transposed, target)
            # Zeros would stay zero under multiplication: a clamped bin starts again
            # from a small share of its bands.
            magnitude = (
                torch.maximum(torch.matmul(self.pseudo_inverse, target), 0.1 * correlation) * self.heard
            )
            for _ in range(self.steps):
                magnitude = magnitude * correlation / (torch.matmul(self.gram, magnitude) + 1e-12)
            return magnitude
