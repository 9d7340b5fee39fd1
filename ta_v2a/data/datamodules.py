"""Lightning data modules over the stage."""

from pathlib import Path
from typing import Any

import lightning
from torch.utils.data import DataLoader

from ta_v2a.data.stage_clips import StageClips, split_seeds
from ta_v2a.system.processes import follow_parent
from vocoders.clock import MINI, ClipSpec
from vocoders.mel import LogMel


class StageData(lightning.LightningDataModule):
    """Fresh scenes every epoch: epoch e reads the next `clips_per_epoch` training seeds, so a
    resumed run goes on where it stopped.

    Use with `reload_dataloaders_every_n_epochs: 1`.

    Args:
        duration_s: length of a clip in seconds.
        batch_size: clips a step.
        clips_per_epoch: training seeds an epoch.
        first_seed: offset into the training seeds.
        bank: folder of recordings for the sound, or None for synthesis alone.
        sound_only: leave the pictures out.
        picture_px: side of the pictures.
        recorded: share of the training scenes that are of recordings of the bank alone, 0..1.
        close: share of the other training scenes that are of close motions, 0..1.
        solid: share of those that are left, 0..1, that are built of bodies; the flat stage has the rest.
        cache: folder to keep rendered clips in, for scenes that are read more than once (see
            `StageClips`); None renders them every time.
    """

    def __init__(
        self,
        duration_s: float = 4.096,
        batch_size: int = 16,
        clips_per_epoch: int = 3200,
        first_seed: int = 0,
        validation_clips: int = 128,
        workers: int = 1,
        bank: str | None = None,
        sound_only: bool = False,
        picture_px: int = MINI.picture_px,
        cache: str | None = None,
        recorded: float = 0.0,
        close: float = 0.0,
        solid: float = 0.0,
    ):
        super().__init__()
        self.recorded, self.close, self.solid = recorded, close, solid
        self.spec = ClipSpec(duration_s=duration_s, picture_px=picture_px)
        self.log_mel = LogMel(self.spec)
        self.batch_size, self.clips_per_epoch, self.first_seed = batch_size, clips_per_epoch, first_seed
        self.validation_clips, self.workers, self.bank, self.sound_only, self.cache = (
            validation_clips,
            workers,
            bank,
            sound_only,
            cache,
        )
        if bank is not None and not Path(bank).is_dir():
            raise ValueError(f"no such sound bank: {bank}")

    def _loader(self, clips: StageClips) -> DataLoader:
        ahead = 4 if self.workers else None
        return DataLoader(
            clips,
            self.batch_size,
            num_workers=self.workers,
            worker_init_fn=follow_parent,
            drop_last=True,
            prefetch_factor=ahead,
        )

    def train_dataloader(self) -> DataLoader:
        epoch = self.trainer.current_epoch if self.trainer else 0
        seeds = split_seeds("train", self.clips_per_epoch, self.first_seed + epoch * self.clips_per_epoch)
        kept = (self.sound_only, self.cache, self.recorded, "train", self.close, self.solid)
        return self._loader(StageClips(seeds, self.spec, self.bank, *kept))

    def val_dataloader(self) -> DataLoader:
        seeds = split_seeds("validation", self.validation_clips)
        bank = self.bank if self.recorded else None
        return self._loader(
            StageClips(seeds, self.spec, bank, self.sound_only, self.cache, self.recorded, "test")
        )

    def on_after_batch_transfer(self, batch: dict[str, Any], dataloader_idx: int) -> dict[str, Any]:
        """Adds `mel`, (B, 128, frames) log-mel in [0, 1], where the batch now is."""
        batch["mel"] = self.log_mel.to(batch["wave"].device)(batch["wave"])
        return batch
