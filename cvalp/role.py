"""What encoders of either size are to everyone else."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from vocoders.clock import ClipSpec


@runtime_checkable
class Encoders(Protocol):
    """Video, audio and text in one space of `text_width` channels."""

    @property
    def clock(self) -> ClipSpec:
        """The clock of what it reads: how many pictures, of which size."""

    @property
    def wants_colour(self) -> bool:
        """Whether it reads RGB pictures, or luma."""

    @property
    def video_width(self) -> int:
        """Channels of `encode_video`; the first `text_width` of them are E_v, L2-normalised."""

    @property
    def text_width(self) -> int:
        """C, channels of the shared space."""

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights, and of the pictures that it reads."""

    def encode_video(self, frames: Tensor) -> Float[Tensor, "batch tokens width"]:
        """Features of pictures in [0, 1], (batch, pictures, h, w) luma or
        (batch, pictures, 3, h, w) RGB, at the clock's rate."""

    def encode_audio(self, mel: Tensor) -> Float[Tensor, "batch tokens dim"]:
        """E_a of log-mels, L2-normalised per token."""

    def encode_text(self, texts: list[str]) -> Float[Tensor, "batch dim"]:
        """E_l, L2-normalised, one row a text."""

    def was_cut(self, text: str) -> bool:
        """Whether `encode_text` reads only the beginning of a text."""

    def onsets(self, features: Float[Tensor, "batch tokens width"]) -> Float[Tensor, "batch frames"] | None:
        """Probability in [0, 1] of an onset in every mel frame, read from `encode_video`'s
        features; None where they say none."""

    def held(
        self, features: Float[Tensor, "batch tokens width"]
    ) -> tuple[Float[Tensor, "batch tokens width"], Bool[Tensor, " batch"]] | None:
        """The features of something that goes on throughout, and whether what moves in each film does; None
        where they do not say."""

    def with_onsets(
        self, features: Float[Tensor, "batch tokens width"], times_s: Sequence[float]
    ) -> Float[Tensor, "batch tokens width"] | None:
        """The features with onsets at these seconds from the first token and nowhere else; None where
        they say none."""
