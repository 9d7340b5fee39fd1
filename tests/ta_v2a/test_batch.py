"""Batches: every row once, whatever is killed; one bad row is one line; nothing is overwritten."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import write_clip

from ta_v2a.__main__ import main
from ta_v2a.batch.row_records import ROW_RECORD_FILE
from ta_v2a.batch.rows import read_manifest_rows
from ta_v2a.delivery.job import Order
from ta_v2a.engine.cues import Cue
from ta_v2a.errors import UserError
from ta_v2a.jobs.order_json import order_as_json, order_from_json

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def films(tmp_path, pictures) -> Path:
    """Three films, one of them in a folder of its own and named as another."""
    folder = tmp_path / "films"
    (folder / "more").mkdir(parents=True)
    for number, name in enumerate(("a.mp4", "b.mp4", "more/a.mp4")):
        write_clip(folder / name, np.roll(pictures[:32], number, 1))
    return folder


def batch(*words: str | Path, capsys, code: int = 0) -> dict:
    assert main(["batch", *map(str, words), "--json"]) == code
    return json.loads(capsys.readouterr().out)


def states(report: dict) -> list[str]:
    return [line["state"] for line in report["summary"]]


def test_a_folder_is_done_once(films, pipeline_folder, tmp_path, capsys):
    out, words = tmp_path / "out", (films, "-o", tmp_path / "out", "--preset", pipeline_folder, "-p", "rain")
    first = batch(*words, capsys=capsys)
    assert states(first) == ["done"] * 3
    assert [line["folder"] for line in first["summary"]] == ["a", "b", "more/a"]
    assert sorted(path.name for path in (out / "more" / "a").iterdir()) == [
        "a.foley.mp4",
        "a.foley.wav",
        ROW_RECORD_FILE,
    ]
    main(
        [
            "foley",
            str(films / "b.mp4"),
            "-p",
            "rain",
            "--preset",
            str(pipeline_folder),
            "-o",
            str(tmp_path / "b.wav"),
        ]
    )
    assert np.array_equal(soundfile.read(out / "b" / "b.foley.wav")[0], soundfile.read(tmp_path / "b.wav")[0])
    capsys.readouterr()
    times = {path: path.stat().st_mtime_ns for path in out.rglob("*.wav")}
    (out / "b" / "b.foley.mp4").unlink()
    assert states(batch(*words, capsys=capsys)) == ["skipped", "done", "skipped"]
    assert all(
        (path.stat().st_mtime_ns == time_) == (path.parent.name != "b") for path, time_ in times.items()
    )
    table = list(csv.DictReader((out / "summary.csv").open()))
    assert [row["state"] for row in table] == ["skipped", "done", "skipped"]


def test_other_settings_never_overwrite(films, pipeline_folder, tmp_path, capsys):
    out, words = tmp_path / "out", (films / "more", "-o", tmp_path / "out", "--preset", pipeline_folder)
    (out / "a").mkdir(parents=True)
    (out / "a" / "mine.txt").write_text("mine")
    rain = batch(*words, "-p", "rain", capsys=capsys)["summary"]
    wind = batch(*words, "-p", "wind", capsys=capsys)["summary"]
    assert (rain[0]["folder"], wind[0]["folder"]) == ("a-2", "a-3")
    assert [path.name for path in (out / "a").iterdir()] == ["mine.txt"]
    again = batch(*words, "-p", "rain", capsys=capsys)["summary"]
    assert (again[0]["state"], again[0]["folder"]) == ("skipped", "a-2")


def test_a_table_says_more_and_a_bad_row_is_one_line(films, pipeline_folder, tmp_path, capsys):
    (films / "cues.srt").write_text("1\n00:00:00,200 --> 00:00:01,000\na wooden door knock\n")
    (films / "text.mp4").write_text("no film")
    table = [
        "path,prompt,negative,seed,takes,cues,num_inference_steps,start_s",
        "a.mp4,rain,music,18446744073709551615,1,,1,",
        "b.mp4,wind,,5,2,cues.srt,,",
        "gone.mp4,rain,,,,,,",
        "text.mp4,rain,,,,,,",
        "a.mp4,rain,,soon,,,,",
        "a.mp4,rain,,,,,,1.5",
    ]
    (films / "list.csv").write_text("\n".join(table))
    words = (films / "list.csv", "-o", tmp_path / "out", "--preset", pipeline_folder)
    report = batch(*words, capsys=capsys, code=1)
    assert states(report) == ["done", "done", "failed", "failed", "failed", "failed"]
    errors = [line["error"] for line in report["summary"]]
    assert errors[2] == "gone.mp4: no such file" and errors[3].endswith(
        "is not a media file that can be read"
    )
    assert (
        errors[4].startswith("an order's seed: Input should be a valid integer")
        and "cut it first" in errors[5]
    )
    record = json.loads((tmp_path / "out" / "b" / ROW_RECORD_FILE).read_text())
    assert [take["seed"] for take in record["report"]["takes"]] == [5, 6] and len(record["files"]) == 4
    assert record["report"]["cues"][0]["text"] == "a wooden door knock"
    first = json.loads((tmp_path / "out" / "a" / ROW_RECORD_FILE).read_text())["report"]
    assert first["takes"][0]["seed"] == 2**64 - 1 and first["settings"]["steps"] == 1
    assert first["negative_prompt"] == "music"
    assert states(batch(*words, capsys=capsys, code=1)) == ["skipped", "skipped", *["failed"] * 4]


def test_orders_a_line(films, tmp_path):
    order = Order(
        "a.mp4", "rain", cues=(Cue(0.5, float("inf"), "a bell"), "1-2: rain"), hits=(0.5, 1.0), seed=3
    )
    assert order_from_json(json.loads(json.dumps(order_as_json(order)))) == order
    lines = [
        json.dumps({**order_as_json(order), "output": "mine.mp4"}),
        json.dumps({"clip": "b.mp4", "prompt": "wind", "scales": {"text_scale": 3.0}}),
        json.dumps({"clip": "b.mp4", "colour": "red"}),
        "no json",
    ]
    (films / "orders.jsonl").write_text("\n".join(lines))
    rows = read_manifest_rows(films / "orders.jsonl", Order("", seed=9, scales={"video_scale": 2.0}))
    assert rows[0].order is None and "names no output" in rows[0].wrong
    assert rows[1].order is not None and rows[1].order.clip == str(films / "b.mp4")
    assert rows[1].order.scales == {"video_scale": 2.0, "text_scale": 3.0} and rows[1].order.seed == 9
    assert "an order has no 'colour'" in rows[2].wrong and rows[3].wrong.startswith("line 4 of orders.jsonl")


@pytest.mark.parametrize("name", ["../../up", "/etc/passwd", "a/../../b", "..", "."])
def test_no_row_leads_out_of_the_folder(name, tmp_path):
    from ta_v2a.batch.row_records import placed_rows
    from ta_v2a.batch.rows import BatchRow

    [found] = placed_rows([BatchRow(name, name, None, "wrong")], tmp_path / "out")
    assert (tmp_path / "out") in found.folder.resolve().parents


def test_nothing_to_do_is_said(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    for source, line in (
        ("empty", "holds no film"),
        ("gone.csv", "no such manifest"),
        ("gone.jsonl", "no such"),
    ):
        assert main(["batch", str(tmp_path / source), "-o", str(tmp_path / "out")]) == 2
        assert line in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def many(folder: Path, pictures: np.ndarray, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        write_clip(folder / f"{number}.mp4", np.roll(pictures[:32], number, 1))
    return folder


def command(*words: str | Path) -> subprocess.Popen:
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "ta_v2a", "batch", *map(str, words), "--json"]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


def records(out: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(out.glob("*/record.json"))]


def children(pid: int) -> list[int]:
    """Of a process, over all its threads, and theirs."""
    own = [
        int(one) for each in Path(f"/proc/{pid}/task").glob("*/children") for one in each.read_text().split()
    ]
    return own + [further for one in own if Path(f"/proc/{one}").exists() for further in children(one)]


def wait_for(found, within_s: float = 120) -> None:
    until = time.monotonic() + within_s
    while not found():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_killed_batch_and_a_killed_worker_lose_nothing(pictures, pipeline_folder, tmp_path):
    out = tmp_path / "out"
    words = (many(tmp_path / "films", pictures, 8), "-o", out, "--preset", pipeline_folder, "--jobs", "2")
    running = command(*words, "--steps", "1000")
    wait_for(lambda: any(each["state"] == "done" for each in records(out)))
    second = subprocess.run(running.args, capture_output=True, text=True)
    assert second.returncode == 2 and "another batch uses this folder" in second.stderr
    running.kill()
    running.wait()
    before = {each["row"]: each for each in records(out)}
    done = [name for name, each in before.items() if each["state"] == "done"]
    assert 0 < len(done) < 8
    running = command(*words, "--steps", "1000")
    wait_for(lambda: sum(each["state"] == "done" for each in records(out)) > len(done))
    workers = [
        pid for pid in children(running.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    os.kill(workers[-1], signal.SIGKILL)
    printed, said = running.communicate(timeout=240)
    assert running.returncode == 0, said
    report = json.loads(printed)
    assert (
        report["failed"] == 0 and report["done"] + report["skipped"] == 8 and report["skipped"] >= len(done)
    )
    after = {each["row"]: each for each in records(out)}
    assert all(each["state"] == "done" for each in after.values()) and len(after) == 8
    assert all(after[name] == before[name] for name in done), "what was done is not done again"
    assert len(list(out.glob("*/*.wav"))) == 8 == len(list(out.glob("*/*.mp4")))


@pytest.fixture(scope="module")
def cluster():
    """Two nodes with a worker each, on this machine."""
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_worker_niceness="0")
    from ray.cluster_utils import Cluster

    cluster = Cluster()
    for _ in range(2):
        cluster.add_node(num_cpus=1, object_store_memory=80 << 20, include_dashboard=False)
    yield cluster
    cluster.shutdown()


def ray_workers() -> list[int]:
    """Process ids of the actors that do items."""
    every = (each for each in Path("/proc").iterdir() if each.name.isdigit())
    return [int(each.name) for each in every if b"ray::_Doer" in command_line(each)]


def command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:  # it has ended
        return b""


def test_a_ray_cluster_does_the_same_and_a_killed_worker_loses_nothing(
    cluster, pictures, pipeline_folder, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    films, words = many(tmp_path / "films", pictures, 4), ("--preset", pipeline_folder, "--steps", "20")
    killed: list[int] = []

    def kill_one() -> None:
        wait_for(lambda: len(ray_workers()) == 2 and any(each["state"] == "begun" for each in records(out)))
        killed.append(ray_workers()[0])
        os.kill(killed[0], signal.SIGKILL)

    out, killing = tmp_path / "ray", threading.Thread(target=kill_one, daemon=True)
    killing.start()
    assert (
        states(batch(films, "-o", out, *words, "--jobs", "2", "--engine", "ray", capsys=capsys))
        == ["done"] * 4
    )
    killing.join()
    assert killed and states(batch(films, "-o", tmp_path / "own", *words, capsys=capsys)) == ["done"] * 4
    for number in range(4):
        sounds = [
            soundfile.read(side / f"{number}/{number}.foley.wav")[0] for side in (out, tmp_path / "own")
        ]
        assert np.abs(sounds[0] - sounds[1]).max() < 1e-3


def test_an_item_that_ends_its_worker_is_told_apart_on_ray(cluster, monkeypatch):
    from ta_v2a.system.on_ray import executor
    from ta_v2a.system.parallel import Crashed

    def ending(number: int) -> int:
        if number == -9:
            os.kill(os.getpid(), signal.SIGKILL)
        if number == 7:
            raise UserError("seven")
        return 2 * number

    monkeypatch.setenv("RAY_ADDRESS", cluster.address)
    found = list(executor("ray")(ending, [1, 2, -9, 4, 5], 2))
    assert [item for item, _ in found] == [1, 2, -9, 4, 5]
    assert [type(result) if item == -9 else result for item, result in found] == [2, 4, Crashed, 8, 10]
    with pytest.raises(UserError, match="seven"):
        list(executor("ray")(ending, [1, 7], 2))
