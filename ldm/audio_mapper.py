"""TempoTokens (Yariv et al. 2024): a sound as tokens that steer a video denoiser picture by picture."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from ldm.conditions import TEXT, Conditions, Track
from ldm.mixing import Mixer
from vocoders.component import Component, configured

WindowForm = Literal["mean", "reference"]


def local_windows(
    tokens: Float[Tensor, "batch pictures width"], reaches: Sequence[int], form: str = "mean"
) -> Float[Tensor, "batch pictures windows width"]:
    """Eq. 2 and 3: for every picture i and reach j, the mean of those tokens from i - j to i + j that exist.

    Args:
        form: "mean" is that; "reference" is what the released code computes, the slice from i - j to
            i + j - 1, which leans to the past.

    Raises:
        ValueError: another form.
    """
    if form not in ("mean", "reference"):
        raise ValueError(f"windows are mean or reference, not {form!r}")
    count = tokens.shape[1]
    sums = F.pad(tokens.float().cumsum(1), (0, 0, 1, 0))  # sums[k] is of the first k tokens
    here = torch.arange(count, device=tokens.device)
    found = []
    for reach in reaches:
        first = (here - reach).clamp(min=0)
        end = (here + reach + (1 if form == "mean" else 0)).clamp(max=count)
        found.append((sums[:, end] - sums[:, first]) / (end - first)[:, None])
    return torch.stack(found, dim=2).to(tokens.dtype)


def to_pictures(
    tokens: Float[Tensor, "batch tokens width"], pictures: int
) -> Float[Tensor, "batch pictures width"]:
    """Tokens at equal steps, interpolated linearly at the pictures' centres."""
    moved = F.interpolate(tokens.transpose(1, 2).float(), pictures, mode="linear", align_corners=False)
    return moved.transpose(1, 2).to(tokens.dtype)


def in_equal_runs(
    tokens: Float[Tensor, "batch tokens width"], pictures: int
) -> Float[Tensor, "batch pictures width"]:
    """The released code's pooling: the flat list of tokens cut into equal runs, which mixes bands of
    frequency with moments where a moment has several tokens. For released weights only.

    Raises:
        ValueError: fewer tokens than pictures.
    """
    each = tokens.shape[1] // pictures
    if not each:
        raise ValueError(f"{tokens.shape[1]} tokens do not make {pictures} runs")
    return tokens[:, : each * pictures].unflatten(1, (pictures, each)).mean(2)


class AttentivePool(nn.Module):
    """Eq. 4 to 6: sum_u p(u) a_u with p = softmax over u of alpha_l theta_l + alpha_c theta_c, the first a
    learned score of a token alone, the second how much it is like the others.

    Args:
        width: of the tokens.
        hidden: of the learned score.
    """

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.score = nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, 1))
        self.asks, self.answers = nn.Linear(width, width, bias=False), nn.Linear(width, width, bias=False)
        self.alphas = nn.Parameter(torch.ones(2))

    def shares(self, tokens: Float[Tensor, "batch pictures width"]) -> Float[Tensor, "batch pictures"]:
        """p of eq. 4."""
        alone = self.score(tokens).squeeze(-1)
        asks, answers = (F.normalize(part(tokens), dim=-1) for part in (self.asks, self.answers))
        alike = (asks @ answers.transpose(1, 2)).mean(-1)
        return (self.alphas[0] * alone + self.alphas[1] * alike).softmax(-1)

    def forward(self, tokens: Float[Tensor, "batch pictures width"]) -> Float[Tensor, "batch width"]:
        return torch.einsum("bn,bnw->bw", self.shares(tokens), tokens)


class TempoTokens(NamedTuple):
    """Of one batch.

    Attributes:
        local: (batch, pictures, windows, width).
        whole: (batch, width), one for the clip.
    """

    local: Tensor
    whole: Tensor

    def size(self) -> Tensor:
        """The penalty of eq. 8, mean |token|; the equation leaves out the absolute value."""
        return torch.cat([self.local.flatten(1), self.whole], dim=1).abs().mean()

    def per_picture(self) -> Float[Tensor, "batch pictures tokens width"]:
        """What picture i is given: the clip's token, then its windows', from narrow to wide."""
        whole = self.whole[:, None, None].expand(-1, self.local.shape[1], -1, -1)
        return torch.cat([whole, self.local], dim=2)


class AudioMapper(Component):
    """Tokens of a frozen audio tower to the words of a video denoiser, at every picture.

    By default it reads CVALP's audio tower (256 channels, 64 ms). With BEATs, whose 12 layers give 9216
    channels and 8 bands a moment: `audio_channels=9216, hidden=(2304, 2304, 1024), bands=8`.

    Args:
        audio_channels: of the tower's tokens.
        text_channels: Ct: of the words, and of what is given back.
        hidden: widths between, GELU after each.
        reaches: j of the windows.
        windows: "mean", or "reference", see `local_windows`.
        bands: tokens of one moment, time-major.
        pooling: "moments" averages the bands of a moment and interpolates over time; "reference" as
            `in_equal_runs`.
        use: "both" the windows and the clip's token, or "local" or "whole" alone (the paper's Table 3).
    """

    @configured
    def __init__(
        self,
        audio_channels: int = 256,
        text_channels: int = 256,
        hidden: Sequence[int] = (256, 256),
        reaches: Sequence[int] = (1, 2, 4, 8),
        windows: WindowForm = "mean",
        bands: int = 1,
        pooling: Literal["moments", "reference"] = "moments",
        use: Literal["both", "local", "whole"] = "both",
    ):
        super().__init__()
        widths = (audio_channels, *hidden)
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [nn.Linear(before, after), nn.GELU()]
        self.first = nn.Sequential(*layers[:-1])
        self.last = nn.Sequential(nn.GELU(), nn.Linear(widths[-1], text_channels))
        self.pool = AttentivePool(text_channels, text_channels)
        self.reaches = tuple(reaches)
        # How tokens become one vector of a moment, where a text encoder does not read them one by one.
        self.join = nn.Linear((1 + len(self.reaches)) * text_channels, text_channels, bias=False)

    @classmethod
    def tiny(cls, **overrides: Any) -> "AudioMapper":
        """The same network at the size of a test (6 audio channels, Ct 5)."""
        size = {"audio_channels": 6, "text_channels": 5, "hidden": (8, 8), "reaches": (1, 2)}
        return cls(**{**size, **overrides})

    def forward(self, tokens: Float[Tensor, "batch tokens channels"], pictures: int) -> TempoTokens:
        """The words of every picture.

        Args:
            tokens: of the audio tower over the whole clip; of several bands the bands of a moment together.
            pictures: L.

        Raises:
            ValueError: tokens that are no whole moments.
        """
        bands = self.config.bands
        if tokens.shape[1] % bands:
            raise ValueError(f"{tokens.shape[1]} tokens are no whole moments of {bands} bands")
        x = self.first(tokens)
        if self.config.pooling == "reference":
            x = in_equal_runs(x, pictures)
        else:
            x = to_pictures(x.unflatten(1, (-1, bands)).mean(2), pictures)
        words = self.last(x)
        local = local_windows(words, self.reaches, self.config.windows)
        whole = self.pool(words)
        if self.config.use == "local":
            whole = torch.zeros_like(whole)
        elif self.config.use == "whole":
            local = torch.zeros_like(local)
        return TempoTokens(local, whole)

    def text_track(self, found: TempoTokens, text: Float[Tensor, "batch ct"] | None = None) -> Track:
        """The text condition of a denoiser that reads one vector a moment: what is said (see
        `said_or_nothing`), if anything, plus the joined words of every picture."""
        joined = self.join(found.per_picture().flatten(2))
        return Track(joined if text is None else text[:, None] + joined)


def said_or_nothing(
    mixer: Mixer, text: Float[Tensor, "batch ct"], present: Tensor | None
) -> Float[Tensor, "batch ct"]:
    """E_l of the rows that have words; of the others what the denoiser's learned null stands for."""
    buffers = dict(mixer.named_buffers())
    nothing = mixer.null_text * buffers["text_std"] + buffers["text_mean"]
    return text if present is None else torch.where(present[:, None], text, nothing.to(text.dtype))


def with_sound(conditions: Conditions, track: Track) -> Conditions:
    """The conditions with this text track in the place of theirs."""
    return Conditions({**conditions, TEXT: track})


def placed_words(
    embeddings: Float[Tensor, "batch words width"],
    slots: Sequence[int],
    tokens: Float[Tensor, "batch pictures count width"],
) -> Float[Tensor, "rows words width"]:
    """Input embeddings of a prompt with placeholders, once for every picture, with that picture's tokens in
    the slots: what a frozen text encoder then reads as `inputs_embeds` (one row for each clip's picture).

    Raises:
        ValueError: another number of slots than tokens.
    """
    if len(slots) != tokens.shape[2]:
        raise ValueError(f"{len(slots)} placeholders for {tokens.shape[2]} tokens")
    rows = embeddings.repeat_interleave(tokens.shape[1], dim=0).clone()
    rows[:, list(slots)] = tokens.flatten(0, 1).to(rows.dtype)
    return rows
