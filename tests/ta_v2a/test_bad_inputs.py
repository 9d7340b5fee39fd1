"""Whatever table, sound or network a measure is pointed at: one line, exit code 2, nothing written."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from damaging import LONG, first, weights

from ta_v2a.__main__ import main

TABLES: dict[str, bytes] = {
    "no text": b"\xff\xfe\x00\xd8",
    "empty": b"",
    "a huge field": b"path,caption,label\n" + b"x" * 200_000,
    "another table": b"a;b\n1;2\n",
}


@pytest.mark.parametrize("what", TABLES)
def test_tables(what, silent_clip, tmp_path, refused):
    """Manifests, labels and prompts."""
    table = tmp_path / "t.csv"
    table.write_bytes(TABLES[what])
    (tmp_path / "films").mkdir()
    shutil.copy(silent_clip, tmp_path / "films" / "a.mp4")
    refused("t.csv", "data", "prepare", table, "-o", tmp_path / "out")
    refused("t.csv", "caption", silent_clip, "--labels", table)
    if what != "a huge field":
        refused("t.csv", "evaluate", "films", tmp_path / "films", "--prompts", table, "-o", tmp_path / "out")


def test_manifests(tmp_path, refused):
    for name, content in {
        "no.parquet": b"PAR1 nothing PAR1",
        "start.csv": b"path,start_s\na.mp4,soon\n",
    }.items():
        (tmp_path / name).write_bytes(content)
        refused("", "data", "check", tmp_path / name)
    refused("no such manifest", "data", "check", LONG)
    (tmp_path / "short.csv").write_text("start_s,path\n5\n")
    assert (
        main(["data", "check", str(tmp_path / "short.csv"), "--workers", "0"]) == 1
    )  # a line that is too short names no film
    (tmp_path / "good.csv").write_text("path\na.mp4\n")
    (tmp_path / "file").write_text("")
    refused("cannot be made", "data", "prepare", tmp_path / "good.csv", "-o", tmp_path / "file")
    (tmp_path / "shards").mkdir()
    for content in (b"[]", b"{", b"\xff\xfe"):
        (tmp_path / "shards" / "prepare.json").write_bytes(content)
        refused("is damaged", "data", "prepare", tmp_path / "good.csv", "-o", tmp_path / "shards")


@pytest.fixture
def two_folders(tmp_path) -> tuple[Path, Path]:
    """A second of noise, generated and true."""
    wave = 0.1 * np.random.default_rng(0).standard_normal(16_000)
    for name in ("made", "true"):
        (tmp_path / name).mkdir()
        soundfile.write(tmp_path / name / "a.wav", wave, 16_000)
    return tmp_path / "made", tmp_path / "true"


TRUTHS = [
    "{",
    "\x00",
    '{"caption": 5}',
    '{"sources": 5}',
    '{"sources": [1]}',
    '{"sources": [{"kind": "x", "look": "x", "events": []}]}',
    '{"sources": [{"kind": "wood", "look": "wood", "events": [{"time_s": "soon"}]}]}',
    '{"sources": [{"kind": "wood", "look": "wood", "events": [{"time_s": NaN}]}]}',
]


@pytest.mark.parametrize("content", TRUTHS)
def test_truths(content, two_folders, pipeline_folder, tmp_path, refused):
    made, true = two_folders
    (true / "a.json").write_text(content)
    options = ["--preset", pipeline_folder, "--cache", tmp_path.parent / f"{tmp_path.name}-cache"]
    refused("a.json", "evaluate", "--generated", made, "--reference", true, *options)


def test_networks_and_caches(two_folders, pipeline_folder, tmp_path, refused):
    made, true = two_folders
    cache = tmp_path.parent / f"{tmp_path.name}-cache"
    both = [
        "evaluate",
        "--generated",
        made,
        "--reference",
        true,
        "--preset",
        pipeline_folder,
        "--metric",
        "fad",
        "--cache",
        cache,
    ]
    (tmp_path / "net").mkdir()
    for content in (
        {},
        {"features": np.zeros((2, 2))},
        {"features": np.array(["x"])},
        {"features": np.array([np.nan])},
        {"features": np.zeros(0)},
        {"features": np.array([object()], dtype=object)},
    ):
        np.savez(tmp_path / "net" / "a.npz", **content)
        refused("a.npz", *both, "--network", f"embedding={tmp_path / 'net'}")
    (tmp_path / "net" / "a.npz").write_bytes(b"PK\x03\x04 nothing")
    refused("a.npz", *both, "--network", f"embedding={tmp_path / 'net'}")
    (tmp_path / "net" / "config.json").write_text("[]")
    for role in ("clap", "clip"):
        refused("net", *both, "--network", f"{role}={tmp_path / 'net'}")
    for name, content in {"three.pth": b"\x80\x02.", "text.pth": b"text", "no.safetensors": b"text"}.items():
        (tmp_path / name).write_bytes(content)
        refused(name, *both, "--network", f"vggish={tmp_path / name}")
    torch.save({1: torch.zeros(2)}, tmp_path / "numbers.pth")
    refused("numbers.pth", *both, "--network", f"panns16k={tmp_path / 'numbers.pth'}")
    (tmp_path / "file").write_text("")
    refused("cannot be made", *both[:-1], tmp_path / "file")


def test_listeners(pipeline_folder, tmp_path, refused):
    from ta_v2a.evaluation.networks.listener import WEIGHTS as BUNDLED

    command = ["evaluate", "stage", "-n", "2", "--preset", pipeline_folder, "--listener"]
    refused("no listener weights", *command, tmp_path / LONG)
    folder = shutil.copytree(BUNDLED, tmp_path / "listener")
    weights(folder, lambda state: first(state, lambda tensor: tensor * float("nan")))
    refused("holds NaN", *command, folder)
    (folder / "config.json").write_text("[]")
    refused("holds no JSON object", *command, folder)


def test_banks(tmp_path, refused, pipeline_folder):
    """A bank that is none is refused; broken sounds in one are passed over."""
    refused(
        "no such folder of sounds",
        "evaluate",
        "stage",
        "-n",
        "2",
        "--bank",
        tmp_path / "nowhere",
        "--preset",
        pipeline_folder,
    )
    from ta_v2a.stage.sound.bank import SoundBank

    for kind in ("wood", "rain"):
        folder = tmp_path / "bank" / kind
        folder.mkdir(parents=True)
        noise = np.random.default_rng(0).standard_normal(20_000) * 0.1
        soundfile.write(folder / "good.wav", noise, 16_000)
        whole = (folder / "good.wav").read_bytes()
        broken = {
            "empty": b"",
            "text": b"text",
            "cut": whole[:60],
            "no rate": whole[:24] + bytes(4) + whole[28:],
            "slow": whole[:24] + b"\1\0\0\0" + whole[28:],
            "fast": whole[:24] + b"\xff\xff\xff\x7f" + whole[28:],
            "long": whole[:40] + b"\xff\xff\xff\x7f" + whole[44:],
            "wide": whole[:22] + b"\xff\xff" + whole[24:],
        }
        for name, content in broken.items():
            (folder / f"{name}.wav").write_bytes(content)
        waves = {"tiny": noise[:70], "click": np.eye(1, 70)[0], "constant": np.ones(9000)}
        waves |= {"nan": np.full(9000, np.nan), "silent": noise * 0}
        for name, wave in waves.items():
            soundfile.write(folder / f"{name}.wav", wave, 16_000, subtype="FLOAT")
    bank = SoundBank(tmp_path / "bank", "all")
    assert all(np.isfinite(shot).all() for shot in bank.one_shots("wood"))
    for seed in range(60):
        bed = bank.pick_bed("rain", np.random.default_rng(seed), 16_000, 8000)
        assert bed.shape == (8000,) and np.isfinite(bed).all()
    assert {path.stem for path in bank.skipped} >= {"empty", "text", "nan", "silent", "no rate"}
    assert bank.has("wood") and bank.has("rain")
