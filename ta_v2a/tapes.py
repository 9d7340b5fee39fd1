"""What keeps memory flat on long clips: pictures read once in order, sound handed out as soon as it is final."""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from jaxtyping import Float, UInt8

from .windows import join


def delayed(blocks: Iterator[np.ndarray], pictures: int) -> Iterator[np.ndarray]:
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

    def read(self, start: int, stop: int) -> UInt8[np.ndarray, "batch pictures height width"]:
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


class SoundTape:
    """Latent columns in, sound out: pieces are decoded with neighbours on both sides and cross-faded where they meet.

    Args:
        decode: (batch, latent, columns) -> (batch, columns * column_samples) float32, which near a column depends on few neighbours.
        column_samples: samples a column.
        margin_columns: neighbours decoded with a piece on either side, then dropped.
        fade_columns: length of the cross-fade, at most the margin.
    """

    def __init__(self, decode: Callable[[torch.Tensor], np.ndarray], column_samples: int, margin_columns: int = 8, fade_columns: int = 2):
        self._decode = decode
        self._column_samples = column_samples
        self._margin = margin_columns
        self._fade = fade_columns
        self._held: torch.Tensor | None = None
        self._done = 0  # columns of `_held` whose sound was handed out
        self._tail: np.ndarray | None = None  # what the last piece says about the stretch after its end

    def push(self, latents: Float[torch.Tensor, "batch latent columns"], last: bool) -> Float[np.ndarray, "batch samples"]:
        """Takes the next final columns; returns all sound that they settle (everything, if they are the last)."""
        held = latents if self._held is None else torch.cat([self._held, latents], dim=-1)
        stop = held.shape[-1] - (0 if last else self._margin)
        if stop - self._done < self._fade and not last:
            self._held = held
            return np.zeros((latents.shape[0], 0), np.float32)
        size = self._column_samples
        sound = self._decode(held)
        piece = sound[:, self._done * size : stop * size].copy()
        if self._tail is not None:
            shared = min(self._tail.shape[-1], piece.shape[-1])
            piece[:, :shared] = join(self._tail[:, :shared], piece[:, :shared])
        self._tail = sound[:, stop * size : (stop + self._fade) * size].copy()
        drop = max(0, stop - self._margin)
        self._held, self._done = held[..., drop:], stop - drop
        return piece
