"""The autoencoder of the paper: an image VAE over the mel (TA-V2A section II-C),
diffusers' own `AutoencoderKL`.

Two published ones fit. Stable Diffusion's takes three equal channels in [0, 1]
(Diff-Foley feeds it so, not in [-1, 1]) and makes 4 x 16 x 64 latents of 128 bands and 512 frames. AudioLDM's
takes one channel, time first, and makes 8 channels, four times smaller in both axes. Latents are (batch,
channels, rows, columns) here, whichever axis a network has first: rows are bands, columns moments.
"""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from ldm.autoencoders.mel_autoencoder import Posterior
from vocoders.component import Component, configured


class SpectrogramVae(Component):
    """log-mel to 2-D latents and back; the default is Stable Diffusion's VAE, 84 M parameters.

    Args:
        mel_bins: bands of the mel.
        picture_channels: 3 equal ones for Stable Diffusion's, 1 for AudioLDM's.
        latent_channels: 4 or 8.
        block_out_channels, layers_per_block, norm_groups: the network's size; every level
            but the last halves both axes.
        scaling_factor: of the latents, so that they have about unit variance: 0.18215 for Stable Diffusion's.
        time_first: whether the network's first axis is time, as AudioLDM's is.
        mel_scale: of the log-mel that it reads and writes (`vocoders.hifi_gan`): "unit" is in [0, 1],
            "natural_log" the natural logarithm of the magnitude, as AudioLDM has it.

    Raises:
        ValueError: an unknown scale.
    """

    margin_columns = 8
    """Neighbours on either side of a column that its frames are decoded with, beside those of its own window.

    Group norms look at the whole of what they are given, so pieces of a long clip agree only nearly.
    """

    @configured
    def __init__(
        self,
        mel_bins: int = 128,
        picture_channels: int = 3,
        latent_channels: int = 4,
        block_out_channels: Sequence[int] = (128, 256, 512, 512),
        layers_per_block: int = 2,
        norm_groups: int = 32,
        scaling_factor: float = 0.18215,
        time_first: bool = False,
        mel_scale: str = "unit",
    ):
        super().__init__()
        if mel_scale not in ("unit", "natural_log"):
            raise ValueError(f"a mel's scale is unit or natural_log, not {mel_scale!r}")
        from diffusers import AutoencoderKL

        levels = len(block_out_channels)
        self.vae: Any = AutoencoderKL(
            in_channels=picture_channels,
            out_channels=picture_channels,
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
            block_out_channels=tuple(block_out_channels),
            layers_per_block=layers_per_block,
            latent_channels=latent_channels,
            norm_num_groups=norm_groups,
            scaling_factor=scaling_factor,
        )

    @classmethod
    def audioldm(cls, scaling_factor: float = 0.9227) -> "SpectrogramVae":
        """The shape of AudioLDM's VAE: 64 bands, 8 latent channels, four times smaller in both axes."""
        sizes: dict[str, Any] = {
            "block_out_channels": (128, 256, 512),
            "latent_channels": 8,
            "picture_channels": 1,
        }
        return cls(
            mel_bins=64, scaling_factor=scaling_factor, time_first=True, mel_scale="natural_log", **sizes
        )

    @classmethod
    def tiny(cls, **overrides: Any) -> "SpectrogramVae":
        """The same classes at the size of a test: 128 bands to 4 channels of 32
        rows, four frames a column."""
        sizes = {"block_out_channels": (8, 8, 8), "layers_per_block": 1, "norm_groups": 4}
        return cls(**{**sizes, **overrides})

    @property
    def frames_per_column(self) -> int:
        """Mel frames of one latent column, and bands of one latent row."""
        return 2 ** (len(self.config.block_out_channels) - 1)

    @property
    def latent_rows(self) -> int:
        return self.config.mel_bins // self.frames_per_column

    def encode(self, mel: Float[Tensor, "batch bins frames"]) -> Posterior:
        """log-mel on its `mel_scale` -> posterior over scaled latents (batch, channels, rows, columns).

        Raises:
            ValueError: if the frames are no positive multiple of `frames_per_column`.
        """
        frames = mel.shape[-1]
        if frames == 0 or frames % self.frames_per_column:
            raise ValueError(
                f"the autoencoder takes a positive multiple of {self.frames_per_column} mel frames, not "
                f"{frames}"
            )
        raw, scale = self.raw_posterior(mel), self.config.scaling_factor
        log_scale = torch.log(torch.tensor(scale, device=mel.device))
        return Posterior(raw.mean * scale, raw.logvar + 2 * log_scale)

    def raw_posterior(self, mel: Float[Tensor, "batch bins frames"]) -> Posterior:
        """The same over latents that are not scaled, float32."""
        picture = self._turned(mel[:, None].expand(-1, self.config.picture_channels, -1, -1))
        found = self.vae.encode(picture.to(self.dtype)).latent_dist
        return Posterior(self._turned(found.mean).float(), self._turned(found.logvar).float())

    def decode(
        self, latents: Float[Tensor, "batch latent rows columns"]
    ) -> Float[Tensor, "batch bins frames"]:
        """Scaled latents -> log-mel, clipped to [0, 1] on that scale: the picture's first
        channel, as Diff-Foley reads it."""
        mel = self.raw_mel(latents / self.config.scaling_factor)
        return mel.clamp(0.0, 1.0) if self.config.mel_scale == "unit" else mel

    def raw_mel(
        self, latents: Float[Tensor, "batch latent rows columns"]
    ) -> Float[Tensor, "batch bins frames"]:
        """The mel of latents that are not scaled, float32, not clipped."""
        return self._turned(self.vae.decode(self._turned(latents).to(self.dtype)).sample)[:, 0].float()

    def forward(self, mel: Float[Tensor, "batch bins frames"]) -> Float[Tensor, "batch bins frames"]:
        """Deterministic round trip through the posterior's mean."""
        return self.decode(self.encode(mel).mean)

    def _turned(self, picture: Tensor) -> Tensor:
        return picture.transpose(2, 3) if self.config.time_first else picture
