"""Takes: sounds of one order as the engine made them, spooled, brought to one loudness, written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ta_v2a.delivery.places import Spool, TakeFiles, deliver
from ta_v2a.delivery.splicing import Base, spliced_region
from ta_v2a.engine.stretches import Span
from ta_v2a.media.loudness import CEILING_DBTP, MOST_GAIN_DB, Loudness, louder, measured, peak_limited
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.sound import DELIVERY_HZ, picture_samples, resampled
from ta_v2a.media.writing.broadcast import Broadcast
from ta_v2a.media.writing.containers import USUAL_SOUND, FilmSound
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


def spooled(spool: Spool, channels: int) -> Iterator[np.ndarray]:
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
        voices: of those recordings, one a shot.
        base, made: what it is put into, and what part of the clip it lasts; None: it is all of the sound.
    """

    seed: int
    spool: Spool
    loudness: Loudness
    channels: int = 1
    used: list[dict[str, Any]] | None = None
    voices: tuple[Any, ...] = ()
    base: Base | None = None
    made: Span | None = None

    @property
    def all_channels(self) -> int:
        """Of the sound that is delivered."""
        return max(self.channels, 0 if self.base is None else self.base.channels)


@dataclass(frozen=True)
class Level:
    """How loud takes are delivered: the gain that they share, and the true peak they are held at."""

    gain_db: float
    ceiling_dbtp: float = CEILING_DBTP


def spooled_take(
    seed: int,
    blocks: Iterator[np.ndarray],
    spool: Spool,
    channels: int = 1,
    used: list[dict[str, Any]] | None = None,
    **more: Any,
) -> Take:
    """A take whose sound, (n,) or (channels, n) at 48 kHz, goes into an open spool, measured.

    Args:
        more: further fields of `Take`.
    """
    for block in blocks:
        spool.write(np.ascontiguousarray(block.T, np.float32).tobytes())
    return Take(seed, spool, measured(spooled(spool, channels)), channels, used, **more)


def levelled(take: Take, level: Level) -> Iterator[np.ndarray]:
    """What the files hold, in blocks (channels, n) at 48 kHz."""
    loud = peak_limited(louder(spooled(take.spool, take.channels), level.gain_db), level.ceiling_dbtp)
    if take.base is None or take.made is None:
        return (block.T for block in loud)
    return (block.T for block in spliced_region(take.base, loud, take.made, take.all_channels))


def write_take(
    take: Take,
    place: TakeFiles,
    clip: Clip,
    level: Level,
    original: Original,
    film: Muxed | None,
    asked: FilmSound = USUAL_SOUND,
    told: Broadcast | None = None,
) -> dict[str, Any]:
    """Writes a take's files at its level; what was written, ready for JSON.

    Args:
        asked: of the film's sound; the WAV has its sample rate.
        told: makes the WAV a Broadcast Wave, which tells its loudness as well.
    """
    after = measured(block.T for block in levelled(take, level))
    if told is not None:
        peak = after.true_peak_dbtp
        told = replace(told, loudness_lufs=after.integrated_lufs, true_peak_dbtp=peak)
    written = deliver(place, lambda: levelled(take, level), DELIVERY_HZ, clip, original, film, asked, told)
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


def loudness_line(takes: list[dict[str, Any]], level: Level) -> str:
    """For the user: how loud the takes were, what was done, how loud they are."""
    pairs = [(take["loudness_before_lufs"], take["loudness_after_lufs"]) for take in takes]
    if all(before is None for before, _ in pairs):
        return "loudness: silence, left as it is"
    were, are = (_listed(side) for side in zip(*pairs, strict=True))
    gain_db = level.gain_db
    reasons = [f"{MOST_GAIN_DB:g} dB at most"] if gain_db == MOST_GAIN_DB else []
    if any(None not in pair and pair[1] < pair[0] + gain_db - 0.5 for pair in pairs):
        reasons.append(f"peaks held at {level.ceiling_dbtp:g} dBTP")
    why = f" ({', '.join(reasons)})" if reasons else ""
    return f"loudness: {were} LUFS {gain_db:+.1f} dB, now {are} LUFS{why}"
