"""CVALP's contrastive losses, TA-V2A eq. 1-5.

The printed f of eq. 1 is a log-probability (<= 0), so the loss is its negative.
"""

import hashlib
from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor
from torch.nn import functional as F


def info_nce(
    x: Float[Tensor, "n dim"],
    y: Float[Tensor, "n dim"],
    scale: Tensor | float,
    same: Bool[Tensor, "n n"] | None = None,
) -> Float[Tensor, ""]:
    """-1/(2N) sum_i f(x_i, y_i, N) + f(y_i, x_i, N): eq. 1 in both directions
    (eq. 2, 3 or 4) with its weight in eq. 5.

    Args:
        x, y: L2-normalised features; row i of each belong together.
        scale: 1 / tau.
        same: pairs that mean the same though they are not partners (equal captions, sibling
            clips); taken out of the negatives.
    """
    logits = scale * x @ y.T
    if same is not None:
        others = same & ~torch.eye(len(x), dtype=torch.bool, device=x.device)
        logits = logits.masked_fill(others, float("-inf"))
    target = torch.arange(len(x), device=x.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def temporal_info_nce(
    x: Float[Tensor, "n windows dim"], y: Float[Tensor, "n windows dim"], scale: Tensor | float
) -> Float[Tensor, ""]:
    """Eq. 4 inside every clip: window i of one modality against all windows of the other, N_T =
    windows; the mean over clips."""
    logits = scale * x @ y.transpose(1, 2)  # (n, windows, windows)
    target = torch.arange(x.shape[1], device=x.device).expand(len(x), -1)
    forward, backward = F.cross_entropy(logits.transpose(1, 2), target), F.cross_entropy(logits, target)
    return (forward + backward) / 2


def label_loss(logits: Float[Tensor, "n labels"], right: Float[Tensor, "n labels"]) -> Float[Tensor, ""]:
    """Cross-entropy of softmax(logits) with the right labels of every row, each counting alike; f of eq. 1
    with a label bank as its pairs.

    Args:
        right: multi-hot, at least one in every row.
    """
    return -(logits.log_softmax(-1) * right).sum(-1).div(right.sum(-1)).mean()


def cvalp_loss(
    audio_text: Tensor, audio_video: Tensor, temporal: Tensor, lambda_: float, mu: float
) -> Tensor:
    """Eq. 5: L = L_AL + lambda L_AVS + mu L_AVT (each already the mean with its factor 1/2N)."""
    return audio_text + lambda_ * audio_video + mu * temporal


def caption_numbers(captions: Sequence[str]) -> Int[Tensor, " n"]:
    """One whole number a caption, the same for the same words in every process;
    capitals and spaces do not count."""
    digests = [
        hashlib.blake2b(" ".join(text.lower().split()).encode(), digest_size=8).digest() for text in captions
    ]
    return torch.tensor([int.from_bytes(digest, "big", signed=True) for digest in digests])


def audio_text_loss(
    audio: Float[Tensor, "n windows dim"],
    text: Float[Tensor, "n dim"],
    captions: Int[Tensor, " n"],
    scale: Tensor | float,
) -> Float[Tensor, ""]:
    """Eq. 2 once a video, N = n: the mean of its windows' E_a against its one caption;
    equal captions are no negatives.

    Taken window by window, a caption would be the negative of its own video's other windows.
    """
    return info_nce(F.normalize(audio.mean(1), dim=-1), text, scale, captions[:, None] == captions[None])


def cross_video_loss(
    audio: Float[Tensor, "n windows dim"],
    video: Float[Tensor, "n windows dim"],
    scale: Tensor | float,
    sibling_negatives: bool = False,
) -> Float[Tensor, ""]:
    """Eq. 3 over all windows of all videos, N_S = n * windows.

    Args:
        sibling_negatives: whether windows of one video are negatives of each other here too, as in
            Diff-Foley. The paper calls the N_S pairs cross-video ones; inside a video eq. 4 tells them apart.
    """
    count = audio.shape[1]
    film = torch.arange(len(audio), device=audio.device).repeat_interleave(count)
    same = None if sibling_negatives else film[:, None] == film[None]
    return info_nce(audio.flatten(0, 1), video.flatten(0, 1), scale, same)
