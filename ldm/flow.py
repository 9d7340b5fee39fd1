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


def shifted_times(
    batch: int, generator: torch.Generator, device: torch.device | str = "cpu", shift: float = 6.0
) -> Float[Tensor, "batch"]:
    """Times s u / (1 + (s - 1) u) of uniform u (Esser et al. 2024, eq. 23), as diffusers' scheduler spaces its steps with `shift` s.

    A sound's colour hardly changes during a clip, so many columns tell of it at once: at t = 0.9 the noisy latents already say what sounds.
    Text and video decide above that; with s = 6 a third of the samples lie there above t = 0.92.
    """
    u = torch.rand(batch, generator=generator, device=device)
    return shift * u / (1 + (shift - 1) * u)


def interpolate(data: Tensor, noise: Tensor, time: Float[Tensor, "batch"]) -> Tensor:
    """x_t = (1 - t) data + t noise."""
    t = time.reshape(-1, *[1] * (data.ndim - 1))
    return (1 - t) * data + t * noise


def precondition(time: Float[Tensor, "batch"]) -> tuple[Float[Tensor, "batch"], Float[Tensor, "batch"], Float[Tensor, "batch"]]:
    """(c_in, c_skip, c_out) with velocity = c_skip x_t + c_out F(c_in x_t), for data of unit variance (Karras et al. 2022, section 5).

    c_in gives the network an input of unit variance; c_skip = cov(v, x_t) / var(x_t) is the best linear guess of the velocity, so that F
    has only to tell what remains, of variance c_out^2. At t = 1, where conditions alone decide, F is -E[data | conditions] and need not
    copy the noise through itself; at t = 0 it is the noise.
    """
    variance = (1 - time).square() + time.square()
    covariance = 2 * time - 1
    return variance.rsqrt(), covariance / variance, (2 - covariance.square() / variance).sqrt()
