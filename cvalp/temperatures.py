"""The temperatures of the contrastive losses, as logarithms of 1 / tau, and their bounds."""

import math
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn


def _bounded(log_scale: Float[Tensor, "3"]) -> Float[Tensor, "3"]:
    """Between 0 and ln 100. The bounds are tensors: compared with a Python number, what lies at ln 100 in
    float32 would be above it."""
    return log_scale.clamp(log_scale.new_zeros(()), log_scale.new_tensor(math.log(100)))


def bounded_scales(log_scale: Float[Tensor, "3"]) -> Float[Tensor, "3"]:
    """1 / tau between 1 and 100 (CLIP and Diff-Foley clamp alike); beyond, nothing pulls it back, so
    `keep_in_bounds` is for trainers."""
    return _bounded(log_scale).exp()


@torch.no_grad()
def keep_in_bounds(log_scale: Float[Tensor, "3"]) -> None:
    """Moves temperatures back, in place, to where `bounded_scales` has a gradient: after every step of an
    optimiser, and after loading."""
    log_scale.copy_(_bounded(log_scale))


def loaded_in_bounds(model: nn.Module, *_: Any) -> None:
    """After `load_state_dict`: weights trained without bounds, and those in half precision, may lie a little
    outside."""
    keep_in_bounds(model.get_parameter("log_scale"))
