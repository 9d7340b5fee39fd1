"""Mouths and muzzles: they open with what is heard, bite at it, and move when nothing is heard."""

from collections.abc import Callable

import numpy as np

from ta_v2a.stage.picture.close.parts import Course, add_bone, piece, skin, stroke
from ta_v2a.stage.picture.contacts import event_times, softness
from ta_v2a.stage.picture.motion import pulse, smooth_walk
from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.picture.texture import colour
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, Source

BITES = frozenset(("eating or drinking",))
"""Recorded kinds that sound as a mouth closes; others sound while it is open."""
Opened = Callable[[np.ndarray], np.ndarray]


def opening(p: Place, source: Source) -> Opened:
    """(N,) in [0, 1]: how far a mouth is open. Calls open it at their events, or as far as they are loud;
    bites close it exactly at theirs; in silence it pants, yawns or rests."""
    events, strengths = event_times(source)
    rng = p.rng
    if source.envelope is not None and source.envelope.max() > 0:
        level = source.envelope
        return lambda t: np.clip(np.interp(t * ENVELOPE_HZ, np.arange(len(level)), level), 0, 1)
    if not len(events):
        mode, hz = int(rng.integers(3)), rng.uniform(2.0, 4.5)
        slow = smooth_walk(rng, 0.4, 0.8)
        if mode == 0:  # pants
            return lambda t: 0.35 + 0.12 * np.sin(2 * np.pi * hz * t) + 0.1 * slow(t)
        return (lambda t: np.clip(slow(t), 0, 1)) if mode == 1 else (lambda t: np.full(len(t), 0.08))
    if source.recorded in BITES:
        return stroke(p, events, rng.uniform(0.1, 0.2), rng.uniform(0.1, 0.3), 1.5, True, 0.03, softness(rng))
    hold = rng.uniform(0.08, 0.25)
    return lambda t: np.clip(1.4 * pulse(t, events, strengths, 0.03, hold), 0, 1)


def draw_mouth(p: Place, source: Source) -> None:
    """A face from the front: eyes that stay, a jaw that drops; what bites is fed by a hand."""
    rng = p.rng
    bare, opened = skin(p), opening(p, source)
    hair, dark = colour(rng, None) * 0.5, np.array([0.12, 0.03, 0.03], np.float32)
    nod, turn = smooth_walk(rng, 0.6, 0.05 * p.scale), smooth_walk(rng, 0.5, 0.06 * p.scale)
    tall, wide = rng.uniform(0.75, 0.95), rng.uniform(0.55, 0.7)
    reach = rng.uniform(0.05, 0.14)
    at = lambda dx, dy: (  # noqa: E731
        lambda t: p.x + turn(t) + dx * p.scale,
        lambda t: p.y + nod(t) + dy * p.scale,
    )

    def put(
        width: float, height: float, rgb: np.ndarray, dx: float, dy: float, shape: str = "ellipse"
    ) -> None:
        x, y = at(dx, dy)
        p.add(piece(p, rgb, width, height, shape), x=x, y=y)

    shirt = piece(p, colour(rng, None), 1.3, 0.7, "blob", (0.5, 0.0))
    p.add(shirt, x=lambda t: p.x + 0.3 * turn(t), y=p.y + 0.4 * p.scale)
    put(wide * 1.15, tall * 1.05, hair, 0, -0.1)
    x, y = at(0, 0)
    jaw = piece(p, bare, wide * 0.85, tall * 0.6, "ellipse", (0.5, 0.35))
    p.add(jaw, x=x, y=lambda t: y(t) + (0.1 + 0.6 * reach * opened(t)) * p.scale)
    put(wide, tall * 0.85, bare, 0, -0.08)
    for side in (-1.0, 1.0):
        put(0.12, 0.07, np.array([0.95, 0.95, 0.93], np.float32), side * 0.24 * wide, -0.16)
        put(0.055, 0.06, dark, side * 0.24 * wide, -0.16)
        put(0.16, 0.03, hair, side * 0.24 * wide, -0.24, "capsule")
    put(0.1, 0.16, bare * 0.9, 0, -0.04)
    lips = piece(p, bare * np.array([0.9, 0.5, 0.5], np.float32), 0.28, 0.1, "ellipse")
    hole = piece(p, dark, 0.22, 2 * reach, "ellipse", (0.5, 0.2))
    p.add(lips, x=x, y=lambda t: y(t) + 0.15 * p.scale, scale_y=lambda t: 0.8 + 2.2 * reach / 0.1 * opened(t))
    p.add(hole, x=x, y=lambda t: y(t) + 0.14 * p.scale, scale_y=lambda t: 0.08 + 0.92 * opened(t))
    if source.recorded in BITES or (not len(source.events) and source.envelope is None and p.maybe(0.4)):
        side = float(rng.choice([-1.0, 1.0]))
        times, _ = event_times(source)
        fed = stroke(p, times[:: int(rng.integers(2, 5))], 0.5, 0.6, 1.3, False, 0.2, 1.0)
        hand: Course = lambda t: (  # noqa: E731
            x(t) + side * (0.1 + 0.3 * fed(t)) * p.scale,
            y(t) + (0.24 + 0.5 * fed(t)) * p.scale,
        )
        elbow: Course = lambda t: (hand(t)[0] + side * 0.35 * p.scale, hand(t)[1] + 0.5 * p.scale)  # noqa: E731
        morsel = piece(p, colour(rng, None), 0.16, 0.12, "blob")
        p.add(morsel, x=lambda t: hand(t)[0] - side * 0.06 * p.scale, y=lambda t: hand(t)[1] - 0.05 * p.scale)
        add_bone(p, piece(p, bare, 0.6, 0.14, "capsule"), hand, elbow)
        p.add(piece(p, bare, 0.2, 0.17, "blob"), x=lambda t: hand(t)[0], y=lambda t: hand(t)[1])


def draw_muzzle(p: Place, source: Source) -> None:
    """An animal's head from the side: the lower jaw (or a beak) opens, the head jerks; in silence it pants
    and looks about."""
    events, strengths = event_times(source)
    rng = p.rng
    beak = source.action == "chirp" or p.maybe(0.15)
    opened = opening(p, source)
    coat, dark = colour(rng, None), np.array([0.05, 0.05, 0.06], np.float32)
    facing = float(rng.choice([-1.0, 1.0]))
    idle, look = smooth_walk(rng, 0.5, 0.05 * p.scale), smooth_walk(rng, 0.4, 0.2)
    jerk = rng.uniform(0.0, 0.12) * p.scale
    gape = rng.uniform(0.4, 0.9)
    heard = lambda t: pulse(t, events, strengths, 0.03, 0.12)  # noqa: E731
    tilt = lambda t: facing * (-0.15 + look(t) - 0.5 * jerk / p.scale * heard(t))  # noqa: E731
    hub: Course = lambda t: (  # noqa: E731
        p.x + idle(t) + facing * jerk * heard(t),
        p.y - 0.15 * p.scale + 0.4 * idle(t) - 0.3 * jerk * heard(t),
    )

    def put(width: float, height: float, rgb: np.ndarray, dx: float, dy: float, shape: str, **more) -> None:
        """A piece at (dx, dy) of the head, as the head is turned."""
        turn = more.pop("angle", lambda t: np.zeros(len(t)))
        pivot = more.pop("pivot", (0.5, 0.5))
        raster = piece(p, rgb, width, height, shape, (pivot[0] if facing > 0 else 1 - pivot[0], pivot[1]))
        p.add(
            raster,
            x=lambda t: hub(t)[0] + p.scale * (facing * dx * np.cos(tilt(t)) - dy * np.sin(tilt(t))),
            y=lambda t: hub(t)[1] + p.scale * (facing * dx * np.sin(tilt(t)) + dy * np.cos(tilt(t))),
            angle=lambda t: tilt(t) + facing * turn(t),
            **more,
        )

    body = piece(p, coat, rng.uniform(0.7, 1.1), rng.uniform(0.5, 0.7), "blob")
    p.add(body, x=p.x - 0.45 * facing * p.scale, y=lambda t: p.y + 0.35 * p.scale + 0.2 * idle(t))
    chest: Course = lambda t: (  # noqa: E731
        np.full(len(t), p.x - 0.3 * facing * p.scale),
        np.full(len(t), p.y + 0.25 * p.scale),
    )
    add_bone(p, piece(p, coat, 0.55, 0.3, "capsule"), chest, hub)
    long = rng.uniform(0.24, 0.42) if not beak else rng.uniform(0.14, 0.3)
    thick = 0.13 if not beak else 0.06
    tint = np.array([0.9, 0.6, 0.15], np.float32) if beak else coat * 0.85
    put(long, thick, tint, 0.12, 0.08, "capsule", pivot=(0.0, 0.2), angle=lambda t: gape * opened(t))
    if not beak:  # a tongue
        red = np.array([0.75, 0.3, 0.3], np.float32)
        put(
            0.8 * long,
            0.05,
            red,
            0.12,
            0.08,
            "capsule",
            pivot=(0.0, 0.3),
            angle=lambda t: 0.6 * gape * opened(t),
        )
    put(long * 1.12, thick * 1.2, tint, 0.1, 0.0, "capsule", pivot=(0.0, 0.5))
    put(0.4, 0.36, coat, 0, -0.04, "ellipse")
    if not beak:
        put(0.08, 0.07, dark, 0.1 + long * 1.08, -0.04, "ellipse")
        put(0.13, 0.26, coat * 0.6, -0.12, -0.16, "ellipse", pivot=(0.5, 0.1 if p.maybe(0.6) else 0.9))
    put(0.06, 0.06, dark, 0.08, -0.1, "ellipse")
