"""Scenes of the stage for the joint models: pictures and sound as latents, the sound as the audio tower hears
it, and words."""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import cv2
import lightning
import numpy as np
import torch
from rich.progress import track
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from ldm.autoencoders.film_code import FilmCode
from ldm.autoencoders.patch_code import PatchCode
from prompts.grammar import caption
from ta_v2a.data.clean_films import words_of
from ta_v2a.data.examples import CAPTIONS
from ta_v2a.data.joint_latents import JointRows, as_batch, read_joint_rows
from ta_v2a.data.stage_clips import STAGE_CODE, split_seeds
from ta_v2a.engine.joint import picture_code_of
from ta_v2a.engine.parts import INDEX_FILE, VIDEO_ROLES
from ta_v2a.errors import UserError
from ta_v2a.presets.trained import mini_autoencoder, mini_cvalp, weights_file
from ta_v2a.stage.clean.render import render_clean
from ta_v2a.stage.clean.scenes import SHORTEST_S, CleanScene, plan_clean, wordings
from ta_v2a.stage.picture.render import render_pictures
from ta_v2a.stage.scene.scene import Scene, heard, plan
from ta_v2a.stage.sound.bank import SoundBank
from ta_v2a.stage.sound.render import render_sound
from ta_v2a.system.processes import follow_parent
from ta_v2a.system.provenance import code_digest, file_sha256, folder_sha256, recordings_digest
from vocoders.clock import MINI, ClipSpec
from vocoders.mel import LogMel

SceneSetting = Literal["wild", "clean"]
"""Of the stage: anything in any light, or one act with a steady camera, as the video head learns from."""
JOINT_CODE = (
    *STAGE_CODE,
    "ta_v2a.stage.clean.render",
    "ta_v2a.stage.clean.scenes",
    "cvalp.mini.model",
    "ldm.autoencoders.mel_autoencoder",
    "ldm.autoencoders.film_code",
    "ldm.autoencoders.patch_code",
    "vocoders.mel",
)
"""Modules that the latents come from, beside this one."""
JOINT_SHARD = 64
CODE_SCENES = 96
"""Scenes that the picture code is learnt from."""


def joint_scene(seed: int, duration_s: float, setting: SceneSetting = "wild") -> Scene:
    """The scene of a seed in a setting."""
    return plan_clean(seed, duration_s) if setting == "clean" else plan(seed, duration_s)


def _pictures(scene: Scene, times_s: np.ndarray, px: int) -> np.ndarray:
    """(N, px, px, 3) uint8 RGB."""
    if isinstance(scene, CleanScene):
        return render_clean(scene, times_s, px)
    return render_pictures(scene, times_s, px, px, colour=True)


def _captions(scene: Scene) -> list[str]:
    """`CAPTIONS` wordings."""
    if isinstance(scene, CleanScene):
        return wordings(scene, CAPTIONS)
    sources = [heard(source) for source in scene.sources]
    more = (caption(sources, random.Random((scene.seed + 1) * CAPTIONS + k)) for k in range(1, CAPTIONS))
    return [scene.caption, *more]


class AudibleScenes(Dataset):
    """One scene a seed: `frames` uint8 (pictures, px, px, 3), `wave` float32 (samples,), `captions` of str.

    Args:
        seeds: what to render.
        spec: the clock of the sound; `pictures` are spread over its duration.
        picture_px: side of the pictures.
        bank: folder of recordings for the sound, or None for synthesis alone.
        setting: of the stage.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        spec: ClipSpec,
        pictures: int,
        picture_px: int,
        bank: str | Path | None = None,
        setting: SceneSetting = "wild",
    ):
        self.seeds, self.spec, self.pictures, self.picture_px = seeds, spec, pictures, picture_px
        self.setting: SceneSetting = setting
        self.bank = None if bank is None else SoundBank(Path(bank))

    def __len__(self) -> int:
        return len(self.seeds)

    def __getitem__(self, index: int) -> dict[str, Any]:
        cv2.setNumThreads(1)
        seed, spec = int(self.seeds[index]), self.spec
        scene = joint_scene(seed, spec.duration_s, self.setting)
        wave = render_sound(scene, spec.sample_rate_hz, self.bank)[: spec.samples]
        times_s = (np.arange(self.pictures) + 0.5) * spec.duration_s / self.pictures
        return {
            "frames": torch.from_numpy(_pictures(scene, times_s, self.picture_px)),
            "wave": torch.from_numpy(np.pad(wave, (0, spec.samples - len(wave))).astype(np.float32)),
            "captions": _captions(scene),
        }


def film_of_frames(frames: Tensor) -> Tensor:
    """uint8 pictures (batch, n, h, w, 3) to (batch, n, 3, h, w) in [0, 1]."""
    return frames.movedim(-1, 2).float() / 255


def _as_listed(items: list[dict[str, Any]]) -> dict[str, Any]:
    """Collates scenes; captions stay lists."""
    return {
        name: [item[name] for item in items]
        if name == "captions"
        else torch.stack([item[name] for item in items])
        for name in items[0]
    }


class JointScenes(lightning.LightningDataModule):
    """Latents of scenes of the stage, kept in `cache`; made where they are missing, on a GPU if there is one.

    Use with `reload_dataloaders_every_n_epochs: 1`.

    Args:
        cvalp, vae: checkpoints of the encoders and of the mel autoencoder, or components of a preset.
        tokenizer_file: the text tower's sentencepiece model.
        picture_code: folder of a `PatchCode` or a `FilmCode`, or of a preset, whose video head's code it is
            then; None learns a `PatchCode` from the first scenes and keeps it beside the latents, in `code`.
        words: tokens of a text that are told beside E_l.
        scenes, validation_scenes: how many.
        duration_s, pictures, picture_px: of a clip; a picture for every latent column by default.
        batch_size: rows a batch.
        workers: rendering processes.
        bank: folder of recordings for the sound, or None.
        cache: folder of the latents.
        first_seed: offset into the training seeds.
        setting: of the stage, "wild" or "clean".
    """

    def __init__(
        self,
        cvalp: str = "ta_v2a/weights/mini/cvalp",
        vae: str = "ta_v2a/weights/mini/autoencoder",
        tokenizer_file: str = "ta_v2a/weights/mini/cvalp/spiece.model",
        picture_code: str | None = None,
        words: int = 0,
        scenes: int = 4096,
        validation_scenes: int = 128,
        duration_s: float = 4.096,
        pictures: int = 64,
        picture_px: int = 48,
        batch_size: int = 32,
        workers: int = 1,
        bank: str | None = None,
        cache: str = "runs/joint-scenes",
        first_seed: int = 60_000_000,
        setting: SceneSetting = "wild",
    ):
        super().__init__()
        if setting == "clean" and duration_s < SHORTEST_S:
            raise UserError(f"a clean scene lasts {SHORTEST_S:g} s or more, not {duration_s:g}: duration_s")
        self.setting: SceneSetting = setting
        self.sources = (Path(cvalp), Path(tokenizer_file), Path(vae))
        self.counts = {"train": scenes, "validation": validation_scenes}
        self.picture_code, self.words = picture_code, words
        self.spec, self.pictures, self.picture_px = replace(MINI, duration_s=duration_s), pictures, picture_px
        self.batch_size, self.workers, self.bank = batch_size, workers, bank
        self.cache, self.first_seed = Path(cache), first_seed
        self.rows: dict[str, dict[str, Tensor]] = {}

    @cached_property
    def folder(self) -> Path:
        """The cache of exactly these weights, recordings and source code."""
        digests = [file_sha256(weights_file(file)) for file in self.sources]
        if self.picture_code is not None:
            place = Path(self.picture_code)
            parts = [place / role for role in VIDEO_ROLES] if (place / INDEX_FILE).is_file() else [place]
            digests += [folder_sha256(part) for part in parts]
        code = code_digest(JOINT_CODE, alone=("ta_v2a.data.joint_scenes", "ta_v2a.presets.trained"))
        facts = (*digests, recordings_digest(self.bank), code, self.spec, self.pictures, self.picture_px)
        return (
            self.cache
            / hashlib.sha256(repr((*facts, self.first_seed, self.setting, self.words)).encode()).hexdigest()[
                :12
            ]
        )

    def seeds(self, split: str) -> range:
        """Of a split's scenes."""
        return split_seeds(split, self.counts[split], self.first_seed if split == "train" else 0)

    def shards(self, split: str) -> list[tuple[Path, range]]:
        """Files and the seeds that each holds."""
        seeds = self.seeds(split)
        parts = [seeds[start : start + JOINT_SHARD] for start in range(0, len(seeds), JOINT_SHARD)]
        return [(self.folder / f"{split}-{part[0]}-{len(part)}.safetensors", part) for part in parts]

    def _loader(self, seeds: Sequence[int]) -> DataLoader:
        scenes = AudibleScenes(seeds, self.spec, self.pictures, self.picture_px, self.bank, self.setting)
        return DataLoader(
            scenes,
            min(16, JOINT_SHARD),
            num_workers=self.workers,
            worker_init_fn=follow_parent,
            prefetch_factor=2 if self.workers else None,
            collate_fn=_as_listed,
        )

    def code(self) -> PatchCode | FilmCode:
        """The picture code: the given one, the one kept, or one learnt now."""
        if self.picture_code is not None:
            code = picture_code_of(self.picture_code)
            if code.picture_px != self.picture_px:
                raise UserError(
                    f"the code of {self.picture_code} is of pictures of {code.picture_px} pixels, "
                    f"not {self.picture_px}: picture_px"
                )
            return code
        place = self.folder / "code"
        if not (place / "config.json").is_file():
            code = PatchCode(picture_px=self.picture_px)
            seeds = split_seeds("train", CODE_SCENES, self.first_seed)
            films = [
                film_of_frames(batch["frames"]) for batch in track(self._loader(seeds), "the picture code")
            ]
            code.learn(torch.cat(films))
            code.save_pretrained(place)
        return PatchCode.from_pretrained(place)

    @torch.no_grad()
    def prepare_data(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        missing = [part for split in self.counts for part in self.shards(split) if not _is_there(*part)]
        if not missing:
            return
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        code, cvalp = self.code().to(device), mini_cvalp(*self.sources[:2]).to(device)
        vae, log_mel = mini_autoencoder(self.sources[2]).to(device), LogMel(self.spec).to(device)
        rows: list[dict[str, Tensor]] = []
        captions: list[list[str]] = []
        loader = self._loader([seed for _, seeds in missing for seed in seeds])
        for batch in track(loader, "latents of the stage"):
            mel = log_mel(batch["wave"].to(device))
            said = [words for each in batch["captions"] for words in each]
            found = {
                "audio": vae.encode(mel).mean,
                "video": code.encode_film(film_of_frames(batch["frames"].to(device))),
                "sound": cvalp.encode_audio(mel),
            }
            rows.append({name: value.half().cpu() for name, value in found.items()})
            if self.words:
                text, there = words_of(cvalp, said, self.words)
                rows[-1]["has_text"] = there.unflatten(0, (-1, CAPTIONS)).cpu()
            else:
                text = cvalp.encode_text(said)
            rows[-1]["text"] = text.unflatten(0, (-1, CAPTIONS)).half().cpu()
            captions += batch["captions"]
            while missing and len(captions) >= len(missing[0][1]):
                rows, captions = _written(rows, captions, *missing.pop(0))

    def setup(self, stage: str) -> None:
        for split in self.counts:
            self.rows[split] = read_joint_rows([file for file, _ in self.shards(split)])
        weights = mini_autoencoder(self.sources[2]).channel_importance() ** 0.5
        self.importance = weights / weights.mean()

    def train_dataloader(self) -> DataLoader:
        epoch = self.trainer.current_epoch if self.trainer else 0
        order = torch.Generator().manual_seed(epoch)
        rows = JointRows(self.rows["train"], epoch)
        return DataLoader(
            rows, self.batch_size, shuffle=True, generator=order, drop_last=True, collate_fn=as_batch
        )

    def val_dataloader(self) -> DataLoader:
        return DataLoader(JointRows(self.rows["validation"]), self.batch_size, collate_fn=as_batch)

    def on_after_batch_transfer(self, batch: dict[str, Any], dataloader_idx: int) -> dict[str, Any]:
        """Adds `importance` (Z,), the weights of the audio channels in the loss, as for `StageFeatures`."""
        batch["importance"] = self.importance.to(batch["audio"].device)
        return batch


def _written(
    rows: list[dict[str, Tensor]], captions: list[list[str]], file: Path, seeds: range
) -> tuple[list[dict[str, Tensor]], list[list[str]]]:
    """Writes the first rows into a shard; what is left of them."""
    count, whole = len(seeds), {name: torch.cat([row[name] for row in rows]) for name in rows[0]}
    part = file.with_suffix(".part")
    kept = {name: value[:count].contiguous() for name, value in whole.items()}
    save_file(kept, part, metadata={"captions": json.dumps(captions[:count])})
    part.replace(file)
    return [{name: value[count:] for name, value in whole.items()}], captions[count:]


def _is_there(file: Path, seeds: range) -> bool:
    """Whether a shard of so many rows is there, by its header."""
    try:
        with safe_open(file, "pt") as tensors:
            return tensors.get_slice("audio").get_shape()[0] == len(seeds)
    except (OSError, SafetensorError):
        return False


def captions_of(file: Path) -> list[list[str]]:
    """The wordings of every row of a shard."""
    with safe_open(file, "pt") as tensors:
        return json.loads(tensors.metadata()["captions"])
