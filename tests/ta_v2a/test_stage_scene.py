"""Plans of scenes: the same for the same seed, everything occurs, and what is planned can be played."""

import json
from dataclasses import replace
from itertools import combinations, pairwise
from math import ceil

import numpy as np
import pytest

from ta_v2a.stage.picture.choreography import ACTIONS
from ta_v2a.stage.scene.kinds import FAMILIES, KINDS
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, GAPS_S, SPLITS, Event, Scene, Source, heard, plan

DURATION_S = 8.192


@pytest.fixture(scope="module")
def scenes() -> list[Scene]:
    return [plan(seed, DURATION_S) for seed in range(500)]


def test_the_seed_decides_everything():
    assert plan(5).as_dict() == plan(5).as_dict()
    assert plan(5).as_dict() != {**plan(6).as_dict(), "seed": 5}


def test_splits_share_no_seed():
    for a, b in combinations(SPLITS.values(), 2):
        assert a.stop <= b.start or b.stop <= a.start
    assert plan(SPLITS["test"][-1], 2.0).seed == SPLITS["test"][-1]


def test_every_kind_family_and_action_occurs(scenes):
    sources = [s for scene in scenes for s in scene.sources]
    assert {s.kind for s in sources} == set(KINDS)
    assert {KINDS[s.kind].family for s in sources} == set(FAMILIES)
    seen = ACTIONS.keys() - {"unseen"}  # what scenes of recordings hear beside the picture
    assert {s.action for s in sources} == seen == {a for kind in KINDS.values() for a in kind.actions}
    assert {len(scene.sources) for scene in scenes} == {1, 2, 3}


def test_actions_suit_what_is_seen_and_values_their_ranges(scenes):
    for scene in scenes:
        assert scene.caption.strip()
        for s in scene.sources:
            assert s.action in KINDS[s.look].actions
            assert 0 <= s.size <= 1 and 0 <= s.hardness <= 1 and 0.2 <= s.loudness <= 1


def test_events_are_in_order_inside_the_clip_and_apart(scenes):
    for s in (s for scene in scenes for s in scene.sources):
        times = [e.time_s for e in s.events]
        assert all(0 <= t < DURATION_S for t in times)
        assert all(0 < e.intensity <= 1 for e in s.events)
        gaps = [b - a for a, b in pairwise(times)]
        assert all(gap > 0 for gap in gaps)
        if len(times) > 3:  # up to three may also lie anywhere
            shortest = 0.8 * GAPS_S[s.action][0] if s.action in GAPS_S else 0.11
            assert min(gaps) >= shortest - 1e-9, s.action


def test_discrete_sources_have_events_and_continuous_ones_envelopes(scenes):
    for s in (s for scene in scenes for s in scene.sources):
        if KINDS[s.kind].continuous:
            assert s.envelope.shape == (ceil(DURATION_S * ENVELOPE_HZ),) and s.envelope.dtype == np.float32
            assert s.envelope.min() >= 0 and s.envelope.max() <= 1 + 1e-6
        else:
            assert s.envelope is None
    assert (
        np.mean([len(s.events) > 0 for scene in scenes for s in scene.sources if s.envelope is None]) > 0.99
    )


def test_event_times_of_all_sources_are_sorted(scenes):
    scene = next(s for s in scenes if sum(len(x.events) > 1 for x in s.sources) > 1)
    assert len(scene.event_times_s) == sum(len(s.events) for s in scene.sources)
    assert (np.diff(scene.event_times_s) >= 0).all()


def test_about_one_scene_in_seven_contradicts_its_picture(scenes):
    """0.22 of the scenes that begin with something to strike, which half of them do by rule and 8
    in 29 of the rest by chance."""
    assert np.mean([s.contradicts for s in scenes]) == pytest.approx(0.22 * (0.5 + 0.5 * 8 / 29), abs=0.05)
    for scene in scenes:
        assert scene.contradicts == (scene.sources[0].kind != scene.sources[0].look)
        assert all(s.kind == s.look for s in scene.sources[1:])


def test_scenes_are_plain_json(scenes):
    scene = next(s for s in scenes if any(x.envelope is not None and x.events for x in s.sources))
    read = json.loads(json.dumps(scene.as_dict()))
    assert read["seed"] == scene.seed and read["caption"] == scene.caption
    for source, plain in zip(scene.sources, read["sources"], strict=True):
        assert [e["time_s"] for e in plain["events"]] == [e.time_s for e in source.events]
        if source.envelope is not None:
            np.testing.assert_allclose(plain["envelope"], source.envelope, atol=6e-4)


@pytest.mark.parametrize("duration_s", [0.5, 0.0, -1.0])
def test_too_short_a_scene_is_refused(duration_s):
    with pytest.raises(ValueError, match=r"longer than 0\.5 s"):
        plan(0, duration_s)


def test_short_scenes_hold_what_they_plan():
    for seed in range(60):
        for s in plan(seed, 0.6).sources:
            assert all(0 <= e.time_s < 0.57 for e in s.events)
            assert s.envelope is None or len(s.envelope) == 38


def test_pace_is_events_per_second():
    source = Source(
        "wood", "wood", "knock", 0.5, 0.5, 1.0, tuple(Event(0.2 + 0.4 * k, 1.0) for k in range(5)), None, 1
    )
    assert heard(source).pace_hz == pytest.approx(2.5)
    assert heard(source).count == 5
    assert heard(replace(source, events=source.events[:2])).pace_hz == 0
