"""Scenes of the stage as the diffusion model over 2-D latents reads them: mini's features, and latents of an
image VAE over the mel."""

import hashlib
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import lightning
import torch
from rich.progress import track
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.utils.data import DataLoader, WeightedRandomSampler

from ta_v2a.data.features import SHARD, FeatureRows, StageFeatures
from ta_v2a.data.stage_clips import STAGE_CODE, StageClips, split_seeds
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.presets.trained import weights_file
from ta_v2a.system.processes import follow_parent
from ta_v2a.system.provenance import code_digest, file_sha256, recordings_digest
from vocoders.clock import MINI
from vocoders.mel import LogMel
from vocoders.training.joined_batch import own

LATENT_CODE = (*STAGE_CODE, "ldm.autoencoders.spectrogram_vae", "vocoders.mel")
"""Modules that latents come from, beside this one."""


@torch.no_grad()
def write_latents(seeds: range, file: Path, vae: Any, bank: str | None, workers: int) -> None:
    """The mean latents of scenes, half precision: `latents` (scenes, channels, rows, columns)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    log_mel = LogMel(MINI)
    scenes = StageClips(seeds, MINI, bank, sound_only=True)
    loader = DataLoader(scenes, 16, num_workers=workers, worker_init_fn=follow_parent)
    rows = [vae.encode(log_mel(batch["wave"])).mean.half() for batch in track(loader, "2-D latents")]
    part = file.with_suffix(".part")
    save_file({"latents": torch.cat(rows).contiguous()}, part)
    part.replace(file)


class PictureCrop:
    """Collates rows to a batch cut at random places to one of `lengths` latent columns, features at the same
    moments; as `ta_v2a.data.features.RandomCrop`, over 2-D latents."""

    def __init__(self, lengths: tuple[int, ...], seed: int):
        self.lengths, self.rng = lengths, Random(seed)

    def __call__(self, rows: list[dict[str, Tensor]]) -> dict[str, Tensor]:
        columns, tokens = rows[0]["latents"].shape[-1], rows[0]["video"].shape[0]
        length, each = min(self.rng.choice(self.lengths), columns), tokens // columns
        last = columns - length
        drawn = own(lambda count: torch.tensor([self.rng.randint(0, last) for _ in range(count)]), len(rows))
        pairs = list(zip(rows, drawn.tolist(), strict=True))
        return {
            "latents": torch.stack([row["latents"][..., i : i + length] for row, i in pairs]),
            "video": torch.stack([row["video"][i * each : (i + length) * each] for row, i in pairs]),
            "text": torch.stack([row["text"] for row in rows]),
        }


class StagePictures(lightning.LightningDataModule):
    """`StageFeatures` with latents of another autoencoder in the place of its own; use with
    `reload_dataloaders_every_n_epochs: 1`.

    Args:
        features: scenes, features, how often each is drawn; its latents are not used, nor are its lengths.
        vae: checkpoint or folder of a `SpectrogramVae`.
        lengths: columns of a training batch, one of these by chance.
        cache: where the latents are kept.
    """

    def __init__(
        self,
        features: StageFeatures,
        vae: str = "runs/vae-small/last.ckpt",
        lengths: tuple[int, ...] = (32, 48, 64),
        cache: str = "runs/picture_latents",
    ):
        super().__init__()
        self.features, self.vae, self.lengths, self.cache = features, vae, tuple(lengths), Path(cache)

    @cached_property
    def folder(self) -> Path:
        """The cache of exactly these weights, recordings and source code."""
        code = code_digest(LATENT_CODE, alone=(__name__,))
        facts = [file_sha256(weights_file(self.vae)), recordings_digest(self.features.bank), code]
        return self.cache / hashlib.sha256(" ".join(facts).encode()).hexdigest()[:12]

    def _splits(self) -> tuple[range, range]:
        return self.features.seeds, split_seeds("validation", self.features.validation_scenes)

    def _files(self, seeds: range) -> list[Path]:
        starts = range(0, len(seeds), SHARD)
        return [self.folder / f"{seeds[i]}-{len(seeds[i : i + SHARD])}.safetensors" for i in starts]

    def prepare_data(self) -> None:
        self.features.prepare_data()
        vae = None
        for seeds in self._splits():
            for number, file in enumerate(self._files(seeds)):
                if not file.is_file():
                    vae = vae or trained_part(self.vae, "autoencoder")
                    some = seeds[number * SHARD : (number + 1) * SHARD]
                    write_latents(some, file, vae, self.features.bank, self.features.workers)

    def setup(self, stage: str) -> None:
        self.features.setup(stage)
        both: tuple[FeatureRows, FeatureRows] = (self.features.rows, self.features.validation_rows)
        for rows, seeds in zip(both, self._splits(), strict=True):
            rows.latents = torch.cat([load_file(file)["latents"] for file in self._files(seeds)])

    def train_dataloader(self) -> DataLoader[Any]:
        rows, epoch = self.features.rows, self.trainer.current_epoch if self.trainer else 0
        rows.seed = epoch
        order, crop = torch.Generator().manual_seed(epoch), PictureCrop(self.lengths, epoch)
        draw = WeightedRandomSampler(self.features.weights.tolist(), len(rows), generator=order)
        return DataLoader(rows, self.features.batch_size, sampler=draw, drop_last=True, collate_fn=crop)

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.features.validation_rows, self.features.batch_size)
