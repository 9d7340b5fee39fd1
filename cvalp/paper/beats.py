"""BEATs (Chen et al. 2023, arXiv 2212.09058): the audio tower whose layers TempoTokens reads, with the names
of its published checkpoints, so that their weights go in key by key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from cvalp.mini.t5_encoder import distance_buckets
from cvalp.paper.published import state_of

PATCH_FRAMES = 16
"""Frames of 10 ms, and mel bands, of a patch: 8 patches a moment of 160 ms."""
_MEAN, _SPREAD = 15.41663, 2 * 6.55582  # of the filter bank's logarithms, as in the published front end
_BUCKETS, _FARTHEST = 320, 800  # of the distances between tokens


def filter_bank(wave: Float[Tensor, "batch samples"]) -> Float[Tensor, "batch frames 128"]:
    """The published front end on sound in [-1, 1] at 16 kHz: 128 bands of 25 ms every 10 ms, logarithms,
    normalised."""
    from torchaudio.compliance.kaldi import fbank

    settings: dict[str, Any] = {"num_mel_bins": 128, "sample_frequency": 16000.0}
    rows = [fbank(each[None] * 2**15, frame_length=25.0, frame_shift=10.0, **settings) for each in wave]
    return (torch.stack(rows) - _MEAN) / _SPREAD


class PlaceConv(nn.Module):
    """A wide grouped convolution over the tokens that tells them their place; its weight is a direction and a
    size for every tap."""

    def __init__(self, width: int, taps: int, groups: int):
        super().__init__()
        self.weight_g = nn.Parameter(torch.ones(1, 1, taps))
        self.weight_v = nn.Parameter(0.02 * torch.randn(width, width // groups, taps))
        self.bias = nn.Parameter(torch.zeros(width))
        self.groups = groups

    def forward(self, x: Float[Tensor, "batch tokens width"]) -> Float[Tensor, "batch tokens width"]:
        direction = self.weight_v / self.weight_v.norm(dim=(0, 1), keepdim=True)
        taps = self.weight_v.shape[-1]
        moved = F.conv1d(
            x.transpose(1, 2), direction * self.weight_g, self.bias, padding=taps // 2, groups=self.groups
        )
        return F.gelu(moved[..., : x.shape[1]]).transpose(1, 2)


class GatedAttention(nn.Module):
    """Self-attention with a bias by distance, which every query gates."""

    def __init__(self, width: int, heads: int, bias: nn.Embedding):
        super().__init__()
        self.heads, inside = heads, width // heads
        self.k_proj, self.v_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.q_proj, self.out_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.grep_linear = nn.Linear(inside, 8)
        self.grep_a = nn.Parameter(torch.ones(1, heads, 1, 1))
        self.relative_attention_bias = bias  # one for all layers

    def forward(self, x: Float[Tensor, "batch tokens width"], buckets: Tensor) -> Tensor:
        q, k, v = (
            project(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        first, second = self.grep_linear(q).unflatten(-1, (2, 4)).sum(-1).sigmoid().chunk(2, dim=-1)
        gate = first * (second * self.grep_a - 1) + 2
        apart = self.relative_attention_bias(buckets).permute(2, 0, 1)
        mixed = F.scaled_dot_product_attention(q, k, v, gate * apart)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class BeatsLayer(nn.Module):
    """Attention and MLP, each added to its input times alpha, then normalised (DeepNorm)."""

    def __init__(self, width: int, heads: int, hidden: int, alpha: float, bias: nn.Embedding):
        super().__init__()
        self.self_attn = GatedAttention(width, heads, bias)
        self.self_attn_layer_norm, self.final_layer_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.fc1, self.fc2 = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.alpha = alpha

    def forward(self, x: Tensor, buckets: Tensor) -> Tensor:
        x = self.self_attn_layer_norm(self.alpha * x + self.self_attn(x, buckets))
        return self.final_layer_norm(self.alpha * x + self.fc2(F.gelu(self.fc1(x))))


class BeatsEncoder(nn.Module):
    """The layers, after the places."""

    def __init__(self, width: int, depth: int, heads: int, hidden: int, taps: int, groups: int):
        super().__init__()
        bias = nn.Embedding(_BUCKETS, heads)
        alpha = (2 * depth) ** 0.25
        self.pos_conv = nn.Sequential(PlaceConv(width, taps, groups))
        self.layers = nn.ModuleList(BeatsLayer(width, heads, hidden, alpha, bias) for _ in range(depth))
        self.layer_norm = nn.LayerNorm(width)

    def forward(self, x: Float[Tensor, "batch tokens width"]) -> list[Tensor]:
        """The output of every layer."""
        x = self.layer_norm(x + self.pos_conv(x))
        buckets, found = distance_buckets(x.shape[1], x.device, _BUCKETS, _FARTHEST), []
        for layer in self.layers:
            x = layer(x, buckets)
            found.append(x)
        return found


class BeatsTower(nn.Module):
    """Sound to the outputs of all layers, side by side: 12 x 768 = 9216 channels a token by default, tokens
    time-major with 8 bands of frequency a moment (`AudioMapper(audio_channels=9216, bands=8)`).

    Args:
        patch_width: of the patches' embedding.
        width, depth, heads, hidden: of the transformer.
        taps, groups: of the convolution that tells places.
    """

    def __init__(
        self,
        patch_width: int = 512,
        width: int = 768,
        depth: int = 12,
        heads: int = 12,
        hidden: int = 3072,
        taps: int = 128,
        groups: int = 16,
    ):
        super().__init__()
        self.patch_embedding = nn.Conv2d(1, patch_width, PATCH_FRAMES, PATCH_FRAMES, bias=False)
        self.layer_norm = nn.LayerNorm(patch_width)
        self.post_extract_proj = nn.Linear(patch_width, width)
        self.encoder = BeatsEncoder(width, depth, heads, hidden, taps, groups)

    @classmethod
    def tiny(cls) -> "BeatsTower":
        """The same network at the size of a test."""
        return cls(patch_width=8, width=16, depth=2, heads=2, hidden=24, taps=4, groups=2)

    def forward(self, wave: Float[Tensor, "batch samples"]) -> Float[Tensor, "batch tokens channels"]:
        """Tokens of sound in [-1, 1] at 16 kHz; what does not fill a moment of 160 ms at the end is left out.

        Raises:
            ValueError: a sound of less than one moment.
        """
        bank = filter_bank(wave)
        if bank.shape[1] < PATCH_FRAMES:
            raise ValueError(f"{wave.shape[1]} samples are less than a moment of 160 ms")
        patches = self.patch_embedding(bank[:, None]).flatten(2).transpose(1, 2)
        return torch.cat(self.encoder(self.post_extract_proj(self.layer_norm(patches))), dim=-1)

    def load_published(self, content: Mapping[str, Any]) -> "BeatsTower":
        """Takes the weights of a published checkpoint's content, {"cfg", "model"}; its classifier is left
        out.

        Raises:
            ValueError: a key is missing, unknown, or of another shape.
        """
        given = {k: v for k, v in state_of(dict(content)).items() if not k.startswith("predictor")}
        own = self.state_dict()
        other = sorted(given.keys() ^ own.keys()) or [k for k in own if given[k].shape != own[k].shape]
        if other:
            raise ValueError(f"these are not the weights of a BEATs of this size: {other[0]}")
        self.load_state_dict(given)
        return self.eval()

    @classmethod
    def from_file(cls, file: str | Path) -> "BeatsTower":
        """The tower of a published file, such as BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2.pt; no code in
        it runs.

        Raises:
            ValueError: it is none.
        """
        try:
            content = torch.load(file, map_location="cpu", weights_only=True)
        except Exception as error:  # torch refuses a file in many ways
            raise ValueError(f"{file} holds no weights: {str(error).splitlines()[0]}") from None
        return cls().load_published(content if isinstance(content, dict) else {})
