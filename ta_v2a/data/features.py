"""What the diffusion model trains on: rows of latents, video features and words, and what each row asks
for."""

import hashlib
import json
import random
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import lightning
import torch
from torch.utils.data import ConcatDataset, DataLoader, Dataset, WeightedRandomSampler

from cvalp.role import Encoders
from ta_v2a.data.examples import CAPTIONS, FEWER_CAPTIONS, Examples, World
from ta_v2a.data.feature_files import (
    NAMES,
    feature_shard,
    read_facts,
    read_rows,
    shards_of,
    text_features,
    write_features,
)
from ta_v2a.data.stage_clips import STAGE_CODE, split_seeds
from ta_v2a.errors import UserError
from ta_v2a.presets.trained import mini_autoencoder, mini_cvalp, weights_file
from ta_v2a.system.provenance import code_digest, file_sha256, recordings_digest
from vocoders.clock import MINI
from vocoders.training.joined_batch import own

FEATURE_CODE = (
    *STAGE_CODE,
    "ta_v2a.data.examples",
    "cvalp.features",
    "cvalp.mini.model",
    "ldm.autoencoders.mel_autoencoder",
    "vocoders.mel",
)
"""Modules that features come from, beside `ta_v2a.data.feature_files`."""
LONGEST_TAIL = 3
"""Latent columns that a source may ring on after the window of its cue in training."""


def evened(kinds: torch.Tensor, power: float) -> torch.Tensor:
    """(N,) how often to draw each scene, from its multi-hot `kinds` (N, K): as
    often as its rarest kind asks for.

    A kind heard in a share s of the scenes asks for s ** -power: 0 draws all scenes
    alike, 1 draws all kinds alike.
    """
    share = kinds.mean(0).clamp(min=1 / len(kinds))
    return (kinds * share.pow(-power)).amax(1)


class FeatureRows(Dataset):
    """Rows of feature shards, each with what is asked for.

    By chance, one of the scene's wordings, and video activity made more or less sure of itself: real
    footage makes the video tower less sure than the stage does, and scaling and shifting the logits of its
    activity channels keeps the diffusion model from needing certainty.

    With `controls`, by chance too: the sound without one source, which the negative text names, though the
    picture shows it; a negative text that names what is not there anyway; a *cue*, a source that sounds in
    a window only, where the text is, while outside the negative text names it.

    Items: `latents` (Z, columns), `video` (tokens, Cv), `has_video` bool, `text` (columns, Ct) and
    `has_text` (columns,) bool, `negative` and `has_negative` alike.

    Args:
        files: shards of one world.
        text: (rows, 8, Ct), see `text_features`.
        activity_channels: the last ones of the video features.
        confidence: spread of that change; 0 leaves the features alone.
        seed: of all that is drawn; another one in every epoch.
        every_wording: any of a scene's wordings; False always takes its own.
        controls: shares of rows with a negated source, with an idle negative, and with a cue.

    Raises:
        ValueError: controls of shards without second sounds.
    """

    def __init__(
        self,
        files: Sequence[Path],
        text: torch.Tensor,
        activity_channels: int = 8,
        confidence: float = 0.0,
        seed: int = 0,
        every_wording: bool = False,
        controls: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ):
        parts = [read_rows(file, (*NAMES, "video")) for file in files]
        if any(controls) and "without" not in parts[0]:
            raise ValueError("controls want shards with second sounds")
        joined = {name: torch.cat([p[name] for p in parts]) for name in parts[0]}
        self.latents, self.kinds = joined["latents"], joined["kinds"]
        self.without = joined.get("without", self.latents)
        self.video = joined.get("video")
        self.text = text
        self.named = [
            {each["kind"] for each in json.loads(f)["sources"]} for file in files for f in read_facts(file)
        ]
        self.activity, self.confidence, self.seed = activity_channels, confidence, seed
        self.every_wording, self.controls, self.video_channels = every_wording, controls, 0

    def __len__(self) -> int:
        return len(self.latents)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        rng = random.Random(f"{self.seed} {index}")
        word = rng.randrange(CAPTIONS)  # drawn in any case: one knob does not turn the other
        video = self._seen(index, rng)
        latents, columns = self.latents[index].float(), self.latents.shape[-1]
        whole = self.text[index, word if self.every_wording else 0].float()
        nothing = torch.zeros_like(whole)
        text, negative = whole.expand(columns, -1), nothing.expand(columns, -1)
        has_text, has_negative = torch.ones(columns, dtype=torch.bool), torch.zeros(columns, dtype=torch.bool)
        draw = rng.random()
        negated, idle, cued = self.controls
        gone = self.text[index, CAPTIONS + rng.randrange(FEWER_CAPTIONS)].float()
        others = self.text[index, CAPTIONS + FEWER_CAPTIONS + rng.randrange(FEWER_CAPTIONS)].float()
        if draw < negated:
            latents = self.without[index].float()
            text, negative = others.expand(columns, -1), gone.expand(columns, -1)
            has_text, has_negative = has_text & bool(others.any()), ~has_negative
        elif draw < negated + idle:
            other = rng.randrange(len(self))
            if not self.named[other] & self.named[index]:
                negative = self.text[other, CAPTIONS].float().expand(columns, -1)
                has_negative = ~has_negative
        elif draw < negated + idle + cued:
            inside = _window(rng, columns)
            rings = inside.clone()
            for _ in range(rng.randrange(LONGEST_TAIL + 1)):
                rings[1:] |= rings[:-1].clone()
            latents = torch.where(rings, latents, self.without[index].float())
            alone = rng.random() < 0.5
            text = torch.where(inside[:, None], gone if alone else whole, nothing if alone else others)
            has_text = inside if alone else inside | bool(others.any())
            negative, has_negative = torch.where(inside[:, None], nothing, gone), ~inside
        return {
            "latents": latents,
            "video": video,
            "has_video": torch.tensor(self.video is not None),
            "text": text.contiguous(),
            "has_text": has_text,
            "negative": negative.contiguous(),
            "has_negative": has_negative,
        }

    def _seen(self, index: int, rng: random.Random) -> torch.Tensor:
        if self.video is None:
            return torch.zeros(self.latents.shape[-1], self.video_channels)
        video = self.video[index].float()
        if self.confidence:
            a = self.activity
            logits = torch.logit(video[:, -a:].clamp(1e-3, 1 - 1e-3))
            logits = logits * (
                1 + 0.3 * self.confidence * rng.uniform(-1, 1)
            ) - self.confidence * rng.uniform(-0.5, 1.5)
            video = torch.cat([video[:, :-a], logits.sigmoid()], -1)
        return video


def _window(rng: random.Random, columns: int) -> torch.Tensor:
    """(columns,) bool: one stretch of a sixth to two thirds of the clip."""
    length = rng.randint(max(1, columns // 6), max(1, 2 * columns // 3))
    start = rng.randint(0, columns - length)
    place = torch.arange(columns)
    return (place >= start) & (place < start + length)


class RandomCrop:
    """Collates rows to a batch cut at random places to one of `lengths` latent columns, features and words at
    the same moments, so that clips of any length are nothing new.

    In several processes the length is the same in all, and each draws the places of its `own` rows of the
    joined batch.
    """

    def __init__(self, lengths: tuple[int, ...], seed: int):
        self.lengths, self.rng = lengths, random.Random(seed)

    def __call__(self, rows: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
        columns = rows[0]["latents"].shape[-1]
        length = min(self.rng.choice(self.lengths), columns)
        last = columns - length
        drawn = own(lambda count: torch.tensor([self.rng.randint(0, last) for _ in range(count)]), len(rows))

        def cut(name: str, value: torch.Tensor, start: int) -> torch.Tensor:
            if name == "latents":
                return value[..., start : start + length]
            if not value.ndim:
                return value
            each = len(value) // columns
            return value[start * each : (start + length) * each]

        return {
            name: torch.stack(
                [cut(name, row[name], start) for row, start in zip(rows, drawn.tolist(), strict=True)]
            )
            for name in rows[0]
        }


class StageFeatures(lightning.LightningDataModule):
    """Features of training scenes and of a few validation scenes, kept in `cache`; made when missing.

    Use with `reload_dataloaders_every_n_epochs: 1`.

    Args:
        cvalp, vae: checkpoints of the encoders' last training and of the
            autoencoder's, or components of a preset.
        tokenizer_file: the text tower's sentencepiece model.
        scenes, recorded_scenes, unseen_scenes: of the three worlds (`ta_v2a.data.examples.World`); the last
            two are made of the recordings of `bank` and want one.
        bank: folder of recordings for the sound, or None.
        confidence, every_wording, controls: of the training scenes, see `FeatureRows`.
        lengths: columns of a training batch, one of these by chance.
        importance_power: the loss weighs latent channels by this power of
            `MelAutoencoder.channel_importance`. At 1 the first channel (loudness) takes 28 % of the loss and
            the colour of a sound, which tells its kind, little.
        even_power: how far training draws all kinds of the stage alike, see `evened`; half of
            the stage's scenes are impacts.
        first_seed: offset into the training seeds.
        mels: keep log-mels and words in place of second sounds, in shards of their own: all that trainings
            read which want whole batches out of memory (`ta_v2a.data.row_batches`). Then there are no
            controls.

    Raises:
        UserError: scenes of recordings, and no bank; or controls with mels.
    """

    def __init__(
        self,
        cvalp: str = "runs/video/last.ckpt",
        vae: str = "runs/vae/last.ckpt",
        tokenizer_file: str = "ta_v2a/weights/mini/cvalp/spiece.model",
        scenes: int = 6400,
        recorded_scenes: int = 0,
        unseen_scenes: int = 0,
        validation_scenes: int = 192,
        batch_size: int = 48,
        workers: int = 1,
        bank: str | None = None,
        confidence: float = 1.0,
        controls: tuple[float, float, float] = (0.0, 0.0, 0.0),
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
        }
        self.validation_scenes, self.batch_size, self.workers = validation_scenes, batch_size, workers
        self.bank, self.confidence, self.lengths, self.cache = bank, confidence, tuple(lengths), Path(cache)
        self.importance_power, self.even_power, self.first_seed = importance_power, even_power, first_seed
        self.every_wording, self.controls, self.mels = every_wording, controls, mels

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

    def prepare_data(self) -> None:
        for split, worlds in (("train", self.seeds), ("test", self.validation_seeds)):
            for world, seeds in worlds.items():
                examples = Examples(seeds, MINI, self.bank, world, split, second=not self.mels)
                write_features(examples, seeds, self._of(world), *self.files, self.workers, self.mels)

    def _of(self, world: World) -> Path:
        return self.folder / (f"{world}-mels" if self.mels else world)

    def shards(self, world: World, seeds: range) -> list[Path]:
        """Where the rows of some seeds are kept."""
        return [feature_shard(self._of(world), shard) for shard in shards_of(seeds)]

    def _rows(self, world: World, seeds: range, cvalp: Encoders, **changes: Any) -> FeatureRows:
        files = self.shards(world, seeds)
        rows = FeatureRows(files, self._texts(files, seeds, cvalp), **changes)
        rows.video_channels = cvalp.video_width
        return rows

    def _texts(self, files: Sequence[Path], seeds: range, cvalp: Encoders) -> torch.Tensor:
        if self.mels:
            return torch.cat([read_rows(file, ["text"])["text"] for file in files])
        return text_features([fact for file in files for fact in read_facts(file)], seeds, cvalp)

    def setup(self, stage: str) -> None:
        cvalp = mini_cvalp(*self.files[:2])
        importance = mini_autoencoder(self.files[2]).channel_importance() ** self.importance_power
        self.importance = importance / importance.mean()
        options = {
            "confidence": self.confidence,
            "every_wording": self.every_wording,
            "controls": self.controls,
        }
        self.rows = [self._rows(world, seeds, cvalp, **options) for world, seeds in self.seeds.items()]
        self.weights = torch.cat([_drawn_as_often(rows, self.even_power) for rows in self.rows])
        self.validation_rows: ConcatDataset[Any] = ConcatDataset(
            [self._rows(world, seeds, cvalp) for world, seeds in self.validation_seeds.items()]
        )

    def train_dataloader(self) -> DataLoader[Any]:
        epoch = self.trainer.current_epoch if self.trainer else 0
        for rows in self.rows:
            rows.seed = epoch
        order, crop = torch.Generator().manual_seed(epoch), RandomCrop(self.lengths, epoch)
        draw = WeightedRandomSampler(self.weights.tolist(), len(self.weights), generator=order)
        return DataLoader(
            ConcatDataset(self.rows), self.batch_size, sampler=draw, drop_last=True, collate_fn=crop
        )

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.validation_rows, self.batch_size)

    def on_after_batch_transfer(self, batch: dict[str, Any], dataloader_idx: int) -> dict[str, Any]:
        """Adds `importance` (Z,), the weights of the latent channels in the loss."""
        batch["importance"] = self.importance.to(batch["latents"].device)
        return batch


def _drawn_as_often(rows: FeatureRows, even_power: float) -> torch.Tensor:
    """(rows,) weights of mean 1; rows of recordings, whose kinds are drawn evenly already, all alike."""
    kinds = rows.kinds.float()
    weights = evened(kinds, even_power) if kinds.any() else torch.ones(len(rows))
    return weights / weights.mean()
