"""Motions with contacts at given times: pure functions of time, in picture heights and radians."""

import numpy as np

Array = np.ndarray


def neighbours(t: Array, events: Array) -> tuple[Array, Array, Array]:
    """For every time: seconds since the last event (inf before the first), seconds to the next (inf after
    the last), index of the next."""
    after = np.searchsorted(events, t, side="right")
    padded = np.concatenate([[-np.inf], events, [np.inf]])
    return t - padded[after], padded[after + 1] - t, after


def approach(
    t: Array,
    events: Array,
    fall_s: float,
    rise_s: float,
    power: float,
    rebound: bool,
    dwell_s: float = 0.0,
    soft: float = 0.0,
) -> Array:
    """(N,) distance in [0, 1] from the contact: 0 exactly at every event, arriving with speed
    and leaving by rebound or gently.

    Near contact the distance is `power * time / fall_s`, so the speed is discontinuous there: that is what
    the hit of a thing thrown looks like. An arm slows down first: `soft` in [0, 1] is the share of a stroke
    that is fastest midway and at rest at the contact.
    """
    since, to_next, _ = neighbours(t, events)
    gap = since + to_next
    fall, rise = np.minimum(fall_s, 0.6 * gap), np.minimum(rise_s, 0.5 * gap)
    u = np.clip(to_next / np.maximum(fall, 1e-3), 0, 1)
    down = (1 - soft) * (1 - (1 - u) ** power) + soft * u * u * (3 - 2 * u)
    y = np.clip((since - np.minimum(dwell_s, 0.2 * gap)) / np.maximum(rise, 1e-3), 0, 1)
    gentle = y * y * (3 - 2 * y)
    up = (1 - soft) * (1 - (1 - y) ** 2) + soft * gentle if rebound else gentle
    return np.minimum(down, up)


def bouncing(t: Array, events: Array, gravity: float, top: float) -> Array:
    """(N,) height over the ground: exact parabolas between events close together; longer
    gaps are a lift and a fall."""
    since, to_next, _ = neighbours(t, events)
    gap = since + to_next
    parabola = 0.5 * gravity * np.multiply(since, to_next, where=np.isfinite(gap), out=np.zeros_like(gap))
    rest_time = np.sqrt(2 * top / gravity)
    falling = np.where(to_next < rest_time, top - 0.5 * gravity * (rest_time - to_next) ** 2, top)
    lifted = np.clip((since - 0.15) / 0.4, 0, 1) ** 2
    high = np.where(
        np.isfinite(to_next), np.minimum(falling, top * np.where(np.isfinite(since), lifted, 1)), 0.0
    )
    return np.where(gap < 1.25, parabola, high)


def pulse(t: Array, events: Array, strengths: Array, attack_s: float, decay_s: float) -> Array:
    """(N,) sum over events of a rise in `attack_s` and exponential decay."""
    u = t[:, None] - events[None, :]
    body = np.where(
        u >= 0, (1 - np.exp(-np.maximum(u, 0) / attack_s)) * np.exp(-np.maximum(u, 0) / decay_s), 0
    )
    return body @ strengths if len(events) else np.zeros_like(t)


def ringing(t: Array, events: Array, strengths: Array, hz: float, decay_s: float) -> Array:
    """(N,) sum over events of a decaying sine: a struck thing that shakes."""
    u = np.maximum(t[:, None] - events[None, :], 0)
    return (
        (np.sin(2 * np.pi * hz * u) * np.exp(-u / decay_s)) @ strengths if len(events) else np.zeros_like(t)
    )


def swinging(t: Array, events: Array) -> Array:
    """(N,) in [-1, 1]: turns round exactly at every event."""
    if len(events) < 2:
        return np.cos(2 * np.pi * 0.5 * (t - (events[0] if len(events) else 0)))
    step = np.median(np.diff(events))
    times = np.concatenate([[events[0] - step], events, [events[-1] + step]])
    phase = np.interp(t, times, np.arange(len(times)))
    return np.cos(np.pi * phase)


def smooth_walk(rng: np.random.Generator, rate_hz: float, amplitude: float):
    """A smooth random function of time with values near +-amplitude, moving at about `rate_hz`."""
    hz = rate_hz * rng.uniform(0.3, 1.2, 3)
    phase, weight = rng.uniform(0, 2 * np.pi, 3), amplitude * rng.dirichlet(np.ones(3))
    return lambda t: np.sin(2 * np.pi * np.asarray(t)[..., None] * hz + phase) @ weight


def strokes(t: Array, events: Array, envelope: Array, envelope_hz: float) -> Array:
    """(N,) position in [-1, 1] of something that moves to and fro, a stroke from every event,
    with the speed of the envelope."""
    clock = np.arange(len(envelope)) / envelope_hz
    sign = np.where(np.searchsorted(events, clock, side="right") % 2 == 0, -1.0, 1.0)
    position = np.cumsum(sign * envelope)
    position -= np.convolve(np.pad(position, 40, mode="edge"), np.ones(81) / 81, mode="valid")
    return np.interp(t, clock, position / max(1e-6, np.abs(position).max()))
