"""A diffusion whose every quantity is known: data of a mixture of Gaussians in one dimension.

The prediction is exact, and so is where a sampler should arrive: in one dimension the probability flow keeps
the order of points, hence takes the q-quantile of the noisy data to the q-quantile of the clean data.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from ldm.conditions import Conditions
from ldm.latents import Latents
from ldm.process import Process


@dataclass(frozen=True)
class Mixture:
    """sum_k w_k N(m_k, v_k); the defaults are two bumps of unlike weight and width."""

    weights: tuple[float, ...] = (0.7, 0.3)
    means: tuple[float, ...] = (-0.8, 1.2)
    variances: tuple[float, ...] = (0.3, 0.5)

    def noisy(self, process: Process, time: float | None) -> tuple[Tensor, Tensor, Tensor]:
        """Weights, means and variances, each (parts,) float64, of the mixture at a time; None: of the data
        (the betas' time 0 is their smallest noise)."""
        c = None if time is None else process.coefficients(time)
        signal, noise = (1.0, 0.0) if c is None else (float(c.signal), float(c.noise))
        weights, means, variances = (
            torch.tensor(values, dtype=torch.float64) for values in (self.weights, self.means, self.variances)
        )
        return weights, signal * means, signal**2 * variances + noise**2

    def distribution(
        self, x: Float[Tensor, "..."], process: Process, time: float | None
    ) -> Float[Tensor, "..."]:
        """P(noisy sample <= x) at a time, float64."""
        weights, means, variances = self.noisy(process, time)
        parts = torch.special.ndtr((x.double()[..., None] - means) / variances.sqrt())
        return (parts * weights).sum(-1)

    def quantile(
        self, share: Float[Tensor, "..."], process: Process, time: float | None
    ) -> Float[Tensor, "..."]:
        """The inverse of `distribution`, by bisection to float64."""
        low, high = torch.full_like(share, -20.0), torch.full_like(share, 20.0)
        for _ in range(64):
            middle = (low + high) / 2
            below = self.distribution(middle, process, time) < share
            low, high = torch.where(below, middle, low), torch.where(below, high, middle)
        return (low + high) / 2

    def carried(
        self, x: Float[Tensor, "..."], process: Process, start: float, end: float | None
    ) -> Float[Tensor, "..."]:
        """Where the probability flow takes `x` from one time to another."""
        return self.quantile(self.distribution(x, process, start), process, end)


class ExactDenoiser(torch.nn.Module):
    """The denoiser of data whose every number is drawn from a `Mixture`, computed in float64."""

    def __init__(self, process: Process, mixture: Mixture | None = None):
        super().__init__()
        self.process, self.mixture = process, mixture or Mixture()

    def mix(self, conditions: Conditions, latents: Latents) -> None:
        """Nothing conditions it."""

    def forward(self, latents: Latents, time: Float[Tensor, " batch"], conditions: object) -> Latents:
        """The exact prediction; all samples are at one time."""
        return latents.map(lambda x: self._predicted(x, float(time[0])).to(x.dtype))

    def _predicted(self, x: Tensor, time: float) -> Tensor:
        weights, means, variances = self.mixture.noisy(self.process, time)
        c, far = self.process.coefficients(time), x.double()[..., None] - means
        log_density = weights.log() - 0.5 * (far.square() / variances + variances.log())
        share = torch.softmax(log_density, dim=-1)
        # the data's mean given the noisy sample, part by part (Tweedie)
        own_mean, own_variance = (
            torch.tensor(values, dtype=torch.float64)
            for values in (self.mixture.means, self.mixture.variances)
        )
        clean = (share * (own_mean + c.signal * own_variance / variances * far)).sum(-1)
        return self.process.prediction(x.double(), clean, time)
