"""Solid scenes: contacts where mechanics puts them, the same for the same seed, every action, its sound."""

import random
import sys
from itertools import pairwise

import numpy as np
import pytest

from prompts.known import understood
from ta_v2a.__main__ import main
from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.onsets import onsets
from ta_v2a.stage.clean.scenes import CleanScene, plan_clean
from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, plan
from ta_v2a.stage.solid import scene as solid
from ta_v2a.stage.solid.hits import as_events, envelope_of, events_of
from ta_v2a.stage.solid.materials import CONTACT_RAD_S, damping_of, touching
from ta_v2a.stage.solid.plain import COUNT_WORDS, plain_sentence, stated_count
from ta_v2a.stage.solid.poses import still, xyz
from ta_v2a.stage.solid.simulate import RECORD_STEPS, STEP_S, simulate
from ta_v2a.stage.solid.stagings import STAGINGS
from ta_v2a.stage.solid.workshop import Draft, Workshop
from ta_v2a.stage.sound.render import render_sound

GRAVITY = 9.81
SECONDS = 2.6


def workshop(duration_s: float = 2.0) -> Workshop:
    """An empty one on solid ground."""
    shop = Workshop(np.random.default_rng(0), True, duration_s)
    shop.fixed(shop.shape("box", (5, 5, 0.5), (0, 0, -0.5), solid=True))
    return shop


def story(action: str, kind: str, seed: int = 3):
    """The clean story of the next seed that tells of this action and kind."""
    for number in range(1000 * seed, 1000 * seed + 4000):
        source = solid.clean_story(number, SECONDS)
        if (source.action, source.kind) == (action, kind):
            return source
    raise AssertionError(f"no seed tells of {action} and {kind}")


def made(monkeypatch, action: str, kind: str, way: int, seed: int = 3) -> solid.SolidScene:
    source = story(action, kind, seed)
    with monkeypatch.context() as patch:
        patch.setattr(solid, "clean_story", lambda seed, duration_s: source)
        patch.setattr(solid, "STAGINGS", {action: (STAGINGS[action][way],)})
        return solid.solid_scene(seed, SECONDS, "clean")


@pytest.mark.parametrize("height_m", [0.3, 0.8, 1.6])
def test_a_ball_falls_as_long_as_a_ball_falls(height_m):
    shop = workshop()
    radius = 0.05
    body = shop.loose((0, 0, height_m + radius), shop.shape("sphere", (radius,), voice=0, bounce=0.7))
    shop.launch(0.0, body, (0, 0, height_m + radius))
    found = events_of(simulate(shop, 1).force[0], 0.1, 0.05)
    assert found[0][0] * STEP_S == pytest.approx(np.sqrt(2 * height_m / GRAVITY), abs=2 * STEP_S)


@pytest.mark.parametrize("share", [0.5, 0.7, 0.9])
def test_a_ball_bounces_as_its_restitution_says(share):
    shop = workshop(2.4)
    shop.loose((0, 0, 0.65), shop.shape("sphere", (0.05,), voice=0, bounce=share))
    found = events_of(simulate(shop, 1).force[0], 0.2, 0.05)
    first, contact_s = np.sqrt(2 * 0.6 / GRAVITY), touching(damping_of(share))[0] / CONTACT_RAD_S
    flight = 2 * GRAVITY * first / GRAVITY
    expected, now, speed = [], first, share
    while len(expected) < len(found):
        expected.append(now)
        now, speed = now + flight * speed + contact_s, speed * share
    times = np.array([step for step, _ in found]) * STEP_S
    assert len(times) >= 3
    assert np.abs(np.diff(times) / np.diff(expected) - 1).max() < 0.07  # the last ones are slow
    impulses = [size for _, size in found]
    ratios = [after / before for before, after in pairwise(impulses)]
    assert ratios == pytest.approx([share] * len(ratios), abs=0.05)


def test_a_load_at_rest_is_no_event_and_two_close_blows_are_one():
    force = np.full(2000, 20.0)
    force[500:510] += 400
    force[530:538] += 300
    force[1200:1210] += 200
    found = events_of(force, 0.1, 0.06)
    assert [step for step, _ in found] == [500, 1200]
    assert as_events(found, 2.0)[0].intensity == 1.0
    assert not events_of(np.full(2000, 20.0), 0.1, 0.06, floor_ns=1e-6)


@pytest.mark.parametrize("speed", [0.2, 0.5])
def test_sliding_is_measured_at_the_speed_of_the_hand(speed):
    shop = workshop(1.0)

    def path(t: np.ndarray):
        return xyz(speed * t - 0.2, 0, 0.048), np.tile([1.0, 0, 0, 0], (len(t), 1))

    shop.held(path, shop.shape("box", (0.05, 0.05, 0.05), voice=0, look="wood"))
    motion = simulate(shop, 1)
    late = motion.slide[0][60:]
    assert np.median(late) == pytest.approx(speed, rel=0.1)
    level = envelope_of(motion.slide[0], motion.force[0], 1.0)
    assert (
        level.shape == (int(np.ceil(ENVELOPE_HZ)),)
        and level.dtype == np.float32
        and np.median(level[20:]) > 0.3
    )


def test_rolling_is_told_from_sliding():
    shop = workshop(1.0)
    body = shop.loose((-0.5, 0, 0.1), shop.shape("sphere", (0.1,), voice=0, look="stone"))
    shop.launch(0.0, body, (-0.5, 0, 0.1), (0.8, 0, 0), (0, 8.0, 0))
    motion = simulate(shop, 1)
    rolled, slid = motion.roll[0][20:100], motion.slide[0][20:100]
    assert np.median(rolled) == pytest.approx(0.8, rel=0.1) and np.median(slid) < 0.08
    assert motion.qpos[100, 0] - motion.qpos[20, 0] == pytest.approx(
        0.8 * 80 * RECORD_STEPS * STEP_S, rel=0.1
    )


def test_what_waits_behind_the_camera_is_not_heard():
    shop = workshop(1.0)
    shop.parked(shop.shape("sphere", (0.05,), voice=0, look="wood"))
    assert not simulate(shop, 1).force.any()


def test_the_seed_decides_everything():
    one, again, other = (solid.solid_scene(seed, 2.0) for seed in (11, 11, 12))
    assert one.scene.as_dict() == again.scene.as_dict()
    assert np.array_equal(one.motion.qpos, again.motion.qpos)
    assert np.array_equal(one.motion.force, again.motion.force)
    assert one.scene.as_dict() != {**other.scene.as_dict(), "seed": 11}


def test_the_wild_setting_tells_the_story_of_the_flat_scene():
    for seed in (4, 9):
        flat, scene = plan(seed, SECONDS), solid.solid_scene(seed, SECONDS).scene
        facts = [[(s.kind, s.look, s.action, s.size) for s in one.sources] for one in (flat, scene)]
        assert facts[0] == facts[1]
        assert (scene.aspect, scene.source_fps, scene.contradicts) == (
            flat.aspect,
            flat.source_fps,
            flat.contradicts,
        )


@pytest.mark.parametrize("act", ["anvil", "axe", "door", "drum", "glass", "hands", "keyboard"])
def test_acts_of_bodies_happen_when_the_flat_scene_of_the_seed_has_them(act):
    flat = next(
        scene
        for scene in (plan_clean(seed, SECONDS, (act,)) for seed in range(40))
        if 2 <= len(scene.sources[0].events) <= 4
    )
    scene = solid.act_of_bodies(flat).scene
    assert isinstance(scene, CleanScene) and (scene.act, scene.seed) == (act, flat.seed)
    assert understood(scene.caption).names_a_sound
    planned, measured = flat.event_times_s, scene.event_times_s
    assert len(measured) == len(planned) and np.abs(measured - planned).max() < 0.1


def kinds_of(action: str) -> list[str]:
    return [name for name, kind in KINDS.items() if action in kind.actions]


WAYS = [
    (action, kinds_of(action)[3 * way % len(kinds_of(action))], way)
    for action, ways in STAGINGS.items()
    for way in range(len(ways))
]


@pytest.mark.parametrize(("action", "kind", "way"), WAYS)
def test_every_action_is_built_moves_and_is_described(monkeypatch, action, kind, way):
    kind = "wood" if action == "footstep" else kind
    scene = made(monkeypatch, action, kind, way).scene
    (source,) = scene.sources
    assert (source.action, source.kind) == (action, kind)
    assert understood(scene.caption).names_a_sound and not understood(scene.caption).unknown
    times = [event.time_s for event in source.events]
    assert times == sorted(times) and all(0 <= t < SECONDS for t in times)
    assert all(0 < event.intensity <= 1 for event in source.events)
    if KINDS[kind].continuous:
        assert source.envelope is not None and source.envelope.shape == (int(np.ceil(SECONDS * ENVELOPE_HZ)),)
        assert source.envelope.min() >= 0 and 0.2 < source.envelope.max() <= 1
    else:
        assert times
    stated = stated_count(scene.caption)
    assert stated is None or stated == len(times)


def test_every_action_of_the_flat_stage_is_built():
    assert set(STAGINGS) == {action for kind in KINDS.values() for action in kind.actions}


@pytest.mark.parametrize(
    ("action", "kind"),
    [("strike", "wood"), ("knock", "wood"), ("chop", "stone"), ("clap", "clap"), ("bounce", "plastic")],
)
def test_sound_begins_where_bodies_meet(monkeypatch, action, kind):
    clip = made(monkeypatch, action, kind, 0)
    (source,) = clip.scene.sources
    force = clip.motion.force[0]
    heard, _ = onsets(render_sound(clip.scene, 16000), 16000)
    strong = [event.time_s for event in source.events if event.intensity > 0.4]
    assert strong
    for time_s in strong:
        step = round(time_s / STEP_S)
        assert force[step] > 0 and not force[max(0, step - 30) : max(0, step - 10)].any()  # a contact begins
        assert np.abs(heard - time_s).min() < 0.020


def test_a_rolling_body_sounds_between_its_impacts(monkeypatch):
    clip = made(monkeypatch, "strike", "stone", 3)
    (source,) = clip.scene.sources
    assert source.envelope is not None and source.envelope.max() > 0.3
    quiet = render_sound(solid.replace(clip.scene, sources=(solid.replace(source, envelope=None),)), 16000)
    rolling = render_sound(clip.scene, 16000) - quiet
    moving = np.interp(
        np.arange(len(rolling)) / 16000, np.arange(len(source.envelope)) / ENVELOPE_HZ, source.envelope
    )
    loud, at_rest = np.abs(rolling[moving > 0.3]).mean(), np.abs(rolling[: round(0.03 * 16000)]).mean()
    assert loud > 1e-4 and loud > 3 * at_rest


def test_plain_sentences_state_counts_that_read_back():
    draft = Draft(0, "metal", "metal", "strike", 0.5, 0.5, [], None, doing=("a hammer", "strike", "an anvil"))
    said = set()
    for count in range(1, 8):
        draft.events = as_events([(300 * (i + 1), 1.0) for i in range(count)], 5.0)
        for draw in range(12):
            sentence = plain_sentence(random.Random(draw), draft)
            assert sentence.startswith("a hammer strikes an anvil")
            assert stated_count(sentence) in (None, count)
            said.add(stated_count(sentence))
    assert said == {None, *COUNT_WORDS}


def test_settings_and_lengths_are_checked():
    with pytest.raises((ValueError, TypeError), match="wild"):
        solid.solid_scene(1, 2.0, "tidy")
    with pytest.raises(ValueError, match=r"longer than 0\.5 s"):
        solid.solid_scene(1, 0.4)


def test_without_the_extra_there_is_one_line_and_exit_code_2(monkeypatch, tmp_path, capsys):
    from importlib.util import find_spec

    from ta_v2a.system import extras

    monkeypatch.setattr(extras, "find_spec", lambda name: None if name == "mujoco" else find_spec(name))
    monkeypatch.setitem(sys.modules, "mujoco", None)
    with pytest.raises(UserError, match=r"ta-v2a\[solid\]"):
        solid.solid_scene(1, 2.0)
    assert main(["stage", "--world", "solid", "--duration", "1", "-o", str(tmp_path / "s")]) == 2
    assert capsys.readouterr().err.strip().count("\n") == 0
    assert not list(tmp_path.iterdir())


def test_a_at_restpath_stays():
    places, turns = still((1.0, 2.0, 3.0))(np.zeros(4))
    assert (places == [1.0, 2.0, 3.0]).all() and (turns == [1.0, 0, 0, 0]).all()
