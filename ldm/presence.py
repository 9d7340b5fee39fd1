"""Which conditions a training sample sees: one categorical draw per sample over the branches of the guidance (section II-D)."""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Bool, Int
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


def draw_branches(
    shares: Mapping[Branch, float], batch: int, generator: torch.Generator, device: torch.device | str = "cpu"
) -> Int[Tensor, " batch"]:
    """For each sample of a batch, the place in `shares` of the branch that it sees."""
    probabilities = torch.tensor(list(shares.values()), device=device)
    return torch.multinomial(probabilities, batch, replacement=True, generator=generator)


def presence(shares: Mapping[Branch, float], drawn: Int[Tensor, " batch"]) -> dict[str, Bool[Tensor, " batch"]]:
    """For every condition, whether each sample sees it: one draw has decided about all of them."""
    names = sorted({name for each in shares for name in each})
    return {name: torch.tensor([name in each for each in shares], device=drawn.device)[drawn] for name in names}
