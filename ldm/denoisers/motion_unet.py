"""The video head at paper size: Stable Diffusion's UNet with motion modules (AnimateDiff, Guo et al. 2023) on
the shared text embedding.

The UNet is diffusers' own `UNetMotionModel`: every level of Stable Diffusion's, picture by picture, and after
it attention over time. Latents are those of its autoencoder, picture by picture.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ldm.conditions import TEXT, Conditions
from ldm.denoisers.around_unet import TINY_UNET, AroundUNet, unet_levels
from ldm.latents import Latents
from ldm.process import process_of
from vocoders.component import Component, configured

MOTION = ".motion_modules."
"""In the names of what AnimateDiff adds."""


class MotionUNet(AroundUNet, Component):
    """Predicts its process's target from noisy `Latents.video` (batch, Z, pictures, rows, columns), time and
    words; 1.3 G parameters by default, 860 M of them Stable Diffusion's.

    Args:
        latent_channels: 4 of Stable Diffusion's autoencoder.
        text_channels: Ct of E_l and of its words.
        context_channels: width of what the UNet attends to; 768 in Stable Diffusion 1.
        block_out_channels, layers_per_block, attention_heads, norm_groups: the UNet's size.
        pictures: most pictures that a motion module's positions reach; 32 in AnimateDiff.
        motion_heads: of the attention over time.
        text_condition: "pooled" attends to E_l alone, "tokens" to E_l and its words.
        words: of a text at most, with "tokens".
        film_pictures, fps, cells: of the films that it is trained on: number, a second, latent cells a side.
        process: what it undoes, see `ldm.process.process_of`.

    Raises:
        ValueError: an unknown text condition, or films longer than the positions reach.
    """

    @configured
    def __init__(
        self,
        latent_channels: int = 4,
        text_channels: int = 512,
        context_channels: int = 768,
        block_out_channels: Sequence[int] = (320, 640, 1280, 1280),
        layers_per_block: int = 2,
        attention_heads: int = 8,
        norm_groups: int = 32,
        pictures: int = 32,
        motion_heads: int = 8,
        text_condition: Literal["pooled", "tokens"] = "tokens",
        process: str | Mapping[str, Any] = "epsilon",
        words: int = 24,
        film_pictures: int = 16,
        fps: float = 8.0,
        cells: int = 32,
    ):
        super().__init__()
        if film_pictures > pictures:
            raise ValueError(f"films of {film_pictures} pictures, but positions of {pictures} only")
        if text_condition not in ("pooled", "tokens"):
            raise ValueError(f"text_condition is pooled or tokens, not {text_condition!r}")
        from diffusers import UNetMotionModel

        self.process = process_of(process)
        size = (block_out_channels, layers_per_block, context_channels, norm_groups)
        self.unet = UNetMotionModel(
            in_channels=latent_channels,
            out_channels=latent_channels,
            num_attention_heads=attention_heads,
            motion_max_seq_length=pictures,
            motion_num_attention_heads=motion_heads,
            **unet_levels("Motion", *size),
        )
        self.text_in = nn.Linear(text_channels, context_channels)
        self.text_null = nn.Parameter(torch.zeros(context_channels))

    @classmethod
    def tiny(cls, **overrides: Any) -> "MotionUNet":
        """The same classes at the size of a test (Ct 5, 6 pictures)."""
        size = {"pictures": 6, "motion_heads": 2, "words": 3, "film_pictures": 6, "cells": 8}
        return cls(**{**TINY_UNET, **size, **overrides})

    @property
    def film_shape(self) -> tuple[int, int, int, int]:
        """Of a film's latents, without the batch: (Z, pictures, rows, columns)."""
        c = self.config
        return (c.latent_channels, c.film_pictures, c.cells, c.cells)

    @property
    def film_pictures(self) -> int:
        """Of a film."""
        return int(self.config.film_pictures)

    @property
    def words_read(self) -> int:
        """Of a text at most, beside E_l."""
        return int(self.config.words) if self.config.text_condition == "tokens" else 0

    def film_latents(self, made: Float[Tensor, "b z n h w"]) -> Float[Tensor, "b z n h w"]:
        """What it predicts are a film's latents themselves."""
        return made

    def film_parts(self, latents: Float[Tensor, "b z n h w"]) -> Float[Tensor, "b z n h w"]:
        """The latents themselves."""
        return latents

    def first_picture(self, latents: Float[Tensor, "n z h w"]) -> None:
        """It has not learnt to be given a first picture: a sampler has to put it there
        (`ldm.guides.known.Replacement`)."""

    def load_unet(self, state: Mapping[str, Tensor]) -> None:
        """Takes the weights of a `UNet2DConditionModel` (Stable Diffusion 1), all of them and by their names;
        the motion modules stay as they are.

        Raises:
            ValueError: it is of another size, or not that of a UNet.
        """
        self._take(state, {name for name in self.unet.state_dict() if MOTION not in name}, "UNet")

    def load_motion(self, state: Mapping[str, Tensor]) -> None:
        """Takes the weights of a `MotionAdapter` (AnimateDiff), all of them and by their names; the rest of
        the UNet stays as it is.

        Raises:
            ValueError: it is of another size, or no motion adapter.
        """
        self._take(state, {name for name in self.unet.state_dict() if MOTION in name}, "motion adapter")

    def _take(self, state: Mapping[str, Tensor], wanted: set[str], what: str) -> None:
        other = wanted ^ state.keys()
        if other:
            raise ValueError(
                f"this is no {what} of this size: {len(other)} names differ, such as {min(other)}"
            )
        try:
            self.unet.load_state_dict(dict(state), strict=False)
        except RuntimeError as error:
            raise ValueError(
                f"this is no {what} of this size: {str(error).splitlines()[1].strip()}"
            ) from None

    def mix(self, conditions: Conditions, latents: Latents) -> Float[Tensor, "batch tokens width"]:
        """What the UNet attends to: E_l and its words, or the learned null where there are none."""
        batch = latents.batch
        if TEXT not in conditions:
            return self.text_null.expand(batch, 1, -1)
        track = conditions[TEXT]
        values = track.values if track.values.ndim == 3 else track.values[:, None]
        present = track.present
        there = torch.ones(values.shape[:2], dtype=torch.bool, device=values.device)
        if present is not None:
            there = there & (present if present.ndim == 2 else present[:, None])
        if self.config.text_condition == "pooled":
            values, there = values[:, :1], there[:, :1]
        told = self.text_in(values.to(self.text_null.dtype))
        return torch.where(there[..., None], told, self.text_null)

    def forward(
        self,
        latents: Latents,
        time: Float[Tensor, " batch"],
        conditions: Conditions | Float[Tensor, "batch tokens width"],
    ) -> Latents:
        """The prediction at `time` in [0, 1] (0 data, 1 noise), given conditions or what `mix` made of them.

        Raises:
            ValueError: conditions and latents of different batch sizes, or no video latents.
        """
        mixed = self.mix(conditions, latents) if isinstance(conditions, Conditions) else conditions
        film = latents.video
        if film is None or film.ndim != 5:
            raise ValueError("this denoiser takes video latents (batch, channels, pictures, rows, columns)")
        if len(mixed) != len(film):
            raise ValueError(f"{len(film)} latents but conditions of {len(mixed)} samples")
        x = film.to(self.dtype)
        # diffusers flattens the pictures into the batch and wants the words of every one of them
        words = mixed.to(x.dtype).repeat_interleave(film.shape[2], dim=0)
        return Latents(video=self.unet(x, 1000.0 * time, encoder_hidden_states=words).sample)
