"""How an action looks: every action of `kinds.py` as a few moving layers; what
strikes or falls is in `contacts.py`.

Lengths are picture heights, angles radians, times seconds. Everything is drawn
from the generator of the `Place`.
"""

from collections.abc import Callable

import numpy as np

from ta_v2a.stage.picture.contacts import (
    draw_bounce,
    draw_clap,
    draw_footstep,
    draw_hit,
    draw_shaking,
    draw_shoot,
    draw_typing,
    event_times,
    throw_sparks,
)
from ta_v2a.stage.picture.motion import neighbours, pulse, smooth_walk, strokes, swinging
from ta_v2a.stage.picture.place import Place, sliding
from ta_v2a.stage.picture.texture import colour, mask
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, Source


def _envelope(source: Source) -> Callable[[np.ndarray], np.ndarray]:
    levels = source.envelope if source.envelope is not None else np.zeros(2, np.float32)
    return lambda t: np.interp(t, np.arange(len(levels)) / ENVELOPE_HZ, levels)


def _seen(p: Place, source: Source) -> Callable[[np.ndarray], np.ndarray]:
    """The envelope as the picture shows it: now and then a steady motion, or rest, that
    tells nothing of the sound."""
    if p.maybe(0.25):
        level = p.rng.uniform(0, 0.8)
        return lambda t: np.full(len(t), level)
    return _envelope(source)


def draw_friction(p: Place, source: Source) -> None:
    """Scrape, saw, rub: a tool to and fro over a surface."""
    events, _ = event_times(source)
    rng, levels = p.rng, source.envelope
    assert levels is not None
    p.add(
        p.thing(
            rng.uniform(0.6, 1.4),
            rng.uniform(0.2, 0.6),
            {"saw": "wood", "rub": "cloth"}.get(source.action, "metal"),
        ),
        y=p.y + 0.2 * p.scale,
    )
    direction, reach = rng.normal(0, 0.5), rng.uniform(0.1, 0.4) * p.scale
    tool = p.thing(rng.uniform(0.2, 0.9), rng.uniform(0.08, 0.3), None)
    place = lambda t: reach * strokes(t, events, levels, ENVELOPE_HZ)  # noqa: E731
    p.add(
        tool,
        x=lambda t: p.x + np.cos(direction) * place(t),
        y=lambda t: p.y + np.sin(direction) * place(t),
        angle=direction,
    )
    if p.maybe(0.4):
        throw_sparks(p, events + 0.05, p.x, p.y + 0.1 * p.scale, 4, 0.6)


def draw_pour(p: Place, source: Source) -> None:
    """A tilting vessel, a stream while it flows, and foam where it lands."""
    rng, level = p.rng, _envelope(source)
    rgb = colour(rng, None)
    tilt = rng.uniform(0.5, 1.3) * rng.choice([-1, 1])
    stream = sliding(p, rng.uniform(0.04, 0.14), rng.uniform(0.4, 0.8), (0, -rng.uniform(2, 6)), rgb, 0.8)
    stream.alpha = lambda t: np.clip(level(t) * 3, 0, 1)
    vessel = p.thing(
        rng.uniform(0.2, 0.5), rng.uniform(0.2, 0.4), str(rng.choice(["metal", "glass", "ceramic"]))
    )
    p.layers.append(stream)
    p.add(
        vessel,
        x=p.x - 0.1 * tilt * p.scale,
        y=p.y - 0.4 * p.scale,
        angle=lambda t: tilt * np.clip(level(t) * 2, 0, 1),
    )
    foam = sliding(
        p, rng.uniform(0.2, 0.6), rng.uniform(0.06, 0.2), (rng.uniform(-3, 3), rng.uniform(2, 5)), rgb, 0.6
    )
    foam.y, foam.alpha = p.y + 0.35 * p.scale, lambda t: np.clip(level(t) * 2, 0, 1)
    p.layers.append(foam)
    if p.maybe(0.6):
        p.add(p.thing(rng.uniform(0.25, 0.6), rng.uniform(0.2, 0.4), "ceramic"), y=p.y + 0.5 * p.scale)


def _ring(p: Place, events: np.ndarray, strengths: np.ndarray, y: float, width: float) -> None:
    outer = p.thing(width, width * 0.35, None, "ellipse")
    inner = mask(p.rng, int(outer.pixels.shape[0] * 0.8), int(outer.pixels.shape[1] * 0.8), "ellipse")
    top, left = (outer.pixels.shape[0] - inner.shape[0]) // 2, (outer.pixels.shape[1] - inner.shape[1]) // 2
    hole = outer.pixels[top : top + inner.shape[0], left : left + inner.shape[1]]
    hole[...] = (hole * (1 - inner[..., None])).astype(np.uint8)

    def grown(t):
        since, _, _ = neighbours(t, events)
        return np.clip(since, 0, 1.5)

    p.add(
        outer,
        y=y,
        scale_x=lambda t: 0.15 + grown(t),
        scale_y=lambda t: 0.15 + grown(t),
        alpha=lambda t: np.exp(-3 * grown(t)) * (grown(t) < 1.5),
    )


def draw_drip(p: Place, source: Source) -> None:
    """Drops and splashes: something falls in, a ring grows, water jumps."""
    events, strengths = event_times(source)
    rng, big = p.rng, source.action == "splash"
    gravity, top = rng.uniform(3, 8) * p.scale, rng.uniform(0.4, 0.9) * p.scale
    surface = p.y + 0.2 * p.scale
    p.add(p.thing(rng.uniform(0.6, 1.6), 0.3, "glass", "box", (0.5, 0.0)), y=surface)
    size = rng.uniform(0.1, 0.25) if big else rng.uniform(0.02, 0.07)
    fall = np.sqrt(2 * top / gravity)

    def height(t):
        _, to_next, _ = neighbours(t, events)
        return np.where(to_next < fall, top - 0.5 * gravity * (fall - np.minimum(to_next, fall)) ** 2, top)

    body = p.thing(size, size * rng.uniform(0.8, 1.8), None, "ellipse", (0.5, 1.0))
    p.add(
        body, y=lambda t: surface - height(t), alpha=lambda t: (neighbours(t, events)[1] < fall).astype(float)
    )
    _ring(p, events, strengths, surface, 1.2 if big else 0.7)
    if big or p.maybe(0.4):
        throw_sparks(p, events, p.x, surface, 10 if big else 3, rng.uniform(0.8, 2.2) if big else 0.6)


def draw_bubble(p: Place, source: Source) -> None:
    """Bubbles rise and burst at the surface."""
    events, strengths = event_times(source)
    rng, surface = p.rng, p.y - 0.2 * p.scale
    p.add(p.thing(rng.uniform(0.4, 1.0), rng.uniform(0.4, 0.8), "glass", "box", (0.5, 0.0)), y=surface)
    rise = rng.uniform(0.3, 1.2)
    for lane in range(3):
        mine = events[lane::3]
        place = p.x + rng.normal(0, 0.15) * p.scale
        body = p.thing(rng.uniform(0.04, 0.14), rng.uniform(0.04, 0.14), "glass", "ellipse")
        p.add(
            body,
            x=place,
            y=lambda t, m=mine: surface + np.minimum(neighbours(t, m)[1], 5) * rise * p.scale,
            alpha=lambda t, m=mine: (neighbours(t, m)[1] < 0.9).astype(float),
        )
    _ring(p, events, strengths, surface, 0.4)


def draw_blow(p: Place, source: Source) -> None:
    """Wind: branches, grass and cloth sway with it."""
    rng, level = p.rng, _seen(p, source)
    for _ in range(int(rng.integers(2, 6))):
        raster = p.thing(rng.uniform(0.06, 0.4), rng.uniform(0.4, 1.0), "cloth", None, (0.5, 1.0))
        sway, amount = smooth_walk(rng, 1.6, 1.0), rng.uniform(0.1, 0.6)
        p.add(
            raster,
            x=p.x + rng.normal(0, 0.4) * p.scale,
            y=p.y + 0.4 * p.scale,
            angle=lambda t, s=sway, a=amount: a * level(t) * (0.5 + s(t)),
        )


def draw_burn(p: Place, source: Source) -> None:
    """Flames: a texture that slides upward and flickers."""
    rng, level = p.rng, _envelope(source)
    flicker = smooth_walk(rng, 6.0, 0.35)
    for _ in range(int(rng.integers(1, 4))):
        flame = sliding(
            p,
            rng.uniform(0.2, 0.6),
            rng.uniform(0.4, 0.9),
            (0, rng.uniform(1.0, 3.0)),
            np.array([1, rng.uniform(0.4, 0.8), 0.1], np.float32),
            0.6,
        )
        flame.x = p.x + rng.normal(0, 0.12) * p.scale
        flame.alpha = lambda t: np.clip(0.3 + 0.7 * level(t) + flicker(t), 0, 1)
        flame.scale_y = lambda t: 0.6 + 0.5 * level(t) + 0.4 * flicker(t)
        p.layers.append(flame)
    if p.maybe(0.5):
        p.gain.append(lambda t: 1 + 0.25 * flicker(t) * level(t))


def draw_rain(p: Place, source: Source) -> None:
    """Streaks over the whole picture."""
    rng, level = p.rng, _seen(p, source)
    wide = Place(rng, 0.9, 0.5, 1.0, p.pixels_per_unit, p.in_colour, p.duration_s)
    streaks = sliding(
        wide,
        2.0,
        1.2,
        (0.0, -rng.uniform(3, 7)),
        np.full(3, rng.uniform(0.6, 1), np.float32),
        rng.uniform(0.25, 0.5),
    )
    streaks.window = None
    streaks.alpha = lambda t: np.clip(level(t), 0, 1) * 0.7
    p.layers.append(streaks)


def draw_flash(p: Place, source: Source) -> None:
    """Lightning: the whole picture lights up at every event."""
    events, strengths = event_times(source)
    amount, decay = p.rng.uniform(0.3, 1.5), p.rng.uniform(0.05, 0.3)
    p.gain.append(lambda t: 1 + amount * pulse(t, events, strengths, 0.01, decay))


def draw_run(p: Place, source: Source) -> None:
    """Engines, fans and drills: shaking bodies and turning wheels."""
    rng, level = p.rng, _seen(p, source)
    amount = rng.uniform(0.004, 0.03) * p.scale * (0.2 if source.action == "spin" else 1)
    hz = rng.uniform(9, 30)
    p.add(
        p.thing(rng.uniform(0.4, 1.0), rng.uniform(0.3, 0.6), "metal"),
        x=lambda t: p.x + amount * level(t) * np.sin(2 * np.pi * hz * t),
        y=lambda t: p.y + amount * level(t) * np.cos(2 * np.pi * 1.31 * hz * t),
    )
    clock = np.arange(int(p.duration_s * ENVELOPE_HZ) + 2) / ENVELOPE_HZ
    turns = np.cumsum(level(clock)) / ENVELOPE_HZ * rng.uniform(4, 30)
    for _ in range(int(rng.integers(1, 3))):
        wheel = p.thing(
            rng.uniform(0.2, 0.6), rng.uniform(0.04, 0.3), None, str(rng.choice(["capsule", "box", "blob"]))
        )
        p.add(
            wheel,
            x=p.x + rng.normal(0, 0.2) * p.scale,
            y=p.y + 0.1 * p.scale,
            angle=lambda t: np.interp(t, clock, turns),
        )
    if source.action == "drill":
        tool = p.thing(rng.uniform(0.3, 0.7), rng.uniform(0.1, 0.2), "metal")
        p.add(
            tool,
            x=lambda t: (
                p.x
                - (0.5 - 0.2 * np.clip(3 * level(t), 0, 1)) * p.scale
                + amount * np.sin(170 * t) * level(t)
            ),
        )


def draw_tick(p: Place, source: Source) -> None:
    """A hand that jumps at every tick, or a pendulum that passes its lowest point."""
    events, _ = event_times(source)
    rng = p.rng
    p.add(p.thing(0.8, 0.8, None, "ellipse"))
    hand = p.thing(0.06, rng.uniform(0.3, 0.5), "metal", "capsule", (0.5, 1.0))
    if p.maybe(0.5):
        step, quick = rng.uniform(0.1, 0.5), rng.uniform(0.02, 0.08)

        def turned(t):
            return step * np.clip((t[:, None] - events[None, :]) / quick, 0, 1).sum(-1)

        p.add(hand, angle=turned)
    else:
        swing = rng.uniform(0.3, 0.9)
        p.add(hand, angle=lambda t: np.pi + swing * swinging(t, events))


def draw_call(p: Place, source: Source) -> None:
    """Barks, chirps and horns: a head jerks and a mouth opens (or a lamp blinks)."""
    events, strengths = event_times(source)
    rng = p.rng
    hold = rng.uniform(0.08, 0.3)
    jerk, opened = rng.uniform(0, 0.15) * p.scale, rng.uniform(0.3, 1.2)
    idle = smooth_walk(rng, 0.6, 0.06 * p.scale)
    level = None if source.envelope is None else _envelope(source)

    def moved(t):
        """A pulse at every event; a call with a loudness of its own stays open as long as it sounds."""
        jerks = pulse(t, events, strengths, 0.03, hold)
        return jerks if level is None else np.maximum(0.6 * jerks, level(t))

    direction = rng.uniform(0, 2 * np.pi)
    x = lambda t: p.x + idle(t) + np.cos(direction) * jerk * moved(t)  # noqa: E731
    y = lambda t: p.y + 0.5 * idle(t) + np.sin(direction) * jerk * moved(t)  # noqa: E731
    if p.maybe(0.7):
        p.add(
            p.thing(rng.uniform(0.4, 1.0), rng.uniform(0.4, 0.9), None, "blob"),
            x=lambda t: p.x + 0.4 * idle(t),
            y=p.y + 0.4 * p.scale,
        )
    p.add(p.thing(rng.uniform(0.3, 0.6), rng.uniform(0.3, 0.6), None, "blob"), x=x, y=y)
    mouth = p.thing(rng.uniform(0.12, 0.3), rng.uniform(0.05, 0.2), None, "ellipse")
    p.add(mouth, x=x, y=lambda t: y(t) + 0.1 * p.scale, scale_y=lambda t: 0.2 + opened * 3 * moved(t))


def draw_ring(p: Place, source: Source) -> None:
    """A bell swings and sounds at its turning points, or is struck."""
    if p.maybe(0.5):
        draw_hit(p, source)
        return
    events, _ = event_times(source)
    swing = p.rng.uniform(0.2, 0.8)
    body = p.thing(p.rng.uniform(0.3, 0.6), p.rng.uniform(0.3, 0.7), "metal", None, (0.5, 0.0))
    p.add(body, y=p.y - 0.3 * p.scale, angle=lambda t: swing * swinging(t, events))


ACTIONS: dict[str, Callable[[Place, Source], None]] = {
    **dict.fromkeys(("strike", "knock", "chop"), draw_hit),
    **dict.fromkeys(("bounce", "drop"), draw_bounce),
    **dict.fromkeys(("scrape", "saw", "rub"), draw_friction),
    **dict.fromkeys(("drip", "splash"), draw_drip),
    **dict.fromkeys(("run", "drill", "spin"), draw_run),
    **dict.fromkeys(("bark", "chirp", "honk"), draw_call),
    "unseen": lambda place, source: None,
    "footstep": draw_footstep,
    "type": draw_typing,
    "shake": draw_shaking,
    "clap": draw_clap,
    "shoot": draw_shoot,
    "pour": draw_pour,
    "bubble": draw_bubble,
    "blow": draw_blow,
    "burn": draw_burn,
    "rain": draw_rain,
    "flash": draw_flash,
    "tick": draw_tick,
    "ring": draw_ring,
}
