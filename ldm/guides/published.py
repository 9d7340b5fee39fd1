"""A latent guide inside of any diffusers pipeline: it moves the latents before every step of the pipeline's
own scheduler, at the prediction that the pipeline has guided already."""

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal

import torch
from torch import Tensor

from ldm.guides.role import LatentGuide
from ldm.latents import Latents
from ldm.process import Process, process_of

PipelineModality = Literal["audio", "video"]


def process_of_scheduler(config: Mapping[str, Any]) -> Process:
    """What a denoiser undoes that a scheduler of these settings steps: noise, v or flow.

    Raises:
        ValueError: in one line, if it is another kind of process.
    """
    kind = config.get("prediction_type")
    if config.get("use_flow_sigmas") or kind == "flow_prediction" or (kind is None and "shift" in config):
        return process_of("flow")
    schedule = config.get("beta_schedule")
    known = kind in ("epsilon", "v_prediction") and schedule in ("linear", "scaled_linear")
    if not known or config.get("trained_betas") is not None or config.get("rescale_betas_zero_snr"):
        raise ValueError(
            f"a scheduler of {kind!r} with {schedule!r} betas steps no process that is known here"
        )
    steps = config["num_train_timesteps"]
    betas = {"start": config["beta_start"], "end": config["beta_end"]}
    return process_of({"kind": kind, "schedule": schedule, "steps": steps, **betas})


@contextmanager
def guided_steps(scheduler: Any, guide: LatentGuide, modality: PipelineModality) -> Iterator[None]:
    """Every `scheduler.step` within the block begins at the latents where the guide moves them.

    Args:
        scheduler: of a pipeline, which is called within the block; with one evaluation a step.
        modality: what its latents are of, for the guide.

    Raises:
        ValueError: it steps no process that is known here, or evaluates more than once a step.
    """
    process = process_of_scheduler(scheduler.config)
    if getattr(scheduler, "order", 1) != 1:
        raise ValueError(f"{type(scheduler).__name__} evaluates more than once a step")
    flow, own, total = process.config == "flow", scheduler.step, scheduler.config["num_train_timesteps"]

    def scale_of(like: Tensor, timestep: Any) -> Tensor:
        """Of the latents as the denoiser sees them, to those that the scheduler keeps."""
        scaled = getattr(scheduler, "scale_model_input", None)
        one = like.new_ones((), dtype=torch.float32)
        return one if flow or scaled is None else scaled(one, timestep)

    @functools.wraps(own)
    def step(model_output: Tensor, timestep: Any, sample: Tensor, *rest: Any, **more: Any) -> Any:
        factor = scale_of(sample, timestep)
        seen = Latents(**{modality: sample.float() * factor})
        moved = guide.moved(
            Latents(**{modality: model_output.float()}), seen, float(timestep) / total, process
        )
        (_, latents), *_ = moved.items()
        return own(model_output, timestep, (latents / factor).to(sample.dtype), *rest, **more)

    scheduler.step = step
    try:
        yield
    finally:
        del scheduler.step
