"""Mels of the scenes that the diffusion model over 2-D latents learns from, for the autoencoder that goes
before it: rendered once for both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import lightning
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, RandomSampler

from ta_v2a.data.feature_files import read_rows
from ta_v2a.data.feature_rows import RandomCrop
from ta_v2a.data.features import StageFeatures
from ta_v2a.errors import UserError


class StageMels(lightning.LightningDataModule):
    """Batches {"mel": (batch, bands, frames) log-mel in [0, 1]}: stretches of kept mels at random places,
    whole clips in validation. They lie where the training runs.

    Use with `reload_dataloaders_every_n_epochs: 1`.

    Args:
        features: scenes, with `mels`.
        frames: mel frames of a training clip.
        batch_size: clips a step.
        clips_per_epoch: drawn anew every epoch.

    Raises:
        UserError: `features` keep no mels, or are not of the stage alone.
    """

    def __init__(
        self, features: StageFeatures, frames: int = 256, batch_size: int = 8, clips_per_epoch: int = 2400
    ):
        super().__init__()
        check_mels(features)
        self.features, self.frames, self.batch_size = features, frames, batch_size
        self.clips_per_epoch = clips_per_epoch

    def prepare_data(self) -> None:
        self.features.make()

    def setup(self, stage: str) -> None:
        seeds = (self.features.seeds["stage"], self.features.validation_seeds["stage"])
        device = self.trainer.strategy.root_device if self.trainer else torch.device("cpu")
        self.mels, self.validation_mels = (
            kept_mels(self.features.shards("stage", each)).to(device) for each in seeds
        )

    def train_dataloader(self) -> DataLoader[Any]:
        epoch = self.trainer.current_epoch if self.trainer else 0
        order, crop = torch.Generator().manual_seed(epoch), RandomCrop((self.frames,), epoch)
        draw = RandomSampler(self.mels, True, self.clips_per_epoch, generator=order)

        def collate(chosen: list[int]) -> dict[str, Tensor]:
            return {"mel": crop({"latents": self._mels_of(self.mels, chosen)})["latents"]}

        places = cast(Dataset[int], range(len(self.mels)))
        return DataLoader(places, self.batch_size, sampler=draw, drop_last=True, collate_fn=collate)

    def val_dataloader(self) -> DataLoader[Any]:
        def collate(chosen: list[int]) -> dict[str, Tensor]:
            return {"mel": self._mels_of(self.validation_mels, chosen)}

        places = cast(Dataset[int], range(len(self.validation_mels)))
        return DataLoader(places, self.batch_size, collate_fn=collate)

    def _mels_of(self, mels: Tensor, chosen: list[int]) -> Tensor:
        return mels[torch.tensor(chosen, device=mels.device)].float()


def kept_mels(shards: Sequence[Path]) -> Tensor:
    """(scenes, bands, frames) half precision: the log-mels of some shards."""
    return torch.cat([read_rows(shard, ["mel"])["mel"] for shard in shards])


def check_mels(features: StageFeatures) -> None:
    """Raises UserError where features are not of the stage alone, or keep no mels."""
    if set(features.seeds) != {"stage"} or not features.mels:
        raise UserError("2-D latents are made of the stage's scenes alone, with mels and without controls")
