"""The judge of Align: what it reads, whom it refuses, and the metric of it."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from test_evaluation_folders import FINE, NAMES, RATE, bursts, write_film

from ldm.classifiers.alignment_columns import AlignmentColumns
from ta_v2a.errors import UserError
from ta_v2a.evaluation.folders.command import bundled_extractors, evaluate_folders
from ta_v2a.evaluation.folders.measured import Store
from ta_v2a.evaluation.networks.align_judge import JUDGE_FOLDER, AlignJudge, judge_sha256, load_judge
from ta_v2a.evaluation.networks.extractors import Extractor, judge_extractors
from ta_v2a.packing.pack import saved_judge


@pytest.fixture(scope="module")
def preset(pipeline_folder, pipeline, tmp_path_factory) -> Path:
    """The tiny preset, with a judge in it."""
    folder = tmp_path_factory.mktemp("judged") / "preset"
    shutil.copytree(pipeline_folder, folder)
    torch.manual_seed(0)
    judge = AlignmentColumns.tiny(video_channels=pipeline.cvalp.video_width, process=None)
    torch.nn.init.normal_(judge.head.weight)
    judge.half().save_pretrained(folder / JUDGE_FOLDER)
    return folder


def test_it_hears_and_sees_the_first_window(preset, pictures):
    judge = load_judge(preset)
    rng = np.random.default_rng(0)
    waves = rng.normal(0, 0.1, (2, 10 * RATE)).astype(np.float32)
    films = np.stack([np.tile(pictures, (5, 1, 1)), np.tile(pictures[::-1], (5, 1, 1))])
    found = judge.aligned(waves, films)
    assert found.shape == (2,) and (found > 0).all() and (found < 1).all()
    assert judge.sound(waves).shape[-1] == 128 and judge.picture(films).shape[1] == 128
    first = judge.aligned(waves[:, : judge.clock.samples], films[:, : judge.clock.pictures])
    np.testing.assert_array_equal(found, first)
    for other in (judge.aligned(waves[::-1].copy(), films), judge.aligned(waves, films[::-1].copy())):
        assert np.abs(other - found).max() > 1e-4
    short = judge.aligned(waves[:, : 2 * RATE], films)  # judged over the time that both last
    np.testing.assert_allclose(short, judge.aligned(waves[:, : 2 * RATE], films[:, :64]), atol=0.05)
    assert judge.aligned(waves[:, :100], films).shape == (2,)


def test_a_preset_without_one_has_none_and_a_noisy_one_is_refused(
    preset, pipeline_folder, pipeline, tmp_path
):
    assert load_judge(pipeline_folder) is None and judge_extractors(pipeline_folder) == []
    noisy = AlignmentColumns.tiny(video_channels=pipeline.cvalp.video_width, process="flow")
    with pytest.raises(UserError, match="reads clean latents"):
        AlignJudge(noisy, pipeline.cvalp, pipeline.autoencoder)
    noisy.save_pretrained(tmp_path)
    with pytest.raises(UserError, match="reads clean latents"):
        saved_judge(tmp_path)
    assert saved_judge(preset / JUDGE_FOLDER).dtype == torch.float32


def test_its_identity_is_that_of_all_it_rests_on(preset, tmp_path):
    before = judge_sha256(preset)
    copy = tmp_path / "preset"
    shutil.copytree(preset, copy)
    assert judge_sha256(copy) == before
    other = AlignmentColumns.from_pretrained(copy / JUDGE_FOLDER)
    other.head.bias.data.add_(1)
    other.save_pretrained(copy / JUDGE_FOLDER)
    assert judge_sha256(copy) != before


@pytest.fixture
def films(tmp_path) -> tuple[Path, Path]:
    made, true = tmp_path / "made", tmp_path / "true"
    made.mkdir(), true.mkdir()
    for index, name in enumerate(NAMES[:3]):
        wave = bursts([0.2 + 0.2 * index, 0.9], 400 * (1 + index))
        soundfile.write(true / f"{name}.wav", wave, RATE)
        soundfile.write(made / f"{name}.wav", wave, RATE)
        write_film(true / f"{name}.mp4")
    return made, true


def test_the_judge_of_a_preset_gives_the_metric(films, preset, tmp_path):
    extractors = [FINE, *judge_extractors(preset)]
    result, _ = evaluate_folders("v2a", *films, extractors, baselines=2, cache=tmp_path / "cache")
    row = next(row for row in result["scores"] if row["metric"] == "Align accuracy")
    assert row["variant"] == "diff_foley" and 0 <= row["value"] <= 1 and row["n"] == 3
    assert row["embedding_sha256"] == judge_sha256(preset)
    assert any("not an independent judge" in flag for flag in row["flags"])
    table = next(row for row in result["sanity"] if row["metric"] == "Align accuracy/diff_foley")
    for name in ("silence", "white_noise", "constant_sound", "shuffled", "shift_0.25s", "static_video"):
        assert name in table["expected"] and name in table["seen"]


def test_align_accuracy_is_the_share_of_pairs_that_are_taken_for_aligned(films, tmp_path):
    """A judge that knows: the sound's loudness says which clip it is of, and so does the picture's."""

    def sound(wave: np.ndarray, rate: int) -> dict:
        late = int(np.argmax(np.abs(wave) > 0.1)) / rate
        return {"latents": np.array([late], np.float16)}

    seen = {}

    def picture(given) -> dict:
        return {"video": np.array([seen.setdefault(given.clip.path, len(seen)) * 0.2 + 0.2], np.float16)}

    def together(heard: np.ndarray, shown: np.ndarray) -> float:
        return float(abs(float(heard[0]) - float(shown[0])) < 0.1)

    judge = Extractor("diff_foley", "sound", sound, RATE, "ab" * 32, together=together)
    extractors = [judge, replace(judge, modality="picture", run=picture, rate_hz=0, together=None)]
    result, _ = evaluate_folders("v2a", *films, extractors, baselines=3, cache=tmp_path / "cache", jobs=1)
    (row,) = (row for row in result["scores"] if row["metric"] == "Align accuracy")
    assert row["value"] == 1.0
    (table,) = (row for row in result["sanity"] if row["metric"] == "Align accuracy/diff_foley")
    values = {name: each["value"] for name, each in table["values"].items()}
    assert values["truth"] == 1.0 and values["shuffled"] == 0.0 and values["shift_0.25s"] == 0.0
    assert values["shift_0.1s"] < 1.0 or values["silence"] < 1.0


def test_only_what_the_wanted_metrics_read_is_measured(films, preset, tmp_path):
    extractors = [FINE, *judge_extractors(preset)]
    result, view = evaluate_folders(
        "v2a", *films, extractors, baselines=2, cache=tmp_path / "cache", only="align accuracy"
    )
    assert {row["metric"] for row in result["scores"]} == {"Align accuracy"}
    store = Store(tmp_path / "cache")
    first, *others = view.columns["true_sound"]
    assert store.has(first, extractors[1]) and store.has(first, FINE)  # the first clip told what is read
    assert all(store.has(each, extractors[1]) and not store.has(each, FINE) for each in others)
    with pytest.raises(UserError, match="no metric"):
        evaluate_folders("v2a", *films, extractors, cache=tmp_path / "cache", only="nonesuch")


def test_the_bundled_extractors_hold_a_presets_judge(preset):
    assert [(e.key, e.modality) for e in bundled_extractors(str(preset))][-2:] == [
        ("diff_foley", "sound"),
        ("diff_foley", "picture"),
    ]
    index = json.loads((preset / "model_index.json").read_text())
    assert JUDGE_FOLDER not in index  # it judges, and makes no sound
