"""Sound in blocks: resampling, lengths, and the sum of two sounds."""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from ta_v2a.media.loudness import peak_limited

DELIVERY_HZ = 48_000
BLOCK_SAMPLES = 1 << 15

Sound = np.ndarray | Iterable[np.ndarray]


def _as_columns(block: np.ndarray) -> np.ndarray:
    """(samples,) or (channels, samples) to (samples, channels) float32; nothing is clipped."""
    block = np.asarray(block, np.float32)
    if block.ndim not in (1, 2) or (block.ndim == 2 and not 1 <= block.shape[0] <= 8):
        raise ValueError(f"a sound is (samples,) or (channels, samples), not {block.shape}")
    if not np.isfinite(block).all():
        raise ValueError("the sound holds values that are not finite")
    return block[:, None] if block.ndim == 1 else block.T


def sound_blocks(sound: Sound) -> Iterator[np.ndarray]:
    """A whole sound or an iterable of pieces, as pieces (samples, channels) float32
    of at most `BLOCK_SAMPLES`."""
    pieces = [sound] if isinstance(sound, np.ndarray) else sound
    for piece in pieces:
        for start in range(0, np.asarray(piece).shape[-1], BLOCK_SAMPLES):
            yield _as_columns(piece[..., start : start + BLOCK_SAMPLES])


def resampled(sound: Sound, from_hz: int, to_hz: int, samples: int) -> Iterator[np.ndarray]:
    """`sound` at another rate and exactly `samples` long: cut, or silence at its end.

    Args:
        sound: (samples,) or (channels, samples) float, or an iterable of such pieces.
        from_hz, to_hz: sample rates.
        samples: total length at `to_hz`.

    Yields:
        (n, channels) float32; the lengths add up to `samples`. The pieces' borders leave no trace
        (soxr VHQ stream). Nothing is clipped: what resampling takes past full scale may still be
        made quieter; the writers clip.

    Raises:
        ValueError: wrong shapes, changing channel counts, values that are not finite.
    """
    import soxr

    blocks, left, channels = sound_blocks(sound), samples, 1
    stream = None
    for block in blocks:
        if stream is None:
            channels = block.shape[1]
            stream = (
                soxr.ResampleStream(from_hz, to_hz, channels, dtype="float32", quality="VHQ")
                if from_hz != to_hz
                else _Unchanged()
            )
        elif block.shape[1] != channels:
            raise ValueError(f"the sound changes from {channels} to {block.shape[1]} channels")
        piece = stream.resample_chunk(block)[:left]
        left -= len(piece)
        if len(piece):
            yield piece
        if left == 0:
            return
    if stream is not None:
        rest = stream.resample_chunk(np.zeros((0, channels), np.float32), last=True)[:left]
        left -= len(rest)
        if len(rest):
            yield rest
    while left:
        silence = np.zeros((min(left, BLOCK_SAMPLES), channels), np.float32)
        left -= len(silence)
        yield silence


class _Unchanged:
    """Stands where a resampler would, for equal rates."""

    def resample_chunk(self, block: np.ndarray, last: bool = False) -> np.ndarray:
        return block


def picture_samples(duration_s: int | float, rate_hz: int = DELIVERY_HZ) -> int:
    """Samples of a sound as long as a picture of `duration_s` seconds."""
    return max(1, round(duration_s * rate_hz))


MIX_GAIN = math.sqrt(0.5)


def _with_channels(columns: np.ndarray, channels: int) -> np.ndarray:
    """(n, any) to (n, channels): one channel is repeated, several are averaged
    first where the number differs."""
    if columns.shape[1] == channels:
        return columns
    return np.repeat(columns.mean(1, keepdims=True), channels, axis=1)


def mixed(new: Iterator[np.ndarray], own: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """The sum of two block streams (n, channels) at 48 kHz, each 3 dB lower, peaks held at `CEILING_DBTP`.

    As long as `own`, with its channels; `new` is silent after its end.
    """
    return peak_limited(_sum(new, own))


def _sum(new: Iterator[np.ndarray], own: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    held = None
    for block in own:
        held = np.zeros((0, block.shape[1]), np.float32) if held is None else held
        while len(held) < len(block):
            more = next(new, None)
            more = np.zeros_like(block) if more is None else _with_channels(more, block.shape[1])
            held = np.concatenate([held, more])
        yield np.float32(MIX_GAIN) * (held[: len(block)] + block)
        held = held[len(block) :]
