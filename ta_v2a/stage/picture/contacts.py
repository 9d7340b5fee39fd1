"""Contacts: things that strike, fall, step, press, clap or shoot, exactly at the events.

Lengths are picture heights, angles radians, times seconds. Everything is drawn
from the generator of the `Place`.
"""

from collections.abc import Callable

import numpy as np

from ta_v2a.stage.picture.motion import approach, bouncing, pulse, ringing, smooth_walk, swinging
from ta_v2a.stage.picture.place import Place, Sparks
from ta_v2a.stage.picture.texture import Raster, colour
from ta_v2a.stage.scene.scene import Source


def event_times(source: Source) -> tuple[np.ndarray, np.ndarray]:
    """Times in seconds and intensities of a source's events."""
    return np.array([e.time_s for e in source.events]), np.array([e.intensity for e in source.events])


def lifting(events: np.ndarray, strengths: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """How high the next blow is lifted: strong blows come from higher up."""
    padded = np.concatenate([strengths, [1.0]]) if len(strengths) else np.ones(1)
    return lambda t: 0.4 + 0.6 * padded[np.minimum(np.searchsorted(events, t, side="right"), len(padded) - 1)]


def throw_sparks(
    p: Place,
    events: np.ndarray,
    x: float,
    y: float,
    per_event: int,
    speed: float,
    rgb: np.ndarray | None = None,
) -> None:
    """Debris from (x, y) at every event."""
    if not len(events):
        return
    births = np.repeat(events, per_event)
    n = len(births)
    angle = p.rng.uniform(-np.pi, 0, n)
    velocity = np.stack([np.cos(angle), np.sin(angle)], -1) * (
        p.rng.uniform(0.2, 1, (n, 1)) * speed * p.scale
    )
    origins = np.array([[x, y]]) + p.rng.normal(0, 0.03 * p.scale, (n, 2))
    rgb = rgb if rgb is not None else colour(p.rng, None)
    lives = p.rng.uniform(0.08, 0.6, n)
    p.layers.append(
        Sparks(
            births,
            origins,
            velocity,
            lives,
            p.rng.uniform(0.006, 0.02) * (0.5 + p.scale),
            rgb,
            p.rng.uniform(0, 2.5),
        )
    )


def add_struck(
    p: Place, raster: Raster, events: np.ndarray, strengths: np.ndarray, y: float, **fixed
) -> None:
    """A target that may shake, dip or squash when hit."""
    amount = p.rng.uniform(0, 0.04) * p.scale if p.maybe(0.6) else 0.0
    hz, decay, style = p.rng.uniform(3, 12), p.rng.uniform(0.05, 0.3), p.rng.integers(3)
    response = (
        (lambda t: ringing(t, events, strengths, hz, decay))
        if style
        else (lambda t: pulse(t, events, strengths, 0.02, decay))
    )
    if style == 2:
        p.add(raster, y=y, angle=lambda t: 6 * amount * response(t), **fixed)
    else:
        p.add(raster, y=lambda t: y + amount * response(t), **fixed)


def softness(rng: np.random.Generator) -> float:
    """How much of a stroke slows down before the contact, as arms and legs do (see `approach`)."""
    return float(rng.uniform(0, 1)) if rng.random() < 0.7 else 0.0


def _tool(
    p: Place, events: np.ndarray, strengths: np.ndarray, slow: float, x: float, y: float, swings: bool
) -> None:
    """One hand's tool that comes down on (x, y) at every event, straight or swung, and rebounds or rests."""
    rng, lift = p.rng, lifting(events, strengths)
    fall_s, rise_s = rng.uniform(0.06, 0.22) * slow, rng.uniform(0.1, 0.4) * slow
    power, rebound, dwell, soft = rng.uniform(1.2, 2.6), p.maybe(0.65), rng.uniform(0, 0.15), softness(rng)
    lead_s = rng.uniform(0, 0.08)  # the shoulder moves before the hand, the hand before the tool

    def away(t):
        return lift(t) * approach(t, events, fall_s, rise_s, power, rebound, dwell, soft)

    drift = smooth_walk(rng, 0.4, rng.uniform(0, 0.12) * p.scale)
    reach = rng.uniform(0.12, 0.7) * p.scale
    side = rng.choice([-1.0, 1.0])
    if swings and p.maybe(0.5):
        length, thick = rng.uniform(0.35, 1.0), rng.uniform(0.03, 0.14)
        arm = p.thing(length, thick, None, "capsule", pivot=(0.0, 0.5))
        swing = reach / (length * p.scale)
        p.add(
            arm,
            x=lambda t: x - side * length * p.scale + drift(t),
            y=y,
            angle=lambda t: (0 if side > 0 else np.pi) - side * swing * away(t),
        )
        if p.maybe(0.6):
            head = p.thing(rng.uniform(0.08, 0.25), rng.uniform(0.06, 0.25), "metal")
            a = lambda t: swing * away(t)  # noqa: E731
            p.add(
                head,
                x=lambda t: x - side * length * p.scale * (1 - np.cos(a(t))) + drift(t),
                y=lambda t: y - length * p.scale * np.sin(a(t)),
            )
        return
    tilt = rng.normal(0, 0.6)
    if p.maybe(0.5):
        body = p.thing(rng.uniform(0.15, 0.5), rng.uniform(0.3, 1.0), None, "capsule", pivot=(0.5, 1.0))
        share, off = rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.5) * p.scale
        p.add(
            body,
            x=lambda t: x + side * off + drift(t) + share * reach * away(t + lead_s) * np.sin(tilt),
            y=lambda t: y - off - share * reach * away(t + lead_s) * np.cos(tilt),
            angle=lambda t: side * 0.3 * share * away(t + lead_s),
        )
    if p.maybe(0.35):  # an arm that reaches in from outside the picture
        tool, lean = (
            p.thing(rng.uniform(0.08, 0.3), rng.uniform(0.9, 1.8), None, "capsule", pivot=(0.5, 1.0)),
            rng.normal(0, 0.7),
        )
    else:
        tool, lean = (
            p.thing(rng.uniform(0.05, 0.35), rng.uniform(0.1, 0.7), None, pivot=(0.5, 1.0)),
            tilt * rng.uniform(-1, 1),
        )
    along = p.maybe(0.3)  # a second axis: the hand also moves towards the target
    turn = rng.uniform(-0.5, 0.5) if p.maybe(0.4) else 0.0  # the wrist bends
    p.add(
        tool,
        x=lambda t: (
            x + drift(t) + reach * away(t) * np.sin(tilt) + (side * 0.1 * p.scale * away(t) if along else 0)
        ),
        y=lambda t: y - reach * away(t) * np.cos(tilt),
        angle=lambda t: lean + turn * away(t),
    )


def draw_hit(p: Place, source: Source) -> None:
    """Strike, knock, chop: tools fall on a target; a striker may use two hands, in turn or as it comes."""
    events, strengths = event_times(source)
    rng = p.rng
    width, height = rng.uniform(0.25, 0.9), rng.uniform(0.08, 0.5)
    target = p.thing(width, height, source.look)
    top = p.y + 0.5 * height * p.scale
    target_first = p.maybe(0.8)
    if target_first:
        add_struck(p, target, events, strengths, top)
    slow = 1.5 if source.action == "strike" else 1.0
    if source.action == "strike" and p.maybe(0.4):
        apart = rng.uniform(0.1, 0.5) * width * p.scale
        hand = np.arange(len(events)) % 2 if p.maybe(0.7) else rng.integers(0, 2, len(events))
        for k, x in enumerate((p.x - apart, p.x + apart)):
            _tool(p, events[hand == k], strengths[hand == k], slow, x, p.y, True)
    else:
        _tool(p, events, strengths, slow, p.x, p.y, source.action != "knock")
    if not target_first:
        add_struck(p, target, events, strengths, top)
    if p.maybe(0.3):
        throw_sparks(p, events, p.x, p.y, int(rng.integers(2, 8)), rng.uniform(0.4, 2))


def draw_bounce(p: Place, source: Source) -> None:
    """Bounce and drop: parabolas between contacts, a squash at each."""
    events, strengths = event_times(source)
    rng = p.rng
    radius = rng.uniform(0.05, 0.22)
    gravity, top = rng.uniform(1.0, 5.0) * p.scale, rng.uniform(0.3, 0.8) * p.scale
    floor_y = p.y + 0.25 * p.scale
    if p.maybe(0.5):
        add_struck(
            p,
            p.thing(rng.uniform(0.5, 2.5), rng.uniform(0.1, 0.5), None, "box", (0.5, 0.0)),
            events,
            strengths * 0.3,
            floor_y,
        )
    squash = rng.uniform(0, 0.5) if p.maybe(0.5) else 0.0
    drift = smooth_walk(rng, 0.25, rng.uniform(0, 0.5) * p.scale)
    spin = smooth_walk(rng, 0.5, rng.uniform(0, 4))
    body = p.thing(
        2 * radius,
        2 * radius * rng.uniform(0.7, 1.3),
        source.look,
        str(rng.choice(["ellipse", "ellipse", "blob", "box"])),
        (0.5, 1.0),
    )
    flat = lambda t: pulse(t, events, strengths, 0.008, 0.05) * squash  # noqa: E731
    p.add(
        body,
        x=lambda t: p.x + drift(t),
        y=lambda t: floor_y - bouncing(t, events, gravity, top),
        scale_x=lambda t: 1 + 0.5 * flat(t),
        scale_y=lambda t: 1 / (1 + flat(t)),
        angle=(lambda t: 0.3 * spin(t)) if source.action == "drop" else 0.0,
    )
    if p.maybe(0.25):
        shadow = p.thing(2 * radius, 0.05, None, "ellipse").faded(0.5)
        shadow.pixels[..., :-1] = 0
        p.add(
            shadow,
            x=lambda t: p.x + drift(t),
            y=floor_y,
            scale_x=lambda t: 1 / (1 + 2 * bouncing(t, events, gravity, top)),
        )
    if p.maybe(0.3):
        throw_sparks(p, events, p.x, floor_y, int(rng.integers(2, 6)), rng.uniform(0.3, 1.5))


def draw_footstep(p: Place, source: Source) -> None:
    """Legs come down in turn while the body goes on."""
    events, strengths = event_times(source)
    rng, walk = p.rng, smooth_walk(p.rng, 0.15, p.rng.uniform(0, 0.4) * p.scale)
    stride, lift = rng.uniform(0.08, 0.3) * p.scale, rng.uniform(0.08, 0.3) * p.scale
    length, soft = rng.uniform(0.4, 0.9), softness(rng)
    for leg in (0, 1):
        mine = events[leg::2]
        dist = lambda t, mine=mine: approach(t, mine, 0.25, 0.3, 1.6, False, 0.15, soft)  # noqa: E731
        offset = (leg - 0.5) * stride
        raster = p.thing(rng.uniform(0.1, 0.18), length, "cloth", "capsule", (0.5, 1.0))
        p.add(
            raster,
            x=lambda t, o=offset, d=dist: p.x + walk(t) + o + stride * d(t),
            y=lambda t, d=dist: p.y - lift * d(t),
        )
        foot = p.thing(rng.uniform(0.2, 0.3), rng.uniform(0.07, 0.12), None, "capsule", (0.4, 1.0))
        p.add(
            foot,
            x=lambda t, o=offset, d=dist: p.x + walk(t) + o + stride * d(t),
            y=lambda t, d=dist: p.y - lift * d(t),
            angle=lambda t, d=dist: -0.5 * d(t),
        )
    if p.maybe(0.4):
        throw_sparks(p, events, p.x, p.y, 3, 0.4)
    if p.maybe(0.3):
        p.shake.append(lambda t: 0.01 * ringing(t, events, strengths, 6, 0.1))


def draw_typing(p: Place, source: Source) -> None:
    """Fingers of one or two hands, each event by one of them."""
    events, _ = event_times(source)
    rng, n = p.rng, int(p.rng.integers(2, 7))
    p.add(p.thing(1.2, 0.5, source.look, "box"), y=p.y + 0.2 * p.scale)
    who = rng.integers(0, n, len(events))
    press, soft = rng.uniform(0.04, 0.16) * p.scale, softness(rng)
    hand = smooth_walk(rng, 0.5, 0.05 * p.scale)
    if p.maybe(0.7):
        p.add(p.thing(0.7, 0.3, None, "blob"), x=lambda t: p.x + hand(t), y=p.y - 0.3 * p.scale)
    for finger in range(n):
        mine = events[who == finger]
        place = p.x + (finger - (n - 1) / 2) * 0.14 * p.scale
        raster = p.thing(rng.uniform(0.06, 0.11), rng.uniform(0.2, 0.4), None, "capsule", (0.5, 1.0))
        p.add(
            raster,
            x=lambda t, q=place: q + hand(t),
            y=lambda t, m=mine: p.y - press * approach(t, m, 0.09, 0.12, 1.5, True, 0.03, soft),
            angle=rng.normal(0, 0.2),
        )


def draw_shaking(p: Place, source: Source) -> None:
    """To and fro, sounding where it turns round."""
    events, _ = event_times(source)
    rng = p.rng
    direction, reach = rng.uniform(0, np.pi), rng.uniform(0.05, 0.3) * p.scale
    body = p.thing(rng.uniform(0.15, 0.5), rng.uniform(0.15, 0.5), source.look)
    p.add(
        body,
        x=lambda t: p.x + np.cos(direction) * reach * swinging(t, events),
        y=lambda t: p.y + np.sin(direction) * reach * swinging(t, events),
        angle=lambda t: 0.3 * swinging(t, events),
    )


def draw_clap(p: Place, source: Source) -> None:
    """Two things that meet."""
    events, strengths = event_times(source)
    rng, lift = p.rng, lifting(events, strengths)
    reach, tilt = rng.uniform(0.08, 0.4) * p.scale, rng.normal(0, 0.4)
    fall, rise, soft = rng.uniform(0.08, 0.25), rng.uniform(0.1, 0.35), softness(rng)
    dist = lambda t: lift(t) * approach(t, events, fall, rise, 1.7, True, 0.04, soft)  # noqa: E731
    for side in (-1, 1):
        raster = p.thing(
            rng.uniform(0.12, 0.3), rng.uniform(0.3, 0.6), source.look, None, (0.5 - 0.5 * side, 0.5)
        )
        p.add(
            raster,
            x=lambda t, s=side: p.x + s * reach * dist(t),
            y=p.y,
            angle=lambda t, s=side: tilt + s * 0.3 * dist(t),
        )


def draw_shoot(p: Place, source: Source) -> None:
    """Recoil and, mostly, a flash at the muzzle."""
    events, strengths = event_times(source)
    rng, side = p.rng, float(p.rng.choice([-1, 1]))
    kick, decay = rng.uniform(0.02, 0.15) * p.scale, rng.uniform(0.04, 0.15)
    back = lambda t: kick * pulse(t, events, strengths, 0.008, decay)  # noqa: E731
    aim = smooth_walk(rng, 0.3, 0.05 * p.scale)
    body = p.thing(rng.uniform(0.5, 1.2), rng.uniform(0.08, 0.2), "metal", "box")
    rise = rng.uniform(0, 4)
    p.add(
        body,
        x=lambda t: p.x - side * back(t),
        y=lambda t: p.y + aim(t),
        angle=lambda t: -side * rise * back(t),
    )
    if p.maybe(0.7):
        flare = p.thing(rng.uniform(0.15, 0.5), rng.uniform(0.1, 0.4), None, "blob")
        flare.pixels[...] = 255 * (flare.pixels[..., -1:] > 30)
        p.add(
            flare,
            x=p.x + side * 0.6 * p.scale,
            y=lambda t: p.y + aim(t),
            alpha=lambda t: pulse(t, events, strengths, 0.003, 0.04).clip(0, 1),
        )
    if p.maybe(0.4):
        p.gain.append(lambda t: 1 + 0.5 * pulse(t, events, strengths, 0.003, 0.05))
    if p.maybe(0.4):
        p.shake.append(lambda t: 0.02 * ringing(t, events, strengths, 9, 0.08))
    if p.maybe(0.5):
        throw_sparks(p, events, p.x + side * 0.3 * p.scale, p.y, 3, 2.0)
