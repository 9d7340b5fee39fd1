"""Project folders: every take is kept, also through a sudden end; undo, redo, choose, compare."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ta_v2a.__main__ import main
from ta_v2a.delivery.project import Project
from ta_v2a.media.reading.probe import probe

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(pipeline_folder, capsys):
    """Runs a command with --json; gives its object, or the line of an error."""

    def run(*arguments):
        more = ["--preset", str(pipeline_folder)] if arguments[0] == "foley" else []
        code = main([*map(str, arguments), *more, "--json"])
        captured = capsys.readouterr()
        return json.loads(captured.out) if code == 0 else captured.err.strip()

    return run


@pytest.fixture
def clip(silent_clip, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(silent_clip.read_bytes())
    return path


def numbers(path):
    return soundfile.read(path, dtype="int32", always_2d=True)[0] >> 8


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_take_and_setting_is_a_record_that_is_only_added_to(run, clip, tmp_path):
    folder = tmp_path / "project"
    first = run("foley", clip, "-p", "knocking", "--project", folder, "--takes", 2)
    assert first["project"]["takes"] == [1, 2] and first["project"]["current"] == first["ranking"][0]
    before = files(folder)
    run("foley", clip, "-p", "rain", "-n", "music", "--text-scale", 5, "--project", folder, "--seed", 4)
    after = files(folder)
    assert before.keys() < after.keys() and all(after[name] == data for name, data in before.items())
    told = run("takes", folder)
    assert [row["prompt"] for row in told["takes"]] == ["knocking", "knocking", "rain"]
    assert [row["seed"] for row in told["takes"]] == [0, 1, 4]
    assert all(-1 <= row["agreement"]["score"] <= 1 for row in told["takes"])
    orders = [record for record in Project(folder).records() if record["kind"] == "order"]
    assert (
        orders[1]["order"]["scales"]["text_scale"] == 5 and orders[1]["order"]["negative_prompt"] == "music"
    )
    for row, take in zip(told["takes"][:2], first["takes"], strict=True):
        assert (numbers(row["sound"]) == numbers(take["wav"])).all()


def test_undo_redo_and_choose(run, clip, tmp_path):
    folder = tmp_path / "project"
    for prompt in ("knocking", "rain", "wind"):
        run("foley", clip, "-p", prompt, "--project", folder)
    current = lambda: [row["take"] for row in run("takes", folder)["takes"] if row["current"]]  # noqa: E731
    assert current() == [3]
    assert [run("takes", folder, "undo")["current"] for _ in range(2)] == [2, 1] and current() == [1]
    assert "nothing to undo" in run("takes", folder, "undo")
    assert run("takes", folder, "redo")["current"] == 2
    assert run("takes", folder, "choose", 1)["current"] == 1
    assert "nothing to redo" in run("takes", folder, "redo")
    assert run("takes", folder, "undo")["current"] == 2
    assert "has no take 9" in run("takes", folder, "choose", 9)
    assert len(run("takes", folder)["takes"]) == 3


def test_a_part_of_the_take_that_counts_is_made_again_at_its_loudness(run, clip, tmp_path):
    folder = tmp_path / "project"
    run("foley", clip, "-p", "knocking", "--project", folder)
    for _ in range(2):
        report = run("foley", clip, "-p", "knocking", "--redo", "0.5-1.2", "--project", folder)
    assert [row["redo_of"] for row in run("takes", folder)["takes"]] == [None, 1, 2]
    assert report["takes"][0]["seed"] == 2, "every redo has a seed of its own"
    for one, other in ((1, 2), (2, 3)):
        found = run("takes", folder, "compare", one, other)
        ((start, stop),) = found["spans_s"]
        assert 0.5 <= start < 0.53 and 1.17 < stop <= 1.2 and not found["identical"]
        assert not found["differs"]
    assert run("takes", folder, "compare", 2, 2)["identical"]
    again = run("foley", clip, "-p", "rain", "--redo", "0.5-1.2", "--of", 1, "--project", folder)
    assert again["redo_of"] == 1 and again["project"]["current"] == 4
    assert "prompt" in run("takes", folder, "compare", 1, 4)["differs"]


def test_a_take_is_written_as_a_film_with_its_own_bits(run, clip, tmp_path):
    folder = tmp_path / "project"
    run("foley", clip, "-p", "knocking", "--project", folder, "--takes", 2)
    made = run("takes", folder, "film", 2, "-o", tmp_path / "second.mkv")
    (sound,) = [row["sound"] for row in run("takes", folder)["takes"] if row["take"] == 2]
    assert (numbers(made["wav"]) == numbers(sound)).all()
    assert probe(made["film"]).duration_s == pytest.approx(probe(clip).duration_s, abs=0.002)
    clip.write_bytes(b"another")
    assert isinstance(run("takes", folder, "film", 2, "-o", tmp_path / "third.mkv"), str)
    assert not (tmp_path / "third.mkv").exists()


@pytest.mark.parametrize("after", [0, 1, 2, 4])
def test_what_was_made_survives_sigkill(run, clip, tmp_path, pipeline_folder, after):
    """Killed after so many takes were made: none of them is lost, and none comes twice."""
    folder = tmp_path / "project"
    script = (
        "import os, signal, sys\n"
        "from ta_v2a.delivery import making\n"
        "keep, count = making._keep_raw, [0]\n"
        "def kept(*facts):\n"
        f"    if count[0] == {after}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    keep(*facts); count[0] += 1\n"
        "making._keep_raw = kept\n"
        "from ta_v2a.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    words = ["foley", str(clip), "-p", "knocking", "--takes", "5", "--project", str(folder)]
    done = subprocess.run(
        [sys.executable, "-c", script, *words, "--preset", str(pipeline_folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert list(tmp_path.glob("clip.foley*")) == [], "the files are written when all takes are made"
    for _ in range(2):
        told = run("takes", folder)
        assert [row["seed"] for row in told["takes"]] == list(range(after))
        assert all(row["recovered"] and row["prompt"] == "knocking" for row in told["takes"])
    for row in told["takes"]:
        assert len(numbers(row["sound"])) == round(48_000 * probe(clip).duration_s)
        assert numbers(row["sound"]).any()
    whole = run("foley", clip, "-p", "knocking", "--project", folder)
    assert whole["project"]["takes"] == [after + 1]


@pytest.mark.parametrize("at", ["sound", "record", "chosen"])
def test_an_end_between_two_files_is_mended(run, clip, tmp_path, at):
    folder = tmp_path / "project"
    run("foley", clip, "-p", "knocking", "--project", folder)
    sound = numbers(folder / "sounds" / "000002-1.wav")
    records = sorted((folder / "records").iterdir())
    if at in ("sound", "record"):
        for path in records[2:]:  # the take and what was chosen
            path.unlink()
    if at == "sound":
        soundfile.write(folder / "work" / "000002-1.wav", sound / (1 << 23), 48_000, "FLOAT", format="WAV")
        (folder / "sounds" / "000002-1.wav").unlink()
    if at == "chosen":
        records[-1].unlink()
    (row,) = run("takes", folder)["takes"]
    assert row["take"] == 1 and row["recovered"] == (at != "chosen") and not row["current"]
    assert len(numbers(row["sound"])) == len(sound)
    assert run("takes", folder, "choose", 1)["current"] == 1
    assert not list((folder / "work").iterdir())


def test_two_at_once_do_not_mix(run, clip, tmp_path):
    folder = tmp_path / "project"
    run("foley", clip, "-p", "knocking", "--project", folder)
    with Project(folder).locked():
        assert "another ta-v2a is at work" in run("foley", clip, "-p", "rain", "--project", folder)
        assert "another ta-v2a is at work" in run("takes", folder, "undo")
        assert len(run("takes", folder)["takes"]) == 1
    assert run("foley", clip, "-p", "rain", "--project", folder)["project"]["takes"] == [2]


def test_other_folders_and_other_clips_are_refused(run, clip, tmp_path):
    folder = tmp_path / "project"
    run("foley", clip, "-p", "knocking", "--project", folder)
    other = tmp_path / "other.mp4"
    other.write_bytes(clip.read_bytes() + b"\0" * 8)
    assert "is the project of another clip" in run("foley", other, "--project", folder)
    assert "is no project" in run("takes", tmp_path / "gone")
    assert "choose takes one number of a take, not 0" in run("takes", folder, "choose")
    assert "film needs -o FILM" in run("takes", folder, "film")
    record = folder / "records" / "000003.json"
    record.write_text(record.read_text()[:-20])
    assert "000003.json: this record is damaged" in run("takes", folder)


def test_a_sound_that_was_changed_is_told(run, clip, tmp_path):
    folder = tmp_path / "project"
    run("foley", clip, "-p", "knocking", "--project", folder, "--takes", 2)
    soundfile.write(folder / "sounds" / "000002-1.wav", np.zeros(100), 48_000)
    assert "is not the sound that was recorded as take 1" in run("takes", folder, "compare", 1, 2)
