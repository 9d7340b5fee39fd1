"""What networks around one of diffusers' UNets share: Stable Diffusion's levels, and the blocks as pieces."""

from collections.abc import Sequence
from typing import Any, Literal

from torch import nn

TINY_UNET: dict[str, Any] = {
    "text_channels": 5,
    "context_channels": 16,
    "block_out_channels": (8, 16),
    "layers_per_block": 1,
    "attention_heads": 2,
    "norm_groups": 4,
}
"""Sizes of a test."""


def unet_levels(
    kind: Literal["2D", "Motion"],
    block_out_channels: Sequence[int],
    layers_per_block: int,
    context_channels: int,
    norm_groups: int,
) -> dict[str, Any]:
    """Arguments of diffusers' class for levels as Stable Diffusion's: the last one attends to nothing."""
    attending = len(block_out_channels) - 1
    return {
        "block_out_channels": tuple(block_out_channels),
        "layers_per_block": layers_per_block,
        "down_block_types": (*[f"CrossAttnDownBlock{kind}"] * attending, f"DownBlock{kind}"),
        "up_block_types": (f"UpBlock{kind}", *[f"CrossAttnUpBlock{kind}"] * attending),
        "cross_attention_dim": context_channels,
        "norm_num_groups": norm_groups,
    }


class AroundUNet:
    """A network around a UNet."""

    unet: Any

    def keep_fewer_activations(self) -> None:
        """Gradient checkpointing: activations inside of a block are computed again in the backward pass."""
        self.unet.enable_gradient_checkpointing()

    def pieces(self) -> list[nn.Module]:
        """What is spread over devices one by one: the blocks of the UNet."""
        return [*self.unet.down_blocks, self.unet.mid_block, *self.unet.up_blocks]
