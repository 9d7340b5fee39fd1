"""Tokens of a clip to one vector, or to one of every window."""

from einops import rearrange
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F


def pooled(tokens: Float[Tensor, "batch tokens dim"], pooling: str = "mean") -> Float[Tensor, "batch dim"]:
    """Temporal pooling of eq. 3 (E_v, E_a in R^C), L2-normalised again: the mean, or the maximum of every channel as in Diff-Foley."""
    return F.normalize(tokens.amax(1) if pooling == "max" else tokens.mean(1), dim=-1)


def windows(tokens: Float[Tensor, "batch tokens dim"], length: int) -> Float[Tensor, "batch windows dim"]:
    """Means over windows of `length` tokens, L2-normalised: the N_T parts of a clip of eq. 4."""
    cut = tokens[:, : tokens.shape[1] // length * length]
    return F.normalize(rearrange(cut, "b (w l) d -> b w l d", l=length).mean(2), dim=-1)
