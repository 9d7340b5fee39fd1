"""A diffusion transformer over the latents of a clip's pictures: a token is a small square of a few pictures
in a row. The picture's half of the two-stream model at mini size."""

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from ldm.conditions import Conditions, align
from ldm.denoisers.audio_transformer import DiffusionBlock, modulate, rotary
from ldm.denoisers.streams import Middle
from ldm.latents import Latents
from ldm.mixing import Mixer, sinusoids
from ldm.process import process_of
from vocoders.component import Component, configured


class FrameTransformer(Component):
    """Predicts its process's target from noisy video latents (batch, channels, pictures, height, width), time
    and text; about 6 M parameters by default.

    Attention is over all tokens of a clip, rotary over time; the place in the picture is a learned vector.
    The text of a moment enters every adaptive layer norm there. Latents have about unit variance per channel.

    Args:
        latent_channels, height, width_px: of a picture's latents.
        pictures_per_token, patch: a token is so many pictures by `patch` x `patch` places.
        text_channels: Ct of the text features.
        width, depth, heads, mlp_ratio, modulation_rank: the transformer's size, as `AudioTransformer`'s.
        process: what it undoes, see `ldm.process.process_of`.

    Raises:
        ValueError: sides that the patch does not divide, or a width that the heads do not.
    """

    @configured
    def __init__(
        self,
        latent_channels: int = 24,
        height: int = 6,
        width_px: int = 6,
        pictures_per_token: int = 4,
        patch: int = 2,
        text_channels: int = 256,
        width: int = 256,
        depth: int = 6,
        heads: int = 4,
        mlp_ratio: float = 3.0,
        modulation_rank: int = 64,
        process: str | Mapping[str, Any] = "flow",
    ):
        super().__init__()
        if height % patch or width_px % patch:
            raise ValueError(f"pictures of {height} x {width_px} do not divide into squares of {patch}")
        if width % heads or (width // heads) % 2:
            raise ValueError(
                f"width {width} does not divide into {heads} heads of an even number of channels"
            )
        self.process = process_of(process)
        self.mixer = Mixer(1, text_channels, width, "average", "relative", video_weight=0.0)
        inside = latent_channels * pictures_per_token * patch * patch
        places = (height // patch) * (width_px // patch)
        self.latents_in = nn.Linear(inside, width)
        self.places = nn.Parameter(0.02 * torch.randn(places, width))
        self.time_mlp = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.blocks = nn.ModuleList(
            DiffusionBlock(width, heads, mlp_ratio, modulation_rank, cross_attention=False)
            for _ in range(depth)
        )
        self.modulation_out = nn.Sequential(
            nn.Linear(width, modulation_rank), nn.Linear(modulation_rank, 2 * width)
        )
        self.latents_out = nn.Linear(width, inside)
        for layer in (self.modulation_out[1], self.latents_out):  # the best linear guess at birth
            for parameter in layer.parameters():
                nn.init.zeros_(parameter)

    @classmethod
    def tiny(cls, **overrides: Any) -> "FrameTransformer":
        """The same network at the size of a test (3 x 4 x 4 latents, Ct 5)."""
        size = {
            "latent_channels": 3,
            "height": 4,
            "width_px": 4,
            "pictures_per_token": 2,
            "text_channels": 5,
            "width": 16,
            "depth": 2,
            "heads": 2,
            "modulation_rank": 8,
        }
        return cls(**{**size, **overrides})

    def pieces(self) -> list[nn.Module]:
        """What is spread over devices one by one: the blocks."""
        return list(self.blocks)

    grain = 1
    """Of the last axis of the latents, whose size is fixed."""

    @property
    def middle_width(self) -> int:
        return int(self.config.width)

    def mix(self, conditions: Conditions, latents: Latents) -> Float[Tensor, "batch tokens width"]:
        """The text's tokens: one, or as many as a text that changes over time has."""
        return self.mixer(conditions, latents.batch, 1)

    def forward(
        self,
        latents: Latents,
        time: Float[Tensor, " batch"],
        conditions: Conditions | Float[Tensor, "batch tokens width"],
    ) -> Latents:
        """The prediction at `time` in [0, 1] (0 data, 1 noise), given conditions or what `mix` made of them.

        Raises:
            ValueError: there are no video latents, or not of this size.
        """
        mixed = self.mix(conditions, latents) if isinstance(conditions, Conditions) else conditions
        return self.second_half(self.first_half(latents, time, mixed))

    def first_half(self, latents: Latents, time: Float[Tensor, " batch"], mixed: Tensor) -> Middle:
        """Up to the middle block; tokens moment after moment."""
        video, c = latents.given_video, self.config
        expected = (c.latent_channels, c.height, c.width_px)
        if (video.shape[1], *video.shape[3:]) != expected or video.shape[2] % c.pictures_per_token:
            raise ValueError(
                f"video latents {tuple(video.shape[1:])}, but {expected[0]} x a multiple of "
                f"{c.pictures_per_token} x {expected[1]} x {expected[2]} is what this denoiser takes"
            )
        c_in, c_skip, c_out = (k[:, None, None, None, None] for k in self.process.precondition(time.float()))
        cut = rearrange(
            c_in * video,
            "b c (t k) (h p) (w q) -> b t (h w) (c k p q)",
            k=c.pictures_per_token,
            p=c.patch,
            q=c.patch,
        )
        x = (self.latents_in(cut.to(self.latents_in.weight.dtype)) + self.places).flatten(1, 2)
        steps, each = cut.shape[1], cut.shape[2]
        clock = self.time_mlp(sinusoids(1000.0 * time, 256).to(self.latents_in.weight.dtype))[:, None]
        modulator = F.silu(clock + align(mixed, steps).repeat_interleave(each, dim=1))
        here = torch.arange(steps, device=video.device, dtype=torch.float32).repeat_interleave(each)
        around = (modulator, rotary(here, c.width // c.heads), None, None)
        for block in self.blocks[: len(self.blocks) // 2]:
            x = block(x, *around)
        return Middle(x, (here + 0.5) / steps, (around, c_skip * video, c_out))

    def second_half(self, middle: Middle) -> Latents:
        """From the middle block on."""
        x, (around, guess, c_out) = middle.tokens, middle.rest
        for block in self.blocks[len(self.blocks) // 2 :]:
            x = block(x, *around)
        shift, scale = self.modulation_out(around[0]).chunk(2, dim=-1)
        c = self.config
        laid = rearrange(
            self.latents_out(modulate(x, shift, scale)),
            "b (t h w) (c k p q) -> b c (t k) (h p) (w q)",
            h=c.height // c.patch,
            w=c.width_px // c.patch,
            k=c.pictures_per_token,
            p=c.patch,
            q=c.patch,
        )
        return Latents(video=guess + c_out * laid)
