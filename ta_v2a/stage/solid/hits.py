"""From forces and speeds to what is heard: impulses become events, sliding and rolling become loudness."""

from math import ceil

import numpy as np

from ta_v2a.stage.scene.scene import ENVELOPE_HZ, Event
from ta_v2a.stage.solid.simulate import RECORD_STEPS, STEP_S

_IMPULSE_S = 0.012
"""A contact's impulse is gathered over so long."""
_TOUCH_S = 0.015
"""So long a blow may begin gently."""
_FAINTEST = 0.15
"""Intensity of the faintest event, as on the flat stage."""


def impulses(force: np.ndarray) -> np.ndarray:
    """(steps,) of forces (N) -> impulse (N s) that begins at every step: what is gathered in 12 ms above the
    load that already rested there."""
    window = round(_IMPULSE_S / STEP_S)
    resting = np.concatenate([np.full(3, force[0]), force])[: len(force)]  # the load 3 ms before
    padded = np.concatenate([np.zeros(1), np.cumsum(np.pad(force, (0, window)))])
    gathered = (padded[window : window + len(force)] - padded[: len(force)]) * STEP_S
    return np.maximum(gathered - resting * window * STEP_S, 0.0)


def events_of(
    force: np.ndarray, least: float, apart_s: float, floor_ns: float = 0.0
) -> list[tuple[int, float]]:
    """Steps at which contacts begin, and their impulses in N s, in rising time.

    Args:
        force: (steps,) normal force in newtons.
        least: share of the largest impulse below which there is no event.
        apart_s: contacts closer than this are one, at the time of the first.
        floor_ns: impulses below this are none.
    """
    gathered = impulses(force)
    if not len(gathered) or gathered.max() <= floor_ns:
        return []
    threshold, reach = max(least * float(gathered.max()), floor_ns), round(apart_s / STEP_S)
    taken = np.zeros(len(force), bool)
    found = []
    for step in np.argsort(-gathered, kind="stable"):
        size = float(gathered[step])
        if size < threshold:
            break
        if taken[step]:
            continue
        taken[max(0, step - reach) : step + reach] = True
        found.append((_beginning(force, int(step)), size))
    return sorted(found)


def _beginning(force: np.ndarray, step: int) -> int:
    """The first step of the blow that is gathered from `step` on: where the force first reaches a twentieth
    of its rise."""
    stop = min(len(force), step + round(_IMPULSE_S / STEP_S))
    blow = force[step:stop]
    base = float(force[max(0, step - 3)])
    above = np.flatnonzero(blow > base + 0.05 * (float(blow.max()) - base))
    first = step + (int(above[0]) if len(above) else 0)
    earliest = max(0, first - round(_TOUCH_S / STEP_S))
    resting = float(force[earliest : first + 1].min())
    while first > earliest and force[first - 1] > resting + 0.02 * (float(blow.max()) - resting):
        first -= 1  # an edge touched first with one corner
    return first


def as_events(found: list[tuple[int, float]], duration_s: float) -> list[Event]:
    """Events with intensities in (0, 1], 1 the largest impulse; those of the last 30 ms are left out."""
    largest = max((size for _, size in found), default=1.0)
    return [
        Event(step * STEP_S, float(np.clip(size / largest, _FAINTEST, 1.0)))
        for step, size in found
        if step * STEP_S < duration_s - 0.03
    ]


def envelope_of(speed: np.ndarray, force: np.ndarray, duration_s: float) -> np.ndarray:
    """(ceil(duration_s * 62.5),) float32 in [0, 1]: loudness of a contact that slides or rolls, by its speed
    and the root of the force on it, both as shares of their 95th percentile.

    Args:
        speed: (rows,) m/s, every `RECORD_STEPS` steps.
        force: (steps,) N.
    """
    rows = len(speed)
    pressing = np.pad(force, (0, rows * RECORD_STEPS - len(force))).reshape(rows, RECORD_STEPS).mean(1)
    moving = speed > 0.02
    if not moving.any():
        return np.zeros(ceil(duration_s * ENVELOPE_HZ), np.float32)
    fast = np.clip(speed / max(1e-6, float(np.percentile(speed[moving], 95))), 0, 1)
    heavy = np.sqrt(np.clip(pressing / max(1e-6, float(np.percentile(pressing[moving], 95))), 0, 1))
    level = np.convolve(fast * np.maximum(heavy, 0.3 * (pressing > 0)), np.full(5, 0.2), mode="same")
    clock = np.arange(ceil(duration_s * ENVELOPE_HZ)) / ENVELOPE_HZ
    return np.interp(clock, np.arange(rows) * RECORD_STEPS * STEP_S, level).clip(0, 1).astype(np.float32)


def strokes_of(envelope: np.ndarray, duration_s: float) -> list[Event]:
    """Where a sliding begins, or begins again: the envelope rises through 0.15 after it lay below 0.1."""
    found, quiet = [], True
    for index, level in enumerate(envelope):
        if quiet and level > 0.15:
            quiet = False
            peak = float(envelope[index : index + 16].max())
            before, after = float(envelope[index - 1]) if index else 0.0, float(level)
            share = (0.15 - before) / max(1e-6, after - before) if index else 1.0
            time_s = max(0.0, (index - 1 + share)) / ENVELOPE_HZ
            if time_s < duration_s - 0.03:
                found.append(Event(time_s, float(np.clip(peak, 0.3, 1.0))))
        elif level < 0.1:
            quiet = True
    return found
