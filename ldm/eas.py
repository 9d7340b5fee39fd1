"""Explicit audio-visual alignment: the contrastive loss over the tokens of both modalities with which
TAVDiffusion trains (Mao et al. 2024, eq. 13 to 15)."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from vocoders.training.joined_batch import joined

Reduction = Literal["max", "mean"]
MOST_COSINES = 1 << 26
"""Computed at once."""


def token_similarity(
    audio: Float[Tensor, "audios m width"],
    video: Float[Tensor, "videos n width"],
    audio_weights: Float[Tensor, "audios m"],
    video_weights: Float[Tensor, "videos n"],
    reduction: str = "max",
) -> Float[Tensor, "audios videos"]:
    """Eq. 14 of every audio with every video: s = sum_m w_a[m] R_n cos(a_m, v_n) + sum_n w_v[n] R_m cos.

    The equation leaves out what R is: the largest by default, so that a token needs one partner only, or the
    mean.

    Raises:
        ValueError: another reduction.
    """
    if reduction not in ("max", "mean"):
        raise ValueError(f"the reduction is max or mean, not {reduction!r}")
    a, v = F.normalize(audio, dim=-1), F.normalize(video, dim=-1)
    at_once = max(1, MOST_COSINES // (v.shape[0] * v.shape[1] * a.shape[1]))
    rows = []
    for some, weights in zip(a.split(at_once), audio_weights.split(at_once), strict=True):
        cosines = torch.einsum("amc,vnc->avmn", some, v)
        over_n, over_m = (
            (cosines.amax(3), cosines.amax(2)) if reduction == "max" else (cosines.mean(3), cosines.mean(2))
        )
        rows.append(torch.einsum("avm,am->av", over_n, weights) + (over_m * video_weights).sum(2))
    return torch.cat(rows)


def eas_loss(similarity: Float[Tensor, "n n"], temperature: float = 0.1) -> Float[Tensor, ""]:
    """Eq. 13: cross-entropy in both directions, pairs of equal index belonging together; the mean over pairs.

    Of a batch of one there is nothing to tell apart, and it is 0.
    """
    target = torch.arange(len(similarity), device=similarity.device)
    logits = similarity / temperature
    return F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)


class TokenAlignment(nn.Module):
    """The learned part of eq. 14: which tokens count, and one width for both modalities.

    Args:
        audio_width, video_width: of the tokens; where they differ, the video's are projected.
        reduction: see `token_similarity`.
    """

    def __init__(self, audio_width: int, video_width: int, reduction: Reduction = "max"):
        super().__init__()
        self.audio_score, self.video_score = nn.Linear(audio_width, 1), nn.Linear(video_width, 1)
        self.to_audio_width: nn.Module = (
            nn.Identity() if audio_width == video_width else nn.Linear(video_width, audio_width, bias=False)
        )
        self.reduction: Reduction = reduction

    def forward(
        self, audio: Float[Tensor, "batch m wa"], video: Float[Tensor, "batch n wv"]
    ) -> Float[Tensor, "joined joined"]:
        """Similarity of every audio with every video of the batch that all processes hold together."""
        audio_weights = self.audio_score(audio).squeeze(-1).float().softmax(-1)
        video_weights = self.video_score(video).squeeze(-1).float().softmax(-1)
        tokens = (audio.float(), self.to_audio_width(video).float())
        a, v, w_a, w_v = (joined(each) for each in (*tokens, audio_weights, video_weights))
        with torch.autocast(a.device.type, enabled=False):
            return token_similarity(a, v, w_a, w_v, self.reduction)
