"""A solid scene: the story of a seed, built of bodies, moved, and its truth measured at the contacts."""

import random
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from prompts.grammar import caption
from ta_v2a.stage.clean.scenes import CleanScene
from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.scene.scene import Event, Scene, Source, activity, discrete_events, heard, plan
from ta_v2a.stage.solid.backdrop import build_backdrop
from ta_v2a.stage.solid.framing import Stand, stand
from ta_v2a.stage.solid.hits import as_events, envelope_of, events_of, strokes_of
from ta_v2a.stage.solid.plain import plain_sentence
from ta_v2a.stage.solid.simulate import STEP_S, Motion, Unstable, simulate
from ta_v2a.stage.solid.site import Site
from ta_v2a.stage.solid.stagings import STAGINGS
from ta_v2a.stage.solid.workshop import Draft, Workshop

Setting = Literal["wild", "clean"]
"""wild: looks, light and camera vary as on the flat stage. clean: a steady camera, good light, one source,
the usual look of every kind, and a caption that names what is seen."""
_ATTEMPTS = 6
_SIDES = (-0.75, 0.75)
_FLOOR_NS = 0.004
_ROLLS_FROM = 0.05  # m/s


@dataclass(frozen=True)
class SolidScene:
    """A scene with its bodies.

    Attributes:
        scene: what is seen, heard and said, as of any other stage; `render_sound` sounds it.
        clean: whether it was made in the clean setting.
        shop, motion: the bodies, and how they moved.
        stand: where the camera stands.
    """

    scene: Scene
    clean: bool
    shop: Workshop
    motion: Motion
    stand: Stand


def clean_story(seed: int, duration_s: float) -> Source:
    """One source of any action, drawn evenly, with one to five moments well apart."""
    rng = np.random.default_rng((seed, 22))
    action = str(rng.choice(sorted(STAGINGS)))
    kind = str(rng.choice([name for name, kind in KINDS.items() if action in kind.actions]))
    if action == "footstep":
        kind = str(rng.choice(["wood", "metal", "stone", "ceramic"]))
    count = int(rng.integers(1, 6))
    room = duration_s - 0.9
    gap = min(float(rng.uniform(0.5, 0.9)), room / max(1, count - 1)) if count > 1 else 0.0
    start = 0.45 + float(rng.uniform(0, max(0.0, room - gap * (count - 1))))
    events = tuple(Event(start + gap * i, float(rng.uniform(0.8, 1))) for i in range(count))
    base = _source_like(seed, kind, action, duration_s)
    if action == "footstep":
        events = tuple(discrete_events(rng, "footstep", duration_s))
    return replace(base, events=events if base.envelope is None else base.events)


def _source_like(seed: int, kind: str, action: str, duration_s: float) -> Source:
    """A source of the flat stage's making, of this kind and action."""
    rng = np.random.default_rng((seed, 23))
    events, envelope = activity(rng, kind, action, duration_s)
    return Source(
        kind,
        kind,
        action,
        float(rng.random()),
        float(rng.random()),
        float(rng.uniform(0.5, 1)),
        tuple(e for e in events if 0 <= e.time_s < duration_s - 0.03),
        envelope,
        int(rng.integers(2**31)),
    )


def solid_scene(seed: int, duration_s: float = 8.192, setting: Setting = "wild") -> SolidScene:
    """The solid scene of a seed.

    In the wild setting it tells the story of the flat scene of the same seed (kinds, actions, looks), at
    moments that the bodies' contacts decide.

    Args:
        seed: any non-negative integer; see `SPLITS`.
        duration_s: length of the clip in seconds, more than 0.5.

    Raises:
        ValueError: if `duration_s` is too short for an event, or another setting.
        UserError: the extra `solid` is not installed.
    """
    if setting not in ("wild", "clean"):
        raise ValueError(f"the setting is wild or clean, not {setting!r}")
    story = plan(seed, duration_s)
    if setting == "clean":
        one = clean_story(seed, duration_s)
        story = replace(story, sources=(one,), contradicts=False, aspect=4 / 3, source_fps=25.0)
    return _settled(story, setting == "clean", lambda attempt: np.random.default_rng((seed, 20, attempt)))


def act_of_bodies(scene: CleanScene) -> SolidScene:
    """A scene of the flat world's clean setting, built of bodies: the same act at the same moments, where
    mechanics lets it, seen from in front. All that rests is the same for every scene of an act and a look.

    Args:
        scene: as `plan_clean` makes it; `mirrored` is not heeded.

    Returns:
        Its `scene` is a `CleanScene` again, with the measured events and a sentence of what is seen.

    Raises:
        UserError: the extra `solid` is not installed.
    """
    look = (zlib.crc32(scene.act.encode()), scene.look)
    return _settled(scene, True, lambda attempt: np.random.default_rng((*look, 20, attempt)))


def _settled(story: Scene, clean: bool, rng: Callable[[int], np.random.Generator]) -> SolidScene:
    """The first attempt, each with its own `rng`, in which something happens and nothing flies apart."""
    best: SolidScene | None = None
    for attempt in range(_ATTEMPTS):
        try:
            made = _attempt(story, rng(attempt), clean)
        except Unstable:
            continue
        best = best or made
        if all(s.events or KINDS[s.kind].continuous for s in made.scene.sources):
            return made
    if best is None:
        raise RuntimeError(f"scene {story.seed} flew apart {_ATTEMPTS} times")
    return best


def _attempt(story: Scene, rng: np.random.Generator, clean: bool) -> SolidScene:
    shop = Workshop(rng, clean, story.duration_s, reach_m=0.75 if len(story.sources) == 1 else 1.4)
    drafts = []
    for index, source in enumerate(story.sources):
        draft = Draft(
            index,
            source.kind,
            source.look,
            source.action,
            source.size,
            source.hardness,
            list(source.events),
            source.envelope,
        )
        x = 0.0 if index == 0 else _SIDES[(index - 1 + story.seed) % 2] + float(rng.normal(0, 0.05))
        y = 0.0 if index == 0 else 0.35 + 0.1 * index
        ways = STAGINGS[source.action]
        if isinstance(story, CleanScene):
            way = story.look % len(ways)
        else:
            way = 0 if clean and len(ways) == 1 else int(rng.integers(len(ways)))
        ways[way](Site(shop, draft, x, y, index == 0))
        drafts.append(draft)
    if isinstance(story, CleanScene):  # however often it happened, the rest looks the same
        shop.rng = rng = np.random.default_rng((zlib.crc32(story.act.encode()), story.look, 24))
    build_backdrop(shop)
    motion = simulate(shop, len(drafts))
    for draft in drafts:
        _measure(draft, motion, story.duration_s)
    sources = tuple(
        replace(source, events=tuple(draft.events), envelope=draft.envelope)
        for source, draft in zip(story.sources, drafts, strict=True)
    )
    words = caption([heard(source) for source in sources], random.Random(story.seed))
    if clean:
        words = plain_sentence(random.Random(story.seed), drafts[0])
    scene = replace(story, sources=sources, caption=words)
    steps = [round(e.time_s / STEP_S) for d in drafts if d.heard_by == "contacts" for e in d.events]
    hits = [motion.where[d.index, s] for d in drafts if d.heard_by == "contacts" for s in steps]
    where = np.array([p for p in hits if np.isfinite(p).all() and np.abs(p).max() < 1.5]).reshape(-1, 3)
    framed = shop.follow is not None or isinstance(story, CleanScene)
    view = stand(rng, shop, scene.aspect, np.zeros((0, 3)) if framed else where)
    return SolidScene(scene, clean, shop, motion, view)


def _measure(draft: Draft, motion: Motion, duration_s: float) -> None:
    """What the bodies did takes the place of what was planned."""
    force, row = motion.force[draft.index], draft.index
    if draft.heard_by == "contacts":
        found = events_of(force, draft.least, draft.apart_s, _FLOOR_NS)
        draft.events = as_events([f for f in found if f[0] > 30], duration_s)
        if draft.rolls:
            speed = motion.roll[row] * (motion.roll[row] > _ROLLS_FROM)
            draft.envelope = envelope_of(speed, force, duration_s)
    elif draft.heard_by == "sliding":
        draft.envelope = envelope_of(motion.slide[row], force, duration_s)
        draft.events = strokes_of(draft.envelope, duration_s)
