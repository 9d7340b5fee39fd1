"""Sounds as CVALP's audio tower hears them, with ever new wordings: what the text tower is tuned on."""

import hashlib
import random
from pathlib import Path
from typing import Any

import lightning
import torch
from rich.progress import track
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from prompts.augmenting.paraphrases import paraphrase
from prompts.grammar import caption
from ta_v2a.data.feature_rows import evened
from ta_v2a.data.open_wordings import OpenWordings
from ta_v2a.data.stage_clips import StageClips, split_seeds
from ta_v2a.presets.trained import mini_cvalp, weights_file
from ta_v2a.stage.scene.scene import heard, plan
from ta_v2a.system.processes import follow_parent
from ta_v2a.system.provenance import file_sha256
from vocoders.clock import ClipSpec
from vocoders.mel import LogMel


class Wordings(Dataset):
    """Items: `audio` (C,) pooled E_a, `caption` a wording that changes with `epoch`, `kinds` (29,).

    The share `augment` of the wordings is paraphrased.
    """

    def __init__(
        self, seeds: range, spec: ClipSpec, audio: torch.Tensor, kinds: torch.Tensor, augment: float = 0.0
    ):
        self.facts = [[heard(source) for source in plan(seed, spec.duration_s).sources] for seed in seeds]
        self.audio, self.kinds, self.epoch, self.augment = audio, kinds, 0, augment

    def __len__(self) -> int:
        return len(self.facts)

    def __getitem__(self, index: int) -> dict[str, Any]:
        rng = random.Random(self.epoch * 1_000_003 + index)
        words = caption(self.facts[index], rng)
        if self.augment and rng.random() < self.augment:
            words = paraphrase(words, rng)
        return {"audio": self.audio[index], "caption": words, "kinds": self.kinds[index]}


class StageWordings(lightning.LightningDataModule):
    """Frozen audio features of `clips` sounds, worded anew every epoch. Use with
    `reload_dataloaders_every_n_epochs: 1`.

    Args:
        checkpoint: of the CVALP training, or the component of a preset.
        even_power: how far training draws all kinds alike, see `evened`.
        first_seed: offset into the training seeds.
        passes: draws an epoch, in clips.
        teacher: file of `ta_v2a.data.teacher`; with it, every batch holds `described` and `written` further
            texts, see `OpenWordings`.
        cache: folder where audio features are kept from run to run, or None.
        augment: share of the training's wordings that are paraphrased (`prompts.augmenting.paraphrases`).
    """

    def __init__(
        self,
        checkpoint: str = "runs/cvalp/last.ckpt",
        tokenizer_file: str = "ta_v2a/weights/mini/cvalp/spiece.model",
        clips: int = 15360,
        validation_clips: int = 384,
        batch_size: int = 192,
        workers: int = 1,
        even_power: float = 0.5,
        first_seed: int = 30_000_000,
        passes: int = 1,
        teacher: str | None = None,
        described: int = 128,
        written: int = 128,
        cache: str | None = None,
        augment: float = 0.0,
    ):
        super().__init__()
        self.checkpoint, self.tokenizer_file = checkpoint, tokenizer_file
        self.even_power, self.first_seed = even_power, first_seed
        self.clips, self.validation_clips, self.batch_size, self.workers = (
            clips,
            validation_clips,
            batch_size,
            workers,
        )
        self.passes, self.cache, self.augment = passes, cache, augment
        self.open = None if teacher is None else OpenWordings(teacher, described, written)
        self.spec = ClipSpec(duration_s=4.096)

    def _wordings(self, seeds: range, cvalp: Any) -> Wordings:
        file = None
        if self.cache is not None:
            facts = f"{file_sha256(weights_file(self.checkpoint))} {seeds}"
            file = Path(self.cache) / f"{hashlib.sha256(facts.encode()).hexdigest()[:12]}.pt"
        if file is not None and file.is_file():
            held = torch.load(file, weights_only=True)
        else:
            held = self._heard(seeds, cvalp)
            if file is not None:
                file.parent.mkdir(parents=True, exist_ok=True)
                torch.save(held, file)
        return Wordings(seeds, self.spec, held["audio"], held["kinds"])

    @torch.no_grad()
    def _heard(self, seeds: range, cvalp: Any) -> dict[str, torch.Tensor]:
        """`audio` (N, C) pooled E_a and `kinds` (N, 29) of these scenes."""
        loader = DataLoader(
            StageClips(seeds, self.spec, sound_only=True),
            32,
            num_workers=self.workers,
            worker_init_fn=follow_parent,
        )
        log_mel, audio, kinds = LogMel(self.spec), [], []
        for batch in track(loader, "audio features"):
            audio.append(
                torch.nn.functional.normalize(cvalp.encode_audio(log_mel(batch["wave"])).mean(1), dim=-1)
            )
            kinds.append(batch["kinds"])
        return {"audio": torch.cat(audio), "kinds": torch.cat(kinds)}

    def setup(self, stage: str) -> None:
        cvalp = mini_cvalp(self.checkpoint, self.tokenizer_file)
        self.train = self._wordings(split_seeds("train", self.clips, self.first_seed), cvalp)
        self.train.augment = self.augment
        self.validation = self._wordings(split_seeds("validation", self.validation_clips), cvalp)

    def train_dataloader(self) -> DataLoader[Any]:
        self.train.epoch = self.trainer.current_epoch + 1 if self.trainer else 1
        order = torch.Generator().manual_seed(self.train.epoch)
        draw = WeightedRandomSampler(
            evened(self.train.kinds, self.even_power).tolist(),
            len(self.train) * self.passes,
            generator=order,
        )
        if self.open is not None:
            self.open.begin(self.first_seed + self.train.epoch)
        return DataLoader(self.train, self.batch_size, sampler=draw, drop_last=True, collate_fn=self.open)

    def val_dataloader(self) -> DataLoader[Any]:
        if self.open is not None:
            self.open.begin(0)
        return DataLoader(self.validation, self.batch_size, collate_fn=self.open)
