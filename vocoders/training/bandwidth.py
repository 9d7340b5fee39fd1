"""Lightning module that trains `BandwidthExtension`."""

from typing import Any

import torch
from jaxtyping import Float

from vocoders.bandwidth_extension import HIGH_BANDS, HIGH_BINS, BandwidthExtension, levels
from vocoders.training.shared import Training, adamw, batch_generator, scheduled, start_from
from vocoders.training.vocoder import random_gains


class BandwidthTraining(Training):
    """Trains on batches with "wave" and "low", both (B, samples) float32 at 48 kHz: full-band sound,
    and the same by way of 16 kHz.

    The loss is the mean absolute error of the high bands' levels (0.01 is one decibel). The run ends after
    `total_steps` batches. What is random (the level) follows from `seed` and the number of batches seen, so
    that a resumed run equals an uninterrupted one.

    Args:
        total_steps: batches until the learning rate has fallen along a cosine.
        quietest: lower end of the random level, drawn log-uniformly up to 1.
        export_folder: where the network is saved (diffusers format) at the end of the run.
        checkpoint: of an earlier run whose network this one starts from, or a folder of `save_pretrained`.
    """

    hparams: Any  # the arguments of `__init__`, by save_hyperparameters

    def __init__(
        self,
        network: BandwidthExtension,
        learning_rate: float = 3e-3,
        warmup_steps: int = 20,
        total_steps: int = 600,
        quietest: float = 0.1,
        seed: int = 0,
        export_folder: str | None = None,
        checkpoint: str | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        if checkpoint is not None:
            start_from(network, checkpoint)
        self.network = network.train()

    def configure_optimizers(self):
        optimizer = adamw(self.network, self.hparams.learning_rate, 0.01, (0.9, 0.999))
        return scheduled(optimizer, self.hparams.warmup_steps, self.hparams.total_steps)

    def level_error(
        self, wave: Float[torch.Tensor, "batch samples"], low: Float[torch.Tensor, "batch samples"]
    ) -> Float[torch.Tensor, ""]:
        """Mean over sounds, frames and bands of |guessed level - true level|."""
        with torch.no_grad():
            heard, true = (
                self.network.spectrum(low),
                levels(self.network.spectrum(wave), HIGH_BINS, HIGH_BANDS),
            )
        return (self.network.high_levels(heard) - true).abs().mean()

    def training_step(self, batch: dict, batch_index: int) -> torch.Tensor:
        generator = batch_generator(self.hparams.seed, self.batch_number)
        gains = random_gains(len(batch["wave"]), self.hparams.quietest, generator).to(batch["wave"].device)
        loss = self.level_error(batch["wave"] * gains, batch["low"] * gains)
        if self.batch_number + 1 >= self.hparams.total_steps:
            self.trainer.should_stop = True
        self.log("loss/train", loss.detach(), prog_bar=True, batch_size=len(gains))
        return loss

    def validation_step(self, batch: dict, batch_index: int) -> None:
        loss = self.level_error(batch["wave"], batch["low"])
        self.log("loss/validation", loss, prog_bar=True, batch_size=len(batch["wave"]), sync_dist=True)

    def on_fit_end(self) -> None:
        if self.hparams.export_folder and self.global_rank == 0:
            self.network.save_pretrained(self.hparams.export_folder)
