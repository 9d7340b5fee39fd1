"""Pictures to the features that a diffusion model is given, for encoders of either size."""

import torch
from jaxtyping import Float
from torch import Tensor

from cvalp.role import Encoders


def as_input(frames: Tensor) -> Tensor:
    """uint8 pictures (B, N, H, W) or (B, N, H, W, 3) to what `encode_video` takes: (B, N, H, W) luma or
    (B, N, 3, H, W) RGB in [0, 1]."""
    return (frames.movedim(-1, 2) if frames.ndim == 5 else frames).float() / 255


def film_features(cvalp: Encoders, frames: Tensor) -> Float[Tensor, "batch tokens width"]:
    """`encode_video` of what a model of either size takes, float32: the mean over the film and its
    mirror image, which sound alike.

    This is the E_v^T that a diffusion model is given, in training as in use.
    """
    plain, mirrored = cvalp.encode_video(torch.cat([frames, frames.flip(-1)])).float().chunk(2)
    return (plain + mirrored) / 2
