"""What every guide is, and how one is applied to a prediction of any process."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from ldm.latents import Latents
from ldm.process import Process


@runtime_checkable
class Guide(Protocol):
    """Moves the clean estimate of one sampler step."""

    def __call__(self, clean: Latents, noisy: Latents, time: float, process: Process) -> Latents:
        """The estimate of the clean latents, moved.

        Args:
            clean: what the guided prediction says the latents will be.
            noisy: the latents of this step, float32.
            time: in [0, 1], 1 is pure noise.
            process: what the denoiser undoes.
        """


def steered(prediction: Latents, noisy: Latents, time: float, process: Process, guide: Guide) -> Latents:
    """The prediction whose clean estimate is the one that `guide` asks for."""
    clean = prediction.map(lambda p, x: process.clean(x, p, time), noisy)
    moved = guide(clean, noisy, time, process)
    if moved is clean:
        return prediction
    return prediction.map(lambda p, new, old: process.shifted(p, new - old, time), moved, clean)


def gradient(function: Callable[[Tensor], Tensor], points: Tensor, unit: bool = False) -> Tensor:
    """Gradient of `function` (batch,) at `points` (batch, ...), in float32, also where gradients are switched off.

    With `unit` each sample's is of norm 1, or 0.
    """
    with torch.inference_mode(False), torch.enable_grad(), torch.autocast(points.device.type, enabled=False):
        variable = points.detach().clone().float().requires_grad_(True)
        found = torch.autograd.grad(function(variable).sum(), variable)[0]
    if unit:
        size = found.flatten(1).norm(dim=1).clamp_min(1e-9)
        found = found / size.reshape(-1, *[1] * (found.ndim - 1))
    return found
