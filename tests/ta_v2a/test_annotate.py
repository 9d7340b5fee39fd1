"""`ta-v2a data annotate`: every clip once, whatever ends the program, and the statistics of Table 1."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ta_v2a.cli.main import run_command
from ta_v2a.data.annotate import statistics
from ta_v2a.stage.export import write_scene
from vocoders.clock import MINI


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> Path:
    """Three scenes, and a manifest that names a fourth."""
    folder = tmp_path_factory.mktemp("films")
    for seed in range(3):
        write_scene(seed, folder / f"scene{seed}", 1.2, 64, 48, 25.0, False)
    lines = ["path,caption", *(f"scene{seed}.mp4," for seed in range(4))]
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    return folder


def command(films: Path, output: Path) -> list[str]:
    return [
        *("data", "annotate", str(films / "manifest.csv"), "-o", str(output)),
        *("--duration", "1.024", "--json"),
    ]


def entries(output: Path) -> list[dict]:
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]


def test_every_clip_gets_a_caption_of_both_and_a_second_run_does_nothing(films, tmp_path, capsys):
    output = tmp_path / "a.jsonl"
    assert run_command(command(films, output)) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["clips"], report["new"], report["method"]) == (3, 4, "automatic caption")
    assert report["audio"] and report["video"] and report["words"] > 4 and report["sentences"] >= 1
    assert [problem["status"] for problem in report["problems"]] == ["missing"]
    first, *found = entries(output)
    assert first["settings"]["merger"] == "rules"
    for entry in found[:3]:
        assert entry["seen"]["words"] in entry["seen"]["rephrased"] and entry["caption"]
        assert 0 < entry["heard"]["shares"][0] <= 1
    before = output.read_bytes()
    assert run_command(command(films, output)) == 0
    assert json.loads(capsys.readouterr().out)["new"] == 0 and output.read_bytes() == before


def test_a_run_that_was_killed_goes_on_after_its_last_whole_line(films, tmp_path, capsys):
    whole, output = tmp_path / "whole.jsonl", tmp_path / "killed.jsonl"
    assert run_command(command(films, whole)) == 0
    running = subprocess.Popen([sys.executable, "-m", "ta_v2a", *command(films, output)])
    waited = time.monotonic()
    while running.poll() is None and time.monotonic() - waited < 120:
        if output.exists() and output.read_bytes().count(b"\n") >= 2:
            break
        time.sleep(0.02)
    running.kill()  # SIGKILL
    running.wait()
    with output.open("ab") as stream:  # and as it would look had it been killed within a line
        stream.write(b'{"key": "00000003", "clip": "sce')
    capsys.readouterr()
    assert run_command(command(films, output)) == 0
    assert output.read_bytes() == whole.read_bytes()


def test_other_settings_and_other_files_are_refused(films, tmp_path, capsys):
    output = tmp_path / "a.jsonl"
    output.write_text('{"settings": {"merger": "rules"}}\n')
    assert run_command(command(films, output)) == 2
    assert "other settings" in capsys.readouterr().err
    output.write_text("a list of things\n")
    assert run_command(command(films, output)) == 2
    assert "holds no annotations" in capsys.readouterr().err
    assert output.read_text() == "a list of things\n"


def test_statistics_are_means_over_clips():
    rows = [
        {"caption": "One two. Three.", "seen": {"words": "a"}, "heard": {"words": ""}},
        {"caption": "One.", "seen": {"words": "b"}, "heard": {"words": ""}},
    ]
    found = statistics(rows, MINI.lasting(3.6))
    assert (found["sentences"], found["words"], found["hours"]) == (1.5, 2.0, 0.002)
    assert found["video"] and not found["audio"]
    assert statistics([], MINI)["clips"] == 0
