"""What the diffusion model trains on: rows of latents, video features and words, and what each row asks
for."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import lightning
import torch
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from cvalp.role import Encoders
from ta_v2a.data.examples import Examples, World
from ta_v2a.data.feature_files import (
    feature_shard,
    read_facts,
    read_rows,
    shards_of,
    text_features,
    write_features,
)
from ta_v2a.data.feature_rows import FeatureRows, RandomCrop, evened
from ta_v2a.data.stage_clips import STAGE_CODE, split_seeds
from ta_v2a.errors import UserError
from ta_v2a.presets.trained import mini_autoencoder, mini_cvalp, weights_file
from ta_v2a.system.provenance import code_digest, file_sha256, recordings_digest
from vocoders.clock import MINI

FEATURE_CODE = (
    *STAGE_CODE,
    "ta_v2a.data.examples",
    "cvalp.features",
    "cvalp.mini.model",
    "ldm.autoencoders.mel_autoencoder",
    "vocoders.mel",
)
"""Modules that features come from, beside `ta_v2a.data.feature_files`."""


class StageFeatures(lightning.LightningDataModule):
    """Features of training scenes and of a few validation scenes, kept in `cache`; made when missing.

    Use with `reload_dataloaders_every_n_epochs: 1`.

    Args:
        cvalp, vae: checkpoints of the encoders' last training and of the
            autoencoder's, or components of a preset.
        tokenizer_file: the text tower's sentencepiece model.
        scenes, recorded_scenes, unseen_scenes: of the three worlds (`ta_v2a.data.examples.World`); the last
            two are made of the recordings of `bank` and want one.
        close_scenes: of close motions (`ta_v2a.stage.scene.close`).
        solid_scenes, act_scenes: of solid bodies, and of the clean setting's acts built of them.
        bank: folder of recordings for the sound, or None.
        confidence, every_wording, controls, strangers: of the training scenes, see `FeatureRows`.
        lengths: columns of a training batch, one of these by chance.
        importance_power: the loss weighs latent channels by this power of
            `MelAutoencoder.channel_importance`. At 1 the first channel (loudness) takes 28 % of the loss and
            the colour of a sound, which tells its kind, little.
        even_power: how far training draws all kinds of the stage alike, see `evened`; half of
            the stage's scenes are impacts.
        first_seed: offset into the training seeds.
        mels: keep log-mels and words in place of second sounds, in shards of their own, for what trains on
            mels or on latents of another autoencoder. Then there are no controls.

    Raises:
        UserError: scenes of recordings, and no bank; or controls, or what is not seen, with mels.
    """

    def __init__(
        self,
        cvalp: str = "runs/video/last.ckpt",
        vae: str = "runs/vae/last.ckpt",
        tokenizer_file: str = "ta_v2a/weights/mini/cvalp/spiece.model",
        scenes: int = 6400,
        recorded_scenes: int = 0,
        unseen_scenes: int = 0,
        close_scenes: int = 0,
        solid_scenes: int = 0,
        act_scenes: int = 0,
        validation_scenes: int = 192,
        batch_size: int = 48,
        workers: int = 1,
        bank: str | None = None,
        confidence: float = 1.0,
        controls: tuple[float, float, float] = (0.0, 0.0, 0.0),
        strangers: float = 0.0,
        lengths: tuple[int, ...] = (64, 96, 128),
        cache: str = "runs/features",
        importance_power: float = 0.5,
        even_power: float = 0.5,
        first_seed: int = 20_000_000,
        every_wording: bool = True,
        mels: bool = False,
    ):
        super().__init__()
        if mels and (any(controls) or unseen_scenes):
            raise UserError("with mels there are no second sounds, which controls need, and all is seen")
        if (recorded_scenes or unseen_scenes) and bank is None:
            raise UserError("scenes of recordings want a bank: --data.init_args.bank FOLDER")
        self.files = (Path(cvalp), Path(tokenizer_file), Path(vae))
        self.counts: dict[World, int] = {
            "stage": scenes,
            "recorded": recorded_scenes,
            "unseen": unseen_scenes,
            "close": close_scenes,
            "solid": solid_scenes,
            "acts": act_scenes,
        }
        self.validation_scenes, self.batch_size, self.workers = validation_scenes, batch_size, workers
        self.bank, self.confidence, self.lengths, self.cache = bank, confidence, tuple(lengths), Path(cache)
        self.importance_power, self.even_power, self.first_seed = importance_power, even_power, first_seed
        self.every_wording, self.controls, self.mels = every_wording, controls, mels
        self.strangers = strangers

    @property
    def seeds(self) -> dict[World, range]:
        """Of the training scenes of every world that has some."""
        seeds, start = {}, self.first_seed
        for world, count in self.counts.items():
            if count:
                seeds[world] = split_seeds("train", count, start)
            start += count
        return seeds

    @property
    def validation_seeds(self) -> dict[World, range]:
        """The stage's, and of recordings that no training heard as many."""
        seeds: dict[World, range] = {"stage": split_seeds("validation", self.validation_scenes)}
        if self.counts["recorded"]:
            seeds["recorded"] = split_seeds("validation", self.validation_scenes, self.validation_scenes)
        return seeds

    @cached_property
    def folder(self) -> Path:
        """The cache of exactly these weights, recordings and source code: whatever else changes gets another
        folder."""
        code = code_digest(FEATURE_CODE, alone=("ta_v2a.data.feature_files", "ta_v2a.presets.trained"))
        facts = [*(file_sha256(weights_file(f)) for f in self.files), recordings_digest(self.bank), code]
        return self.cache / hashlib.sha256(" ".join(facts).encode()).hexdigest()[:12]

    def make(self, part: int = 0, parts: int = 1) -> None:
        """Computes the features that are missing, or one process's part of them."""
        for split, worlds in (("train", self.seeds), ("test", self.validation_seeds)):
            for world, seeds in worlds.items():
                examples = Examples(seeds, MINI, self.bank, world, split, second=not self.mels)
                what = (examples, seeds, self._of(world), *self.files)
                write_features(*what, self.workers, self.mels, part, parts)

    def _of(self, world: World) -> Path:
        return self.folder / (f"{world}-mels" if self.mels else world)

    def shards(self, world: World, seeds: range) -> list[Path]:
        """Where the rows of some seeds are kept."""
        return [feature_shard(self._of(world), shard) for shard in shards_of(seeds)]

    def _rows(self, worlds: Mapping[World, range], cvalp: Encoders, **changes: Any) -> FeatureRows:
        files = [file for world, seeds in worlds.items() for file in self.shards(world, seeds)]
        text = self._texts(files, [seed for seeds in worlds.values() for seed in seeds], cvalp)
        return FeatureRows(files, text, video_channels=cvalp.video_width, **changes)

    def _texts(self, files: Sequence[Path], seeds: Sequence[int], cvalp: Encoders) -> torch.Tensor:
        if self.mels:
            return torch.cat([read_rows(file, ["text"])["text"] for file in files])
        return text_features([fact for file in files for fact in read_facts(file)], seeds, cvalp)

    def setup(self, stage: str) -> None:
        device = self.trainer.strategy.root_device if self.trainer else torch.device("cpu")
        if self.trainer is None:
            self.make()
        else:  # not in `prepare_data`, where all but one process of a machine wait
            self.make(self.trainer.local_rank, self.trainer.num_devices)
            self.trainer.strategy.barrier("features")
        cvalp = mini_cvalp(*self.files[:2]).to(device)
        importance = mini_autoencoder(self.files[2]).channel_importance() ** self.importance_power
        self.importance = importance / importance.mean()
        options = {
            "confidence": self.confidence,
            "every_wording": self.every_wording,
            "controls": self.controls,
            "strangers": self.strangers,
        }
        self.rows = self._rows(self.seeds, cvalp, **options)
        parts = self.rows.kinds.split([len(seeds) for seeds in self.seeds.values()])
        self.weights = torch.cat([_drawn_as_often(kinds.float(), self.even_power) for kinds in parts])
        self.validation_rows = self._rows(self.validation_seeds, cvalp)
        for rows in (self.rows, self.validation_rows):
            rows.to(device)

    def train_dataloader(self) -> DataLoader[Any]:
        return training_batches(self, self.rows, self.weights, self.batch_size, self.lengths)

    def val_dataloader(self) -> DataLoader[Any]:
        return validation_batches(self.validation_rows, self.batch_size)

    def on_after_batch_transfer(self, batch: dict[str, Any], dataloader_idx: int) -> dict[str, Any]:
        """Adds `importance` (Z,), the weights of the latent channels in the loss."""
        batch["importance"] = self.importance.to(batch["latents"].device)
        return batch


def training_batches(
    data: lightning.LightningDataModule,
    rows: FeatureRows,
    weights: torch.Tensor,
    batch_size: int,
    lengths: tuple[int, ...],
    draws: int | None = None,
) -> DataLoader[Any]:
    """Batches of one epoch, cropped; rows are drawn as often as `weights` (rows,) say, `draws` of them, or as
    many as there are."""
    epoch = data.trainer.current_epoch if data.trainer else 0
    rows.seed = epoch
    order, crop = torch.Generator().manual_seed(epoch), RandomCrop(lengths, epoch)
    draw = WeightedRandomSampler(weights.tolist(), draws or len(weights), generator=order)
    places = cast(Dataset[int], range(len(rows)))

    def collate(chosen: list[int]) -> dict[str, torch.Tensor]:
        return crop(rows.batch(torch.tensor(chosen)))

    return DataLoader(places, batch_size, sampler=draw, drop_last=True, collate_fn=collate)


def validation_batches(rows: FeatureRows, batch_size: int) -> DataLoader[Any]:
    """All rows in order, whole."""
    places = cast(Dataset[int], range(len(rows)))
    return DataLoader(places, batch_size, collate_fn=lambda chosen: rows.batch(torch.tensor(chosen)))


def _drawn_as_often(kinds: torch.Tensor, even_power: float) -> torch.Tensor:
    """(rows,) weights of mean 1; rows of recordings, whose kinds are drawn evenly already, all alike."""
    weights = evened(kinds, even_power) if kinds.any() else torch.ones(len(kinds))
    return weights / weights.mean()
