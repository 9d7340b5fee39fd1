"""What CVALP at paper size trains on: shards of real clips, or scenes of the stage
seen through the paper's clock."""

import io
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import lightning
import numpy as np
import torch
from torch.utils.data import DataLoader

from ta_v2a.data.colour_scenes import ColourScenes
from ta_v2a.data.film_clips import from_strip
from ta_v2a.data.prepare import SHARDS_INDEX_FILE, read_account
from ta_v2a.data.stage_clips import split_seeds
from ta_v2a.errors import UserError
from ta_v2a.system.processes import follow_parent
from vocoders.clock import AUDIOLDM, PAPER
from vocoders.mel import LogMel


class PaperStage(lightning.LightningDataModule):
    """Fresh scenes every epoch, as `StageData` draws them. Use with `reload_dataloaders_every_n_epochs: 1`.

    Args:
        sound_hz: None for the log-mel of 128 bands, 16000 or 32000 for the wave
            that PANNs' own front end reads.
        duration_s: None: a window of the clock.
        picture_px: smaller than the paper's for a dry run.
        timing: "audioldm" for a model on AudioLDM's mel, see `vocoders.clock.AUDIOLDM`.
    """

    def __init__(
        self,
        batch_size: int = 30,
        clips_per_epoch: int = 3000,
        validation_clips: int = 60,
        first_seed: int = 0,
        workers: int = 1,
        sound_hz: int | None = None,
        duration_s: float | None = None,
        picture_px: int = 224,
        timing: Literal["paper", "audioldm"] = "paper",
    ):
        super().__init__()
        clock = AUDIOLDM if timing == "audioldm" else PAPER
        self.spec = replace(clock, duration_s=duration_s or clock.duration_s, picture_px=picture_px)
        self.log_mel, self.sound_hz = LogMel(self.spec), sound_hz
        self.batch_size, self.workers, self.first_seed = batch_size, workers, first_seed
        self.clips_per_epoch, self.validation_clips = clips_per_epoch, validation_clips

    def _loader(self, seeds: range) -> DataLoader:
        scenes = ColourScenes(seeds, self.spec, self.sound_hz)
        return DataLoader(
            scenes, self.batch_size, num_workers=self.workers, worker_init_fn=follow_parent, drop_last=True
        )

    def train_dataloader(self) -> DataLoader:
        epoch = self.trainer.current_epoch if self.trainer else 0
        return self._loader(
            split_seeds("train", self.clips_per_epoch, self.first_seed + epoch * self.clips_per_epoch)
        )

    def val_dataloader(self) -> DataLoader:
        return self._loader(split_seeds("validation", self.validation_clips))

    def on_after_batch_transfer(self, batch: dict[str, Any], dataloader_idx: int) -> dict[str, Any]:
        """Adds `mel`, (B, 128, frames), where the batch now is, unless the model reads the wave."""
        if self.sound_hz is None:
            batch["mel"] = self.log_mel.to(batch["wave"].device)(batch["wave"])
        return batch


def from_sample(sample: dict[str, Any]) -> dict[str, Any]:
    """A clip as `ta_v2a.data.prepare` wrote it: `frames` uint8 (pictures, px, px[, 3]), `mel`, `caption`,
    `key`, and more is there.

    Raises:
        UserError: the clip is damaged.
    """
    try:
        return _from_sample(sample)
    except Exception as error:  # a broken picture or array may be refused in any way
        raise UserError(_damaged(sample.get("__url__"))) from error


def _damaged(shard: Any) -> str:
    return f"{shard} is damaged: remove it and run ta-v2a data prepare again"


def _refuse(error: Exception) -> bool:
    """webdataset's handler of errors; of a shard that it could open, the name ends their arguments."""
    raise UserError(_damaged(getattr(error, "filename", None) or error.args[-1])) from error


def _from_sample(sample: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {
        "key": sample["__key__"],
        "frames": torch.from_numpy(from_strip(sample["frames.jpg"])),
    }
    item["caption"] = json.loads(sample["json"])["caption"]
    for name in ("mel", "wave", "video", "audio", "text"):
        if f"{name}.npy" in sample:
            value = torch.from_numpy(np.load(io.BytesIO(sample[f"{name}.npy"]), allow_pickle=False))
            item[name] = value.float() / (32767 if name == "wave" else 1)
    return item


def read_shards(
    folder: Path,
    batch_size: int,
    workers: int,
    *,
    epoch: int = 0,
    rank: int = 0,
    world: int = 1,
    shuffle_clips: int = 0,
) -> DataLoader:
    """Batches of one process in one epoch; the same order for the same numbers.

    Every process reads shards of its own and as many batches as the others. Where shards do not divide
    evenly, an epoch reads some clips twice and leaves some to the next one.

    Raises:
        UserError: the shards are not finished, too few or damaged; of a damaged one while it is read.
    """
    import webdataset

    if not (folder / SHARDS_INDEX_FILE).is_file():
        raise UserError(f"{folder} holds no finished shards: ta-v2a data prepare MANIFEST -o {folder}")
    index = read_account(folder / SHARDS_INDEX_FILE, ("shards", "clips"))
    files = [str(folder / name) for name, clips in index["shards"].items() if clips]
    share, readers = world * max(1, workers), max(1, workers)
    batches = index["clips"] // (share * batch_size)
    if len(files) < share or not batches:
        raise UserError(
            f"{folder} holds {index['clips']} clips in {len(files)} shards: too few for {world} processes "
            f"with {readers} readers each and {batch_size} clips a batch; prepare it with a smaller "
            f"--shard-clips"
        )
    if shuffle_clips:
        random.Random(epoch).shuffle(files)
    settings = {"shardshuffle": False, "nodesplitter": None, "empty_check": False, "handler": _refuse}
    clips = webdataset.WebDataset(files[rank::world], **settings)
    if shuffle_clips:
        clips = clips.shuffle(shuffle_clips, rng=random.Random(f"{epoch} {rank}"))
    clips = clips.map(from_sample).with_epoch(batches * batch_size)
    return DataLoader(clips, batch_size, num_workers=workers, worker_init_fn=follow_parent, drop_last=True)


class PaperShards(lightning.LightningDataModule):
    """Real clips in shards of `ta-v2a data prepare`. Use with `reload_dataloaders_every_n_epochs: 1`.

    Args:
        shards: folder of the training shards.
        validation: folder of others to validate on, or None.
        batch_size: of one process.
        shuffle_clips: clips held back to mix neighbours, beside the shuffled order of shards.
    """

    def __init__(
        self,
        shards: str,
        validation: str | None = None,
        batch_size: int = 30,
        workers: int = 4,
        shuffle_clips: int = 500,
    ):
        super().__init__()
        self.shards, self.validation = Path(shards), None if validation is None else Path(validation)
        self.batch_size, self.workers, self.shuffle_clips = batch_size, workers, shuffle_clips

    def _loader(self, folder: Path, epoch: int, shuffle_clips: int) -> DataLoader:
        rank, world = (self.trainer.global_rank, self.trainer.world_size) if self.trainer else (0, 1)
        return read_shards(
            folder,
            self.batch_size,
            self.workers,
            epoch=epoch,
            rank=rank,
            world=world,
            shuffle_clips=shuffle_clips,
        )

    def train_dataloader(self) -> DataLoader:
        return self._loader(
            self.shards, self.trainer.current_epoch if self.trainer else 0, self.shuffle_clips
        )

    def val_dataloader(self) -> DataLoader | list:
        return [] if self.validation is None else self._loader(self.validation, 0, 0)
