"""How denoisers of sound and picture learn: what all of them share, and the two-stream model."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, cast

import torch
from lightning.pytorch.utilities.rank_zero import rank_zero_warn
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from ldm.conditions import TEXT, Conditions, Track
from ldm.denoisers.two_streams import TwoStreams
from ldm.eas import eas_loss
from ldm.latents import Latents
from ldm.training.averaging import Averaging
from ldm.training.diffusion import weighted_square
from vocoders.component import Component
from vocoders.training.joined_batch import joined, own, place
from vocoders.training.shared import adamw, batch_generator, scheduled, start_from

Batch = dict[str, Any]
VALIDATION_TIMES = (0.2, 0.5, 0.8, 0.95, 1.0)


def rows_of_noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """Standard normal in the shape of `like` (batch, ...): this process's rows of the joined batch's."""
    where: dict[str, Any] = {"generator": generator, "device": like.device, "dtype": torch.float32}
    return own(lambda rows: torch.randn(rows, *like.shape[1:], **where), len(like))


def rows_of_uniform(like: Tensor, generator: torch.Generator) -> Tensor:
    """(batch,) in [0, 1), likewise."""
    where: dict[str, Any] = {"generator": generator, "device": like.device, "dtype": torch.float32}
    return own(lambda rows: torch.rand(rows, **where), len(like))


def told(batch: Batch, dropped: float, generator: torch.Generator, everybody: bool) -> Conditions:
    """The text of a batch, which a share of the rows does not see, unless `everybody` does."""
    seen = rows_of_uniform(batch["text"], generator) >= dropped
    if everybody:
        seen = torch.ones_like(seen)
    if "has_text" in batch:
        seen = batch["has_text"] & seen[:, None]
    return Conditions({TEXT: Track(batch["text"].float(), seen)})


def whole_text(text: Tensor) -> Tensor:
    """E_l (batch, Ct) of a text that may be told with its words."""
    return text if text.ndim == 2 else text[:, 0]


class JointTraining(Averaging, ABC):
    """Trains a network on batches {"audio": scaled latents (batch, Z, columns) or (batch, Z, rows, columns),
    "video": latents (batch, C, pictures, height, width), "text": (batch, Ct)}; a batch may hold "importance":
    (Z,), weights of the audio channels in the loss. "text" may be E_l and its words, (batch, 1 + words, Ct),
    with "has_text" (batch, 1 + words) bool.
    """

    @abstractmethod
    def terms(
        self, network: Any, batch: Batch, generator: torch.Generator, times: Tensor | None
    ) -> dict[str, Tensor]:
        """The parts of the loss by name; "total" is what is minimised.

        Args:
            network: the one that learns, or its moving average.
            generator: of everything that is drawn.
            times: of the rows in validation, where every row is told its text; None draws them.
        """

    def mixers(self) -> list[Any]:
        """The mixers whose feature statistics the first batch sets."""
        return []

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        if self.batch_number == 0:
            for mixer in self.mixers():
                mixer.set_feature_statistics(torch.zeros(0, 1, 1), joined(whole_text(batch["text"]).float()))
        generator = batch_generator(self.hparams.seed, self.batch_number, self.device)
        terms = self.terms(self.network, batch, generator, None)
        self.log_dict({f"train/{name}": value.detach() for name, value in terms.items()}, prog_bar=True)
        return terms["total"]

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        """The averaged weights at fixed times and noise."""
        generator = batch_generator(self.hparams.seed + 1, batch_idx, self.device)
        count = len(batch["text"])
        rows = place()[0] * count + torch.arange(count, device=self.device)
        times = torch.tensor(VALIDATION_TIMES, device=self.device)[rows % len(VALIDATION_TIMES)]
        self._validate(batch, generator, times)

    def _validate(self, batch: Batch, generator: torch.Generator, times: Tensor, prefix: str = "") -> None:
        terms = self.terms(self.used, batch, generator, times)
        named = {f"validation/{prefix}{name}": value for name, value in terms.items()}
        self.log_dict(named, batch_size=len(batch["text"]), sync_dist=True)

    def parts(self) -> dict[str, Component]:
        """The networks for use, by the folder that each is exported to."""
        return {"denoiser": self.used}

    def on_train_end(self) -> None:
        """Writes the networks for use, float16, and the picture code of the data beside them."""
        folder = self.hparams.export_folder
        if not folder or not self.trainer.is_global_zero:
            return
        for name, network in self.parts().items():
            copy = type(network).from_config(network.config)
            copy.load_state_dict(network.state_dict())
            copy.half().save_pretrained(Path(folder) / name)
        code = getattr(getattr(self.trainer, "datamodule", None), "code", None)
        if code is not None:
            code().save_pretrained(Path(folder) / "code")

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        p = self.hparams
        return scheduled(adamw(self.network, p.lr, p.weight_decay, p.betas), p.warmup_steps, p.max_steps)


class TwoStreamTraining(JointTraining):
    """Trains `TwoStreams`: the sum of both streams' squared errors (eq. 11), one time and independent noises,
    and lambda times the alignment of their tokens (eq. 13).

    Args:
        network: both streams.
        lr, weight_decay, betas, warmup_steps, max_steps: as `LdmTraining`'s.
        eas_weight: lambda; 0 leaves the alignment out. It compares rows of the batch that all processes hold
            together, and is 0 where that is one row.
        temperature: tau of eq. 13.
        drop_text: share of rows that see no text.
        time_shift: of the times, see `ldm.process.Flow.times`.
        ema_decay: of the moving average.
        seed: of noise, times and draws.
        audio, video: weights that the streams start from: a checkpoint of such a stream's own training, or a
            component's folder.
        checkpoint: of an earlier run of both, or its component's folder.
        export_folder: where the networks for use are written at the end; None writes none.
    """

    def __init__(
        self,
        network: TwoStreams,
        lr: float = 5e-4,
        weight_decay: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.98),
        warmup_steps: int = 100,
        max_steps: int | None = 4000,
        eas_weight: float = 0.1,
        temperature: float = 0.1,
        drop_text: float = 0.1,
        time_shift: float = 3.0,
        ema_decay: float = 0.999,
        seed: int = 0,
        audio: str | None = None,
        video: str | None = None,
        checkpoint: str | None = None,
        export_folder: str | None = None,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        for source, part in ((audio, network.audio), (video, network.video), (checkpoint, network)):
            if source is not None:
                start_from(part, source)
        network.alignment.requires_grad_(eas_weight > 0)
        self._warned = False
        self.average(network, ema_decay)

    def mixers(self) -> list[Any]:
        p, network = self.hparams, cast(TwoStreams, self.network)
        streams = ((p.audio, network.audio), (p.video, network.video))
        fresh = [stream for start, stream in streams if p.checkpoint is None and start is None]
        return [stream.mixer for stream in fresh if hasattr(stream, "mixer")]

    def terms(
        self, network: TwoStreams, batch: Batch, generator: torch.Generator, times: Tensor | None
    ) -> dict[str, Tensor]:
        p, process = self.hparams, network.process
        data = {name: batch[name].float() for name in ("audio", "video")}
        noise = {name: rows_of_noise(value, generator) for name, value in data.items()}
        time = process.times(rows_of_uniform(data["audio"], generator), p.time_shift)
        conditions = told(batch, p.drop_text, generator, times is not None)
        time = time if times is None else times
        noisy = Latents(**{name: process.noisy(data[name], noise[name], time) for name in data})
        found, tokens = network.predicted(noisy, time, conditions)
        errors = {
            name: value.float() - process.target(data[name], noise[name], time)
            for name, value in found.items()
        }
        terms = {
            "audio": weighted_square(errors["audio"], batch.get("importance")),
            "video": weighted_square(errors["video"], None),
        }
        terms["total"] = terms["audio"] + terms["video"]
        if p.eas_weight > 0:
            assert tokens is not None
            similarity = network.alignment(*tokens)
            if len(similarity) == 1 and not self._warned:
                self._warned = True
                rank_zero_warn("EAS compares the clips of a batch: with batches of one clip it is zero")
            terms["eas"] = eas_loss(similarity, p.temperature)
            terms["total"] = terms["total"] + p.eas_weight * terms["eas"]
        return terms
