"""Scenes of the stage as the diffusion model over 2-D latents reads them: mini's features, and latents of an
image VAE over the mel."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import lightning
import torch
from safetensors.torch import load_file, save_file
from torch.utils.data import DataLoader

from ta_v2a.data.feature_files import shards_of
from ta_v2a.data.features import StageFeatures, training_batches, validation_batches
from ta_v2a.data.kept_mels import check_mels, kept_mels
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.presets.trained import weights_file
from ta_v2a.system.provenance import code_digest, file_sha256

LATENT_CODE = ("ldm.autoencoders.spectrogram_vae",)
"""Module that latents come from, beside this one and those of the mels."""
MELS_AT_ONCE = 16


@torch.no_grad()
def write_latents(shard: Path, file: Path, vae: Any) -> None:
    """The mean latents of a shard's mels, half precision: `latents` (scenes, channels, rows, columns)."""
    file.parent.mkdir(parents=True, exist_ok=True)
    parts = kept_mels([shard]).split(MELS_AT_ONCE)
    rows = [vae.encode(mel.float().to(vae.device)).mean.half().cpu() for mel in parts]
    part = file.with_suffix(".part")
    save_file({"latents": torch.cat(rows).contiguous()}, part)
    part.replace(file)


class StagePictures(lightning.LightningDataModule):
    """`StageFeatures` with latents of another autoencoder in the place of its own; use with
    `reload_dataloaders_every_n_epochs: 1`. Batches lie where the training runs.

    Args:
        features: scenes of the stage with `mels`, features, how often each is drawn; its latents are not
            used, nor are its lengths.
        vae: checkpoint or folder of a `SpectrogramVae`.
        lengths: columns of a training batch, one of these by chance.
        cache: where the latents are kept.
        rows_per_epoch: drawn every epoch; None: as many as there are.

    Raises:
        UserError: `features` asks for scenes of recordings, or keeps no mels.
    """

    def __init__(
        self,
        features: StageFeatures,
        vae: str = "runs/vae-small/last.ckpt",
        lengths: tuple[int, ...] = (32, 48, 64),
        cache: str = "runs/picture_latents",
        rows_per_epoch: int | None = None,
    ):
        super().__init__()
        check_mels(features)
        self.features, self.vae, self.lengths, self.cache = features, vae, tuple(lengths), Path(cache)
        self.rows_per_epoch = rows_per_epoch

    @cached_property
    def folder(self) -> Path:
        """The cache of exactly these weights, scenes and source code."""
        code = code_digest(LATENT_CODE, alone=(__name__,))
        facts = [file_sha256(weights_file(self.vae)), self.features.folder.name, code]
        return self.cache / hashlib.sha256(" ".join(facts).encode()).hexdigest()[:12]

    @property
    def _splits(self) -> tuple[range, range]:
        return self.features.seeds["stage"], self.features.validation_seeds["stage"]

    def _file(self, seeds: range) -> Path:
        return self.folder / f"{seeds[0]}-{len(seeds)}.safetensors"

    def prepare_data(self) -> None:
        self.features.make()
        vae = None
        for split in self._splits:
            for seeds, shard in zip(shards_of(split), self.features.shards("stage", split), strict=True):
                if self._file(seeds).is_file():
                    continue
                if vae is None:
                    vae = trained_part(self.vae, "autoencoder")
                    vae.to("cuda" if torch.cuda.is_available() else "cpu")
                write_latents(shard, self._file(seeds), vae)

    def setup(self, stage: str) -> None:
        self.features.trainer = self.trainer
        self.features.setup(stage)
        both = (self.features.rows, self.features.validation_rows)
        for rows, seeds in zip(both, self._splits, strict=True):
            found = [load_file(self._file(shard))["latents"] for shard in shards_of(seeds)]
            rows.latents = rows.without = torch.cat(found).to(rows.latents.device)

    def train_dataloader(self) -> DataLoader[Any]:
        of, draws = self.features, self.rows_per_epoch
        return training_batches(self, of.rows, of.weights, of.batch_size, self.lengths, draws)

    def val_dataloader(self) -> DataLoader[Any]:
        return validation_batches(self.features.validation_rows, self.features.batch_size)
