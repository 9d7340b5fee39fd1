"""From films to shards and back: what is wrong with a film is said, a killed run goes on, shards read as they were written."""

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import wavfile
from tiny_words import tiny_tokenizer

from cvalp.features import as_input
from cvalp.paper.model import PaperCVALP
from ta_v2a.data.check import check
from ta_v2a.data.colour_scenes import ColourScenes
from ta_v2a.data.film_clips import ClipProblem, from_strip, read_clip, to_strip
from ta_v2a.data.manifests import Row, read_manifest
from ta_v2a.data.paper_clips import PaperStage, read_shards
from ta_v2a.data.prepare import prepare, shard_file
from ta_v2a.engine.encoders import load_encoders as load
from ta_v2a.errors import UserError
from ta_v2a.media.reading.probe import probe
from ta_v2a.media.writing.mux import mux
from ta_v2a.system.parallel import Crashed, in_order
from vocoders.clock import ClipSpec
from vocoders.mel import LogMel

SPEC = ClipSpec(1.024, mel_frames_per_column=8, mel_frames_per_picture=16, picture_px=32)
"""The paper's clock, short and small: 4 pictures."""
RATE = 16_000


def film(path: Path, seconds: float, sound: np.ndarray | None, seed: int = 0) -> Path:
    """Colour noise at 10 pictures a second, with a sound or without."""
    import av

    rng = np.random.default_rng(seed)
    silent = path.with_name(f"silent-{path.name}") if sound is not None else path
    with av.open(str(silent), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"preset": "ultrafast"})
        stream.height = stream.width = 32
        stream.pix_fmt = "yuv420p"
        for _ in range(round(10 * seconds)):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(rng.integers(0, 256, (32, 32, 3), np.uint8), format="rgb24")))
        container.mux(stream.encode(None))
    if sound is not None:
        mux(probe(silent), sound.astype(np.float32), RATE, path)
        silent.unlink()
    return path


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> Path:
    """Good ones (2 s, a tone of its own each) and one of every sort of bad one, with a manifest."""
    folder = tmp_path_factory.mktemp("films")
    t = np.arange(2 * RATE) / RATE
    for number in range(5):
        film(folder / f"good{number}.mp4", 2.0, 0.5 * np.sin(2 * np.pi * (300 + 200 * number) * t), number)
    film(folder / "silent.mp4", 2.0, 1e-5 * np.sin(2 * np.pi * 440 * t))
    film(folder / "short.mp4", 0.6, 0.5 * np.sin(2 * np.pi * 440 * t[: round(0.6 * RATE)]))
    film(folder / "mute.mp4", 2.0, None)
    (folder / "corrupt.mp4").write_bytes(b"\0\0\0 ftypisom" + bytes(range(256)) * 8)
    wavfile.write(folder / "sound.wav", RATE, (t * 0).astype(np.int16))
    lines = ["path,start_s,caption,split", *(f"good{n}.mp4,0.5,tone {n},train" for n in range(3)), "silent.mp4,0,s,train"]
    lines += ["gone.mp4,0,g,train", "corrupt.mp4,0,c,train", "good3.mp4,0,tone 3,train", "short.mp4,0,s,train", "mute.mp4,0,m,train"]
    lines += ["sound.wav,0,w,train", "good4.mp4,0.9,tone 4,train", "good4.mp4,1.5,too late,train"]
    (folder / "list.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_check_names_what_is_wrong_with_every_film(films):
    rows, seen = read_manifest(films / "list.csv"), []
    report = check(rows, SPEC, True, 0, lambda done, total: seen.append((done, total)))
    found = {(row["clip"], row["key"]): row["status"] for row in report["problems"]}
    assert found == {
        ("silent.mp4", "00000003"): "silent",
        ("gone.mp4", "00000004"): "missing",
        ("corrupt.mp4", "00000005"): "corrupt",
        ("short.mp4", "00000007"): "too_short",
        ("mute.mp4", "00000008"): "no_sound",
        ("sound.wav", "00000009"): "corrupt",
        ("good4.mp4", "00000011"): "too_short",
    }
    assert report["ok"] == 5 and report["clips"] == 12 == seen[-1][0] and report["too_short"] == 2
    assert all("\n" not in row["why"] and row["why"] for row in report["problems"])


def test_the_commands(films, tmp_path, capsys):
    """At mini's clock; check ends with 1 where something is wrong, prepare leaves those clips out."""
    from ta_v2a.__main__ import main

    options = ["--clock", "mini", "--duration", "1.024", "--workers", "0"]
    assert main(["data", "check", str(films / "list.csv"), *options, "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["clips"], report["ok"], report["missing"], report["silent"]) == (12, 5, 1, 1) and report["clips_per_s"] > 0
    out = str(tmp_path / "shards")
    assert main(["data", "prepare", str(films / "list.csv"), "-o", out, *options]) == 0
    printed = capsys.readouterr().out
    assert "written: 5" in printed and "clips_per_s: " in printed and "silent\tsilent.mp4" in printed
    assert next(iter(read_shards(Path(out), 5, 0)))["frames"].shape == (5, 32, 80, 80)
    assert main(["data", "prepare", str(films / "list.csv"), "-o", out, *options, "--wave-hz", "16000"]) == 2
    assert "made with another wave_hz" in capsys.readouterr().err


def test_a_clip_begins_where_the_manifest_says(films):
    frames, wave = read_clip(films / "good1.mp4", 0.5, SPEC, True)
    assert frames.shape == (4, 32, 32, 3) and frames.dtype == np.uint8 and wave.shape == (SPEC.samples,)
    _, sound = read_clip(films / "good1.mp4", 0.0, SPEC.lasting(1.9), True)
    np.testing.assert_allclose(wave, sound[RATE // 2 :][: len(wave)], atol=1e-4)
    luma, _ = read_clip(films / "good1.mp4", 0.5, SPEC, False)
    assert luma.shape == (4, 32, 32) and abs(float(luma.mean()) - float(frames.mean())) < 12
    with pytest.raises(ClipProblem) as caught:
        read_clip(None, 0.0, SPEC, True)
    assert caught.value.status == "missing"


@pytest.mark.parametrize("shape", [(6, 32, 32, 3), (6, 80, 80)])
def test_pictures_survive_the_strip(shape):
    import cv2

    rng = np.random.default_rng(0)
    smooth = cv2.GaussianBlur(rng.uniform(0, 255, (6 * shape[1], *shape[2:])).astype(np.float32), (0, 0), 4).reshape(shape)
    smooth = ((smooth - smooth.min()) / np.ptp(smooth) * 255).astype(np.uint8)
    smooth[3] = 255 - smooth[3]  # a cut: nothing of it may be seen in its neighbours
    back = from_strip(to_strip(smooth))
    assert back.shape == smooth.shape
    error = np.abs(back.astype(int) - smooth)
    assert error.mean() < 1.5 and max(abs(error[k].mean() - error[0].mean()) for k in (2, 4)) < 1


def samples_of(folder: Path, count: int) -> dict[str, dict[str, bytes]]:
    found: dict[str, dict[str, bytes]] = {}
    for number in range(count):
        with tarfile.open(shard_file(folder, number)) as tar:
            for member in tar:
                key, _, name = member.name.partition(".")
                assert name not in found.setdefault(key, {}), "a clip is doubled"
                found[key][name] = tar.extractfile(member).read()
    return found


def test_shards_hold_what_the_films_hold(films, tmp_path):
    rows = read_manifest(films / "list.csv")
    report = prepare(rows, tmp_path / "out", SPEC, True, shard_clips=5, wave_hz=32_000, workers=0)
    assert (report["clips"], report["written"], report["shards"], report["now"]) == (12, 5, 3, 12)
    found = [row["status"] for row in report["problems"]]
    assert found == ["silent", "missing", "corrupt", "too_short", "no_sound", "corrupt", "too_short"]
    found = samples_of(tmp_path / "out", 3)
    assert list(found) == ["00000000", "00000001", "00000002", "00000006", "00000010"]
    one = found["00000001"]
    frames, wave = read_clip(rows[1].path, 0.5, SPEC, True)
    mel = np.load(io.BytesIO(one["mel.npy"]))
    np.testing.assert_allclose(mel, LogMel(SPEC)(torch.from_numpy(wave)[None])[0].numpy(), atol=1e-3)
    assert mel.dtype == np.float16 and mel.shape == (128, SPEC.mel_frames)
    assert np.load(io.BytesIO(one["wave.npy"])).shape == (2 * SPEC.samples,)
    assert json.loads(one["json"]) == {"caption": "tone 1", "split": "train", "clip": "good1.mp4", "start_s": 0.5}
    assert np.abs(from_strip(one["frames.jpg"]).astype(int) - frames).mean() < 12  # colour noise is what JPEG is worst at
    again = prepare(rows, tmp_path / "out", SPEC, True, shard_clips=5, wave_hz=32_000, workers=0)
    assert again["now"] == 0 and again["written"] == 5 and len(again["problems"]) == 7
    with pytest.raises(UserError, match="made with another shard_clips"):
        prepare(rows, tmp_path / "out", SPEC, True, shard_clips=4, wave_hz=32_000, workers=0)


def test_frozen_features_are_those_of_the_stored_pictures_and_sound(films, tmp_path):
    torch.manual_seed(0)
    PaperCVALP.tiny(tiny_tokenizer(tmp_path / "words")).save_pretrained(tmp_path / "cvalp")
    rows = [Row("00000000", "good0", films / "good0.mp4", 0.0, "a dog", "train")]
    prepare(rows, tmp_path / "out", SPEC, True, features=str(tmp_path / "cvalp"), workers=0)
    model, clip = load(tmp_path / "cvalp"), next(iter(read_shards(tmp_path / "out", 1, 0)))
    with torch.no_grad():
        frames = as_input(clip["frames"])
        both_ways = model.encode_video(frames), model.encode_video(frames.flip(-1))
        expected = {"video": sum(both_ways) / 2, "audio": model.encode_audio(clip["mel"])}
        expected["text"] = model.encode_text(["a dog"])
    for name, value in expected.items():
        torch.testing.assert_close(clip[name], value, atol=5e-3, rtol=0)
    with pytest.raises(UserError, match="give --clock paper"):
        prepare(rows, tmp_path / "luma", SPEC, False, features=str(tmp_path / "cvalp"), workers=0)


def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(films, tmp_path):
    """SIGKILL after the first shard, then the same order again: byte for byte what an undisturbed run writes."""
    rows = [Row(f"{k:08d}", f"good{k % 5}", films / f"good{k % 5}.mp4", 0.1 * (k % 4), f"tone {k}", "train") for k in range(10)]
    whole = prepare(rows, tmp_path / "whole", SPEC, True, shard_clips=2, workers=0)
    code = f"""
from pathlib import Path
from ta_v2a.data.manifests import Row
from ta_v2a.data.prepare import prepare
from vocoders.clock import ClipSpec
films = Path({str(films)!r})
rows = [Row(f"{{k:08d}}", f"good{{k % 5}}", films / f"good{{k % 5}}.mp4", 0.1 * (k % 4), f"tone {{k}}", "train") for k in range(10)]
spec = ClipSpec(1.024, mel_frames_per_column=8, mel_frames_per_picture=16, picture_px=32)
prepare(rows, Path({str(tmp_path / "killed")!r}), spec, True, shard_clips=2, workers=0, advance=lambda done, total: print(done, flush=True))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    for line in child.stdout:
        if int(line) >= 3:  # in the second shard
            break
    child.send_signal(signal.SIGKILL)
    child.wait()
    there = len(list((tmp_path / "killed").glob("*.tar")))
    assert 1 <= there < 5
    report = prepare(rows, tmp_path / "killed", SPEC, True, shard_clips=2, workers=0)
    assert report["written"] == whole["written"] == 10 and report["now"] == 10 - 2 * there
    names = {path.name for path in (tmp_path / "whole").iterdir()}
    assert names == {path.name for path in (tmp_path / "killed").iterdir() if not path.name.endswith(".part")}
    for name in names:
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "killed" / name).read_bytes(), name


def test_a_crashing_worker_costs_its_own_item_only(tmp_path):
    script = (
        "import os, signal, time\n"
        "from ta_v2a.system.parallel import Crashed, in_order\n"
        "def work(number):\n"
        "    os.kill(os.getpid(), signal.SIGSEGV) if number == 3 else time.sleep(0.01)\n"
        "    return 10 * number\n"
        "if __name__ == '__main__':\n"
        "    print([(n, 'crashed' if isinstance(r, Crashed) else r) for n, r in in_order(work, range(7), 2)])\n"
    )
    path = tmp_path / "crash.py"
    path.write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    run = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, env=environment, timeout=240)
    assert run.stdout.strip() == str([(n, "crashed" if n == 3 else 10 * n) for n in range(7)]), run.stderr[-500:]


def test_in_this_process_order_is_kept():
    assert list(in_order(str, range(3), 0)) == [(0, "0"), (1, "1"), (2, "2")] and not isinstance("0", Crashed)


def test_readers_share_the_clips_and_repeat_themselves(films, tmp_path):
    rows = [Row(f"{k:08d}", f"good{k % 5}", films / f"good{k % 5}.mp4", 0.0, f"tone {k}", "train") for k in range(8)]
    prepare(rows, tmp_path, SPEC, True, shard_clips=2, workers=0)

    def keys(**options) -> list[str]:
        return [key for batch in read_shards(tmp_path, 2, 0, **options) for key in batch["key"]]

    assert keys() == [row.key for row in rows]
    shares = [keys(rank=rank, world=2, shuffle_clips=4) for rank in range(2)]
    assert sorted(shares[0] + shares[1]) == [row.key for row in rows]
    assert keys(shuffle_clips=4) == keys(shuffle_clips=4) != keys(shuffle_clips=4, epoch=1)
    batch = next(iter(read_shards(tmp_path, 2, 0)))
    assert batch["frames"].shape == (2, 4, 32, 32, 3) and batch["mel"].shape == (2, 128, SPEC.mel_frames)
    assert batch["caption"] == ["tone 0", "tone 1"]
    with pytest.raises(ValueError, match="too few for 9 processes"):
        keys(world=9)
    with pytest.raises(ValueError, match="no finished shards"):
        read_shards(films, 2, 0)


def test_scenes_through_the_papers_clock():
    data = PaperStage(batch_size=2, clips_per_epoch=4, workers=0, duration_s=1.024, picture_px=32)
    batch = data.on_after_batch_transfer(next(iter(data.train_dataloader())), 0)
    assert batch["frames"].shape == (2, 4, 32, 32, 3) and batch["mel"].shape == (2, 128, 64) and len(batch["caption"]) == 2
    wave = ColourScenes(range(1), SPEC, 32_000)[0]["wave"]
    assert wave.shape == (2 * SPEC.samples,) and float(wave.abs().max()) > 0
