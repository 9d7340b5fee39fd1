"""Scenes of the stage as the diffusion model over 2-D latents reads them: mini's features, and latents of an
image VAE over the mel."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any

import lightning
import torch
from rich.progress import track
from safetensors.torch import load_file, save_file
from torch.utils.data import DataLoader

from ta_v2a.data.feature_files import shards_of
from ta_v2a.data.features import StageFeatures, training_batches, validation_batches
from ta_v2a.data.stage_clips import STAGE_CODE, StageClips
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.errors import UserError
from ta_v2a.presets.trained import weights_file
from ta_v2a.system.processes import follow_parent
from ta_v2a.system.provenance import code_digest, file_sha256, recordings_digest
from vocoders.clock import MINI
from vocoders.mel import LogMel

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


class StagePictures(lightning.LightningDataModule):
    """`StageFeatures` with latents of another autoencoder in the place of its own; use with
    `reload_dataloaders_every_n_epochs: 1`.

    Args:
        features: scenes of the stage, features, how often each is drawn; its latents are not used, nor are
            its lengths.
        vae: checkpoint or folder of a `SpectrogramVae`.
        lengths: columns of a training batch, one of these by chance.
        cache: where the latents are kept.

    Raises:
        UserError: `features` asks for scenes of recordings, or for controls, which need a second sound.
    """

    def __init__(
        self,
        features: StageFeatures,
        vae: str = "runs/vae-small/last.ckpt",
        lengths: tuple[int, ...] = (32, 48, 64),
        cache: str = "runs/picture_latents",
    ):
        super().__init__()
        if set(features.seeds) != {"stage"} or any(features.controls):
            raise UserError("2-D latents are made of the stage's scenes alone, without controls")
        self.features, self.vae, self.lengths, self.cache = features, vae, tuple(lengths), Path(cache)

    @cached_property
    def folder(self) -> Path:
        """The cache of exactly these weights, recordings and source code."""
        code = code_digest(LATENT_CODE, alone=(__name__,))
        facts = [file_sha256(weights_file(self.vae)), recordings_digest(self.features.bank), code]
        return self.cache / hashlib.sha256(" ".join(facts).encode()).hexdigest()[:12]

    @property
    def _splits(self) -> tuple[range, range]:
        return self.features.seeds["stage"], self.features.validation_seeds["stage"]

    def _file(self, seeds: range) -> Path:
        return self.folder / f"{seeds[0]}-{len(seeds)}.safetensors"

    def prepare_data(self) -> None:
        self.features.prepare_data()
        vae = None
        for seeds in (shard for split in self._splits for shard in shards_of(split)):
            if not self._file(seeds).is_file():
                vae = vae or trained_part(self.vae, "autoencoder")
                write_latents(seeds, self._file(seeds), vae, self.features.bank, self.features.workers)

    def setup(self, stage: str) -> None:
        self.features.trainer = self.trainer
        self.features.setup(stage)
        both = (self.features.rows, self.features.validation_rows)
        for rows, seeds in zip(both, self._splits, strict=True):
            found = [load_file(self._file(shard))["latents"] for shard in shards_of(seeds)]
            rows.latents = rows.without = torch.cat(found).to(rows.latents.device)

    def train_dataloader(self) -> DataLoader[Any]:
        features = self.features
        return training_batches(self, features.rows, features.weights, features.batch_size, self.lengths)

    def val_dataloader(self) -> DataLoader[Any]:
        return validation_batches(self.features.validation_rows, self.features.batch_size)
