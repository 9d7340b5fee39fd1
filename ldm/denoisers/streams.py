"""A denoiser of one modality that can be stopped half way, so that another one can speak with it there."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Float
from torch import Tensor

from ldm.conditions import Conditions
from ldm.latents import Latents


@dataclass(frozen=True)
class Middle:
    """A stream half way, before its decoder.

    Attributes:
        tokens: its features there.
        moments: when each token is, as a share of the clip in [0, 1].
        rest: what the second half needs beside them.
    """

    tokens: Float[Tensor, "batch tokens width"]
    moments: Float[Tensor, " tokens"]
    rest: Any


@runtime_checkable
class Stream(Protocol):
    """A denoiser of one modality in two halves; it is their composition."""

    @property
    def grain(self) -> int:
        """The last axis of its latents comes in multiples of this."""

    @property
    def middle_width(self) -> int:
        """Width of its tokens half way."""

    def mix(self, conditions: Conditions, latents: Latents) -> Any:
        """As a denoiser's."""

    def first_half(self, latents: Latents, time: Tensor, mixed: Any) -> Middle:
        """From noisy latents to the middle."""

    def second_half(self, middle: Middle) -> Latents:
        """From the middle, with tokens as they are or changed, to the prediction."""
