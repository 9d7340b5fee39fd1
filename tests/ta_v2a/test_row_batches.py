"""Whole batches out of memory: the rows' own values, at the places and with the words that were drawn."""

import pytest
import torch
from torch.utils.data import SequentialSampler

from ta_v2a.data.examples import CAPTIONS
from ta_v2a.data.features import FeatureRows, StageFeatures
from ta_v2a.data.kept_mels import MelCrops, StageMels
from ta_v2a.data.picture_latents import StagePictures
from ta_v2a.data.row_batches import RowBatches, batch_loader, home
from ta_v2a.errors import UserError

CPU, ROWS, COLUMNS = torch.device("cpu"), 6, 8


def some_rows(**changes) -> FeatureRows:
    """Rows of 2 x 3 x 8 latents and 16 pictures, whose values say row and moment."""
    rows = FeatureRows.__new__(FeatureRows)
    row = torch.arange(ROWS, dtype=torch.float32)
    rows.latents = (100 * row[:, None, None, None] + torch.arange(COLUMNS)).expand(-1, 2, 3, -1).half()
    rows.video = (100 * row[:, None, None] + torch.arange(2 * COLUMNS)[:, None]).expand(-1, -1, 4).half()
    rows.text = (10 * row[:, None, None] + torch.arange(8)[:, None]).expand(-1, -1, 5).half()
    rows.activity, rows.confidence, rows.every_wording, rows.controls = 2, 0.0, True, (0.0, 0.0, 0.0)
    for name, value in changes.items():
        setattr(rows, name, value)
    return rows


def batch(rows: FeatureRows, indices=(4, 1, 4), lengths=(4,), epoch=0) -> dict[str, torch.Tensor]:
    return RowBatches(rows, lengths, epoch, CPU).__getitems__(list(indices))


def test_sound_picture_and_words_are_of_one_row_and_one_moment():
    found = [batch(some_rows(), epoch=epoch) for epoch in range(20)]
    for each in found:
        assert each["latents"].shape == (3, 2, 3, 4) and each["video"].shape == (3, 8, 4)
        first = each["latents"][:, 0, 0, 0]
        torch.testing.assert_close(each["latents"][:, 1, 2], first[:, None] + torch.arange(4.0))
        rows = (first // 100) * 100
        torch.testing.assert_close(
            each["video"][..., 3], (rows + 2 * (first - rows))[:, None] + torch.arange(8.0)
        )
        assert (rows / 100).tolist() == [4, 1, 4]
        assert (each["text"][:, 0] // 10).tolist() == [4, 1, 4]
    places = {float(each["latents"][0, 0, 0, 0]) - 400 for each in found}
    words = {float(each["text"][0, 0]) - 40 for each in found}
    assert places == set(range(5)) and words == set(range(CAPTIONS))
    assert any(each["latents"][0, 0, 0, 0] != each["latents"][2, 0, 0, 0] for each in found)


def test_an_epoch_draws_the_same_again_and_another_epoch_others():
    first, again, other = (batch(some_rows(), epoch=epoch) for epoch in (0, 0, 1))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


def test_own_words_and_all_lengths_where_that_is_asked():
    assert (batch(some_rows(every_wording=False))["text"][:, 0] == torch.tensor([40.0, 10, 40])).all()
    batches = RowBatches(some_rows(), (2, 4, 99), 0, CPU)
    assert {batches.__getitems__([0])["latents"].shape[-1] for _ in range(30)} == {2, 4, COLUMNS}


def test_activity_alone_is_made_less_sure():
    video = torch.rand(ROWS, 2 * COLUMNS, 4, generator=torch.Generator().manual_seed(0)).half()
    plain, unsure = (batch(some_rows(video=video, confidence=c))["video"] for c in (0.0, 1.0))
    assert torch.equal(plain[..., :2], unsure[..., :2]) and not torch.equal(plain[..., 2:], unsure[..., 2:])
    order = plain[0, :, 2].argsort()
    assert (unsure[0, order, 2].diff() >= -1e-6).all()  # a monotonous change
    assert (unsure[..., 2:] > 0).all() and (unsure[..., 2:] < 1).all()


def test_rows_with_controls_or_without_pictures_are_refused():
    for changes in ({"controls": (0.1, 0.0, 0.0)}, {"video": None}):
        with pytest.raises(ValueError, match="without controls"):
            RowBatches(some_rows(**changes), (4,), 0, CPU)


def test_a_loader_hands_batches_on_and_leaves_the_last_part_out():
    rows = some_rows(text=torch.zeros(ROWS, 8, 0))
    found = list(batch_loader(RowBatches(rows, (4,), 0, CPU), 4, SequentialSampler(range(ROWS))))
    assert len(found) == 1 and set(found[0]) == {"latents", "video"} and len(found[0]["latents"]) == 4
    assert home(None) == CPU


def test_mels_are_cut_at_random_places_or_left_whole():
    mels = (100 * torch.arange(3.0)[:, None, None] + torch.arange(10)).expand(-1, 2, -1).half()
    crops = [MelCrops(mels, 4, epoch).__getitems__([2, 0])["mel"] for epoch in range(40)]
    assert all(crop.shape == (2, 2, 4) and (crop.diff(dim=-1) == 1).all() for crop in crops)
    assert {float(crop[0, 0, 0]) - 200 for crop in crops} == set(range(7))
    assert torch.equal(MelCrops(mels, 10, None).__getitems__([1])["mel"], mels[1:2].float())


def test_2d_latents_need_scenes_of_the_stage_with_mels():
    for data in (StagePictures, StageMels):
        with pytest.raises(UserError, match="with mels and without controls"):
            data(StageFeatures())
    with pytest.raises(UserError, match="no second sounds"):
        StageFeatures(mels=True, controls=(0.1, 0.0, 0.0))
