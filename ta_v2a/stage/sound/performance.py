"""A recording performed for a scene: laid at the events of a motion, or, *sound first*, kept with its own
rhythm, whose events and loudness the motion then follows."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ta_v2a.stage.scene.scene import ENVELOPE_HZ, Event
from ta_v2a.stage.sound.bank import cut_shots, loop_wave
from ta_v2a.stage.sound.catalogue import Catalogue, Recording
from ta_v2a.stage.sound.synth_common import add_at

_HOP_S = 0.008
_FAINTEST_RISE_DB = 3.5  # of an event; steady noise rises by 3 dB at most
_LONGEST_SHOT_S = 4.0


@dataclass(frozen=True)
class Performance:
    """What a recording does in a scene.

    Attributes:
        wave: (samples,) float32, dry, of unit peak or less.
        events: its moments.
        envelope: (ceil(duration_s * 62.5),) float32 loudness in [0, 1].
    """

    wave: np.ndarray
    events: tuple[Event, ...]
    envelope: np.ndarray


def own_events(wave: np.ndarray, rate: int) -> tuple[Event, ...]:
    """Moments at which a recording starts to sound: rises of its level in bands, as an ear picks them.

    Peaks of the summed rise in dB over 20 bands from 8 ms to the next, at least 70 ms apart and a quarter
    of the largest, where the level comes within 30 dB of the recording's loudest.
    """
    hop, size = int(_HOP_S * rate), int(0.032 * rate)
    frames = (len(wave) - size) // hop + 1
    if frames < 4:
        return (Event(0.0, 1.0),) if len(wave) else ()
    windows = np.lib.stride_tricks.sliding_window_view(wave, size)[::hop][:frames]
    power = np.abs(np.fft.rfft(windows * np.hanning(size).astype(np.float32), axis=1)) ** 2
    edges = np.unique(np.geomspace(2, power.shape[1], 21).astype(int))
    bands = np.stack([power[:, a:b].mean(1) for a, b in pairwise(edges)], 1)
    level_db = 10 * np.log10(bands + 1e-6 * bands.max() + 1e-12)
    rise = np.maximum(level_db[2:] - level_db[:-2], 0).mean(1)
    total = 10 * np.log10(power.sum(1) + 1e-12)
    reach = int(0.07 / _HOP_S)
    found: list[int] = []
    for i in np.argsort(-rise):
        if rise[i] < max(0.25 * rise.max(), _FAINTEST_RISE_DB):
            break
        near = slice(i, min(i + 8, len(total)))
        if total[near].max() < total.max() - 30 or any(abs(i - j) < reach for j in found):
            continue
        found.append(int(i))
    out = []
    for i in sorted(found):
        start = i * hop + hop
        part = wave[start : start + int(0.1 * rate)]
        strength = float(np.abs(part).max()) if len(part) else 0.0
        out.append(
            Event((i + 1.5) * _HOP_S + 0.008, float(np.clip(strength / np.abs(wave).max(), 0.15, 1.0)))
        )
    return tuple(out)


def loudness(wave: np.ndarray, rate: int, duration_s: float) -> np.ndarray:
    """(ceil(duration_s * 62.5),) float32 in [0, 1]: root of the level over 48 ms, 1 at its 95th
    percentile."""
    count, hop = int(np.ceil(duration_s * ENVELOPE_HZ)), rate / ENVELOPE_HZ
    power = np.concatenate([[0.0], np.cumsum(np.square(wave, dtype=np.float64))])
    edges = np.clip(((np.arange(count + 1)) * hop).astype(int), 0, len(wave))
    rms = np.sqrt(np.maximum(power[edges[1:]] - power[edges[:-1]], 0) / hop)
    rms = np.convolve(np.pad(rms, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
    top = float(np.percentile(rms, 95)) or 1.0
    return np.sqrt(np.clip(rms / (top + 1e-9), 0, 1)).astype(np.float32)


def _faster(wave: np.ndarray, speed: float) -> np.ndarray:
    return np.interp(np.arange(int(len(wave) / speed)) * speed, np.arange(len(wave)), wave).astype(np.float32)


def _shots(
    catalogue: Catalogue, recording: Recording, rng: np.random.Generator, rate: int
) -> list[np.ndarray]:
    """Single sounds of a recording and of its other takes, each of unit peak from its onset on."""
    takes = catalogue.by_group[recording.group]
    chosen = [recording, *(takes[i] for i in rng.permutation(len(takes))[:3])]
    shots: list[np.ndarray] = []
    for take in chosen:
        wave = catalogue.wave(take, rate)
        if wave is None:
            continue
        if take.form == "one-shot":
            part = wave[: int(_LONGEST_SHOT_S * rate)].copy()
            fade = min(len(part), int(0.02 * rate))
            part[len(part) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)
            shots.append(part)
        else:
            shots += cut_shots(wave, rate)
    return shots


def at_events(
    catalogue: Catalogue,
    recording: Recording,
    events: tuple[Event, ...],
    rng: np.random.Generator,
    rate: int,
    duration_s: float,
) -> Performance | None:
    """Single sounds at given moments, a little different every time; None where nothing can be read."""
    shots = _shots(catalogue, recording, rng, rate)
    if not shots:
        return None
    out = np.zeros(round(duration_s * rate), np.float32)
    speed, same = 2.0 ** float(rng.normal(0, 0.12)), rng.random() < 0.5
    for event in events:
        shot = shots[0 if same and rng.random() < 0.7 else int(rng.integers(len(shots)))]
        shot = _faster(shot, speed * 2.0 ** float(rng.normal(0, 0.02)))
        add_at(out, shot, round(event.time_s * rate), event.intensity * float(rng.uniform(0.8, 1.0)))
    out /= max(1.0, float(np.abs(out).max()))
    return Performance(out, events, loudness(out, rate, duration_s))


def as_it_was(
    catalogue: Catalogue, recording: Recording, rng: np.random.Generator, rate: int, duration_s: float
) -> Performance | None:
    """A stretch of a recording with its own rhythm, begun anywhere and again after a pause where it is too
    short; None where it cannot be read."""
    wave = catalogue.wave(recording, rate)
    if wave is None:
        return None
    speed, count = 2.0 ** float(rng.normal(0, 0.08)), round(duration_s * rate)
    wave = _faster(_part(wave, rng, int(1.5 * count)), speed)
    out = np.zeros(count, np.float32)
    if len(wave) > count:
        first = int(rng.integers(len(wave) - count + 1))
        out[:] = wave[first : first + count]
        _fade(out, rate)
    else:
        start = int(rng.uniform(0, max(0.1, min(1.0, duration_s - len(wave) / rate))) * rate)
        pause = float(rng.uniform(0.2, 1.2))
        while start < count:
            add_at(out, wave, start, 1.0)
            start += len(wave) + int(pause * float(rng.uniform(0.6, 1.6)) * rate)
    peak = float(np.abs(out).max())
    if peak < 1e-3:
        return None
    out /= peak
    return Performance(
        out,
        tuple(e for e in own_events(out, rate) if e.time_s < duration_s - 0.03),
        loudness(out, rate, duration_s),
    )


def running(
    catalogue: Catalogue, recording: Recording, rng: np.random.Generator, rate: int, duration_s: float
) -> Performance | None:
    """What goes on: without end, started and stopped, or swelling as it passes by; None where it cannot be
    read."""
    wave = catalogue.wave(recording, rate)
    if wave is None:
        return None
    count = round(duration_s * rate)
    wave = _faster(_part(wave, rng, int(1.5 * count)), 2.0 ** float(rng.normal(0, 0.1)))
    bed = loop_wave(wave, count, int(rng.integers(len(wave))), int(0.05 * rate))
    times, gate, events = np.arange(count) / rate, np.ones(count), []
    style = rng.choice(4, p=[0.4, 0.35, 0.15, 0.1])
    if style == 1:  # starts, runs, stops
        gate, now = np.zeros(count), float(rng.uniform(-1.0, 1.5))
        while now < duration_s:
            length, rise, fall = (
                float(rng.uniform(0.4, 4)),
                float(rng.uniform(0.02, 0.5)),
                float(rng.uniform(0.03, 0.8)),
            )
            gate = np.maximum(
                gate, np.clip((times - now) / rise, 0, 1) * np.clip((now + length - times) / fall, 0, 1)
            )
            if now > 0:
                events.append(Event(now, 0.8))
            now += length + float(rng.uniform(0.3, 2.0))
    elif style == 2:  # passes by
        centre, width = float(rng.uniform(0.2, 0.8)) * duration_s, float(rng.uniform(0.15, 0.5)) * duration_s
        gate = 0.05 + 0.95 / (1 + ((times - centre) / width) ** 2)
    elif style == 3:  # revs and sways
        knots = rng.uniform(0.15, 1, max(4, int(duration_s * 1.5)))
        gate = np.interp(times, np.linspace(0, duration_s, len(knots)), knots)
    out = (bed * gate).astype(np.float32)
    peak = float(np.abs(out).max())
    if peak < 1e-3:
        return None
    out /= peak
    return Performance(
        out, tuple(e for e in events if e.time_s < duration_s - 0.03), loudness(out, rate, duration_s)
    )


def _part(wave: np.ndarray, rng: np.random.Generator, longest: int) -> np.ndarray:
    """A stretch of at most so many samples, from anywhere."""
    first = int(rng.integers(max(1, len(wave) - longest + 1)))
    return wave[first : first + longest]


def _fade(wave: np.ndarray, rate: int) -> None:
    ramp = np.linspace(0, 1, int(0.01 * rate), dtype=np.float32)
    wave[: len(ramp)] *= ramp
    wave[-len(ramp) :] *= ramp[::-1]
