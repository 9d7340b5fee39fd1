"""A small alignment classifier over latent mel columns: at which lag does the sound go best with the
picture, and do the two go together at all?"""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ldm.autoencoders.mel_autoencoder import ColumnNorm, ResBlock
from ldm.conditions import align
from ldm.mixing import sinusoids
from ldm.process import process_of
from vocoders.component import Component, configured

LEAST_DEVIATION = 0.1  # of a correlated channel: what hardly changes is not blown up to noise


class AlignmentColumns(Component):
    """One logit from latents (batch, 48, columns), time, and features of the picture at equal steps; about
    0.56 M parameters by default.

    Convolutions look at sound and picture apart. What they find is correlated channel by channel at every lag
    of `reach` columns to either side, and compared over the whole clip; two layers judge both. So a pair that
    is out of step is seen as such from the first steps of training on: a transformer that was given sound and
    picture column by column had to discover correlation first (docs/experiments.md). Any length of clip will
    do.

    Args:
        latent_channels: Z.
        video_channels: Cv of the features of the picture.
        width: channels of the convolutions and of the layers that judge.
        sound_blocks, picture_blocks: residual convolutions.
        correlated: channels that are correlated.
        reach: lags to either side, in columns.
        process: whose noisy latents it reads, see `ldm.process.process_of`; None: clean ones.
    """

    video_mean: Tensor
    video_std: Tensor

    @configured
    def __init__(
        self,
        latent_channels: int = 48,
        video_channels: int = 264,
        width: int = 96,
        sound_blocks: int = 3,
        picture_blocks: int = 2,
        correlated: int = 32,
        reach: int = 16,
        process: str | Mapping[str, Any] | None = "flow",
    ):
        super().__init__()
        self.process = None if process is None else process_of(process)
        self.register_buffer("video_mean", torch.zeros(video_channels))
        self.register_buffer("video_std", torch.ones(video_channels))
        self.time_mlp = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, 2 * width))
        self.latents_in = nn.Conv1d(latent_channels, width, 3, padding=1)
        self.video_in = nn.Conv1d(video_channels, width, 3, padding=1)
        self.sound = nn.Sequential(*(ResBlock(width) for _ in range(sound_blocks)), ColumnNorm(width))
        self.picture = nn.Sequential(*(ResBlock(width) for _ in range(picture_blocks)), ColumnNorm(width))
        self.sound_curves = nn.Conv1d(width, correlated, 1)
        self.picture_curves = nn.Conv1d(width, correlated, 1)
        self.judge_lags = nn.Linear(correlated * (2 * reach + 1), width)
        self.judge_whole = nn.Linear(3 * width, width)
        self.judge_both = nn.Linear(width, width)
        self.head = nn.Linear(width, 1)
        nn.init.zeros_(self.head.weight)  # a fresh network is undecided about everything
        nn.init.zeros_(self.head.bias)

    @classmethod
    def tiny(cls, **overrides: Any) -> "AlignmentColumns":
        """The same network at the size of a test (4 latent channels, Cv 6)."""
        size = {
            "latent_channels": 4,
            "video_channels": 6,
            "width": 16,
            "sound_blocks": 1,
            "picture_blocks": 1,
            "correlated": 8,
            "reach": 6,
        }
        return cls(**{**size, **overrides})

    @torch.no_grad()
    def set_feature_statistics(self, video: Float[Tensor, "batch tokens channels"]) -> None:
        """Takes mean and standard deviation of the features from a large batch of them."""
        flat = video.float().flatten(0, 1)
        self.video_mean.copy_(flat.mean(0))
        self.video_std.copy_(flat.std(0).clamp_min(1e-3))

    def forward(
        self,
        latents: Float[Tensor, "batch latent columns"],
        time: Float[Tensor, " batch"],
        video: Float[Tensor, "batch tokens channels"],
    ) -> Float[Tensor, " batch"]:
        """The logit of P(aligned), see `ldm.classifiers.role.AlignmentClassifier`."""
        clock = self.time_mlp(sinusoids(1000.0 * time, 256).to(self.dtype))[..., None]
        scale, shift = clock.chunk(2, dim=1)
        seen = align((video - self.video_mean) / self.video_std, latents.shape[-1]).to(self.dtype)
        sound = self.sound(self.latents_in(latents.to(self.dtype)) * (1 + scale) + shift)
        picture = self.picture(self.video_in(seen.transpose(1, 2)))
        lags = correlations(self.sound_curves(sound), self.picture_curves(picture), self.config.reach)
        heard, shown = sound.mean(-1), picture.mean(-1)
        whole = torch.cat([heard, shown, heard * shown], dim=1)
        found = F.silu(self.judge_lags(lags.flatten(1).to(self.dtype)) + self.judge_whole(whole))
        return self.head(F.silu(found + self.judge_both(found)))[:, 0].float()


def correlations(
    first: Float[Tensor, "batch channels columns"],
    second: Float[Tensor, "batch channels columns"],
    reach: int,
) -> Float[Tensor, "batch channels lags"]:
    """Correlation over time of two curves a channel, float32, for lags of -reach to reach columns of the
    second.

    Beyond the ends a curve is at its mean.
    """
    first, second = (_standard(curves.float()) for curves in (first, second))
    columns = first.shape[-1]
    wide = F.pad(second, (reach, reach))
    lags = [(first * wide[..., at : at + columns]).mean(-1) for at in range(2 * reach + 1)]
    return torch.stack(lags, dim=-1)


def _standard(curves: Tensor) -> Tensor:
    curves = curves - curves.mean(-1, keepdim=True)
    return curves / (curves.square().mean(-1, keepdim=True).sqrt() + LEAST_DEVIATION)
