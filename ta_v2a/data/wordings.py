"""Sounds as CVALP's audio tower hears them, with ever new wordings: what the text tower is tuned on."""

import random
from typing import Any

import lightning
import torch
from rich.progress import track
from torch.utils.data import DataLoader, Dataset, WeightedRandomSampler

from prompts.grammar import caption
from ta_v2a.data.features import evened
from ta_v2a.data.stage_clips import StageClips, split_seeds
from ta_v2a.presets.trained import mini_cvalp
from ta_v2a.stage.scene.scene import heard, plan
from ta_v2a.system.processes import follow_parent
from vocoders.clock import ClipSpec
from vocoders.mel import LogMel


class Wordings(Dataset):
    """Items: `audio` (C,) pooled E_a, `caption` a wording that changes with `epoch`, `kinds` (29,)."""

    def __init__(self, seeds: range, spec: ClipSpec, audio: torch.Tensor, kinds: torch.Tensor):
        self.facts = [[heard(source) for source in plan(seed, spec.duration_s).sources] for seed in seeds]
        self.audio, self.kinds, self.epoch = audio, kinds, 0

    def __len__(self) -> int:
        return len(self.facts)

    def __getitem__(self, index: int) -> dict[str, Any]:
        words = caption(self.facts[index], random.Random(self.epoch * 1_000_003 + index))
        return {"audio": self.audio[index], "caption": words, "kinds": self.kinds[index]}


class StageWordings(lightning.LightningDataModule):
    """Frozen audio features of `clips` sounds, worded anew every epoch. Use with
    `reload_dataloaders_every_n_epochs: 1`.

    Args:
        checkpoint: of the CVALP training, or the component of a preset.
        even_power: how far training draws all kinds alike, see `evened`.
        first_seed: offset into the training seeds.
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
        self.spec = ClipSpec(duration_s=4.096)

    @torch.no_grad()
    def _wordings(self, seeds: range, cvalp: Any) -> Wordings:
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
        return Wordings(seeds, self.spec, torch.cat(audio), torch.cat(kinds))

    def setup(self, stage: str) -> None:
        cvalp = mini_cvalp(self.checkpoint, self.tokenizer_file)
        self.train = self._wordings(split_seeds("train", self.clips, self.first_seed), cvalp)
        self.validation = self._wordings(split_seeds("validation", self.validation_clips), cvalp)

    def train_dataloader(self) -> DataLoader[Any]:
        self.train.epoch = self.trainer.current_epoch + 1 if self.trainer else 1
        order = torch.Generator().manual_seed(self.train.epoch)
        draw = WeightedRandomSampler(
            evened(self.train.kinds, self.even_power).tolist(), len(self.train), generator=order
        )
        return DataLoader(self.train, self.batch_size, sampler=draw, drop_last=True)

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(self.validation, self.batch_size)
