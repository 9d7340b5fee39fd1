"""What the index says of one recording: its events, its colour, how loud it is and how it goes on."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float

from ta_v2a.library.bands import COLOUR_BANDS, colour_of_power, decibels

Form = Literal["one-shot", "repeated", "loop"]
FORMS: tuple[Form, ...] = ("one-shot", "repeated", "loop")
LONGEST_READ_S = 60.0  # of a file that is looked at, and used
MOST_EVENTS = 32  # of one recording; the loudest are kept
FRAME_S, HOP_S = 0.032, 0.008
_BLOCK_FRAMES = 2048  # transformed at a time
_RISE_DB = 5.0  # mean over bands, of what an onset brings within three frames
_REACH_DB = 30.0  # below the recording's loudest frame, an onset counts for nothing
_DEPTH_DB = 50.0  # below the loudest band; what is fainter is taken as silence
_APART_S = 0.07  # of two onsets
_ATTACK_DB = 6.0
_QUIET_DB = 8.0
_DIGITAL_DB = -95.0  # a frame below is digital silence, or as good as
_VALLEY_DB = 10.0  # between two events
_FAINTEST_PEAK = 1e-3  # of full scale: a recording that stays below holds no sound
_SHORTEST_S = 0.01
_SHORTEST_LOOP_S = 1.5
_STEADY_DB = 12.0  # a loop has less between its loud and its quiet frames


class Unreadable(Exception):
    """A file of the library that cannot be used; its text says why, in a few words."""


@dataclass(frozen=True)
class RecordedEvent:
    """One sound within a recording.

    Attributes:
        start_s: where its attack begins.
        length_s: up to the next event, or until it has died away.
        level_db: of its loudest frame (32 ms, r.m.s.), re full scale.
        attack_s: from its beginning until it is within 6 dB of its loudest frame: a scrape swells for longer
            than a knock.
        colour: (bands,) mean power density of its first 200 ms in dB, less its own mean.
    """

    start_s: float
    length_s: float
    level_db: float
    attack_s: float
    colour: Float[np.ndarray, " bands"]


@dataclass(frozen=True)
class Analysis:
    """What one recording holds.

    Attributes:
        duration_s: of the file, even where only its beginning was looked at.
        rate_hz, channels: as the file has them.
        form: one-shot, repeated or loop, judged from level and events.
        level_db: r.m.s. of the loud half of its frames, re full scale.
        floor_db: of its quiet frames (tenth percentile).
        quiet: (start in s, length in s, level in dB) of its longest quiet stretch that is no digital silence;
            length 0: none.
        peak: largest sample's size.
        colour: (bands,) as of an event, of the loud half.
        events: in order of time.
    """

    duration_s: float
    rate_hz: int
    channels: int
    form: Form
    level_db: float
    floor_db: float
    quiet: tuple[float, float, float]
    peak: float
    colour: Float[np.ndarray, " bands"]
    events: tuple[RecordedEvent, ...]


def analysed(path: Path) -> Analysis:
    """Looks at the first `LONGEST_READ_S` of a recording.

    Raises:
        Unreadable: it is damaged, silent, or hardly anything.
    """
    wave, rate_hz, duration_s = decoded_recording(path)
    mono = wave.mean(axis=1)
    peak = float(np.abs(wave).max())
    level, colour = _frames(mono, rate_hz)
    onsets = _onsets(level, colour)
    events = _events(level, colour, onsets)
    loud = level >= np.median(level)
    return Analysis(
        duration_s=duration_s,
        rate_hz=rate_hz,
        channels=wave.shape[1],
        form=_form(level, onsets, len(mono) / rate_hz),
        level_db=_mean_db(level[loud]),
        floor_db=float(np.percentile(level, 10)),
        quiet=_quiet(level),
        peak=peak,
        colour=_shape(colour[loud]),
        events=tuple(
            sorted(sorted(events, key=lambda e: -e.level_db)[:MOST_EVENTS], key=lambda e: e.start_s)
        ),
    )


def decoded_recording(
    path: Path, start_s: float = 0.0, length_s: float = LONGEST_READ_S
) -> tuple[Float[np.ndarray, "samples channels"], int, float]:
    """(samples, one or two channels) of a stretch, the file's rate, and its whole duration in seconds.
    More than two channels become their mean.

    Raises:
        Unreadable: it is damaged, silent, or hardly anything.
    """
    import soundfile

    try:
        with soundfile.SoundFile(os.fsencode(path) if os.name == "posix" else path) as file:
            rate_hz, frames = int(file.samplerate), max(0, int(file.frames))
            if start_s:
                file.seek(min(round(start_s * rate_hz), frames))
            wave = file.read(min(frames, round(length_s * rate_hz)), dtype="float32", always_2d=True)
    except (OSError, RuntimeError, ValueError, TypeError, MemoryError) as error:
        raise Unreadable(f"cannot be read ({' '.join(str(error).split())[-80:]})") from None
    if not 4000 <= rate_hz <= 384_000:
        raise Unreadable(f"has a sample rate of {rate_hz} Hz")
    if len(wave) < _SHORTEST_S * rate_hz:
        raise Unreadable("holds hardly any sound")
    if not np.isfinite(wave).all():
        raise Unreadable("holds values that are not finite")
    if np.abs(wave).max() < _FAINTEST_PEAK:
        raise Unreadable("is silent")
    if wave.shape[1] > 2:
        wave = wave.mean(axis=1, keepdims=True)
    return wave, rate_hz, frames / rate_hz


def _frames(mono: np.ndarray, rate_hz: int) -> tuple[np.ndarray, np.ndarray]:
    """(frames,) level in dB re full scale and (frames, bands) power density in dB; a frame is centred on
    every 8 ms."""
    size, hop = int(2 ** np.ceil(np.log2(FRAME_S * rate_hz))), max(1, round(HOP_S * rate_hz))
    count = max(1, -(-len(mono) // hop))
    padded = np.pad(mono, (size // 2, size // 2 + hop))
    window = np.hanning(size + 1)[:-1].astype(np.float32)
    scale = 1 / float(np.square(window).sum())
    levels, colours = [], []
    for first in range(0, count, _BLOCK_FRAMES):
        starts = np.arange(first, min(count, first + _BLOCK_FRAMES)) * hop
        pieces = np.lib.stride_tricks.sliding_window_view(padded, size)[starts] * window
        levels.append(decibels(np.square(pieces).sum(axis=1) * scale))
        power = np.square(np.abs(np.fft.rfft(pieces, axis=1))) * scale
        colours.append(colour_of_power(power, rate_hz, size))
    return np.concatenate(levels), np.concatenate(colours)


def _onsets(level: np.ndarray, colour: np.ndarray) -> list[int]:
    """Frames in which something begins. The mean over bands of how much each has risen over three frames
    (SuperFlux, Böck & Widmer 2013, eq. 3-4), its peaks above `_RISE_DB`."""
    floor = max(float(colour.max()) - _DEPTH_DB, -100.0)
    loud = np.maximum(colour, floor)
    before = np.concatenate([np.full((3, loud.shape[1]), floor, np.float32), loud[:-3]])[: len(loud)]
    rise = np.maximum(loud - before, 0).mean(axis=1)
    apart, top = round(_APART_S / HOP_S), float(level.max())
    found: list[int] = []
    for frame in np.flatnonzero(rise > _RISE_DB):
        near = rise[max(0, frame - apart) : frame + apart + 1]
        follows = level[frame : frame + apart].max()
        if rise[frame] < near.max() or follows < top - _REACH_DB:
            continue
        if not found or frame - found[-1] >= apart:
            found.append(int(frame))
    return _parted(level, found) or [int(level.argmax())]


def _parted(level: np.ndarray, onsets: list[int]) -> list[int]:
    """The onsets before which it has become quieter: syllables of one cry are one event."""
    kept: list[int] = []
    reach = round(0.1 / HOP_S)
    for onset in onsets:
        if kept:
            since = level[kept[-1] : onset + 1]
            lower = min(float(since.max()), float(level[onset : onset + reach].max()))
            if since[since.argmax() :].min() > lower - _VALLEY_DB:
                continue
        kept.append(onset)
    return kept


def _events(level: np.ndarray, colour: np.ndarray, onsets: list[int]) -> list[RecordedEvent]:
    floor = float(np.percentile(level, 10))
    events = []
    for onset, stop in zip(onsets, [*(at - 2 for at in onsets[1:]), len(level)], strict=True):
        stop = max(stop, onset + 2)
        own = level[onset:stop]
        top = int(own[: round(0.25 / HOP_S)].argmax())
        peak = float(own[top])
        dead = np.flatnonzero(own[top:] < max(peak - 50, min(floor + 3, peak - 12)))
        length = top + int(dead[0]) if len(dead) else len(own)
        risen = int(np.flatnonzero(own[: top + 1] >= peak - _ATTACK_DB)[0])
        start = max(0, onset - 2)
        events.append(
            RecordedEvent(
                start_s=start * HOP_S,
                length_s=round((length + 2) * HOP_S, 4),
                level_db=peak,
                attack_s=round((onset + risen - start) * HOP_S, 4),
                colour=_shape(colour[onset : onset + round(0.2 / HOP_S)]),
            )
        )
    return events


def _mean_db(level: np.ndarray) -> float:
    """The level of frames together: the mean of their power."""
    return float(decibels(np.power(10.0, level.astype(np.float64) / 10).mean(keepdims=True))[0])


def _quiet(level: np.ndarray) -> tuple[float, float, float]:
    """The longest stretch within `_QUIET_DB` of the quietest frames that are not digital silence."""
    sounding = level > _DIGITAL_DB
    if not sounding.any():
        return 0.0, 0.0, 0.0
    quiet = sounding & (level < np.percentile(level[sounding], 5) + _QUIET_DB)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    longest = int((stops - starts).argmax())
    start, stop = int(starts[longest]), int(stops[longest])
    return start * HOP_S, (stop - start) * HOP_S, _mean_db(level[start:stop])


def _shape(colour: np.ndarray) -> np.ndarray:
    """(frames, bands) in dB to the mean power of each band in dB, less the mean over bands."""
    mean = decibels(np.power(10.0, colour.astype(np.float64) / 10).mean(axis=0))
    return np.clip(mean - mean.mean(), -100, 100).astype(np.float32)


def _form(level: np.ndarray, onsets: list[int], duration_s: float) -> Form:
    spread = float(np.percentile(level, 90) - np.percentile(level, 10))
    if spread < _STEADY_DB and duration_s > _SHORTEST_LOOP_S:
        return "loop"
    return "repeated" if len(onsets) > 1 else "one-shot"


assert COLOUR_BANDS == 32  # what index files hold
