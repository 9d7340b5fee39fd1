"""Diff-Foley's alignment classifier (Luo et al. 2023, section 3.3): the encoder half of a UNet over
two-dimensional latents, which attends to the features of the picture."""

from collections.abc import Mapping, Sequence
from typing import Any

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ldm.process import process_of
from vocoders.component import Component, configured


class AlignmentUNet(Component):
    """One logit from noisy latents (batch, 4, 16, 64), time, and 32 features of the picture; 11.45 M
    parameters by default, beside 0.28 M for the picture's features.

    The blocks are diffusers' own. Every level but the first attends to the picture, and so does the middle.

    Args:
        latent_channels: of the latents.
        video_channels: of the features of the picture.
        block_out_channels, layers_per_block, attention_heads, norm_groups: the UNet's size.
        context_channels: width in which the features are attended to.
        most_tokens: features for which there is a position.
        process: whose noisy latents it reads, see `ldm.process.process_of`; None: clean ones.
    """

    @configured
    def __init__(
        self,
        latent_channels: int = 4,
        video_channels: int = 512,
        block_out_channels: Sequence[int] = (128, 256, 256),
        layers_per_block: int = 1,
        attention_heads: int = 8,
        norm_groups: int = 32,
        context_channels: int = 512,
        most_tokens: int = 40,
        process: str | Mapping[str, Any] | None = "epsilon",
    ):
        super().__init__()
        from diffusers.models.embeddings import TimestepEmbedding, Timesteps
        from diffusers.models.unets.unet_2d_blocks import (
            CrossAttnDownBlock2D,
            DownBlock2D,
            UNetMidBlock2DCrossAttn,
        )

        self.process = None if process is None else process_of(process)
        first, last = block_out_channels[0], block_out_channels[-1]
        width = 4 * first
        self.video_in = nn.Linear(video_channels, context_channels)
        self.positions = nn.Embedding(most_tokens, context_channels)
        self.time_sinusoids: Any = Timesteps(first, flip_sin_to_cos=True, downscale_freq_shift=0)
        self.time_embedding: Any = TimestepEmbedding(first, width)
        self.conv_in = nn.Conv2d(latent_channels, first, 3, padding=1)
        attends = {"num_attention_heads": attention_heads, "cross_attention_dim": context_channels}
        blocks, below = [], first
        for level, channels in enumerate(block_out_channels):
            size: dict[str, Any] = {
                "in_channels": below,
                "out_channels": channels,
                "temb_channels": width,
                "num_layers": layers_per_block,
                "resnet_groups": norm_groups,
                "add_downsample": level < len(block_out_channels) - 1,
            }
            blocks.append(CrossAttnDownBlock2D(**size, **attends) if level else DownBlock2D(**size))
            below = channels
        self.down_blocks = nn.ModuleList(blocks)
        self.mid_block: Any = UNetMidBlock2DCrossAttn(last, width, resnet_groups=norm_groups, **attends)
        self.norm_out = nn.GroupNorm(norm_groups, last)
        self.conv_out = nn.Conv2d(last, last // 2, 3, padding=1)
        self.head = nn.Linear(last // 2, 1)
        for parameter in self.conv_out.parameters():  # a fresh network is undecided about everything
            nn.init.zeros_(parameter)

    @classmethod
    def tiny(cls, **overrides: Any) -> "AlignmentUNet":
        """The same classes at the size of a test (Cv 6)."""
        size = {
            "video_channels": 6,
            "block_out_channels": (8, 16),
            "attention_heads": 2,
            "norm_groups": 4,
            "context_channels": 16,
        }
        return cls(**{**size, **overrides})

    def forward(
        self,
        latents: Float[Tensor, "batch channels rows columns"],
        time: Float[Tensor, " batch"],
        video: Float[Tensor, "batch tokens features"],
    ) -> Float[Tensor, " batch"]:
        """The logit of P(aligned), see `ldm.classifiers.role.AlignmentClassifier`.

        Raises:
            ValueError: the picture has more features than there are positions.
        """
        tokens = video.shape[1]
        if tokens > self.config.most_tokens:
            raise ValueError(f"{tokens} features of the picture, and positions for {self.config.most_tokens}")
        context = self.video_in(video.to(self.dtype)) + self.positions.weight[:tokens]
        clock = self.time_embedding(self.time_sinusoids(1000.0 * time).to(self.dtype))
        x = self.conv_in(latents.to(self.dtype))
        x = self.down_blocks[0](x, clock)[0]
        for block in self.down_blocks[1:]:
            x = block(x, clock, encoder_hidden_states=context)[0]
        x = self.mid_block(x, clock, encoder_hidden_states=context)
        x = self.conv_out(F.silu(self.norm_out(x)))
        return self.head(x.mean((2, 3)))[:, 0].float()
