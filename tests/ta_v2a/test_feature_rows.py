"""Rows of kept features: changed by their place, negated, cued, cropped, drawn by rarity."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.utils.data import default_collate

from ta_v2a.data.examples import CAPTIONS, FEWER_CAPTIONS
from ta_v2a.data.feature_files import TEXTS as WORDINGS
from ta_v2a.data.feature_files import read_facts
from ta_v2a.data.feature_rows import FeatureRows, RandomCrop, evened, uniform_of


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
