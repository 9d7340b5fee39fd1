"""How fast samplers converge where the answer is known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from ldm.conditions import Conditions
from ldm.exact import ExactDenoiser, Mixture
from ldm.guidance import double, plan_branches
from ldm.latents import Latents
from ldm.process import Process
from ldm.samplers import sampler_of
from ldm.sampling import sample

ENDS_INSIDE: dict[str, dict[str, Any]] = {
    "dpm++": {"final_sigmas_type": "sigma_min"},
    "unipc": {"final_sigmas_type": "sigma_min"},
    "euler": {"final_sigmas_type": "sigma_min"},
    "ddim": {"set_alpha_to_one": False},
}
"""Settings with which samplers over betas stop at the smallest noise level. As they are used they go on from
their last level to none in one step of first order, and what that costs hides the order of the rest."""


@dataclass(frozen=True)
class Convergence:
    """Errors of a sampler by the number of its steps, and the slope of log error against log steps.

    Attributes:
        steps: numbers of steps.
        errors: root mean square distance to where the probability flow arrives.
        order: the slope between the first and the last, with its sign turned.
    """

    steps: tuple[int, ...]
    errors: tuple[float, ...]

    @property
    def order(self) -> float:
        span = math.log(self.steps[-1] / self.steps[0])
        return math.log(self.errors[0] / self.errors[-1]) / span


def convergence(
    process: Process,
    name: str,
    steps: Sequence[int],
    points: int = 101,
    mixture: Mixture | None = None,
    whole: bool = False,
) -> Convergence:
    """Measures one sampler on a mixture of Gaussians, from noise of evenly spread quantiles.

    Args:
        name: of `ldm.samplers`.
        steps: numbers of steps, rising.
        points: how many starts, from the 2 % to the 98 % quantile.
        whole: as it is used, down to no noise at all; else it stops at the smallest noise level of the
            betas (`ENDS_INSIDE`), where its order shows.
    """
    mixture, betas = mixture or Mixture(), isinstance(process.config, dict)
    noise = torch.special.ndtri(torch.linspace(0.02, 0.98, points, dtype=torch.float64))
    changes = {} if whole or not betas else ENDS_INSIDE[name]
    plain, errors = plan_branches(double(1.0), 1, Conditions.of()), []
    for count in steps:
        denoiser = _Watched(process, mixture)
        scheduler, start = sampler_of(process, name, **changes), Latents(audio=noise.float()[None, None])
        made = sample(denoiser, scheduler, start, plain, count).given_audio[0, 0].double()
        wanted = mixture.carried(denoiser.first, process, denoiser.time, 0.0 if changes else None)
        if changes and name == "euler":  # that scheduler keeps data + sigma noise, not the process's sample
            made = made * float(process.coefficients(0.0).signal)
        errors.append(float((made - wanted).square().mean().sqrt()))
    return Convergence(tuple(steps), tuple(errors))


class _Watched(ExactDenoiser):
    """Notes where the sampler begins: the latents that it shows first, and their time."""

    def __init__(self, process: Process, mixture: Mixture):
        super().__init__(process, mixture)
        self.first, self.time = torch.empty(0), 2.0

    def forward(self, latents: Latents, time: torch.Tensor, conditions: object) -> Latents:
        if self.time > 1:
            self.first, self.time = latents.given_audio[0, 0].double(), float(time[0])
        return super().forward(latents, time, conditions)
