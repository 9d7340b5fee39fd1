"""Long clips window by window: where the windows lie, how neighbours are blended."""

from dataclasses import dataclass

import torch
from jaxtyping import Float

OVERLAP_COLUMNS = 32  # 2 s: long enough for a tail to ring through a seam, short enough to cost a third


@dataclass(frozen=True)
class Window:
    """Latent columns [start, stop) generated together; [start, shared_stop) belongs to the window before as well."""

    start: int
    stop: int
    shared_stop: int

    def weight(self) -> Float[torch.Tensor, " shared"]:
        """Share of this window in the columns that it shares: a raised cosine from 0 to 1."""
        shared = self.shared_stop - self.start
        return 0.5 - 0.5 * torch.cos(torch.pi * (torch.arange(shared) + 0.5) / max(1, shared))


def plan_windows(columns: int, window_columns: int, overlap_columns: int = OVERLAP_COLUMNS, grain: int = 1) -> list[Window]:
    """Windows that cover `columns` latent columns, evenly spread; neighbours share `overlap_columns` or more.

    A clip that is longer than one window by half an overlap at most gets one longer window: two would cost twice as much for little.

    Args:
        grain: windows begin at multiples of it (`ClipSpec.columns_per_picture`).

    Raises:
        ValueError: if the overlap is not smaller than half a window, there are no columns, or they are no multiples of the grain.
    """
    if not 0 < 2 * overlap_columns <= window_columns or columns < 1:
        raise ValueError(f"cannot cover {columns} columns by windows of {window_columns} that share {overlap_columns}")
    if columns % grain or window_columns % grain:
        raise ValueError(f"{columns} columns and windows of {window_columns} are no multiples of {grain}")
    if columns <= window_columns + overlap_columns // 2:
        return [Window(0, columns, 0)]
    stride, rest = window_columns - overlap_columns, columns - window_columns
    count = -(-rest // (stride - stride % grain)) + 1
    starts = [round(i * rest / (count - 1) / grain) * grain for i in range(count)]
    stops = [start + window_columns for start in starts]
    return [Window(start, stop, before) for start, stop, before in zip(starts, stops, [starts[0], *stops], strict=False)]


@dataclass(frozen=True)
class Carry:
    """What a window leaves to the next: noise and movements (one a sampler step) of the columns that they share."""

    noise: Float[torch.Tensor, "batch latent *rows shared"]
    movements: list[torch.Tensor]


class Seam:
    """Blends a window with the one before at every sampler step (MultiDiffusion, Bar-Tal et al. 2023, eq. 5), one after the other.

    Both start from the same noise where they overlap. Each step's movement of the shared columns is cross-faded with the movement that the
    window before made in that step, so the left end of a window is what was there already and everything further right is generated in view
    of it. Of the window before, only its movements in the shared columns are kept: memory does not grow with the clip.

    Args:
        noise: (batch, latent, columns), or with rows before the columns, that this window starts from.
        window: where it lies.
        carry: what the window before left, None for the first.
    """

    def __init__(self, noise: torch.Tensor, window: Window, carry: Carry | None):
        self._noise, self._window, self._carry = noise, window, carry
        self._at = noise
        self._weight = window.weight().to(noise.device)
        self._movements: list[torch.Tensor] = []

    def step(self, latents: Float[torch.Tensor, "batch latent *rows columns"]) -> Float[torch.Tensor, "batch latent *rows columns"]:
        """The blended latents after a sampler step that led to `latents`."""
        movement = latents - self._at
        if self._carry is not None:
            shared = self._weight.shape[0]
            earlier = self._carry.movements[len(self._movements)]
            movement = torch.cat([torch.lerp(earlier, movement[..., :shared], self._weight), movement[..., shared:]], dim=-1)
        self._movements.append(movement)
        self._at = self._at + movement
        return self._at

    def carry(self, following: Window) -> Carry:
        """What the following window needs."""
        shared = slice(following.start - self._window.start, following.shared_stop - self._window.start)
        return Carry(self._noise[..., shared].clone(), [movement[..., shared].clone() for movement in self._movements])
