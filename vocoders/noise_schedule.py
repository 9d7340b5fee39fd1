"""Noise schedules of diffusion vocoders, and one step of the chain in either direction.

WaveGrad (Chen et al. 2021, arXiv 2009.00713) takes over the Gaussian chain of DDPM
(Ho, Jain & Abbeel 2020, arXiv 2006.11239): step n of N adds noise of variance beta_n; alpha_n = 1 - beta_n,
alpha_bar_n = alpha_1 ... alpha_n, alpha_bar_0 = 1. Steps count from 1, the level of a step is
sqrt(alpha_bar_n): the share of the clean wave in the noisy one.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np
import torch
from jaxtyping import Float

WG_6 = (7e-6, 1.4e-4, 2.1e-3, 2.8e-2, 3.5e-1, 7e-1)  # the published searched schedule of six steps
WG_50 = tuple(float(beta) for beta in np.linspace(1e-4, 0.05, 50))
TRAINING_BETAS = tuple(float(beta) for beta in np.linspace(1e-6, 0.01, 1000))
SCHEDULES = {"WG-6": WG_6, "WG-50": WG_50}

Wave = Float[torch.Tensor, "batch samples"]


@dataclass(frozen=True)
class NoiseSchedule:
    """The variances beta_1 ... beta_N of a chain, and what follows from them.

    Raises:
        ValueError: unless there is at least one beta and all lie between 0 and 1.
    """

    betas: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.betas or not all(0 < beta < 1 for beta in self.betas):
            raise ValueError(
                f"a noise schedule holds numbers between 0 and 1, at least one, not {self.betas}"
            )

    @classmethod
    def of(cls, betas: Sequence[float]) -> "NoiseSchedule":
        """From any row of numbers, such as the list in a saved configuration."""
        return cls(tuple(float(beta) for beta in betas))

    @property
    def steps(self) -> int:
        return len(self.betas)

    @cached_property
    def alpha_bars(self) -> tuple[float, ...]:
        """alpha_bar_0 = 1 to alpha_bar_N, falling."""
        return (1.0, *np.cumprod(1 - np.array(self.betas)).tolist())

    @cached_property
    def levels(self) -> tuple[float, ...]:
        """sqrt(alpha_bar_0) = 1 to sqrt(alpha_bar_N), falling."""
        return tuple(sqrt(share) for share in self.alpha_bars)

    def posterior_deviation(self, step: int) -> float:
        """sigma_n, the square root of (1 - alpha_bar_(n-1)) / (1 - alpha_bar_n) beta_n (DDPM eq. 7);
        0 for the last step, n = 1."""
        before, after = self.alpha_bars[step - 1], self.alpha_bars[step]
        return sqrt((1 - before) / (1 - after) * self.betas[step - 1])


def diffuse(clean: Wave, noise: Wave, level: Float[torch.Tensor, "batch 1"] | float) -> Wave:
    """y = level y_0 + sqrt(1 - level^2) epsilon (DDPM eq. 4)."""
    level = torch.as_tensor(level, dtype=clean.dtype, device=clean.device)
    return level * clean + (1 - level.square()).sqrt() * noise


def predicted_clean(noisy: Wave, noise: Wave, level: float) -> Wave:
    """`diffuse` solved for y_0."""
    return (noisy - sqrt(1 - level**2) * noise) / level


def posterior_mean(noisy: Wave, clean: Wave, schedule: NoiseSchedule, step: int) -> Wave:
    """Mean of y_(n-1) given y_n and the clean wave y_0 (DDPM eq. 7).

    sqrt(alpha_bar_(n-1)) beta_n / (1 - alpha_bar_n) y_0 + sqrt(alpha_n) (1 -
    alpha_bar_(n-1)) / (1 - alpha_bar_n) y_n
    """
    beta, before, after = schedule.betas[step - 1], schedule.alpha_bars[step - 1], schedule.alpha_bars[step]
    return sqrt(before) * beta / (1 - after) * clean + sqrt(1 - beta) * (1 - before) / (1 - after) * noisy


def reverse_chain(
    first: Wave, schedule: NoiseSchedule, mean: Callable[[Wave, int], Wave], noise: Callable[[int], Wave]
) -> Wave:
    """y_N to y_0: y_(n-1) = mean(y_n, n) + sigma_n noise(n) for n = N ... 2, and y_0 =
    mean(y_1, 1) (WaveGrad Algorithm 2)."""
    wave = first
    for step in range(schedule.steps, 0, -1):
        wave = mean(wave, step)
        if step > 1:
            wave = wave + schedule.posterior_deviation(step) * noise(step)
    return wave
