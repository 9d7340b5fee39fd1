"""Results as data: written whole, read back as they were, with the commit, the
command and the machine in them."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from ta_v2a.__main__ import main
from ta_v2a.errors import UserError
from ta_v2a.evaluation.encoders.scores import encoder_scores
from ta_v2a.evaluation.films.scores import film_scores
from ta_v2a.evaluation.folders.command import folder_figures
from ta_v2a.evaluation.metrics.records import Score
from ta_v2a.evaluation.report import results
from ta_v2a.evaluation.report.results import MEASURED, Result, as_text, begin, read_result, write_result
from ta_v2a.system.provenance import code_commit, folder_sha256

FIGURES = (
    Score("gain", "100ms", 0.125, 0.0625, 0.25, 34, "higher", {"onsets": 16_000}),
    Score("time", "wall", 7.2, 7.1, 7.6, 5, "lower", of="cold", unit="s", interval="range"),
    Score("recall", "1", 0.5, None, None, None, "higher", flags=("the page says no n",)),
)


def git(folder, *words: str) -> str:
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_result_is_read_back_as_it_was_measured(tmp_path, monkeypatch):
    (tmp_path / "weights.safetensors").write_bytes(b"w")
    monkeypatch.setattr(results, "code_commit", lambda: ("ab" * 20, False))
    begun = begin(tmp_path / "result.json", "ta-v2a evaluate films", threads=2)
    monkeypatch.setattr(results, "code_commit", lambda: ("cd" * 20, True))  # edited while it was measured
    weights = tmp_path / "weights.safetensors"
    written = write_result(begun, "films", "mini", FIGURES, 7, 34, weights, {"films": [{"name": "a.mp4"}]})
    read = read_result(tmp_path / "result.json")
    assert read == written and read.figures == FIGURES
    assert (read.commit, read.dirty, read.origin, read.seed, read.n) == ("ab" * 20, False, MEASURED, 7, 34)
    assert read.command == "ta-v2a evaluate films" and read.weights_sha256 == folder_sha256(weights)
    assert read.machine["threads"] == 2 and {"system", "python", "torch", "cores", "load"} < set(read.machine)
    assert len(read.date) == 10
    lines = (tmp_path / "result.json").read_text().splitlines()
    assert len([line for line in lines if '"metric"' in line]) == 3  # a figure a line
    assert '"flags"' not in next(line for line in lines if '"gain"' in line)  # what is default is not written


def test_a_result_is_written_whole_or_not_at_all(tmp_path):
    begun = begin(tmp_path / "result.json", "x")
    place = tmp_path / "result.json"
    place.write_text("before")
    with pytest.raises(ValueError):
        write_result(begun, "films", "mini", FIGURES, 0, 1, details={"gain": float("nan")})
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"] and place.read_text() == "before"
    with pytest.raises(UserError, match="folder does not exist"):
        begin(tmp_path / "none" / "result.json", "x")


def test_what_is_no_result_is_told_in_one_line(tmp_path):
    path = tmp_path / "result.json"
    whole = json.loads(as_text(read_of(FIGURES)))
    lacking = {name: value for name, value in whole.items() if name != "commit"}
    for text in (
        "no json",
        "[]",
        "{}",
        json.dumps({**whole, "schema": 2}),
        json.dumps(lacking),
        json.dumps({**whole, "colour": 1}),
        json.dumps({**whole, "figures": [{"metric": "gain"}]}),
    ):
        path.write_text(text)
        with pytest.raises(UserError):
            read_result(path)
    path.write_text(json.dumps(whole))
    assert read_result(path) == read_of(FIGURES)


def read_of(figures) -> Result:
    about = {
        "name": "films",
        "subject": "mini",
        "origin": "transcribed",
        "command": "x",
        "date": None,
        "commit": None,
    }
    return Result(
        **about, dirty=None, weights_sha256=None, machine=None, seed=None, n=None, figures=tuple(figures)
    )


def test_a_figure_is_found_by_what_it_is():
    other = replace(FIGURES[0], of="shuffled")
    result = read_of((*FIGURES, other))
    assert result.figure("gain", "shuffled") is other and result.figure("gain") is FIGURES[0]
    for metric, of in (("gain", "warm"), ("loss", "generated")):
        with pytest.raises(UserError, match="holds 0 figures"):
            result.figure(metric, of)
    with pytest.raises(UserError, match="holds 2 figures"):
        read_of((*FIGURES, FIGURES[0])).figure("gain")


def test_the_commit_is_that_of_the_code_and_says_whether_the_code_was_changed(tmp_path):
    for name in ("ta_v2a/a.py", "docs/a.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("1\n")
    assert code_commit(tmp_path) == (None, None)  # no repository
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "first")
    head = git(tmp_path, "rev-parse", "HEAD")
    assert code_commit(tmp_path) == (head, False)
    (tmp_path / "docs" / "a.md").write_text("2\n")
    (tmp_path / "out.wav").write_text("")
    assert code_commit(tmp_path) == (head, False)  # neither changes a figure
    (tmp_path / "ta_v2a" / "new.py").write_text("")
    assert code_commit(tmp_path) == (head, True)
    assert code_commit(tmp_path / "ta_v2a") == (None, None)  # a repository that is not the code's own


def row(value: float | None = 0.5, n: int = 3) -> dict:
    return {"value": value, "low": 0.25, "high": 0.75, "n": n}


def test_films_give_records():
    agreement = {
        "n": 34,
        "tolerance_s": 0.1,
        "f1": 0.5,
        "shuffled_f1": 0.375,
        "gain": 0.125,
        "gain_95": [0.06, 0.2],
    }
    align = {"variant": "tt, films at 180 rows", "generated": row(), "true": row(), "true_shuffled": row()}
    scores = {(one.id, one.of): one for one in film_scores({"onset_agreement": agreement, "av_align": align})}
    gain = scores["onset agreement/gain:100ms", "generated"]
    assert (gain.value, gain.low, gain.high, gain.n) == (0.125, 0.06, 0.2, 34)
    assert scores["onset agreement/shuffled_f1:100ms", "generated"].value == 0.375
    assert scores["onset agreement/f1:100ms", "generated"].low is None
    assert ("AV-Align/tt, films at 180 rows", "true sound, shuffled") in scores and len(scores) == 6
    assert film_scores({"films_generated": 3}) == []


def test_encoders_give_records():
    probe = {
        "chance": 0.125,
        "audio": {"average_precision": row(0.8), "f1": row()},
        "concatenated minus averaged": row(),
    }
    result = {
        "retrieval": {"audio to video": {"recall@1": row(), "median_rank": row(20.0)}},
        "temporal_top1": {"video to audio": row()},
        "class_probe": {"video": row(n=331)},
        "onset_probe": probe,
        "chance": {"recall@1": 0.001, "median_rank": 500.5, "temporal_top1": 0.125, "class_probe": None},
        "naming": {"surest 10%": {"right": row(0.75)}},
    }
    scores = {(one.id, one.of): one for one in encoder_scores(result)}
    assert scores["retrieval/median_rank", "audio to video"].better == "lower"
    assert scores["retrieval/median_rank", "chance"].value == 500.5
    assert scores["onset probe/average_precision", "audio"].value == 0.8
    assert scores["onset probe/average_precision", "chance"].value == 0.125
    assert scores["class probe/ridge", "video"].n == 331
    assert scores["naming/nearest label", "surest 10%"].value == 0.75
    assert len(scores) == 12  # no chance of the class probe where it is not known


def test_folders_give_records_of_spoilt_truth_too():
    own = replace(FIGURES[0], flags=("few",))
    values = {"truth": {**row(1.0), "n": 100}, "silence": {**row(None), "n": 100}}
    figures = folder_figures({"scores": [own.as_dict()], "sanity": [{"metric": own.id, "values": values}]})
    assert figures == [own, replace(own, value=1.0, low=0.25, high=0.75, n=100, of="truth", flags=())]


def test_a_wrong_place_for_the_result_is_told_before_the_work(tmp_path, capsys):
    missing = str(tmp_path / "none" / "result.json")
    for words in (
        ["stage"],
        ["films", str(tmp_path)],
        ["cvalp"],
        ["--generated", str(tmp_path), "--reference", str(tmp_path)],
    ):
        assert main(["evaluate", *words, "--result", missing]) == 2
        assert capsys.readouterr().err == f"ta-v2a: {missing}: the output folder does not exist\n"
    words = ["evaluate", "films", str(tmp_path), "--no-compare", "--result", str(tmp_path / "result.json")]
    assert main(words) == 2
    assert "--result needs a comparison" in capsys.readouterr().err and not list(tmp_path.iterdir())


def write_clip_with_sound(path, seconds: float = 1.0, rate: int = 16_000) -> None:
    """A grey film with two clicks."""
    wave = np.zeros((1, round(seconds * rate)), np.float32)
    wave[:, [rate // 4, rate // 2]] = 0.9
    with av.open(str(path), "w") as container:
        picture, sound = (
            container.add_stream("mpeg4", rate=25),
            container.add_stream("aac", rate=rate, layout="mono"),
        )
        picture.width, picture.height, picture.pix_fmt = 64, 64, "yuv420p"
        for index in range(round(25 * seconds)):
            grey = np.full((64, 64, 3), 40 + 6 * index, np.uint8)
            container.mux(picture.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(picture.encode())
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate = rate
        container.mux(sound.encode(frame))
        container.mux(sound.encode())


def test_measuring_commands_keep_their_results(tmp_path, pipeline_folder, capsys):
    """Stage and films through the command line, with a tiny pipeline."""
    pytest.importorskip("librosa")
    (tmp_path / "clips").mkdir()
    write_clip_with_sound(tmp_path / "clips" / "clicks.mp4")
    stage = ["evaluate", "stage", "-n", "2", "--batch", "2", "--chance-n", "0", "--steps", "1"]
    stage += ["--preset", str(pipeline_folder)]
    films = ["evaluate", "films", str(tmp_path / "clips"), "-o", str(tmp_path / "out"), "--no-figures"]
    films += ["--steps", "1", "--seed", "3", "--preset", str(pipeline_folder)]
    for words in (stage, films):
        place = tmp_path / f"{words[1]}.json"
        assert main([*words, "--json", "--result", str(place)]) == 0
        printed = json.loads(capsys.readouterr().out)
        kept = read_result(place)
        assert kept.command.split()[:3] == ["ta-v2a", *words[:2]] and kept.command.endswith(str(place))
        assert kept.subject == str(pipeline_folder) and kept.weights_sha256 == folder_sha256(pipeline_folder)
        assert kept.details["settings"] == {"num_inference_steps": 1} == printed["settings"]
    assert kept.seed == 3 and kept.n == 1 and kept.details["films"] == printed["films"]
    assert kept.figure("onset agreement", variant="gain:100ms").value == printed["onset_agreement"]["gain"]
    stage_result = read_result(tmp_path / "stage.json")
    assert stage_result.name == "stage" and stage_result.n == 2 and stage_result.seed == 0
    assert stage_result.figure("class accuracy", "ceiling").n == 2


SCRIPTS = Path(__file__).parents[2] / "benchmarks"


def test_a_script_keeps_its_result_and_tells_a_wrong_place_first(tmp_path):
    def run(place) -> subprocess.CompletedProcess:
        words = [sys.executable, str(SCRIPTS / "stage_speed.py"), "--scenes", "1", "--result", str(place)]
        here = {**os.environ, "PYTHONPATH": str(SCRIPTS.parent)}
        return subprocess.run(words, capture_output=True, text=True, env=here)

    wrong = run(tmp_path / "none" / "result.json")
    assert wrong.returncode == 1 and wrong.stdout == "" and wrong.stderr.count("\n") == 1
    done, place = run(tmp_path / "result.json"), tmp_path / "result.json"
    assert done.returncode == 0, done.stderr
    kept = read_result(place)
    assert kept.command == f"python benchmarks/stage_speed.py --scenes 1 --result {place}"
    rate = json.loads(done.stdout)["scenes_per_s_per_core"]
    assert kept.name == "stage_speed" and kept.n == 1
    assert kept.figure("scenes a second", "whole scene", "processor").value == rate


def test_every_script_that_measures_can_keep_its_result():
    scripts = {path: path.read_text(encoding="utf-8") for path in SCRIPTS.glob("*.py")}
    commands = {path.stem for path, text in scripts.items() if '__name__ == "__main__"' in text}
    keeping = {
        path.stem for path, text in scripts.items() if "options(__doc__)" in text and "keep(noted," in text
    }
    assert commands == keeping
