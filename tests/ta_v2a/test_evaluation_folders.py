"""Folders of clips: pairing, bad files, the cache, the sanity table and the report, with
sounds and clips made here."""

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ta_v2a.__main__ import main
from ta_v2a.errors import UserError
from ta_v2a.evaluation.folders import page as report
from ta_v2a.evaluation.folders.baselines import ALTERATIONS
from ta_v2a.evaluation.folders.command import evaluate_folders, lines
from ta_v2a.evaluation.folders.measured import MeasurementOrder, Store, in_threads, measure_pairs
from ta_v2a.evaluation.folders.metric import of_clips, score
from ta_v2a.evaluation.folders.pairs import pair_folders
from ta_v2a.evaluation.folders.sanity import conditions, sanity_table
from ta_v2a.evaluation.folders.view import View
from ta_v2a.evaluation.networks.extractors import (
    Arrays,
    Extractor,
    cvalp_extractors,
    flow_extractor,
    listener_extractor,
    onset_extractors,
)
from ta_v2a.evaluation.networks.published import load_roles, vggish_filters, vggish_network
from ta_v2a.evaluation.report.results import read_result
from ta_v2a.evaluation.stage import frozen
from ta_v2a.evaluation.stage.truth import Truth, read_truth
from ta_v2a.stage.scene.scene import SPLITS, plan

RATE = 16_000
NAMES = [f"clip{i}" for i in range(6)]


def bursts(times: list[float], pitch_hz: float, seconds: float = 1.2) -> np.ndarray:
    wave, clock = np.zeros(round(seconds * RATE)), np.arange(1600) / RATE
    for time in times:
        start = round(time * RATE)
        piece = wave[start : start + 1600]
        piece += (0.5 * np.sin(2 * np.pi * pitch_hz * clock) * np.exp(-clock * 40))[: len(piece)]
    return wave


def bands(wave: np.ndarray, rate: int) -> Arrays:
    """Loudness in four bands: a small embedding with what the metrics look for."""
    power = np.abs(np.fft.rfft(wave)) ** 2
    levels = np.log10(1e-6 + np.array([part.mean() for part in np.array_split(power[: len(power) // 2], 4)]))
    return {"features": levels, "logits": 2 * levels, "patches": np.stack([levels, levels + 0.1])}


BANDS = Extractor("bands", "sound", bands, RATE, "ab" * 32)
FINE = onset_extractors()[1]


@pytest.fixture
def folders(tmp_path) -> tuple[Path, Path]:
    """Six references, and the same sounds a little noisy as what was generated."""
    rng = np.random.default_rng(0)
    made, true = tmp_path / "made", tmp_path / "true"
    made.mkdir(), true.mkdir()
    for index, name in enumerate(NAMES):
        wave = bursts(sorted(rng.uniform(0.1, 1.0, 3).tolist()), 300 * 1.5**index)
        soundfile.write(true / f"{name}.wav", wave, RATE)
        soundfile.write(made / f"{name}.foley.wav", wave + rng.normal(0, 1e-3, len(wave)), RATE)
    return made, true


def write_film(path: Path, moving: bool = True, seconds: float = 1.2, fps: int = 15) -> None:
    import av

    texture = np.random.default_rng(0).integers(0, 255, (32, 120, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=fps)
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        for i in range(round(seconds * fps)):
            left = 2 * (i % 7) ** 2 // 2 if moving else 0
            picture = np.ascontiguousarray(texture[:, left : left + 48])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def test_pairs_by_name_and_everything_else_is_named(folders, tmp_path):
    made, true = folders
    soundfile.write(made / "alone.wav", np.zeros(RATE), RATE)
    (true / "clip0.flac").write_bytes(b"another sound of the same clip")
    (made / "clip1.foley.wav").unlink()
    pairs, bad = pair_folders(made, true, "v2a")
    assert [pair.name for pair in pairs] == NAMES[2:]
    assert {(row.name, row.side): row.reason.split(":")[0] for row in bad} == {
        ("alone", "reference"): "mismatched",
        ("clip0", "reference"): "ambiguous",
        ("clip1", "generated"): "mismatched",
    }
    table = tmp_path / "prompts.csv"
    table.write_text("file,prompt\nclip2.wav,a knock\nclip3.wav,a bell\n")
    pairs, bad = pair_folders(made, true, "v2a", table)
    assert [(pair.name, pair.prompt) for pair in pairs] == [("clip2", "a knock"), ("clip3", "a bell")]
    assert {row.name for row in bad if "text" in row.reason} == {"clip4", "clip5"}
    with pytest.raises(UserError, match="no usable pair"):
        pair_folders(made, true, "t2av")
    with pytest.raises(UserError, match="holds no clip"):
        pair_folders(tmp_path / "made", tmp_path, "v2a")


def test_bad_files_are_listed_and_nothing_takes_their_place(folders, tmp_path):
    made, true = folders
    (made / "clip0.foley.wav").write_bytes(b"")
    (made / "clip1.foley.wav").write_bytes(b"RIFF but not really")
    soundfile.write(made / "clip2.foley.wav", np.zeros(800), RATE)
    soundfile.write(true / "clip3.wav", np.zeros(5 * RATE), RATE)
    soundfile.write(made / "clip4.foley.wav", np.zeros(round(1.0 * RATE)), RATE)
    pairs, _ = pair_folders(made, true, "v2a")
    store = Store(tmp_path / "cache")
    result = measure_pairs(pairs, MeasurementOrder([BANDS], "v2a"), store)
    assert [pair.name for pair in result.pairs] == ["clip4", "clip5"]
    assert [source.name for source in result.columns["sound"]] == ["clip4", "clip5"]
    reasons = {row.name: row.reason for row in result.bad}
    assert reasons["clip0"].startswith("empty") and "clip1" in reasons["clip1"]
    assert reasons["clip2"].startswith("too short") and reasons["clip3"].startswith(
        "mismatched: lasts 1.20 s"
    )
    assert result.silent == ["clip4"] and result.lengths_differ == ["clip4"]
    text = lines(
        {
            "n": 2,
            "task": "v2a",
            "code_version": "0",
            "scores": [],
            "flagged": {},
            "silent": ["clip4"],
            "lengths_differ": [],
            "bad": {"count": 4, "files": [row.as_dict() for row in result.bad]},
        }
    )
    assert sum(line.startswith("left out:") for line in text) == 4


def test_a_second_run_reads_nothing_again_and_another_network_reads_anew(folders, tmp_path):
    made, true = folders
    run = {"baselines": 3, "cache": tmp_path / "cache"}
    first, _ = evaluate_folders("v2a", made, true, [BANDS, FINE], **run)

    def never(wave: np.ndarray, rate: int) -> Arrays:
        raise AssertionError("read again")

    again, _ = evaluate_folders(
        "v2a", made, true, [replace(BANDS, run=never), replace(FINE, run=never)], **run
    )
    assert again["scores"] == first["scores"] and again["sanity"] == first["sanity"]
    with pytest.raises(AssertionError, match="read again"):
        evaluate_folders("v2a", made, true, [replace(BANDS, run=never, sha256="cd" * 32)], **run)


def test_scores_of_folders_and_their_sanity(folders, tmp_path):
    made, true = folders
    result, view = evaluate_folders("v2a", made, true, [BANDS, FINE], cache=tmp_path / "cache")
    json.dumps(result, allow_nan=False)
    scores = {f"{row['metric']}/{row['variant']}": row for row in result["scores"]}
    assert set(scores) == {
        "FD/bands",
        "KID/bands:cubic:unbiased",
        "FAD/bands:patches",
        "KL/bands:softmax",
        "MKL/bands:softmax_eps",
        "KL/bands:sigmoid_eps",
        "KL/bands:bernoulli",
        "IS/bands:10splits",
    }
    assert scores["FD/bands"]["embedding_sha256"] == "ab" * 32 and scores["FD/bands"]["sample_rates_hz"] == {
        "bands": RATE
    }
    assert (
        scores["IS/bands:10splits"]["value"] is None
        and "at least 10" in scores["IS/bands:10splits"]["flags"][0]
    )
    assert any("below 2048" in flag for flag in scores["FD/bands"]["flags"])
    table = {row["metric"]: row for row in result["sanity"]}
    distance = {name: row["value"] for name, row in table["FD/bands"]["values"].items()}
    assert distance["truth"] == 0 and distance["silence"] > 3 * distance["split_halves"] > 0
    assert table["KL/bands:softmax"]["values"]["truth"]["value"] == pytest.approx(0, abs=1e-6)
    assert table["KL/bands:softmax"]["seen"]["shuffled"] and table["KL/bands:softmax"]["seen"]["white_noise"]
    # Loudness of bands over the whole clip cannot see when something sounds.
    assert "KL/bands:softmax" in result["blind_to_shift_0.25s"]
    assert view.n == 6 and len(result["clips"]) == 6
    with pytest.raises(UserError, match="no metric"):
        evaluate_folders("v2a", made, true, [BANDS], only="FVD", cache=tmp_path / "cache")


def test_a_metric_that_is_always_one_is_flagged(folders, tmp_path):
    made, true = folders
    pairs, _ = pair_folders(made, true, "v2a")
    order = MeasurementOrder([BANDS, FINE], "v2a", frozenset(NAMES))
    view = View(
        Store(tmp_path),
        {(e.key, e.modality): e for e in order.extractors},
        measure_pairs(pairs, order, Store(tmp_path)).columns,
    )
    reads = (("sound", "bands", "features"),)
    constant = of_clips(
        "Align accuracy",
        "constant",
        "higher",
        reads,
        lambda view: np.ones(view.n),
        sees=("shuffled", "silence"),
    )

    def levels(view: View) -> np.ndarray:
        return view.stack("sound", "bands", "features").mean(axis=1)

    loud = of_clips("loudness", "mean", "higher", reads, levels, sees=("silence",))
    assert score(constant, view).value == 1.0
    rows = sanity_table([constant, loud], view, "v2a")
    assert rows[0].flags == (
        "does not rank shuffled below the truth",
        "does not rank silence below the truth",
    )
    assert rows[1].flags == () and rows[1].seen["silence"] is True


def test_conditions_spoil_one_thing_each(folders, tmp_path):
    made, true = folders
    pairs, _ = pair_folders(made, true, "v2a")
    order = MeasurementOrder([FINE], "v2a", frozenset(NAMES))
    view = View(
        Store(tmp_path), {(FINE.key, "sound"): FINE}, measure_pairs(pairs, order, Store(tmp_path)).columns
    )
    made_views = conditions(view, "v2a")
    assert set(ALTERATIONS) < set(made_views) and "static_video" not in made_views
    onsets = view.get("true_sound", FINE.key, "onsets_s", 0)
    late = made_views["shift_0.25s"].get("sound", FINE.key, "onsets_s", 0)
    np.testing.assert_allclose(late[: len(onsets)], np.sort((onsets + 0.25) % 1.2)[: len(late)], atol=0.01)
    assert len(made_views["silence"].get("sound", FINE.key, "onsets_s", 0)) == 0
    assert (
        made_views["shuffled"].columns["sound"][0].name == "clip1"
        and made_views["same_clip"].columns["sound"][5].name == "clip0"
    )


def test_alterations_keep_length_and_are_what_they_are_called():
    wave = np.random.default_rng(0).normal(0, 0.1, 8000).astype(np.float32)
    for name, alter in ALTERATIONS.items():
        assert alter(wave, RATE, 1).shape == wave.shape, name
    np.testing.assert_array_equal(ALTERATIONS["shift_0.25s"](wave, RATE, 0), np.roll(wave, 4000))
    tone = ALTERATIONS["constant_sound"](wave, RATE, 0)
    assert np.abs(np.fft.rfft(tone)).argmax() * 2 == 440 and np.sqrt((tone**2).mean()) == pytest.approx(
        0.1, rel=1e-3
    )
    assert not np.array_equal(
        ALTERATIONS["white_noise"](wave, RATE, 1), ALTERATIONS["white_noise"](wave, RATE, 2)
    )


def test_only_a_few_clips_wait():
    begun: list[int] = []

    def items():
        for i in range(40):
            begun.append(i)
            yield i

    for done, value in enumerate(in_threads(lambda i: 10 * i, items(), jobs=2)):
        assert value == 10 * done and len(begun) <= done + 1 + 6
    assert len(begun) == 40


def test_cvalp_and_flow_of_films_and_the_report(folders, tmp_path, pipeline_folder, monkeypatch):
    monkeypatch.setattr(report, "SHOWN", 1)
    made, true = folders
    for name in NAMES[:4]:
        write_film(true / f"{name}.mp4")
    extractors = [FINE, listener_extractor(), flow_extractor(None), *cvalp_extractors(pipeline_folder)]
    result, view = evaluate_folders("v2a", made, true, extractors, baselines=2, cache=tmp_path / "cache")
    assert result["n"] == 4 and {row["reason"] for row in result["bad"]["files"]} == {"no film"}
    names = {row["metric"] for row in result["scores"]}
    assert {"FD", "FAD", "KL", "MKL", "Align accuracy", "DeSync", "AVHScore", "AV-align"} <= names
    flags = next(row["flags"] for row in result["scores"] if row["metric"] == "AVHScore")
    assert any("not an independent judge" in flag for flag in flags)
    assert (
        not conditions(view.rows([0, 3]), "v2a")["static_video"]
        .get("picture", "flow_native", "flow", 0)
        .any()
    )
    still = next(row for row in result["sanity"] if row["metric"].startswith("DeSync"))["values"][
        "static_video"
    ]
    assert still["n"] == 2
    report.write_report(tmp_path / "report.html", result, view)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "data:image/jpeg;base64," in page and "<script" not in page and "://" not in page
    assert all(name in page for name in NAMES)


def test_video_metrics_of_generated_films(tmp_path, pipeline_folder):
    made, true = tmp_path / "made", tmp_path / "true"
    made.mkdir(), true.mkdir()
    for index in range(3):
        write_film(true / f"{index}.mp4")
        write_film(made / f"{index}.mp4", moving=False)
        for folder in (made, true):
            soundfile.write(folder / f"{index}.wav", bursts([0.2 + 0.1 * index], 500), RATE)
    (tmp_path / "texts.csv").write_text("name,caption\n0,one\n1,two\n2,three\n")
    extractors = cvalp_extractors(pipeline_folder)
    result, _ = evaluate_folders(
        "t2av", made, true, extractors, tmp_path / "texts.csv", baselines=0, cache=tmp_path / "cache"
    )
    values = {row["metric"]: row["value"] for row in result["scores"]}
    assert {"FVD", "KVD", "video IS", "AVHScore", "AT-align", "VT-align", "CLIPSIM"} <= set(values)
    assert values["FVD"] > 0 and -1 <= values["CLIPSIM"] <= 1 and result["sanity"] == []
    pictures_only, _ = evaluate_folders("a2v", made, true, extractors, baselines=0, cache=tmp_path / "cache")
    assert "FVD" in {row["metric"] for row in pictures_only["scores"]}
    assert "AT-align" not in {row["metric"] for row in pictures_only["scores"]}


def test_features_from_elsewhere(folders, tmp_path):
    made, true = folders
    rng = np.random.default_rng(0)
    for side in ("generated", "reference"):
        (tmp_path / "mel" / side).mkdir(parents=True)
        for name in NAMES[:5]:
            np.savez(
                tmp_path / "mel" / side / f"{name}.npz",
                features=rng.normal(0, 1, 3),
                logits=rng.normal(0, 1, 4),
            )
    result, _ = evaluate_folders(
        "v2a", made, true, load_roles([f"melception={tmp_path / 'mel'}"]), cache=tmp_path / "cache"
    )
    assert result["n"] == 5 and "melception" in result["bad"]["files"][0]["reason"]
    assert {"FID", "MKL", "IS"} <= {row["metric"] for row in result["scores"]}
    # What was computed elsewhere says nothing of altered sounds.
    assert set(next(row for row in result["sanity"] if row["metric"].startswith("FID"))["values"]) <= {
        "truth", "split_halves", "shuffled", "same_clip",
    }  # fmt: skip
    wrong_items = {
        "nothing=x": "ROLE=PATH",
        "clap=missing": "does not exist",
        f"i3d={true}": "no .npz",
        f"clip={true}": "config",
    }
    for wrong, words in wrong_items.items():
        with pytest.raises(UserError, match=words):
            load_roles([wrong])


def test_vggish_filters_share_every_frequency_out():
    filters = vggish_filters()
    hz, (low, high) = (
        np.linspace(0, 8000, 257),
        700 * np.expm1(np.linspace(*np.log1p(np.array([125, 7500]) / 700), 66)[[1, -2]]),
    )
    between = (hz >= low) & (hz <= high)
    np.testing.assert_allclose(filters[between].sum(axis=1), 1, atol=1e-5)
    assert not filters[hz < 125].any() and not filters[hz > 7500].any()


def test_vggish_has_the_published_keys():
    import torch

    with torch.device("meta"):
        shapes = {
            name: tuple(value.shape)
            for name, value in vggish_network().state_dict().items()
            if name.endswith("weight")
        }
    assert shapes == {
        "features.0.weight": (64, 1, 3, 3),
        "features.3.weight": (128, 64, 3, 3),
        "features.6.weight": (256, 128, 3, 3),
        "features.8.weight": (256, 256, 3, 3),
        "features.11.weight": (512, 256, 3, 3),
        "features.13.weight": (512, 512, 3, 3),
        "embeddings.0.weight": (4096, 12288),
        "embeddings.2.weight": (4096, 4096),
        "embeddings.4.weight": (128, 4096),
    }


def test_truth_of_a_scene_comes_back_from_its_json(tmp_path):
    for seed in SPLITS["test"][:25]:
        scene = plan(seed)
        path = tmp_path / "scene.json"
        path.write_text(json.dumps(scene.as_dict()))
        read, own = read_truth(path), Truth.of(scene)
        assert (read.kinds, read.steering) == (own.kinds, own.steering)
        np.testing.assert_array_equal(
            read.events_s if read.events_s is not None else [],
            own.events_s if own.events_s is not None else [],
        )
    path.write_text('{"caption": "no scene"}')
    assert read_truth(path) is None


def test_the_frozen_benchmark_is_still_the_same(monkeypatch):
    assert frozen.checked_bench() == {"name": "stage-bench-v1", "sha256": frozen.SHA256, "scenes": 1000}
    frozen.checked_bench.cache_clear()
    monkeypatch.setattr(frozen, "bench_seeds", lambda: SPLITS["test"][1:3])
    with pytest.raises(UserError, match="other scenes"):
        frozen.checked_bench()
    frozen.checked_bench.cache_clear()


def test_the_command(folders, tmp_path, pipeline_folder, capsys):
    pytest.importorskip("librosa")
    made, true = folders
    (made / "clip0.foley.wav").write_bytes(b"")
    words = [
        "evaluate",
        "--task",
        "v2a",
        "--generated",
        str(made),
        "--reference",
        str(true),
        "--preset",
        str(pipeline_folder),
    ]
    words += ["--cache", str(tmp_path / "cache"), "--baselines", "0", "--metric", "onset", "--json"]
    words += ["--result", str(tmp_path / "result.json")]
    assert main(words) == 1
    result = json.loads(capsys.readouterr().out)
    assert result["bad"]["count"] == 1 and result["n"] == 5
    f1 = next(row for row in result["scores"] if row["variant"] == "f1:100ms")
    assert f1["value"] > 0.8 and f1["sample_rates_hz"] == {"onsets_librosa": RATE}
    kept = read_result(tmp_path / "result.json")
    assert kept.command == shlex.join(["ta-v2a", *words]) and kept.n == 5
    assert [one.as_dict() for one in kept.figures] == result["scores"]
    assert main([*words, "--allow-missing"]) == 0
    assert main(["evaluate"]) == 2 and "--generated" in capsys.readouterr().err
