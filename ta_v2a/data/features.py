"""What the diffusion model trains on: latents and features of many scenes; what takes long is computed once and kept on disk."""

import hashlib
import random
from functools import cached_property
from pathlib import Path
from typing import Any

import lightning
import torch
from rich.progress import track
from safetensors.torch import load_file, save_file
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from cvalp.features import film_features
from cvalp.role import Encoders
from prompts.grammar import caption
from ta_v2a.data.stage_clips import STAGE_CODE, StageClips, kinds_heard, split_seeds
from ta_v2a.presets.trained import mini_autoencoder, mini_cvalp, weights_file
from ta_v2a.stage.scene.scene import heard, plan
from ta_v2a.system.processes import follow_parent
from ta_v2a.system.provenance import code_digest, file_sha256, recordings_digest
from vocoders.clock import MINI
from vocoders.mel import LogMel

SHARD = 64
FEATURE_CODE = (*STAGE_CODE, "cvalp.features", "cvalp.mini.model", "ldm.autoencoders.mel_autoencoder", "vocoders.mel")
"""Modules that features come from, beside this one."""
CAPTIONS = 4
"""Wordings kept for every scene: its own and three more."""


def wordings(seed: int) -> list[str]:
    """`CAPTIONS` captions of one scene; the first is its own."""
    scene = plan(seed, MINI.duration_s)
    facts = [heard(source) for source in scene.sources]
    return [scene.caption, *(caption(facts, random.Random((seed + 1) * CAPTIONS + k)) for k in range(1, CAPTIONS))]


def feature_shard(folder: Path, seeds: range) -> Path:
    """Where the rows of `seeds` are kept; a last shard that is not full has a name of its own."""
    return folder / (f"{seeds[0]}.safetensors" if len(seeds) == SHARD else f"{seeds[0]}-{len(seeds)}.safetensors")


@torch.no_grad()
def write_features(
    seeds: range, folder: Path, cvalp_file: Path, tokenizer_file: Path, vae_file: Path, bank: str | None, workers: int
) -> None:
    """Computes the missing shards of `seeds`: a killed run goes on where it stopped.

    A shard holds, half precision: `latents` (64, 48, columns) and `video` (64, columns, 264).
    """
    folder.mkdir(parents=True, exist_ok=True)
    shards = [seeds[i : i + SHARD] for i in range(0, len(seeds), SHARD)]
    missing = [s for s in shards if not feature_shard(folder, s).exists()]
    if not missing:
        return
    cvalp, vae, log_mel = mini_cvalp(cvalp_file, tokenizer_file), mini_autoencoder(vae_file), LogMel(MINI)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    for network in (cvalp, vae, log_mel):
        network.to(device)
    scenes = StageClips([seed for shard in missing for seed in shard], MINI, bank)
    ahead = 4 if workers else None
    loader = DataLoader(scenes, max(1, SHARD // 8), num_workers=workers, worker_init_fn=follow_parent, prefetch_factor=ahead)
    rows: list[dict[str, torch.Tensor]] = []
    for batch in track(loader, "stage features"):
        with torch.autocast(device.type, torch.bfloat16):
            video = film_features(cvalp, batch["frames"].to(device).float() / 255)
        latents = vae.encode(log_mel(batch["wave"].to(device))).mean
        rows.append({"latents": latents.half().cpu(), "video": video.half().cpu()})
        if sum(len(r["latents"]) for r in rows) == len(missing[0]):
            target = feature_shard(folder, missing.pop(0))
            whole = {name: torch.cat([r[name] for r in rows]).contiguous() for name in rows[0]}
            part = target.with_suffix(".part")
            save_file(whole, part)
            part.replace(target)
            rows = []


@torch.no_grad()
def text_features(seeds: range, cvalp: Encoders) -> torch.Tensor:
    """(len(seeds), 4, C): E_l of every scene's wordings."""
    rows = []
    for start in track(range(0, len(seeds), SHARD), "text features"):
        texts = [text for seed in seeds[start : start + SHARD] for text in wordings(seed)]
        rows.append(cvalp.encode_text(texts).unflatten(0, (-1, CAPTIONS)))
    return torch.cat(rows)


def evened(kinds: torch.Tensor, power: float) -> torch.Tensor:
    """(N,) how often to draw each scene, from its multi-hot `kinds` (N, K): as often as its rarest kind asks for.

    A kind heard in a share s of the scenes asks for s ** -power: 0 draws all scenes alike, 1 draws all kinds alike.
    """
    share = kinds.mean(0).clamp(min=1 / len(kinds))
    return (kinds * share.pow(-power)).amax(1)


class FeatureRows(Dataset):
    """Rows of feature shards; by chance, one of the scene's wordings, and video activity made more or less
    sure of itself.

    Real footage makes the video tower less sure than the stage does: scaling and shifting the logits of its
    activity channels in training keeps the diffusion model from needing certainty.

    Args:
        activity_channels: the last ones of the video features.
        confidence: spread of that change; 0 leaves the features alone.
        every_wording: any of a scene's wordings; False always takes its own.
        seed: of both; another one in every epoch.
    """

    def __init__(
        self,
        files: list[Path],
        text: torch.Tensor,
        activity_channels: int = 8,
        confidence: float = 0.0,
        seed: int = 0,
        every_wording: bool = False,
    ):
        parts = [load_file(file) for file in files]
        self.latents, self.video = (torch.cat([p[name] for p in parts]) for name in ("latents", "video"))
        self.text = text
        self.activity, self.confidence, self.seed = activity_channels, confidence, seed
        self.every_wording = every_wording

    def __len__(self) -> int:
        return len(self.latents)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        video, rng = self.video[index].float(), random.Random(f"{self.seed} {index}")
        word = rng.randrange(self.text.shape[1])  # drawn in any case: one knob does not turn the other
        if self.confidence:
            a = self.activity
            logits = torch.logit(video[:, -a:].clamp(1e-3, 1 - 1e-3))
            logits = logits * (1 + 0.3 * self.confidence * rng.uniform(-1, 1)) - self.confidence * rng.uniform(-0.5, 1.5)
            video = torch.cat([video[:, :-a], logits.sigmoid()], -1)
        return {
            "latents": self.latents[index].float(),
            "video": video,
            "text": self.text[index, word if self.every_wording else 0].float(),
        }


class RandomCrop:
    """Collates rows to a batch cut at random places to one of `lengths` columns, so that clips of any length are nothing new."""

    def __init__(self, lengths: tuple[int, ...], seed: int):
        self.lengths, self.rng = lengths, random.Random(seed)

    def __call__(self, rows: list[dict[str, torch.Tensor]]) -> dict[str, torch.Tensor]:
        length = min(self.rng.choice(self.lengths), rows[0]["latents"].shape[1])
        starts = [self.rng.randint(0, row["latents"].shape[1] - length) for row in rows]
        return {
            "latents": torch.stack([row["latents"][:, i : i + length] for row, i in zip(rows, starts, strict=True)]),
            "video": torch.stack([row["video"][i : i + length] for row, i in zip(rows, starts, strict=True)]),
            "text": torch.stack([row["text"] for row in rows]),
        }


class StageFeatures(lightning.LightningDataModule):
    """Features of `scenes` training scenes and a few validation scenes, kept in `cache`; made when missing.

    Use with `reload_dataloaders_every_n_epochs: 1`.

    Args:
        cvalp, vae: checkpoints of the encoders' last training and of the autoencoder's, or components of a preset.
        tokenizer_file: the text tower's sentencepiece model.
        bank: folder of recordings for the sound, or None.
        confidence, every_wording: of the training scenes, see `FeatureRows`.
        lengths: columns of a training batch, one of these by chance.
        importance_power: the loss weighs latent channels by this power of `MelAutoencoder.channel_importance`. At 1 the first channel
            (loudness) takes 28 % of the loss and the colour of a sound, which tells its kind, little.
        even_power: how far training draws all kinds alike, see `evened`; half of the stage's scenes are impacts.
        first_seed: offset into the training seeds.
    """

    def __init__(
        self,
        cvalp: str = "runs/video/last.ckpt",
        vae: str = "runs/vae/last.ckpt",
        tokenizer_file: str = "ta_v2a/weights/mini/cvalp/spiece.model",
        scenes: int = 6400,
        validation_scenes: int = 192,
        batch_size: int = 48,
        workers: int = 1,
        bank: str | None = None,
        confidence: float = 1.0,
        lengths: tuple[int, ...] = (64, 96, 128),
        cache: str = "runs/features",
        importance_power: float = 0.5,
        even_power: float = 0.5,
        first_seed: int = 20_000_000,
        every_wording: bool = True,
    ):
        super().__init__()
        self.files = (Path(cvalp), Path(tokenizer_file), Path(vae))
        self.scenes, self.validation_scenes, self.batch_size, self.workers = scenes, validation_scenes, batch_size, workers
        self.bank, self.confidence, self.lengths, self.cache = bank, confidence, tuple(lengths), Path(cache)
        self.importance_power, self.even_power, self.first_seed = importance_power, even_power, first_seed
        self.every_wording = every_wording

    @property
    def seeds(self) -> range:
        """Of the training scenes."""
        return split_seeds("train", self.scenes, self.first_seed)

    @cached_property
    def folder(self) -> Path:
        """The cache of exactly these weights, recordings and source code: whatever else changes gets another
        folder."""
        code = code_digest(FEATURE_CODE, alone=(__name__, "ta_v2a.presets.trained"))
        facts = [*(file_sha256(weights_file(f)) for f in self.files), recordings_digest(self.bank), code]
        return self.cache / hashlib.sha256(" ".join(facts).encode()).hexdigest()[:12]

    def prepare_data(self) -> None:
        for seeds in (self.seeds, split_seeds("validation", self.validation_scenes)):
            write_features(seeds, self.folder, *self.files, self.bank, self.workers)

    def _rows(self, seeds: range, cvalp: Encoders, **changes: Any) -> FeatureRows:
        files = [feature_shard(self.folder, seeds[i : i + SHARD]) for i in range(0, len(seeds), SHARD)]
        return FeatureRows(files, text_features(seeds, cvalp), **changes)

    def setup(self, stage: str) -> None:
        cvalp = mini_cvalp(*self.files[:2])
        importance = mini_autoencoder(self.files[2]).channel_importance() ** self.importance_power
        self.importance = importance / importance.mean()
        self.rows = self._rows(self.seeds, cvalp, confidence=self.confidence, every_wording=self.every_wording)
        kinds = torch.stack([torch.from_numpy(kinds_heard(plan(seed, MINI.duration_s))) for seed in self.seeds])
        self.weights = evened(kinds, self.even_power)
        self.validation_rows = self._rows(split_seeds("validation", self.validation_scenes), cvalp)

    def train_dataloader(self) -> DataLoader[Any]:
        self.rows.seed = self.trainer.current_epoch if self.trainer else 0
        order, crop = torch.Generator().manual_seed(self.rows.seed), RandomCrop(self.lengths, self.rows.seed)
        draw = WeightedRandomSampler(self.weights.tolist(), len(self.rows), generator=order)
        return DataLoader(self.rows, self.batch_size, sampler=draw, drop_last=True, collate_fn=crop)

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.validation_rows, self.batch_size)

    def on_after_batch_transfer(self, batch: dict[str, Any], dataloader_idx: int) -> dict[str, Any]:
        """Adds `importance` (Z,), the weights of the latent channels in the loss."""
        batch["importance"] = self.importance.to(batch["latents"].device)
        return batch
