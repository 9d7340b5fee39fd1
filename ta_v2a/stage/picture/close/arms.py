"""Arms with elbows: one that brings a thin tool down, one that draws it over something."""

import numpy as np

from ta_v2a.stage.picture.close.parts import Course, add_bone, add_limb, piece, skin, stroke
from ta_v2a.stage.picture.contacts import add_struck, event_times, lifting, softness, throw_sparks
from ta_v2a.stage.picture.motion import smooth_walk, strokes
from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.picture.texture import colour
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, Source


def _tool(p: Place, tip: Course, hand: Course, length: float, kind: str) -> None:
    """A tool from the hand to its tip: stick, hammer, knife, or nothing but a fist."""
    rng = p.rng
    if kind == "fist":
        return
    handle = colour(rng, "wood") if p.maybe(0.6) else colour(rng, None)
    add_bone(p, piece(p, handle, length, rng.uniform(0.02, 0.05), "capsule"), hand, tip)
    if kind == "stick":
        return
    metal = colour(rng, "metal")

    def turned(t: np.ndarray) -> np.ndarray:
        (x, y), (u, v) = hand(t), tip(t)
        return np.arctan2(v - y, u - x)

    if kind == "hammer":
        size, pivot = (rng.uniform(0.07, 0.12), rng.uniform(0.16, 0.28)), (0.5, 0.65)
    else:
        size, pivot = (0.7 * length, rng.uniform(0.08, 0.16)), (1.0, 0.8)
    head = piece(p, metal, *size, "box", pivot)
    p.add(head, x=lambda t: tip(t)[0], y=lambda t: tip(t)[1], angle=turned)


def _arm(p: Place, hand: Course, side: float, bare: np.ndarray) -> None:
    """Upper arm and forearm from a shoulder beside or above the picture, and the hand itself."""
    rng = p.rng
    low = rng.uniform(-0.5, 0.2)
    out = side * rng.uniform(0.5, 0.8) * p.scale
    root = (p.x + out, p.y - (0.35 + max(0.0, -low)) * p.scale)
    sway = smooth_walk(rng, 0.4, 0.03 * p.scale)
    shoulder: Course = lambda t: (root[0] + sway(t), np.full(len(t), root[1]))  # noqa: E731
    sleeve = colour(rng, None) if p.maybe(0.8) else bare
    fore = bare if p.maybe(0.6) else sleeve
    thick = rng.uniform(0.13, 0.2)
    add_limb(p, shoulder, hand, (0.55, 0.5), (thick, 0.75 * thick), (sleeve, fore), side)
    palm = piece(p, bare, 1.1 * thick, 0.95 * thick, "blob")
    p.add(palm, x=lambda t: hand(t)[0], y=lambda t: hand(t)[1])


def draw_arm(p: Place, source: Source) -> None:
    """One arm, or two in turn, each with a thin tool whose tip meets the target at its events; feints between
    them stop in the air."""
    p.y += 0.15 * p.scale
    events, strengths = event_times(source)
    rng = p.rng
    width, height = rng.uniform(0.3, 0.9), rng.uniform(0.08, 0.4)
    add_struck(p, p.thing(width, height, source.look), events, strengths, p.y + 0.5 * height * p.scale)
    two = source.action == "strike" and p.maybe(0.4)
    kinds = {"chop": ("knife", "knife", "hammer"), "knock": ("fist", "fist", "stick")}
    kind = str(rng.choice(kinds.get(source.action, ("stick", "stick", "hammer", "fist"))))
    hands = rng.integers(0, 2, len(events)) if p.maybe(0.3) else np.arange(len(events)) % 2
    first, bare = float(rng.choice([-1.0, 1.0])), skin(p)
    length = rng.uniform(0.3, 0.6)
    for k, side in enumerate((first, -first)[: 1 + two]):
        mine = hands == k if two else np.ones(len(events), bool)
        away_of = stroke(
            p,
            events[mine],
            rng.uniform(0.08, 0.25),
            rng.uniform(0.12, 0.4),
            rng.uniform(1.2, 2.4),
            p.maybe(0.6),
            rng.uniform(0, 0.12),
            softness(rng),
        )
        lift = lifting(events[mine], strengths[mine])
        reach, tilt = rng.uniform(0.12, 0.5) * p.scale, rng.normal(0, 0.35)
        drift = smooth_walk(rng, 0.4, rng.uniform(0, 0.06) * p.scale)
        x = p.x + side * (0.12 * width * p.scale if two else 0.0)
        down, turn = rng.uniform(0.1, 0.9), rng.uniform(0, 1.1)

        def tip(t, x=x, away=away_of, lift=lift, reach=reach, tilt=tilt, drift=drift):
            gone = reach * lift(t) * away(t)
            return x + drift(t) + gone * np.sin(tilt), p.y - gone * np.cos(tilt)

        def hand(t, tip=tip, away=away_of, lift=lift, side=side, down=down, turn=turn):
            u, v = tip(t)
            angle = down - turn * lift(t) * away(t)  # the wrist bends back as the tool goes up
            far = 0.0 if kind == "fist" else length * p.scale
            return u + side * far * np.cos(angle), v - far * np.sin(angle)

        _tool(p, tip, hand, length, kind)
        _arm(p, hand, side, bare)
    if p.maybe(0.25):
        throw_sparks(p, events, p.x, p.y, int(rng.integers(2, 7)), rng.uniform(0.4, 1.5))


def draw_drawing(p: Place, source: Source) -> None:
    """A hand that draws chalk, a brush, a bow or a cloth to and fro, with the speed that is heard; it wanders
    silently where nothing is."""
    events, _ = event_times(source)
    rng = p.rng
    levels = source.envelope if source.envelope is not None else np.zeros(2, np.float32)
    board = rng.uniform(0.6, 1.4), rng.uniform(0.3, 0.9)
    p.add(p.thing(*board, source.look if p.maybe(0.5) else None, "box"), y=p.y + 0.1 * p.scale)
    direction, reach = rng.normal(0, 0.5), rng.uniform(0.12, 0.35) * p.scale
    drift_x, drift_y = (smooth_walk(rng, 0.5, 0.12 * p.scale) for _ in range(2))
    side, length = float(rng.choice([-1.0, 1.0])), rng.uniform(0.08, 0.45)
    kind = "fist" if source.action == "rub" and p.maybe(0.5) else "stick"
    lean = rng.uniform(0.3, 1.2)

    def tip(t):
        along = reach * strokes(t, events, levels, ENVELOPE_HZ)
        return (
            p.x + drift_x(t) + np.cos(direction) * along,
            p.y + drift_y(t) + np.sin(direction) * along,
        )

    def hand(t):
        u, v = tip(t)
        far = 0.0 if kind == "fist" else length * p.scale
        return u + side * far * np.cos(lean), v - far * np.sin(lean)

    _tool(p, tip, hand, length, kind)
    _arm(p, hand, side, skin(p))
