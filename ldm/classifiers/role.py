"""What every alignment classifier is: P(aligned | z_t, t, E_v) of TA-V2A eq. 11 and 14."""

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from ldm.process import Process
from vocoders.component import Config


@runtime_checkable
class AlignmentClassifier(Protocol):
    """Reads latents of a sound, clean or noisy, beside features of a picture."""

    config: Config
    """Its settings."""

    process: Process | None
    """Whose noisy latents it learnt to read; None: clean ones only, at time 0."""

    @property
    def dtype(self) -> torch.dtype:
        """Of its weights."""

    def __call__(
        self, latents: Tensor, time: Float[Tensor, " batch"], video: Float[Tensor, "batch tokens channels"]
    ) -> Float[Tensor, " batch"]:
        """The logit of P(aligned), float32.

        Args:
            latents: of the sound, (batch, channels, columns) or (batch, channels, rows, columns).
            time: in [0, 1], 1 is pure noise.
            video: E_v over the same stretch of time.
        """
