"""Stable Diffusion's autoencoder over the pictures of a film, one by one: diffusers' own `AutoencoderKL`."""

from collections.abc import Mapping, Sequence
from typing import Any

from jaxtyping import Float
from torch import Tensor

from vocoders.component import Component, configured


class PictureVae(Component):
    """Pictures to latents eight times smaller, and back; Stable Diffusion's by default, 84 M parameters.

    The code of the paper-size video head, with the methods of `PictureAutoencoder`. Latents are posterior
    means.

    Args:
        latent_channels: Z.
        block_out_channels, layers_per_block, norm_groups: the network's size; every level but the last halves
            both sides.
        scaling_factor: of the latents, so that they have about unit variance: 0.18215 for Stable Diffusion's.
        picture_px: side of the pictures.

    Raises:
        ValueError: a side that the levels do not divide.
    """

    planes = 3

    @configured
    def __init__(
        self,
        latent_channels: int = 4,
        block_out_channels: Sequence[int] = (128, 256, 512, 512),
        layers_per_block: int = 2,
        norm_groups: int = 32,
        scaling_factor: float = 0.18215,
        picture_px: int = 256,
    ):
        super().__init__()
        levels = len(block_out_channels)
        self.side = 2 ** (levels - 1)
        if picture_px % self.side:
            raise ValueError(f"the side of a picture is a multiple of {self.side} pixels, not {picture_px}")
        from diffusers import AutoencoderKL

        self.vae: Any = AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * levels,
            up_block_types=("UpDecoderBlock2D",) * levels,
            block_out_channels=tuple(block_out_channels),
            layers_per_block=layers_per_block,
            latent_channels=latent_channels,
            norm_num_groups=norm_groups,
            scaling_factor=scaling_factor,
        )

    @classmethod
    def tiny(cls, **overrides: Any) -> "PictureVae":
        """The same classes at the size of a test (4 latent channels, pictures of 32 x 32 to 8 x 8 cells)."""
        sizes: dict[str, Any] = {
            "block_out_channels": (8, 8, 8),
            "layers_per_block": 1,
            "norm_groups": 4,
            "picture_px": 32,
        }
        return cls(**{**sizes, **overrides})

    @property
    def cells(self) -> int:
        """Latent cells along a side."""
        return int(self.config.picture_px) // self.side

    def load_vae(self, state: Mapping[str, Tensor]) -> None:
        """Takes the weights of an `AutoencoderKL` (Stable Diffusion 1), all of them and by their names.

        Raises:
            ValueError: it is of another size, or none.
        """
        try:
            self.vae.load_state_dict(dict(state))
        except RuntimeError as error:
            raise ValueError(
                f"this is no autoencoder of this size: {str(error).splitlines()[1].strip()}"
            ) from None

    def encode(self, pictures: Float[Tensor, "n 3 h w"]) -> Float[Tensor, "n latent h2 w2"]:
        """Latents of pictures in [0, 1], float32."""
        found = self.vae.encode((2 * pictures - 1).to(self.dtype)).latent_dist.mean
        return found.float() * self.config.scaling_factor

    def decode(self, latents: Float[Tensor, "n latent h2 w2"]) -> Float[Tensor, "n 3 h w"]:
        """Pictures in [0, 1], float32."""
        made = self.vae.decode((latents / self.config.scaling_factor).to(self.dtype)).sample
        return ((made.float() + 1) / 2).clamp(0, 1)

    def encode_film(self, film: Float[Tensor, "b n 3 h w"]) -> Float[Tensor, "b latent n h2 w2"]:
        """Latents of films, as `Latents.video` holds them."""
        return self.encode(film.flatten(0, 1)).unflatten(0, film.shape[:2]).transpose(1, 2)

    def decode_film(self, latents: Float[Tensor, "b latent n h2 w2"]) -> Float[Tensor, "b n 3 h w"]:
        """Films in [0, 1]."""
        cells = latents.transpose(1, 2)
        return self.decode(cells.flatten(0, 1)).unflatten(0, cells.shape[:2])
