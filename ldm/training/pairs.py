"""Pairs of sound and picture that an alignment classifier learns from: of one moment, of one clip at two
moments, of two clips."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from vocoders.training.joined_batch import joined, own, place

ALIGNED, SHIFTED, OTHER = 0, 1, 2
KINDS_OF_PAIR = ("aligned", "shifted", "other")


class Pairs(NamedTuple):
    """Stretches of equal length.

    Attributes:
        latents: of the sound, (batch, ..., columns).
        video: features of the picture, (batch, tokens, channels).
        kinds: (batch,) places in `KINDS_OF_PAIR`.
    """

    latents: Tensor
    video: Float[Tensor, "batch tokens channels"]
    kinds: Int[Tensor, " batch"]


def check_shares(shares: Sequence[float]) -> tuple[float, ...]:
    """The shares of aligned, shifted and other pairs.

    Raises:
        ValueError: they are not three shares that sum to 1.
    """
    if len(shares) != len(KINDS_OF_PAIR) or min(shares) < 0 or abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"shares of aligned, shifted and other pairs sum to 1, not {list(shares)}")
    return tuple(shares)


def draw_pairs(
    latents: Tensor,
    video: Float[Tensor, "batch tokens channels"],
    columns: int,
    least_shift: int,
    shares: Sequence[float],
    generator: torch.Generator,
) -> Pairs:
    """One pair for every row of a batch; the sound of another clip is that of another row of the joined
    batch.

    Sound and picture are cut out of the clip, not turned round in it: no seam tells a shifted pair. Shifts
    are as often short as long (log-uniform), to either side.

    Args:
        latents: of whole clips, (batch, ..., all columns).
        video: features of the same clips at equal steps.
        columns: of a pair.
        least_shift: columns that a shifted pair is apart at least.
        shares: of aligned, shifted and other pairs.
        generator: random numbers, alike in all processes.

    Raises:
        ValueError: the clips are too short for pairs that are so far apart, or there is one clip alone.
    """
    rows, tokens, whole = len(latents), video.shape[1], latents.shape[-1]
    step = whole // tokens  # columns a token
    if whole % tokens or columns % step:
        raise ValueError(f"{whole} and {columns} columns are no whole multiples of {tokens} features in time")
    least, room = -(-least_shift // step), (whole - columns) // step
    if not 0 < least <= room:
        raise ValueError(f"clips of {whole} columns hold no pairs of {columns} that are {least_shift} apart")
    rank, world = place()
    if world * rows < 2:
        raise ValueError("the sound of another clip needs a batch of 2 clips at least")
    device = latents.device
    u = own(lambda count: torch.rand(count, 6, generator=generator, device=device), rows)
    kinds = torch.bucketize(u[:, 0].contiguous(), u.new_tensor(shares).cumsum(0)[:-1], right=True)
    apart = (least * ((room + 1) / least) ** u[:, 1]).long().clamp(max=room) * (kinds == SHIFTED)
    first = (u[:, 2] * (room - apart + 1)).long()
    late = u[:, 3] < 0.5
    heard, seen = first + apart * late, first + apart * ~late
    heard = torch.where(kinds == OTHER, (u[:, 4] * (room + 1)).long(), heard)
    row = rank * rows + torch.arange(rows, device=device)
    another = (row + 1 + (u[:, 5] * (world * rows - 1)).long()) % (world * rows)
    sounds = joined(latents)
    cut = [
        sounds[of, ..., step * at : step * at + columns]
        for of, at in zip(torch.where(kinds == OTHER, another, row).tolist(), heard.tolist(), strict=True)
    ]
    shown = [clip[at : at + columns // step] for clip, at in zip(video, seen.tolist(), strict=True)]
    return Pairs(torch.stack(cut), torch.stack(shown), kinds)
