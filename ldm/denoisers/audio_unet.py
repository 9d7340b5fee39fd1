"""The denoiser of the paper: Stable Diffusion's UNet over two-dimensional latents of the mel
(TA-V2A sections II-C and III-B).

The UNet is diffusers' own `UNet2DConditionModel`; this module adds what conditions it. Latents are (batch,
channels, rows, columns): rows are bands of the mel, columns moments. A spectrogram is an image whose second
axis is time, so nothing of the UNet is changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn

from ldm.conditions import Conditions, align
from ldm.denoisers.agent_attention import Agents, install
from ldm.denoisers.around_unet import TINY_UNET, AroundUNet, unet_levels
from ldm.denoisers.streams import Middle
from ldm.denoisers.unet_halves import Bottom, down, up
from ldm.latents import Latents
from ldm.mixing import Mixer, Mixing, Positions
from ldm.process import process_of
from vocoders.component import Component, configured


class AudioUNet(AroundUNet, Component):
    """Predicts its process's target from noisy 2-D audio latents, time and conditions; 859 M parameters
    and 2.4 M of mixing by default.

    Injection "cross_attention" is the paper's: the mixed tokens, with positions, are attended to at every
    level. "aligned": the mixed token of a moment enters at the latent column of that moment, as further
    channels of the input, and its mean is attended to.

    Args:
        latent_channels, latent_rows: of the latents: 4 and 16 of Stable Diffusion's VAE on 128
            bands, 8 and 16 of AudioLDM's on 64.
        video_channels, text_channels: Cv and Ct of the features.
        context_channels: width of the mixed tokens; 768 in Stable Diffusion 1.
        block_out_channels, layers_per_block, attention_heads: the UNet's size. The last level has no
            attention, as in Stable Diffusion.
        norm_groups: of its group norms; every number of channels is a multiple of it.
        injection: see above.
        aligned_channels: of the input, where injection is "aligned".
        mixing, positions, video_weight: see `ldm.mixing.Mixer`; the paper adds sinusoidal positions (eq. 7).
        process: what it undoes, see `ldm.process.process_of`.

    Attributes:
        agents: when agent attention stands in for self-attention, see `ldm.denoisers.agent_attention`.

    Raises:
        ValueError: an unknown injection.
    """

    @configured
    def __init__(
        self,
        latent_channels: int = 4,
        latent_rows: int = 16,
        video_channels: int = 512,
        text_channels: int = 512,
        context_channels: int = 768,
        block_out_channels: Sequence[int] = (320, 640, 1280, 1280),
        layers_per_block: int = 2,
        attention_heads: int = 8,
        norm_groups: int = 32,
        injection: Literal["cross_attention", "aligned"] = "cross_attention",
        aligned_channels: int = 16,
        mixing: Mixing = "concat",
        positions: Positions = "sinusoidal",
        video_weight: float = 2.0,
        process: str | Mapping[str, Any] = "epsilon",
    ):
        super().__init__()
        if injection not in ("cross_attention", "aligned"):
            raise ValueError(f"injection is cross_attention or aligned, not {injection!r}")
        from diffusers import UNet2DConditionModel

        self.aligned = injection == "aligned"
        self.process = process_of(process)
        self.mixer = Mixer(video_channels, text_channels, context_channels, mixing, positions, video_weight)
        size = (block_out_channels, layers_per_block, context_channels, norm_groups)
        self.unet = UNet2DConditionModel(
            in_channels=latent_channels + (aligned_channels if self.aligned else 0),
            out_channels=latent_channels,
            # diffusers' name for the number of heads in models of this generation
            attention_head_dim=attention_heads,
            **unet_levels("2D", *size),
        )
        self.agents = Agents()
        install(self.unet, self.agents)
        self.aligned_in = nn.Linear(context_channels, aligned_channels) if self.aligned else None

    @classmethod
    def tiny(cls, **overrides: Any) -> "AudioUNet":
        """The same classes at the size of a test (latents of 4 x 4 rows, Cv 6, Ct 5)."""
        size = {"latent_rows": 4, "video_channels": 6, "aligned_channels": 4}
        return cls(**{**TINY_UNET, **size, **overrides})

    def channels_last(self) -> "AudioUNet":
        """The UNet's weights with channels innermost, as fast convolutions want them; returns itself."""
        self.unet.to(memory_format=torch.channels_last)
        return self

    @property
    def grain(self) -> int:
        """Latent columns come in multiples of this: every level but the last halves them."""
        return 2 ** (len(self.config.block_out_channels) - 1)

    leaves_out = False

    @property
    def column_shape(self) -> tuple[int, ...]:
        """Of one latent column: (channels, rows)."""
        return (self.config.latent_channels, self.config.latent_rows)

    def mix(self, conditions: Conditions, latents: Latents) -> Float[Tensor, "batch tokens width"]:
        """The mixed tokens; they do not depend on time, so a sampler computes them once
        and passes them to `forward`."""
        return self.mixer(conditions, latents.batch, _audio(latents).shape[-1])

    def forward(
        self,
        latents: Latents,
        time: Float[Tensor, " batch"],
        conditions: Conditions | Float[Tensor, "batch tokens width"],
    ) -> Latents:
        """The prediction at `time` in [0, 1] (0 data, 1 noise), given conditions or what `mix` made of them.

        Raises:
            ValueError: if conditions and latents are of different batch sizes, or
                there are no 2-D audio latents.
        """
        mixed = self.mix(conditions, latents) if isinstance(conditions, Conditions) else conditions
        x, mixed = self._entered(latents, time, mixed)
        return Latents(audio=self.unet(x, 1000.0 * time, encoder_hidden_states=mixed).sample)

    def _entered(self, latents: Latents, time: Tensor, mixed: Tensor) -> tuple[Tensor, Tensor]:
        """What the UNet reads and what it attends to."""
        audio = _audio(latents)
        if len(mixed) != len(audio):
            raise ValueError(f"{len(audio)} latents but conditions of {len(mixed)} samples")
        self.agents.begin(audio.shape[2], audio.shape[3], time, self.training)
        x = audio.to(self.dtype)
        if self.aligned_in is not None:
            here = self.aligned_in(align(mixed, audio.shape[-1])).transpose(1, 2)[
                :, :, None
            ]  # (batch, channels, 1, columns)
            x = torch.cat([x, here.expand(-1, -1, audio.shape[2], -1).to(x.dtype)], dim=1)
            mixed = mixed.mean(1, keepdim=True)
        return x, mixed.to(x.dtype)

    @property
    def middle_width(self) -> int:
        return int(self.config.block_out_channels[-1])

    def first_half(self, latents: Latents, time: Float[Tensor, " batch"], mixed: Tensor) -> Middle:
        """Down and through the middle block; latents whose rows and columns are multiples of `grain`."""
        x, context = self._entered(latents, time, mixed)
        bottom = down(self.unet, x, time, context)
        rows, columns = bottom.hidden.shape[-2:]
        moments = ((torch.arange(columns, device=x.device) + 0.5) / columns).repeat(rows)
        return Middle(bottom.hidden.flatten(2).transpose(1, 2), moments, bottom)

    def second_half(self, middle: Middle) -> Latents:
        """Up to the prediction."""
        bottom: Bottom = middle.rest
        hidden = middle.tokens.transpose(1, 2).reshape(bottom.hidden.shape)
        return Latents(audio=up(self.unet, hidden, bottom))


def _audio(latents: Latents) -> Float[Tensor, "batch latent rows columns"]:
    if latents.audio is None or latents.audio.ndim != 4:
        raise ValueError("this denoiser takes audio latents (batch, channels, rows, columns)")
    return latents.audio
