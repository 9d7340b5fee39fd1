"""Films of the paper-size head and of a published AnimateDiff, real classes at tiny sizes: packed, then made
by the command."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from tiny_films import filled, write_animatediff
from tiny_words import tiny_tokenizer

from cvalp.paper.model import PaperCVALP
from ldm.autoencoders.picture_vae import PictureVae
from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.denoisers.audio_unet import AudioUNet
from ldm.denoisers.motion_unet import MotionUNet
from ta_v2a.__main__ import main
from ta_v2a.media.reading.frames import colour_frames
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.reading.still import read_still

pytestmark = pytest.mark.filterwarnings("ignore")
PICTURES, FPS = 8, 8.0


@pytest.fixture(scope="module")
def paper(tmp_path_factory) -> Path:
    """A packed preset with a head."""
    folder = tmp_path_factory.mktemp("parts")
    torch.manual_seed(0)
    head = {"text_channels": 16, "pictures": PICTURES, "film_pictures": PICTURES, "cells": 8, "words": 4}
    made = {
        "cvalp": PaperCVALP.tiny(tiny_tokenizer(folder / "words")),
        "vae": SpectrogramVae.tiny(block_out_channels=(8, 8, 8, 8)),
        "ldm": AudioUNet.tiny(latent_rows=16, video_channels=16, text_channels=16),
        "video-head": filled(MotionUNet.tiny(**head)),
        "video-autoencoder": PictureVae.tiny(),
    }
    words = []
    for name, network in made.items():
        network.save_pretrained(folder / name)
        words += [f"--{name}", str(folder / name)]
    assert main(["pack", "--preset", "paper", *words, "-o", str(folder / "paper"), "--json"]) == 0
    return folder / "paper"


@pytest.fixture(scope="module")
def animatediff(tmp_path_factory) -> tuple[Path, Path]:
    """As diffusers saves them."""
    return write_animatediff(tmp_path_factory.mktemp("published"))


def film_of(preset: Path, out: Path, *words: str) -> int:
    return main(
        ["generate", "a dog", "-o", str(out), "--preset", str(preset), "--steps", "2", "--sound-steps", "2"]
        + ["--size", "64", *words]
    )


def test_a_film_of_the_paper_s_head(paper, tmp_path, capsys):
    index = json.loads((paper / "model_index.json").read_text())
    assert index["video_head"][1] == "MotionUNet" and index["video_autoencoder"][1] == "PictureVae"
    assert film_of(paper, tmp_path / "a.mp4", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["settings"]["text_scale"] == 7.5 and report["fps"] == FPS
    film = probe(tmp_path / "a.mp4")
    assert film.has_sound and film.duration_s == pytest.approx(PICTURES / FPS, abs=0.02)
    assert film_of(paper, tmp_path / "b.mp4") == 0
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert film_of(paper, tmp_path / "b.mp4", "--text-scale", "1") == 0
    assert (tmp_path / "a.mp4").read_bytes() != (tmp_path / "b.mp4").read_bytes()


def test_it_begins_with_a_picture_and_goes_on_from_its_last(paper, tmp_path):
    cv2.imwrite(str(tmp_path / "still.png"), np.full((40, 60, 3), (0, 180, 0), np.uint8))
    out, words = tmp_path / "a.mp4", ("--image", str(tmp_path / "still.png"), "--seconds", "1.5")
    assert film_of(paper, out, *words) == 0
    film = probe(out)
    assert film.duration_s == pytest.approx(1.5, abs=0.02)
    first = colour_frames(film, [0.0], 64, 64)[0]
    assert np.abs(first.astype(int) - read_still(tmp_path / "still.png", 64)).mean() < 4


def test_a_published_animatediff_in_the_head_s_place(animatediff, tmp_path, capsys):
    pipeline, adapter = animatediff
    words = ["--animatediff", str(pipeline), "--motion-adapter", str(adapter)]
    assert main(["pack", "--preset", "hub", *words, "-o", str(tmp_path / "hub")]) == 0
    head = tmp_path / "hub" / "video_head" / "config.json"
    named = json.loads(head.read_text())
    assert (named["_class_name"], named["pipeline"]) == ("PublishedAnimateDiff", str(pipeline))
    head.write_text(json.dumps({**named, "picture_px": 32, "pictures": 4, "fps": 4.0}))
    (tmp_path / "hub" / "SHA256SUMS").unlink()
    capsys.readouterr()
    assert film_of(tmp_path / "hub", tmp_path / "a.mp4", "--json", "--takes", "1") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["fps"] == 4.0 and report["settings"]["text_scale"] == 7.5
    assert probe(tmp_path / "a.mp4").duration_s == pytest.approx(1.0, abs=0.02)
    assert film_of(tmp_path / "hub", tmp_path / "a.mp4", "--seconds", "3") == 2
    assert "begins with no given picture" in capsys.readouterr().err


def test_a_pipeline_that_is_none_is_one_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    words = ["--animatediff", str(tmp_path / "nothing")]
    assert main(["pack", "--preset", "hub", *words, "-o", str(tmp_path / "hub")]) == 0
    assert film_of(tmp_path / "hub", tmp_path / "a.mp4") == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert said[-1].startswith("ta-v2a: no AnimateDiff of") or "no AnimateDiff of" in said[-1]
    assert main(["pack", "--preset", "hub", "-o", str(tmp_path / "x")]) == 2
    assert main(["pack", *words, "-o", str(tmp_path / "x")]) == 2
