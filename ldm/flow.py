"""Rectified flow (Liu et al. 2022): x_t = (1 - t) data + t noise, and a network that predicts the velocity noise - data.

It takes the place of eq. 8 to 10: eq. 10's squared error on the noise becomes one on the velocity. Time runs like diffusers'
`FlowMatchEulerDiscreteScheduler`: 1 is noise, 0 is data.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor


@dataclass(frozen=True)
class BranchShares:
    """Shares of the training samples that see both halves, video only, text only, nothing (they sum to 1)."""

    both: float = 0.70
    video: float = 0.10
    text: float = 0.10
    none: float = 0.10

    def __post_init__(self) -> None:
        if min(self.as_tuple()) < 0 or abs(sum(self.as_tuple()) - 1) > 1e-6:
            raise ValueError(f"shares are not negative and sum to 1: {self}")

    def as_tuple(self) -> tuple[float, float, float, float]:
        return self.both, self.video, self.text, self.none


def draw_presence(
    shares: BranchShares, batch: int, generator: torch.Generator, device: torch.device | str = "cpu"
) -> tuple[Bool[Tensor, "batch"], Bool[Tensor, "batch"]]:
    """(video present, text present) from one categorical draw per sample."""
    probabilities = torch.tensor(shares.as_tuple(), device=device)
    branch = torch.multinomial(probabilities, batch, replacement=True, generator=generator)
    return branch <= 1, (branch == 0) | (branch == 2)


def logit_normal_times(
    batch: int, generator: torch.Generator, device: torch.device | str = "cpu", mean: float = 0.0, std: float = 1.0
) -> Float[Tensor, "batch"]:
    """Times sigmoid(N(mean, std)), densest in the middle where the velocity is hardest to tell (Esser et al. 2024)."""
    return torch.sigmoid(mean + std * torch.randn(batch, generator=generator, device=device))


def interpolate(data: Tensor, noise: Tensor, time: Float[Tensor, "batch"]) -> Tensor:
    """x_t = (1 - t) data + t noise."""
    t = time.reshape(-1, *[1] * (data.ndim - 1))
    return (1 - t) * data + t * noise
