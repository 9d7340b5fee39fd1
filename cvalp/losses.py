"""CVALP's contrastive losses, TA-V2A eq. 1-5.

The printed f of eq. 1 is a log-probability (<= 0), so the loss is its negative.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F


def info_nce(
    x: Float[Tensor, "n dim"], y: Float[Tensor, "n dim"], scale: Tensor | float, same: Bool[Tensor, "n n"] | None = None
) -> Float[Tensor, ""]:
    """-1/(2N) sum_i f(x_i, y_i, N) + f(y_i, x_i, N): eq. 1 in both directions (eq. 2, 3 or 4) with its weight in eq. 5.

    Args:
        x, y: L2-normalised features; row i of each belong together.
        scale: 1 / tau.
        same: pairs that mean the same though they are not partners (equal captions, sibling clips); taken out of the negatives.
    """
    logits = scale * x @ y.T
    if same is not None:
        others = same & ~torch.eye(len(x), dtype=torch.bool, device=x.device)
        logits = logits.masked_fill(others, float("-inf"))
    target = torch.arange(len(x), device=x.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def temporal_info_nce(x: Float[Tensor, "n windows dim"], y: Float[Tensor, "n windows dim"], scale: Tensor | float) -> Float[Tensor, ""]:
    """Eq. 4 inside every clip: window i of one modality against all windows of the other, N_T = windows; the mean over clips."""
    logits = scale * x @ y.transpose(1, 2)  # (n, windows, windows)
    target = torch.arange(x.shape[1], device=x.device).expand(len(x), -1)
    forward, backward = F.cross_entropy(logits.transpose(1, 2), target), F.cross_entropy(logits, target)
    return (forward + backward) / 2


def cvalp_loss(audio_text: Tensor, audio_video: Tensor, temporal: Tensor, lambda_: float, mu: float) -> Tensor:
    """Eq. 5: L = L_AL + lambda L_AVS + mu L_AVT (each already the mean with its factor 1/2N)."""
    return audio_text + lambda_ * audio_video + mu * temporal
