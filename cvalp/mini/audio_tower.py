"""Audio tower of mini: the 128 mel bands as channels of a 1-D network over time."""

from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from cvalp.mini.video_tower import TimeBlock


class AudioTower(nn.Module):
    """Log-mel -> one feature per token of four mel frames (64 ms). The published tower is PANNs Cnn14 (TA-V2A section III-B)."""

    def __init__(self, dim: int = 256, mel_bins: int = 128, time_blocks: int = 4):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv1d(mel_bins, dim, 5, 1, 2),
            nn.GELU(),
            nn.Conv1d(dim, dim, 4, 2, 1),
            nn.GELU(),
            nn.Conv1d(dim, dim, 4, 2, 1),
        )
        self.time = nn.ModuleList([TimeBlock(dim, 2 ** (i % 3)) for i in range(time_blocks)])

    def forward(self, mel: Float[Tensor, "batch bins frames"]) -> Float[Tensor, "batch tokens dim"]:
        """mel: log-mel in [0, 1] (`vocoders.mel.LogMel`), frames divisible by 4."""
        x = self.stem(4 * mel - 1)
        for block in self.time:
            x = block(x)
        return rearrange(x, "b d n -> b n d")
