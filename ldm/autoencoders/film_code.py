"""Films as what rests and what moves, and a picture autoencoder whose latents are told apart like that."""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from vocoders.component import Component, configured


class StillAndMotion(nn.Module):
    """A film's latents as what rests (the median over time) and what moves, each of unit variance.

    Motion is a few percent of the latents' variance. Left in one tensor, a denoiser learns colours and lets
    nothing move.
    """

    still_mean: Tensor
    still_std: Tensor
    motion_std: Tensor

    def __init__(self, channels: int):
        super().__init__()
        self.register_buffer("still_mean", torch.zeros(channels))
        self.register_buffer("still_std", torch.ones(channels))
        self.register_buffer("motion_std", torch.ones(channels))

    def set_statistics(self, film: Float[Tensor, "b z n h w"]) -> None:
        """From many films."""
        film = film.float()
        still = film.median(2).values
        self.still_mean.copy_(still.mean((0, 2, 3)))
        self.still_std.copy_(still.std((0, 2, 3)).clamp_min(1e-3))
        self.motion_std.copy_((film - still[:, :, None]).square().mean((0, 2, 3, 4)).sqrt().clamp_min(1e-3))

    def split(
        self, film: Float[Tensor, "b z n h w"], still: Float[Tensor, "b z h w"] | None = None
    ) -> Float[Tensor, "b z n1 h w"]:
        """What rests, then the motion of every picture; `still` is the median, where it is known."""
        film = film.float()
        middle = (film.median(2).values if still is None else still.float())[:, :, None]
        return torch.cat([self.rest(middle), (film - middle) / _wide(self.motion_std)], 2)

    def rest(self, pictures: Float[Tensor, "b z n h w"]) -> Float[Tensor, "b z n h w"]:
        """Latents of pictures by the statistics of what rests."""
        return (pictures.float() - _wide(self.still_mean)) / _wide(self.still_std)

    def join(self, parts: Float[Tensor, "b z n1 h w"]) -> Float[Tensor, "b z n h w"]:
        """The film's latents again."""
        still = parts[:, :, :1].float() * _wide(self.still_std) + _wide(self.still_mean)
        return still + parts[:, :, 1:].float() * _wide(self.motion_std)


def _wide(statistics: Tensor) -> Tensor:
    return statistics[:, None, None, None]


class FilmCode(Component):
    """The code of a video head's films: latents of a picture autoencoder, split into what rests and what
    moves.

    Args:
        autoencoder: settings of the `PictureAutoencoder`.
    """

    @configured
    def __init__(self, autoencoder: Mapping[str, Any]):
        super().__init__()
        self.autoencoder = PictureAutoencoder(**autoencoder)
        self.split = StillAndMotion(self.autoencoder.config.latent_channels)

    @classmethod
    def tiny(cls, **overrides: Any) -> "FilmCode":
        """The same code at the size of a test (4 latent channels, pictures of 32 x 32)."""
        return cls(**{"autoencoder": {**PictureAutoencoder.tiny().config}, **overrides})

    @classmethod
    def of_parts(cls, autoencoder: PictureAutoencoder, split: StillAndMotion) -> "FilmCode":
        """A copy of trained parts."""
        code = cls({**autoencoder.config})
        code.autoencoder.load_state_dict(autoencoder.state_dict())
        code.split.load_state_dict(split.state_dict())
        return code.eval()

    @property
    def cells(self) -> int:
        """Latent places along a side."""
        return self.autoencoder.cells

    @property
    def picture_px(self) -> int:
        """Side of the pictures."""
        return int(self.autoencoder.config.picture_px)

    def film_shape(self, pictures: int) -> tuple[int, int, int, int]:
        """Of the latents of a film: (Z, 1 + pictures, rows, columns)."""
        return (self.autoencoder.config.latent_channels, 1 + pictures, self.cells, self.cells)

    def encode_film(self, film: Float[Tensor, "b n planes h w"]) -> Float[Tensor, "b latent n1 h2 w2"]:
        """Latents of films in [0, 1]: what rests, then what moves, each of about unit variance."""
        return self.split.split(self.autoencoder.encode_film(film))

    def decode_film(self, latents: Float[Tensor, "b latent n1 h2 w2"]) -> Float[Tensor, "b n planes h w"]:
        """Films in [0, 1]."""
        return self.autoencoder.decode_film(self.still_and_motion(latents))

    def still_and_motion(
        self, latents: Float[Tensor, "b latent n1 h2 w2"]
    ) -> Float[Tensor, "b latent n h2 w2"]:
        """Latents of the autoencoder again."""
        return self.split.join(latents)

    def decode_raw(self, raw: Float[Tensor, "b latent n h2 w2"]) -> Float[Tensor, "b planes n h w"]:
        """Pictures in [0, 1] of latents of the autoencoder, each by itself."""
        return self.autoencoder.decode_film(raw).transpose(1, 2)
