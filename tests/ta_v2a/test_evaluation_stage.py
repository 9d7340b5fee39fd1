"""The stage benchmark and the listener, with real networks at tiny sizes and scenes whose sound is known."""

import json

import numpy as np
import pytest
import torch

from ta_v2a.errors import UserError
from ta_v2a.evaluation.networks.listener import Listener, load_listener, save_listener
from ta_v2a.evaluation.stage.benchmark import STAGE_CONDITIONS, Subject, Tally, evaluate_stage, summarise
from ta_v2a.evaluation.stage.command import stage_command
from ta_v2a.evaluation.stage.controls import TOLERANCE_S, evaluate_controls, scenes_of_two, share_inside
from ta_v2a.evaluation.stage.truth import Truth
from ta_v2a.stage.scene.kinds import KIND_NAMES
from ta_v2a.stage.scene.scene import SPLITS, plan

RATE = 16_000


@pytest.fixture
def small_listener() -> Listener:
    torch.manual_seed(0)
    return Listener(widths=(8, 8, 16, 16), features=16)


def test_listener_is_small_and_takes_any_length():
    listener = Listener().eval()
    assert 150_000 < sum(p.numel() for p in listener.parameters()) < 400_000
    for frames in (16, 77, 512):
        assert listener(torch.rand(2, 128, frames)).shape == (2, len(KIND_NAMES))


def test_listener_survives_its_folder(tmp_path, small_listener):
    save_listener(small_listener, tmp_path)
    assert (tmp_path / "config.json").is_file() and list(tmp_path.glob("*.safetensors"))
    again, mel = load_listener(tmp_path), torch.rand(2, 128, 64)
    assert next(again.parameters()).dtype == torch.float32
    torch.testing.assert_close(again(mel), small_listener.eval()(mel), atol=1e-2, rtol=1e-2)
    with pytest.raises(UserError, match="no listener"):
        load_listener(tmp_path / "missing")


def test_disguise_keeps_range_shape_and_silence():
    from ta_v2a.evaluation.networks.listener_training import disguise

    mel = torch.rand(4, 128, 64, generator=torch.Generator().manual_seed(0))
    mel[0] = 0
    out = disguise(mel, torch.Generator().manual_seed(1))
    assert out.shape == mel.shape and out.min() >= 0 and out.max() <= 1
    assert out[0].abs().max() == 0
    assert not torch.equal(out[1], mel[1])
    torch.testing.assert_close(out, disguise(mel, torch.Generator().manual_seed(1)))


def test_training_learns_to_tell_two_kinds_and_writes_its_weights(tmp_path, small_listener):
    import lightning as L
    from torch.utils.data import DataLoader

    from ta_v2a.evaluation.networks.listener_training import ListenerTraining

    generator = torch.Generator().manual_seed(0)
    rows = []
    for i in range(64):
        mel = 0.3 * torch.rand(128, 32, generator=generator)
        mel[(20 if i % 2 else 90) :][:12] += 0.5
        rows.append(
            {"mel": mel, "kinds": torch.nn.functional.one_hot(torch.tensor(i % 2), len(KIND_NAMES)).float()}
        )
    module = ListenerTraining(
        small_listener, lr=1e-2, warmup_steps=2, max_steps=30, export_folder=str(tmp_path / "listener")
    )
    trainer = L.Trainer(
        max_steps=30,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    trainer.fit(module, DataLoader(rows, batch_size=16, shuffle=True))
    listener = load_listener(tmp_path / "listener")
    with torch.inference_mode():
        guesses = listener(torch.stack([row["mel"] for row in rows])).argmax(dim=1)
    assert (guesses == torch.arange(64) % 2).float().mean() > 0.95


@pytest.mark.filterwarnings("ignore")
def test_a_resumed_training_of_the_listener_is_the_uninterrupted_one(tmp_path):
    """Disguises and dropout included."""
    import lightning as L
    from torch.utils.data import DataLoader

    from ta_v2a.evaluation.networks.listener_training import ListenerTraining

    g = torch.Generator().manual_seed(0)
    rows = [
        {"mel": torch.rand(128, 32, generator=g), "kinds": torch.eye(len(KIND_NAMES))[i]} for i in range(4)
    ]

    def trained(epochs: int, checkpoint: str | None = None) -> dict[str, torch.Tensor]:
        torch.manual_seed(0)
        module = ListenerTraining(Listener(widths=(8, 8, 8, 16), features=16), warmup_steps=2, max_steps=8)
        torch.manual_seed(epochs)  # whatever the process drew meanwhile must not matter
        trainer = L.Trainer(
            max_epochs=epochs, accelerator="cpu", logger=False, enable_checkpointing=False,
            enable_progress_bar=False, enable_model_summary=False, default_root_dir=tmp_path,
        )  # fmt: skip
        trainer.fit(module, DataLoader(rows, batch_size=2), ckpt_path=checkpoint, weights_only=False)
        trainer.save_checkpoint(tmp_path / f"{epochs}.ckpt")
        return module.state_dict()

    trained(1)
    whole, resumed = trained(3), trained(3, str(tmp_path / "1.ckpt"))
    for name, value in whole.items():
        assert torch.equal(value, resumed[name]), name


def test_truth_of_a_scene():
    scenes = [plan(SPLITS["test"][i]) for i in range(40)]
    truths = [Truth.of(scene) for scene in scenes]
    for scene, truth in zip(scenes, truths, strict=True):
        assert truth.kinds == tuple(source.kind for source in scene.sources)
        assert (truth.steering is not None) == scene.contradicts
        if truth.events_s is not None:
            assert (np.diff(truth.events_s) >= 0.05 - 1e-9).all()
    assert any(truth.events_s is None for truth in truths) and any(truth.steering for truth in truths)


def clicks(times: np.ndarray) -> np.ndarray:
    wave = np.zeros(4 * RATE, np.float32)
    for time in times:
        wave[round(time * RATE) :][:400] += (
            0.5 * np.exp(-np.arange(400) / 80) * np.random.default_rng(0).normal(0, 1, 400)
        )
    return np.clip(wave, -1, 1)


def tally_of(sounds: list[np.ndarray], truths: list[Truth], heard: list[str]) -> Tally:
    tally = Tally()
    for wave, truth, kind in zip(sounds, truths, heard, strict=True):
        tally.add(truth, wave, np.eye(len(KIND_NAMES))[KIND_NAMES.index(kind)], RATE)
    return tally


def test_shuffling_destroys_what_it_shuffles():
    rng = np.random.default_rng(0)
    kinds = ["wood", "metal", "glass", "drum", "stone", "cloth", "plastic", "ceramic", "dog", "bell"]
    truths = [
        Truth(np.sort(rng.choice(np.arange(0.2, 3.8, 0.15), 6, replace=False)), (kind,), None)
        for kind in kinds
    ]
    truths[0] = Truth(truths[0].events_s, ("wood",), ("wood", "metal"))
    truths[1] = Truth(None, ("metal",), None)
    sounds = [clicks(t.events_s if t.events_s is not None else np.zeros(0)) for t in truths]
    exact = tally_of(sounds, truths, kinds)
    tallies = {
        "generated": exact,
        "ceiling": exact,
        "true_sound": exact,
        "shuffled_video": tally_of(sounds[1:] + sounds[:1], truths, kinds),
        "shuffled_text": tally_of(sounds, truths, kinds[1:] + kinds[:1]),
    }
    result = summarise(tallies, truths, {"n": len(truths), "seconds": {"generate": 1.0}})
    own, video, text = (result["results"][name] for name in ("generated", "shuffled_video", "shuffled_text"))
    assert own["onset_f1"]["value"] == 1.0 and own["onset_f1"]["n"] == len(truths) - 1
    assert own["median_timing_error_s"]["value"] < 0.002
    assert video["onset_f1"]["high"] < 0.7 and video["class_accuracy"]["value"] == 1.0
    assert text["class_accuracy"]["value"] == 0.0 and text["onset_f1"]["value"] == 1.0
    assert (
        own["text_steering"] == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 1}
        and text["text_steering"]["value"] == 0.0
    )
    assert result["of_ceiling"]["onset_f1"]["value"] == 1.0
    assert result["scenes"] == {"with_events": 9, "events": 54, "one_source": 10, "contradicting": 1}
    json.dumps(result, allow_nan=False)


def test_benchmark_end_to_end(small_listener, pipeline):
    done: list[tuple[int, int]] = []
    subject = Subject(pipeline, small_listener.eval())
    run = {"n": 3, "batch": 2, "seed": 2**64 - 1, "num_inference_steps": 1}
    result = evaluate_stage(lambda: subject, progress=lambda a, b: done.append((a, b)), **run)
    assert set(result["results"]) == set(STAGE_CONDITIONS)
    assert result["settings"] == {"num_inference_steps": 1} and done[-1] == (3, 3)
    again = evaluate_stage(lambda: subject, chance_n=0, **run)
    assert again["results"]["generated"] == result["results"]["generated"]
    assert "shuffled_video" not in again["results"]
    json.dumps(result, allow_nan=False)
    with pytest.raises(UserError, match="at least 2"):
        evaluate_stage(lambda: subject, n=1)


def test_several_processes_measure_what_one_does(pipeline_folder):
    run = {"n": 4, "batch": 2, "chance_n": 0, "controls_n": 1, "num_inference_steps": 1}
    told: list[tuple[int, int]] = []
    one, two = (
        stage_command(pipeline_folder, jobs=jobs, progress=lambda a, b: told.append((a, b)), **run)
        for jobs in (1, 2)
    )
    assert told == 2 * [(2, 5), (4, 5), (5, 5)]
    assert {**one, "seconds": 0} == {**two, "seconds": 0}
    with pytest.raises(UserError, match="no listener"):
        stage_command(pipeline_folder, jobs=2, listener="nowhere", **run)


def test_controls_end_to_end(small_listener, pipeline):
    subject = Subject(pipeline, small_listener.eval())
    result = evaluate_controls(lambda: subject, 1, 2**64 - 1, num_inference_steps=1)
    assert set(result["leakage"]) == {
        "negated",
        "not_negated",
        "true_sound",
        "other_negated",
        "other_not_negated",
        "other_true_sound",
    }
    for group in ("leakage", "rates", "share_inside", "cue_window_energy"):
        asked = {name: row for name, row in result[group].items() if not name.endswith("where_heard")}
        assert all(row["n"] == 1 and 0 <= row["value"] <= 1 for row in asked.values())
    rates, leaked = ({k: row["value"] for k, row in result[name].items()} for name in ("rates", "leakage"))
    for name in ("negated", "not_negated", "true_sound"):
        assert rates[f"gone_{name}"] == (leaked[name] <= 0.5)
        assert rates[f"kept_{name}"] == (leaked[f"other_{name}"] > 0.5)
    for name in ("negated", "not_negated"):
        for what, truth in (("gone", "true_sound"), ("kept", "other_true_sound")):
            heard = result["rates"][f"{what}_{name}_where_heard"]
            assert heard["n"] == (leaked[truth] > 0.5)
            assert heard["value"] == (rates[f"{what}_{name}"] if heard["n"] else None)
    assert rates["both_of_overlapping_cues"] in (0, 1)
    for row in result["onset_f1_alone"].values():
        assert 0 <= row["n"] <= 1 and (row["value"] is None) == (row["n"] == 0)
    json.dumps(result, allow_nan=False)
    assert all(len(scene.sources) > 1 for scene in scenes_of_two(3))


def test_the_share_inside_a_window_is_of_energy_and_forgives_a_tenth_of_a_second():
    wave = np.zeros(4 * RATE)
    wave[RATE : 2 * RATE] = 1.0
    assert share_inside(wave, RATE, 1.0, 2.0) == 1
    assert share_inside(wave, RATE, 1.0 + TOLERANCE_S, 2.0 - TOLERANCE_S) == 1
    assert share_inside(wave, RATE, 1.5 + TOLERANCE_S, 3.0) == pytest.approx(0.5)
    assert share_inside(wave, RATE, 3.0, 4.0) == 0
    assert share_inside(np.zeros(RATE), RATE, 0.2, 0.4) == 1  # silence is nowhere outside
    louder = wave.copy()
    louder[3 * RATE :] = 2.0
    assert share_inside(louder, RATE, 1.0, 2.0) == pytest.approx(0.2)
