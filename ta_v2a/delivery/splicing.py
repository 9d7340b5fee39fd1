"""A new sound put into an older one: a part of an earlier take made again, a take that goes on where it
ended, a stretch of a film whose other sound stays."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np

from ta_v2a.engine.stretches import Span
from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.own_sound import own_sound_blocks
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.sound import BLOCK_SAMPLES, DELIVERY_HZ, picture_samples
from ta_v2a.media.writing.broadcast import exact_samples
from ta_v2a.media.writing.sound_track import check_mixable
from ta_v2a.system.user_files import is_file

FADE_S = 0.02
"""Within the part that is made anew: at its edges old and new sound are cross-faded."""
Blocks = Iterator[np.ndarray]


@dataclass(frozen=True)
class Base:
    """The older sound, and the part of it that gives way.

    Attributes:
        span: that part.
        read: gives the older sound in blocks (n, channels) at 48 kHz, as long as the picture.
        channels, samples: of it.
        old, new: shares within the part: 0 and 1, or both the root of a half where they are mixed.
        again: whether it is an earlier take of this program.
        gain_db, seed: of that take, where they are known.
        take: its number in a project.
    """

    span: Span
    read: Callable[[], Blocks]
    channels: int
    samples: int
    old: float = 0.0
    new: float = 1.0
    again: bool = False
    gain_db: float | None = None
    seed: int | None = None
    take: int | None = None


def own_base(clip: Clip, span: Span, mix: bool) -> Base:
    """The clip's own sound, silence where it has none.

    Raises:
        UserError: that sound cannot be decoded.
    """
    samples = picture_samples(clip.duration_s)
    if not clip.has_sound:
        return Base(span, lambda: _silence(samples, 1), 1, samples)
    check_mixable(clip)
    own = next(track for track in clip.sound_tracks if track.index == clip.own_sound_index)
    channels = min(2, own.channels or 1)
    shares = (sqrt(0.5), sqrt(0.5)) if mix else (0.0, 1.0)
    return Base(span, lambda: own_sound_blocks(clip, DELIVERY_HZ, channels), channels, samples, *shares)


def take_length(path: Path, clip: Clip) -> int:
    """Samples of a WAV that can be made again in part.

    Raises:
        UserError: it is no 48 kHz WAV, or longer than the picture.
    """
    import soundfile

    name = shown_name(path)
    if not is_file(path):
        raise UserError(f"{name}: no such take; name the WAV that an earlier foley wrote")
    try:
        with soundfile.SoundFile(path) as file:
            facts = (file.format, file.samplerate, file.channels, file.frames)
    except soundfile.SoundFileError:
        raise UserError(f"{name}: is no WAV; name the WAV that an earlier foley wrote") from None
    form, rate_hz, channels, frames = facts
    if form not in ("WAV", "WAVEX", "RF64") or rate_hz != DELIVERY_HZ or channels > 2 or not frames:
        raise UserError(f"{name}: is no take of 48 kHz with one or two channels (a WAV of foley's)")
    if frames > picture_samples(clip.duration_s):
        raise UserError(f"{name}: lasts {frames / rate_hz:.3f} s, longer than the clip: it is another clip's")
    return frames


def take_base(
    path: Path,
    clip: Clip,
    span: Span | None,
    gain_db: float | None = None,
    seed: int | None = None,
    take: int | None = None,
) -> Base:
    """An earlier take, of which a part is made again; without a part it goes on where it ended.

    Raises:
        UserError: it cannot be read, or nothing of it is to be made.
    """
    import soundfile

    held, wanted = take_length(path, clip), picture_samples(clip.duration_s)
    if span is None:
        if held == wanted:
            raise UserError(
                f"{shown_name(path)}: lasts as long as the clip; say what to make again (--redo 3.2-5.0)"
            )
        span = Span(max(0.0, held / DELIVERY_HZ - FADE_S), clip.duration_s)
    elif held < wanted and (span.stop_s < clip.duration_s or span.start_s * DELIVERY_HZ > held):
        raise UserError(
            f"{shown_name(path)}: ends at {held / DELIVERY_HZ:.3f} s, the clip at {clip.duration_s:.3f} s; "
            f"make the rest as well (--redo {span.start_s:g}-)"
        )
    with soundfile.SoundFile(path) as file:
        channels = int(file.channels)
    return Base(
        span, lambda: _read(path, wanted, channels), channels, wanted, 0.0, 1.0, True, gain_db, seed, take
    )


def _read(path: Path, samples: int, channels: int) -> Blocks:
    """A WAV's samples so that `whole_numbers` gives its own 24 bits again; silence follows."""
    import soundfile

    with soundfile.SoundFile(path) as file:
        while samples and len(block := file.read(min(samples, BLOCK_SAMPLES), "int32", always_2d=True)):
            samples -= len(block)
            yield exact_samples(block >> 8)
    yield from _silence(samples, channels)


def _silence(samples: int, channels: int) -> Blocks:
    for start in range(0, samples, BLOCK_SAMPLES):
        yield np.zeros((min(BLOCK_SAMPLES, samples - start), channels), np.float32)


def spliced_region(base: Base, new: Blocks, made: Span, channels: int) -> Blocks:
    """The older sound with the new one in its part, (n, channels) at 48 kHz; elsewhere not a bit changes.

    Args:
        new: (n, any channels) blocks that begin at `made.start_s`.
        made: what they last; it holds the base's part.
    """
    start, stop = (round(each * DELIVERY_HZ) for each in (base.span.start_s, base.span.stop_s))
    fade = min(round(FADE_S * DELIVERY_HZ), (stop - start) // 2)
    fresh, at = _Tape(new, round(made.start_s * DELIVERY_HZ)), 0
    for block in base.read():
        old, first = _as_many(block, channels), max(at, start)
        last = min(at + len(old), stop)
        if last > first:
            places = np.arange(first, last)
            weight = np.ones(len(places))
            if start > 0 and fade:
                weight = np.minimum(weight, (places - start + 0.5) / fade)
            if stop < base.samples and fade:
                weight = np.minimum(weight, (stop - places - 0.5) / fade)
            share = weight.clip(0, 1)[:, None].astype(np.float32)
            inside = slice(first - at, last - at)
            patch = _as_many(fresh.read(first, last), channels)
            kept = 1 - share * np.float32(1 - base.old)
            old = old.copy()
            old[inside] = old[inside] * kept + patch * (share * np.float32(base.new))
        at += len(block)
        yield old


def _as_many(columns: np.ndarray, channels: int) -> np.ndarray:
    return columns if columns.shape[1] == channels else np.repeat(columns, channels, axis=1)


class _Tape:
    """A sound in blocks (n, channels), read by places in order.

    Args:
        at: the place of its first sample.
    """

    def __init__(self, blocks: Blocks, at: int):
        self._blocks, self._at = blocks, at
        self._held: np.ndarray | None = None

    def read(self, first: int, last: int) -> np.ndarray:
        """(last - first, channels); silence after the sound's end."""
        held = self._held
        while held is None or self._at + len(held) < last:
            block = next(self._blocks, None)
            if block is None:
                channels = 1 if held is None else held.shape[1]
                more = np.zeros((last - self._at, channels), np.float32)
                held = more if held is None else np.concatenate([held, more])
                break
            held = block if held is None else np.concatenate([held, block])
            drop = min(len(held), max(0, first - self._at))
            held, self._at = held[drop:], self._at + drop
        begin = first - self._at
        found = held[begin : begin + last - first]
        self._held, self._at = held[last - self._at :], last
        return found
