"""How what goes on, flows, burns, turns, calls or swings looks in the clean setting.

Every look draws into a square picture, all lengths in picture heights, y downward.
"""

from collections.abc import Callable

import numpy as np

from ta_v2a.stage.clean.contacts import room
from ta_v2a.stage.clean.drawing import (
    BLACK,
    DARK_WOOD,
    GLASS,
    IRON,
    SKIN,
    STEEL,
    WATER,
    WHITE,
    WOOD,
    Palette,
    bar,
    box,
    cut,
    fixed,
    oval,
    poly,
)
from ta_v2a.stage.picture.contacts import event_times
from ta_v2a.stage.picture.motion import pulse, smooth_walk, strokes, swinging
from ta_v2a.stage.picture.place import Layer, Place
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, Source

_Motion = Callable[[np.ndarray], np.ndarray]


def _level(source: Source) -> _Motion:
    levels = source.envelope
    assert levels is not None
    return lambda t: np.interp(t, np.arange(len(levels)) / ENVELOPE_HZ, levels)


def _to_and_fro(source: Source) -> _Motion:
    events, _ = event_times(source)
    assert source.envelope is not None
    levels = source.envelope
    return lambda t: strokes(t, events, levels, ENVELOPE_HZ)


def _turned(source: Source, turns_hz: float) -> _Motion:
    level = _level(source)
    clock = np.arange(0, 12, 1 / ENVELOPE_HZ)
    angle = 2 * np.pi * turns_hz * np.cumsum(level(clock)) / ENVELOPE_HZ
    return lambda t: np.interp(t, clock, angle)


def show_saw(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A handsaw in a plank."""
    place = _to_and_fro(source)
    room(p, colours, 0.8)
    fixed(p, box(DARK_WOOD, 0.1, 0.7, 0.2, 1.0), box(DARK_WOOD, 0.62, 0.7, 0.72, 1.0))
    teeth = [point for k in range(12) for point in ((0.05 + 0.04 * k, 0.2), (0.07 + 0.04 * k, 0.24))]
    blade = poly(STEEL, (0.04, 0.14), (0.56, 0.06), (0.56, 0.22), *reversed(teeth))
    grip = [
        poly(colours.first, (0.54, 0.03), (0.72, 0.04), (0.7, 0.24), (0.54, 0.25)),
        oval(SKIN, 0.66, 0.14, 0.07, 0.08),
    ]
    p.add(
        cut(p, (0.75, 0.3), [blade, *grip], (0.4, 0.7)),
        x=lambda t: 0.5 + 0.15 * place(t),
        y=lambda t: 0.62 - 0.06 * place(t),
        angle=-0.35,
    )
    fixed(p, box(WOOD, 0.03, 0.62, 0.78, 0.73))


def show_cloth(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A hand that rubs a table with a cloth."""
    place = _to_and_fro(source)
    room(p, colours, 0.5)
    fixed(p, box(WOOD, -0.1, 0.56, 1.1, 1.1))
    parts = [
        poly(colours.first, (0.02, 0.2), (0.12, 0.12), (0.34, 0.14), (0.42, 0.24), (0.3, 0.3), (0.08, 0.29)),
        bar(colours.second, 0.4, 0.02, 0.28, 0.14, 0.12),
        oval(SKIN, 0.22, 0.17, 0.1, 0.07),
    ]
    p.add(cut(p, (0.48, 0.32), parts), x=lambda t: 0.5 + 0.24 * place(t), y=0.72)


def show_jug(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A jug that pours into a glass, which fills."""
    level = _level(source)
    room(p, colours, 0.84)
    clock = np.arange(0, 12, 1 / ENVELOPE_HZ)
    filled = np.minimum(np.cumsum(level(clock)) / ENVELOPE_HZ / 3.2, 1)
    flow = lambda t: np.clip(3 * level(t), 0, 1)  # noqa: E731
    stream = np.tile([0.0, 1.0], 10)
    drops = [
        bar(WHITE if bright else WATER, 0.03, 0.07 * k, 0.03, 0.07 * k + 0.05, 0.04)
        for k, bright in enumerate(stream)
    ]
    raster = cut(p, (0.06, 1.4), drops)
    ribbon = Layer(raster, 0.3, 0.6, scroll=lambda t: np.stack([0 * t, -1.6 * t], -1), alpha=flow)
    height = raster.pixels.shape[0] // 2
    raster.size = (0.06, 0.5)
    ribbon.window = np.ones((height, raster.pixels.shape[1]), np.float32)
    p.layers.append(ribbon)
    p.add(
        cut(p, (0.26, 0.32), [box(WATER, 0.0, 0.0, 0.26, 0.32)], (0.5, 1.0)),
        x=0.3,
        y=0.92,
        scale_y=lambda t: 0.12 + 0.85 * np.interp(t, clock, filled),
    )
    fixed(p, poly(GLASS, (0.15, 0.56), (0.45, 0.56), (0.43, 0.93), (0.17, 0.93), alpha=0.35))
    body = [
        poly(colours.first, (0.1, 0.04), (0.32, 0.04), (0.36, 0.34), (0.08, 0.34)),
        poly(colours.first, (0.02, 0.05), (0.12, 0.04), (0.1, 0.12)),
        bar(colours.second, 0.36, 0.1, 0.44, 0.18, 0.04),
        bar(colours.second, 0.44, 0.18, 0.37, 0.28, 0.04),
    ]
    p.add(
        cut(p, (0.48, 0.38), body, (0.05, 0.15)),
        x=0.31,
        y=lambda t: 0.34 - 0.08 * flow(t),
        angle=lambda t: 0.1 - 0.85 * flow(t),
    )


def show_fire(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """Flames over logs."""
    level = _level(source)
    room(p, colours, 0.8)
    for k, (x, size, rgb) in enumerate(
        (
            (0.36, 0.9, (0.9, 0.3, 0.1)),
            (0.62, 0.85, (0.92, 0.36, 0.1)),
            (0.5, 1.15, (0.97, 0.5, 0.12)),
            (0.5, 0.7, (1.0, 0.85, 0.3)),
        )
    ):
        flicker, lean = smooth_walk(rng, 3.5, 0.8), smooth_walk(rng, 2.5, 0.5)
        tongue = poly(
            rgb,
            (0.16, 0.0),
            (0.2, 0.14),
            (0.28, 0.24),
            (0.3, 0.38),
            (0.24, 0.48),
            (0.08, 0.48),
            (0.02, 0.38),
            (0.05, 0.22),
            (0.12, 0.14),
        )
        p.add(
            cut(p, (0.32, 0.5), [tongue], (0.5, 1.0)),
            x=x,
            y=0.86 + 0.01 * k,
            scale_x=size,
            scale_y=lambda t, f=flicker, s=size: s * (0.45 + 0.6 * level(t) + 0.35 * f(t)),
            angle=lambda t, q=lean: 0.5 * q(t),
        )
    fixed(p, bar(DARK_WOOD, 0.2, 0.93, 0.8, 0.83, 0.08), bar(WOOD, 0.2, 0.83, 0.8, 0.93, 0.08))


def show_rain(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """Rain outside a window."""
    level = _level(source)
    fixed(
        p,
        box((0.45, 0.52, 0.6), -0.1, -0.1, 1.1, 1.1),
        poly((0.3, 0.42, 0.32), (0, 0.7), (0.4, 0.55), (1, 0.72), (1, 1), (0, 1)),
    )
    places = np.random.default_rng(5).uniform(0, 1, (46, 2)) * (1.0, 0.92)
    streaks = [bar((0.85, 0.92, 1.0), x, y, x - 0.015, y + 0.07, 0.012) for x, y in places]
    once = cut(p, (1.0, 1.0), streaks)
    once.pixels = np.concatenate([once.pixels, once.pixels])
    falling = Layer(once, 0.5, 0.5, scroll=lambda t: np.stack([0 * t, -2.1 * t], -1))
    falling.alpha = lambda t: np.clip(0.25 + 0.75 * level(t), 0, 1)
    p.layers.append(falling)
    lines = ((0.5, 0, 0.5, 1, 0.06), (0, 0.45, 1, 0.45, 0.06), (0, 0, 1, 0, 0.12), (0, 1, 1, 1, 0.12))
    sides = ((0, 0, 0, 1, 0.12), (1, 0, 1, 1, 0.12))
    fixed(p, *(bar(colours.first, x0, y0, x1, y1, w) for x0, y0, x1, y1, w in (*lines, *sides)))


def show_tree(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A tree and grass that the wind bends."""
    level = _level(source)
    fixed(p, box((0.6, 0.78, 0.92), -0.1, -0.1, 1.1, 0.8), box((0.45, 0.6, 0.3), -0.1, 0.8, 1.1, 1.1))
    sway = smooth_walk(rng, 1.1, 1.0)
    bent = lambda t: level(t) * (0.35 + 0.5 * sway(t))  # noqa: E731
    crown = [
        bar(DARK_WOOD, 0.3, 0.84, 0.3, 0.3, 0.07),
        *(
            oval((0.25, 0.5, 0.22), 0.3 + x, 0.26 + y, 0.18, 0.15)
            for x, y in ((-0.12, 0.04), (0.12, 0.04), (0, -0.09))
        ),
    ]
    p.add(cut(p, (0.6, 0.86), crown, (0.5, 1.0)), x=0.5, y=0.88, angle=lambda t: 0.42 * bent(t))
    for k in range(7):
        blade = cut(
            p, (0.08, 0.2), [poly((0.3, 0.52, 0.2), (0.02, 0.2), (0.04, 0.0), (0.06, 0.2))], (0.5, 1.0)
        )
        p.add(blade, x=0.08 + 0.14 * k, y=0.97, angle=lambda t, q=0.1 * k: 0.9 * bent(t - q))


def show_storm(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """Lightning from a cloud."""
    events, strengths = event_times(source)
    fixed(
        p,
        box((0.2, 0.22, 0.32), -0.1, -0.1, 1.1, 1.1),
        poly((0.1, 0.12, 0.14), (0, 0.86), (0.3, 0.78), (0.7, 0.88), (1, 0.8), (1, 1), (0, 1)),
    )
    flash = lambda t: np.clip(2.5 * pulse(t, events, strengths, 0.004, 0.14), 0, 1)  # noqa: E731
    p.add(
        cut(p, (1.0, 1.0), [box((0.75, 0.78, 0.95), 0, 0, 1, 1)], (0, 0)),
        x=0.0,
        y=0.0,
        alpha=lambda t: 0.6 * flash(t),
    )
    bolt = poly(
        (1.0, 0.95, 0.6),
        (0.14, 0.0),
        (0.24, 0.0),
        (0.17, 0.2),
        (0.26, 0.2),
        (0.06, 0.52),
        (0.12, 0.28),
        (0.04, 0.28),
    )
    p.add(cut(p, (0.3, 0.54), [bolt], (0.5, 0.0)), x=0.5, y=0.32, alpha=flash)
    cloud = (0.42, 0.44, 0.5)
    fixed(
        p,
        *(
            oval(cloud, x, y, 0.2, 0.13)
            for x, y in ((0.25, 0.26), (0.75, 0.26), (0.5, 0.2), (0.4, 0.3), (0.62, 0.3))
        ),
    )


def show_fan(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A fan that turns."""
    room(p, colours, 0.86)
    fixed(
        p,
        bar(IRON, 0.5, 0.5, 0.5, 0.9, 0.05),
        oval(IRON, 0.5, 0.92, 0.2, 0.05),
        oval(WHITE, 0.5, 0.42, 0.36, 0.36),
    )
    blades = []
    for k in range(3):
        turn = 2 * np.pi * k / 3
        petal = np.array([(0.03, -0.04), (0.3, -0.13), (0.31, 0.04), (0.03, 0.04)])
        c, s = np.cos(turn), np.sin(turn)
        blades.append(poly(colours.first, *map(tuple, petal @ np.array([[c, s], [-s, c]]) + 0.33)))
    p.add(
        cut(p, (0.66, 0.66), [*blades, oval(IRON, 0.33, 0.33, 0.05, 0.05)]),
        x=0.5,
        y=0.42,
        angle=_turned(source, 1.7),
    )


def show_drill(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A drill that goes into a wall and shakes."""
    level = _level(source)
    room(p, colours, 0.9)
    fixed(
        p,
        box((0.62, 0.4, 0.32), -0.1, -0.1, 0.26, 1.1),
        *(box((0.55, 0.34, 0.27), 0.0, 0.1 + 0.2 * k, 0.26, 0.2 + 0.2 * k) for k in range(5)),
    )
    deep = lambda t: np.clip(3 * level(t), 0, 1)  # noqa: E731
    turned = _turned(source, 3.3)
    body = [
        bar(STEEL, 0.02, 0.14, 0.24, 0.14, 0.03),
        box(IRON, 0.2, 0.08, 0.28, 0.2),
        poly(colours.first, (0.28, 0.04), (0.62, 0.04), (0.62, 0.24), (0.28, 0.24)),
        poly(colours.first, (0.46, 0.22), (0.6, 0.22), (0.64, 0.48), (0.5, 0.48)),
        oval(SKIN, 0.56, 0.32, 0.07, 0.08),
    ]
    p.add(
        cut(p, (0.68, 0.5), body, (0.03, 0.28)),
        x=lambda t: 0.36 - 0.2 * deep(t) + 0.008 * level(t) * np.sin(turned(t)),
        y=lambda t: 0.42 + 0.008 * level(t) * np.cos(turned(t)),
    )
    fixed(p, box((0.62, 0.4, 0.32), -0.1, 0.36, 0.2, 0.48))


def show_clock(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A clock's pendulum."""
    events, _ = event_times(source)
    room(p, colours, 0.95)
    fixed(
        p,
        box(DARK_WOOD, 0.22, 0.04, 0.78, 0.94),
        box((0.85, 0.75, 0.55), 0.28, 0.48, 0.72, 0.9),
        oval(WHITE, 0.5, 0.26, 0.2, 0.2),
        bar(BLACK, 0.5, 0.26, 0.5, 0.13, 0.02),
        bar(BLACK, 0.5, 0.26, 0.58, 0.3, 0.02),
    )
    pendulum = [bar(STEEL, 0.1, 0.02, 0.1, 0.34, 0.022), oval(colours.first, 0.1, 0.34, 0.075, 0.075)]
    p.add(
        cut(p, (0.2, 0.44), pendulum, (0.5, 0.05)), x=0.5, y=0.44, angle=lambda t: 0.42 * swinging(t, events)
    )


def show_dog(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A dog that barks."""
    events, strengths = event_times(source)
    fur = (0.62, 0.42, 0.24)
    room(p, colours, 0.8)
    moved = lambda t: np.clip(1.6 * pulse(t, events, strengths, 0.03, 0.12), 0, 1)  # noqa: E731
    fixed(p, oval(fur, 0.66, 0.78, 0.27, 0.24), bar(fur, 0.5, 0.8, 0.5, 1.0, 0.1))
    jaw = [
        poly((0.5, 0.33, 0.18), (0.02, 0.06), (0.28, 0.0), (0.3, 0.12), (0.06, 0.12)),
        poly((0.85, 0.35, 0.4), (0.06, 0.04), (0.24, 0.02), (0.24, 0.07), (0.08, 0.08)),
    ]
    y = lambda t: 0.46 - 0.05 * moved(t)  # noqa: E731
    p.add(
        cut(p, (0.32, 0.14), jaw, (0.95, 0.2)),
        x=0.46,
        y=lambda t: y(t) + 0.05,
        angle=lambda t: -0.75 * moved(t),
    )
    head = [
        oval(fur, 0.38, 0.24, 0.2, 0.19),
        poly(fur, (0.04, 0.2), (0.26, 0.12), (0.3, 0.34), (0.05, 0.31)),
        oval(BLACK, 0.06, 0.21, 0.04, 0.035),
        oval(BLACK, 0.3, 0.17, 0.025, 0.03),
        poly(DARK_WOOD, (0.42, 0.08), (0.56, 0.14), (0.56, 0.4), (0.46, 0.36)),
    ]
    p.add(cut(p, (0.62, 0.46), head, (0.6, 0.6)), x=0.56, y=y, angle=lambda t: 0.22 * moved(t))


def show_bird(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A bird on a branch that chirps."""
    events, strengths = event_times(source)
    fixed(
        p,
        box((0.68, 0.84, 0.95), -0.1, -0.1, 1.1, 1.1),
        bar(DARK_WOOD, -0.05, 0.84, 1.05, 0.76, 0.06),
        oval((0.3, 0.55, 0.25), 0.86, 0.68, 0.1, 0.05),
    )
    moved = lambda t: np.clip(1.6 * pulse(t, events, strengths, 0.02, 0.1), 0, 1)  # noqa: E731
    y = lambda t: 0.8 - 0.03 * moved(t)  # noqa: E731
    beak = (0.95, 0.6, 0.1)
    for side in (-1, 1):
        half = [poly(beak, (0.0, 0.03), (0.14, 0.0), (0.14, 0.06))]
        p.add(
            cut(p, (0.15, 0.07), half, (1.0, 0.5)),
            x=0.3,
            y=lambda t, s=side: y(t) - 0.37 + 0.018 * s,
            angle=lambda t, s=side: -s * 0.5 * moved(t),
        )
    body = [
        poly(colours.second, (0.44, 0.28), (0.66, 0.44), (0.6, 0.5), (0.36, 0.46)),
        oval(colours.first, 0.28, 0.34, 0.22, 0.18),
        oval(colours.first, 0.14, 0.16, 0.13, 0.13),
        oval(BLACK, 0.1, 0.13, 0.022, 0.025),
        oval(colours.second, 0.32, 0.34, 0.13, 0.09),
    ]
    p.add(cut(p, (0.68, 0.53), body, (0.3, 1.0)), x=0.46, y=y)


def show_bell(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A bell that swings, its clapper after it."""
    events, _ = event_times(source)
    gold = (0.9, 0.72, 0.25)
    fixed(p, box(colours.wall, -0.1, -0.1, 1.1, 1.1), box(DARK_WOOD, 0.1, 0.06, 0.9, 0.16))
    swing = lambda t: swinging(t, events)  # noqa: E731
    p.add(
        cut(
            p,
            (0.14, 0.7),
            [bar(IRON, 0.07, 0.02, 0.07, 0.6, 0.03), oval(IRON, 0.07, 0.62, 0.06, 0.06)],
            (0.5, 0.05),
        ),
        x=0.5,
        y=0.14,
        angle=lambda t: 0.62 * swing(t),
    )
    body = [
        bar(IRON, 0.28, 0.02, 0.28, 0.12, 0.05),
        poly(
            gold,
            (0.2, 0.1),
            (0.36, 0.1),
            (0.42, 0.34),
            (0.54, 0.5),
            (0.54, 0.56),
            (0.02, 0.56),
            (0.02, 0.5),
            (0.14, 0.34),
        ),
    ]
    p.add(cut(p, (0.56, 0.58), body, (0.5, 0.05)), x=0.5, y=0.14, angle=lambda t: 0.42 * swing(t))
