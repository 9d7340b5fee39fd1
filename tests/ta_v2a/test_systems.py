"""`generate`, `foley` and `animate` by every system: tiny networks, untrained, through the commands."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from tiny_films import grown, tiny_code, video_parts

from cvalp.joint_embedding import CvalpEmbedding
from ldm.denoisers.frame_transformer import FrameTransformer
from ldm.denoisers.two_streams import TwoStreams
from ldm.denoisers.uniform_transformer import UniformTransformer
from ta_v2a import AudibleVideoPipeline
from ta_v2a.cli.main import run_command
from ta_v2a.engine.aligned import AlignedFilms, AlignedFoley
from ta_v2a.engine.filming import film_maker
from ta_v2a.engine.foley import FoleyEngine
from ta_v2a.engine.parts import load_parts, load_video_parts
from ta_v2a.media.reading.probe import probe

SMALL = {"width": 16, "depth": 2, "heads": 2, "modulation_rank": 4}


@pytest.fixture(scope="module")
def preset(pipeline, tmp_path_factory) -> Path:
    """A tiny preset with a video head of 32 pictures."""
    folder = tmp_path_factory.mktemp("preset") / "tiny"
    AudibleVideoPipeline.from_foley(pipeline, **video_parts()).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory, pipeline) -> Path:
    """Joint models whose sound is the tiny preset's."""
    folder = tmp_path_factory.mktemp("models")
    channels, text = pipeline.denoiser.column_shape[0], pipeline.cvalp.text_width
    film = {"class_name": "FrameTransformer", "latent_channels": 3, "height": 4, "width_px": 4}
    film |= {"text_channels": text, **SMALL}
    sound = {"class_name": "AudioTransformer", "latent_channels": channels, "text_channels": text, **SMALL}
    one = {
        "video_channels": 3,
        "height": 4,
        "width_px": 4,
        "audio_column": (channels,),
        "text_channels": text,
    }
    networks = {
        "two-stream": TwoStreams(sound, film, heads=2),
        "uniform": UniformTransformer(**one, **SMALL),
        "video": FrameTransformer(**{name: value for name, value in film.items() if name != "class_name"}),
    }
    for name, network in networks.items():
        grown(network).save_pretrained(folder / name / "denoiser")
        tiny_code().save_pretrained(folder / name / "code")
    return folder


def command(preset: Path, *words: object) -> int:
    return run_command([*map(str, words), "--preset", str(preset), "--steps", "2"])


@pytest.mark.parametrize("system", ["two-stream", "uniform", "aligner"])
def test_words_become_a_film_with_sound_by_every_system(system, preset, models, tmp_path, capsys):
    out = tmp_path / "a.mp4"
    words = ["generate", "a bell", "--system", system, "--size", "64"]
    more = [] if system == "aligner" else ["--model", models / system]
    assert command(preset, *words, *more, "-o", out, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    film = probe(out)
    assert film.has_sound and (film.width, film.height) == (64, 64)
    assert film.duration_s == pytest.approx(report["duration_s"], abs=0.01)
    assert ("distance" in report) == (system == "aligner")
    assert command(preset, *words, *more, "-o", tmp_path / "b.mp4") == 0
    assert (tmp_path / "b.mp4").read_bytes() == out.read_bytes()
    assert command(preset, *words, *more, "-o", tmp_path / "b.mp4", "--seed", 1) == 0
    assert (tmp_path / "b.mp4").read_bytes() != out.read_bytes()


@pytest.mark.parametrize("system", ["uniform", "aligner"])
def test_a_clip_is_sounded_by_every_system_with_foley_s_promises(
    system, preset, models, silent_clip, tmp_path, capsys
):
    found = {}
    more = [] if system == "aligner" else ["--model", models / system]
    for name, by in {"own": [], system: ["--system", system, *more]}.items():
        out = tmp_path / f"{name}.wav"
        assert command(preset, "foley", silent_clip, "-p", "a bell", *by, "-o", out, "--json") == 0
        report = json.loads(capsys.readouterr().out)
        assert report["takes"][0]["wav"] == str(out)
        found[name] = soundfile.read(out)[0]
        assert len(found[name]) == round(report["duration_s"] * 48_000) and np.abs(found[name]).max() > 0
    assert not np.allclose(found["own"], found[system])
    # without words the picture decides
    assert command(preset, "foley", silent_clip, "--system", system, *more, "-o", tmp_path / "x.wav") == 0


def test_a_sound_is_shown_by_the_preset_s_own_head_and_an_aligner(preset, tmp_path, capsys):
    wave = 0.3 * np.random.default_rng(0).standard_normal(48_000)
    soundfile.write(tmp_path / "hits.wav", wave, 16_000)
    words = ["animate", tmp_path / "hits.wav", "--system", "aligner", "--size", 64, "-o", tmp_path / "a.mp4"]
    assert command(preset, *words, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["pictures"] == 47 and len(report["distance"]) == 2  # 3 s of 15.625 a second
    film = probe(tmp_path / "a.mp4")
    assert film.has_sound and film.duration_s == pytest.approx(47 / 15.625, abs=0.02)


def test_the_aligner_brings_sound_nearer_to_the_picture(preset, pictures):
    parts, settings = load_parts(preset)
    asked = {"num_inference_steps": 20, "text_scale": 1.0}
    near = {}
    for kind in (FoleyEngine, AlignedFoley):
        engine = kind(parts, settings, None)
        generator = torch.Generator().manual_seed(0)
        sketch = engine.sketch(pictures, "a bell", generator=generator, **asked)
        embedding = CvalpEmbedding(parts.cvalp, sketch.duration_s)
        film = torch.from_numpy(pictures)[None, :, None].float().expand(-1, -1, 3, -1, -1) / 255
        sound = embedding.of_sound(torch.from_numpy(sketch.mel).float())
        near[kind] = float((sound * embedding.of_pictures(film)).sum())
    unmoved = AlignedFoley(parts, settings, None)
    unmoved._guides = lambda *given: []  # the same without its aligner
    generator = torch.Generator().manual_seed(0)
    sketch = unmoved.sketch(pictures, "a bell", generator=generator, **asked)
    embedding = CvalpEmbedding(parts.cvalp, sketch.duration_s)
    alone = float(
        (embedding.of_sound(torch.from_numpy(sketch.mel).float()) * embedding.of_pictures(film)).sum()
    )
    assert near[AlignedFoley] > alone


def test_both_at_once_end_nearer_than_they_began(preset):
    parts = load_parts(preset)[0]
    films = AlignedFilms(film_maker(parts.cvalp, **load_video_parts(preset)), parts, steps=12)
    told = []
    frames, wave = films.generate("a bell", progress=lambda done, total: told.append((done, total)))
    assert told == [(step, 12) for step in range(1, 13)]
    assert frames.shape == (32, 32, 32, 3) and wave.shape == (round(32 / 15.625 * 16_000),)
    assert films.history[-1]["loss"] < films.history[0]["loss"]
    assert films.history[0].keys() == {"time", "loss", "audio-video", "video-text", "audio-text"}


FILM, WAV = ("-o", "x.mp4"), ("-o", "x.wav")
UNIFORM, ALIGNER = ("--system", "uniform"), ("--system", "aligner")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["generate", "a bell", "--system", "two-stream", *FILM], "no joint model in '': none is shipped"),
        (["generate", "a bell", *UNIFORM, "--model", "two-stream", *FILM], "holds a TwoStreams"),
        (["generate", "a bell", *UNIFORM, "--model", "video", *FILM], "wants a Uniform"),
        (["generate", "a bell", *ALIGNER, "--takes", "2", *FILM], "--takes are for --system"),
        (["generate", "", *ALIGNER, *FILM], "the prompt is empty"),
        (["generate", "a bell", *ALIGNER, "--size", "33", *FILM], "--size"),
        (["foley", "CLIP", *UNIFORM, *WAV], "no joint model in ''"),
        (["foley", "CLIP", *UNIFORM, "--model", "two-stream", *WAV], "a uniform one does"),
        (["foley", "CLIP", *UNIFORM, "--model", "uniform", "-n", "music", *WAV], "negative"),
        (["foley", "CLIP", *UNIFORM, "--model", "uniform", "--start", "1", *WAV], "whole clips"),
        (["animate", "hits.wav", "--system", "tempo", *FILM], "no joint model in ''"),
    ],
)
def test_what_is_missing_is_said_in_one_line(
    words, said, preset, models, silent_clip, tmp_path, monkeypatch, capsys
):
    soundfile.write(tmp_path / "hits.wav", 0.1 * np.random.default_rng(0).standard_normal(16_000), 16_000)
    monkeypatch.chdir(tmp_path)
    given = [str(silent_clip) if word == "CLIP" else word for word in words]
    if "--model" in given:
        given[given.index("--model") + 1] = str(models / given[given.index("--model") + 1])
    assert command(preset, *given) == 2
    err = capsys.readouterr().err
    assert said in err and "Traceback" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["hits.wav"]
