"""What the video head's two trainings read: clean scenes as pictures, and as latents with their words."""

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import lightning
import numpy as np
import torch
from rich.console import Console
from rich.progress import Progress
from torch import Tensor

from prompts.worlds import in_its_world
from ta_v2a.data.stage_clips import split_seeds
from ta_v2a.data.tensor_batches import TensorBatches
from ta_v2a.engine.filming import TellsWords
from ta_v2a.engine.trained_parts import trained_part
from ta_v2a.presets.trained import mini_cvalp
from ta_v2a.stage.packed import SOLID_ACT, Filming, film_scenes, read_films
from ta_v2a.system.extras import need
from ta_v2a.system.provenance import code_digest
from vocoders.training.joined_batch import everyones_rows, place

CLEAN_CODE = ("ta_v2a.stage.packed",)
"""Module that the pictures come from."""


def film_folder(cache: Path, filming: Filming) -> Path:
    """Where the films of this filming and this source code lie."""
    facts = repr((sorted(asdict(filming).items()), code_digest(CLEAN_CODE)))
    return cache / hashlib.sha256(facts.encode()).hexdigest()[:12]


def make_films(cache: Path, filming: Filming, split: str, count: int, workers: int) -> list[Path]:
    """The files of the first `count` scenes of a split, rendered where they are missing."""
    folder = film_folder(cache, filming) / split
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(f"filming {count} clean scenes", total=count)
        return film_scenes(
            filming, split_seeds(split, count), folder, workers, lambda n: progress.advance(task, n)
        )


class _CleanFilms(lightning.LightningDataModule):
    """Shared by both: the filming and its files."""

    def __init__(
        self,
        scenes: int,
        validation_scenes: int,
        acts: Sequence[str],
        looks: int,
        picture_px: int,
        pictures: int,
        fps: float,
        workers: int,
        cache: str,
        solid: float,
    ):
        super().__init__()
        if solid:
            need("solid")
        self.filming = Filming(tuple(acts), looks, picture_px, pictures, fps, solid=solid)
        self.counts = {"train": scenes, "validation": validation_scenes}
        self.workers, self.cache = workers, Path(cache)
        self.tensors: dict[str, dict[str, Tensor]] = {}

    def prepare_data(self) -> None:
        for split, count in self.counts.items():
            make_films(self.cache, self.filming, split, count, self.workers)

    @property
    def device(self) -> torch.device:
        """Where the tensors are kept: the training's own device."""
        return self.trainer.strategy.root_device if self.trainer else torch.device("cpu")

    def files(self, split: str) -> list[Path]:
        return make_films(self.cache, self.filming, split, self.counts[split], 0)

    @property
    def epoch(self) -> int:
        return self.trainer.current_epoch if self.trainer else 0


class CleanPictures(_CleanFilms):
    """A few consecutive pictures of every scene, as `PictureVaeTraining` wants them.

    Args:
        scenes, validation_scenes: how many.
        acts, looks, picture_px, pictures, fps, solid: of the films, see `Filming`.
        window: pictures of a short film; `windows` of every scene are kept in memory.
        batch_size: short films a batch; an epoch has `batches`.
        workers: rendering processes.
        cache: folder to keep films in.
    """

    def __init__(
        self,
        scenes: int = 4096,
        validation_scenes: int = 128,
        acts: Sequence[str] = (),
        looks: int = 1,
        picture_px: int = 128,
        pictures: int = 64,
        fps: float = 15.625,
        window: int = 6,
        windows: int = 2,
        batch_size: int = 32,
        batches: int = 500,
        workers: int = 1,
        cache: str = "runs/films",
        solid: float = 0.0,
    ):
        films = (acts, looks, picture_px, pictures, fps, workers, cache, solid)
        super().__init__(scenes, validation_scenes, *films)
        self.window, self.windows, self.batch_size, self.batches = window, windows, batch_size, batches

    def setup(self, stage: str) -> None:
        for split in self.counts:
            with ThreadPoolExecutor(max(1, self.workers)) as pool:
                rows = [row for part in pool.map(self._windows, self.files(split)) for row in part]
            self.tensors[split] = {"pictures": torch.from_numpy(np.stack(rows)).to(self.device)}

    def _windows(self, file: Path) -> list[np.ndarray]:
        films, facts = read_films(file, self.filming)
        rows = []
        for film, fact in zip(films, facts, strict=True):
            rng = np.random.default_rng((fact["seed"], 9))
            for _ in range(self.windows):
                start = int(rng.integers(self.filming.pictures - self.window + 1))
                rows.append(film[start : start + self.window].copy())
        return rows

    def train_dataloader(self) -> TensorBatches:
        return TensorBatches(self.tensors["train"], self.batch_size, self.epoch, self.batches)

    def val_dataloader(self) -> TensorBatches:
        return TensorBatches(self.tensors["validation"], self.batch_size)


class CleanLatents(_CleanFilms):
    """Latents and words of every scene, as `VideoHeadTraining` wants them; each epoch says other wordings.

    Args:
        autoencoder: checkpoint of `ta-v2a train video-vae`, or the component of a preset.
        cvalp, tokenizer_file: the text tower's checkpoint, or component, and its sentencepiece model; None:
            encoders that bring their own tokenizer, of whichever size.
        words: tokens of a text.
        scenes, validation_scenes, batch_size, batches, workers, cache: as `CleanPictures`.
        acts, looks, picture_px, pictures, fps, solid: of the films, see `Filming`.
        worlds_named: every wording ends with its world's name, see `in_its_world`.
    """

    def __init__(
        self,
        autoencoder: str = "runs/video-vae/last.ckpt",
        cvalp: str = "ta_v2a/weights/mini/cvalp",
        tokenizer_file: str | None = "ta_v2a/weights/mini/cvalp/spiece.model",
        words: int = 24,
        scenes: int = 16384,
        validation_scenes: int = 256,
        acts: Sequence[str] = (),
        looks: int = 1,
        picture_px: int = 128,
        pictures: int = 64,
        fps: float = 15.625,
        batch_size: int = 256,
        batches: int = 200,
        workers: int = 1,
        cache: str = "runs/films",
        solid: float = 0.0,
        worlds_named: bool = False,
    ):
        films = (acts, looks, picture_px, pictures, fps, workers, cache, solid)
        super().__init__(scenes, validation_scenes, *films)
        self.worlds_named = worlds_named
        self.sources, self.words = (autoencoder, cvalp, tokenizer_file), words
        self.batch_size, self.batches = batch_size, batches

    def setup(self, stage: str) -> None:
        autoencoder_file, cvalp_file, tokenizer = self.sources
        autoencoder = trained_part(autoencoder_file, "video_autoencoder").to(self.device)
        if tokenizer is None:
            cvalp = trained_part(cvalp_file, "cvalp").to(self.device)
        else:
            cvalp = mini_cvalp(cvalp_file, tokenizer).to(self.device)
        rank, world = place()
        for split in self.counts:
            files = self.files(split)
            first, last = (len(files) * part // world for part in (rank, rank + 1))
            made = self._encoded(files[first:last], autoencoder, cvalp) if first < last else {}
            self.tensors[split] = everyones_rows(made, self.device)

    @property
    def statistics(self) -> Tensor:
        """Latents of some films, from which a head takes its statistics."""
        return self.tensors["train"]["film"][:512]

    @torch.no_grad()
    def _encoded(self, files: Sequence[Path], autoencoder: Any, cvalp: TellsWords) -> dict[str, Tensor]:
        films: list[Tensor] = []
        captions: list[list[str]] = []
        threads = max(1, self.workers)
        with ThreadPoolExecutor(threads) as pool:
            waiting: list[Any] = []
            for index in range(len(files) + threads):
                if index < len(files):
                    waiting.append(pool.submit(read_films, files[index], self.filming))
                if index < threads and index < len(files) - 1:
                    continue
                if not waiting:
                    break
                frames, facts = waiting.pop(0).result()
                films.append(encode_films(autoencoder, frames))
                captions += [self._captions(fact) for fact in facts]
        film = torch.cat(films)
        said, told = zip(
            *(
                words_of(cvalp, [text for each in captions[start : start + 128] for text in each], self.words)
                for start in range(0, len(captions), 128)
            ),
            strict=True,
        )
        return {
            "film": film,
            "still": torch.cat([part.float().median(2).values.half() for part in film.split(256)]),
            "text": torch.cat(said).unflatten(0, (len(captions), -1)),
            "has_text": torch.cat(told).unflatten(0, (len(captions), -1)),
        }

    def _captions(self, fact: dict[str, Any]) -> list[str]:
        """The wordings of a scene."""
        said: list[str] = fact["captions"]
        if not self.worlds_named:
            return said
        world = "solid" if fact["act"].startswith(SOLID_ACT) else "flat"
        return [in_its_world(text, world) for text in said]

    def _worded(self, split: str, epoch: int) -> dict[str, Tensor]:
        """Of every scene one wording."""
        tensors = self.tensors[split]
        word = (torch.arange(len(tensors["film"])) + epoch) % self.filming.wordings
        rows = torch.arange(len(word))
        picked = {
            name: tensors[name][rows.to(self.device), word.to(self.device)] for name in ("text", "has_text")
        }
        return {**tensors, **picked}

    def train_dataloader(self) -> TensorBatches:
        return TensorBatches(self._worded("train", self.epoch), self.batch_size, self.epoch, self.batches)

    def val_dataloader(self) -> TensorBatches:
        return TensorBatches(self._worded("validation", 0), self.batch_size)


@torch.no_grad()
def encode_films(autoencoder: Any, frames: Sequence[np.ndarray]) -> Tensor:
    """(films, Z, pictures, h, w) half precision of uint8 films (pictures, px, px, 3)."""
    device = autoencoder.device
    rows = []
    for start in range(0, len(frames), 8):
        part = torch.stack([torch.from_numpy(each).to(device) for each in frames[start : start + 8]])
        film = part.movedim(-1, 2).float() / 255
        with torch.autocast(device.type, torch.bfloat16):
            rows.append(autoencoder.encode_film(film).half())
    return torch.cat(rows)


@torch.no_grad()
def words_of(cvalp: TellsWords, texts: list[str], count: int) -> tuple[Tensor, Tensor]:
    """(texts, 1 + count, C) half precision, and where there are words: E_l, then the words."""
    vectors, there = cvalp.encode_words(texts, count)
    return vectors.half(), there
