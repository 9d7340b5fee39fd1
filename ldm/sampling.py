"""The denoising loop: any scheduler that fits the process, any guidance, any
guides, sound and picture alike."""

import copy
import inspect
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from ldm.denoisers.role import Denoiser
from ldm.guidance import Guidance, guided
from ldm.guides.role import Guide, LatentGuide
from ldm.latents import Latents
from ldm.process import Flow, Process
from ldm.scheduling import check_scheduler

Generators = torch.Generator | Sequence[torch.Generator]


@dataclass(frozen=True)
class Step:
    """One step of the sampler, when it is done.

    Attributes:
        done, total: steps done and in all.
        timestep: of the scheduler, where the step began.
        latents: after it, at the scheduler's own scale.
    """

    done: int
    total: int
    timestep: Tensor
    latents: Latents


StepCallback = Callable[[Step], Latents | None]


def clip_noise(generators: Generators, batch: int, channels: int, columns: int) -> Float[Tensor, "b z l"]:
    """Standard normal noise, column after column: a longer clip of the same seed begins
    with the shorter clip's noise.

    Windows of a long clip are cut from one such array, so where they overlap they start from the same noise.
    One generator per sample makes a sample independent of its batch. The noise is drawn where the generator
    lives (CPU for equal results on every device).

    Raises:
        ValueError: if a list of generators is not `batch` long.
    """
    if isinstance(generators, torch.Generator):
        noise = torch.randn(columns, batch, channels, generator=generators, device=generators.device)
        return noise.permute(1, 2, 0).contiguous()
    if len(generators) != batch:
        raise ValueError(f"{len(generators)} generators for a batch of {batch}")
    return torch.cat([clip_noise(generator, 1, channels, columns) for generator in generators])


class _Steps:
    """One modality's own copy of a scheduler: schedulers remember earlier steps, and one
    engine may serve several calls."""

    def __init__(
        self,
        scheduler: Any,
        process: Process,
        steps: int,
        device: torch.device,
        generators: Generators | None,
    ):
        self.scheduler = copy.deepcopy(scheduler)
        self.process = process
        asked = inspect.signature(self.scheduler.set_timesteps).parameters
        if isinstance(process, Flow) and "sigmas" in asked:
            # Equal steps down to 0, which the scheduler then shifts: left to itself it spends the
            # last one between 0.001 and 0.
            self.scheduler.set_timesteps(sigmas=np.linspace(1.0, 1.0 / steps, steps), device=device)
        else:
            self.scheduler.set_timesteps(steps, device=device)
        draws = "generator" in inspect.signature(self.scheduler.step).parameters
        drawn = (
            generators if generators is None or isinstance(generators, torch.Generator) else list(generators)
        )
        self._options = {"generator": drawn} if draws else {}

    @property
    def timesteps(self) -> Tensor:
        return self.scheduler.timesteps

    def time(self, index: int) -> float:
        """Time in [0, 1] of a step; a scheduler that rounds its timesteps to whole numbers has
        the exact one in its sigmas."""
        timestep = self.timesteps[index]
        if isinstance(self.process, Flow) and not timestep.is_floating_point():
            return float(self.scheduler.sigmas[index])
        return float(timestep) / self.scheduler.config.num_train_timesteps

    def start(self, noise: Tensor) -> Tensor:
        return (
            noise.float() * self.scheduler.init_noise_sigma
            if hasattr(self.scheduler, "init_noise_sigma")
            else noise.float()
        )

    def seen(self, latents: Tensor, index: int) -> Tensor:
        """The latents as the denoiser knows them: some schedulers keep them at another scale."""
        scaled = getattr(self.scheduler, "scale_model_input", None)
        return latents if scaled is None else scaled(latents, self.timesteps[index])

    def kept(self, seen: Tensor, index: int) -> Tensor:
        """The inverse of `seen`."""
        return seen / self.seen(seen.new_ones(()), index)

    def step(self, prediction: Tensor, index: int, latents: Tensor) -> Tensor:
        return self.scheduler.step(
            prediction, self.timesteps[index], latents, return_dict=False, **self._options
        )[0]


@torch.no_grad()
def sample(
    denoiser: Denoiser,
    scheduler: Any,
    noise: Latents,
    guidance: Guidance,
    steps: int = 25,
    generators: Generators | None = None,
    guides: Sequence[Guide | LatentGuide] = (),
    callback: StepCallback | None = None,
    autocast_dtype: torch.dtype | None = None,
) -> Latents:
    """Clean latents from noise, of whatever modalities the noise has.

    Args:
        denoiser: the network; its process says what it predicts.
        scheduler: diffusers' own, or one with its interface; it is copied, never changed.
        noise: standard normal.
        guidance: from `ldm.guidance.plan_branches`.
        steps: sampler steps, 1 or more.
        generators: for schedulers that draw noise: one, or one for each sample.
        guides: act in order at every step.
        callback: called after every step; latents that it returns take the place of the step's.
        autocast_dtype: precision of the denoiser's products
            (bfloat16 is fast on CPUs that have it); None keeps its own.

    Raises:
        ValueError: noise and guidance of different batch sizes, `steps` below 1, or
            a scheduler of another process.
    """
    if steps < 1:
        raise ValueError(f"at least 1 step, not {steps}")
    if noise.batch != guidance.batch:
        raise ValueError(f"noise of {noise.batch} samples but guidance for {guidance.batch}")
    process, device = denoiser.process, noise.device
    check_scheduler(scheduler, process)
    precision = torch.autocast(device.type, autocast_dtype) if autocast_dtype is not None else nullcontext()
    with precision:
        mixed = denoiser.mix(guidance.conditions, noise.repeat(guidance.branches))
    each = {name: _Steps(scheduler, process, steps, device, generators) for name, _ in noise.items()}
    clock = next(iter(each.values()))
    latents = Latents(**{name: each[name].start(value) for name, value in noise.items()})
    total = len(clock.timesteps)
    for index in range(total):
        time = clock.time(index)
        seen = Latents(**{name: each[name].seen(value, index) for name, value in latents.items()})
        with precision:
            prediction = guided(denoiser, seen, time, mixed, guidance.at(time))
        for guide in guides:
            if isinstance(guide, LatentGuide):
                seen = guide.moved(prediction, seen, time, process)
                latents = Latents(**{name: each[name].kept(value, index) for name, value in seen.items()})
            else:
                prediction = guide(prediction, seen, time, process)
        moves = zip(prediction.items(), latents.items(), strict=True)
        latents = Latents(**{name: each[name].step(p, index, x) for (name, p), (_, x) in moves})
        step = Step(index + 1, total, clock.timesteps[index], latents)
        replaced = None if callback is None else callback(step)
        latents = latents if replaced is None else replaced
    return latents
