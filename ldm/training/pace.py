"""Trainings that end after so many steps, or after so many minutes where a machine is lent for some only."""

import math
import time
from typing import Any

from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from ldm.training.averaging import Averaging
from vocoders.training.shared import LEAST_SHARE, adamw, export_half


class Paced(Averaging):
    """A linear rise of the learning rate over `warmup_steps`, then half a cosine down to the end.

    The end is `max_steps`, or `minutes` after the first step where that comes first: the rate then falls by
    the clock, the training stops by itself, and no second run is quite the same. `hparams` hold lr,
    weight_decay, betas, warmup_steps, max_steps, minutes and export_folder: where the weights for use are
    saved in half precision at the end of the run, or None.
    """

    _began: float | None = None

    @property
    def share_done(self) -> float:
        """Of the training, 0..1."""
        p = self.hparams
        by_steps = self.global_step / p.max_steps
        if p.minutes is None or self._began is None:
            return min(1.0, by_steps)
        return min(1.0, max(by_steps, (time.monotonic() - self._began) / (60 * p.minutes)))

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        super().on_train_batch_start(batch, batch_idx)
        if self._began is None and self.batch_number >= 3:  # the first steps compile and tune
            self._began = time.monotonic()

    @property
    def ends_itself(self) -> bool:
        """Whether it stops at its end, whatever the trainer's own."""
        return self.hparams.max_steps is not None

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        super().on_train_batch_end(outputs, batch, batch_idx)
        if self.ends_itself and self.share_done >= 1:
            self.trainer.should_stop = True

    def on_train_end(self) -> None:
        if self.hparams.export_folder and self.trainer.is_global_zero:
            export_half(self.used, self.hparams.export_folder)

    def _rate(self, step: int) -> float:
        rise = min(1.0, (step + 1) / max(1, self.hparams.warmup_steps))
        fall = LEAST_SHARE + (1 - LEAST_SHARE) * 0.5 * (1 + math.cos(math.pi * self.share_done))
        return rise * fall

    def paced(self, network: nn.Module) -> OptimizerLRSchedulerConfig:
        """What `configure_optimizers` answers."""
        p = self.hparams
        optimizer = adamw(network, p.lr, p.weight_decay, p.betas)
        rate = LambdaLR(optimizer, lambda step: self._rate(step))  # a method would go into every checkpoint
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": rate, "interval": "step"}}
