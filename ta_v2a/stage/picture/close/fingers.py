"""Hands with fingers that bend, seen near: typing, tapping, drumming."""

import numpy as np

from ta_v2a.stage.picture.close.parts import Course, add_bone, add_limb, piece, skin, stroke
from ta_v2a.stage.picture.contacts import event_times, softness
from ta_v2a.stage.picture.motion import smooth_walk
from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.picture.texture import colour
from ta_v2a.stage.scene.scene import Source

_FINGERS = 4
_APART = 0.115
_LONG = (0.85, 1.0, 0.95, 0.72)
_FULL = 0.34  # of the longest finger


def _keys(p: Place, count: int) -> None:
    """A keyboard: rows of keys."""
    ground, cap = colour(p.rng, None) * 0.5, colour(p.rng, "plastic")
    p.add(piece(p, ground, 1.5, 0.5, "box"), y=p.y + 0.12 * p.scale)
    for row in range(3):
        for k in range(count):
            x = p.x + (k - (count - 1) / 2 + 0.3 * row) * 1.4 / count * p.scale
            p.add(piece(p, cap, 1.1 / count, 0.1, "box"), x=x, y=p.y + (0.02 + 0.13 * row) * p.scale)


def _add_finger(p: Place, knuckle: Course, tip: Course, long: float, outward: float, rgb: np.ndarray) -> None:
    """Two bones whose joint comes up and outward as far as the finger is bent."""

    def middle(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        (x, y), (u, v) = knuckle(t), tip(t)
        bent = np.maximum(long * p.scale - np.hypot(u - x, v - y), 0)
        return (x + u) / 2 + 0.35 * outward * bent, (y + v) / 2 - 0.25 * bent

    add_bone(p, piece(p, rgb, 0.5 * long, 0.105, "capsule"), knuckle, middle)
    add_bone(p, piece(p, rgb, 0.5 * long, 0.09, "capsule"), middle, tip)


def _add_hand(p: Place, x: float, side: float, mine: list[np.ndarray], press: float, colours: tuple) -> None:
    """A hand from above, its fingers at their own events (`mine`, one row each)."""
    rng = p.rng
    bare, sleeve = colours
    sway, bob = smooth_walk(rng, 0.4, 0.06 * p.scale), smooth_walk(rng, 0.5, 0.02 * p.scale)
    soft, fall_s, rise_s = softness(rng), rng.uniform(0.06, 0.14), rng.uniform(0.08, 0.2)
    back_y = p.y - 0.46 * p.scale

    def wrist(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return x + sway(t) + 0.08 * side * p.scale, back_y - 0.1 * p.scale + bob(t)

    def elbow(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return np.full(len(t), x + 0.45 * side * p.scale), np.full(len(t), back_y - 0.75 * p.scale)

    add_limb(p, elbow, wrist, (0.4, 0.4), (0.3, 0.22), (sleeve, sleeve), side)
    palm = piece(p, bare, 0.54, 0.36, "blob")
    p.add(palm, x=lambda t: x + sway(t), y=lambda t: back_y + bob(t))
    for f, events in enumerate(mine):
        away = stroke(p, events, fall_s, rise_s, 1.5, True, 0.03, soft) if len(events) else None
        hover, idle = rng.uniform(0.25, 0.7), smooth_walk(rng, 0.9, 0.12)
        place, long = (f - 1.5) * _APART * p.scale, _FULL * _LONG[f]

        def tip(t, place=place, away=away, hover=hover, idle=idle):
            gone = np.clip(hover + idle(t), 0.08, 1)
            if away is not None:  # at rest it hovers; a stroke goes up first, then down
                gone = np.minimum(gone, away(t)) + 0.4 * np.maximum(away(t) - 0.6, 0)
            return x + sway(t) + 1.4 * place, p.y - press * p.scale * gone

        def knuckle(t, place=place, long=long):
            return x + sway(t) + place, p.y - 0.95 * long * p.scale + bob(t)

        _add_finger(p, knuckle, tip, long, float(np.sign(place)), bare)


def draw_fingers(p: Place, source: Source) -> None:
    """One hand or two, every event by one finger; the others hover, and now and then one stops in the air."""
    p.y += 0.2 * p.scale
    events, _ = event_times(source)
    rng = p.rng
    if source.action == "type" and p.maybe(0.6):
        _keys(p, int(rng.integers(6, 12)))
    else:
        p.add(p.thing(rng.uniform(1.0, 1.6), 0.5, source.look, "box", (0.5, 0.0)), y=p.y)
    hands = 2 if p.maybe(0.55) else 1
    who = rng.choice(hands * _FINGERS, len(events), p=rng.dirichlet(np.ones(hands * _FINGERS)))
    together = source.action == "knock" or p.maybe(0.2)
    press, colours = rng.uniform(0.06, 0.2), (skin(p), colour(rng, None))
    for h in range(hands):
        x = p.x + (0.32 * (2 * h - 1) * p.scale if hands == 2 else 0.0)
        side = 1.0 if (h if hands == 2 else p.maybe(0.5)) else -1.0
        of_hand = who // _FINGERS == h
        mine = [events[of_hand if together else who == h * _FINGERS + f] for f in range(_FINGERS)]
        _add_hand(p, x, side, mine, press, colours)
