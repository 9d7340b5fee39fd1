"""How the video head learns: a thin shell around a network that knows nothing of Lightning."""

from typing import Any, cast

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from ldm.conditions import FIRST_PICTURE, TEXT, Conditions, Track
from ldm.denoisers.video_transformer import VideoTransformer
from ldm.latents import Latents
from ldm.training.pace import Paced
from vocoders.training.joined_batch import everyones_mean, own
from vocoders.training.shared import batch_generator, start_from


def moving_weight(motion: Tensor, strength: float) -> Tensor:
    """(b, 1, n, h, w) of mean 1 over all processes: how much the error of a latent cell counts, by how far
    the true film moves there; strength 0 takes all alike.

    Most cells of a steady film rest, and a network that predicts only those is nearly right everywhere.
    """
    energy = motion.square().mean(1, keepdim=True)
    weight = 1 + strength * (energy / everyones_mean(energy.mean()).clamp_min(1e-6)).sqrt().clamp(max=4)
    return weight / everyones_mean(weight.mean())


def first_cells(parts_of_first: Tensor) -> Tensor:
    """(b, z, 1, h, w) to the values of a track `FIRST_PICTURE`, (b, h * w, z)."""
    return parts_of_first[:, :, 0].flatten(2).transpose(1, 2)


class VideoHeadTraining(Paced):
    """Trains a `VideoTransformer` on the target of its process.

    A batch holds {"film": latents of a picture autoencoder (b, Z, pictures, h, w), "text": (b, 1 + words,
    Ct), "has_text": (b, 1 + words) bool}, perhaps "still": the films' medians over time (b, Z, h, w). The
    statistics of what rests and what moves come from the films that the data module offers as `statistics`.

    Args:
        drop_text: share of samples without any text, for guidance.
        first: share of samples that are given their first picture.
        time_shift: see `ldm.process.Flow.times`.
        still_weight: of what rests in the loss, beside 1 for the motion.
        motion_weight: strength of `moving_weight`.
        minutes, export_folder: see `Paced`.
        checkpoint: of an earlier run, or the component of a preset, to start from.
        compiled: the blocks through torch.compile (needs a compiler).
    """

    def __init__(
        self,
        network: VideoTransformer,
        lr: float = 1e-3,
        weight_decay: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.98),
        warmup_steps: int = 200,
        max_steps: int = 4000,
        minutes: float | None = None,
        drop_text: float = 0.12,
        first: float = 0.25,
        time_shift: float = 3.0,
        still_weight: float = 0.3,
        motion_weight: float = 1.0,
        ema_decay: float = 0.999,
        seed: int = 0,
        checkpoint: str | None = None,
        export_folder: str | None = None,
        compiled: bool = False,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        if checkpoint is not None:
            start_from(network, checkpoint)
        self.average(network, ema_decay)
        if compiled:
            for piece in network.pieces():
                piece.compile()

    def on_fit_start(self) -> None:
        films = getattr(cast(Any, self.trainer).datamodule, "statistics", None)
        if films is not None and self.hparams.checkpoint is None and self.global_step == 0:
            for network in (self.network, self.used):
                network.code.set_statistics(films.to(self.device))

    def losses(
        self, network: VideoTransformer, batch: dict[str, Tensor], number: int, given: bool | None
    ) -> tuple[Tensor, Tensor]:
        """Of what rests and of what moves; `given` None draws who is told, else all are or none is."""
        p = self.hparams
        generator = batch_generator(p.seed, number, self.device)
        where: dict[str, Any] = {"generator": generator, "device": self.device}
        film = batch["film"].float()
        parts, count = network.code.split(film, batch.get("still")), len(film)
        noise = own(lambda rows: torch.randn((rows, *parts.shape[1:]), **where), count)
        uniform, telling, showing = (own(lambda rows: torch.rand(rows, **where), count) for _ in range(3))
        time = network.process.times(uniform, p.time_shift)
        told, shown = telling >= p.drop_text, showing < p.first
        if given is not None:
            told, shown = torch.full_like(told, given), torch.zeros_like(shown)
        first = first_cells(network.code.rest(film[:, :, :1]))
        conditions = Conditions(
            {
                TEXT: Track(batch["text"].float(), batch["has_text"] & told[:, None]),
                FIRST_PICTURE: Track(first, shown),
            }
        )
        noisy = Latents(video=network.process.noisy(parts, noise, time))
        predicted = network(noisy, time, conditions).video
        assert predicted is not None
        error = (predicted - network.process.target(parts, noise, time)).square()
        weight = moving_weight(parts[:, :, 1:], p.motion_weight)
        return error[:, :, :1].mean(), (error[:, :, 1:] * weight).mean()

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        still, motion = self.losses(self.network, batch, self.batch_number, None)
        self.log_dict({"train/still": still.detach(), "train/motion": motion.detach()})
        return self.hparams.still_weight * still + motion

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        """Losses of the averaged weights, with and without words, at the same noise."""
        for name, given in (("told", True), ("untold", False)):
            still, motion = self.losses(self.used, batch, -1 - batch_idx, given)
            self.log_dict(
                {f"validation/still_{name}": still, f"validation/motion_{name}": motion},
                batch_size=len(batch["film"]),
                sync_dist=True,
            )

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        return self.paced(self.network)
