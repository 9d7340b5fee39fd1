"""What every guide is, and how gradients are taken for one."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from ldm.latents import Latents
from ldm.process import Process


@runtime_checkable
class Guide(Protocol):
    """Moves the clean estimate of one sampler step."""

    def __call__(self, prediction: Latents, noisy: Latents, time: float, process: Process) -> Latents:
        """The prediction whose clean estimate is the one that the guide asks for
        (`Process.clean`, `Process.shifted`).

        Args:
            prediction: of the denoiser, guided by its conditions.
            noisy: the latents of this step, float32.
            time: in [0, 1], 1 is pure noise.
            process: what the denoiser undoes.
        """


@runtime_checkable
class LatentGuide(Protocol):
    """Moves the noisy latents of one sampler step, at the prediction as it is; the scheduler then goes on
    from there."""

    def moved(self, prediction: Latents, noisy: Latents, time: float, process: Process) -> Latents:
        """The latents of this step, moved.

        Args:
            prediction: of the denoiser, moved by the guides before this one.
            noisy, time, process: as `Guide`'s.
        """


def gradient(function: Callable[[Tensor], Tensor], points: Tensor, unit: bool = False) -> Tensor:
    """Gradient of `function` (batch,) at `points` (batch, ...), in float32, also
    where gradients are switched off.

    With `unit` each sample's is of norm 1, or 0.
    """
    with torch.inference_mode(False), torch.enable_grad(), torch.autocast(points.device.type, enabled=False):
        variable = points.detach().clone().float().requires_grad_(True)
        found = torch.autograd.grad(function(variable).sum(), variable)[0]
    if unit:
        size = found.flatten(1).norm(dim=1).clamp_min(1e-9)
        found = found / size.reshape(-1, *[1] * (found.ndim - 1))
    return found
