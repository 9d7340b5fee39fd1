"""A diffusion transformer over the latents of a short film, steered by words and by a first picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from ldm.autoencoders.film_code import StillAndMotion
from ldm.conditions import FIRST_PICTURE, TEXT, Conditions, Track
from ldm.denoisers.audio_transformer import DiffusionBlock, modulate
from ldm.denoisers.streams import Middle
from ldm.latents import Latents
from ldm.mixing import sinusoids
from ldm.process import process_of
from vocoders.component import Component, configured

PATCH = 2
"""Pictures, rows and columns of latents in a token."""
_STILL_AT, _WORDS_AT = -24.0, -48.0  # where tokens that have no time stand on the axis of time


@dataclass(frozen=True)
class Steering:
    """What `VideoTransformer.mix` makes of conditions: a vector for every sample, and tokens.

    Attributes:
        vector: (batch, width).
        words: (batch, words, width).
        first: (batch, cells, width), of the first picture's tokens.
    """

    vector: Tensor
    words: Tensor
    first: Tensor


class VideoTransformer(Component):
    """Predicts its process's target from noisy `Latents.video` (batch, Z, 1 + pictures, rows, columns) as
    `StillAndMotion.split` makes them: what rests, then what moves. About 5 M parameters by default.

    Every 2 x 2 x 2 latents of the motion, every 2 x 2 of what rests and every word are a token; all attend to
    all. The clip's E_l enters every adaptive layer norm beside the time.

    Args:
        latent_channels: Z.
        text_channels: Ct: width of E_l and of its words.
        pictures, cells: of the films that it was trained on: number, and latent cells along a side.
        words: tokens of text.
        fps: pictures a second.
        width, depth, heads, mlp_ratio, modulation_rank: the transformer's size.
        process: what it undoes, see `ldm.process.process_of`.
        world: a key of `prompts.worlds.WORLDS`: of those that it knows the one that is shown where words name
            none; "" where it knows only one.
    """

    @configured
    def __init__(
        self,
        latent_channels: int = 16,
        text_channels: int = 256,
        pictures: int = 64,
        cells: int = 8,
        words: int = 24,
        fps: float = 15.625,
        width: int = 256,
        depth: int = 6,
        heads: int = 4,
        mlp_ratio: float = 3.0,
        modulation_rank: int = 64,
        process: str | Mapping[str, Any] = "flow",
        world: str = "",
    ):
        super().__init__()
        if width % heads or (width // heads) % 8:
            raise ValueError(f"width {width} does not divide into {heads} heads of a multiple of 8 channels")
        if pictures % PATCH or cells % PATCH:
            raise ValueError(f"pictures and cells come in pairs, not as {pictures} and {cells}")
        self.process = process_of(process)
        self.code = StillAndMotion(latent_channels)
        side = cells // PATCH
        area = latent_channels * PATCH * PATCH
        self.still_in, self.motion_in = nn.Linear(area, width), nn.Linear(PATCH * area, width)
        self.first_in, self.first_null = nn.Linear(area, width), nn.Parameter(torch.zeros(width))
        self.text_in, self.text_null = nn.Linear(text_channels, width), nn.Parameter(torch.zeros(width))
        self.word_in, self.word_null = nn.Linear(text_channels, width), nn.Parameter(torch.zeros(width))
        self.place = nn.Parameter(0.02 * torch.randn(side * side, width))
        self.time_mlp = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.blocks = nn.ModuleList(
            DiffusionBlock(width, heads, mlp_ratio, modulation_rank, False) for _ in range(depth)
        )
        self.modulation_out = nn.Sequential(
            nn.Linear(width, modulation_rank), nn.Linear(modulation_rank, 2 * width)
        )
        self.still_out, self.motion_out = nn.Linear(width, area), nn.Linear(width, PATCH * area)
        for layer in (self.modulation_out[1], self.still_out, self.motion_out):
            for parameter in layer.parameters():  # a fresh network predicts the best linear guess
                nn.init.zeros_(parameter)

    @classmethod
    def tiny(cls, **overrides) -> "VideoTransformer":
        """The same network at the size of a test (4 latent channels, Ct 5, 6 pictures of 2 x 2 cells)."""
        size = {
            "latent_channels": 4,
            "text_channels": 5,
            "pictures": 6,
            "cells": 2,
            "words": 3,
            "width": 16,
            "depth": 2,
            "heads": 2,
            "modulation_rank": 8,
        }
        return cls(**{**size, **overrides})

    def pieces(self) -> list[nn.Module]:
        """What is spread over devices, or compiled, one by one: the blocks."""
        return list(self.blocks)

    @property
    def film_shape(self) -> tuple[int, int, int, int]:
        """Of a film's parts, without the batch: (Z, 1 + pictures, rows, columns)."""
        c = self.config
        return (c.latent_channels, 1 + c.pictures, c.cells, c.cells)

    @property
    def film_pictures(self) -> int:
        """Of a film."""
        return int(self.config.pictures)

    @property
    def words_read(self) -> int:
        """Of a text at most, beside E_l."""
        return int(self.config.words)

    def film_latents(self, made: Float[Tensor, "b z n1 h w"]) -> Float[Tensor, "b z n h w"]:
        """A film's latents of what it predicts."""
        return self.code.join(made)

    def film_parts(self, latents: Float[Tensor, "b z n h w"]) -> Float[Tensor, "b z n1 h w"]:
        """What rests in a film, then what moves."""
        return self.code.split(latents)

    def first_picture(self, latents: Float[Tensor, "n z h w"]) -> Float[Tensor, "n cells z"]:
        """The track `FIRST_PICTURE` of a picture's latents."""
        return self.code.rest(latents[:, :, None])[:, :, 0].flatten(2).transpose(1, 2)

    def mix(self, conditions: Conditions, latents: Latents) -> Steering:
        """What steers; it does not depend on time.

        The track `TEXT` is E_l (batch, Ct), or (batch, 1 + words, Ct): E_l, then its words. The track
        `FIRST_PICTURE` is the first picture by `StillAndMotion.rest`, (batch, rows * columns, Z), row by
        row.
        """
        film, c = _video(latents), self.config
        batch, dtype = len(film), self.text_null.dtype
        count = film.shape[3] // PATCH * (film.shape[4] // PATCH)
        vector = self.text_null.expand(batch, -1)
        words = self.word_null.expand(batch, c.words, -1)
        first = self.first_null.expand(batch, count, -1)
        if TEXT in conditions:
            track = conditions[TEXT]
            values = (track.values if track.values.ndim == 3 else track.values[:, None]).to(dtype)
            there = _there(track, values.shape[1])
            vector = torch.where(there[:, :1], self.text_in(values[:, 0] * c.text_channels**0.5), vector)
            told = min(c.words, values.shape[1] - 1)
            if told:
                spoken = torch.where(
                    there[:, 1 : 1 + told, None], self.word_in(values[:, 1 : 1 + told]), words[:, :told]
                )
                words = torch.cat([spoken, words[:, told:]], 1)
        if FIRST_PICTURE in conditions:
            track = conditions[FIRST_PICTURE]
            cells = track.values.to(dtype).unflatten(1, film.shape[3:]).permute(0, 3, 1, 2)[:, :, None]
            there = _there(track, 1)
            first = torch.where(there[:, :, None], self.first_in(_patches(cells)[:, 0]), first)
        return Steering(vector, words, first)

    def forward(
        self, latents: Latents, time: Float[Tensor, " batch"], conditions: Conditions | Steering
    ) -> Latents:
        """The prediction at `time` in [0, 1] (0 data, 1 noise), given conditions or what `mix` made of them.

        Raises:
            ValueError: conditions and latents of different batch sizes, or no video latents.
        """
        steering = self.mix(conditions, latents) if isinstance(conditions, Conditions) else conditions
        return self.second_half(self.first_half(latents, time, steering))

    grain = PATCH
    """The rows and columns of its latents come in multiples of this."""

    @property
    def middle_width(self) -> int:
        return int(self.config.width)

    def first_half(self, latents: Latents, time: Float[Tensor, " batch"], mixed: Steering) -> Middle:
        """Up to the middle block; the tokens are those of the motion, slice after slice."""
        film, dtype = _video(latents), self.text_null.dtype
        if len(mixed.vector) != len(film):
            raise ValueError(f"{len(film)} latents but conditions of {len(mixed.vector)} samples")
        c_in, c_skip, c_out = (c[:, None, None, None, None] for c in self.process.precondition(time.float()))
        rows, columns = film.shape[3] // PATCH, film.shape[4] // PATCH
        scaled = (c_in * film).to(dtype)
        still, motion = _patches(scaled[:, :, :1]), _patches(scaled[:, :, 1:])
        slices, area = motion.shape[1:3]
        place = self._places(rows, columns)
        still_tokens = self.still_in(still[:, 0]) + mixed.first + place
        motion_tokens = (self.motion_in(motion) + place).flatten(1, 2)
        clock = self.time_mlp(sinusoids(1000.0 * time, 256).to(dtype))
        modulator = F.silu(clock + mixed.vector)[:, None]
        x = torch.cat([motion_tokens, still_tokens, mixed.words.to(still_tokens.dtype)], 1)
        table = self._table(slices, rows, columns, mixed.words.shape[1], film.device)
        for block in self.blocks[: len(self.blocks) // 2]:
            x = block(x, modulator, table, None, None)
        moments = (torch.arange(slices, device=film.device) + 0.5).repeat_interleave(area) / slices
        tokens, others = x.split([slices * area, x.shape[1] - slices * area], 1)
        return Middle(tokens, moments, (others, modulator, table, (slices, rows), c_skip * film, c_out))

    def second_half(self, middle: Middle) -> Latents:
        """From the middle block on."""
        others, modulator, table, (slices, rows), guess, c_out = middle.rest
        moving = middle.tokens.shape[1]
        area = moving // slices
        x = torch.cat([middle.tokens, others], 1)
        for block in self.blocks[len(self.blocks) // 2 :]:
            x = block(x, modulator, table, None, None)
        shift, scale = self.modulation_out(modulator).chunk(2, dim=-1)
        x = modulate(x, shift, scale)
        told_motion = self.motion_out(x[:, :moving]).unflatten(1, (slices, area))
        told_still = self.still_out(x[:, moving : moving + area])[:, None]
        told = torch.cat([_unpatched(told_still, rows, 1), _unpatched(told_motion, rows, PATCH)], 2).float()
        return Latents(video=guess + c_out * told)

    def _places(self, rows: int, columns: int) -> Tensor:
        if rows * columns != len(self.place):
            side = self.config.cells // PATCH
            raise ValueError(
                f"films of {PATCH * side} x {PATCH * side} cells, not {PATCH * rows} x {PATCH * columns}"
            )
        return self.place

    def _table(
        self, slices: int, rows: int, columns: int, words: int, device: torch.device
    ) -> tuple[Tensor, Tensor]:
        """Rotary positions in time, row and column; half of the channels turn with time, a quarter each with
        the others."""
        grid = torch.meshgrid(
            *(torch.arange(count, device=device, dtype=torch.float32) for count in (slices, rows, columns)),
            indexing="ij",
        )
        motion = torch.stack([axis.flatten() for axis in grid], -1)
        motion[:, 0] = PATCH * motion[:, 0] + 0.5 * (PATCH - 1)
        still = motion[: rows * columns].clone()
        still[:, 0] = _STILL_AT
        said = torch.zeros(words, 3, device=device)
        said[:, 0] = _WORDS_AT
        said[:, 1] = torch.arange(words, device=device)
        positions = torch.cat([motion, still, said])
        channels = self.config.width // self.config.heads
        halves = [
            sinusoids(positions[:, axis], share, longest).chunk(2, dim=-1)
            for axis, share, longest in (
                (0, channels // 2, 200.0),
                (1, channels // 4, 30.0),
                (2, channels // 4, 30.0),
            )
        ]
        cos, sin = (torch.cat([half[which] for half in halves], -1) for which in (0, 1))
        return torch.cat([cos, cos], -1), torch.cat([-sin, sin], -1)


def _there(track: Track, count: int) -> Tensor:
    """(batch, count) bool: where a track is present."""
    if track.present is None:
        return torch.ones(len(track.values), count, dtype=torch.bool, device=track.values.device)
    present = track.present if track.present.ndim == 2 else track.present[:, None]
    return present.expand(-1, count) if present.shape[1] == 1 else present[:, :count]


def _patches(film: Float[Tensor, "b z n h w"]) -> Float[Tensor, "b slices area channels"]:
    """2 x 2 cells to a token; 2 pictures, too, where there is more than one."""
    depth = 1 if film.shape[2] == 1 else PATCH
    x = film.unfold(2, depth, depth).unfold(3, PATCH, PATCH).unfold(4, PATCH, PATCH)
    return x.permute(0, 2, 3, 4, 1, 5, 6, 7).flatten(4).flatten(2, 3)


def _unpatched(tokens: Float[Tensor, "b slices area channels"], rows: int, depth: int) -> Tensor:
    """`_patches` undone: (b, z, pictures, h, w)."""
    batch, slices, area, _ = tokens.shape
    x = tokens.reshape(batch, slices, rows, area // rows, -1, depth, PATCH, PATCH)
    x = x.permute(0, 4, 1, 5, 2, 6, 3, 7)
    return x.reshape(batch, x.shape[1], slices * depth, rows * PATCH, area // rows * PATCH)


def _video(latents: Latents) -> Float[Tensor, "b z n h w"]:
    if latents.video is None or latents.video.ndim != 5:
        raise ValueError("this denoiser takes video latents (batch, channels, pictures, rows, columns)")
    return latents.video
