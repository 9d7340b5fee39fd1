"""The denoising loop: any diffusers scheduler, any guidance, any number of columns (long clips through overlapping windows)."""

import inspect
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ldm.conditioning import Conditions, align
from ldm.guidance import Guidance, classifier_velocity_term, clean_velocity_term, guided, log_likelihood_gradient

StepCallback = Callable[[int, int, Tensor], Tensor | None]


@runtime_checkable
class Denoiser(Protocol):
    """The denoiser's role: `mix` once per clip, then a velocity per call (`ldm.denoiser.AudioTransformer`)."""

    def mix(self, conditions: Conditions, batch: int, columns: int) -> Tensor:
        """(batch, tokens, width) tokens that do not depend on time."""

    def __call__(self, latents: Tensor, time: Tensor, conditions: Tensor) -> Tensor:
        """(batch, latent, columns) velocity at `time` (batch,) in [0, 1]."""


@dataclass(frozen=True)
class ClassifierGuide:
    """Classifier guidance, the last term of eq. 11 and 14.

    Args:
        log_likelihood: of (z_t, t, velocity) gives log p(y | z_t, t, E_v) (batch,).
        gamma: its scale, for all or (batch,). As printed (paper: 50), or with `unit` how far each ascent moves the clean estimate.
        unit: gradients of norm 1, whatever the likelihood's own scale.
        ascents: gradients taken at every step.
        earliest, latest: times in [0, 1] between which it acts; 1 is pure noise, of which a clean estimate says nothing yet.
    """

    log_likelihood: Callable[[Tensor, float, Tensor], Tensor]
    gamma: float | Tensor
    unit: bool = False
    ascents: int = 1
    earliest: float = 1.0
    latest: float = 0.0

    def steered(
        self, velocity: Float[Tensor, "batch latent columns"], latents: Float[Tensor, "batch latent columns"], time: float
    ) -> Float[Tensor, "batch latent columns"]:
        """The velocity with the classifier's term."""
        if not self.latest <= time <= self.earliest:
            return velocity
        gamma = self.gamma[:, None, None] if isinstance(self.gamma, Tensor) else self.gamma
        term = clean_velocity_term if self.unit else classifier_velocity_term
        for _ in range(self.ascents):
            gradient = log_likelihood_gradient(self.log_likelihood, latents, time, velocity, self.unit)
            velocity = velocity + term(gradient, gamma, time)
        return velocity


@dataclass(frozen=True)
class Windowing:
    """Windows of `columns` latent columns, neighbours sharing at least `overlap`; `windows_per_call` of them run in one call."""

    columns: int = 128
    overlap: int = 32
    windows_per_call: int = 4

    def __post_init__(self) -> None:
        if not 0 <= self.overlap < self.columns or self.windows_per_call < 1:
            raise ValueError(f"windows of {self.columns} columns cannot overlap by {self.overlap}, {self.windows_per_call} at a time")

    def starts(self, total: int) -> list[int]:
        """First columns of the windows: evenly spread, the first at 0, the last ending at `total`; [0] if one window holds everything."""
        if total <= self.columns:
            return [0]
        stride = self.columns - self.overlap
        count = -(-(total - self.columns) // stride) + 1
        return [round(i * (total - self.columns) / (count - 1)) for i in range(count)]

    def ramp(self, length: int, first: bool, last: bool) -> Float[Tensor, "columns"]:
        """Weights of one window in the cross-fade: trapezium with slopes over the overlap, flat where the clip itself begins or ends."""
        slope = (torch.arange(length) + 0.5) / max(1, self.overlap)
        rise = torch.ones(length) if first else slope.clamp(max=1.0)
        fall = torch.ones(length) if last else slope.flip(0).clamp(max=1.0)
        return torch.minimum(rise, fall)


def clip_noise(generators: torch.Generator | Sequence[torch.Generator], batch: int, channels: int, columns: int) -> Float[Tensor, "b z l"]:
    """Standard normal noise, column after column: a longer clip of the same seed begins with the shorter clip's noise.

    Windows of a long clip are cut from one such array, so where they overlap they start from the same noise. One generator per sample makes
    a sample independent of its batch. The noise is drawn where the generator lives (CPU for equal results on every device).

    Raises:
        ValueError: if a list of generators is not `batch` long.
    """
    if isinstance(generators, torch.Generator):
        noise = torch.randn(columns, batch, channels, generator=generators, device=generators.device)
        return noise.permute(1, 2, 0).contiguous()
    if len(generators) != batch:
        raise ValueError(f"{len(generators)} generators for a batch of {batch}")
    return torch.cat([clip_noise(generator, 1, channels, columns) for generator in generators])


def windowed_velocity(
    denoiser: Denoiser,
    latents: Float[Tensor, "batch latent columns"],
    time: float,
    mixed: Float[Tensor, "branches_batch columns width"],
    weights: tuple[float, ...],
    windowing: Windowing,
) -> Float[Tensor, "batch latent columns"]:
    """Guided velocity of a clip of any length: windows' velocities, cross-faded at every step (MultiDiffusion, Bar-Tal et al. 2023).

    All windows move the same latents, so neighbours agree where they overlap and no seam remains to be hidden afterwards.
    """
    total = latents.shape[-1]
    starts = windowing.starts(total)
    if len(starts) == 1:
        return guided(denoiser, latents, time, mixed, weights)
    batch, length, branches = len(latents), windowing.columns, len(weights)
    velocity = torch.zeros_like(latents)
    cover = torch.zeros(total, device=latents.device)
    by_branch = mixed.unflatten(0, (branches, batch))
    for first in range(0, len(starts), windowing.windows_per_call):
        group = starts[first : first + windowing.windows_per_call]
        pieces = torch.cat([latents[..., s : s + length] for s in group])
        tokens = torch.cat([by_branch[:, :, s : s + length] for s in group], dim=1).flatten(0, 1)
        outputs = guided(denoiser, pieces, time, tokens, weights).unflatten(0, (len(group), batch))
        for start, output in zip(group, outputs, strict=True):
            ramp = windowing.ramp(length, start == 0, start + length == total).to(latents.device)
            velocity[..., start : start + length] += ramp * output
            cover[start : start + length] += ramp
    return velocity / cover


@torch.no_grad()
def denoise(
    denoiser: Denoiser,
    scheduler,
    noise: Float[Tensor, "batch latent columns"],
    guidance: Guidance,
    steps: int = 25,
    generator: torch.Generator | list[torch.Generator] | None = None,
    callback: StepCallback | None = None,
    autocast_dtype: torch.dtype | None = None,
    windowing: Windowing | None = None,
    classifier: ClassifierGuide | None = None,
) -> Float[Tensor, "batch latent columns"]:
    """Latents z_0 from noise.

    Args:
        denoiser: predicts velocity.
        scheduler: diffusers' `FlowMatchEulerDiscreteScheduler` or another that takes a velocity of a flow; its own `step` is used.
        noise: unit normal, from `clip_noise`.
        guidance: from `ldm.guidance.plan`.
        steps: scheduler steps, each one call of the denoiser (one per group of windows).
        generator: for schedulers that draw noise in a step; a list holds one for each sample.
        callback: called after every step with (steps done, steps in all, latents); latents it returns replace the current ones.
        autocast_dtype: run the denoiser in this dtype (bfloat16 is about 2.5 times faster on CPUs that have it); None keeps its own.
        windowing: how to cut clips longer than one window; the default windows are the length mini was trained at.
        classifier: optional classifier guidance.

    Raises:
        ValueError: if noise and guidance are of different batch sizes or `steps` is below 1.
    """
    if steps < 1:
        raise ValueError(f"at least 1 step, not {steps}")
    batch, _, columns = noise.shape
    if batch != guidance.batch:
        raise ValueError(f"noise of {batch} samples but guidance for {guidance.batch}")
    device, windowing = noise.device, windowing or Windowing()
    precision = torch.autocast(device.type, autocast_dtype) if autocast_dtype is not None else nullcontext()
    with precision:
        mixed = align(denoiser.mix(guidance.conditions, batch * guidance.branches, columns), columns)
    if "sigmas" in inspect.signature(scheduler.set_timesteps).parameters:
        # equal steps down to 0, which the scheduler then shifts: left to itself it spends the last one between sigma 0.001 and 0
        scheduler.set_timesteps(sigmas=np.linspace(1.0, 1.0 / steps, steps), device=device)
    else:
        scheduler.set_timesteps(steps, device=device)
    options = {"generator": generator} if "generator" in inspect.signature(scheduler.step).parameters else {}
    full_time = scheduler.config.num_train_timesteps
    latents = noise.float()
    for done, timestep in enumerate(scheduler.timesteps, start=1):
        time = float(timestep) / full_time
        with precision:
            velocity = windowed_velocity(denoiser, latents, time, mixed, guidance.at(time), windowing)
        if classifier is not None:
            velocity = classifier.steered(velocity, latents, time)
        latents = scheduler.step(velocity, timestep, latents, return_dict=False, **options)[0]
        if callback is not None:
            replaced = callback(done, len(scheduler.timesteps), latents)
            latents = latents if replaced is None else replaced
    return latents
