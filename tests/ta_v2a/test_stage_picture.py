"""Frames of scenes: repeatable, of any size, held at the camera's rate, and moving when something sounds."""

from dataclasses import replace
from math import ceil

import numpy as np
import pytest

from ta_v2a.stage.picture.choreography import ACTIONS
from ta_v2a.stage.picture.place import Place, Sparks
from ta_v2a.stage.picture.render import render_pictures
from ta_v2a.stage.picture.texture import LUMA
from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.scene.scene import Event, Scene, Source, plan

TIMES_S = (np.arange(20) + 0.5) / 20


def acted(action: str, seed: int) -> Scene:
    """2 s of one source that does one thing."""
    kind = next(k for k in KINDS.values() if action in k.actions)
    events = tuple(Event(t, 0.9) for t in (0.3, 0.7, 1.1, 1.6))
    envelope = np.abs(np.sin(np.arange(125) / 12)).astype(np.float32) if kind.continuous else None
    source = Source(kind.name, kind.name, action, 0.5, 0.5, 0.8, events, envelope, seed)
    return Scene(seed, 2.0, (source,), "something", False, 1.0, 30.0)


def test_the_same_seed_gives_the_same_bytes():
    clips = [render_pictures(plan(seed, 1.0), TIMES_S, 24, 32) for seed in (7, 7, 8)]
    assert clips[0].tobytes() == clips[1].tobytes() != clips[2].tobytes()


@pytest.mark.parametrize(("height", "width"), [(8, 8), (17, 40), (90, 33)])
@pytest.mark.parametrize("colour", [False, True])
def test_any_size(height, width, colour):
    for seed in (1, 2):
        clip = render_pictures(plan(seed, 1.0), TIMES_S[:3], height, width, colour)
        assert (
            clip.shape == ((3, height, width, 3) if colour else (3, height, width)) and clip.dtype == np.uint8
        )


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel().astype(float), b.ravel().astype(float))[0, 1])


def test_colour_and_luma_show_the_same_film():
    """Noise and gamma are the camera's and work on each channel, so the two are close, not equal."""
    scenes = [plan(seed, 1.0) for seed in range(9)]
    found = [
        correlation(
            render_pictures(s, TIMES_S[::7], 48, 48), render_pictures(s, TIMES_S[::7], 48, 48, True) @ LUMA
        )
        for s in scenes
    ]
    assert np.median(found) > 0.9, found


def test_the_same_film_at_another_size():
    scenes = [plan(seed, 1.0) for seed in range(9)]
    small = [render_pictures(s, TIMES_S[::7], 64, 64) for s in scenes]
    large = [
        render_pictures(s, TIMES_S[::7], 128, 128).reshape(-1, 64, 2, 64, 2).mean((2, 4)) for s in scenes
    ]
    found = [correlation(a, b) for a, b in zip(small, large, strict=True)]
    assert np.median(found) > 0.9, found


@pytest.mark.parametrize("fps", [10.0, 12.5, 23.976])
def test_a_slow_camera_holds_its_frames(fps):
    clip = render_pictures(replace(plan(3, 2.0), source_fps=fps), (np.arange(96) + 0.5) / 48, 24, 24)
    changes = int((clip[1:] != clip[:-1]).any((1, 2)).sum())
    assert len({frame.tobytes() for frame in clip}) <= ceil(2.0 * fps) + 1
    assert changes <= ceil(2.0 * fps)


def test_pictures_change_most_when_something_is_struck():
    """Mean change of the picture within 60 ms of the events, against the same
    events shifted round the clip."""
    rng, near, shifted = np.random.default_rng(0), [], []
    times_s = (np.arange(96) + 0.5) / 31.25
    for seed in range(14):
        action = ("strike", "knock", "clap", "drop")[seed % 4]
        clip = render_pictures(replace(acted(action, seed), duration_s=3.0), times_s, 32, 32).astype(
            np.float32
        )
        change = np.abs(np.diff(clip, axis=0)).mean((1, 2))
        between_s, events = (times_s[1:] + times_s[:-1]) / 2, np.array([0.3, 0.7, 1.1, 1.6])

        def around(moments, clock=between_s, change=change):
            return change[np.abs(clock[:, None] - moments).min(1) < 0.06].mean() / (change.mean() + 1e-6)

        near.append(around(events))
        shifted.append(np.mean([around((events + shift) % 3.0) for shift in rng.uniform(0, 3, 20)]))
    assert np.mean(near) > 1.1 * np.mean(shifted), (
        near,
        shifted,
    )  # most strokes slow down before the contact


def curves(layer) -> list[np.ndarray]:
    """What a layer does over two seconds: pose, opacity and sliding."""
    clock = np.arange(0, 2, 0.01)
    poses = [getattr(layer, name) for name in ("x", "y", "angle", "scale_x", "scale_y", "alpha", "scroll")]
    return [np.asarray(pose(clock)) for pose in poses if callable(pose)]


@pytest.mark.parametrize("action", sorted(ACTIONS.keys() - {"unseen"}))
def test_every_action_can_be_seen(action):
    for seed in range(3):
        scene = acted(action, seed)
        place = Place(np.random.default_rng(seed), 0.5, 0.5, 1.0, 64.0, False, 2.0)
        ACTIONS[action](place, scene.sources[0])
        moving = [c for layer in place.layers if not isinstance(layer, Sparks) for c in curves(layer)]
        moving += [np.asarray(change(np.arange(0, 2, 0.01))) for change in place.gain + place.shake]
        assert all(np.isfinite(c).all() for c in moving)
        assert any(np.ptp(c, axis=0).max() > 1e-3 for c in moving), seed
    clip = render_pictures(acted(action, 0), np.arange(0.2, 1.2, 0.1), 16, 16)
    assert np.ptp(clip.astype(int), axis=0).max() > 0


def test_no_events_is_no_error():
    for action in (
        "strike",
        "bounce",
        "footstep",
        "type",
        "shake",
        "shoot",
        "tick",
        "bark",
        "drip",
        "bubble",
        "scrape",
    ):
        scene = acted(action, 1)
        silent = replace(scene, sources=(replace(scene.sources[0], events=()),))
        assert render_pictures(silent, TIMES_S[:2], 12, 12).shape == (2, 12, 12)
