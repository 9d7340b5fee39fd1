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
        """What depends on the conditions and not on time, for latents of this size: computed once for all steps.

        Every tensor in it begins with the batch.
        """

    def __call__(self, latents: Latents, time: Tensor, conditions: Any) -> Latents:
        """The prediction at `time` (batch,) in [0, 1], given `Conditions` or what `mix` made of them."""


@runtime_checkable
class DenoiserNetwork(Denoiser, Protocol):
    """A denoiser with weights, as an engine holds one."""

    config: Config
    """Its settings; `latent_channels` is one of them."""

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights."""

    @property
    def device(self) -> torch.device:
        """Where its weights are."""
