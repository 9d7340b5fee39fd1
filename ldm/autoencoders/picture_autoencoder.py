"""Pictures to small latents and back, picture by picture: nothing is mixed in time, so onsets stay where they
are."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from vocoders.component import Component, configured
from vocoders.training.joined_batch import everyones_mean, joined

SIDE = 16
"""Pixels of a latent cell's side."""
AT_ONCE = 8
"""Pictures of a film that are coded together: more of them leave a processor's cache."""
_LEAST_STD = 1e-3


class PictureLosses(NamedTuple):
    """Of one batch of short films, each a scalar."""

    total: Tensor
    pixels: Tensor
    moving: Tensor
    change: Tensor


class _Residual(nn.Module):
    """x + two 3 x 3 convolutions with group norms."""

    def __init__(self, width: int):
        super().__init__()
        groups = max(1, width // 8)
        self.norms = nn.ModuleList(nn.GroupNorm(groups, width) for _ in range(2))
        first, second = (nn.Conv2d(width, width, 3, padding=1) for _ in range(2))
        nn.init.zeros_(second.weight)
        self.convs = nn.ModuleList((first, second))

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for norm, conv in zip(self.norms, self.convs, strict=True):
            y = conv(F.silu(norm(y)))
        return x + y


class PictureAutoencoder(Component):
    """Convolutions to cells of 16 x 16 pixels and back, about 0.9 M parameters by default.

    Latents are normalised to mean 0 and variance 1 in every channel (in training by the batch's own
    statistics, which are followed), and the decoder learns from latents with noise added: a channel can
    then hold only so much, what moves has to be told loudly, and latents that a diffusion model gets slightly
    wrong still give a clean picture. The decoder's kernels overlap, so cells leave no seams.

    Args:
        latent_channels: Z.
        widths: channels at 1/2, 1/4, 1/8 and 1/16 of the side.
        colour: RGB; else luma.
        picture_px: side of the pictures that it was trained for, a multiple of 16.
    """

    mean: Tensor
    std: Tensor

    @configured
    def __init__(
        self,
        latent_channels: int = 16,
        widths: tuple[int, int, int, int] = (24, 48, 64, 96),
        colour: bool = True,
        picture_px: int = 128,
    ):
        super().__init__()
        if picture_px % SIDE:
            raise ValueError(f"the side of a picture is a multiple of {SIDE} pixels, not {picture_px}")
        planes = 3 if colour else 1
        first, second, third, last = widths
        self.encoder = nn.Sequential(
            nn.Conv2d(planes, first, 4, 2, 1),
            nn.SiLU(),
            nn.Conv2d(first, second, 4, 2, 1),
            _Residual(second),
            nn.Conv2d(second, third, 4, 2, 1),
            _Residual(third),
            nn.Conv2d(third, last, 4, 2, 1),
            _Residual(last),
            nn.GroupNorm(max(1, last // 8), last),
            nn.SiLU(),
            nn.Conv2d(last, latent_channels, 1),
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(latent_channels, last, 3, padding=1),
            _Residual(last),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(last, third, 3, padding=1),
            _Residual(third),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(third, second, 3, padding=1),
            _Residual(second),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(second, second, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(second, 4 * first // 2, 3, padding=1),
            nn.PixelShuffle(2),
            nn.SiLU(),
            nn.Conv2d(first // 2, planes, 3, padding=1),
        )
        self.register_buffer("mean", torch.zeros(latent_channels))
        self.register_buffer("std", torch.ones(latent_channels))

    @classmethod
    def tiny(cls, **overrides) -> "PictureAutoencoder":
        """The same network at the size of a test (4 latent channels, pictures of 32 x 32)."""
        return cls(**{"latent_channels": 4, "widths": (4, 6, 8, 12), "picture_px": 32, **overrides})

    @property
    def planes(self) -> int:
        """3 of colour, 1 of luma."""
        return 3 if self.config.colour else 1

    @property
    def cells(self) -> int:
        """Latent cells along a side."""
        return self.config.picture_px // SIDE

    def encode(self, pictures: Float[Tensor, "n planes h w"]) -> Float[Tensor, "n latent h2 w2"]:
        """Latents of pictures in [0, 1]."""
        raw = self.encoder(2 * pictures - 1).float()
        return (raw - self.mean[:, None, None]) / self.std[:, None, None]

    def decode(self, latents: Float[Tensor, "n latent h2 w2"]) -> Float[Tensor, "n planes h w"]:
        """Pictures in [0, 1]."""
        return self._decoded(latents).clamp(0, 1)

    def _decoded(self, latents: Tensor) -> Tensor:
        return (self.decoder(latents).float() + 1) / 2

    def encode_film(self, film: Float[Tensor, "b n planes h w"]) -> Float[Tensor, "b latent n h2 w2"]:
        """Latents of films, as `Latents.video` holds them."""
        codes = [self.encode(part) for part in film.flatten(0, 1).split(AT_ONCE)]
        return torch.cat(codes).unflatten(0, film.shape[:2]).transpose(1, 2)

    def decode_film(self, latents: Float[Tensor, "b latent n h2 w2"]) -> Float[Tensor, "b n planes h w"]:
        """Films in [0, 1]."""
        cells = latents.transpose(1, 2)
        pictures = [self.decode(part) for part in cells.flatten(0, 1).split(AT_ONCE)]
        return torch.cat(pictures).unflatten(0, cells.shape[:2])

    def losses(
        self,
        film: Float[Tensor, "b n planes h w"],
        noise: Tensor | None,
        moving_weight: float,
        change_weight: float,
        momentum: float | None,
    ) -> PictureLosses:
        """L1 over all pixels, over those that move, and of the change from picture to picture.

        Args:
            film: short films in [0, 1].
            noise: standard normal, (b * n, latent, h2, w2), times its strength; None adds none.
            momentum: of the statistics that are followed; None: those that are kept are used instead, as
                `encode` does.
        """
        flat = film.flatten(0, 1)
        raw = self.encoder(2 * flat - 1).float()
        mean, std = self.mean, self.std
        if momentum is not None:
            everyones = joined(raw)
            mean = everyones.mean((0, 2, 3))
            std = everyones.var((0, 2, 3)).add(_LEAST_STD**2).sqrt()
            with torch.no_grad():
                self.mean.lerp_(mean, 1 - momentum)
                self.std.lerp_(std, 1 - momentum)
        latents = (raw - mean[:, None, None]) / std[:, None, None]
        made = self._decoded(latents if noise is None else latents + noise).unflatten(0, film.shape[:2])
        error = (made - film).abs()
        # a pixel moves where it is unlike the clip's middle value, or its neighbours in time
        motion = (film - film.median(1, keepdim=True).values).abs().amax(2, keepdim=True)
        weight = F.max_pool2d(motion.flatten(0, 1), 5, 1, 2).unflatten(0, film.shape[:2])
        moving = (error * weight).mean() / everyones_mean(weight.mean()).clamp_min(1e-4)
        change = ((made.diff(dim=1) - film.diff(dim=1)).abs()).mean()
        pixels = error.mean()
        return PictureLosses(pixels + moving_weight * moving + change_weight * change, pixels, moving, change)
