"""Onsets put where a user wants them, into the channels that say when something hits."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

NARROW_S, BROAD_S = 0.018, 0.06
"""Standard deviations of an onset in the narrow and the broad curve, as the tower learned them."""
USUAL_INTENSITY = 0.6


def hit_activity(
    activity: Float[Tensor, "batch tokens 8"], times_s: Sequence[float], column_s: float, narrow: int
) -> Float[Tensor, "batch tokens 8"]:
    """Activity with onsets at `times_s` (seconds from the first token) and nowhere else.

    Narrow curves, the broad one and the intensity are written anew; how loud it is stays as it was seen.
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
