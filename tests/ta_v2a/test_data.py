"""What the trainers read: targets at the right time, scenes in the right order,
features that survive a killed run."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import lightning
import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.utils.data import default_collate
from untrained import TOKENIZER_FILE, cvalp_checkpoint, vae_checkpoint

from prompts.lexicon import LEXICON
from ta_v2a.data import feature_files
from ta_v2a.data.datamodules import StageData
from ta_v2a.data.examples import CAPTIONS, FEWER_CAPTIONS, Examples, left_out, said
from ta_v2a.data.feature_files import TEXTS as WORDINGS
from ta_v2a.data.feature_files import read_facts, text_features, write_features
from ta_v2a.data.feature_rows import FeatureRows, RandomCrop, evened, uniform_of
from ta_v2a.data.features import StageFeatures
from ta_v2a.data.stage_clips import (
    ONSETS_PER_COLUMN,
    StageClips,
    activity_targets,
    kinds_heard,
    kinds_seen,
    split_seeds,
)
from ta_v2a.errors import UserError
from ta_v2a.presets.trained import mini_cvalp
from ta_v2a.stage.scene.kinds import KIND_NAMES
from ta_v2a.stage.scene.scene import SPLITS, Event, Scene, Source, heard, plan
from vocoders.clock import MINI, ClipSpec

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


@pytest.fixture
def shard(tmp_path) -> Path:
    g = torch.Generator().manual_seed(0)
    rows = {"latents": torch.randn(6, 4, 5, generator=g), "kinds": torch.zeros(6, 29)}
    rows["without"] = rows["latents"] - 1
    video = torch.cat([torch.randn(6, 5, 10, generator=g), torch.rand(6, 5, 8, generator=g)], -1)
    facts = [json.dumps({"sources": [{"kind": f"kind {k}"}], "left_out": 0}) for k in range(6)]
    save_file(
        {name: value.half() for name, value in {**rows, "video": video}.items()},
        tmp_path / "0.safetensors",
        metadata={"facts": json.dumps(facts)},
    )
    return tmp_path / "0.safetensors"


TEXTS = torch.randn(12, WORDINGS, 3, generator=torch.Generator().manual_seed(1)).half()


def row_of(rows: FeatureRows, place: int) -> dict[str, torch.Tensor]:
    return {name: value[0] for name, value in rows.batch(torch.tensor([place])).items()}


def test_rows_without_a_change_of_confidence_are_what_was_kept(shard):
    rows, kept = FeatureRows([shard, shard], TEXTS), load_file(shard)
    assert len(rows) == 12
    row = row_of(rows, 8)
    for name in ("latents", "video"):
        assert torch.equal(row[name], kept[name][2].float())
    assert torch.equal(row["text"], TEXTS[8, 0].float().expand(5, -1))
    assert row["has_text"].all() and row["has_video"] and not row["has_negative"].any()


def test_a_row_is_the_same_in_every_batch(shard):
    rows = FeatureRows([shard, shard], TEXTS, confidence=1.0, every_wording=True, controls=(0.3, 0.3, 0.3))
    many = rows.batch(torch.arange(12))
    for place in range(12):
        row = row_of(rows, place)
        assert all(torch.allclose(row[name], many[name][place], atol=1e-6) for name in row)


def test_drawn_numbers_are_even_and_differ_by_seed_and_place():
    drawn = uniform_of(3, torch.arange(20_000), 5)
    assert torch.equal(drawn, uniform_of(3, torch.arange(20_000), 5))
    assert drawn.min() >= 0 and drawn.max() < 1
    assert (drawn.mean(0) - 0.5).abs().max() < 0.01 and (drawn.std(0) - 12**-0.5).abs().max() < 0.01
    other = uniform_of(4, torch.arange(20_000), 5)
    together = torch.cat([drawn, other, drawn.roll(1, 0)], 1).T
    assert (torch.corrcoef(together) - torch.eye(15)).abs().max() < 0.04


def test_as_many_rows_have_a_control_as_the_shares_say(shard):
    rows = FeatureRows([shard] * 300, TEXTS.repeat(150, 1, 1), controls=(0.2, 0.1, 0.3))
    batch = rows.batch(torch.arange(1800))
    negative = batch["has_negative"].float().mean(1)
    assert (negative > 0).float().mean() == pytest.approx(0.6, abs=0.05)  # an idle one may find nothing
    assert ((negative > 0) & (negative < 1)).float().mean() == pytest.approx(0.3, abs=0.04)


def drawn_rows(shard: Path, controls: tuple[float, float, float]) -> list[dict[str, torch.Tensor]]:
    return [row_of(FeatureRows([shard], TEXTS, seed=seed, controls=controls), 3) for seed in range(20)]


def test_a_negated_row_lacks_what_its_negative_names(shard):
    kept = load_file(shard)
    for row in drawn_rows(shard, (1.0, 0.0, 0.0)):
        assert torch.equal(row["latents"], kept["without"][3].float())
        assert row["has_negative"].all() and row["has_text"].all()
        assert any(
            torch.equal(row["negative"][0], TEXTS[3, k].float())
            for k in range(CAPTIONS, CAPTIONS + FEWER_CAPTIONS)
        )
        assert any(
            torch.equal(row["text"][0], TEXTS[3, k].float())
            for k in range(CAPTIONS + FEWER_CAPTIONS, WORDINGS)
        )


def test_an_idle_negative_names_what_another_row_has_and_changes_no_sound(shard):
    kept = load_file(shard)
    rows = drawn_rows(shard, (0.0, 1.0, 0.0))
    assert any(row["has_negative"].all() for row in rows)
    for row in rows:
        assert torch.equal(row["latents"], kept["latents"][3].float())
        if row["has_negative"].any():
            assert not torch.equal(row["negative"][0], TEXTS[3, CAPTIONS].float())


def test_a_cue_sounds_in_its_window_and_is_named_as_left_out_around_it(shard):
    kept = load_file(shard)
    for row in drawn_rows(shard, (0.0, 0.0, 1.0)):
        inside = ~row["has_negative"]
        assert 0 < inside.sum() < 5 and (inside.int().diff().abs().sum() <= 2)
        assert row["has_text"][inside].all()
        assert torch.equal(row["latents"][:, inside], kept["latents"][3].float()[:, inside])
        first = int(inside.nonzero()[0])
        assert torch.equal(row["latents"][:, :first], kept["without"][3].float()[:, :first])


def test_rows_without_pictures_say_so(shard):
    tensors = {name: value for name, value in load_file(shard).items() if name != "video"}
    save_file(tensors, shard, metadata={"facts": json.dumps(read_facts(shard))})
    row = row_of(FeatureRows([shard], TEXTS, confidence=1.0, video_channels=18), 2)
    assert row["video"].shape == (5, 18) and not row["video"].any() and not row["has_video"]


def test_a_stranger_is_seen_at_the_moments_of_the_row_itself(shard):
    kept = load_file(shard)["video"].float()
    for seed in range(20):
        rows = FeatureRows([shard], TEXTS, seed=seed, strangers=1.0)
        row = row_of(rows, 3)
        assert torch.equal(row["video"][:, -8:], kept[3, :, -8:])
        assert any(torch.equal(row["video"][:, :-8], other[:, :-8]) for other in kept)
        assert torch.equal(row["latents"], load_file(shard)["latents"][3].float())
    batch = FeatureRows([shard] * 300, TEXTS.repeat(150, 1, 1), strangers=0.3).batch(torch.arange(1800))
    own = (batch["video"][..., :-8] == kept.repeat(300, 1, 1)[..., :-8]).all(-1).all(-1)
    assert own.float().mean() == pytest.approx(0.7 + 0.3 / 6, abs=0.04)


def words_drawn(shard: Path, **options) -> set[int]:
    """Which of its wordings row 3 has in twenty epochs."""
    rows = [row_of(FeatureRows([shard], TEXTS, seed=seed, **options), 3) for seed in range(20)]
    return {
        next(k for k in range(CAPTIONS) if torch.equal(row["text"][0], TEXTS[3, k].float())) for row in rows
    }


@pytest.mark.parametrize("confidence", [0.0, 1.5])
def test_confidence_and_the_variety_of_wordings_are_two_knobs(shard, confidence):
    assert words_drawn(shard, confidence=confidence) == {0}
    assert words_drawn(shard, confidence=confidence, every_wording=True) == set(range(CAPTIONS))
    plain = load_file(shard)["video"][3].float()
    for every_wording in (False, True):
        row = row_of(FeatureRows([shard], TEXTS, confidence=confidence, every_wording=every_wording), 3)
        assert torch.equal(row["video"], plain) == (confidence == 0)
    both = [
        row_of(FeatureRows([shard], TEXTS, confidence=confidence, every_wording=knob), 3)["video"]
        for knob in (False, True)
    ]
    assert torch.equal(*both)


def test_confidence_changes_activity_within_its_range(shard):
    kept = load_file(shard)
    for seed in range(20):
        rows = FeatureRows([shard], TEXTS, confidence=1.5, seed=seed)
        row, again = row_of(rows, 3), row_of(rows, 3)
        assert all(torch.equal(row[name], again[name]) for name in row)
        assert torch.equal(row["video"][:, :-8], kept["video"][3, :, :-8].float())
        activity = row["video"][:, -8:]
        assert activity.min() >= 0 and activity.max() <= 1
        assert not torch.allclose(activity, kept["video"][3, :, -8:].float(), atol=1e-3)
        order = kept["video"][3, :, -8:].float().clamp(1e-3, 1 - 1e-3).flatten().argsort()
        assert (activity.flatten()[order].diff() >= -1e-6).all()  # what was more active still is


def test_crops_keep_sound_and_picture_together():
    rows = [
        {
            "latents": torch.arange(9.0).expand(4, 9),
            "video": torch.arange(9.0)[:, None],
            "text": torch.full((9, 1), k),
            "has_video": torch.tensor(k > 0),
        }
        for k in range(5)
    ]
    whole = default_collate(rows)
    crop, again = RandomCrop((3, 5, 20), 0), RandomCrop((3, 5, 20), 0)
    lengths, starts = set(), set()
    for _ in range(20):
        batch, repeated = crop(whole), again(whole)
        assert all(torch.equal(batch[name], repeated[name]) for name in batch)
        length = batch["video"].shape[1]
        assert batch["latents"].shape == (5, 4, length) and torch.equal(
            batch["latents"][:, 0], batch["video"][..., 0]
        )
        assert (batch["video"][..., 0].diff(dim=1) == 1).all()
        assert torch.equal(batch["text"], torch.arange(5)[:, None, None].expand(5, length, 1))
        assert batch["has_video"].tolist() == [False, True, True, True, True]
        lengths.add(length)
        starts |= set(batch["video"][:, 0, 0].tolist())
    assert lengths == {3, 5, 9} and len(starts) > 3


def test_wordings_begin_with_the_scenes_own():
    planned = next(
        each for each in (plan(seed, MINI.duration_s) for seed in range(9)) if len(each.sources) > 1
    )
    seed, gone = planned.seed, left_out(planned.seed, planned)
    facts = json.dumps({"sources": [asdict(heard(s)) for s in planned.sources], "left_out": gone})
    words = said(facts, seed)
    assert len(words) == WORDINGS and words == said(facts, seed) and words[0] == planned.caption
    assert len(set(words[:CAPTIONS])) > 1 and all(words)
    alone = json.dumps({"sources": [asdict(heard(planned.sources[gone]))], "left_out": 0})
    assert said(alone, seed)[CAPTIONS:] == [*words[CAPTIONS : CAPTIONS + FEWER_CAPTIONS], "", ""]


@torch.no_grad()
def features_by_hand(folder: Path, seeds: range) -> torch.Tensor:
    """The mean over each film and its mirror image, in float32."""
    cvalp = mini_cvalp(folder / "cvalp.ckpt", TOKENIZER_FILE)
    clips = StageClips(seeds, ClipSpec(duration_s=1.024))
    frames = torch.stack([clips[k]["frames"] for k in range(len(seeds))]).float() / 255
    plain, mirrored = (cvalp.encode_video(each) for each in (frames, frames.flip(-1)))
    assert float((plain - mirrored).abs().max()) > 0.05
    return (plain + mirrored) / 2


def test_features_are_those_that_the_engine_gives_the_denoiser(tmp_path, monkeypatch):
    """Written by the trainer's data, and given by the engine for the same pictures."""
    monkeypatch.setattr(feature_files, "SHARD", 1)
    files = (cvalp_checkpoint(tmp_path), TOKENIZER_FILE, vae_checkpoint(tmp_path))
    one = Examples(range(40, 41), ClipSpec(duration_s=2.048))
    write_features(one, range(40, 41), tmp_path / "features", *files, 0)
    from ldm.denoisers.audio_transformer import AudioTransformer
    from ldm.scheduling import FlowEuler
    from ta_v2a.engine.foley import FoleyEngine
    from ta_v2a.engine.parts import Parts
    from ta_v2a.engine.tapes import PictureTape
    from ta_v2a.engine.windows import plan_windows
    from ta_v2a.presets.trained import mini_autoencoder
    from vocoders.griffin_lim import GriffinLim

    cvalp, denoiser = mini_cvalp(*files[:2]), AudioTransformer(width=16, depth=1, heads=2, modulation_rank=8)
    parts = Parts(cvalp, mini_autoencoder(files[2]), denoiser, GriffinLim(iterations=1), FlowEuler())
    engine = FoleyEngine(parts, {}, autocast_dtype=torch.bfloat16)
    frames = StageClips([40], ClipSpec(duration_s=2.048))[0]["frames"].numpy()[None]
    with torch.no_grad():
        tape, window = PictureTape(iter([frames])), plan_windows(32, 128)[0]
        found = engine._video(tape, window, hits=None, prompts=[None])
    assert torch.equal(load_file(tmp_path / "features" / "40.safetensors")["video"], found.half())


def test_features_resume_after_a_lost_or_damaged_shard(tmp_path, monkeypatch):
    monkeypatch.setattr(feature_files, "SHARD", 2)
    files = (cvalp_checkpoint(tmp_path), TOKENIZER_FILE, vae_checkpoint(tmp_path))
    folder = tmp_path / "features"
    write_features(Examples(range(40, 43), ClipSpec(duration_s=1.024)), range(40, 43), folder, *files, 0)
    expected = features_by_hand(tmp_path, range(40, 42))
    torch.testing.assert_close(
        load_file(folder / "40.safetensors")["video"].float(), expected, atol=0.02, rtol=0
    )
    written = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(written) == {"40.safetensors", "42-1.safetensors"}  # the last shard is not full
    whole, last = load_file(folder / "40.safetensors"), load_file(folder / "42-1.safetensors")
    assert set(whole) == {"latents", "without", "kinds", "video"} and whole["video"].shape == (2, 16, 264)
    assert whole["latents"].shape[::2] == (2, 16)  # whatever the width of a column
    assert all(v.dtype == torch.float16 and v.isfinite().all() for v in whole.values())
    assert len(last["latents"]) == 1
    facts = [*read_facts(folder / "40.safetensors"), *read_facts(folder / "42-1.safetensors")]
    texts = text_features(facts, range(40, 43), mini_cvalp(files[0], TOKENIZER_FILE))
    assert texts.shape == (3, WORDINGS, 256) and not torch.equal(texts[0], texts[1])
    (folder / "40.safetensors").unlink()
    untouched = (folder / "42-1.safetensors").stat().st_mtime_ns
    write_features(Examples(range(40, 43), ClipSpec(duration_s=1.024)), range(40, 43), folder, *files, 0)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written
    assert (folder / "42-1.safetensors").stat().st_mtime_ns == untouched
    (folder / "40.safetensors").write_bytes(written["40.safetensors"][:-1])  # damaged
    save_file(whole, folder / "42-1.safetensors", {"facts": json.dumps(facts[:2])})  # whole, but of two rows
    seeds = range(40, 43)
    write_features(Examples(seeds, ClipSpec(duration_s=1.024)), seeds, folder, *files, 0, part=1, parts=2)
    assert (folder / "42-1.safetensors").read_bytes() == written["42-1.safetensors"]
    assert (folder / "40.safetensors").read_bytes() != written["40.safetensors"]  # the other process's
    write_features(Examples(seeds, ClipSpec(duration_s=1.024)), seeds, folder, *files, 0, part=0, parts=2)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == written


def test_other_weights_have_another_cache(tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    paths = {
        "cvalp": str(tmp_path / "a"),
        "vae": str(tmp_path / "b"),
        "tokenizer_file": str(tmp_path / "c"),
        "cache": str(tmp_path),
    }
    before = StageFeatures(**paths).folder
    assert before == StageFeatures(**paths, scenes=5).folder
    (tmp_path / "b").write_text("trained longer")
    assert before != StageFeatures(**paths).folder


def test_other_recordings_have_another_cache(tmp_path):
    """Features and kept clips; a bank that was moved is the same one."""
    for name in ("a", "b", "c", "sounds/wood/knock.wav"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    paths = {
        "cvalp": str(tmp_path / "a"),
        "vae": str(tmp_path / "b"),
        "tokenizer_file": str(tmp_path / "c"),
        "cache": str(tmp_path),
    }

    def places(bank: str | None) -> tuple[Path, Path | None]:
        return StageFeatures(**paths, bank=bank).folder, StageClips([0], SHORT, bank, cache=tmp_path).kept

    without, bank = places(None), tmp_path / "sounds"
    first = places(str(bank))
    (tmp_path / "elsewhere").mkdir()
    bank.rename(tmp_path / "elsewhere" / "sounds")
    bank = tmp_path / "elsewhere" / "sounds"
    moved = places(str(bank))
    (bank / "wood" / "knock.wav").write_text("another")
    changed = places(str(bank))
    (bank / "wood" / "second.wav").write_text("more")
    more = places(str(bank))
    assert moved == first
    assert all(len(set(each)) == 4 for each in zip(without, first, changed, more, strict=True))


def test_rare_kinds_are_drawn_more_often():
    kinds = torch.tensor([[1.0, 0, 0]] * 90 + [[0, 1.0, 0]] * 9 + [[1.0, 0, 1.0]])
    assert torch.equal(evened(kinds, 0.0), torch.ones(100))
    alike = evened(kinds, 1.0)
    drawn = alike / alike.sum()
    assert drawn[-1] == pytest.approx(1 / (90 / 91 + 2), rel=1e-4)  # the rarest kind decides for its scene
    assert drawn[90:99].sum() == pytest.approx(
        float(drawn[-1]), rel=1e-4
    )  # all kinds as often as one another
    half = evened(kinds, 0.5)
    assert half[0] < half[90] < half[-1] < alike[-1]
