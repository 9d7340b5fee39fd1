"""What the diffusion model trains on: rows of latents, video features and words, and what each row asks
for."""

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import lightning
import torch
from jaxtyping import Float, Int64
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

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
STRANGERS_SEED = 1_000_000_007
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


class FeatureRows:
    """Rows of feature shards, batches of them, each row with what is asked for.

    By chance, one of the scene's wordings, and video activity made more or less sure of itself: real
    footage makes the video tower less sure than the stage does, and scaling and shifting the logits of its
    activity channels keeps the diffusion model from needing certainty.

    With `controls`, by chance too: the sound without one source, which the negative text names, though the
    picture shows it; a negative text that names what is not there anyway; a *cue*, a source that sounds in
    a window only, where the text is, while outside the negative text names it.

    What is drawn for a row depends on `seed` and its place alone, not on the batch that it is in.

    Args:
        files: shards, of several worlds one after the other.
        text: (rows, 8, Ct), see `text_features`.
        activity_channels: the last ones of the video features.
        confidence: spread of that change; 0 leaves the features alone.
        seed: of all that is drawn; another one in every epoch.
        every_wording: any of a scene's wordings; False always takes its own.
        controls: shares of rows with a negated source, with an idle negative, and with a cue.
        video_channels: of the video features.
        strangers: share of the rows whose E_v is that of another row, while the activity channels are their
            own: the words and the moments are right, what seems to be seen is not, as with real footage.

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
        video_channels: int = 0,
        strangers: float = 0.0,
    ):
        parts = [read_rows(file, (*NAMES, "video")) for file in files]
        if any(controls) and not all("without" in part for part in parts):
            raise ValueError("controls want shards with second sounds")
        self.latents, self.kinds = (torch.cat([p[name] for p in parts]) for name in ("latents", "kinds"))
        self.without = torch.cat([p.get("without", p["latents"]) for p in parts])
        unseen = (self.latents.shape[-1], video_channels)
        self.video = torch.cat(
            [p.get("video", p["latents"].new_zeros(len(p["latents"]), *unseen)) for p in parts]
        )
        self.seen = torch.cat([torch.full((len(p["latents"]),), "video" in p) for p in parts])
        self.text = text
        self.named = _multi_hot(
            [{each["kind"] for each in json.loads(f)["sources"]} for file in files for f in read_facts(file)]
        )
        self.activity, self.confidence, self.seed = activity_channels, confidence, seed
        self.every_wording, self.controls, self.strangers = every_wording, controls, strangers

    def __len__(self) -> int:
        return len(self.latents)

    def to(self, device: torch.device) -> "FeatureRows":
        """Keeps everything on a device: batches are put together there."""
        for name in ("latents", "without", "kinds", "video", "seen", "text", "named"):
            setattr(self, name, getattr(self, name).to(device))
        return self

    def batch(self, index: Int64[torch.Tensor, " batch"]) -> dict[str, torch.Tensor]:
        """The rows of these places.

        Returns:
            `latents` (batch, Z, columns) or (batch, Z, rows, columns); `video` (batch, tokens, Cv) and
            `has_video` (batch,) bool; `text` (batch, columns, Ct) and `has_text` (batch, columns) bool;
            `negative` and `has_negative` alike.
        """
        index = index.to(self.latents.device)
        chance = uniform_of(self.seed, index, 11)
        drawn = [
            (chance[:, k] * most).long() for k, most in enumerate((CAPTIONS, FEWER_CAPTIONS, FEWER_CAPTIONS))
        ]
        word = drawn[0] if self.every_wording else torch.zeros_like(drawn[0])
        whole, gone, others = (
            self.text[index, word].float(),
            self.text[index, CAPTIONS + drawn[1]].float(),
            self.text[index, CAPTIONS + FEWER_CAPTIONS + drawn[2]].float(),
        )
        another = (chance[:, 3] * len(self)).long()
        elsewhere = ~(self.named[another] & self.named[index]).any(1)
        edges = torch.tensor(self.controls, device=index.device).cumsum(0)
        negated, idle, cued = (bounds[:, 0] for bounds in _between(chance[:, 4], edges))
        idle = idle & elsewhere
        columns = self.latents.shape[-1]
        inside, rings = _window(chance[:, 5:8], columns)
        inside, rings = (torch.where(cued[:, None], each, ~negated[:, None]) for each in (inside, rings))
        alone = (cued & (chance[:, 8] < 0.5))[:, None, None]
        nothing, told = torch.zeros_like(whole)[:, None], others.any(1, keepdim=True)
        within = inside[:, :, None]
        negative = torch.where(within, nothing, gone[:, None])
        negative = torch.where(idle[:, None, None], self.text[another, CAPTIONS].float()[:, None], negative)
        outside = torch.where(alone, nothing, others[:, None])
        whole_sound = self.latents[index]
        rings = rings.view(len(index), *[1] * (whole_sound.ndim - 2), columns)
        return {
            "latents": torch.where(rings, whole_sound, self.without[index]).float(),
            "video": self._seen(index, chance[:, 9:]),
            "has_video": self.seen[index],
            "text": torch.where(within, torch.where(alone, gone[:, None], whole[:, None]), outside),
            "has_text": inside | (told & ~alone[..., 0]),
            "negative": negative,
            "has_negative": ~inside | idle[:, None],
        }

    def _seen(self, index: torch.Tensor, chance: torch.Tensor) -> torch.Tensor:
        video = self.video[index].float()
        if self.strangers:
            drawn = uniform_of(self.seed + STRANGERS_SEED, index, 2)
            other = (drawn[:, 1] * len(self)).long()
            strange = (drawn[:, 0] < self.strangers) & self.seen[other] & self.seen[index]
            seems = torch.where(strange[:, None, None], self.video[other].float(), video)
            video = torch.cat([seems[..., : -self.activity], video[..., -self.activity :]], -1)
        if self.confidence:
            a, (scale, shift) = self.activity, chance[:, :, None, None].unbind(1)
            logits = torch.logit(video[..., -a:].clamp(1e-3, 1 - 1e-3))
            logits = logits * (1 + 0.3 * self.confidence * (2 * scale - 1)) - self.confidence * (
                2 * shift - 0.5
            )
            active = logits.sigmoid() * self.seen[index][:, None, None]
            video = torch.cat([video[..., :-a], active], -1)
        return video


def uniform_of(
    seed: int, place: Int64[torch.Tensor, " batch"], count: int
) -> Float[torch.Tensor, "batch count"]:
    """`count` numbers in [0, 1) for each place, which depend on `seed` and the place alone (SplitMix64,
    Steele, Lea and Flood 2014)."""
    start = int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:7])
    state = (
        place[:, None] * count + torch.arange(count, device=place.device) + 1
    ) * -7046029254386353131 + start
    for shift, factor in ((30, -4658895280553007687), (27, -7723592293110705685)):
        state = (state ^ (state >> shift & (1 << 64 - shift) - 1)) * factor
    state = state ^ (state >> 31 & (1 << 33) - 1)
    return ((state >> 40) & 0xFFFFFF).float() / (1 << 24)


def _multi_hot(named: Sequence[set[str]]) -> torch.Tensor:
    """(rows, names) bool."""
    names = {name: place for place, name in enumerate(sorted(set().union(*named)))}
    hot = torch.zeros(len(named), max(1, len(names)), dtype=torch.bool)
    for row, own_names in zip(hot, named, strict=True):
        row[[names[name] for name in own_names]] = True
    return hot


def _between(chance: torch.Tensor, edges: torch.Tensor) -> Sequence[torch.Tensor]:
    """For each edge, (batch, 1) bool: whether a number is below it and not below the edge before."""
    below = chance[:, None] < edges
    first = below & ~torch.cat([torch.zeros_like(below[:, :1]), below[:, :-1]], 1)
    return first.split(1, 1)


def _window(chance: torch.Tensor, columns: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Two (batch, columns) bool: a stretch of a sixth to two thirds of the clip; the same with a tail."""
    shortest, longest = max(1, columns // 6), max(1, 2 * columns // 3)
    length = shortest + (chance[:, 0] * (longest - shortest + 1)).long()
    start = (chance[:, 1] * (columns - length + 1)).long()
    tail = (chance[:, 2] * (LONGEST_TAIL + 1)).long()
    place = torch.arange(columns, device=chance.device)
    begun = place >= start[:, None]
    return begun & (place < (start + length)[:, None]), begun & (place < (start + length + tail)[:, None])


class RandomCrop:
    """Cuts a batch at random places to one of `lengths` latent columns, features and words at the same
    moments, so that clips of any length are nothing new.

    In several processes the length is the same in all, and each draws the places of its `own` rows of the
    joined batch.
    """

    def __init__(self, lengths: tuple[int, ...], seed: int):
        self.lengths, self.rng = lengths, random.Random(seed)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        latents = batch["latents"]
        columns, device = latents.shape[-1], latents.device
        length = min(self.rng.choice(self.lengths), columns)
        last = columns - length
        drawn = own(
            lambda count: torch.tensor([self.rng.randint(0, last) for _ in range(count)]), len(latents)
        )
        starts = drawn.to(device)

        def cut(name: str, value: torch.Tensor) -> torch.Tensor:
            if value.ndim == 1:
                return value
            value = value.movedim(-1, 1) if name == "latents" else value
            each = value.shape[1] // columns
            place = starts[:, None] * each + torch.arange(length * each, device=device)
            kept = value[torch.arange(len(value), device=device)[:, None], place]
            return kept.movedim(1, -1).contiguous() if name == "latents" else kept

        return {name: cut(name, value) for name, value in batch.items()}


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
