"""A linear code of pictures: principal components of square patches, picture by picture.

It is made in seconds from a few hundred scenes and mixes nothing in time, so that onsets stay where they are;
a trained picture autoencoder has to be better than this.
"""

from typing import Any

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from vocoders.component import Component, configured

_LEAST_STD = 1e-3


class PatchCode(Component):
    """Patches of `patch` x `patch` pixels to whitened principal components and back.

    What rests (the clip's median) and what moves (the rest) are scaled apart, each to unit variance, and
    added: motion is a few per cent of a picture's variance, and a denoiser that sees both at one scale lets
    nothing move. The median of the sum is what rests, so nothing is lost.

    Args:
        latent_channels: Z.
        patch: pixels of a side.
        planes: 3 of colour, 1 of luma.
        picture_px: side of the pictures.

    Raises:
        ValueError: pictures that do not divide into patches.
    """

    basis: Tensor
    mean: Tensor
    still_mean: Tensor
    still_std: Tensor
    motion_std: Tensor

    @configured
    def __init__(self, latent_channels: int = 24, patch: int = 8, planes: int = 3, picture_px: int = 48):
        super().__init__()
        if picture_px % patch or latent_channels > planes * patch**2:
            raise ValueError(
                f"pictures of {picture_px} pixels do not make patches of {patch} "
                f"with {latent_channels} components"
            )
        self.register_buffer("basis", torch.eye(planes * patch**2)[:latent_channels].clone())
        self.register_buffer("mean", torch.zeros(planes * patch**2))
        self.register_buffer("still_mean", torch.zeros(latent_channels))
        self.register_buffer("still_std", torch.ones(latent_channels))
        self.register_buffer("motion_std", torch.ones(latent_channels))

    @classmethod
    def tiny(cls, **overrides: Any) -> "PatchCode":
        """The same code at the size of a test (3 components, pictures of 16 x 16)."""
        return cls(**{"latent_channels": 3, "patch": 4, "picture_px": 16, **overrides})

    @property
    def cells(self) -> int:
        """Latent places along a side."""
        return self.config.picture_px // self.config.patch

    @property
    def picture_px(self) -> int:
        """Side of the pictures."""
        return int(self.config.picture_px)

    def film_shape(self, pictures: int) -> tuple[int, int, int, int]:
        """Of the latents of a film: (Z, pictures, rows, columns)."""
        return (self.config.latent_channels, pictures, self.cells, self.cells)

    @torch.no_grad()
    def learn(self, film: Float[Tensor, "b n planes h w"]) -> None:
        """Takes basis and scales from films in [0, 1]."""
        rows = self._cut(film).flatten(0, -2).float()
        self.mean.copy_(rows.mean(0))
        centred = rows - self.mean
        covariance = centred.T @ centred / len(rows)
        vectors = torch.linalg.eigh(covariance.double()).eigenvectors.flip(1)
        basis = vectors[:, : self.config.latent_channels].T.float()
        strongest = basis.gather(1, basis.abs().argmax(1, keepdim=True))
        self.basis.copy_(basis * strongest.sign())
        raw = self._raw(film)
        still = raw.median(2, keepdim=True).values
        self.still_mean.copy_(still.mean((0, 2, 3, 4)))
        self.still_std.copy_(still.std((0, 2, 3, 4)).clamp_min(_LEAST_STD))
        self.motion_std.copy_((raw - still).square().mean((0, 2, 3, 4)).sqrt().clamp_min(_LEAST_STD))

    def encode_film(self, film: Float[Tensor, "b n planes h w"]) -> Float[Tensor, "b latent n h2 w2"]:
        """Latents of films in [0, 1], as `Latents.video` holds them, of unit variance."""
        raw = self._raw(film)
        still = raw.median(2, keepdim=True).values
        rests = (still - _over(self.still_mean)) / _over(self.still_std)
        return (rests + (raw - still) / _over(self.motion_std)) * 0.5**0.5

    def decode_film(self, latents: Float[Tensor, "b latent n h2 w2"]) -> Float[Tensor, "b n planes h w"]:
        """Films in [0, 1]."""
        return self.decode_raw(self.still_and_motion(latents)).transpose(1, 2)

    def still_and_motion(
        self, latents: Float[Tensor, "b latent n h2 w2"]
    ) -> Float[Tensor, "b latent n h2 w2"]:
        """Components at their own scales again, of a whole film, whose median tells what rests."""
        both = latents.float() * 2**0.5
        rests = both.median(2, keepdim=True).values
        still = rests * _over(self.still_std) + _over(self.still_mean)
        return still + (both - rests) * _over(self.motion_std)

    def decode_raw(self, raw: Float[Tensor, "b latent n h2 w2"]) -> Float[Tensor, "b planes n h w"]:
        """Pictures in [0, 1] of components at their own scales, each by itself."""
        c = self.config
        patches = rearrange(raw, "b z n h w -> b n h w z") @ self.basis + self.mean
        return rearrange(
            patches, "b n h w (c p q) -> b c n (h p) (w q)", c=c.planes, p=c.patch, q=c.patch
        ).clamp(0, 1)

    def _cut(self, film: Tensor) -> Tensor:
        p = self.config.patch
        return rearrange(film, "b n c (h p) (w q) -> b n h w (c p q)", p=p, q=p)

    def _raw(self, film: Tensor) -> Float[Tensor, "b latent n h w"]:
        return ((self._cut(film).float() - self.mean) @ self.basis.T).movedim(-1, 1)


def _over(statistics: Tensor) -> Tensor:
    return statistics[:, None, None, None]
