"""Films from words: the pipeline and the command, real classes at tiny sizes with random weights."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tiny_films import FPS, PICTURES, video_parts

from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ta_v2a import AudibleVideoPipeline, FoleyPipeline
from ta_v2a.__main__ import main
from ta_v2a.cli.main import run_command
from ta_v2a.engine.filming import film_maker
from ta_v2a.engine.parts import load_parts, load_video_parts
from ta_v2a.errors import UserError
from ta_v2a.media.enlarging import enlarged
from ta_v2a.media.reading.frames import colour_frames
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.reading.still import read_still
from ta_v2a.packing.pack import add_video


@pytest.fixture(scope="module")
def filming(pipeline):
    made_of = AudibleVideoPipeline.from_foley(pipeline, **video_parts())
    made_of.autocast_dtype = None
    return made_of


@pytest.fixture(scope="module")
def preset(filming, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("preset") / "tiny"
    filming.save_pretrained(folder)
    return folder


@pytest.fixture
def still(tmp_path) -> Path:
    """A PNG of 60 x 40: red on the left, green in the middle square, red on the right."""
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[..., 2] = 200
    picture[:, 10:50] = (0, 180, 0)
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), picture)
    return path


def made(filming, prompt="a bell", seed=0, **options):
    generator = torch.Generator().manual_seed(seed)
    return filming(prompt, generator=generator, num_inference_steps=2, **options)


def generated(folder: Path, *words: str) -> int:
    return run_command(["generate", *words, "--preset", str(folder), "--steps", "2", "--size", "64"])


def test_a_film_and_its_sound_last_alike(filming):
    out = made(filming)
    assert out.frames.shape == (1, PICTURES, 32, 32, 3) and out.frames.dtype == np.uint8
    assert out.audios.shape == (1, 1, round(PICTURES / FPS * out.sampling_rate)) and out.fps == FPS
    assert out.frames.std() > 0 and np.abs(out.audios).max() > 0


def test_words_seed_scale_negative_and_image_change_the_pictures(filming):
    plain = made(filming).frames
    np.testing.assert_array_equal(plain, made(filming).frames)
    image = np.zeros((40, 50, 3), np.uint8)
    for options in (
        {"prompt": "rain on a roof"},
        {"seed": 1},
        {"text_scale": 4.0},
        {"negative_prompt": "music"},
        {"image": image},
    ):
        assert (made(filming, **options).frames != plain).any(), options
    assert (made(filming, sound_prompt="rain").frames == plain).all()
    assert (made(filming, sound_prompt="rain").audios != made(filming).audios).any()


def test_films_of_a_batch_are_those_made_alone(filming):
    generators = [torch.Generator().manual_seed(seed) for seed in (3, 4)]
    both = filming(["a bell", "rain"], generator=generators, num_inference_steps=2).frames
    alone = [made(filming, prompt, seed).frames[0] for prompt, seed in (("a bell", 3), ("rain", 4))]
    assert np.abs(both.astype(int) - np.stack(alone)).max() <= 1


def test_components_are_shared_and_saved_for_both_pipelines(filming, pipeline, preset):
    assert filming.cvalp is pipeline.cvalp and filming.sound.denoiser is pipeline.denoiser
    again = AudibleVideoPipeline.from_pretrained(preset)
    again.autocast_dtype = None
    np.testing.assert_array_equal(made(again).frames, made(filming).frames)
    sound = FoleyPipeline.from_pretrained(preset)
    assert not hasattr(sound, "video_head")
    assert set(filming.components) >= {"cvalp", "video_head", "video_autoencoder", "vocoder"}


def test_the_command_writes_a_film_with_sound(preset, tmp_path, capsys):
    out = tmp_path / "out.mp4"
    assert generated(preset, "a hammer strikes an anvil three times", "-o", str(out), "--json", "--wav") == 0
    report = json.loads(capsys.readouterr().out)
    film = probe(out)
    assert (film.width, film.height, film.codec) == (64, 64, "h264") and film.has_sound
    assert film.duration_s == pytest.approx(PICTURES / FPS, abs=0.01)
    assert report["prompt"] == "a hammer strikes an anvil three times" and report["takes"][0]["film"] == str(
        out
    )
    assert (tmp_path / "out.wav").is_file() and report["seconds"]["filming"] > 0
    first = out.read_bytes()
    assert generated(preset, "a hammer strikes an anvil three times", "-o", str(out)) == 0
    assert out.read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "out.wav"]


def test_takes_seconds_and_a_first_picture(preset, tmp_path, still, capsys):
    out = tmp_path / "x.mp4"
    words = ["a bell", "-o", str(out), "--takes", "2", "--seconds", "3", "--image", str(still)]
    assert generated(preset, *words) == 0
    films = [tmp_path / "x.take1.mp4", tmp_path / "x.take2.mp4"]
    assert capsys.readouterr().out.split() == [str(path) for path in films]
    for path in films:
        film = probe(path)
        assert film.duration_s == pytest.approx(3.0, abs=0.04)
        first = colour_frames(film, [0.0], 64, 64)[0]
        assert np.abs(first.astype(int) - read_still(still, 64)).mean() < 4
    assert films[0].read_bytes() != films[1].read_bytes()


@pytest.mark.parametrize(
    "words, said",
    [
        (["", "-o", "x.mp4"], "the prompt is empty"),
        (["a bell", "-o", "x.wav"], "a generated film is called .mp4"),
        (["a bell", "-o", "x.mp4", "--image", "no.png"], "no.png: no such file"),
        (["a bell", "-o", "x.mp4", "--image", "text.png"], "is no image that can be read"),
        (["a bell", "-o", "x.mp4", "--seconds", "900"], "seconds"),
        (["a bell", "-o", "x.mp4", "--size", "33"], "size"),
        (["a bell", "-o", "nowhere/x.mp4"], "nowhere"),
    ],
)
def test_what_cannot_be_is_one_line(preset, tmp_path, monkeypatch, capsys, words, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.png").write_text("no picture")
    base = ["generate", *words, "--preset", str(preset), "--steps", "2"]
    assert run_command(base) == 2
    error = capsys.readouterr().err.strip()
    assert said in error and len(error.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["text.png"]


def test_a_film_is_no_still(silent_clip):
    with pytest.raises(UserError, match="no still image"):
        read_still(silent_clip, 32)


def test_the_middle_square_of_a_still(still):
    picture = read_still(still, 20)
    assert picture.shape == (20, 20, 3)
    assert (np.abs(picture.astype(int) - [0, 180, 0]) <= 3).all()


def test_a_preset_without_a_head_says_so_and_takes_one(pipeline_folder, tmp_path, capsys):
    import shutil

    folder = tmp_path / "sound"
    shutil.copytree(pipeline_folder, folder)
    assert generated(folder, "a bell", "-o", str(tmp_path / "x.mp4")) == 2
    assert "makes sound only" in capsys.readouterr().err
    parts = video_parts()
    for role, part in parts.items():
        part.save_pretrained(tmp_path / role)
    assert add_video(folder, tmp_path / "video_head", tmp_path / "video_autoencoder") == folder
    assert (folder / "SHA256SUMS").is_file()
    halves = AudibleVideoPipeline.from_pretrained(folder)
    assert halves.video_head.config.pictures == PICTURES and halves.video_head.config.world == ""
    arguments = ["--head", str(tmp_path / "video_head"), "--autoencoder", str(tmp_path / "video_autoencoder")]
    assert main(["weights", "add-video", str(folder), *arguments, "--world", "solid"]) == 0
    assert film_maker(load_parts(str(folder))[0].cvalp, **load_video_parts(str(folder))).world == "solid"
    parts["video_head"].register_to_config(world="round")
    with pytest.raises(UserError, match="shows 'round'; there are flat, solid"):
        film_maker(load_parts(str(folder))[0].cvalp, **parts)
    other = PictureAutoencoder.tiny(latent_channels=8)
    other.save_pretrained(tmp_path / "other")
    with pytest.raises(UserError, match="not of one training"):
        add_video(folder, tmp_path / "video_head", tmp_path / "other")


def test_enlarged_pictures_have_no_blocks():
    ramp = np.repeat(np.linspace(0, 255, 32).astype(np.uint8)[None], 32, 0)[..., None].repeat(3, -1)
    large = enlarged(ramp, 128)
    steps = np.diff(large[64, 8:-8, 0].astype(int))
    assert large.shape == (128, 128, 3) and steps.max() <= 5  # a block of 4 pixels would step by 8
    assert enlarged(ramp, 32) is ramp and enlarged(ramp, 16).shape == (16, 16, 3)


def test_the_command_that_measures_films_keeps_its_result(preset, tmp_path, capsys):
    kept = tmp_path / "generate.json"
    asked = ["-n", "4", "--steps", "1", "--drafts", "1", "--trained", "64", "--world", "flat"]
    assert (
        main(["evaluate", "generate", *asked, "--preset", str(preset), "--result", str(kept), "--json"]) == 0
    )
    report, written = json.loads(capsys.readouterr().out), json.loads(kept.read_text())
    assert report["settings"]["world"] == "flat" and written["details"]["settings"] == report["settings"]
    assert all(said.endswith(", flat picture") for said in written["details"]["captions"])
    assert {row["metric"] for row in written["figures"]} >= {"act named right", "onset seen"}
