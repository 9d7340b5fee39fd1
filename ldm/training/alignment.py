"""How an alignment classifier learns: which pairs of sound and picture belong together, from latents as noisy
as the sampler meets them, or from clean ones."""

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor
from torch.nn import functional as F

from ldm.classifiers.alignment_columns import AlignmentColumns
from ldm.classifiers.alignment_unet import AlignmentUNet
from ldm.training.averaging import Averaging
from ldm.training.pairs import ALIGNED, KINDS_OF_PAIR, Pairs, check_shares, draw_pairs
from vocoders.training.joined_batch import everyones_mean, joined, own, place
from vocoders.training.shared import adamw, batch_generator, export_half, scheduled, start_from


class AlignmentTraining(Averaging):
    """Trains a classifier on pairs, half of them aligned (Diff-Foley, Luo et al. 2023).

    A batch holds whole clips: {"latents": (batch, ..., columns), scaled, "video": (batch, tokens, Cv)}. The
    first batch, all processes' parts of it, sets the feature statistics of an `AlignmentColumns`. Whether it
    learns from noisy latents or from clean ones is the network's `process`.

    Args:
        network: the classifier.
        lr, weight_decay, betas, warmup_steps, max_steps: AdamW with linear warm-up and a cosine to
            `max_steps`.
        shares: of aligned pairs, of pairs shifted in time, and of pairs from two clips.
        least_shift: columns that shifted pairs are apart at least.
        lengths: columns of the pairs of a batch, one of these by chance.
        time_shift: of the times, see `ldm.process.Process.times`.
        ema_decay: of the moving average.
        seed: of pairs, noise and times.
        checkpoint: of an earlier run whose weights this one starts from, or a folder that it exported.
        export_folder: where config.json and float16 safetensors are written at the end; None writes none.
    """

    validation_times = (0.1, 0.3, 0.5, 0.7, 0.9)

    def __init__(
        self,
        network: AlignmentColumns | AlignmentUNet,
        lr: float = 1e-3,
        weight_decay: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.98),
        warmup_steps: int = 50,
        max_steps: int = 2000,
        shares: tuple[float, float, float] = (0.50, 0.25, 0.25),
        least_shift: int = 4,
        lengths: tuple[int, ...] = (64, 96, 112),
        time_shift: float = 1.0,
        ema_decay: float = 0.995,
        seed: int = 0,
        checkpoint: str | None = None,
        export_folder: str | None = None,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        if checkpoint is not None:
            start_from(network, checkpoint)
        self.average(network, ema_decay)
        self.shares, self.lengths = check_shares(shares), tuple(lengths)

    def _pairs(self, batch: dict[str, Tensor], generator: torch.Generator) -> Pairs:
        drawn = torch.randint(len(self.lengths), (), generator=generator, device=generator.device)
        return draw_pairs(
            batch["latents"],
            batch["video"],
            self.lengths[int(drawn)],
            self.hparams.least_shift,
            self.shares,
            generator,
        )

    def _noisy(self, data: Tensor, uniform: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """What the classifier reads of clean latents, and the times of it."""
        process = self.network.process
        if process is None:
            return data, torch.zeros_like(uniform)
        noise = own(
            lambda rows: torch.randn(rows, *data.shape[1:], generator=generator, device=data.device),
            len(data),
        )
        time = process.times(uniform, self.hparams.time_shift)
        return process.noisy(data, noise, time), time

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        if (
            self.batch_number == 0
            and self.hparams.checkpoint is None
            and isinstance(self.network, AlignmentColumns)
        ):
            self.network.set_feature_statistics(joined(batch["video"]))
        generator = batch_generator(self.hparams.seed, self.batch_number, self.device)
        pairs = self._pairs(batch, generator)
        uniform = own(
            lambda rows: torch.rand(rows, generator=generator, device=self.device), len(pairs.kinds)
        )
        noisy, time = self._noisy(pairs.latents, uniform, generator)
        logits = self.network(noisy, time, pairs.video)
        loss = F.binary_cross_entropy_with_logits(logits, (pairs.kinds == ALIGNED).float())
        self.log("train/loss", loss.detach(), prog_bar=True)
        return loss

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        """Loss and accuracy of the averaged weights on fixed pairs, fixed noise and fixed times; accuracy of
        every kind of pair."""
        generator = batch_generator(self.hparams.seed + 1, batch_idx, self.device)
        pairs = self._pairs(batch, generator)
        count = len(pairs.kinds)
        rows = place()[0] * count + torch.arange(count, device=self.device)
        uniform = torch.tensor(self.validation_times, device=self.device)[rows % len(self.validation_times)]
        noisy, time = self._noisy(pairs.latents, uniform, generator)
        logits = self.used(noisy, time, pairs.video)
        aligned = pairs.kinds == ALIGNED
        right = ((logits > 0) == aligned).float()
        loss = F.binary_cross_entropy_with_logits(logits, aligned.float())
        self.log("validation/loss", loss, batch_size=count, sync_dist=True)
        self.log("validation/accuracy", right.mean(), batch_size=count, sync_dist=True, prog_bar=True)
        for kind, name in enumerate(KINDS_OF_PAIR):
            chosen = (pairs.kinds == kind).float()
            hits, of_kind = place()[1] * everyones_mean(
                torch.stack([(right * chosen).sum(), chosen.sum()])
            )  # of all processes: those that log different things wait for each other forever
            if of_kind > 0:
                self.log(f"validation/{name}", hits / of_kind, batch_size=int(of_kind), sync_dist=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        p = self.hparams
        return scheduled(adamw(self.network, p.lr, p.weight_decay, p.betas), p.warmup_steps, p.max_steps)

    def on_train_end(self) -> None:
        if self.hparams.export_folder and self.trainer.is_global_zero:
            export_half(self.used, self.hparams.export_folder)
