"""Takes: sounds of one order as the engine made them, spooled, brought to one loudness, written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ta_v2a.delivery.places import Spool, TakeFiles, deliver
from ta_v2a.media.loudness import CEILING_DBTP, MOST_GAIN_DB, Loudness, louder, measured, peak_limited
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.sound import DELIVERY_HZ, picture_samples, resampled
from ta_v2a.media.writing.mux import Muxed, Original

if TYPE_CHECKING:
    from ta_v2a.engine.foley import FoleyEngine

_SPOOL_SAMPLES = 1 << 18


def widened(blocks: Iterator[np.ndarray], rate_hz: int, bandwidth: Any, samples: int) -> Iterator[np.ndarray]:
    """Blocks (n,) at 48 kHz of the sound in `blocks`, `samples` in all, with what
    `BandwidthExtension` adds above it."""
    import torch

    pieces = resampled(blocks, rate_hz, DELIVERY_HZ, samples)
    for piece in bandwidth.stream(torch.from_numpy(columns.T).to(bandwidth.device) for columns in pieces):
        yield piece[0].cpu().numpy()


def at_delivery_rate(
    engine: "FoleyEngine", blocks: Iterator[np.ndarray], duration_s: float
) -> Iterator[np.ndarray]:
    """Blocks (n,) at 48 kHz of the engine's sound, as long as the picture; nothing is clipped yet."""
    rate_hz, samples, bandwidth = (
        engine.clock.sample_rate_hz,
        picture_samples(duration_s),
        engine.parts.bandwidth,
    )
    if bandwidth is not None:
        return widened(blocks, rate_hz, bandwidth, samples)
    return (columns[:, 0] for columns in resampled(blocks, rate_hz, DELIVERY_HZ, samples))


def _spooled(spool: Spool, channels: int) -> Iterator[np.ndarray]:
    """Blocks (n, channels) of a spooled sound."""
    spool.seek(0)
    while data := spool.read(4 * channels * _SPOOL_SAMPLES):
        yield np.frombuffer(data, np.float32).reshape(-1, channels)


@dataclass(frozen=True)
class Take:
    """One sound as it was made.

    Attributes:
        seed: of its noise, and of what was drawn from a library.
        spool: its samples at 48 kHz (float32), channel by channel in turn.
        loudness: how loud it is.
        channels: 1 or 2.
        used: the recordings that it was made of, if it was: rows for JSON.
    """

    seed: int
    spool: Spool
    loudness: Loudness
    channels: int = 1
    used: list[dict[str, Any]] | None = None


def spooled_take(
    seed: int,
    blocks: Iterator[np.ndarray],
    spool: Spool,
    channels: int = 1,
    used: list[dict[str, Any]] | None = None,
) -> Take:
    """A take whose sound, (n,) or (channels, n) at 48 kHz, goes into an open spool, measured."""
    for block in blocks:
        spool.write(np.ascontiguousarray(block.T, np.float32).tobytes())
    return Take(seed, spool, measured(_spooled(spool, channels)), channels, used)


def _levelled(take: Take, gain_db: float) -> Iterator[np.ndarray]:
    """What the files hold, in blocks (channels, n)."""
    return (block.T for block in peak_limited(louder(_spooled(take.spool, take.channels), gain_db)))


def write_take(
    take: Take, place: TakeFiles, clip: Clip, gain_db: float, original: Original, film: Muxed | None
) -> dict[str, Any]:
    """Writes a take's files, louder by `gain_db` with its peaks held; what was written, ready for JSON."""
    written = deliver(place, lambda: _levelled(take, gain_db), DELIVERY_HZ, clip, original, film)
    after = measured(block.T for block in _levelled(take, gain_db))
    library = {} if take.used is None else {"channels": take.channels, "recordings": take.used}
    return {
        "seed": take.seed,
        **written,
        "peak": round(after.peak, 4),
        "loudness_before_lufs": _rounded(take.loudness.integrated_lufs),
        "loudness_after_lufs": _rounded(after.integrated_lufs),
        "true_peak_dbtp": _rounded(after.true_peak_dbtp),
        **library,
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _listed(values: Iterable[float | None]) -> str:
    return ", ".join("silence" if value is None else f"{value:.1f}" for value in values)


def loudness_line(takes: list[dict[str, Any]], gain_db: float) -> str:
    """For the user: how loud the takes were, what was done, how loud they are."""
    pairs = [(take["loudness_before_lufs"], take["loudness_after_lufs"]) for take in takes]
    if all(before is None for before, _ in pairs):
        return "loudness: silence, left as it is"
    were, are = (_listed(side) for side in zip(*pairs, strict=True))
    reasons = [f"{MOST_GAIN_DB:g} dB at most"] if gain_db == MOST_GAIN_DB else []
    if any(None not in pair and pair[1] < pair[0] + gain_db - 0.5 for pair in pairs):
        reasons.append(f"peaks held at {CEILING_DBTP:g} dBTP")
    why = f" ({', '.join(reasons)})" if reasons else ""
    return f"loudness: {were} LUFS {gain_db:+.1f} dB, now {are} LUFS{why}"
