"""HiFi-GAN (Kong, Kim & Bae 2020, arXiv 2010.05646, section 2) as transformers' `SpeechT5HifiGan`, which is AudioLDM's vocoder, too.

A mel is raised to the sample rate by transposed convolutions, each followed by residual blocks of several kernel sizes whose outputs are
averaged (multi-receptive field fusion). One pass, no randomness.

What goes wrong most often is the mel, so it is explicit here. Axes are (batch, bands, frames), as for every vocoder; the library's class
wants (batch, frames, bands). `network_scale` says on which scale the network was trained, `input_scale` on which it is called:
"unit" is x = 0.2 log10(a) + 0.8 in [0, 1] of `vocoders.mel`, "natural_log" is ln(max(a, 1e-5)), as AudioLDM has it. The network's own
normalisation by the mean and scale of every band (`normalize_before`) comes after that. Bands, their range and the hop are the network's
own: a network for 64 bands of 0-8000 Hz cannot be called with 128 bands of 125-7600 Hz, whatever the scale.
"""

from collections.abc import Sequence
from math import ceil, prod
from os import PathLike
from typing import Literal, get_args

import torch
from jaxtyping import Float

from vocoders.component import configured
from vocoders.mel import MEL_FLOOR, compress, expand
from vocoders.role import Start, Vocoder
from vocoders.spectrum import Float32Constants, stft

Scale = Literal["unit", "natural_log"]
AUDIOLDM_BANDS, AUDIOLDM_HIGH_HZ, AUDIOLDM_HOP_SAMPLES, AUDIOLDM_FFT_SAMPLES = 64, 8000.0, 160, 1024


def rescaled(log_mel: Float[torch.Tensor, "*shape"], given: str, wanted: str) -> Float[torch.Tensor, "*shape"]:
    """The same mel magnitudes on another scale; what is "unit" is clipped to [0, 1]."""
    if given == wanted:
        return log_mel.clamp(0.0, 1.0) if given == "unit" else log_mel
    return expand(log_mel).clamp_min(MEL_FLOOR).log() if wanted == "natural_log" else compress(log_mel.exp())


class HifiGan(Vocoder):
    """Log-mel to waveform by HiFi-GAN.

    Args:
        hop_samples: the product of `upsample_rates`.
        upsample_rates, upsample_kernel_sizes, upsample_initial_channel, resblock_kernel_sizes, resblock_dilation_sizes,
        leaky_relu_slope, normalize_before: of `transformers.SpeechT5HifiGanConfig`. The defaults are V1 of the paper at hop 256.
        input_scale, network_scale: see the module.

    Raises:
        ValueError: if the rates do not multiply to the hop, or a scale is none.
    """

    @configured
    def __init__(
        self,
        sample_rate_hz: int = 16_000,
        hop_samples: int = 256,
        mel_bins: int = 128,
        upsample_rates: Sequence[int] = (8, 8, 2, 2),
        upsample_kernel_sizes: Sequence[int] = (16, 16, 4, 4),
        upsample_initial_channel: int = 512,
        resblock_kernel_sizes: Sequence[int] = (3, 7, 11),
        resblock_dilation_sizes: Sequence[Sequence[int]] = ((1, 3, 5), (1, 3, 5), (1, 3, 5)),
        leaky_relu_slope: float = 0.1,
        normalize_before: bool = False,
        input_scale: str = "unit",
        network_scale: str = "unit",
    ) -> None:
        super().__init__()
        if prod(upsample_rates) != hop_samples:
            raise ValueError(f"upsampling by {tuple(upsample_rates)} does not make a hop of {hop_samples}")
        if not {input_scale, network_scale} <= set(get_args(Scale)):
            raise ValueError(f"a mel's scale is one of {get_args(Scale)}, not {input_scale!r} and {network_scale!r}")
        from transformers import SpeechT5HifiGan, SpeechT5HifiGanConfig

        self.network = SpeechT5HifiGan(
            SpeechT5HifiGanConfig(
                model_in_dim=mel_bins,
                sampling_rate=sample_rate_hz,
                upsample_initial_channel=upsample_initial_channel,
                upsample_rates=list(upsample_rates),
                upsample_kernel_sizes=list(upsample_kernel_sizes),
                resblock_kernel_sizes=list(resblock_kernel_sizes),
                resblock_dilation_sizes=[list(row) for row in resblock_dilation_sizes],
                leaky_relu_slope=leaky_relu_slope,
                normalize_before=normalize_before,
            )
        )

    @classmethod
    def from_speecht5(
        cls, folder: str | PathLike, input_scale: str = "natural_log", network_scale: str = "natural_log", subfolder: str = ""
    ) -> "HifiGan":
        """A checkpoint of transformers' own class, such as the folder `vocoder` of an AudioLDM pipeline; nothing is downloaded.

        Raises:
            OSError: if there is no such checkpoint.
        """
        from transformers import SpeechT5HifiGan

        network = SpeechT5HifiGan.from_pretrained(folder, subfolder=subfolder, local_files_only=True, dtype=torch.float32)
        of = network.config
        vocoder = cls(
            sample_rate_hz=of.sampling_rate,
            hop_samples=prod(of.upsample_rates),
            mel_bins=of.model_in_dim,
            upsample_rates=tuple(of.upsample_rates),
            upsample_kernel_sizes=tuple(of.upsample_kernel_sizes),
            upsample_initial_channel=of.upsample_initial_channel,
            resblock_kernel_sizes=tuple(of.resblock_kernel_sizes),
            resblock_dilation_sizes=tuple(tuple(row) for row in of.resblock_dilation_sizes),
            leaky_relu_slope=of.leaky_relu_slope,
            normalize_before=of.normalize_before,
            input_scale=input_scale,
            network_scale=network_scale,
        )
        vocoder.network.load_state_dict(network.state_dict())
        return vocoder.eval()

    @property
    def context_frames(self) -> int:
        config, rate, frames = self.config, 1, 3.0
        kernels = zip(config.resblock_kernel_sizes, config.resblock_dilation_sizes, strict=True)
        widest = max((kernel // 2) * (sum(dilations) + len(dilations)) for kernel, dilations in kernels)
        for factor, kernel in zip(config.upsample_rates, config.upsample_kernel_sizes, strict=True):
            frames += (kernel / factor + 1) / rate
            rate *= factor
            frames += widest / rate
        return ceil(frames + 3 / rate) + 1

    def piece(self, log_mel: Float[torch.Tensor, "batch bands frames"], start: Start) -> Float[torch.Tensor, "batch samples"]:
        config = self.config
        spectrogram = rescaled(log_mel.float(), config.input_scale, config.network_scale)
        wave = self.network(spectrogram.transpose(1, 2).to(self.dtype)).float()
        # An odd difference of kernel and rate, as AudioLDM has it, leaves a few samples too many at the end.
        samples = log_mel.shape[-1] * config.hop_samples
        wave = torch.nn.functional.pad(wave, (0, max(0, samples - wave.shape[-1])))
        return wave[:, :samples]


class AudioLdmMel(Float32Constants):
    """AudioLDM's log-mel: 64 Slaney bands of 0-8000 Hz, FFT 1024, hop 160 at 16 kHz, ln(max(magnitude, 1e-5)); no parameters."""

    filters: torch.Tensor
    window: torch.Tensor

    def __init__(self, sample_rate_hz: int = 16_000) -> None:
        super().__init__()
        from torchaudio.functional import melscale_fbanks

        bins = AUDIOLDM_FFT_SAMPLES // 2 + 1
        columns = melscale_fbanks(bins, 0.0, AUDIOLDM_HIGH_HZ, AUDIOLDM_BANDS, sample_rate_hz, norm="slaney", mel_scale="slaney")
        self.register_buffer("filters", columns.T.float().contiguous(), persistent=False)
        self.register_buffer("window", torch.hann_window(AUDIOLDM_FFT_SAMPLES, dtype=torch.float32), persistent=False)

    def forward(self, wave: Float[torch.Tensor, "batch samples"]) -> Float[torch.Tensor, "batch bands frames"]:
        """(B, samples) to (B, 64, samples // 160), the input of AudioLDM's HiFi-GAN."""
        magnitude = stft(wave.float(), self.window, AUDIOLDM_HOP_SAMPLES).abs()
        return torch.matmul(self.filters, magnitude).clamp_min(MEL_FLOOR).log()
