"""Machines whose parts move at the rate of the sound: a needle that goes down at every stitch, a carriage
that turns round."""

import numpy as np

from ta_v2a.stage.picture.close.parts import add_bone, piece, skin
from ta_v2a.stage.picture.contacts import event_times
from ta_v2a.stage.picture.motion import smooth_walk, swinging
from ta_v2a.stage.picture.place import Place, sliding
from ta_v2a.stage.picture.texture import colour
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, Source

_REST_S = 0.5  # a longer gap between strokes is a rest


def cycles(t: np.ndarray, source: Source, hz: float) -> np.ndarray:
    """(N,) turns of a shaft: a whole number at every event, and at rest, half way, in long gaps; of a steady
    machine as fast as it is loud, `hz` at most."""
    events, _ = event_times(source)
    if source.envelope is not None:
        rate = hz * np.sqrt(np.clip(source.envelope, 0, 1))
        turned = np.concatenate([[0.0], np.cumsum(rate)]) / ENVELOPE_HZ
        return np.interp(t * ENVELOPE_HZ, np.arange(len(turned)), turned)
    if not len(events):
        return np.full(len(t), 0.5)
    step = float(np.clip(np.median(np.diff(events)), 0.1, _REST_S)) if len(events) > 1 else 0.3
    times, turns = [events[0] - step / 2], [-0.5]
    for k, time_s in enumerate(events):
        times.append(time_s)
        turns.append(float(k))
        gap = (events[k + 1] if k + 1 < len(events) else np.inf) - time_s
        if gap > _REST_S:
            times.append(time_s + step / 2)
            turns.append(k + 0.5)
            if np.isfinite(gap):
                times.append(events[k + 1] - step / 2)
                turns.append(k + 0.5)
    return np.interp(t, times, turns)


def draw_needle(p: Place, source: Source) -> None:
    """A sewing machine or a stamp: down at every event; hands guide the cloth, which they also move when it
    stands still."""
    rng = p.rng
    hz = rng.uniform(6, 13)
    turned = lambda t: cycles(t, source, hz)  # noqa: E731
    paint, steel = colour(rng, None), np.clip(colour(rng, "metal") + 0.15, 0, 1)
    side = float(rng.choice([-1.0, 1.0]))
    travel = rng.uniform(0.1, 0.25) * p.scale
    ground = p.y + 0.3 * p.scale
    sway = smooth_walk(rng, 0.5, 0.05 * p.scale)
    p.add(piece(p, paint * 0.8, 1.5, 0.25, "box", (0.5, 0.0)), x=p.x + side * 0.3 * p.scale, y=ground)
    p.add(piece(p, paint, 0.3, 0.75, "box", (0.5, 1.0)), x=p.x + side * 0.75 * p.scale, y=ground)
    p.add(piece(p, paint, 1.1, 0.26, "box"), x=p.x + side * 0.36 * p.scale, y=ground - 0.68 * p.scale)
    p.add(piece(p, paint, 0.26, 0.36, "box"), x=p.x, y=ground - 0.6 * p.scale)
    wheel = piece(p, steel, 0.3, 0.3, "ellipse")
    knob = piece(p, paint * 0.4, 0.06, 0.06, "ellipse")
    axle = (p.x + side * 0.95 * p.scale, ground - 0.62 * p.scale)
    p.add(wheel, x=axle[0], y=axle[1])
    p.add(
        knob,
        x=lambda t: axle[0] + 0.1 * p.scale * np.sin(2 * np.pi * turned(t)),
        y=lambda t: axle[1] + 0.1 * p.scale * np.cos(2 * np.pi * turned(t)),
    )
    bar = piece(p, steel, rng.uniform(0.03, 0.07), 0.5, "box", (0.5, 1.0))
    p.add(bar, x=p.x, y=lambda t: ground - 0.5 * travel * (1 - np.cos(2 * np.pi * turned(t))))
    p.add(piece(p, steel * 0.8, 0.2, 0.05, "box"), x=p.x, y=ground - 0.02 * p.scale)
    cloth = piece(p, colour(rng, "cloth"), rng.uniform(0.7, 1.1), 0.1, "blob")
    feed = rng.uniform(0.005, 0.02) * p.scale
    p.add(cloth, x=lambda t: p.x + sway(t) - feed * (turned(t) % 8), y=ground + 0.02 * p.scale)
    bare = skin(p)
    for out in (-1, 1) if p.maybe(0.7) else ():

        def hand(t: np.ndarray, o: int = out) -> tuple[np.ndarray, np.ndarray]:
            return p.x + sway(t) + o * 0.28 * p.scale, np.full(len(t), ground - 0.03 * p.scale)

        def elbow(t: np.ndarray, o: int = out) -> tuple[np.ndarray, np.ndarray]:
            return p.x + sway(t) + o * 0.63 * p.scale, np.full(len(t), ground + 0.47 * p.scale)

        add_bone(p, piece(p, bare, 0.6, 0.15, "capsule"), hand, elbow)
        p.add(piece(p, bare, 0.22, 0.13, "blob"), x=lambda t, h=hand: h(t)[0], y=lambda t, h=hand: h(t)[1])


def draw_carriage(p: Place, source: Source) -> None:
    """A printer's head goes to and fro along its rail and turns round at the events; paper comes out. In
    silence the paper runs on, and the head stands."""
    events, _ = event_times(source)
    rng = p.rng
    paint, steel = colour(rng, "plastic"), colour(rng, "metal")
    wide = rng.uniform(0.8, 1.3)
    reach = 0.36 * wide * p.scale
    p.add(piece(p, paint, wide * 1.25, 0.55, "box"), y=p.y + 0.1 * p.scale)
    fed = sliding(p, wide * 0.8, 0.5, (0.0, rng.uniform(0.1, 0.5)), np.ones(3, np.float32), 0.95)
    fed.window = None
    fed.y = p.y - 0.25 * p.scale
    p.layers.append(fed)
    p.add(piece(p, paint * 0.25, wide, 0.2, "box"), y=p.y + 0.06 * p.scale)
    p.add(piece(p, steel, wide, 0.04, "box"), y=p.y + 0.05 * p.scale)
    head = piece(p, colour(rng, None), rng.uniform(0.12, 0.24), 0.2, "box")
    hz = rng.uniform(1.0, 3.0)

    def place(t: np.ndarray) -> np.ndarray:
        if source.envelope is not None:
            return np.cos(np.pi * cycles(t, source, 2 * hz))
        return swinging(t, events) if len(events) else np.full(len(t), 0.9)

    p.add(head, x=lambda t: p.x + reach * place(t), y=p.y + 0.06 * p.scale)
