"""A diffusion transformer over latent mel columns, one token per column (64 ms in the mini preset)."""

from collections.abc import Mapping
from typing import Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from ldm.conditions import Conditions, align
from ldm.denoisers.streams import Middle
from ldm.latents import Latents
from ldm.mixing import Mixer, Mixing, Positions, sinusoids
from ldm.process import process_of
from vocoders.component import Component, configured

Injection = Literal["aligned", "cross_attention", "both"]


def rotary(positions: Float[Tensor, " n"], channels: int) -> tuple[Tensor, Tensor]:
    """cos and sin, each (n, channels), of rotary position embedding (Su et al. 2021), wavelengths 2 pi
    to about 2 pi * 1000 columns."""
    table = sinusoids(positions, channels, longest=1_000.0)
    cos, sin = table.chunk(2, dim=-1)
    return torch.cat([cos, cos], dim=-1), torch.cat([-sin, sin], dim=-1)


def rotate(x: Tensor, table: tuple[Tensor, Tensor]) -> Tensor:
    """Turn (..., n, channels) by its positions: inner products then depend on
    distances only, so any length works."""
    cos, sin = (part.to(x.dtype) for part in table)
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([second, first], dim=-1) * sin


def attend(q: Tensor, k: Tensor, v: Tensor, seen: Tensor | None = None) -> Tensor:
    """softmax(q k^T / sqrt(d)) v over (batch, heads, n, d), of the keys that are `seen` (batch, 1, 1, n).

    The fused kernel everywhere but in training on a CPU, where plain products take 42 ms forward and back
    against its 107 ms (48 x 5 heads x 128 tokens x 64, bfloat16, one thread).
    """
    if q.device.type == "cpu" and torch.is_grad_enabled() and q.requires_grad:
        q, k, v = (part.contiguous() for part in (q * q.shape[-1] ** -0.5, k, v))
        logits = q @ k.transpose(-1, -2)
        if seen is not None:
            logits = logits.masked_fill(~seen, float("-inf"))
        return torch.softmax(logits, dim=-1, dtype=q.dtype) @ v
    return F.scaled_dot_product_attention(q, k, v, seen)


class Attention(nn.Module):
    """Multi-head attention with normalised queries and keys and rotary positions;
    `context` None means self-attention."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads, self.head_channels = heads, width // heads
        self.to_q, self.to_kv = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.to_out = nn.Linear(width, width)
        self.q_gain = nn.Parameter(torch.ones(self.head_channels))

    def forward(
        self,
        x: Tensor,
        table: tuple[Tensor, Tensor],
        context: Tensor | None = None,
        context_table=None,
        seen: Tensor | None = None,
    ) -> Tensor:
        source, source_table = (x, table) if context is None else (context, context_table)
        q = self.to_q(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k, v = self.to_kv(source).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        shape = (self.head_channels,)
        q = rotate(F.layer_norm(q, shape) * self.q_gain.to(q.dtype), table)
        k = rotate(F.layer_norm(k, shape), source_table)
        return self.to_out(attend(q, k, v, seen).transpose(1, 2).flatten(2))


class DiffusionBlock(nn.Module):
    """Self-attention, optional cross-attention, MLP; adaptive layer norm per token through a low-rank
    projection that starts at zero."""

    def __init__(self, width: int, heads: int, mlp_ratio: float, modulation_rank: int, cross_attention: bool):
        super().__init__()
        self.modulation = nn.Sequential(
            nn.Linear(width, modulation_rank), nn.Linear(modulation_rank, 6 * width)
        )
        for parameter in self.modulation[1].parameters():
            nn.init.zeros_(parameter)
        self.attention = Attention(width, heads)
        self.cross_norm = nn.LayerNorm(width) if cross_attention else None
        self.cross = Attention(width, heads) if cross_attention else None
        hidden = int(width * mlp_ratio)
        self.mlp = nn.Sequential(
            nn.Linear(width, hidden), nn.GELU(approximate="tanh"), nn.Linear(hidden, width)
        )

    def forward(self, x: Tensor, modulator: Tensor, table, context: Tensor | None, context_table) -> Tensor:
        shift1, scale1, gate1, shift2, scale2, gate2 = self.modulation(modulator).chunk(6, dim=-1)
        x = x + gate1 * self.attention(modulate(x, shift1, scale1), table)
        if self.cross is not None and self.cross_norm is not None:
            x = x + self.cross(self.cross_norm(x), table, context, context_table)
        return x + gate2 * self.mlp(modulate(x, shift2, scale2))


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Adaptive layer norm (Peebles & Xie 2023): LN(x) (1 + scale) + shift, in the dtype of the modulation."""
    normed = F.layer_norm(x, x.shape[-1:]).to(shift.dtype)
    return torch.addcmul(normed + shift, normed, scale)


class AudioTransformer(Component):
    """Predicts its process's target from noisy audio latents, time and conditions;
    about 8 M parameters by default.

    Latents have about unit variance per channel, which `Process.precondition` relies on.

    Injection "aligned": the mixed token of a moment enters at the latent column of that moment, in the input
    and, beside the time embedding, in every adaptive layer norm. "cross_attention" (the paper's way): all
    mixed tokens are attended to. "both": both.

    Args:
        latent_channels: Z.
        video_channels: Cv of the video features.
        text_channels: Ct of the text features.
        width, depth, heads, mlp_ratio: the transformer's size.
        modulation_rank: rank of the adaptive layer norm's projections; full rank per token would
            cost half as much as the blocks.
        injection, mixing, positions, video_weight: see above and `ldm.mixing.Mixer`.
        leaves_out: whether it hears what to leave out, see `ldm.mixing.Mixer`.
        process: what it undoes, see `ldm.process.process_of`.
    """

    @configured
    def __init__(
        self,
        latent_channels: int = 48,
        video_channels: int = 264,
        text_channels: int = 256,
        width: int = 320,
        depth: int = 6,
        heads: int = 5,
        mlp_ratio: float = 3.0,
        modulation_rank: int = 64,
        injection: Injection = "aligned",
        mixing: Mixing = "concat",
        positions: Positions = "relative",
        video_weight: float = 2.0,
        leaves_out: bool = False,
        process: str | Mapping[str, Any] = "flow",
    ):
        super().__init__()
        if injection not in ("aligned", "cross_attention", "both"):
            raise ValueError(f"injection is aligned, cross_attention or both, not {injection!r}")
        if width % heads or (width // heads) % 2:
            raise ValueError(
                f"width {width} does not divide into {heads} heads of an even number of channels"
            )
        aligned, attends = injection != "cross_attention", injection != "aligned"
        self.process = process_of(process)
        self.mixer = Mixer(video_channels, text_channels, width, mixing, positions, video_weight, leaves_out)
        self.latents_in = nn.Linear(latent_channels, width)
        self.mixed_in = nn.Linear(width, width, bias=False) if aligned else None
        self.time_mlp = nn.Sequential(nn.Linear(256, width), nn.SiLU(), nn.Linear(width, width))
        self.blocks = nn.ModuleList(
            DiffusionBlock(width, heads, mlp_ratio, modulation_rank, attends) for _ in range(depth)
        )
        self.modulation_out = nn.Sequential(
            nn.Linear(width, modulation_rank), nn.Linear(modulation_rank, 2 * width)
        )
        self.latents_out = nn.Linear(width, latent_channels)
        for layer in (
            self.modulation_out[1],
            self.latents_out,
        ):  # a fresh network predicts the best linear guess
            for parameter in layer.parameters():
                nn.init.zeros_(parameter)

    @classmethod
    def tiny(cls, **overrides) -> "AudioTransformer":
        """The same network at the size of a test (4 latent channels, Cv 6, Ct 5)."""
        size = {
            "latent_channels": 4,
            "video_channels": 6,
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
    """Latent columns come in multiples of this."""

    @property
    def leaves_out(self) -> bool:
        """Whether it has learnt to leave out what a track `LEFT_OUT` names."""
        return bool(self.config.leaves_out)

    @property
    def column_shape(self) -> tuple[int, ...]:
        """Of one latent column: (channels,)."""
        return (self.config.latent_channels,)

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
            ValueError: if conditions and latents are of different batch sizes, or there are no audio latents.
        """
        mixed = self.mix(conditions, latents) if isinstance(conditions, Conditions) else conditions
        return self.second_half(self.first_half(latents, time, mixed))

    @property
    def middle_width(self) -> int:
        return int(self.config.width)

    def first_half(self, latents: Latents, time: Float[Tensor, " batch"], mixed: Tensor) -> Middle:
        """Up to the middle block; one token per latent column."""
        audio = _audio(latents)
        batch, _, columns = audio.shape
        if len(mixed) != batch:
            raise ValueError(f"{batch} latents but conditions of {len(mixed)} samples")
        clock = self.time_mlp(sinusoids(1000.0 * time, 256).to(self.latents_in.weight.dtype))[:, None]
        c_in, c_skip, c_out = (c[:, None, None] for c in self.process.precondition(time.float()))
        x = self.latents_in((c_in * audio).to(self.latents_in.weight.dtype).transpose(1, 2))
        modulator, context, context_table = clock, None, None
        head_channels = self.config.width // self.config.heads
        here = torch.arange(columns, device=audio.device, dtype=torch.float32)
        if self.mixed_in is not None:
            token = align(mixed, columns)
            modulator = clock + token
            x = x + self.mixed_in(F.silu(token))
        if self.blocks[0].cross is not None:
            there = (torch.arange(mixed.shape[1], device=audio.device) + 0.5) * columns / mixed.shape[1] - 0.5
            context, context_table = mixed, rotary(there, head_channels)
        around = (F.silu(modulator), rotary(here, head_channels), context, context_table)
        for block in self.blocks[: len(self.blocks) // 2]:
            x = block(x, *around)
        return Middle(x, (here + 0.5) / columns, (around, c_skip * audio, c_out))

    def second_half(self, middle: Middle) -> Latents:
        """From the middle block on."""
        x, (around, guess, c_out) = middle.tokens, middle.rest
        for block in self.blocks[len(self.blocks) // 2 :]:
            x = block(x, *around)
        shift, scale = self.modulation_out(around[0]).chunk(2, dim=-1)
        return Latents(audio=guess + c_out * self.latents_out(modulate(x, shift, scale)).transpose(1, 2))


def _audio(latents: Latents) -> Float[Tensor, "batch latent columns"]:
    if latents.audio is None or latents.audio.ndim != 3:
        raise ValueError("this denoiser takes audio latents (batch, channels, columns)")
    return latents.audio
