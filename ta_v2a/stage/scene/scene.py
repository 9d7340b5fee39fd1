"""What happens in a scene: sources, their events and envelopes, and how they are
described. No pixels, no samples."""

import random
from dataclasses import asdict, dataclass
from math import ceil

import numpy as np

from prompts.grammar import Heard, caption
from ta_v2a.stage.scene.kinds import KINDS

ENVELOPE_HZ = 62.5
"""Rate of a source's loudness envelope: one value per mel frame."""

SPLITS = {
    "train": range(10**9),
    "validation": range(10**9, 10**9 + 10**6),
    "test": range(2 * 10**9, 2 * 10**9 + 10**6),
}
"""Disjoint seeds. Benchmarks use the first n of `test`."""

ASPECTS = (1.0, 4 / 3, 4 / 3, 3 / 2, 16 / 9, 16 / 9, 16 / 9, 9 / 16)
SOURCE_FPS = (12.5, 15.0, 19.62, 21.5, 23.976, 24.0, 25.0, 25.0, 25.0, 29.97, 29.97, 30.0, 30.0, 50.0, 60.0)


@dataclass(frozen=True)
class Event:
    """One sounding moment: when the sound starts (s) and how strongly (0, 1]."""

    time_s: float
    intensity: float


@dataclass(frozen=True)
class Source:
    """One thing that sounds.

    Args:
        kind: what is heard, a key of `KINDS`.
        look: what is seen; another key than `kind` where the prompt contradicts the picture.
        action: how it moves (see `Kind.actions`).
        size: 0 small (high, short) to 1 large (low, long).
        hardness: 0 soft to 1 hard contact.
        loudness: linear gain 0.2 to 1.
        events: in rising time.
        envelope: (ceil(duration_s * 62.5),) float32 in [0, 1] for continuous kinds, else None.
        sound_seed: seed of this source's timbre.
        recorded: the kind of recording that sounds in place of `kind`, a name of `prompts.lexicon.ALL_KINDS`;
            empty where the stage's own kind sounds.
        scale: how large it stands in the picture (0.4 far to 1.9 near); None leaves that to the picture.
        motion: a close motion by which the picture shows the action (`ta_v2a.stage.scene.close`); empty for
            the action's own.
    """

    kind: str
    look: str
    action: str
    size: float
    hardness: float
    loudness: float
    events: tuple[Event, ...]
    envelope: np.ndarray | None
    sound_seed: int
    recorded: str = ""
    scale: float | None = None
    motion: str = ""


@dataclass(frozen=True)
class Scene:
    """A planned scene; `render_pictures` and `render_sound` turn it into pictures and samples.

    Args:
        aspect: width over height of the clip.
        source_fps: frame rate of the imagined camera; slower ones show each frame longer.
        silent: what moves beside the sources and touches nothing; no sound and no caption tells of it.
    """

    seed: int
    duration_s: float
    sources: tuple[Source, ...]
    caption: str
    contradicts: bool
    aspect: float
    source_fps: float
    silent: tuple[Source, ...] = ()

    @property
    def event_times_s(self) -> np.ndarray:
        """(E,) float64: every event of every source, sorted."""
        return np.sort(np.array([e.time_s for s in self.sources for e in s.events], dtype=np.float64))

    def as_dict(self) -> dict:
        """The scene as plain JSON values (envelopes rounded to 3 digits)."""
        out = asdict(self)
        for source in (*out["sources"], *out["silent"]):
            if source["envelope"] is not None:
                source["envelope"] = [round(float(v), 3) for v in source["envelope"]]
        return out


def pulse_train(rng: np.random.Generator, duration_s: float, gap_range_s: tuple[float, float]) -> list[float]:
    """Times of a row of events: regular, jittered, in bursts, or a few alone."""
    gap = float(np.exp(rng.uniform(*np.log(gap_range_s))))
    style = rng.choice(4, p=[0.3, 0.4, 0.2, 0.1])
    start = float(rng.uniform(0.05, min(1.5, duration_s * 0.4)))
    stop = duration_s - float(rng.choice([0.1, rng.uniform(0.1, duration_s * 0.5)]))
    if style == 3:
        return sorted(float(t) for t in rng.uniform(0.15, duration_s - 0.2, rng.integers(1, 4)))
    times, now, left_in_burst = [], start, int(rng.integers(2, 7))
    while now < stop:
        times.append(now)
        step = gap if style == 0 else gap * float(np.exp(rng.normal(0, 0.35)))
        if style == 2:
            left_in_burst -= 1
            if left_in_burst == 0:
                step, left_in_burst = gap * float(rng.uniform(2.5, 6)), int(rng.integers(2, 7))
        now += max(step, gap_range_s[0] * 0.8)
    return times


def _bounces(
    rng: np.random.Generator, duration_s: float, shrink: tuple[float, float], first_gap_s: tuple[float, float]
) -> list[Event]:
    """Bounces: gaps and speeds shrink by the restitution; thrown again when at rest."""
    events, now = [], float(rng.uniform(0.1, 0.8))
    while now < duration_s - 0.1:
        gap, strength = float(rng.uniform(*first_gap_s)), float(rng.uniform(0.7, 1))
        restitution = float(rng.uniform(*shrink))
        while now < duration_s - 0.1 and gap > 0.11:
            events.append(Event(now, max(strength, 0.15)))
            now, gap, strength = now + gap, gap * restitution, strength * restitution
        now += float(rng.uniform(0.5, 1.6))
    return events


GAPS_S = {
    "strike": (0.16, 1.6),
    "knock": (0.14, 0.7),
    "chop": (0.18, 0.9),
    "footstep": (0.28, 0.8),
    "type": (0.11, 0.45),
    "shake": (0.14, 0.5),
    "clap": (0.18, 1.0),
    "shoot": (0.11, 1.8),
    "drip": (0.3, 1.6),
    "splash": (0.5, 2.2),
    "bubble": (0.12, 0.5),
    "flash": (1.2, 3.5),
    "tick": (0.25, 1.0),
    "bark": (0.28, 1.4),
    "chirp": (0.18, 1.0),
    "ring": (0.35, 1.8),
    "honk": (0.5, 2.2),
    "scrape": (0.2, 0.9),
    "saw": (0.2, 0.6),
    "rub": (0.2, 0.8),
}


def discrete_events(rng: np.random.Generator, action: str, duration_s: float) -> list[Event]:
    """A row of moments as an action makes them."""
    if action == "bounce":
        return _bounces(rng, duration_s, (0.7, 0.97), (0.35, 1.1))
    if action == "drop":
        return _bounces(rng, duration_s, (0.3, 0.6), (0.15, 0.4))
    times = pulse_train(rng, duration_s, GAPS_S[action])
    spread = float(rng.uniform(0, 0.6))
    return [Event(t, float(np.clip(1 - spread * rng.random(), 0.2, 1))) for t in times]


def _smooth_noise(rng: np.random.Generator, n: int, rate_hz: float) -> np.ndarray:
    """(n,) values near [0, 1] that vary at about `rate_hz`."""
    knots = rng.random(max(4, int(n / ENVELOPE_HZ * rate_hz) + 4))
    return np.interp(np.linspace(0, len(knots) - 1, n), np.arange(len(knots)), knots)


def _gates(rng: np.random.Generator, n: int) -> tuple[np.ndarray, list[float]]:
    """On/off activity (n,) and the times at which it starts suddenly."""
    mode = rng.choice(3, p=[0.55, 0.2, 0.25])
    if mode == 0:  # always on: no sudden start
        return np.ones(n), []
    gate, starts, now = np.zeros(n), [], float(rng.uniform(0.1, 2.0))
    duration_s = n / ENVELOPE_HZ
    while now < duration_s - 0.2:
        length = float(rng.uniform(0.4, 2.5)) if mode == 2 else duration_s
        gate[int(now * ENVELOPE_HZ) : int((now + length) * ENVELOPE_HZ)] = 1
        starts.append(now)
        now += length + float(rng.uniform(0.3, 1.8))
    return gate, starts


def _strokes(rng: np.random.Generator, action: str, n: int) -> tuple[np.ndarray, list[Event]]:
    """Friction: to and fro; loudness follows the speed of the stroke, every stroke start is an event."""
    duration_s = n / ENVELOPE_HZ
    times = pulse_train(rng, duration_s, GAPS_S[action])
    envelope, clock = np.zeros(n), np.arange(n) / ENVELOPE_HZ
    for i, start in enumerate(times):
        until = times[i + 1] if i + 1 < len(times) else duration_s
        length = min(until - start, float(rng.uniform(0.15, 0.6)))
        phase = np.clip((clock - start) / length, 0, 1)
        envelope = np.maximum(envelope, np.sqrt(np.sin(np.pi * phase)).clip(0) * rng.uniform(0.6, 1))
    return envelope, [Event(t, float(rng.uniform(0.5, 1))) for t in times]


def activity(
    rng: np.random.Generator, kind: str, action: str, duration_s: float
) -> tuple[list[Event], np.ndarray | None]:
    n = ceil(duration_s * ENVELOPE_HZ)
    if action in ("scrape", "saw", "rub"):
        envelope, events = _strokes(rng, action, n)
        return events, envelope.astype(np.float32)
    if not KINDS[kind].continuous:
        return discrete_events(rng, action, duration_s), None
    gate, starts = _gates(rng, n)
    rate_hz = {"blow": 0.7, "burn": 3.0, "rain": 0.6, "pour": 1.5, "run": 1.0, "drill": 1.0, "spin": 0.3}[
        action
    ]
    envelope = (gate * (0.45 + 0.55 * _smooth_noise(rng, n, rate_hz))).astype(np.float32)
    sudden = action in ("pour", "run", "drill")
    if not sudden:  # wind, fire, rain and fans swell: no onset
        kernel = np.hanning(33)
        envelope = np.convolve(envelope, kernel / kernel.sum(), mode="same").astype(np.float32)
    return [Event(t, 0.8) for t in starts] if sudden else [], envelope


def _source(rng: np.random.Generator, duration_s: float, kind: str, look: str) -> Source:
    """A source of one kind; its action must suit both what is seen and what is heard."""
    actions = [a for a in KINDS[look].actions if kind == look or a in KINDS[kind].actions]
    weights = np.array([{"strike": 3.0, "bounce": 1.5}.get(a, 1.0) for a in actions])
    action = str(rng.choice(actions, p=weights / weights.sum()))
    if (kind == "cloth" and action == "type") or (kind == "drum" and action == "footstep"):
        action = "strike"
    events, envelope = activity(rng, kind, action, duration_s)
    return Source(
        kind=kind,
        look=look,
        action=action,
        size=float(rng.random()),
        hardness=float(rng.random()),
        loudness=float(rng.uniform(0.35, 1)),
        events=tuple(e for e in events if 0 <= e.time_s < duration_s - 0.03),
        envelope=envelope,
        sound_seed=int(rng.integers(2**31)),
    )


def heard(source: Source) -> Heard:
    """What the caption grammar needs to know of a source; pace in events per
    second, 0 where there is none."""
    times = [e.time_s for e in source.events]
    pace_hz = 1 / float(np.median(np.diff(times))) if len(times) > 2 else 0.0
    return Heard(
        source.recorded or source.kind,
        source.action,
        source.size,
        source.hardness,
        source.loudness,
        pace_hz,
        len(times),
    )


_IMPACTS = [k for k, v in KINDS.items() if v.family == "impacts" and "strike" in v.actions]
_DISCRETE = [k for k, v in KINDS.items() if not v.continuous]
_CONTINUOUS = [k for k, v in KINDS.items() if v.continuous]


def plan(seed: int, duration_s: float = 8.192) -> Scene:
    """Everything that happens in the scene of a seed.

    Args:
        seed: any non-negative integer; see `SPLITS`.
        duration_s: length of the clip in seconds, more than 0.5.

    Raises:
        ValueError: if `duration_s` is too short for an event.
    """
    if duration_s <= 0.5:
        raise ValueError(f"a scene lasts longer than 0.5 s, not {duration_s}")
    rng = np.random.default_rng((seed, 0))
    first = str(rng.choice(_IMPACTS)) if rng.random() < 0.5 else str(rng.choice(list(KINDS)))
    kinds = [first]
    for _ in range(int(rng.choice(3, p=[0.66, 0.26, 0.08]))):
        # a second event source is confusing to look at; a bed of wind, rain or a
        # machine is what real clips have
        pool = _CONTINUOUS if rng.random() < 0.65 or KINDS[first].continuous else _DISCRETE
        kinds.append(str(rng.choice([k for k in pool if k not in kinds])))
    contradicts = first in _IMPACTS and rng.random() < 0.22
    look = str(rng.choice([k for k in _IMPACTS if k != first])) if contradicts else first
    sources = [_source(rng, duration_s, first, look)] + [_source(rng, duration_s, k, k) for k in kinds[1:]]
    words = caption([heard(s) for s in sources], random.Random(seed))
    return Scene(
        seed=seed,
        duration_s=duration_s,
        sources=tuple(sources),
        caption=words,
        contradicts=bool(contradicts),
        aspect=float(rng.choice(ASPECTS)),
        source_fps=float(rng.choice(SOURCE_FPS)),
    )
