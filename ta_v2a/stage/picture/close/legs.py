"""Legs that walk: hips, knees and feet that stay where they stand; legs that dangle and touch nothing."""

import numpy as np

from ta_v2a.stage.picture.close.parts import Course, add_bone, add_limb, piece, skin
from ta_v2a.stage.picture.contacts import event_times, throw_sparks
from ta_v2a.stage.picture.motion import smooth_walk
from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.picture.texture import colour
from ta_v2a.stage.scene.scene import Source

_SWING_S = 0.42  # a foot is in the air at most that long


def foot_path(t: np.ndarray, plants: np.ndarray, speed: float, ahead: float, lift: float) -> tuple:
    """(N,) x and height of a foot in the frame of the ground: it stands from each plant until it swings to
    the next, where it lands at that moment.

    Args:
        plants: times at which it lands.
        speed: of the body over the ground.
        ahead: how far before the body it lands.
        lift: greatest height.
    """
    if not len(plants):
        return np.zeros(len(t)), np.zeros(len(t))
    k = np.searchsorted(plants, t, side="right")
    before = np.concatenate([[plants[0] - 2 * _SWING_S], plants])
    after = np.concatenate([plants, [np.inf]])
    last, following = before[k], after[k]
    gap = np.minimum(following - last, 1e3)
    swing = np.minimum(_SWING_S, 0.65 * gap)
    u = np.clip((t - (following - swing)) / swing, 0, 1)
    here, there = speed * last + ahead, speed * np.where(np.isfinite(following), following, last) + ahead
    moved = u * u * (3 - 2 * u)
    return here + (there - here) * moved, lift * np.sin(np.pi * u**1.3) * (u < 1)


def draw_legs(p: Place, source: Source) -> None:
    """Somebody walks: a foot lands at every event, left and right in turn; without events the legs hang and
    swing."""
    p.y = min(p.y + 0.35 * p.scale, 0.95)
    events, _ = event_times(source)
    rng = p.rng
    bare = skin(p)
    trousers = bare if p.maybe(0.25) else colour(rng, "cloth")
    shoe, shirt = colour(rng, None), colour(rng, None)
    bones = (0.42 * rng.uniform(0.9, 1.1), 0.42)
    hip_y = p.y - 0.93 * sum(bones) * p.scale
    facing = float(rng.choice([-1.0, 1.0]))
    pace = 1 / float(np.median(np.diff(events))) if len(events) > 2 else 1.5
    step = rng.uniform(0.12, 0.3) * p.scale * (0.2 if p.maybe(0.25) else 1.0)  # some walk on the spot
    speed = facing * step * pace
    stays = p.maybe(0.6) or abs(speed) * p.duration_s > 2.5  # the camera goes along
    start = 0.0 if stays else -speed * p.duration_s / 2
    lift = rng.uniform(0.08, 0.22) * p.scale
    bob = rng.uniform(0.0, 0.03) * p.scale
    thick = rng.uniform(0.15, 0.24)

    def seen(t: np.ndarray, x: np.ndarray) -> np.ndarray:
        return p.x + start + x - (speed * t if stays else 0.0)

    def hip(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return seen(t, speed * t), hip_y + bob * np.cos(2 * np.pi * pace * t)

    def dangled(leg: int) -> Course:
        hz, phase, wide = rng.uniform(0.5, 1.3), np.pi * leg, rng.uniform(0.1, 0.3) * p.scale
        still = smooth_walk(rng, 0.5, 0.4)
        return lambda t: (
            p.x + wide * np.sin(2 * np.pi * hz * t + phase) * (0.6 + still(t)),
            np.full(len(t), p.y - 0.12 * p.scale) - 0.1 * wide * np.cos(4 * np.pi * hz * t),
        )

    def walking(plants: np.ndarray) -> Course:
        def ankle(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            x, up = foot_path(t, plants, speed, 0.5 * facing * step, lift)
            return seen(t, x), p.y - 0.06 * p.scale - up

        return ankle

    for leg in (1, 0):
        plants = events[leg::2]
        ankle = walking(plants) if len(events) > 1 else dangled(leg)
        cloth = trousers * (1.0 if leg == 0 else 0.7)
        shin = cloth if p.maybe(0.8) else bare
        add_limb(p, hip, ankle, bones, (thick, 0.75 * thick), (cloth, shin), -facing)

        def toe(t: np.ndarray, ankle: Course = ankle) -> tuple[np.ndarray, np.ndarray]:
            x, y = ankle(t)
            return x + 0.2 * facing * p.scale, np.minimum(y + 0.025 * p.scale, p.y)

        def heel(t: np.ndarray, ankle: Course = ankle) -> tuple[np.ndarray, np.ndarray]:
            x, y = ankle(t)
            return x - 0.05 * facing * p.scale, y + 0.02 * p.scale

        add_bone(p, piece(p, shoe, 0.25, 0.11, "capsule"), heel, toe)
    body = piece(p, shirt, rng.uniform(0.3, 0.42), 0.6, "capsule", (0.5, 0.9))
    p.add(body, x=lambda t: hip(t)[0], y=lambda t: hip(t)[1])
    if p.maybe(0.3):
        throw_sparks(p, events, p.x, p.y, 3, 0.4)
