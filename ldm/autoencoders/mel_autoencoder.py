"""A one-dimensional mel autoencoder: the mel bands are channels, only time is convolved.

The latent plays the part of z_0 = E(x_a) and x_a = D(z_0) in TA-V2A section II-C. Along one time axis a dense convolution reaches the
processor's matrix-product speed, where the two-dimensional VAE of Stable Diffusion trains some thirty times slower on a CPU.
Every operation looks only at its neighbourhood in time (normalisation is over the channels of one column, never over time), so a column's
latent depends on nothing far away: any length works, and a long clip may be decoded in pieces that agree where they overlap.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from vocoders.component import Component, configured
from vocoders.training.joined_batch import own

LOGVAR_RANGE = (-12.0, 6.0)  # keeps exp() finite in half precision
FIRST_LOGVAR = -5.0  # the posterior starts narrow: the principal components are worth keeping


@dataclass(frozen=True)
class Posterior:
    """A diagonal Gaussian over the scaled latents; `mean` and `logvar` are (batch, latent, columns), or (batch, latent, rows, columns)."""

    mean: Tensor
    logvar: Tensor

    def mode(self) -> Tensor:
        return self.mean

    def sample(self, generator: torch.Generator | None = None) -> Tensor:
        """One draw a row; of processes that share a batch, each draws the noise of its own rows
        (`vocoders.training.joined_batch.own`)."""
        where: dict[str, Any] = {"generator": generator, "dtype": torch.float32, "device": self.mean.device}
        noise = own(lambda rows: torch.randn(rows, *self.mean.shape[1:], **where), len(self.mean))
        return self.mean + torch.exp(0.5 * self.logvar) * noise

    def moments(self) -> Float[Tensor, "3 latent"]:
        """Of samples, per channel: their number, their sum and the sum of their squares. They add up over
        batches."""
        mean, logvar = self.mean.detach().float(), self.logvar.detach().float()
        count = mean.new_full((mean.shape[1],), mean.shape[0] * mean.shape[2])
        return torch.stack([count, mean.sum((0, 2)), (mean.square() + logvar.exp()).sum((0, 2))])


class VaeLosses(NamedTuple):
    """Scalars of one batch; `total` is what is minimised."""

    total: Tensor
    reconstruction: Tensor
    difference: Tensor
    kl: Tensor


class ColumnNorm(nn.LayerNorm):
    """Layer norm over the channels of (batch, channels, time): local in time, unlike a group norm."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.transpose(1, 2).contiguous()).transpose(1, 2).contiguous()


class ResBlock(nn.Module):
    """norm, SiLU, convolution, twice; the second convolution starts at zero, so a fresh block is the identity."""

    def __init__(self, channels: int, dilation: int = 1):
        super().__init__()
        self.norm1 = ColumnNorm(channels)
        self.conv1 = nn.Conv1d(channels, channels, 3, padding=dilation, dilation=dilation)
        self.norm2 = ColumnNorm(channels)
        self.conv2 = nn.Conv1d(channels, channels, 3, padding=1)
        for parameter in self.conv2.parameters():
            nn.init.zeros_(parameter)

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        return x + self.conv2(F.silu(self.norm2(h)))


class Upsample(nn.Module):
    """Doubles the time axis: one convolution predicts both halves of every step."""

    def __init__(self, channels_in: int, channels_out: int):
        super().__init__()
        self.conv = nn.Conv1d(channels_in, 2 * channels_out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        halves = self.conv(x).unflatten(1, (-1, 2))  # (B, C, 2, T)
        return halves.transpose(2, 3).flatten(2)


class MelAutoencoder(Component):
    """512 frames x 128 bands -> 128 columns x 48 latent channels (time / 4), about 4 M parameters.

    Encoder and decoder are each a linear map of the column's patch (4 frames x bands) plus a network that corrects it. The linear maps
    start as the patches' principal components, so that training begins where a good linear code ends.

    Args:
        mel_bins: bands of the mel, the input's channels.
        latent_channels: channels Z of a latent column.
        widths: channels at a half, at a quarter and, in the decoder's last block, at the full frame rate.
        encoder_blocks: residual blocks at a half and at a quarter of the frame rate.
        decoder_blocks: residual blocks at a quarter, a half and the full frame rate; those at a quarter are dilated by 1, 2, 4, ...
    """

    frames_per_column = 4
    margin_columns = 10
    """Reach of the decoder: columns on either side on which a column's frames depend at most."""
    latent_shift: Tensor
    latent_scale: Tensor

    @configured
    def __init__(
        self,
        mel_bins: int = 128,
        latent_channels: int = 48,
        widths: Sequence[int] = (256, 320, 160),
        encoder_blocks: Sequence[int] = (1, 1),
        decoder_blocks: Sequence[int] = (2, 1, 1),
    ):
        super().__init__()
        half, quarter, full = widths
        self.encoder = nn.Sequential(
            nn.Conv1d(mel_bins, half, 4, stride=2, padding=1),
            *(ResBlock(half) for _ in range(encoder_blocks[0])),
            nn.Conv1d(half, quarter, 4, stride=2, padding=1),
            *(ResBlock(quarter) for _ in range(encoder_blocks[1])),
            ColumnNorm(quarter),
            nn.SiLU(),
            nn.Conv1d(quarter, 2 * latent_channels, 1),
        )
        self.decoder = nn.Sequential(
            nn.Conv1d(latent_channels, quarter, 3, padding=1),
            *(ResBlock(quarter, dilation=2**i) for i in range(decoder_blocks[0])),
            Upsample(quarter, half),
            *(ResBlock(half) for _ in range(decoder_blocks[1])),
            Upsample(half, full),
            *(ResBlock(full) for _ in range(decoder_blocks[2])),
            ColumnNorm(full),
            nn.SiLU(),
            nn.Conv1d(full, mel_bins, 3, padding=1),
        )
        self.encode_patch = nn.Conv1d(mel_bins, latent_channels, self.frames_per_column, stride=self.frames_per_column)
        self.decode_patch = nn.ConvTranspose1d(latent_channels, mel_bins, self.frames_per_column, stride=self.frames_per_column)
        for correction in (self.encoder[-1], self.decoder[-1]):
            for parameter in correction.parameters():
                nn.init.zeros_(parameter)
        nn.init.constant_(self.encoder[-1].get_parameter("bias")[latent_channels:], FIRST_LOGVAR)
        self.register_buffer("latent_shift", torch.zeros(latent_channels))  # mean of the raw latents
        self.register_buffer("latent_scale", torch.ones(latent_channels))  # their standard deviation

    @classmethod
    def tiny(cls) -> "MelAutoencoder":
        """The same network at the size of a test (8 bands, 4 latent channels)."""
        return cls(mel_bins=8, latent_channels=4, widths=(12, 16, 8))

    def encode(self, mel: Float[Tensor, "batch bins frames"]) -> Posterior:
        """log-mel in [0, 1] -> posterior over latents of about zero mean and unit variance per channel.

        Raises:
            ValueError: if the frames are no positive multiple of 4.
        """
        mean, logvar = self._encode_raw(mel)
        shift, scale = self.latent_shift[:, None], self.latent_scale[:, None]
        return Posterior((mean - shift) / scale, logvar - 2 * torch.log(scale))

    def decode(self, latents: Float[Tensor, "batch latent columns"]) -> Float[Tensor, "batch bins frames"]:
        """Scaled latents -> log-mel clipped to [0, 1], four frames a column."""
        raw = latents * self.latent_scale[:, None] + self.latent_shift[:, None]
        return self._decode_raw(raw).clamp(0.0, 1.0)

    def forward(self, mel: Float[Tensor, "batch bins frames"]) -> Float[Tensor, "batch bins frames"]:
        """Deterministic round trip through the posterior's mean."""
        return self.decode(self.encode(mel).mean)

    def losses(
        self,
        mel: Float[Tensor, "batch bins frames"],
        kl_weight: float = 3e-4,
        difference_weight: float = 0.5,
        generator: torch.Generator | None = None,
        sample: bool = True,
        posterior: Posterior | None = None,
    ) -> VaeLosses:
        """L1 on the log-mel, L1 on its difference in time (keeps attacks sharp), and a light KL to N(0, 1),
        all means over elements.

        `posterior` is `raw_posterior(mel)`, where that is already known.
        """
        posterior = self.raw_posterior(mel) if posterior is None else posterior
        mean, logvar = posterior.mean, posterior.logvar
        output = self._decode_raw(posterior.sample(generator) if sample else mean).float()
        reconstruction = (output - mel).abs().mean()
        difference = (output.diff(dim=-1) - mel.diff(dim=-1)).abs().mean()
        kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
        return VaeLosses(reconstruction + difference_weight * difference + kl_weight * kl, reconstruction, difference, kl)

    def raw_posterior(self, mel: Float[Tensor, "batch bins frames"]) -> Posterior:
        """The posterior before shift and scale: what the losses are about."""
        return Posterior(*self._encode_raw(mel))

    @torch.no_grad()
    def follow_latent_statistics(self, moments: Float[Tensor, "3 latent"], momentum: float = 0.0) -> None:
        """Move shift and scale toward mean and standard deviation of raw latents with these
        `Posterior.moments`; momentum 0 sets them."""
        count, total, squares = moments
        shift = total / count
        scale = (squares / count - shift.square()).clamp_min(1e-8).sqrt()
        self.latent_shift.lerp_(shift.to(self.latent_shift), 1 - momentum)
        self.latent_scale.lerp_(scale.to(self.latent_scale), 1 - momentum)

    def _encode_raw(self, mel: Tensor) -> tuple[Tensor, Tensor]:
        frames = mel.shape[-1]
        if frames == 0 or frames % self.frames_per_column:
            raise ValueError(f"the autoencoder takes a positive multiple of {self.frames_per_column} mel frames, not {frames}")
        x = 4 * mel - 2
        correction, logvar = self.encoder(x).float().chunk(2, dim=1)
        return self.encode_patch(x).float() + correction, logvar.clamp(*LOGVAR_RANGE)

    def _decode_raw(self, raw: Tensor) -> Tensor:
        return 0.5 + 0.25 * (self.decode_patch(raw) + self.decoder(raw))

    @torch.no_grad()
    def channel_importance(self) -> Float[Tensor, " latent"]:
        """How much of the mel one unit of each scaled latent channel moves (root mean square of its patch), divided by the mean.

        Whitened channels are equal in variance, not in what they carry: the first ones hold loudness and colour, the last ones grain.
        """
        size = self.decode_patch.weight.square().mean((1, 2)).sqrt() * self.latent_scale
        return size / size.mean()

    @torch.no_grad()
    def start_from_principal_components(self, mel: Float[Tensor, "batch bins frames"]) -> None:
        """Sets the two linear maps to the whitened principal components of all patches of `mel` and back.

        Raises:
            ValueError: if `mel` holds fewer patches than there are latent channels.
        """
        size, channels = self.frames_per_column, self.config.latent_channels
        patches = (4 * mel.float() - 2).unfold(2, size, 1).transpose(1, 2).flatten(2).flatten(0, 1)  # (patches, bins * size)
        if len(patches) < channels:
            raise ValueError(f"{channels} principal components need as many patches, not {len(patches)}")
        centre = patches.mean(0)
        _, spread, basis = torch.linalg.svd(patches - centre, full_matrices=False)
        spread = (spread[:channels] / len(patches) ** 0.5).clamp_min(1e-4)[:, None]
        rows = basis[:channels]
        self.encode_patch.weight.copy_((rows / spread).unflatten(1, (-1, size)))
        self.encode_patch.get_parameter("bias").copy_(-(rows / spread) @ centre)
        self.decode_patch.weight.copy_((rows * spread).unflatten(1, (-1, size)))
        self.decode_patch.get_parameter("bias").copy_(centre.unflatten(0, (-1, size)).mean(1))
