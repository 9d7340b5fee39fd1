"""Close motions: contacts exactly at the events, none in silence; scenes of the benchmark look as before."""

import hashlib
import random
from dataclasses import replace

import numpy as np
import pytest

from prompts.lexicon import ALL_KINDS
from ta_v2a.data.examples import Examples
from ta_v2a.data.stage_clips import StageClips
from ta_v2a.evaluation.stage.frozen import bench_seeds
from ta_v2a.stage.export import staged
from ta_v2a.stage.picture.close.balls import flight
from ta_v2a.stage.picture.close.faces import opening
from ta_v2a.stage.picture.close.legs import foot_path
from ta_v2a.stage.picture.close.machines import cycles
from ta_v2a.stage.picture.close.motions import MOTIONS
from ta_v2a.stage.picture.close.parts import joint, stroke
from ta_v2a.stage.picture.close.sheets import torn
from ta_v2a.stage.picture.place import Place, Sparks
from ta_v2a.stage.picture.render import render_pictures
from ta_v2a.stage.scene.close import (
    CLOSE_MOTIONS,
    KIND_MOTIONS,
    close_plan,
    is_close,
    motions_of,
    shown_close,
)
from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.scene.scene import Event, Scene, Source, plan
from ta_v2a.stage.sound.render import render_sound
from vocoders.clock import ClipSpec

EVENTS_S = np.array([0.4, 0.9, 1.2, 1.7])
PICTURES_SHA256 = "73db2e029cf468895f40eeccc678928d7e115ca781941909ed757e086a15a5eb"
CLOCK_S = np.arange(0, 2, 0.002)


def place(seed: int = 0) -> Place:
    return Place(np.random.default_rng(seed), 0.6, 0.5, 1.0, 64.0, False, 2.0)


def moving(name: str, silent: bool, seed: int = 3) -> Source:
    """A source of one close motion with four events, or one that touches nothing."""
    action = CLOSE_MOTIONS[name].actions[0]
    kind = next(k for k in KINDS.values() if action in k.actions)
    envelope = None
    if kind.continuous:
        envelope = (
            np.zeros(125, np.float32) if silent else np.abs(np.sin(np.arange(125) / 9)).astype(np.float32)
        )
    events = () if silent else tuple(Event(float(t), 0.9) for t in EVENTS_S)
    return Source(kind.name, kind.name, action, 0.5, 0.5, 0.8, events, envelope, seed, motion=name)


@pytest.mark.parametrize("silent", [False, True])
@pytest.mark.parametrize("name", sorted(MOTIONS))
def test_every_motion_moves_and_stays_finite(name, silent):
    widest = 0.0
    for seed in range(4):
        here = place(seed)
        MOTIONS[name](here, moving(name, silent))
        layers = [layer for layer in here.layers if not isinstance(layer, Sparks)]
        names = ("x", "y", "angle", "scale_x", "scale_y", "alpha", "scroll")
        poses = [pose for layer in layers for n in names if callable(pose := getattr(layer, n))]
        curves = [np.asarray(pose(CLOCK_S)) for pose in poses]
        assert curves and all(np.isfinite(c).all() and len(c) == len(CLOCK_S) for c in curves)
        widest = max(widest, max(float(np.ptp(c, axis=0).max()) for c in curves))
    assert widest > 0.01
    scene = Scene(1, 2.0, (moving(name, silent),), "x", False, 1.0, 30.0)
    frames = render_pictures(scene, np.arange(0.2, 1.8, 0.2), 24, 24, colour=True)
    assert frames.shape == (8, 24, 24, 3)


def test_a_stroke_touches_at_its_events_and_nowhere_else():
    for seed in range(30):
        away = stroke(place(seed), EVENTS_S, 0.1, 0.2, 1.5, True)
        assert np.abs(away(EVENTS_S)).max() < 1e-9
        far = np.abs(CLOCK_S[:, None] - EVENTS_S).min(1) > 0.13
        assert away(CLOCK_S[far]).min() > 0.08
        alone = stroke(place(seed), np.zeros(0), 0.1, 0.2, 1.5, True)
        assert 0.15 < alone(CLOCK_S).min() < 0.65  # it comes near, and stops short


def test_bones_keep_their_lengths():
    rng = np.random.default_rng(0)
    root, tip = rng.normal(0, 0.2, (2, 50)), rng.normal(0, 0.2, (2, 50))
    x, y = joint(tuple(root), tuple(tip), 0.6, 0.5, 1.0)
    near = np.hypot(*(tip - root)) > 0.1
    assert np.allclose(np.hypot(x - root[0], y - root[1])[near], 0.6)
    assert np.allclose(np.hypot(x - tip[0], y - tip[1])[near], 0.5)


def test_a_foot_stands_where_it_landed():
    plants = EVENTS_S[::2]
    x, height = foot_path(CLOCK_S, plants, 1.0, 0.1, 0.2)
    assert np.interp(plants, CLOCK_S, height) == pytest.approx(0, abs=0.02)
    assert np.interp(plants, CLOCK_S, x) == pytest.approx(plants + 0.1, abs=0.01)
    stands = plants[1] + 0.01 < CLOCK_S
    assert np.ptp(x[stands]) == 0 and height[stands].max() == 0
    assert height.max() > 0.15


def test_a_ball_is_where_it_is_struck():
    places = np.stack([np.where(np.arange(4) % 2, 1.0, -1.0), np.full(4, 0.5)], -1)
    x, y = flight(EVENTS_S, EVENTS_S, places, 0.3)
    assert np.allclose(x, places[:, 0]) and np.allclose(y, 0.5)
    x, y = flight(np.array([1.05]), EVENTS_S, places, 0.3)
    assert abs(x[0]) < 1e-9 and y[0] < 0.5  # half way, up in its arc


def test_a_needle_is_down_at_every_stitch_and_up_while_it_rests():
    source = moving("needle", False)
    turns = cycles(EVENTS_S, source, 8.0)
    assert np.allclose(turns, np.arange(4))
    still = replace(source, events=(Event(0.2, 1.0), Event(0.4, 1.0), Event(1.6, 1.0)))
    rest = cycles(np.linspace(0.7, 1.3, 9), still, 8.0)
    assert np.allclose(rest, 1.5)


def test_a_sheet_tears_only_while_it_is_heard():
    envelope = np.zeros(125, np.float32)
    envelope[50:75] = 1
    done = torn(CLOCK_S, replace(moving("tearing", False), envelope=envelope))
    assert (np.diff(done) >= 0).all() and done[0] == 0 and done[-1] == pytest.approx(1)
    assert np.ptp(done[CLOCK_S < 0.78]) == 0 and np.ptp(done[CLOCK_S > 1.22]) == 0


def test_bites_close_the_mouth_and_calls_open_it():
    bite = replace(moving("mouth", False), recorded="eating or drinking")
    assert opening(place(), bite)(EVENTS_S).max() < 1e-9
    call = opening(place(), moving("mouth", False))
    assert call(EVENTS_S + 0.06).min() > 0.4 > call(EVENTS_S - 0.02)[0]


def test_plans_repeat_and_everything_occurs():
    scenes = [close_plan(seed, 4.0) for seed in range(300)]
    assert close_plan(5, 4.0).as_dict() == scenes[5].as_dict() != scenes[6].as_dict()
    seen = {s.motion for scene in scenes for s in scene.sources} - {""}
    still = {s.motion for scene in scenes for s in scene.silent}
    assert seen == still == set(CLOSE_MOTIONS) == set(MOTIONS)
    for scene in scenes:
        assert scene.sources and scene.caption.strip()
        for s in scene.sources:
            assert s.action in KINDS[s.kind].actions and all(0 <= e.time_s < 4.0 for e in s.events)
            assert not s.motion or s.action in CLOSE_MOTIONS[s.motion].actions
        for s in scene.silent:
            assert not s.events and (s.envelope is None or not s.envelope.any())
    alone = [scene for scene in scenes if not any(s.motion for s in scene.sources)]
    assert 0.08 < len(alone) / 300 < 0.25 and all(scene.silent for scene in alone)


def test_silence_is_not_heard_and_does_not_move_what_is():
    """What is silent changes pictures, never sound, truth or caption."""
    scene = next(s for s in map(close_plan, range(50)) if s.silent and s.event_times_s.size)
    bare = replace(scene, silent=())
    assert np.array_equal(render_sound(scene), render_sound(bare))
    assert np.array_equal(scene.event_times_s, bare.event_times_s)
    times_s = np.arange(6) * 0.3
    assert (render_pictures(scene, times_s, 24, 24) != render_pictures(bare, times_s, 24, 24)).any()


def test_a_share_of_training_scenes_is_close():
    assert np.mean([is_close(seed, 0.3) for seed in range(1000)]) == pytest.approx(0.3, abs=0.05)
    spec = ClipSpec(duration_s=1.024)
    seed = next(s for s in range(100) if is_close(s, 0.3))
    close, flat = (StageClips([seed], spec, close=share)[0] for share in (0.3, 0.0))
    assert close["caption"] == close_plan(seed, 1.024).caption
    assert flat["caption"] == plan(seed, 1.024).caption
    assert close["frames"].shape == flat["frames"].shape
    example = Examples([seed], spec, world="close", second=False)[0]
    assert example["frames"].equal(close["frames"]) and example["wave"].equal(close["wave"])
    assert staged(seed, 1.024, "close").scene.as_dict() == close_plan(seed, 1.024).as_dict()


def test_recorded_sources_are_shown_by_motions_that_suit_them():
    eats = replace(moving("mouth", False), recorded="eating or drinking", motion="")
    assert {shown_close(eats, str(k), 1.0).motion for k in range(20)} == {"mouth"}
    assert shown_close(eats, "0", 0.0) is eats
    pours = replace(eats, recorded="", action="pour")
    assert motions_of("pour") == () and shown_close(pours, "0", 1.0) is pours
    assert set(KIND_MOTIONS) <= set(ALL_KINDS)
    assert {m for motions in KIND_MOTIONS.values() for m in motions} <= set(MOTIONS)


def test_scenes_of_the_benchmark_look_as_they_did():
    """Pinned before there were close motions."""
    rng, digest = random.Random(0), hashlib.sha256()
    for seed in rng.sample(list(bench_seeds()), 12):
        frames = render_pictures(plan(seed, 2.048), (np.arange(8) + 0.5) / 4, 40, 40)
        digest.update(frames.tobytes())
    assert digest.hexdigest() == PICTURES_SHA256
