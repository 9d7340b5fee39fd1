"""How the listener learns: binary cross-entropy per kind on the log mel of real stage sound, with changes that an ear ignores."""

from typing import Any

import torch
from jaxtyping import Float
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn

from ta_v2a.evaluation.networks.listener import Listener, save_listener
from vocoders.training.joined_batch import everyones_mean, joined_dropout, own, place
from vocoders.training.shared import Training, adamw, batch_generator, scheduled

DECIBEL = 0.01  # one dB on the log-mel scale, which is 0.2 log10 of the magnitude


def disguise(mel: Float[Tensor, "batch bins frames"], generator: torch.Generator | None = None) -> Float[Tensor, "batch bins frames"]:
    """Random loudness (+-12 dB), tilt (+-6 dB over the bands), blur, noise and a masked band: what a recorder
    or vocoder may do to a sound.

    Keeps the shape and [0, 1]; draws from `generator`, in several processes each for its `own` rows of their
    joined batch.
    """
    batch, bins, frames = mel.shape
    where: dict[str, Any] = {"device": mel.device, "generator": generator}

    def draw() -> Tensor:
        return own(lambda rows: torch.rand(rows, 1, 1, **where), batch)

    band = torch.arange(bins, device=mel.device).view(1, -1, 1)
    blurred = nn.functional.avg_pool2d(mel.unsqueeze(1), 3, stride=1, padding=1, count_include_pad=False).squeeze(1)
    mixed = mel + draw() * (draw() < 0.5) * (blurred - mel)
    mixed = mixed + 2 * DECIBEL * draw() * own(lambda rows: torch.randn(rows, bins, frames, **where), batch)
    mixed = mixed + (2 * draw() - 1) * 12 * DECIBEL + (2 * draw() - 1) * 6 * DECIBEL * (2 * band / max(bins - 1, 1) - 1)
    # Silence (0) stays silence: a louder recording of nothing is nothing.
    mixed = torch.where(mel > 0, mixed, mel).clamp(0, 1)
    start, width = draw() * bins, draw() * 0.1 * bins
    return torch.where((band >= start) & (band < start + width), torch.zeros_like(mixed), mixed)


class ListenerTraining(Training):
    """Trains a `Listener`; a batch is {"mel": (batch, 128, frames) log-mel in [0, 1], "kinds": (batch, kinds) multi-hot}.

    Args:
        network: the listener.
        lr: peak of the learning rate.
        weight_decay: of AdamW, on matrices only.
        warmup_steps: linear rise at the start, then half a cosine down at `max_steps`.
        max_steps: the trainer's own number of steps.
        export_folder: where config.json and float16 safetensors are written at the end; None writes none.
        seed: of the disguises.
    """

    hparams: Any  # the arguments of `__init__`, by save_hyperparameters

    def __init__(
        self,
        network: Listener,
        lr: float = 2e-3,
        weight_decay: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.99),
        warmup_steps: int = 100,
        max_steps: int = 1500,
        export_folder: str | None = None,
        seed: int = 0,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        self.network = network

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        generator = batch_generator(self.hparams.seed, self.batch_number, self.device)
        with joined_dropout():
            logits = self.network(disguise(batch["mel"].float(), generator))
        loss = nn.functional.binary_cross_entropy_with_logits(logits.float(), batch["kinds"].float())
        self.log("train/loss", loss.detach(), prog_bar=True)
        return loss

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        kinds = batch["kinds"].float()
        logits = self.network(batch["mel"].float()).float()
        right = kinds.gather(1, logits.argmax(dim=1, keepdim=True)).squeeze(1)
        alone = kinds.sum(dim=1) == 1
        loss = nn.functional.binary_cross_entropy_with_logits(logits, kinds)
        self.log("validation/loss", loss, batch_size=len(kinds), sync_dist=True)
        self.log("validation/top1", right.mean(), batch_size=len(kinds), prog_bar=True, sync_dist=True)
        # Of all processes: those that log different things wait for each other forever.
        named, count = place()[1] * everyones_mean(torch.stack([right[alone].sum(), alone.sum().float()]))
        if count > 0:
            self.log("validation/top1_one_source", named / count, batch_size=int(count), sync_dist=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        p = self.hparams
        return scheduled(adamw(self.network, p.lr, p.weight_decay, p.betas), p.warmup_steps, p.max_steps)

    def on_train_end(self) -> None:
        if self.hparams.export_folder and self.trainer.is_global_zero:
            save_listener(self.network, self.hparams.export_folder)
