"""Mels that are kept for the autoencoder over 2-D latents: cut at random places, whole in validation."""

import pytest
import torch

from ta_v2a.data.features import StageFeatures
from ta_v2a.data.kept_mels import StageMels
from ta_v2a.data.picture_latents import StagePictures
from ta_v2a.errors import UserError


def test_mels_are_cut_at_random_places_and_left_whole_in_validation():
    data = StageMels(StageFeatures(mels=True), frames=4, batch_size=3, clips_per_epoch=60)
    data.mels = (100 * torch.arange(3.0)[:, None, None] + torch.arange(10)).expand(-1, 2, -1).half()
    data.validation_mels = data.mels[:2]
    batches = [batch["mel"] for batch in data.train_dataloader()]
    assert len(batches) == 20 and all(batch.shape == (3, 2, 4) for batch in batches)
    crops = torch.cat(batches)
    assert (crops.diff(dim=-1) == 1).all() and (crops[:, 0] == crops[:, 1]).all()
    rows, places = crops[:, 0, 0] // 100, crops[:, 0, 0] % 100
    assert set(rows.tolist()) == {0, 1, 2} and set(places.tolist()) == set(range(7))
    again = torch.cat([batch["mel"] for batch in data.train_dataloader()])
    assert torch.equal(crops, again)
    (whole,) = data.val_dataloader()
    assert torch.equal(whole["mel"], data.mels[:2].float())


def test_2d_latents_need_scenes_of_the_stage_with_mels():
    for data in (StagePictures, StageMels):
        with pytest.raises(UserError, match="with mels and without controls"):
            data(StageFeatures())
    with pytest.raises(UserError, match="no second sounds"):
        StageFeatures(mels=True, controls=(0.1, 0.0, 0.0))
