"""What the trainers read: targets at the right time, scenes in the right order."""

from dataclasses import replace
from pathlib import Path

import lightning
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from prompts.lexicon import LEXICON
from ta_v2a.data.datamodules import StageData
from ta_v2a.data.stage_clips import (
    ONSETS_PER_COLUMN,
    StageClips,
    activity_targets,
    kinds_heard,
    kinds_seen,
    split_seeds,
)
from ta_v2a.errors import UserError
from ta_v2a.stage.scene.kinds import KIND_NAMES
from ta_v2a.stage.scene.scene import SPLITS, Event, Scene, Source, plan
from vocoders.clock import ClipSpec

SHORT = ClipSpec(duration_s=1.024, picture_px=16)


def scene() -> Scene:
    """2.048 s: three knocks on something that looks like glass, and wind that comes up."""
    events = (Event(0.31, 1.0), Event(0.9, 0.5), Event(1.637, 0.8))
    knocks = Source("wood", "glass", "knock", 0.5, 0.5, 0.9, events, None, 1)
    wind = Source("wind", "wind", "blow", 0.5, 0.5, 0.6, (), np.linspace(0, 1, 128, dtype=np.float32), 2)
    return Scene(0, 2.048, (knocks, wind), "knocks in the wind", True, 1.0, 25.0)


def test_onset_targets_peak_at_the_events():
    spec, planned = ClipSpec(duration_s=2.048), scene()
    activity = activity_targets(planned, spec)
    assert activity.shape == (32, 7) and activity.dtype == np.float32
    assert activity.min() >= 0 and activity.max() <= 1
    narrow, fine_s = activity[:, :ONSETS_PER_COLUMN].ravel(), (np.arange(128) + 0.5) * 0.016
    padded = np.pad(narrow, 1)
    peaks_s = fine_s[(narrow > 0.5) & (narrow >= padded[:-2]) & (narrow > padded[2:])]
    assert len(peaks_s) == 3
    np.testing.assert_allclose(peaks_s, planned.event_times_s, atol=0.0081)  # half of a 16 ms bin
    column_s = (np.arange(32) + 0.5) * 0.064
    for event in planned.sources[0].events:
        nearest = np.abs(column_s - event.time_s).argmin()
        bump = np.exp(-0.5 * ((column_s[nearest] - event.time_s) / 0.06) ** 2)
        assert activity[nearest, 4] == pytest.approx(bump, abs=1e-3)
        assert activity[nearest, 5] == pytest.approx(bump * event.intensity * 0.9, abs=1e-3)
    np.testing.assert_allclose(activity[:, 6], 0.6 * np.clip(column_s / (127 / 62.5), 0, 1), atol=1e-3)


def test_without_sources_nothing_is_active():
    assert not activity_targets(replace(scene(), sources=()), ClipSpec(duration_s=2.048)).any()


def test_kinds_are_those_heard_not_those_seen():
    hot = kinds_heard(scene())
    assert hot.shape == (len(KIND_NAMES),) and hot.dtype == np.float32
    assert {KIND_NAMES[k] for k in np.flatnonzero(hot)} == {"wood", "wind"}


def test_where_prompt_and_picture_disagree_the_picture_says_what_is_seen():
    hot = kinds_seen(scene())
    assert hot.shape == (len(LEXICON),) and hot.dtype == np.float32
    assert {kind for kind, seen in zip(LEXICON, hot, strict=True) if seen} == {"glass", "wind"}


def test_a_clip_is_one_scene_as_tensors():
    clips = StageClips(range(3, 5), SHORT)
    assert len(clips) == 2
    item, again = clips[1], clips[1]
    shapes = {
        name: (tuple(value.shape), value.dtype)
        for name, value in item.items()
        if isinstance(value, torch.Tensor)
    }
    assert shapes == {
        "frames": ((32, 16, 16), torch.uint8),
        "wave": ((16384,), torch.float32),
        "kinds": ((len(KIND_NAMES),), torch.float32),
        "activity": ((16, 7), torch.float32),
        "seen": ((len(KIND_NAMES),), torch.float32),
    }
    assert item["seed"] == 4 and item["caption"] == plan(4, SHORT.duration_s).caption
    assert float(item["wave"].abs().max()) <= 1
    for name in shapes:
        assert torch.equal(item[name], again[name]), name
    heard_only = StageClips(range(3, 5), SHORT, sound_only=True)[1]
    assert "frames" not in heard_only and torch.equal(heard_only["wave"], item["wave"])


def test_a_kept_clip_is_the_rendered_one_and_another_clock_is_another_clip(tmp_path):
    clips, fresh = StageClips(range(3, 5), SHORT, cache=tmp_path), StageClips(range(3, 5), SHORT)
    first = clips[1]
    files = list(tmp_path.rglob("*.safetensors"))
    assert [file.name for file in files] == ["4.safetensors"] and not list(tmp_path.rglob("*.part"))
    written = files[0].stat().st_mtime_ns
    for item in (first, clips[1]):
        assert item.keys() == fresh[1].keys()
        for name, value in fresh[1].items():
            assert (
                torch.equal(item[name], value) if isinstance(value, torch.Tensor) else item[name] == value
            ), name
    assert files[0].stat().st_mtime_ns == written  # read, not made again
    assert StageClips(range(3, 5), replace(SHORT, picture_px=24), cache=tmp_path)[1]["frames"].shape == (
        32,
        24,
        24,
    )
    assert "frames" not in StageClips(range(3, 5), SHORT, sound_only=True, cache=tmp_path)[1]
    assert len(list(tmp_path.rglob("4.safetensors"))) == 3


@pytest.mark.parametrize("damage", ["empty", "half", "noise", "no caption"])
def test_a_damaged_kept_clip_is_rendered_anew(damage, tmp_path):
    clips = StageClips([4], SHORT, cache=tmp_path)
    expected = clips[0]
    (file,) = tmp_path.rglob("*.safetensors")
    whole = file.read_bytes()
    if damage == "no caption":
        save_file(load_file(file), file)
    else:
        half, noise = whole[: len(whole) // 2], bytes(range(256)) * 40
        file.write_bytes({"empty": b"", "half": half, "noise": noise}[damage])
    again = clips[0]
    assert again.keys() == expected.keys() and again["caption"] == expected["caption"]
    assert torch.equal(again["frames"], expected["frames"]) and torch.equal(again["wave"], expected["wave"])
    assert load_file(file).keys() == expected.keys() - {"seed", "caption"}
    assert len(file.read_bytes()) == len(whole)


def test_seeds_of_a_split():
    assert split_seeds("train", 5, 7) == range(7, 12)
    assert split_seeds("test", 3) == SPLITS["test"][:3]
    with pytest.raises(UserError, match="has 1000000 seeds"):
        split_seeds("validation", 2, 999_999)


class Listener(lightning.LightningModule):
    """Notes which seeds it is given."""

    def __init__(self):
        super().__init__()
        self.weight, self.seen = torch.nn.Parameter(torch.zeros(1)), []

    def training_step(self, batch, _):
        assert batch["mel"].shape == (2, 128, 64) and batch["mel"].min() >= 0 and batch["mel"].max() <= 1
        self.seen += batch["seed"].tolist()
        return self.weight.square().sum()

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), 0.1)


@pytest.mark.filterwarnings("ignore")
def test_every_epoch_has_new_seeds_and_a_resumed_run_goes_on(tmp_path):
    def seen(epochs: int, checkpoint: Path | None = None) -> tuple[list[int], lightning.Trainer]:
        listener, data = Listener(), StageData(1.024, 2, 4, first_seed=10, workers=0, sound_only=True)
        trainer = lightning.Trainer(
            max_epochs=epochs,
            accelerator="cpu",
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            limit_val_batches=0,
            reload_dataloaders_every_n_epochs=1,
            default_root_dir=tmp_path,
        )
        trainer.fit(listener, data, ckpt_path=checkpoint, weights_only=False)
        return listener.seen, trainer

    first, trainer = seen(2)
    assert first == list(range(10, 18))
    trainer.save_checkpoint(tmp_path / "two.ckpt")
    assert seen(3, tmp_path / "two.ckpt")[0] == list(range(18, 22))


def test_a_missing_bank_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no such sound bank"):
        StageData(bank=str(tmp_path / "nowhere"))
