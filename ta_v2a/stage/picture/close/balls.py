"""Small fast balls: struck by rackets, off a wall; and rackets that swing at nothing."""

import numpy as np

from ta_v2a.stage.picture.close.parts import Course, add_bone, add_limb, feints, piece, skin
from ta_v2a.stage.picture.contacts import event_times
from ta_v2a.stage.picture.motion import pulse, smooth_walk
from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.picture.texture import colour
from ta_v2a.stage.scene.scene import Source

_GONE_S = 1.3  # between blows farther apart the ball leaves the picture
_AWAY = 3.0


def flight(t: np.ndarray, events: np.ndarray, places: np.ndarray, arch: float) -> tuple:
    """(N,) x and y of a ball that is at `places[k]` at event k and flies there from the place before in an
    arc; it comes from and goes to the far side of the picture.

    Args:
        places: (events, 2).
        arch: rise of the arc over a flight of one second; a longer one rises with its square.
    """
    side = np.sign(places[:, 0] - places[:, 0].mean() + 1e-9)
    edge = np.stack([-_AWAY * side, np.full(len(side), -0.3)], -1)
    knots, at = [], []
    for k, time_s in enumerate(events):
        if k == 0 or time_s - events[k - 1] > _GONE_S:
            knots.append(time_s - 0.6)
            at.append(places[k] + edge[k])
        knots.append(time_s)
        at.append(places[k])
        if k == len(events) - 1 or events[k + 1] - time_s > _GONE_S:
            knots.append(time_s + 0.6)
            at.append(places[k] + edge[k])
    times, where = np.array(knots), np.array(at)
    last = np.clip(np.searchsorted(times, t, side="right") - 1, 0, len(times) - 2)
    span = times[last + 1] - times[last]
    u = np.clip((t - times[last]) / span, 0, 1)
    line = where[last] + (where[last + 1] - where[last]) * u[:, None]
    return line[:, 0], line[:, 1] - 4 * arch * np.minimum(span, 1.2) ** 2 * u * (1 - u)


def _racket(p: Place, x: float, y: float, blows: np.ndarray, misses: np.ndarray, side: float) -> None:
    """An arm's racket that meets (x, y) at its blows, and swings slower through other moments."""
    rng = p.rng
    swing, reach = rng.uniform(0.5, 1.1), rng.uniform(0.1, 0.3) * p.scale
    ready = smooth_walk(rng, 0.7, 0.06 * p.scale)
    moments = np.sort(np.concatenate([blows, misses]))
    long, wide = rng.uniform(0.22, 0.4), rng.uniform(0.2, 0.36)
    lean = rng.normal(0, 0.4)

    def phase(t: np.ndarray) -> np.ndarray:
        """-1 drawn back, 0 at the blow, toward 1 after it, 0.4 back at rest."""
        if not len(moments):
            return np.full(len(t), -0.3)
        after = np.searchsorted(moments, t)
        padded = np.concatenate([[-np.inf], moments, [np.inf]])
        since, to_next = t - padded[after], padded[after + 1] - t
        back = -np.clip(1 - np.abs(to_next - 0.22) / 0.22, 0, 1)  # draws back, then comes through at speed
        through = np.clip(since / 0.09, 0, 1) * np.exp(-np.maximum(since - 0.09, 0) / 0.2)
        return np.where(np.isfinite(to_next), back, 0) + np.where(np.isfinite(since), through, 0)

    def near(t: np.ndarray) -> np.ndarray:
        """1 at the blows, less between: where the racket goes to meet the ball."""
        if not len(moments):
            return np.zeros(len(t))
        return np.exp(-((np.abs(t[:, None] - moments).min(1) / 0.3) ** 2))

    def head(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        gone = phase(t)
        return (
            x - 1.2 * side * reach * gone + (1 - near(t)) * ready(t),
            y + 0.4 * reach * np.abs(gone) + (1 - near(t)) * 0.1 * p.scale,
        )

    def hand(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        u, v = head(t)
        angle = lean + swing * phase(t) * -side
        return u + long * p.scale * (np.sin(angle) + 0.2 * side), v + long * p.scale * np.cos(angle)

    rim = colour(rng, None)
    bare = skin(p)
    shoulder: Course = lambda t: (  # noqa: E731
        np.full(len(t), x + side * 0.45 * p.scale),
        np.full(len(t), y + 0.15 * p.scale),
    )
    if p.maybe(0.75):
        shirt = colour(rng, None)
        body = piece(p, shirt, 0.3, 0.7, "capsule", (0.5, 0.15))
        p.add(body, x=x + side * 0.5 * p.scale, y=y + 0.1 * p.scale)
        face = piece(p, bare, 0.18, 0.22, "ellipse")
        p.add(face, x=x + side * 0.5 * p.scale, y=y - 0.02 * p.scale)
        add_limb(p, shoulder, hand, (0.3, 0.3), (0.11, 0.09), (shirt, bare), side)
    add_bone(p, piece(p, rim * 0.6, long, 0.035, "capsule"), hand, head)
    face_angle = lambda t: lean + swing * phase(t) * -side  # noqa: E731
    net = piece(p, rim, 0.8 * wide, wide, "ellipse")
    p.add(net, x=lambda t: head(t)[0], y=lambda t: head(t)[1], angle=lambda t: -face_angle(t))


def draw_rally(p: Place, source: Source) -> None:
    """A ball flies to and fro between two rackets, or a racket and a wall; every blow is an event. Without
    events it flies past rackets that swing at nothing."""
    events, strengths = event_times(source)
    rng = p.rng
    apart = rng.uniform(0.4, 0.75) * p.scale
    wall = p.maybe(0.3)
    sides = np.array([-1.0, 1.0]) * rng.choice([-1.0, 1.0])
    turn = np.arange(len(events)) % 2
    places = np.stack([p.x + sides[turn] * apart, np.full(len(events), p.y)], -1)
    radius = rng.uniform(0.025, 0.08)
    arch = rng.uniform(0.1, 0.5) * p.scale
    misses = feints(p, events, 0.5)
    for k in (0, 1):
        x = p.x + sides[k] * apart
        mine = events[turn == k]
        if wall and k == 1:
            slab = p.thing(0.12, rng.uniform(0.6, 1.4), source.look, "box", (0.5 - 0.5 * sides[k], 0.5))
            p.add(
                slab, x=x, angle=lambda t, m=mine, s=strengths[turn == k]: 0.01 * pulse(t, m, s, 0.01, 0.05)
            )
        else:
            _racket(p, x, p.y, mine, misses[k::2], sides[k])
    ball = piece(p, np.clip(colour(rng, None) + 0.4, 0, 1), 2 * radius, 2 * radius, "ellipse")
    if len(events):
        p.add(
            ball,
            x=lambda t: flight(t, events, places, arch)[0],
            y=lambda t: flight(t, events, places, arch)[1],
        )
        return
    past = feints(p, events)
    if len(past):  # over their heads, from one side to the other
        speed, high = rng.uniform(1.5, 4.0) * rng.choice([-1, 1]), rng.uniform(0.3, 0.5) * p.scale
        since = lambda t: t - past[np.abs(t[:, None] - past).argmin(1)]  # noqa: E731
        p.add(ball, x=lambda t: p.x + speed * since(t), y=lambda t: p.y - high + 0.2 * since(t) ** 2)
