"""Which conditions a training sample sees: one categorical draw per sample over the branches of the guidance (section II-D)."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Bool
from torch import Tensor

from ldm.conditions import TEXT, VIDEO
from ldm.guidance import Branch, branch


def branch_shares(shares: Mapping[str, float] | Sequence[float]) -> dict[Branch, float]:
    """Shares of the training samples by branch.

    Args:
        shares: by names with blanks between them, as {"video text": 0.7, "video": 0.1, "text": 0.1, "": 0.1}, or those four in that
            order.

    Raises:
        ValueError: a share is negative, or they do not sum to 1.
    """
    four = (branch(VIDEO, TEXT), branch(VIDEO), branch(TEXT), branch())
    if isinstance(shares, Mapping):
        read = {branch(*names.split()): float(share) for names, share in shares.items()}
    else:
        read = {names: float(share) for names, share in zip(four, shares, strict=True)}
    if min(read.values()) < 0 or abs(sum(read.values()) - 1) > 1e-6:
        raise ValueError(f"shares are not negative and sum to 1, unlike {list(read.values())}")
    return read


def draw_presence(
    shares: Mapping[Branch, float], batch: int, generator: torch.Generator, device: torch.device | str = "cpu"
) -> dict[str, Bool[Tensor, "batch"]]:
    """For every condition, whether each sample of the batch sees it: one draw per sample decides about all of them."""
    branches = list(shares)
    probabilities = torch.tensor([shares[names] for names in branches], device=device)
    drawn = torch.multinomial(probabilities, batch, replacement=True, generator=generator)
    names = sorted({name for each in branches for name in each})
    return {name: torch.tensor([name in each for each in branches], device=device)[drawn] for name in names}
