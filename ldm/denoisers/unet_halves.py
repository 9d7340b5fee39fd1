"""diffusers' UNets in two halves, which they only run as one: down and through the middle block, and up.

Nothing of the networks is changed; both halves together are their `forward`.
"""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Bottom:
    """A UNet below its decoder.

    Attributes:
        hidden: output of the middle block.
        skips: what the decoder's levels are given beside it.
        clock: of the time.
        context: what is attended to.
        pictures: of a clip, where the UNet is one of clips; they lie in the batch one after the other.
    """

    hidden: Float[Tensor, "batch channels h w"]
    skips: tuple[Tensor, ...]
    clock: Tensor
    context: Tensor
    pictures: int | None = None

    @property
    def frames(self) -> dict[str, int]:
        return {} if self.pictures is None else {"num_frames": self.pictures}


def down(
    unet: Any,
    x: Float[Tensor, "batch channels h w"],
    time: Float[Tensor, " clips"],
    context: Float[Tensor, "batch tokens width"],
    pictures: int | None = None,
) -> Bottom:
    """Through the encoder and the middle block.

    Args:
        unet: a `UNet2DConditionModel` or `UNetMotionModel`.
        x: noisy latents; pictures of a clip one after the other.
        time: in [0, 1], one for each clip.
        context: what each row of `x` attends to.
        pictures: of a clip, for a `UNetMotionModel`.

    Raises:
        ValueError: sides that the levels of the UNet do not divide.
    """
    grain = 2 ** (len(unet.down_blocks) - 1)
    if x.shape[-1] % grain or x.shape[-2] % grain:
        raise ValueError(f"latents of {tuple(x.shape[-2:])} are not whole multiples of {grain}")
    clock = unet.time_embedding(unet.time_proj(1000.0 * time).to(x.dtype))
    frames = {} if pictures is None else {"num_frames": pictures}
    if pictures is not None:
        clock = clock.repeat_interleave(pictures, dim=0)
    hidden = unet.conv_in(x)
    skips: tuple[Tensor, ...] = (hidden,)
    for block in unet.down_blocks:
        attends = {"encoder_hidden_states": context} if getattr(block, "has_cross_attention", False) else {}
        hidden, further = block(hidden_states=hidden, temb=clock, **attends, **frames)
        skips += tuple(further)
    hidden = unet.mid_block(hidden, clock, encoder_hidden_states=context, **frames)
    return Bottom(hidden, skips, clock, context, pictures)


def up(unet: Any, hidden: Tensor, bottom: Bottom) -> Float[Tensor, "batch channels h w"]:
    """Through the decoder, from `hidden` in the place of `bottom.hidden`."""
    skips = bottom.skips
    for block in unet.up_blocks:
        count = len(block.resnets)
        mine, skips = skips[-count:], skips[:-count]
        attends = (
            {"encoder_hidden_states": bottom.context} if getattr(block, "has_cross_attention", False) else {}
        )
        hidden = block(
            hidden_states=hidden,
            temb=bottom.clock,
            res_hidden_states_tuple=mine,
            **attends,
            **bottom.frames,
        )
    return unet.conv_out(unet.conv_act(unet.conv_norm_out(hidden)))


def identity_over_time(channels: int) -> torch.nn.Conv3d:
    """A convolution over three pictures in time, which starts as the identity."""
    layer = torch.nn.Conv3d(channels, channels, (3, 1, 1), padding=(1, 0, 0))
    torch.nn.init.dirac_(layer.weight)
    torch.nn.init.zeros_(layer.get_parameter("bias"))
    return layer
