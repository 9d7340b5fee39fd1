"""The stage's sound: exact times, levels, following of envelopes, determinism, distinct kinds, speed."""

import inspect
import re
import time
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest

from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.sound import render as sound
from ta_v2a.stage.sound import synth_air, synth_creatures, synth_friction, synth_impacts, synth_liquids, synth_machines
from ta_v2a.stage.sound.render import ONE_SHOTS, limit, render_sound
from ta_v2a.stage.sound.synth_common import Voice, modes, shaped_noise, wavetable
from ta_v2a.stage.sound.synth_liquids import bubble

RATE = 16000
SHARP = ("wood", "metal", "glass", "ceramic", "plastic", "stone", "drum", "cloth", "clap", "gunshot", "clock")


@dataclass(frozen=True)
class Event:
    time_s: float
    intensity: float


@dataclass(frozen=True)
class Source:
    kind: str
    look: str
    action: str
    size: float
    hardness: float
    loudness: float
    events: tuple[Event, ...]
    envelope: np.ndarray | None
    sound_seed: int


@dataclass(frozen=True)
class Scene:
    seed: int
    duration_s: float
    sources: tuple[Source, ...]


def source_of(kind: str, seed: int, duration_s: float, envelope: np.ndarray | None = None, events: tuple[Event, ...] = ()) -> Source:
    rng = np.random.default_rng([seed, 3])
    facts = KINDS[kind]
    if facts.continuous and envelope is None:
        times = np.arange(int(np.ceil(duration_s * 62.5))) / 62.5
        envelope = (0.5 + 0.5 * np.sin(2 * np.pi * rng.uniform(0.3, 1.2) * times)).astype(np.float32)
    if not facts.continuous and not events:
        events = tuple(Event(float(t), float(rng.uniform(0.5, 1))) for t in np.sort(rng.uniform(0.05, duration_s - 0.4, 5)))
    return Source(kind, kind, str(rng.choice(facts.actions)), rng.random(), rng.random(), 1.0, events, envelope, seed)


def scene_of(kind: str, seed: int, duration_s: float = 2.048, **given) -> Scene:
    return Scene(seed, duration_s, (source_of(kind, seed, duration_s, **given),))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_sound_of_exact_length_in_range(kind: str):
    for seed in range(3):
        wave = render_sound(scene_of(kind, seed), RATE)
        assert wave.shape == (32768,) and wave.dtype == np.float32 and np.isfinite(wave).all()
        assert 0.1 < np.abs(wave).max() <= 0.99


@pytest.mark.parametrize("kind", SHARP)
@pytest.mark.parametrize("rate", [16000, 48000])
def test_blow_begins_at_its_time_within_3_ms(kind: str, rate: int):
    for seed in range(4):
        wave = np.abs(render_sound(scene_of(kind, seed, 1.0, events=(Event(0.5, 1.0),)), rate))
        start = round(0.5 * rate)
        assert wave[: start - 1].max() < 0.02
        assert wave[start : start + int(0.003 * rate)].max() > 0.2 * wave.max()


def test_every_synthesis_sounds_in_the_stage():
    """No kind of sound is written that no source reaches."""
    reached = {*sound.ONE_SHOTS.values(), *sound.ACTIVITIES.values()}
    for module in (synth_air, synth_creatures, synth_friction, synth_impacts, synth_liquids, synth_machines):
        sources = inspect.getsource(module)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__:
                assert function in reached or re.search(rf"(?<!def )\b{name}\(", sources), f"{module.__name__}.{name}"
    assert {*sound.ONE_SHOTS, *sound.ACTIVITIES} == set(KINDS)


@pytest.mark.parametrize("kind", [k for k in KINDS if KINDS[k].continuous])
def test_activity_follows_its_envelope(kind: str):
    envelope = np.zeros(250, np.float32)
    envelope[125:188] = 1.0
    wave = render_sound(scene_of(kind, 4, 4.0, envelope=envelope), RATE)
    level = np.sqrt(np.square(wave).reshape(-1, 1600).mean(axis=1))
    assert level[21:29].mean() > 8 * level[:19].mean()
    assert level[21:29].mean() > 4 * level[36:].mean()


@pytest.mark.parametrize("kind", [k for k in KINDS if KINDS[k].continuous])
def test_event_is_an_audible_accent_of_an_activity(kind: str):
    envelope = np.full(125, 0.4, np.float32)
    plain = scene_of(kind, 5, 2.0, envelope=envelope)
    accented = replace(plain, sources=(replace(plain.sources[0], events=(Event(1.0, 1.0),)),))
    power = [np.square(render_sound(s, RATE)[16000:17600]).mean() for s in (plain, accented)]
    assert power[1] > 1.3 * power[0]


def test_same_seed_same_samples_other_seed_other_samples():
    scene = Scene(1, 2.0, (source_of("fire", 1, 2.0), source_of("dog", 2, 2.0)))
    np.testing.assert_array_equal(render_sound(scene), render_sound(scene))
    assert not np.array_equal(render_sound(scene), render_sound(replace(scene, seed=2)))


def test_loudness_and_intensity_are_linear_gains():
    loud = scene_of("wood", 3, 1.0, events=(Event(0.2, 1.0),))
    soft = replace(loud, sources=(replace(loud.sources[0], loudness=0.25),))
    assert np.abs(render_sound(soft)).max() == pytest.approx(0.25 * np.abs(render_sound(loud)).max(), rel=0.1)


def test_same_scene_at_48_khz_sounds_alike():
    scene = scene_of("metal", 8, 2.0)
    low, high = render_sound(scene, 16000), render_sound(scene, 48000)
    frames = [np.sqrt(np.square(w).reshape(100, -1).mean(axis=1)) for w in (low, high)]
    assert np.corrcoef(*frames)[0, 1] > 0.95


def test_limiter_is_transparent_below_and_bounded_above():
    wave = np.linspace(-4, 4, 1001, dtype=np.float32)
    limited = limit(wave)
    assert np.abs(limited).max() <= 0.99 and (np.diff(limited) >= 0).all()
    np.testing.assert_array_equal(limited[np.abs(wave) <= 0.8], wave[np.abs(wave) <= 0.8])


def test_empty_and_odd_scenes():
    assert render_sound(Scene(0, 0.0, ())).shape == (0,)
    assert np.abs(render_sound(Scene(0, 1.0, ()))).max() < 0.05
    edge = scene_of("bell", 1, 1.0, events=(Event(0.0, 1.0), Event(0.9999, 1.0), Event(5.0, 1.0)))
    assert render_sound(edge).shape == (16000,)
    with pytest.raises(ValueError, match="unknown kind"):
        render_sound(Scene(0, 1.0, (replace(source_of("wood", 1, 1.0), kind="ghost"),)))
    with pytest.raises(ValueError, match="8000"):
        render_sound(Scene(0, 1.0, ()), 4000)


def test_modes_match_the_closed_form():
    frequencies, t60 = np.array([440.0, 1234.5]), np.array([0.3, 0.1])
    time_s = np.arange(3000) / RATE
    exact = sum(
        g * np.exp(-6.908 * time_s / d) * np.sin(2 * np.pi * f * time_s) for f, d, g in zip(frequencies, t60, (1.0, 0.5), strict=True)
    )
    np.testing.assert_allclose(modes(frequencies, t60, np.array([[1.0, 0.5]]), 3000, RATE)[0], exact, atol=1e-4)


def test_bubble_starts_at_minnaerts_pitch_and_rises():
    def pitch(wave: np.ndarray) -> float:
        crossings = np.flatnonzero(np.diff(np.signbit(wave)))
        return 0.5 * (len(crossings) - 1) / (crossings[-1] - crossings[0]) * 48000

    still, rising = bubble(900.0, 0.0, 48000), bubble(900.0, 0.4, 48000)
    assert pitch(still) == pytest.approx(900.0, rel=0.02)
    assert pitch(rising[len(rising) // 2 :]) > 1.3 * pitch(rising[: len(rising) // 4])


def test_noise_has_unit_rms_and_its_band():
    (wave,) = shaped_noise(np.random.default_rng(0), 16000, RATE, lambda f: ((f > 1000) & (f < 2000)).astype(np.float32))
    power = np.abs(np.fft.rfft(wave)) ** 2
    assert np.square(wave).mean() == pytest.approx(1.0, rel=1e-3)
    assert power[1000:2001].sum() > 0.99 * power.sum()


def test_wavetable_has_no_harmonics_above_the_limit():
    wave = wavetable(np.linspace(1, -1, 512), np.arange(16000) * 100 / RATE, 20)
    power = np.abs(np.fft.rfft(wave)) ** 2
    assert power[2050:].sum() < 1e-4 * power.sum()


def test_draws_do_not_depend_on_the_sample_rate():
    waves = {}
    for rate in (16000, 48000):
        voice = Voice("bird", "chirp", 0.5, 0.5, rate, np.random.default_rng(1))
        waves[rate] = ONE_SHOTS["bird"](voice)
    assert waves[48000].shape[1] == pytest.approx(3 * waves[16000].shape[1], abs=3)


def _features(wave: np.ndarray) -> np.ndarray:
    """Log band energies: mean, spread, the loudest quarter, and the course after the strongest rises."""
    frames = np.lib.stride_tricks.sliding_window_view(wave, 1024)[::256] * np.hanning(1024).astype(np.float32)
    spectrum = np.abs(np.fft.rfft(frames, axis=1))
    edges = np.unique(np.geomspace(4, 500, 49).astype(int))
    bands = np.log(np.stack([spectrum[:, a:b].mean(axis=1) for a, b in pairwise(edges)], 1) + 3e-3)
    rise = np.maximum(np.diff(bands, axis=0), 0).mean(axis=1)
    padded = np.pad(bands, ((0, 30), (0, 0)), mode="edge")
    starts = np.argsort(rise)[-4:]
    after = [np.mean([padded[i + lag] for i in starts], axis=0) for lag in (1, 3, 6, 12, 24)]
    loud = bands[bands.mean(axis=1) >= np.quantile(bands.mean(axis=1), 0.75)]
    return np.concatenate([bands.mean(0), bands.std(0), loud.mean(0), np.diff(bands, axis=0).std(0), *after])


def test_kinds_differ_clearly_in_timbre():
    """A linear discriminant on few examples tells nearly all of the kinds apart (chance: 0.03)."""
    names = list(KINDS)
    sets = []
    for seeds in (range(100, 108), range(500, 502)):
        sets.append(np.array([[_features(render_sound(scene_of(name, seed, 1.5))) for seed in seeds] for name in names]))
    train, test = sets
    means = train.mean(axis=1)
    within = (train - means[:, None]).reshape(-1, train.shape[-1])
    cov = within.T @ within / len(within)
    inverse = np.linalg.inv(cov + 0.15 * np.trace(cov) / len(cov) * np.eye(len(cov)))
    scores = test @ inverse @ means.T - 0.5 * ((means @ inverse) * means).sum(axis=1)
    accuracy = (scores.argmax(-1) == np.arange(len(names))[:, None]).mean()
    assert accuracy > 0.70, accuracy


def test_render_is_fast():
    kinds = list(KINDS)
    scenes = [scene_of(kinds[i % len(kinds)], i, 8.192) for i in range(len(kinds))]
    render_sound(scenes[0])
    start = time.process_time()
    for scene in scenes:
        render_sound(scene)
    assert (time.process_time() - start) / len(scenes) < 0.06  # measured: 0.010; the margin is for busy machines
