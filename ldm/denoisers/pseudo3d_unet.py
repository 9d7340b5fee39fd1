"""TAVDiffusion's video denoiser (Mao et al. 2024, section 4.2): Stable Diffusion's UNet over the pictures of
a clip, every 2-D convolution after a 1-D one over time, and temporal transformers between the blocks.

All that is over time starts as the identity, so that the network starts as the image model on every picture.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import torch
from einops import rearrange
from jaxtyping import Float
from torch import Tensor, nn

from ldm.conditions import Conditions, align
from ldm.denoisers.around_unet import TINY_UNET, AroundUNet, unet_levels
from ldm.denoisers.streams import Middle
from ldm.denoisers.unet_halves import Bottom, down, identity_over_time, up
from ldm.latents import Latents
from ldm.mixing import Mixer
from ldm.process import process_of
from vocoders.component import Component, configured


class PictureCount:
    """How many pictures the clips of the call in progress have; the convolutions of a network share one."""

    pictures = 1


class PseudoConv(nn.Conv2d):
    """A 1-D convolution over time, then the given 2-D one, whose weights keep their names.

    Args:
        plain: the 2-D convolution.
        clip: how many pictures a clip has; they lie in the batch one after the other.
    """

    def __init__(self, plain: nn.Conv2d, clip: PictureCount):
        super().__init__(
            plain.in_channels,
            plain.out_channels,
            plain.kernel_size,  # type: ignore[arg-type]
            plain.stride,  # type: ignore[arg-type]
            plain.padding,  # type: ignore[arg-type]
            device=plain.weight.device,
        )
        self.weight, self.bias = plain.weight, plain.bias
        self.over_time, self.clip = identity_over_time(plain.in_channels), clip

    def forward(self, x: Tensor) -> Tensor:
        clips = rearrange(x, "(b f) c h w -> b c f h w", f=self.clip.pictures)
        return super().forward(rearrange(self.over_time(clips), "b c f h w -> (b f) c h w"))


def make_pseudo_3d(network: nn.Module, clip: PictureCount) -> None:
    """Puts a `PseudoConv` in the place of every 2-D convolution that is wider than one picture point."""
    for name, child in list(network.named_children()):
        if isinstance(child, nn.Conv2d) and child.kernel_size[0] > 1:
            setattr(network, name, PseudoConv(child, clip))
        else:
            make_pseudo_3d(child, clip)


class Pseudo3dUNet(AroundUNet, Component):
    """Predicts its process's target from noisy video latents (batch, channels, pictures, height, width), time
    and text; 1.5 billion parameters by default.

    Args:
        latent_channels: of a picture's latents: 4 of Stable Diffusion's VAE.
        text_channels: Ct of the text features.
        context_channels: width of the text tokens attended to; 768 in Stable Diffusion 1.
        block_out_channels, layers_per_block, attention_heads, norm_groups: the UNet's size.
        longest: pictures of a clip at most.
        process: what it undoes, see `ldm.process.process_of`.
    """

    @configured
    def __init__(
        self,
        latent_channels: int = 4,
        text_channels: int = 512,
        context_channels: int = 768,
        block_out_channels: Sequence[int] = (320, 640, 1280, 1280),
        layers_per_block: int = 2,
        attention_heads: int = 8,
        norm_groups: int = 32,
        longest: int = 32,
        process: str | Mapping[str, Any] = "epsilon",
    ):
        super().__init__()
        from diffusers import UNetMotionModel

        self.process = process_of(process)
        self.mixer = Mixer(1, text_channels, context_channels, "average", "sinusoidal", video_weight=0.0)
        size = (block_out_channels, layers_per_block, context_channels, norm_groups)
        self.unet = UNetMotionModel(
            in_channels=latent_channels,
            out_channels=latent_channels,
            num_attention_heads=attention_heads,
            motion_num_attention_heads=attention_heads,
            motion_max_seq_length=longest,
            **unet_levels("Motion", *size),
        )
        self.clip = PictureCount()
        unet = cast(nn.Module, self.unet)
        make_pseudo_3d(unet, self.clip)
        for name, parameter in unet.named_parameters():
            if ".motion_modules." in name and ".proj_out." in name:
                nn.init.zeros_(parameter)

    @classmethod
    def tiny(cls, **overrides: Any) -> "Pseudo3dUNet":
        """The same classes at the size of a test (Ct 5)."""
        return cls(**{**TINY_UNET, **overrides})

    @property
    def grain(self) -> int:
        """Height and width of the latents come in multiples of this."""
        return 2 ** (len(self.config.block_out_channels) - 1)

    @property
    def middle_width(self) -> int:
        return int(self.config.block_out_channels[-1])

    def mix(self, conditions: Conditions, latents: Latents) -> Float[Tensor, "batch tokens width"]:
        """The text's tokens: one for all pictures, or, of a text that changes over time, as many as it has;
        every picture attends to that of its moment."""
        return self.mixer(conditions, latents.batch, 1)

    def forward(
        self,
        latents: Latents,
        time: Float[Tensor, " batch"],
        conditions: Conditions | Float[Tensor, "batch tokens width"],
    ) -> Latents:
        """The prediction at `time` in [0, 1], given conditions or what `mix` made of them.

        Raises:
            ValueError: there are no video latents, or of sides that the UNet's levels do not divide.
        """
        mixed = self.mix(conditions, latents) if isinstance(conditions, Conditions) else conditions
        return self.second_half(self.first_half(latents, time, mixed))

    def first_half(self, latents: Latents, time: Float[Tensor, " batch"], mixed: Tensor) -> Middle:
        """Down and through the middle block; tokens picture after picture."""
        video = latents.given_video
        count = self.clip.pictures = video.shape[2]
        x = rearrange(video, "b c f h w -> (b f) c h w").to(self.dtype)
        context = rearrange(align(mixed, count), "b f c -> (b f) 1 c").to(self.dtype)
        bottom = down(self.unet, x, time, context, count)
        tokens = rearrange(bottom.hidden, "(b f) c h w -> b (f h w) c", f=count)
        each = tokens.shape[1] // count
        moments = ((torch.arange(count, device=x.device) + 0.5) / count).repeat_interleave(each)
        return Middle(tokens, moments, bottom)

    def second_half(self, middle: Middle) -> Latents:
        """Up to the prediction."""
        bottom: Bottom = middle.rest
        assert bottom.pictures is not None
        self.clip.pictures = count = bottom.pictures
        h, w = bottom.hidden.shape[-2:]
        hidden = rearrange(middle.tokens, "b (f h w) c -> (b f) c h w", f=count, h=h, w=w)
        return Latents(video=rearrange(up(self.unet, hidden, bottom), "(b f) c h w -> b c f h w", f=count))
