"""Onsets put where a user wants them: the picture's own moments, told in another order."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float, Int64
from torch import Tensor

NARROW_S, BROAD_S = 0.018, 0.06
"""Standard deviations of an onset in the narrow and the broad curve, as the tower learned them."""
USUAL_INTENSITY = 0.6
SEEN_AT = 0.35
"""Height of the broad curve's peaks that count as onsets of the picture."""


def hit_activity(
    activity: Float[Tensor, "batch tokens 8"], times_s: Sequence[float], column_s: float, narrow: int
) -> Float[Tensor, "batch tokens 8"]:
    """Activity with onsets at `times_s` (seconds from the first token) and nowhere else.

    Narrow curves, the broad one and the intensity are written anew; how loud it is stays as it is given.
    Hits are as intense as the picture's own onsets at most, or `USUAL_INTENSITY` where it has none.

    Args:
        activity: `narrow` onset curves a token, a broad one, intensity, and what stays.
        times_s: of the hits; those outside do nothing.
        column_s: seconds of a token.
        narrow: curves a token.
    """
    tokens = activity.shape[1]
    given = torch.tensor(list(times_s), dtype=torch.float64)
    if len(given) == 0:
        given = torch.tensor([-1e6], dtype=torch.float64)
    fine_s = (torch.arange(tokens * narrow, dtype=torch.float64) + 0.5) * column_s / narrow
    centre_s = (torch.arange(tokens, dtype=torch.float64) + 0.5) * column_s
    sharp = torch.exp(-0.5 * ((fine_s[:, None] - given) / NARROW_S) ** 2).amax(1).reshape(tokens, narrow)
    broad = torch.exp(-0.5 * ((centre_s[:, None] - given) / BROAD_S) ** 2).amax(1)
    intensity = activity[..., narrow + 1].amax(1, keepdim=True).clamp_min(USUAL_INTENSITY)
    sharp, broad = sharp.to(activity), broad.to(activity)
    moved = activity.clone()
    moved[..., :narrow], moved[..., narrow] = sharp, broad
    moved[..., narrow + 1] = broad * intensity
    return moved


def seen_hits(broad: Float[Tensor, " tokens"]) -> list[int]:
    """Tokens of the onsets that a picture shows: peaks of the broad curve."""
    highest = torch.nn.functional.max_pool1d(broad[None], 3, 1, 1)[0] <= broad
    return torch.nonzero(highest & (broad >= SEEN_AT)).flatten().tolist()


def moments(tokens: int, seen: Sequence[int], hits: Sequence[int]) -> Int64[Tensor, " tokens"]:
    """For every token the one of the picture whose moment it takes, so that what was seen around onsets at
    tokens `seen` is seen around `hits`.

    What follows a hit is what followed an onset, one onset after the other and round again; its last moment
    stays until the next hit. Without onsets or without hits all moments stay.
    """
    if not seen or not hits:
        return torch.arange(tokens)
    taken = torch.empty(tokens, dtype=torch.long)
    taken[: hits[0]] = (torch.arange(hits[0]) + seen[0] - hits[0]).clamp(min=0)
    stretches = list(pairwise([*seen, tokens]))
    for number, (begin, end) in enumerate(pairwise([*hits, tokens])):
        first, last = stretches[number % len(seen)]
        taken[begin:end] = (first + torch.arange(end - begin)).clamp(max=last - 1)
    return taken
