"""Motions: contacts exactly at the events, and the mechanics in between."""

import numpy as np
import pytest

from ta_v2a.stage.picture.motion import (
    approach,
    bouncing,
    neighbours,
    pulse,
    ringing,
    smooth_walk,
    strokes,
    swinging,
)

EVENTS = np.array([0.5, 1.3, 2.0, 3.1])
CLOCK = np.linspace(0, 4, 4001)
STEP_S = 1e-6


def speeds(motion) -> tuple[np.ndarray, np.ndarray]:
    """Speed just before and just after every event."""
    at = motion(EVENTS)
    return (at - motion(EVENTS - STEP_S)) / STEP_S, (motion(EVENTS + STEP_S) - at) / STEP_S


def test_neighbours_of_a_time():
    since, to_next, after = neighbours(np.array([0.0, 0.5, 1.0, 9.0]), np.array([0.5, 2.0]))
    np.testing.assert_allclose(since, [np.inf, 0, 0.5, 7])
    np.testing.assert_allclose(to_next, [0.5, 1.5, 1.0, np.inf])
    assert after.tolist() == [0, 1, 1, 2]


@pytest.mark.parametrize("rebound", [True, False])
@pytest.mark.parametrize("dwell_s", [0.0, 0.1])
def test_approach_touches_exactly_at_events(rebound, dwell_s):
    distance = approach(CLOCK, EVENTS, 0.1, 0.2, 1.7, rebound, dwell_s)
    assert distance.min() >= 0 and distance.max() == pytest.approx(1)
    assert (approach(EVENTS, EVENTS, 0.1, 0.2, 1.7, rebound, dwell_s) == 0).all()
    if not dwell_s:  # nowhere else
        assert (distance[np.abs(CLOCK[:, None] - EVENTS).min(1) > 1e-9] > 0).all()


def test_approach_arrives_with_speed_and_leaves_with_another():
    before, after = speeds(lambda t: approach(t, EVENTS, 0.1, 0.2, 1.7, True))
    np.testing.assert_allclose(before, -1.7 / 0.1, rtol=1e-3)
    np.testing.assert_allclose(after, 2 / 0.2, rtol=1e-3)
    before, after = speeds(lambda t: approach(t, EVENTS, 0.1, 0.2, 1.7, False))
    np.testing.assert_allclose(before, -1.7 / 0.1, rtol=1e-3)
    np.testing.assert_allclose(after, 0, atol=1e-3)


@pytest.mark.parametrize("soft", [0.0, 0.5, 1.0])
def test_a_soft_stroke_slows_down_before_the_contact_and_still_touches_exactly_there(soft):
    def motion(t):
        return approach(t, EVENTS, 0.1, 0.2, 1.7, True, soft=soft)

    assert (motion(EVENTS) == 0).all() and motion(CLOCK).min() >= 0
    before, after = speeds(motion)
    np.testing.assert_allclose(before, -(1 - soft) * 1.7 / 0.1, rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(after, (1 - soft) * 2 / 0.2, rtol=1e-3, atol=1e-3)
    fall = np.linspace(EVENTS[1] - 0.1, EVENTS[1], 1001)
    fastest = fall[np.abs(np.diff(motion(fall))).argmax()]
    assert fastest == pytest.approx(EVENTS[1] - {0.0: 0.0, 0.5: 0.038, 1.0: 0.05}[soft], abs=0.002)


def test_approach_without_events_stays_away():
    assert (approach(CLOCK, np.array([]), 0.1, 0.2, 1.7, True) == 1).all()


def test_bouncing_is_on_the_ground_at_events_and_a_parabola_between():
    gravity, top = 3.0, 0.4
    height = bouncing(CLOCK, EVENTS, gravity, top)
    np.testing.assert_allclose(bouncing(EVENTS, EVENTS, gravity, top), 0, atol=1e-12)
    assert height.min() >= -1e-12
    for a, b in ((0.5, 1.3), (1.3, 2.0), (2.0, 3.1)):
        inside = CLOCK[np.logical_and(a + 1e-3 < CLOCK, b - 1e-3 > CLOCK)]
        y = bouncing(inside, EVENTS, gravity, top)
        np.testing.assert_allclose(y, 0.5 * gravity * (inside - a) * (b - inside), atol=1e-12)
        np.testing.assert_allclose(np.diff(y, 2) / 1e-6, -gravity, rtol=1e-3)


def test_after_a_long_gap_a_thing_falls_from_rest():
    gravity, top, events = 3.0, 0.4, np.array([1.0, 3.0])
    fall_s = np.sqrt(2 * top / gravity)
    t = np.linspace(3 - fall_s + 1e-3, 3 - 1e-3, 200)
    np.testing.assert_allclose(
        bouncing(t, events, gravity, top), top - 0.5 * gravity * (t - (3 - fall_s)) ** 2, atol=1e-12
    )
    np.testing.assert_allclose(
        bouncing(np.array([0.0, 1.0, 3.0, 3.5]), events, gravity, top), [top, 0, 0, 0], atol=1e-12
    )


def test_swinging_turns_round_at_events_and_only_there():
    at = swinging(EVENTS, EVENTS)
    np.testing.assert_allclose(np.abs(at), 1)
    assert (np.sign(at[1:]) == -np.sign(at[:-1])).all()
    before, after = speeds(lambda t: swinging(t, EVENTS))
    np.testing.assert_allclose([before, after], 0, atol=1e-3)
    between = swinging(np.array([0.9, 1.6, 2.5]), EVENTS)
    assert (np.abs(between) < 0.99).all()
    assert swinging(np.array([0.7]), np.array([0.7])) == pytest.approx(1)


def test_pulse_is_causal_and_adds_up():
    strengths = np.array([1.0, 0.5, 0.8, 0.2])
    both = pulse(CLOCK, EVENTS, strengths, 0.01, 0.1)
    assert (both[CLOCK <= 0.5] == 0).all() and (both[CLOCK > 0.501] > 0).all()
    np.testing.assert_allclose(
        both,
        sum(pulse(CLOCK, EVENTS[k : k + 1], strengths[k : k + 1], 0.01, 0.1) for k in range(4)),
        atol=1e-12,
    )
    early = CLOCK < 2.0
    np.testing.assert_array_equal(both[early], pulse(CLOCK, EVENTS[:2], strengths[:2], 0.01, 0.1)[early])
    assert (pulse(CLOCK, np.array([]), np.array([]), 0.01, 0.1) == 0).all()


def test_ringing_is_causal_and_a_decaying_sine():
    one = ringing(CLOCK, np.array([1.0]), np.array([0.7]), 5.0, 0.2)
    assert (one[CLOCK <= 1] == 0).all()
    assert ringing(np.array([1.05]), np.array([1.0]), np.array([0.7]), 5.0, 0.2)[0] == pytest.approx(
        0.7 * np.exp(-0.25)
    )


def test_strokes_are_bounded_and_turn_with_every_event():
    events = np.arange(0.5, 5.5, 0.4)
    position = strokes(CLOCK, events, np.ones(500, np.float32), 62.5)
    assert np.abs(position).max() <= 1
    middles = events[2:-4] + 0.2
    heading = np.sign(
        strokes(middles + 0.03, events, np.ones(500), 62.5)
        - strokes(middles - 0.03, events, np.ones(500), 62.5)
    )
    assert (heading[1:] == -heading[:-1]).all()
    assert (strokes(CLOCK, events, np.zeros(500), 62.5) == 0).all()


def test_smooth_walk_keeps_within_its_amplitude():
    walk = smooth_walk(np.random.default_rng(0), 2.0, 0.3)
    assert np.abs(walk(CLOCK)).max() <= 0.3 + 1e-9
    assert np.abs(np.diff(walk(CLOCK))).max() < 0.3 * 2 * np.pi * 2.0 * 1.2 * 1.1e-3
