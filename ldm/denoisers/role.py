"""What every denoiser is."""

from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from ldm.conditions import Conditions
from ldm.latents import Latents
from ldm.process import Process
from vocoders.component import Config


@runtime_checkable
class Denoiser(Protocol):
    """A network that predicts the target of its process."""

    process: Process

    def mix(self, conditions: Conditions, latents: Latents) -> Any:
        """What depends on the conditions and not on time, for latents of this
        size: computed once for all steps.

        Every tensor in it begins with the batch.
        """

    def __call__(self, latents: Latents, time: Tensor, conditions: Any) -> Latents:
        """The prediction at `time` (batch,) in [0, 1], given `Conditions` or what `mix` made of them."""


@runtime_checkable
class FilmDenoiser(Denoiser, Protocol):
    """A denoiser of films for words, as an engine holds one."""

    config: Config
    """Its settings; among them `fps`, `latent_channels`, `text_channels` and `cells`, of a side."""

    @property
    def film_shape(self) -> tuple[int, int, int, int]:
        """Of what it predicts for one film, without the batch."""

    @property
    def film_pictures(self) -> int:
        """Of a film."""

    @property
    def words_read(self) -> int:
        """Of a text at most, beside E_l; 0: E_l alone."""

    def film_latents(self, made: Tensor) -> Tensor:
        """Latents (batch, Z, pictures, rows, columns) of what it predicts."""

    def film_parts(self, latents: Tensor) -> Tensor:
        """What it would predict for a film's latents: `film_latents` undone; pictures come last."""

    def first_picture(self, latents: Tensor) -> Tensor | None:
        """The track `FIRST_PICTURE` of a picture's latents (n, Z, rows, columns); None: it takes none."""

    @property
    def device(self) -> torch.device:
        """Where its weights are."""


@runtime_checkable
class AudioDenoiser(Denoiser, Protocol):
    """A denoiser of sound with weights, as an engine holds one."""

    config: Config
    """Its settings."""

    @property
    def grain(self) -> int:
        """Latent columns come in multiples of this."""

    @property
    def leaves_out(self) -> bool:
        """Whether it has learnt to leave out what a track `LEFT_OUT` names."""

    @property
    def column_shape(self) -> tuple[int, ...]:
        """Shape of one column of audio latents, without batch and columns."""

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights."""

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
