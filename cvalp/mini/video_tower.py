"""Video tower of mini: local temporal change first, then space, then time.

The published tower is SlowOnly (TA-V2A section III-B). Mini's is a small 2-D network whose
channels are shifted in time (TSM, Lin et al. 2019, section 3): depthwise 3-D convolutions are
several times slower on a CPU.
"""

from collections.abc import Sequence

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F


def delayed(
    x: Float[Tensor, "clips frames h w channels"], frames: int
) -> Float[Tensor, "clips frames h w channels"]:
    """What was `frames` earlier (later where negative); zero before the clip and after it."""
    ahead = max(-frames, 0)
    return F.pad(x, (0, 0, 0, 0, 0, 0, max(frames, 0), ahead))[:, ahead : ahead + x.shape[1]]


def shift_in_time(
    x: Float[Tensor, "clips_frames channels h w"], frames: int
) -> Float[Tensor, "clips_frames channels h w"]:
    """An eighth of the channels come from the frame before, an eighth from the
    frame after (TSM, figure 1b)."""
    x = rearrange(x, "(b n) c h w -> b n h w c", n=frames)  # channels last, as the convolutions have them
    fold = x.shape[-1] // 8
    before = delayed(x[..., :fold], 1)
    after = delayed(x[..., fold : 2 * fold], -1)
    return rearrange(torch.cat([before, after, x[..., 2 * fold :]], -1), "b n h w c -> (b n) c h w")


class ShiftBlock(nn.Module):
    """Residual block: shift in time, convolve in space."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor, frames: int) -> Tensor:
        return x + F.relu(self.norm(self.conv(shift_in_time(x, frames))))


class SpaceTimeBlock(nn.Module):
    """Residual 3 x 3 x 3 convolution, dilated in time, written as a 2-D one over three moments.

    It stands before space is pooled: what two bodies do is told apart where they are, also where a slow
    camera shows each picture several times. `scale` starts at zero (Bachlechner et al. 2020), so a new block
    changes nothing in a trained tower.
    """

    def __init__(self, channels: int, dilation: int):
        super().__init__()
        self.dilation = dilation
        self.conv = nn.Conv2d(3 * channels, channels, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        self.scale = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor, moments: int) -> Tensor:
        y = rearrange(x, "(b n) c h w -> b n h w c", n=moments)
        y = torch.cat([delayed(y, self.dilation), y, delayed(y, -self.dilation)], -1)
        y = F.relu(self.norm(self.conv(rearrange(y, "b n h w c -> (b n) c h w"))))
        return x + self.scale.to(y.dtype) * y


class TimeBlock(nn.Module):
    """Residual dilated convolution over tokens."""

    def __init__(self, channels: int, dilation: int):
        super().__init__()
        self.norm = nn.GroupNorm(1, channels)
        self.depthwise = nn.Conv1d(
            channels, channels, 3, padding=dilation, dilation=dilation, groups=channels
        )
        self.expand = nn.Conv1d(channels, 2 * channels, 1)
        self.reduce = nn.Conv1d(2 * channels, channels, 1)

    def forward(self, x: Float[Tensor, "batch channels tokens"]) -> Float[Tensor, "batch channels tokens"]:
        return x + self.reduce(F.gelu(self.expand(self.depthwise(self.norm(x)))))


def motion_channels(frames: Float[Tensor, "batch pictures h w"]) -> Float[Tensor, "batch pictures 4 h w"]:
    """Luma of unit contrast per clip, and its changes over one picture back, two back and
    one ahead, of unit size per clip.

    Faint motion in a still film so counts as much as strong motion.
    """
    where = frames.device.type
    dtype = torch.get_autocast_dtype(where) if torch.is_autocast_enabled(where) else frames.dtype
    mean, std = frames.mean((1, 2, 3), keepdim=True), frames.std((1, 2, 3), keepdim=True)
    luma = ((frames - mean) * (0.5 / (std + 0.02))).to(dtype)
    step = frames[:, 1:] - frames[:, :-1]
    size = step[:, ::2, ::2, ::2].square().mean((1, 2, 3), keepdim=True).sqrt() + 0.02 * (std + 0.02)
    step = (step / size).to(dtype).clamp(-8, 8)
    back, ahead = F.pad(step, (0, 0, 0, 0, 1, 0)), F.pad(step, (0, 0, 0, 0, 0, 1))
    back2 = back + F.pad(back[:, :-1], (0, 0, 0, 0, 1, 0))
    return torch.stack([luma, back, back2, ahead], 2)


class VideoTower(nn.Module):
    """Pictures -> one feature per token of two pictures.

    Args:
        dim: width of the output.
        widths: channels at 1/4, 1/8 and 1/16 of the picture size.
        space_time_blocks: `SpaceTimeBlock`s at 1/16, dilated by 1, 2, 4, ... tokens.
    """

    def __init__(
        self,
        dim: int = 256,
        widths: Sequence[int] = (32, 64, 128),
        time_blocks: int = 5,
        space_time_blocks: int = 3,
    ):
        super().__init__()
        b, c, d = widths

        def down(i: int, o: int, k: int, stride: int = 2) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(i, o, k, stride, (k - 1) // 2 if k % 2 else (k - stride) // 2, bias=False),
                nn.BatchNorm2d(o),
                nn.ReLU(),
            )

        # straight to a quarter: a layer at half size costs more than all others together on a CPU
        self.stem = down(4, b, 8, 4)
        self.quarter_block, self.quarter_block2 = ShiftBlock(b), ShiftBlock(b)
        self.eighth = down(b, c, 3)
        self.eighth_block, self.eighth_block2 = ShiftBlock(c), ShiftBlock(c)
        self.sixteenth = down(2 * c, d, 3)  # the two pictures of a token meet here
        self.sixteenth_block = ShiftBlock(d)
        self.space_time = nn.ModuleList([SpaceTimeBlock(d, 2**i) for i in range(space_time_blocks)])
        self.project = nn.Linear(2 * d, dim)
        self.time = nn.ModuleList([TimeBlock(dim, 2 ** (i % 4)) for i in range(time_blocks)])

    def forward(self, frames: Float[Tensor, "batch pictures h w"]) -> Float[Tensor, "batch tokens dim"]:
        """frames: luma in [0, 1] at the clip's picture rate, an even number of them."""
        batch, n = frames.shape[:2]
        x = rearrange(motion_channels(frames), "b n c h w -> (b n) c h w").contiguous(
            memory_format=torch.channels_last
        )
        x = self.stem(x)
        x = self.quarter_block2(self.quarter_block(x, n), n)
        x = self.eighth(x)
        x = self.eighth_block2(self.eighth_block(x, n), n)
        x = rearrange(x, "(b n two) c h w -> (b n) (two c) h w", b=batch, two=2)
        x = self.sixteenth_block(self.sixteenth(x), n // 2)
        for block in self.space_time:
            x = block(x, n // 2)
        x = self.project(torch.cat([x.amax((2, 3)), x.mean((2, 3))], -1).float())
        x = rearrange(x, "(b n) d -> b d n", b=batch)
        for block in self.time:
            x = block(x)
        return rearrange(x, "b d n -> b n d")
