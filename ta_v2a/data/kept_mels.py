"""Mels of the scenes that the diffusion model over 2-D latents learns from, for the autoencoder that goes
before it: rendered once for both."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import lightning
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, RandomSampler, SequentialSampler

from ta_v2a.data.feature_files import read_rows
from ta_v2a.data.features import StageFeatures
from ta_v2a.data.row_batches import batch_loader, cut, home, sent
from ta_v2a.errors import UserError
from vocoders.training.joined_batch import own


class MelCrops(Dataset):
    """Batches {"mel": (batch, bands, frames) log-mel in [0, 1]} of stretches at random places; whole clips
    without `epoch`."""

    def __init__(self, mels: Tensor, frames: int, epoch: int | None):
        self.mels, self.frames = mels, min(frames, mels.shape[-1])
        self.generator = None if epoch is None else torch.Generator().manual_seed(epoch)

    def __len__(self) -> int:
        return len(self.mels)

    def __getitems__(self, indices: Sequence[int]) -> dict[str, Tensor]:
        at = sent(torch.tensor(indices), self.mels.device)
        if self.generator is None:
            return {"mel": self.mels[at].float()}
        last = self.mels.shape[-1] - self.frames
        drawn = own(lambda count: torch.randint(last + 1, (count,), generator=self.generator), len(at))
        stretch = cut(self.mels.movedim(-1, 1), at, sent(drawn, at.device), self.frames)
        return {"mel": stretch.movedim(1, -1).float()}


class StageMels(lightning.LightningDataModule):
    """Stretches of kept mels; use with `reload_dataloaders_every_n_epochs: 1`.

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
        self.features.prepare_data()

    def setup(self, stage: str) -> None:
        seeds = (self.features.seeds["stage"], self.features.validation_seeds["stage"])
        self.mels, self.validation_mels = (kept_mels(self.features.shards("stage", each)) for each in seeds)

    def train_dataloader(self) -> DataLoader[Any]:
        epoch = self.trainer.current_epoch if self.trainer else 0
        self.mels = self.mels.to(home(self.trainer))
        order = torch.Generator().manual_seed(epoch)
        draw = RandomSampler(self.mels, True, self.clips_per_epoch, generator=order)
        return batch_loader(MelCrops(self.mels, self.frames, epoch), self.batch_size, draw)

    def val_dataloader(self) -> DataLoader[Any]:
        crops = MelCrops(self.validation_mels, self.validation_mels.shape[-1], None)
        return batch_loader(crops, min(self.batch_size, len(crops)), SequentialSampler(crops))


def kept_mels(shards: Sequence[Path]) -> Tensor:
    """(scenes, bands, frames) half precision: the log-mels of some shards."""
    return torch.cat([read_rows(shard, ["mel"])["mel"] for shard in shards])


def check_mels(features: StageFeatures) -> None:
    """Raises UserError where features are not of the stage alone, or keep no mels."""
    if set(features.seeds) != {"stage"} or not features.mels:
        raise UserError("2-D latents are made of the stage's scenes alone, with mels and without controls")
