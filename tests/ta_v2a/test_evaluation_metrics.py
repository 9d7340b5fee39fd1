"""Every metric by its id on clips whose arrays are made here, against values worked out by hand."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ta_v2a.evaluation.folders.measured import MeasuredInput, Store
from ta_v2a.evaluation.folders.metric import score
from ta_v2a.evaluation.folders.metric_table import metrics_for
from ta_v2a.evaluation.folders.view import View
from ta_v2a.evaluation.metrics.sync import REACH_TOKENS, TOKEN_S
from ta_v2a.evaluation.networks.published import external_extractors
from ta_v2a.evaluation.stage.scores import MEASURES, stage_scores
from ta_v2a.evaluation.stage.truth import Truth
from ta_v2a.stage.scene.kinds import KIND_NAMES

Arrays = dict[str, Any]
LN = np.log
SIDES = {"generated": ("sound", "picture"), "reference": ("true_sound", "true_picture", "text")}
KINDS = {
    "clap": ("sound", "text"),
    "clip": ("picture", "text"),
    "imagebind": ("sound", "picture", "text"),
    "cvalp": ("sound", "picture"),
}
KINDS |= dict.fromkeys(("i3d", "c3d", "flow_native"), ("picture",))
NEEDED = ("features", "frames", "patches", "logits", "offsets", "tokens", "onsets_s", "peaks_s", "flow")


def view_of(
    folder: Path, networks: dict[str, dict[str, dict[str, Arrays]]], task: str, truths: tuple[Truth, ...] = ()
) -> View:
    """Clips a view was measured on: `networks` holds arrays by network, clip and side ("" for both sides)."""
    extractors = {}
    for key, clips in networks.items():
        for clip, sides in clips.items():
            for side, arrays in sides.items():
                (folder / key / side).mkdir(parents=True, exist_ok=True)
                np.savez(folder / key / side / f"{clip}.npz", **arrays)
        kinds = KINDS.get(key, ("sound",))
        extractors |= {
            (key, extractor.modality): extractor
            for extractor in external_extractors(key, str(folder / key), kinds, NEEDED)
        }
    names = list(next(iter(networks.values())))
    columns = {
        column: [MeasuredInput(name, side, name) for name in names]
        for side, own in SIDES.items()
        for column in own
    }
    if task == "v2a":
        columns["picture"] = columns["true_picture"]
    return View(Store(folder / "cache"), extractors, columns, truths)


def values(
    folder: Path, networks: dict, task: str = "v2a", truths: tuple[Truth, ...] = ()
) -> dict[str, float | None]:
    view = view_of(folder, networks, task, truths)
    return {metric.id: score(metric, view, resamples=2).value for metric in metrics_for(view, task)}


# Means 1 and 3, variances 2 and 8: 4 + 2 + 8 - 2 sqrt(16). Kernels (x y + 1)^3: 1 within, 216 within,
# (1 + 1 + 27 + 1331) / 4 across.
FRECHET, KERNEL = 6.0, 1 + 216 - 2 * 340.0
LINE = {
    "a": {"generated": {"features": [0.0]}, "reference": {"features": [1.0]}},
    "b": {"generated": {"features": [2.0]}, "reference": {"features": [5.0]}},
}


@pytest.mark.parametrize("network", ["panns16k", "clap", "embedding", "melception"])
def test_distances_between_sets_of_sounds(tmp_path, network):
    name, text = ("sound_features", {"text_features": [1.0]}) if network == "clap" else ("features", {})
    sounds = {
        clip: {side: {name: arrays["features"], **text} for side, arrays in sides.items()}
        for clip, sides in LINE.items()
    }
    found = values(tmp_path, {network: sounds})
    first = "FID" if network == "melception" else "FD"
    assert found[f"{first}/{network}"] == pytest.approx(FRECHET)
    assert found[f"KID/{network}:cubic:unbiased"] == pytest.approx(KERNEL)
    if network != "melception":
        assert found[f"FAD/{network}"] == pytest.approx(FRECHET)


def test_fad_pools_the_patches_of_all_clips(tmp_path):
    clip = {"generated": {"patches": [[0.0], [2.0]]}, "reference": {"patches": [[1.0], [5.0]]}}
    found = values(tmp_path, {"vggish": {"a": clip, "b": clip}})
    # Four patches a side: variances 4/3 and 16/3.
    assert found == {"FAD/vggish:patches": pytest.approx(4 + 20 / 3 - 2 * 8 / 3)}


def test_kl_in_every_form(tmp_path):
    clip = {"generated": {"logits": [0.0, LN(3)]}, "reference": {"logits": [0.0, 0.0]}}
    found = values(tmp_path, {"melception": {"a": clip, "b": clip}})
    assert found["KL/melception:softmax"] == pytest.approx(0.5 * LN(2) + 0.5 * LN(2 / 3))
    assert found["MKL/melception:softmax_eps"] == pytest.approx(0.5 * LN(2) + 0.5 * LN(2 / 3), abs=1e-5)
    assert found["KL/melception:sigmoid_eps"] == pytest.approx(0.5 * LN(2 / 3), abs=1e-5)
    assert found["KL/melception:bernoulli"] == pytest.approx(0.5 * LN(2 / 3) + 0.5 * LN(2))


@pytest.mark.parametrize(
    ("network", "name", "task"), [("melception", "IS", "v2a"), ("c3d", "video IS", "t2av")]
)
def test_inception_score_over_ten_shuffled_splits(tmp_path, network, name, task):
    logits = 50 * np.eye(2)[np.arange(20) % 2]
    clips = {f"{i:02d}": {"": {"logits": row}} for i, row in enumerate(logits)}
    # Splits of two sure clips: 2 where they are of two classes, 1 where of one.
    order = np.random.RandomState(2020).permutation(20).reshape(10, 2)
    by_hand = np.mean([2.0 if (pair % 2).sum() == 1 else 1.0 for pair in order])
    assert 1 < by_hand < 2
    assert values(tmp_path, {network: clips}, task)[f"{name}/{network}:10splits"] == pytest.approx(by_hand)


def test_distances_between_sets_of_films(tmp_path):
    found = values(tmp_path, {"i3d": LINE}, "t2av")
    assert found == {"FVD/i3d": pytest.approx(FRECHET), "KVD/i3d:cubic:unbiased": pytest.approx(KERNEL)}


def test_cosines_in_shared_spaces(tmp_path):
    imagebind = {"sound_features": [2.0, 0.0], "picture_features": [1.0, 1.0], "text_features": [0.0, 3.0]}
    imagebind |= {"picture_frames": [[1.0, 0.0], [0.0, 1.0]]}
    clip = {
        "picture_frames": [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]],
        "picture_features": [0.0, 1.0],
        "text_features": [5.0, 0.0],
    }
    clap = {"sound_features": [3.0, 0.0], "text_features": [1.0, 1.0]}
    networks = {
        name: {"a": {"": arrays}, "b": {"": arrays}}
        for name, arrays in (("imagebind", imagebind), ("clip", clip), ("clap", clap))
    }
    found = values(tmp_path, networks, "t2av")
    half = np.sqrt(0.5)
    assert {name: found[name] for name in found if not name.startswith(("F", "K"))} == {
        "AVHScore/imagebind": pytest.approx(0.5),
        "AV-align/imagebind:cosine": pytest.approx(half),
        "AT-align/imagebind:cosine": pytest.approx(0),
        "VT-align/imagebind:cosine": pytest.approx(half),
        "CLIPSIM/imagebind": pytest.approx(0.5),
        "CLIPSIM/clip": pytest.approx(0),
        "CLAP score/clap:cosine": pytest.approx(half),
    }


def test_sync_by_best_lag_and_by_synchformer(tmp_path):
    walk = np.random.default_rng(0).normal(0, 1, (170, 16))
    picture, late = walk[30:158], walk[26:154]
    tokens = {"a": picture, "b": late, "silent": np.ones((128, 16))}
    cvalp = {name: {"": {"sound_tokens": sound, "picture_tokens": picture}} for name, sound in tokens.items()}
    found = values(tmp_path, {"cvalp": cvalp})
    assert found["Align accuracy/cvalp:best_lag:0.2s"] == pytest.approx(1 / 3)
    assert found["DeSync/cvalp:best_lag:2s"] == pytest.approx((0 + 4 * TOKEN_S + REACH_TOKENS * TOKEN_S) / 3)
    # Offsets of 0 and -1 s in one clip, of 2 s in the other.
    offsets = {"a": {"": {"offsets": np.eye(21)[[10, 5]]}}, "b": {"": {"offsets": np.eye(21)[[20]]}}}
    assert values(tmp_path / "2", {"synchformer": offsets})["DeSync/synchformer:21offsets"] == pytest.approx(
        (0.5 + 2) / 2
    )


def test_av_align_in_every_variant(tmp_path):
    # 10 pictures a second: one large peak of flow at 1 s, one too small for `tt_2025_02` at 2 s;
    # three sounds near the first.
    flow = np.zeros(40)
    flow[[10, 20]] = 0.5, 0.05
    peaks = {"": {"peaks_s": [0.97, 1.0, 1.03]}}
    networks = {"flow_native": {"": {"flow": flow, "fps": 10.0}}, "peaks_22050": peaks, "peaks_native": peaks}
    found = values(tmp_path, {name: {"a": arrays, "b": arrays} for name, arrays in networks.items()})
    assert found == {
        "AV-Align/eq9:flow_native": pytest.approx(2 / (3 + 2 - 2)),
        "AV-Align/tt_pre2025:flow_native": pytest.approx(3 / (3 + 2 - 3)),  # above 1
        "AV-Align/tt_2025_02:flow_native": pytest.approx(1 / (3 + 1 - 1)),
        "AV-Align/javis:flow_native": pytest.approx(3 / (2 + 1e-6)),
        "AV-Align/svg:flow_native": pytest.approx(1 * 0.5 / (1 + 0.5 - 0.5)),
    }


def test_onset_agreement(tmp_path):
    clips = {
        "a": {
            "reference": {"onsets_s": [1.0, 2.0, 3.0], "duration_s": 8.0},
            "generated": {"onsets_s": [1.05, 2.5], "duration_s": 8.0},
        },
        "b": {
            "reference": {"onsets_s": [4.0], "duration_s": 8.0},
            "generated": {"onsets_s": [4.0], "duration_s": 8.0},
        },
    }
    found = values(tmp_path, {"onsets_librosa": clips})
    # 2 hits, 3 found, 4 true; nothing fits when shuffled.
    assert found == {
        "onset agreement/f1:100ms": pytest.approx(4 / 7),
        "onset agreement/gain:100ms": pytest.approx(4 / 7, abs=1e-4),
    }


def test_truth_of_the_stage(tmp_path):
    def logits(kind: str) -> Arrays:
        return {"logits": 9.0 * np.eye(len(KIND_NAMES))[KIND_NAMES.index(kind)]}

    contrary = Truth(np.array([3.0]), ("metal",), ("metal", "glass"))
    truths = (Truth(np.array([1.0, 2.0]), ("wood",), None), contrary, Truth(None, ("rain",), None))
    onsets = {
        name: {"": {"onsets_s": np.array(times)}}
        for name, times in {"a": [1.01, 2.2], "b": [3.02], "c": [5.0]}.items()
    }
    heard = {name: {"": logits(kind)} for name, kind in {"a": "wood", "b": "glass", "c": "rain"}.items()}
    found = values(tmp_path, {"onsets_superflux": onsets, "listener": heard}, truths=truths)
    assert found["onset precision/stage:50ms"] == pytest.approx(2 / 3)
    assert found["onset recall/stage:50ms"] == pytest.approx(2 / 3)
    assert found["onset F1/stage:50ms"] == pytest.approx(2 / 3)
    assert found["timing error/stage:median_s"] == pytest.approx(0.015)
    assert found["class accuracy/stage:listener"] == pytest.approx(2 / 3)
    assert found["text steering/stage:listener"] == 0.0


def test_the_stage_benchmark_gives_records():
    def row(value: float | None) -> Arrays:
        return {"value": value, "low": value, "high": value, "n": 3}

    conditions = {name: {measure: row(0.5) for measure in MEASURES} for name in ("generated", "true_sound")}
    result: Arrays = {"results": conditions}
    result["results"]["generated"]["text_steering"] = row(None)
    result["of_ceiling"] = {"onset_f1": row(0.9), "class_accuracy": row(1.0)}
    result["class_accuracy_by_family"] = {"liquids": row(0.8)}
    plain = stage_scores(result, "")
    sounds = ("negated", "not_negated", "true_sound")
    leaked = dict.fromkeys((*sounds, *(f"other_{name}" for name in sounds)), row(0.25))
    of = (*sounds, "negated_where_heard", "not_negated_where_heard")
    gone, kept = ([f"{what}_{name}" for name in of] for what in ("gone", "kept"))
    result["controls"] = {
        "leakage": leaked,
        "rates": dict.fromkeys((*gone, *kept, "both_of_overlapping_cues"), row(0.5)),
        "share_inside": {"cue": row(0.75), "whole_clip": row(0.5)},
        "cue_window_energy": {"cue": row(0.75), "whole_clip": row(0.5)},
        "onset_f1_alone": {"own": row(0.7), "other": row(0.2)},
    }
    scores = {(one.id, one.of): one for one in stage_scores(result, "ab" * 32)}
    leak = scores["leakage/stage:listener:negated_source", "generated"]
    energy = scores["cue-window energy/stage:middle_third", "generated"]
    assert (leak.value, leak.better) == (0.25, "lower") and (energy.value, energy.embedding) == (0.75, "")
    assert scores["cue-window energy/stage:middle_third", "the text for the whole clip"].value == 0.5
    assert scores["class accuracy/stage:listener", "true sound"].embedding_sha256 == "ab" * 32
    assert scores["class accuracy/stage:listener", "generated: liquids"].value == 0.8
    assert scores["onset F1 of the ceiling/stage:50ms:paired", "generated"].value == 0.9
    assert scores["text steering/stage:listener", "generated"].flags == ("no clip to which it applies",)
    assert scores["timing error/stage:median_s", "generated"].unit == "s"
    # Two sounds by seven measures, two shares of the ceiling, a family; leakage 6, rates 11, cues 4, alone 2.
    assert len(plain) == 17 and len(scores) == 40
