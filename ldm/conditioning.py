"""Conditions of the latent diffusion model, their two nulls, and feature mixing (TA-V2A section II-B, eq. 6 and 7)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

STANDARDISED_LIMIT = 8.0  # footage unlike the training set must not drive the networks far outside what they have seen


@dataclass(frozen=True)
class Conditions:
    """What steers a batch; a half that is None is replaced by its learned null.

    Attributes:
        video: (batch, tokens, Cv) features at equal steps over the whole clip, or None.
        text: (batch, Ct) for the whole clip, (batch, tokens, Ct) where the text changes over time (timed cues), or None.
        video_present: (batch,) bool, False where this sample's video is to be treated as missing; None means all present.
        text_present: (batch,) or (batch, tokens) bool, likewise; the second marks moments no cue speaks about.
    """

    video: Tensor | None = None
    text: Tensor | None = None
    video_present: Tensor | None = None
    text_present: Tensor | None = None

    def __post_init__(self) -> None:
        if self.video is not None and self.video.ndim != 3:
            raise ValueError(f"video features are (batch, tokens, channels), not {tuple(self.video.shape)}")
        if self.text is not None and self.text.ndim not in (2, 3):
            raise ValueError(f"text features are (batch, channels) or (batch, tokens, channels), not {tuple(self.text.shape)}")
        if self.video is not None and self.text is not None and len(self.video) != len(self.text):
            raise ValueError(f"{len(self.video)} videos but {len(self.text)} texts")

    @property
    def batch(self) -> int | None:
        """The number of samples, or None when nothing is given."""
        given = self.video if self.video is not None else self.text
        return None if given is None else len(given)


def join(parts: Sequence[Conditions], batch: int) -> Conditions:
    """Concatenate conditions of `batch` samples each, so that all branches of a guidance sum run in one call."""
    tokens = max((c.text.shape[1] for c in parts if c.text is not None and c.text.ndim == 3), default=None)
    videos = [(c.video, c.video_present) for c in parts]
    texts = [(_over_time(c.text, tokens), _present_over_time(c.text_present, tokens)) for c in parts]
    video, video_present = _join_half(videos, batch)
    text, text_present = _join_half(texts, batch)
    return Conditions(video, text, video_present, text_present)


def _over_time(text: Tensor | None, tokens: int | None) -> Tensor | None:
    if text is None or tokens is None:
        return text
    return align(text[:, None] if text.ndim == 2 else text, tokens)


def _present_over_time(present: Tensor | None, tokens: int | None) -> Tensor | None:
    if present is None or tokens is None:
        return present
    return align(present.reshape(len(present), -1, 1), tokens)[..., 0]


def _join_half(halves: Sequence[tuple[Tensor | None, Tensor | None]], batch: int) -> tuple[Tensor | None, Tensor | None]:
    example = next((value for value, _ in halves if value is not None), None)
    if example is None:
        return None, None
    shape = (batch, *example.shape[1:])
    mask_shape = next((mask.shape for _, mask in halves if mask is not None and mask.ndim == 2), (batch,))
    values, masks = [], []
    for value, mask in halves:
        if value is None:
            value, mask = example.new_zeros(shape), torch.zeros(mask_shape, dtype=torch.bool, device=example.device)
        elif mask is None:
            mask = torch.ones(mask_shape, dtype=torch.bool, device=example.device)
        elif mask.ndim < len(mask_shape):
            mask = mask[:, None].expand(mask_shape)
        values.append(value)
        masks.append(mask)
    return torch.cat(values), torch.cat(masks)


def align(tokens: Shaped[Tensor, "batch tokens channels"], columns: int) -> Shaped[Tensor, "batch _ channels"]:
    """Nearest neighbour in time: column j takes the token whose interval holds the column's centre (j + 0.5) / columns."""
    count = tokens.shape[1]
    if count == columns:
        return tokens
    if count == 1:
        return tokens.expand(-1, columns, -1)
    index = ((2 * torch.arange(columns, device=tokens.device) + 1) * count).div(2 * columns, rounding_mode="floor")
    return tokens[:, index]


def sinusoids(positions: Shaped[Tensor, "n"], channels: int, longest: float = 10_000.0) -> Float[Tensor, "n channels"]:
    """cos and sin at `channels / 2` geometrically spaced wavelengths (Vaswani et al. 2017)."""
    half = channels // 2
    rates = torch.exp(-math.log(longest) * torch.arange(half, device=positions.device) / half)
    angles = positions[:, None].float() * rates
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class Mixer(nn.Module):
    """Mixes video and text features into one token per moment: MLP(E + PE) with E from eq. 7 (concat) or eq. 6 (average).

    Two learned nulls n_v and n_l stand in for a missing half *before* mixing, in training and at inference alike, so that E_v, E_l, E_mix
    and the empty condition of eq. 14 are four inputs the network has been trained on.

    Args:
        video_channels: Cv.
        text_channels: Ct.
        width: channels of the mixed tokens (even).
        mixing: "concat" (eq. 7: each half projected to width / 2) or "average" (eq. 6: each projected to width).
        positions: "sinusoidal" adds eq. 7's PE; "relative" leaves position to the denoiser (alignment by column, rotary attention), which
            is what lets a model trained on 128 tokens run on 512.
        lambda_, mu: weights of eq. 6.
    """

    def __init__(
        self,
        video_channels: int,
        text_channels: int,
        width: int,
        mixing: Literal["concat", "average"] = "concat",
        positions: Literal["relative", "sinusoidal"] = "relative",
        lambda_: float = 1.0,
        mu: float = 1.0,
    ):
        super().__init__()
        if mixing not in ("concat", "average") or positions not in ("relative", "sinusoidal"):
            raise ValueError(f"unknown mixing {mixing!r} or positions {positions!r}")
        part = width // 2 if mixing == "concat" else width
        self.mixing, self.positions, self.video_weight = mixing, positions, lambda_ + mu
        self.null_video = nn.Parameter(0.5 * torch.randn(video_channels))
        self.null_text = nn.Parameter(0.5 * torch.randn(text_channels))
        self.project_video = nn.Linear(video_channels, part)
        self.project_text = nn.Linear(text_channels, part)
        self.mlp = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        # unit-norm features have elements of about C**-0.5: standardised, both halves start with the same say
        for name, channels in (("video", video_channels), ("text", text_channels)):
            self.register_buffer(f"{name}_mean", torch.zeros(channels))
            self.register_buffer(f"{name}_std", torch.full((channels,), channels**-0.5))

    @torch.no_grad()
    def set_feature_statistics(self, video: Float[Tensor, "batch tokens cv"], text: Float[Tensor, "batch ct"]) -> None:
        """Take mean and standard deviation of the features from a sample of the training set."""
        for name, values in (("video", video.flatten(0, 1)), ("text", text.reshape(-1, text.shape[-1]))):
            std = values.float().std(dim=0, unbiased=False)
            getattr(self, f"{name}_mean").copy_(values.float().mean(dim=0))
            # a channel that hardly varies in the sample must not be blown up when it does vary later
            getattr(self, f"{name}_std").copy_(std.clamp_min(0.25 * float(std.square().mean().sqrt()) + 1e-6))

    def forward(self, conditions: Conditions, batch: int, columns: int) -> Float[Tensor, "batch tokens width"]:
        """Mixed tokens; as many as the video has, else as the timed text has, else one per latent column.

        Raises:
            ValueError: if the conditions are not of `batch` samples.
        """
        if conditions.batch not in (None, batch):
            raise ValueError(f"a batch of {batch} but conditions of {conditions.batch} samples")
        video, text = conditions.video, conditions.text
        tokens = columns
        if video is not None:
            tokens = video.shape[1]
        elif text is not None and text.ndim == 3:
            tokens = text.shape[1]
        half_v = self._half("video", video, conditions.video_present, batch, tokens)
        half_l = self._half("text", text if text is None or text.ndim == 3 else text[:, None], conditions.text_present, batch, tokens)
        if self.mixing == "concat":
            mixed = torch.cat([half_v.expand(-1, tokens, -1), half_l.expand(-1, tokens, -1)], dim=-1)  # eq. 7
        else:
            mixed = (half_l + self.video_weight * half_v) / (1 + self.video_weight)  # eq. 6
            mixed = mixed.expand(-1, tokens, -1)
        if self.positions == "sinusoidal":
            mixed = mixed + sinusoids(torch.arange(tokens, device=mixed.device), mixed.shape[-1]).to(mixed.dtype)
        return self.mlp(mixed)

    def _half(self, name: str, values: Tensor | None, present: Tensor | None, batch: int, tokens: int) -> Tensor:
        """One projected half, (batch, tokens or 1, part), the null standing where the condition is missing."""
        null, project = getattr(self, f"null_{name}"), getattr(self, f"project_{name}")
        if values is None:
            return project(null).expand(batch, 1, -1)
        values = ((values - getattr(self, f"{name}_mean")) / getattr(self, f"{name}_std")).clamp(-STANDARDISED_LIMIT, STANDARDISED_LIMIT)
        if values.shape[1] > 1:
            values = align(values, tokens)
        if present is not None:
            mask = present.reshape(len(present), -1, 1)
            if mask.shape[1] > 1:
                mask = align(mask, tokens)
            values = torch.where(mask, values, null.to(values.dtype))
        return project(values)
