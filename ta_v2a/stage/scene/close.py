"""Scenes of close motions: arms and fingers with joints, walking legs, thin tools, small fast balls, sheets,
mouths, machines; and the same motions that touch nothing.

What is heard are the stage's own kinds and actions, so words and sounds are those of other scenes; only the
picture shows them by other motions. Seeds mean other scenes here than in `plan`.
"""

import random
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from prompts.grammar import caption
from prompts.lexicon.entry import words
from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.scene.scene import (
    ASPECTS,
    ENVELOPE_HZ,
    SOURCE_FPS,
    Event,
    Scene,
    Source,
    activity,
    heard,
    pulse_train,
)


@dataclass(frozen=True)
class CloseMotion:
    """A close motion.

    Attributes:
        actions: what it may show, each of them with kinds of its own (`Kind.actions`).
        share: how often it is drawn, relative to the others.
        gaps_s: between its events; None: as the action has them.
        kinds: that it may show; empty: all that have the action.
        scales: how large it stands in the picture, from and to.
    """

    actions: tuple[str, ...]
    share: float = 1.0
    gaps_s: tuple[float, float] | None = None
    kinds: tuple[str, ...] = ()
    scales: tuple[float, float] = (0.7, 1.6)


CLOSE_MOTIONS: dict[str, CloseMotion] = {
    "arm": CloseMotion(("strike", "strike", "strike", "chop", "knock"), 3.0),
    "drawing": CloseMotion(("scrape", "scrape", "rub", "saw")),
    "fingers": CloseMotion(("type", "type", "knock"), 2.0),
    "legs": CloseMotion(("footstep",), 1.5, scales=(0.5, 1.1)),
    "rally": CloseMotion(("bounce",), 1.5, (0.35, 1.1), scales=(0.3, 0.9)),
    "tearing": CloseMotion(("rub",)),
    "flapping": CloseMotion(("shake",), 0.7, (0.25, 0.9), ("cloth",)),
    "mouth": CloseMotion(("bark", "honk"), 0.7),
    "muzzle": CloseMotion(("bark", "bark", "chirp"), 1.3),
    "needle": CloseMotion(("tick", "run", "type"), 1.0, (0.11, 0.35)),
    "carriage": CloseMotion(("shake", "run"), 0.5, (0.2, 0.6), ("plastic", "metal", "engine")),
}
"""By the name of the motion, as `ta_v2a.stage.picture.close.motions` draws it."""

KIND_MOTIONS: dict[str, tuple[str, ...]] = {
    name: motions
    for names, motions in (
        (
            "eating or drinking; baby crying; cough; sneeze; burp or spit; breathing or snoring; whistle",
            ("mouth",),
        ),
        ("tape peeling", ("tearing",)),
        ("metal sheet shaking; plastic sheet wobble", ("flapping",)),
        ("paper or cardboard; cloth rustle; plastic crinkle; page turning", ("tearing", "flapping")),
        ("writing or erasing; chalk screech; hand saw; zipper", ("drawing",)),
        ("printer; cash register", ("carriage", "needle")),
    )
    for name in words(names)
}
"""Of recorded kinds whose action alone does not tell."""
_BEDS = ("wind", "rain", "fan", "engine", "fire")
_SILENT_ONLY = 0.15
"""Of the scenes: everything that is near moves without a sound, over wind or a motor."""


def motions_of(action: str) -> tuple[str, ...]:
    """Close motions that can show an action."""
    return tuple(name for name, motion in CLOSE_MOTIONS.items() if action in motion.actions)


def is_close(seed: int, share: float) -> bool:
    """Whether a seed's scene is one of close motions, where a share 0..1 of them are."""
    return random.Random(f"close {seed}").random() < share


def shown_close(source: Source, draw: str, share: float) -> Source:
    """The same source, in a share 0..1 of the draws seen by a close motion that suits it, if there is one.

    Args:
        draw: decides; the same text, the same result.
    """
    rng = random.Random(f"close {draw}")
    suited = KIND_MOTIONS.get(source.recorded) or motions_of(source.action)
    if not suited or rng.random() >= share:
        return source
    return replace(source, motion=rng.choice(suited))


def _events(
    rng: np.random.Generator, kind: str, action: str, motion: CloseMotion, duration_s: float
) -> tuple[list[Event], np.ndarray | None]:
    if KINDS[kind].continuous or motion.gaps_s is None:
        return activity(rng, kind, action, duration_s)
    spread = float(rng.uniform(0, 0.6))
    times = pulse_train(rng, duration_s, motion.gaps_s)
    return [Event(t, float(np.clip(1 - spread * rng.random(), 0.2, 1))) for t in times], None


def _drawn(rng: np.random.Generator) -> str:
    shares = np.array([motion.share for motion in CLOSE_MOTIONS.values()])
    return str(rng.choice(list(CLOSE_MOTIONS), p=shares / shares.sum()))


def _moving(rng: np.random.Generator, name: str, duration_s: float, silent: bool = False) -> Source:
    """A source that is seen by a close motion; a silent one has neither events nor loudness."""
    motion = CLOSE_MOTIONS[name]
    action = str(rng.choice(motion.actions))
    kinds = [k.name for k in KINDS.values() if action in k.actions]
    kind = str(rng.choice([k for k in kinds if k in motion.kinds] or kinds))
    events, envelope = _events(rng, kind, action, motion, duration_s)
    if silent:
        events, envelope = [], np.zeros_like(envelope) if envelope is not None else None
    return Source(
        kind=kind,
        look=kind,
        action=action,
        size=float(rng.random()),
        hardness=float(rng.random()),
        loudness=float(rng.uniform(0.35, 1)),
        events=tuple(e for e in events if 0 <= e.time_s < duration_s - 0.03),
        envelope=envelope,
        sound_seed=int(rng.integers(2**31)),
        scale=float(rng.uniform(*motion.scales)),
        motion=name,
    )


def _bed(rng: np.random.Generator, duration_s: float) -> Source:
    """Something that goes on, drawn as in other scenes."""
    kind = str(rng.choice(_BEDS))
    level = np.full(ceil(duration_s * ENVELOPE_HZ), rng.uniform(0.4, 1), np.float32)
    action = KINDS[kind].actions[0]
    size, hardness, loudness = (float(v) for v in rng.uniform((0, 0, 0.3), (1, 1, 0.8)))
    return Source(kind, kind, action, size, hardness, loudness, (), level, int(rng.integers(2**31)))


def close_plan(seed: int, duration_s: float = 8.192) -> Scene:
    """The scene of close motions of a seed: one that sounds, seldom two, mostly with something silent.

    Args:
        seed: any non-negative integer; see `SPLITS`.
        duration_s: length of the clip in seconds, more than 0.5.

    Raises:
        ValueError: if `duration_s` is too short for an event.
    """
    if duration_s <= 0.5:
        raise ValueError(f"a scene lasts longer than 0.5 s, not {duration_s}")
    rng = np.random.default_rng((seed, 17))
    name = _drawn(rng)
    if rng.random() < _SILENT_ONLY:
        sources, first = [_bed(rng, duration_s)], _moving(rng, name, duration_s, True)
        silent = [first]
    else:
        sources, silent = [_moving(rng, name, duration_s)], []
        if rng.random() < 0.25:
            sources.append(_bed(rng, duration_s))
        elif rng.random() < 0.15:
            sources.append(_moving(rng, _drawn(rng), duration_s))
    more = int(rng.choice(3, p=[0.5, 0.38, 0.12]))
    silent += [_moving(rng, _drawn(rng), duration_s, True) for _ in range(more)]
    said = caption([heard(s) for s in sources], random.Random(seed))
    aspect, fps = float(rng.choice(ASPECTS)), float(rng.choice(SOURCE_FPS))
    return Scene(seed, duration_s, tuple(sources), said, False, aspect, fps, tuple(silent))
