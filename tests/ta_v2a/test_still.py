"""Sound on a still image: a film that shows it, through the command."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import soundfile

from ta_v2a.cli.main import run_command
from ta_v2a.media.reading.frames import colour_frames
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.reading.still import read_whole_still


@pytest.fixture
def still(tmp_path) -> Path:
    """A PNG of 61 x 41 pixels, red on the left."""
    picture = np.full((41, 61, 3), (40, 160, 40), np.uint8)
    picture[:, :20] = (0, 0, 200)
    path = tmp_path / "door.png"
    cv2.imwrite(str(path), picture)
    return path


def sounded(pipeline_folder: Path, *words: str) -> int:
    return run_command(["foley", *words, "--preset", str(pipeline_folder), "--steps", "2", "-p", "a bell"])


def test_a_still_becomes_a_film_with_sound_beside_it(still, pipeline_folder, capsys):
    assert sounded(pipeline_folder, str(still), "--seconds", "2", "--json") == 0
    report = json.loads(capsys.readouterr().out)
    (take,) = report["takes"]
    film = still.with_name("door.foley.mp4")
    assert report["clip"] == str(still) and Path(take["film"]) == film and report["duration_s"] == 2.0
    made = probe(film)
    assert made.has_sound and (made.width, made.height, made.codec) == (60, 40, "h264")
    first, last = colour_frames(made, [0.0, 1.9], 40, 60)
    assert np.abs(first.astype(int) - last).max() <= 8
    assert np.abs(first.astype(int) - read_whole_still(still, 1920)).mean() < 6
    assert soundfile.info(take["wav"]).duration == pytest.approx(2.0, abs=0.001)


def test_the_sound_alone_and_a_large_picture_made_smaller(still, tmp_path, pipeline_folder):
    out = tmp_path / "s" / "x.wav"
    out.parent.mkdir()
    assert sounded(pipeline_folder, str(still), "--seconds", "1", "-o", str(out)) == 0
    assert [path.name for path in out.parent.iterdir()] == ["x.wav"]
    cv2.imwrite(str(tmp_path / "wide.jpg"), np.zeros((30, 300, 3), np.uint8))
    assert read_whole_still(tmp_path / "wide.jpg", 100).shape == (10, 100, 3)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["door.png"], "is a still image; sound needs a moving picture, or --seconds"),
        (["door.png", "--seconds", "0.1"], "seconds"),
        (["door.png", "--seconds", "2000"], "seconds"),
        (["none.png", "--seconds", "2"], "none.png: no such file"),
        (["text.png", "--seconds", "2"], "is no image that can be read"),
        (["film.mp4", "--seconds", "2"], "--seconds is for a still image"),
        (["door.png", "--seconds", "2", "-o", "door.png"], "door.png"),
    ],
)
def test_what_is_wrong_is_one_line(words, said, still, tmp_path, monkeypatch, pipeline_folder, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "text.png").write_text("no picture")
    before = still.read_bytes()
    assert sounded(pipeline_folder, *words) == 2
    assert said in capsys.readouterr().err
    assert still.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["door.png", "text.png"]
