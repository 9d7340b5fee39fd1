"""Feature mixing (TA-V2A section II-B, eq. 6 and 7) and the learned nulls of missing conditions."""

import math
from typing import Literal, get_args

import torch
from jaxtyping import Float, Shaped
from torch import Tensor, nn

from ldm.conditions import LEFT_OUT, TEXT, VIDEO, Conditions, Track, align

Mixing = Literal["concat", "average", "video"]
Positions = Literal["relative", "sinusoidal", "learned"]

LEARNED_POSITIONS = 40  # as many rows as Diff-Foley's table has; a window is 32 tokens
STANDARDISED_LIMIT = (
    8.0  # footage unlike the training set must not drive the networks far outside what they have seen
)


def sinusoids(
    positions: Shaped[Tensor, " n"], channels: int, longest: float = 10_000.0
) -> Float[Tensor, "n channels"]:
    """cos and sin at `channels / 2` geometrically spaced wavelengths (Vaswani et al. 2017)."""
    half = channels // 2
    rates = torch.exp(-math.log(longest) * torch.arange(half, device=positions.device) / half)
    angles = positions[:, None].float() * rates
    return torch.cat([angles.cos(), angles.sin()], dim=-1)


class Mixer(nn.Module):
    """Mixes video and text features into one token per moment: MLP(E + PE) with E from
    eq. 7 (concat) or eq. 6 (average).

    Two learned nulls n_v and n_l stand in for a missing half *before* mixing, in training and at
    inference alike, so that E_v, E_l, E_mix and the empty condition of eq. 14 are four inputs
    the network has been trained on.

    Args:
        video_channels: Cv.
        text_channels: Ct.
        width: channels of the mixed tokens (even).
        mixing: "concat" (eq. 7: each half projected to width / 2), "average" (eq. 6: each projected to
            width) or "video": Diff-Foley's own encoder, one projection of the video and no MLP; a text
            changes nothing there.
        positions: "sinusoidal" adds eq. 7's PE, "learned" a row for each of the first `LEARNED_POSITIONS`
            tokens; "relative" leaves position to the denoiser (alignment by column, rotary attention),
            which is what lets a model trained on 128 tokens run on 512.
        video_weight: lambda + mu of eq. 6, the picture's share against the text's 1; for "average" only.
        leaves_out: whether it reads a track `LEFT_OUT` too, whose projection is added to the text's half; a
            fresh one changes nothing. Mixing "video" has no text, and reads none.

    Raises:
        ValueError: an unknown mixing or kind of positions; later, more tokens than learned positions.
    """

    def __init__(
        self,
        video_channels: int,
        text_channels: int,
        width: int,
        mixing: Mixing = "concat",
        positions: Positions = "relative",
        video_weight: float = 2.0,
        leaves_out: bool = False,
    ):
        super().__init__()
        if mixing not in get_args(Mixing) or positions not in get_args(Positions):
            raise ValueError(f"unknown mixing {mixing!r} or positions {positions!r}")
        part = width // 2 if mixing == "concat" else width
        self.mixing, self.positions, self.video_weight = mixing, positions, video_weight
        self.null_video = nn.Parameter(0.5 * torch.randn(video_channels))
        if mixing != "video":
            self.null_text = nn.Parameter(0.5 * torch.randn(text_channels))
        self.project_video = nn.Linear(video_channels, part)
        self.project_left_out: nn.Linear | None = None
        if mixing == "video":
            self.mlp: nn.Module = nn.Identity()
        else:
            self.project_text = nn.Linear(text_channels, part)
            if leaves_out:
                self.project_left_out = nn.Linear(text_channels, part, bias=False)
                nn.init.zeros_(self.project_left_out.weight)
            self.mlp = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        if positions == "learned":
            self.position_rows = nn.Parameter(0.02 * torch.randn(LEARNED_POSITIONS, width))
        # unit-norm features have elements of about C**-0.5: standardised, both halves start with the same say
        for name, channels in (("video", video_channels), ("text", text_channels)):
            self.register_buffer(f"{name}_mean", torch.zeros(channels))
            self.register_buffer(f"{name}_std", torch.full((channels,), channels**-0.5))

    @torch.no_grad()
    def set_feature_statistics(
        self, video: Float[Tensor, "clips tokens cv"], text: Float[Tensor, "*texts ct"]
    ) -> None:
        """Take mean and standard deviation of the features from a sample of the training set; an empty one
        changes nothing."""
        for name, values in (("video", video.flatten(0, 1)), ("text", text.reshape(-1, text.shape[-1]))):
            if not len(values):
                continue
            std = values.float().std(dim=0, unbiased=False)
            getattr(self, f"{name}_mean").copy_(values.float().mean(dim=0))
            # a channel that hardly varies in the sample must not be blown up when it does vary later
            getattr(self, f"{name}_std").copy_(std.clamp_min(0.25 * float(std.square().mean().sqrt()) + 1e-6))

    def forward(
        self, conditions: Conditions, batch: int, columns: int
    ) -> Float[Tensor, "batch tokens width"]:
        """Mixed tokens; as many as the video has, else as the timed text has, else one per latent column.

        Raises:
            ValueError: if the conditions are not of `batch` samples.
        """
        if conditions.batch not in (None, batch):
            raise ValueError(f"a batch of {batch} but conditions of {conditions.batch} samples")
        given = [conditions.get(name) for name in (VIDEO, TEXT)]
        left_out = conditions.get(LEFT_OUT) if self.project_left_out is not None else None
        tokens = next(
            (
                track.values.shape[1]
                for track in (*given, left_out)
                if track is not None and track.values.ndim == 3
            ),
            columns,
        )
        half_v = self._half(VIDEO, given[0], batch, tokens)
        if self.mixing == "video":
            mixed = half_v.expand(-1, tokens, -1)
        elif self.mixing == "concat":
            half_l = self._told(given[1], left_out, batch, tokens)
            mixed = torch.cat([half_v.expand(-1, tokens, -1), half_l.expand(-1, tokens, -1)], dim=-1)  # eq. 7
        else:
            half_l = self._told(given[1], left_out, batch, tokens)
            mixed = (half_l + self.video_weight * half_v) / (1 + self.video_weight)  # eq. 6
            mixed = mixed.expand(-1, tokens, -1)
        return self.mlp(self._placed(mixed))

    def _placed(self, mixed: Float[Tensor, "batch tokens width"]) -> Float[Tensor, "batch tokens width"]:
        """The tokens, told apart by where they stand."""
        tokens = mixed.shape[1]
        if self.positions == "sinusoidal":
            rows = sinusoids(torch.arange(tokens, device=mixed.device), mixed.shape[-1])
            return mixed + rows.to(mixed.dtype)
        if self.positions == "learned":
            if tokens > LEARNED_POSITIONS:
                raise ValueError(f"{tokens} tokens, but positions were learned for {LEARNED_POSITIONS}")
            return mixed + self.position_rows[:tokens].to(mixed.dtype)
        return mixed

    def _half(self, name: str, track: Track | None, batch: int, tokens: int) -> Tensor:
        """One projected half, (batch, tokens or 1, part), the null standing
        where the condition is missing."""
        null, project = getattr(self, f"null_{name}"), getattr(self, f"project_{name}")
        if track is None:
            return project(null).expand(batch, 1, -1)
        values, mask = self._standardised(name, track, tokens)
        if mask is not None:
            values = torch.where(mask, values, null.to(values.dtype))
        return project(values.to(project.weight.dtype))

    def _told(self, text: Track | None, left_out: Track | None, batch: int, tokens: int) -> Tensor:
        """The text's half, (batch, tokens or 1, part); what the sound lacks is added where it is named."""
        half = self._half(TEXT, text, batch, tokens)
        if left_out is None or self.project_left_out is None:
            return half
        values, mask = self._standardised(TEXT, left_out, tokens)
        projected = self.project_left_out(values.to(self.project_left_out.weight.dtype))
        return half + (projected if mask is None else projected * mask)

    def _standardised(self, name: str, track: Track, tokens: int) -> tuple[Tensor, Tensor | None]:
        """Values (batch, tokens or 1, channels) in units of their spread, and where they are, if not
        everywhere."""
        values = track.values if track.values.ndim == 3 else track.values[:, None]
        values = (values - getattr(self, f"{name}_mean")) / getattr(self, f"{name}_std")
        values = values.clamp(-STANDARDISED_LIMIT, STANDARDISED_LIMIT)
        if values.shape[1] > 1:
            values = align(values, tokens)
        if track.present is None:
            return values, None
        mask = track.present.reshape(len(track.present), -1, 1)
        return values, align(mask, tokens) if mask.shape[1] > 1 else mask
