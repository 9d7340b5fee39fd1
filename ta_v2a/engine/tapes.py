"""What keeps memory flat on long clips: pictures read once in order, mel frames handed out as soon as they are final."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from jaxtyping import Float, UInt8


def held_back(blocks: Iterator[np.ndarray], pictures: int) -> Iterator[np.ndarray]:
    """The same blocks (batch, any number, height, width), the first picture shown that many times more: what it steers comes later."""
    first = next(blocks, None)
    if first is not None:
        yield np.concatenate([first[:, :1].repeat(pictures, axis=1), first], axis=1)
    yield from blocks


class PictureTape:
    """Pictures from blocks that arrive in order; past the end the last picture is repeated.

    Args:
        blocks: (batch, any number, height, width) uint8 each.
    """

    def __init__(self, blocks: Iterator[np.ndarray]):
        self._blocks = blocks
        self._held: np.ndarray | None = None
        self._first = 0  # index of the first picture held
        self._ended = False

    def read(self, start: int, stop: int) -> UInt8[np.ndarray, "batch pictures height width *rgb"]:
        """Pictures [start, stop); everything before `start` is forgotten.

        Raises:
            ValueError: if there is no picture at all, or `start` was forgotten already.
        """
        if start < self._first:
            raise ValueError(f"picture {start} was let go; the tape begins at {self._first}")
        while not self._ended and self._end < stop:
            self._take(next(self._blocks, None), start)
        if self._held is None or self._held.shape[1] == 0:
            raise ValueError("there are no pictures")
        rows = np.arange(start, stop).clip(max=self._end - 1) - self._first
        pictures = self._held[:, rows]
        self._forget(start)
        return pictures

    @property
    def _end(self) -> int:
        return self._first + (0 if self._held is None else self._held.shape[1])

    def _take(self, block: np.ndarray | None, start: int) -> None:
        if block is None:
            self._ended = True
        else:
            self._held = block if self._held is None else np.concatenate([self._held, block], axis=1)
            self._forget(start)

    def _forget(self, start: int) -> None:
        """Drops pictures before `start`, but never the last one: it may have to be repeated."""
        drop = min(start, self._end - 1) - self._first
        if self._held is not None and drop > 0:
            self._held, self._first = self._held[:, drop:], self._first + drop


def decoded(
    latents: Iterable[Float[torch.Tensor, "batch latent *rows _"]],
    decode: Callable[[torch.Tensor], torch.Tensor],
    frames_per_column: int,
    margin_columns: int,
) -> Iterator[Float[torch.Tensor, "batch bins _"]]:
    """Consecutive latent columns to consecutive mel frames, those of decoding all columns at once; columns that are final are let go.

    Args:
        latents: (batch, latent, any number) each, or with rows before the columns.
        decode: (batch, latent, ..., columns) to (batch, bins, columns * frames_per_column).
        margin_columns: neighbours on either side that a column's frames depend on at most.
    """
    held: torch.Tensor | None = None
    done = 0  # columns of `held` whose frames were handed out
    for piece in latents:
        held = piece if held is None else torch.cat([held, piece], dim=-1)
        stop = held.shape[-1] - margin_columns
        if stop > done:
            yield decode(held)[..., done * frames_per_column : stop * frames_per_column]
            drop = max(0, stop - margin_columns)
            held, done = held[..., drop:], stop - drop
    if held is not None and held.shape[-1] > done:
        yield decode(held)[..., done * frames_per_column :]


KNEE = 0.8
"""Of full scale: samples below are left alone."""


def limited(wave: torch.Tensor) -> torch.Tensor:
    """Bends what passes `KNEE` smoothly into [-1, 1], sample by sample: a hit at twice full scale keeps its place without a corner."""
    over = (wave.abs() - KNEE).clamp_min(0.0)
    return torch.where(over > 0, wave.sign() * (KNEE + (1 - KNEE) * torch.tanh(over / (1 - KNEE))), wave)
