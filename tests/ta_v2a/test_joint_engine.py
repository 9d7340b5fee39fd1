"""Films and sounds of joint models: tiny ones, untrained, through the real parts of the preset."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from tiny_films import filled, grown, tiny_code

from ldm.audio_mapper import AudioMapper
from ldm.autoencoders.film_code import FilmCode
from ldm.denoisers.frame_transformer import FrameTransformer
from ldm.denoisers.two_streams import TwoStreams
from ldm.denoisers.uniform_transformer import UniformTransformer
from ta_v2a.cli.main import run_command
from ta_v2a.delivery.animated import joint_film
from ta_v2a.engine.joint import WINDOW_PICTURES, JointEngine, load_joint
from ta_v2a.errors import UserError
from ta_v2a.media.reading.probe import probe

SMALL = {"width": 16, "depth": 2, "heads": 2, "modulation_rank": 4}
PICTURE = {"latent_channels": 3, "height": 4, "width_px": 4, **SMALL}


@pytest.fixture(scope="module")
def models(tmp_path_factory) -> Path:
    """A folder of each kind of joint model."""
    folder = tmp_path_factory.mktemp("models")
    film = {"class_name": "FrameTransformer", **PICTURE}
    networks = {
        "two-stream": TwoStreams({"class_name": "AudioTransformer", **SMALL}, film, heads=2),
        "uniform": UniformTransformer(video_channels=3, height=4, width_px=4, **SMALL),
        "literal": UniformTransformer(
            video_channels=3, height=4, width_px=4, condition_noise="shared_t", **SMALL
        ),
        "tempo": FrameTransformer(**PICTURE),
    }
    for name, network in networks.items():
        grown(network).save_pretrained(folder / name / "denoiser")
        tiny_code().save_pretrained(folder / name / "code")
    head = {"class_name": "VideoTransformer", "latent_channels": 4, "cells": 2, "words": 3, **SMALL}
    both = TwoStreams({"class_name": "AudioTransformer", **SMALL}, head, heads=2)
    grown(both).save_pretrained(folder / "shipped" / "denoiser")
    torch.manual_seed(0)
    filled(FilmCode.tiny()).save_pretrained(folder / "shipped" / "code")
    grown(AudioMapper(hidden=(8,))).save_pretrained(folder / "tempo" / "mapper")
    return folder


def engine(models: Path, name: str) -> JointEngine:
    return JointEngine(load_joint(str(models / name)), steps=3)


def sound(seconds: float) -> np.ndarray:
    return (0.3 * np.random.default_rng(0).standard_normal(round(16_000 * seconds))).astype(np.float32)


@pytest.mark.parametrize("name", ["two-stream", "shipped", "uniform"])
def test_words_become_pictures_with_their_sound_and_a_seed_decides(models, name):
    maker = engine(models, name)
    frames, wave = maker.generate("a dog barks", seed=3)
    px = 32 if name == "shipped" else 16
    assert frames.shape == (WINDOW_PICTURES, px, px, 3) and frames.dtype == np.uint8
    assert wave.shape == (65_536,) and np.isfinite(wave).all() and np.abs(wave).max() > 0
    again = maker.generate("a dog barks", seed=3)
    assert np.array_equal(frames, again[0]) and np.array_equal(wave, again[1])
    assert not np.array_equal(frames, maker.generate("a dog barks", seed=4)[0])
    assert not np.array_equal(frames, maker.generate("rain", seed=3)[0])


@pytest.mark.parametrize("name", ["uniform", "literal"])
def test_pictures_are_sounded_and_other_pictures_sound_otherwise(models, name):
    maker, rng = engine(models, name), np.random.default_rng(1)
    frames = rng.integers(0, 256, (WINDOW_PICTURES, 20, 20, 3), dtype=np.uint8)
    torch.manual_seed(0)
    wave = maker.sounded(frames, "a dog")
    assert wave.shape == (65_536,)
    torch.manual_seed(0)
    assert not np.allclose(wave, maker.sounded(255 - frames, "a dog"))


@pytest.mark.parametrize(
    ("name", "system"),
    [("uniform", "uniform"), ("tempo", "tempo"), ("tempo", "aligner"), ("two-stream", "aligner")],
)
def test_a_long_sound_is_shown_by_windows_that_continue_each_other(models, name, system):
    maker = engine(models, name)
    frames = maker.animated(sound(6.5), "a dog", system=system)
    assert len(frames) == 102  # 6.5 s of 15.625 a second
    alone = maker.animated(sound(6.5)[: 64 * 1024], "a dog", system=system)
    assert np.array_equal(frames[:WINDOW_PICTURES], alone)
    other = maker.animated(sound(6.5)[::-1].copy(), "a dog", system=system)
    assert not np.array_equal(other, frames)
    assert bool(maker.history) == (system == "aligner")


def test_the_command_writes_a_film_as_long_as_the_sound(models, tmp_path, capsys):
    soundfile.write(tmp_path / "hits.wav", np.stack([sound(1.0)] * 2, 1), 16_000)
    words = ["animate", str(tmp_path / "hits.wav"), "-o", str(tmp_path / "out.mp4"), "--steps", "2"]
    assert run_command([*words, "--model", str(models / "uniform"), "--size", "64", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["pictures"] == 16 and report["system"] == "uniform"
    film = probe(tmp_path / "out.mp4")
    assert film.has_sound and abs(film.duration_s - 1.024) < 0.01


@pytest.mark.parametrize("name", ["two-stream", "uniform"])
def test_words_become_a_film_with_sound(models, tmp_path, name):
    report = joint_film("a dog barks", str(tmp_path / "out.mp4"), str(models / name), steps=2, size=32)
    film = probe(tmp_path / "out.mp4")
    assert report["pictures"] == WINDOW_PICTURES and film.has_sound
    assert abs(film.duration_s - report["duration_s"]) < 0.01


def test_what_cannot_be_animated_is_said_in_one_line(models, tmp_path, capsys):
    soundfile.write(tmp_path / "hits.wav", sound(1.0), 16_000)
    (tmp_path / "text.wav").write_text("no sound")
    hits, out = str(tmp_path / "hits.wav"), str(tmp_path / "out.mp4")
    for words, reason in (
        ([hits], "none is shipped"),
        ([hits, "--model", str(models / "tempo")], "wants a UniformTransformer"),
        ([hits, "--model", str(models / "two-stream"), "--system", "tempo"], "audio mapper"),
        ([hits, "--model", str(models / "uniform"), "--system", "aligner"], "video stream"),
        ([hits, "--model", str(models / "shipped"), "--system", "aligner"], "leave --model out"),
        ([hits, "--model", str(models / "uniform"), "--size", "33"], "even"),
        ([str(tmp_path / "no.wav")], "no such sound"),
        ([str(tmp_path / "text.wav"), "--model", str(models / "uniform")], "cannot be read"),
    ):
        assert run_command(["animate", *words, "-o", out]) == 2
        said = capsys.readouterr().err.strip()
        assert reason in said and "\n" not in said
    assert not (tmp_path / "out.mp4").exists()
    with pytest.raises(UserError, match="pictures alone"):
        engine(models, "tempo").generate("a dog")
    with pytest.raises(UserError, match="uniform one"):
        engine(models, "two-stream").sounded(np.zeros((64, 16, 16, 3), np.uint8))
