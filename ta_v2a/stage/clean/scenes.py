"""Scenes of the clean setting: one act, its events, and a caption that names the action."""

import random
from dataclasses import dataclass
from math import ceil

import numpy as np

from prompts.acts import ACTS, clean_caption
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, Event, Scene, Source, heard

COUNTED = 5
"""Up to so many events are said in numbers."""
SHORTEST_S = 2.0
"""Of a clean scene."""
_ONCE_ON = {"pour": (0.3, 1.2), "drill": (0.3, 1.2)}  # when what starts suddenly starts


@dataclass(frozen=True)
class CleanScene(Scene):
    """A scene of one source in a square picture.

    Attributes:
        act: key of `prompts.acts.ACTS`.
        look: which of the act's colourings.
        mirrored: left and right changed.
    """

    act: str = ""
    look: int = 0
    mirrored: bool = False


def _row(
    rng: np.random.Generator, duration_s: float, gaps_s: tuple[float, float]
) -> tuple[list[float], bool]:
    """Times of a regular row of events, and whether it is a few that one may count."""
    if rng.random() < 0.55:
        count = int(rng.integers(1, COUNTED + 1))
        room = duration_s - 0.75
        gap = float(rng.uniform(gaps_s[0], max(gaps_s[0], min(gaps_s[1], room / max(1, count - 1)))))
        start = float(rng.uniform(0.4, max(0.41, duration_s - 0.35 - gap * (count - 1))))
        return [start + gap * k for k in range(count)], True
    gap = float(np.exp(rng.uniform(*np.log(gaps_s))))
    times = np.arange(float(rng.uniform(0.2, 0.2 + gap)), duration_s - 0.12, gap)
    return [float(t) for t in times], len(times) <= COUNTED


def _strokes(
    rng: np.random.Generator, duration_s: float, gaps_s: tuple[float, float]
) -> tuple[list[float], np.ndarray]:
    """Starts of regular strokes, and how fast the tool moves."""
    gap = float(np.exp(rng.uniform(*np.log(gaps_s))))
    times = [float(t) for t in np.arange(float(rng.uniform(0.05, gap)), duration_s - 0.1, gap)]
    clock = np.arange(ceil(duration_s * ENVELOPE_HZ)) / ENVELOPE_HZ
    phase = np.clip((clock[:, None] - times) / gap, 0, 1)
    return times, np.sqrt(np.sin(np.pi * phase).clip(0)).max(1)


def _steady(rng: np.random.Generator, action: str, duration_s: float) -> tuple[list[float], np.ndarray]:
    """What goes on: all the time, or, where it starts suddenly, from a moment on; louder and softer."""
    clock = np.arange(ceil(duration_s * ENVELOPE_HZ)) / ENVELOPE_HZ
    level = 0.75 + 0.25 * np.sin(2 * np.pi * rng.uniform(0.15, 0.4) * clock + rng.uniform(0, 6.3))
    if action not in _ONCE_ON:
        return [], level
    start = float(rng.uniform(*_ONCE_ON[action]))
    stop = float(rng.uniform(start + 1.5, duration_s + 0.8))
    gate = np.clip((clock - start) / 0.08, 0, 1) * np.clip((stop - clock) / 0.15, 0, 1)
    return [start], level * gate


def plan_clean(seed: int, duration_s: float, acts: tuple[str, ...] = (), looks: int = 1) -> CleanScene:
    """Everything that happens in the clean scene of a seed.

    Args:
        seed: any non-negative integer; see `ta_v2a.stage.scene.scene.SPLITS`.
        duration_s: of the clip, 2 or more.
        acts: from which acts; none given: all.
        looks: colourings of each act, 1 or more.

    Raises:
        ValueError: there is no such act, or the scene is too short.
    """
    unknown = [name for name in acts if name not in ACTS]
    if unknown:
        raise ValueError(f"no act {unknown[0]!r}; there are {', '.join(ACTS)}")
    if duration_s < SHORTEST_S:
        raise ValueError(f"a clean scene lasts {SHORTEST_S:g} s or more, not {duration_s}")
    rng = np.random.default_rng((seed, 7))
    name = str(rng.choice(acts or tuple(ACTS)))
    act = ACTS[name]
    envelope, counted = None, False
    if act.gaps_s is None:
        times, level = _steady(rng, act.action, duration_s)
        envelope = level.astype(np.float32)
    elif act.strokes:
        times, level = _strokes(rng, duration_s, act.gaps_s)
        envelope = level.astype(np.float32)
    else:
        times, counted = _row(rng, duration_s, act.gaps_s)
    source = Source(
        kind=act.kind,
        look=act.kind,
        action=act.action,
        size=0.5,
        hardness=0.6,
        loudness=0.9,
        events=tuple(Event(t, 1.0) for t in times if 0 <= t < duration_s - 0.03),
        envelope=envelope,
        sound_seed=int(rng.integers(2**31)),
        scale=1.0,
    )
    count = len(source.events) if counted else 0
    return CleanScene(
        seed=seed,
        duration_s=duration_s,
        sources=(source,),
        caption=clean_caption(name, count, random.Random(seed), heard(source)),
        contradicts=False,
        aspect=1.0,
        source_fps=15.625,
        act=name,
        look=int(rng.integers(looks)),
        mirrored=bool(rng.random() < 0.5),
    )


def wordings(scene: CleanScene, count: int) -> list[str]:
    """The scene's own caption and others, `count` in all."""
    (source,) = scene.sources
    act = ACTS[scene.act]
    said = len(source.events) if act.gaps_s and not act.strokes and len(source.events) <= COUNTED else 0
    more = (
        clean_caption(scene.act, said, random.Random(f"{scene.seed} {k}"), heard(source))
        for k in range(1, count)
    )
    return [scene.caption, *more]
