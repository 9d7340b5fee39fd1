"""The published video tower: SlowOnly R50 of pytorchvideo, its temporal length kept (TA-V2A section III-B)."""

from typing import Literal

from jaxtyping import Float
from torch import Tensor, nn

from cvalp.paper.checkpointing import checkpointed

Normalize = Literal["none", "pytorchvideo", "imagenet"]

MEAN_STD: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "none": ((0.0,) * 3, (1.0,) * 3),
    "pytorchvideo": ((0.45,) * 3, (0.225,) * 3),
    "imagenet": ((0.48500, 0.45600, 0.40600), (0.22900, 0.22400, 0.22500)),
}
"""Of RGB in [0, 1]: Diff-Foley takes it as it is, `slow_r50` and mmaction's SlowOnly were trained on the other two."""


class SlowOnlyTower(nn.Module):
    """Pictures -> one vector a picture: a ResNet-50 whose last nine blocks look one picture back and ahead (Feichtenhofer et al. 2019).

    The state dict has pytorchvideo's keys: `blocks.0.{conv,norm}`, `blocks.{1-4}.res_blocks.*`.

    Args:
        stem: channels of the first convolution, 64 as published; the output has 32 times as many.
        normalize: what is done to RGB in [0, 1] first, see `MEAN_STD`.
    """

    def __init__(self, stem: int = 64, normalize: Normalize = "pytorchvideo"):
        super().__init__()
        from pytorchvideo.models.resnet import create_resnet  # `models` only: its transforms do not import beside a current torchvision

        if normalize not in MEAN_STD:
            raise ValueError(f"normalize is one of {', '.join(MEAN_STD)}, not {normalize!r}")
        self.blocks = create_resnet(stem_conv_kernel_size=(1, 7, 7), model_depth=50, stem_dim_out=stem, head=None).blocks
        self.width, self.normalize, self.gradient_checkpointing = 32 * stem, normalize, False

    def forward(self, frames: Float[Tensor, "batch pictures 3 h w"]) -> Float[Tensor, "batch pictures width"]:
        """frames: RGB in [0, 1]; published for 224 x 224."""
        mean, std = (frames.new_tensor(values)[:, None, None] for values in MEAN_STD[self.normalize])
        x = ((frames - mean) / std).transpose(1, 2)
        again = self.gradient_checkpointing and self.training
        for block in [self.blocks[0], *(block for stage in self.blocks[1:] for block in stage.res_blocks)]:
            x = checkpointed(block, x) if again else block(x)
        return x.mean((3, 4)).transpose(1, 2)
