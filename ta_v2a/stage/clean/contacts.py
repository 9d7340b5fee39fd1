"""How things that are struck, knocked at, stepped on or thrown look in the clean setting.

Every look draws into a square picture, all lengths in picture heights, y downward; every contact falls
exactly on an event.
"""

from collections.abc import Callable

import numpy as np

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
    Shape,
    bar,
    box,
    cut,
    fixed,
    oval,
    poly,
)
from ta_v2a.stage.picture.contacts import event_times
from ta_v2a.stage.picture.motion import approach, bouncing, neighbours, pulse, ringing
from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.scene.scene import Source

_Motion = Callable[[np.ndarray], np.ndarray]


def _away(events: np.ndarray, fall_s: float = 0.2, rise_s: float = 0.32) -> _Motion:
    """Distance in [0, 1] from the contact: quick down, rebounding up."""
    return lambda t: approach(t, events, fall_s, rise_s, 1.5, True)


def room(p: Place, colours: Palette, floor: float = 0.72) -> None:
    """Wall and floor."""
    fixed(p, box(colours.wall, -0.1, -0.1, 1.1, floor), box(colours.floor, -0.1, floor, 1.1, 1.1))


def _star(p: Place, x: float, y: float, source: Source, size: float = 0.16) -> None:
    """A flash at every contact."""
    events, strengths = event_times(source)
    angle = np.arange(16) * np.pi / 8
    radius = np.where(np.arange(16) % 2, 0.2, 0.5) * size
    points = [
        (size / 2 + r * np.cos(a), size / 2 + r * np.sin(a)) for a, r in zip(angle, radius, strict=True)
    ]
    p.add(
        cut(p, (size, size), [poly((1.0, 0.9, 0.35), *points)]),
        x=x,
        y=y,
        alpha=lambda t: np.clip(2.2 * pulse(t, events, strengths, 0.004, 0.06), 0, 1),
    )


def _swung(p: Place, source: Source, parts: list[Shape], at: tuple[float, float], turn: float = 0.95) -> None:
    """A tool 0.56 long and 0.24 high that turns about a hand at its right end."""
    events, _ = event_times(source)
    away = _away(events)
    hand = [oval(SKIN, 0.5, 0.12, 0.055, 0.06)]
    p.add(
        cut(p, (0.58, 0.24), [*parts, *hand], (0.5 / 0.58, 0.5)),
        x=at[0],
        y=at[1],
        angle=lambda t: turn * away(t),
    )


def show_anvil(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A hammer on an anvil."""
    room(p, colours, 0.8)
    fixed(
        p,
        box(DARK_WOOD, 0.3, 0.78, 0.66, 0.98),
        poly(
            IRON,
            (0.1, 0.6),
            (0.72, 0.6),
            (0.72, 0.67),
            (0.58, 0.7),
            (0.57, 0.74),
            (0.66, 0.8),
            (0.3, 0.8),
            (0.4, 0.74),
            (0.38, 0.7),
            (0.24, 0.67),
        ),
    )
    handle, head = bar(WOOD, 0.1, 0.12, 0.52, 0.12, 0.035), box(STEEL, 0.03, 0.02, 0.15, 0.22)
    _swung(p, source, [handle, head], (0.88, 0.5))
    _star(p, 0.46, 0.59, source)


def show_axe(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """An axe on a log."""
    room(p, colours, 0.84)
    fixed(p, box(WOOD, 0.24, 0.62, 0.68, 0.93), oval((0.85, 0.68, 0.45), 0.46, 0.62, 0.22, 0.05))
    blade = poly(STEEL, (0.06, 0.1), (0.16, 0.1), (0.19, 0.24), (0.02, 0.24))
    _swung(p, source, [bar(colours.first, 0.1, 0.12, 0.52, 0.12, 0.035), blade], (0.86, 0.5), 1.1)
    _star(p, 0.44, 0.62, source, 0.1)


def show_door(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A fist on a door."""
    events, _ = event_times(source)
    room(p, colours, 0.93)
    fixed(
        p,
        box(DARK_WOOD, 0.06, 0.04, 0.6, 0.96),
        box(WOOD, 0.1, 0.08, 0.56, 0.96),
        box(DARK_WOOD, 0.17, 0.14, 0.49, 0.42),
        box(DARK_WOOD, 0.17, 0.54, 0.49, 0.88),
        oval((0.95, 0.8, 0.3), 0.52, 0.5, 0.025, 0.025),
    )
    away = _away(events, 0.16, 0.25)
    arm = [
        poly(colours.first, (0.2, 0.16), (0.6, 0.3), (0.6, 0.5), (0.16, 0.26)),
        oval(SKIN, 0.13, 0.14, 0.12, 0.11),
        bar((0.72, 0.54, 0.42), 0.05, 0.1, 0.05, 0.18, 0.012),
        bar((0.72, 0.54, 0.42), 0.09, 0.08, 0.09, 0.2, 0.012),
    ]
    p.add(
        cut(p, (0.6, 0.5), arm, (0.02, 0.28)),
        x=lambda t: 0.36 + 0.26 * away(t),
        y=lambda t: 0.44 + 0.04 * away(t),
    )
    _star(p, 0.36, 0.44, source, 0.13)


def show_drum(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """Two sticks on a drum, in turn."""
    events, strengths = event_times(source)
    room(p, colours, 0.85)
    fixed(p, box(colours.first, 0.22, 0.58, 0.78, 0.9), box(STEEL, 0.21, 0.86, 0.79, 0.9))
    skin = cut(p, (0.6, 0.16), [oval(WHITE, 0.3, 0.08, 0.285, 0.07)])
    p.add(skin, x=0.5, y=lambda t: 0.58 + 0.014 * ringing(t, events, strengths, 7, 0.12))
    for side in (-1, 1):
        mine = events[(0 if side < 0 else 1) :: 2]
        away = _away(mine)
        stick = [bar(WOOD, 0.03, 0.05, 0.4, 0.05, 0.03), oval(WOOD, 0.4, 0.05, 0.03, 0.03)]
        hand = [oval(SKIN, 0.06, 0.05, 0.05, 0.045)]
        p.add(
            cut(p, (0.46, 0.1), [*stick, *hand], (0.06 / 0.46, 0.5)),
            x=0.5 + side * 0.43,
            y=0.42,
            angle=lambda t, s=side, a=away: (0.3 if s < 0 else np.pi - 0.3) - s * -0.75 * a(t),
        )


def show_glass(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A spoon on a drinking glass that trembles."""
    events, strengths = event_times(source)
    room(p, colours, 0.8)
    tumbler = [
        poly(GLASS, (0.02, 0.02), (0.3, 0.02), (0.26, 0.46), (0.06, 0.46), alpha=0.75),
        poly(WATER, (0.04, 0.2), (0.28, 0.2), (0.26, 0.46), (0.06, 0.46), alpha=0.85),
    ]
    p.add(
        cut(p, (0.32, 0.48), tumbler, (0.5, 1.0)),
        x=lambda t: 0.36 + 0.01 * ringing(t, events, strengths, 8, 0.15),
        y=0.9,
    )
    away = _away(events)
    spoon = [bar(STEEL, 0.12, 0.1, 0.5, 0.1, 0.025), oval(STEEL, 0.09, 0.1, 0.08, 0.05)]
    p.add(
        cut(p, (0.58, 0.2), [*spoon, oval(SKIN, 0.5, 0.1, 0.055, 0.06)], (0.5 / 0.58, 0.5)),
        x=lambda t: 0.99 + 0.1 * away(t),
        y=0.46,
        angle=lambda t: 0.55 * away(t),
    )
    _star(p, 0.51, 0.46, source, 0.11)


def show_ball(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """A ball that bounces on the floor."""
    events, strengths = event_times(source)
    room(p, colours, 0.7)
    high = lambda t: bouncing(t, events, 5.0, 0.5)  # noqa: E731
    shadow = cut(p, (0.26, 0.06), [oval(BLACK, 0.13, 0.03, 0.12, 0.025, 0.4)])
    p.add(shadow, x=0.5, y=0.87, scale_x=lambda t: 1 / (1 + 1.5 * high(t)))
    flat = lambda t: pulse(t, events, strengths, 0.01, 0.05)  # noqa: E731
    body = [
        oval(colours.first, 0.13, 0.13, 0.12, 0.12),
        poly(WHITE, (0.02, 0.11), (0.24, 0.11), (0.24, 0.15), (0.02, 0.15)),
    ]
    p.add(
        cut(p, (0.26, 0.26), body, (0.5, 1.0)),
        x=0.5,
        y=lambda t: 0.87 - high(t),
        scale_x=lambda t: 1 + 0.35 * flat(t),
        scale_y=lambda t: 1 / (1 + 0.6 * flat(t)),
    )


def show_steps(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """Two legs that step in turn on paving."""
    events, _ = event_times(source)
    room(p, colours, 0.74)
    fixed(p, *(bar((0.4, 0.4, 0.42), x, 0.76, x + 0.08, 1.0, 0.008) for x in (0.05, 0.35, 0.65, 0.95)))
    for leg in (0, 1):
        away = lambda t, mine=events[leg::2]: approach(t, mine, 0.3, 0.35, 1.4, False)  # noqa: E731
        parts = [
            bar((0.2, 0.25, 0.42), 0.14, 0.0, 0.14, 0.62, 0.13),
            poly(BLACK, (0.06, 0.6), (0.2, 0.6), (0.3, 0.68), (0.3, 0.74), (0.06, 0.74)),
        ]
        p.add(
            cut(p, (0.32, 0.76), parts, (0.4, 1.0)),
            x=lambda t, a=away, k=leg: 0.36 + 0.28 * k + 0.05 * a(t),
            y=lambda t, a=away, k=leg: 0.86 + 0.05 * k - 0.17 * a(t),
            angle=lambda t, a=away: -0.12 * a(t),
        )


def show_hands(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """Two hands that clap."""
    events, _ = event_times(source)
    room(p, colours, 1.1)
    away = _away(events, 0.2, 0.3)
    for side in (-1, 1):
        flip = (lambda x: x) if side < 0 else (lambda x: 0.44 - x)
        palm = [
            poly(colours.first, (flip(0.0), 0.42), (flip(0.2), 0.3), (flip(0.28), 0.44), (flip(0.06), 0.6)),
            poly(
                SKIN,
                (flip(0.2), 0.3),
                (flip(0.26), 0.2),
                (flip(0.36), 0.02),
                (flip(0.42), 0.04),
                (flip(0.43), 0.3),
                (flip(0.36), 0.42),
                (flip(0.28), 0.44),
            ),
        ]
        p.add(
            cut(p, (0.44, 0.6), palm, (0.5 - side * 0.47, 0.5)),
            x=lambda t, s=side: 0.5 + s * (0.005 + 0.2 * away(t)),
            y=0.55,
            angle=lambda t, s=side: s * 0.35 * away(t),
        )
    _star(p, 0.5, 0.36, source, 0.16)


def show_keyboard(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """Two hands that type, in turn."""
    events, _ = event_times(source)
    room(p, colours, 0.5)
    keys = [
        box(WHITE, 0.12 + 0.08 * x, 0.64 + 0.08 * y, 0.185 + 0.08 * x, 0.705 + 0.08 * y)
        for x in range(10)
        for y in range(3)
    ]
    fixed(p, box(IRON, 0.08, 0.6, 0.96, 0.9), *keys)
    for side in (0, 1):
        away = lambda t, mine=events[side::2]: approach(t, mine, 0.1, 0.14, 1.5, True)  # noqa: E731
        parts = [
            bar(colours.first, 0.14, 0.0, 0.14, 0.14, 0.14),
            oval(SKIN, 0.14, 0.2, 0.11, 0.09),
            *(bar(SKIN, 0.06 + 0.055 * k, 0.24, 0.06 + 0.055 * k, 0.34, 0.045) for k in range(4)),
        ]
        p.add(
            cut(p, (0.28, 0.38), parts, (0.5, 1.0)),
            x=0.32 + 0.38 * side,
            y=lambda t, a=away: 0.74 - 0.13 * a(t),
        )


def show_stone_in_water(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """Stones that fall into water, which jumps."""
    events, _ = event_times(source)
    room(p, colours, 1.1)
    to_next = lambda t: neighbours(t, events)[1]  # noqa: E731
    since = lambda t: np.minimum(neighbours(t, events)[0], 9.0)  # noqa: E731
    p.add(
        cut(p, (0.2, 0.18), [oval(IRON, 0.1, 0.09, 0.09, 0.08)], (0.5, 1.0)),
        x=0.5,
        y=lambda t: 0.72 - 0.8 * (np.minimum(to_next(t), 0.45) / 0.45),
        alpha=lambda t: (to_next(t) < 0.45).astype(float),
    )
    crown = [
        poly(
            WHITE,
            (0.12, 0.4),
            (0.0, 0.08),
            (0.14, 0.24),
            (0.17, 0.0),
            (0.25, 0.22),
            (0.33, 0.0),
            (0.36, 0.24),
            (0.5, 0.08),
            (0.38, 0.4),
        )
    ]
    p.add(
        cut(p, (0.5, 0.42), crown, (0.5, 1.0)),
        x=0.5,
        y=0.74,
        scale_x=lambda t: 0.5 + np.minimum(since(t), 0.5),
        scale_y=lambda t: np.clip(np.sin(np.pi * np.clip(since(t) / 0.5, 0, 1)), 0.02, 1),
        alpha=lambda t: (since(t) < 0.5).astype(float),
    )
    fixed(p, box(WATER, -0.1, 0.7, 1.1, 1.1))
    p.add(
        cut(p, (0.6, 0.1), [oval(GLASS, 0.3, 0.05, 0.29, 0.04)]),
        x=0.5,
        y=0.8,
        scale_x=lambda t: 0.3 + np.minimum(since(t), 1.0),
        alpha=lambda t: np.exp(-2.5 * since(t)),
    )


def show_tap(p: Place, source: Source, colours: Palette, rng: np.random.Generator) -> None:
    """Drops from a tap into a bowl."""
    events, _ = event_times(source)
    room(p, colours, 0.86)
    fixed(p, bar(STEEL, 0.02, 0.16, 0.42, 0.16, 0.09), bar(STEEL, 0.46, 0.18, 0.46, 0.28, 0.09))
    to_next = lambda t: neighbours(t, events)[1]  # noqa: E731
    since = lambda t: np.minimum(neighbours(t, events)[0], 9.0)  # noqa: E731
    drop = [oval(WATER, 0.05, 0.08, 0.042, 0.05), poly(WATER, (0.05, 0.0), (0.08, 0.06), (0.02, 0.06))]
    p.add(
        cut(p, (0.1, 0.14), drop, (0.5, 1.0)),
        x=0.46,
        y=lambda t: 0.72 - 0.38 * (1 - (1 - np.minimum(to_next(t), 0.28) / 0.28) ** 2),
        alpha=lambda t: (to_next(t) < 0.28).astype(float),
    )
    fixed(
        p,
        poly(colours.first, (0.16, 0.7), (0.76, 0.7), (0.64, 0.92), (0.28, 0.92)),
        oval(WATER, 0.46, 0.71, 0.29, 0.05),
    )
    p.add(
        cut(p, (0.5, 0.09), [oval(WHITE, 0.25, 0.045, 0.24, 0.035)]),
        x=0.46,
        y=0.71,
        scale_x=lambda t: 0.2 + np.minimum(2 * since(t), 0.9),
        scale_y=lambda t: 0.3 + np.minimum(2 * since(t), 0.7),
        alpha=lambda t: np.exp(-5 * since(t)),
    )
