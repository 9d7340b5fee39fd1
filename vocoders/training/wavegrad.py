"""Lightning module that trains WaveGrad's network; GLA-Grad and GLA-Grad++ use the same weights and
need no training of their own."""

from typing import Any

import torch
from jaxtyping import Float

from vocoders.mel import LogMel
from vocoders.noise_schedule import TRAINING_BETAS, NoiseSchedule, diffuse
from vocoders.training.joined_batch import own
from vocoders.training.shared import Training, batch_generator, scheduled, start_from
from vocoders.training.vocoder import random_crops
from vocoders.wavegrad import WaveGrad


def continuous_levels(
    schedule: NoiseSchedule, count: int, generator: torch.Generator
) -> Float[torch.Tensor, " count"]:
    """Noise levels sqrt(alpha_bar): a step of the schedule at random, then uniformly
    between its level and the one before.

    (WaveGrad, arXiv 2009.00713, Algorithm 1: the network then knows every level, and
    may be run with any schedule.)
    """
    steps = torch.randint(1, schedule.steps + 1, (count,), generator=generator)
    levels = torch.tensor(schedule.levels, dtype=torch.float64)
    share = torch.rand(count, generator=generator, dtype=torch.float64)
    return torch.lerp(levels[steps], levels[steps - 1], share).float()


class WaveGradTraining(Training):
    """Trains on batches with "wave" (B, samples) float32 in [-1, 1]; logs loss/train and loss/validation.

    The loss is the mean absolute error of the predicted noise (WaveGrad, Algorithm 1). What is
    random (crop, level, noise) follows from `seed` and the number of batches seen, so that a resumed
    run equals an uninterrupted one.

    Args:
        vocoder: a vocoder of the diffusion family; its network learns, the rest is saved with it.
        learning_rate: of Adam; reached after `warmup_steps`, then constant, or half a cosine down at
            `total_steps` where that is given.
        crop_samples: length of a crop, cut to whole hops.
        crops_per_sound: crops that each sound gives; a batch of B sounds is B * crops_per_sound examples.
        quietest: lower end of the random level, drawn log-uniformly up to 1.
        export_folder: where the vocoder is saved (diffusers format) at the end of the run.
        checkpoint: of an earlier run whose vocoder this one starts from, or a folder of `save_pretrained`.
    """

    hparams: Any  # the arguments of `__init__`, by save_hyperparameters

    def __init__(
        self,
        vocoder: WaveGrad,
        learning_rate: float = 2e-4,
        warmup_steps: int = 100,
        total_steps: int | None = None,
        crop_samples: int = 6144,
        crops_per_sound: int = 4,
        quietest: float = 0.1,
        seed: int = 0,
        export_folder: str | None = None,
        checkpoint: str | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["vocoder"])
        if checkpoint is not None:
            start_from(vocoder, checkpoint, "vocoder.")
        self.vocoder = vocoder.train()
        self.schedule = NoiseSchedule(TRAINING_BETAS)
        self.log_mel = LogMel(vocoder.clock)

    def configure_optimizers(self):
        optimizer = torch.optim.Adam(self.vocoder.parameters(), self.hparams.learning_rate)
        return scheduled(optimizer, self.hparams.warmup_steps, self.hparams.total_steps)

    def noise_error(
        self, wave: Float[torch.Tensor, "batch samples"], generator: torch.Generator
    ) -> Float[torch.Tensor, ""]:
        """|epsilon - epsilon_theta(level y_0 + sqrt(1 - level^2) epsilon, mel, level)|,
        mean (WaveGrad, Algorithm 1)."""
        level = own(lambda rows: continuous_levels(self.schedule, rows, generator), len(wave)).to(wave.device)
        noise = own(lambda rows: torch.randn(rows, wave.shape[1], generator=generator), len(wave)).to(
            wave.device
        )
        guess = self.vocoder.network(diffuse(wave, noise, level[:, None]), self.log_mel(wave), level)
        return (guess.float() - noise).abs().mean()

    def training_step(self, batch: dict, batch_index: int) -> torch.Tensor:
        generator = batch_generator(self.hparams.seed, self.batch_number)
        waves = batch["wave"].float().repeat_interleave(self.hparams.crops_per_sound, dim=0)
        crops = random_crops(
            waves,
            self.hparams.crop_samples,
            self.vocoder.config.hop_samples,
            self.hparams.quietest,
            generator,
        )
        loss = self.noise_error(crops, generator)
        self.log("loss/train", loss.detach(), prog_bar=True)
        return loss

    def validation_step(self, batch: dict, batch_index: int) -> None:
        hop = self.vocoder.config.hop_samples
        wave = batch["wave"].float()
        # Always the same levels and noise: one validation compares with the next.
        generator = torch.Generator().manual_seed(batch_index)
        loss = self.noise_error(wave[:, : wave.shape[-1] // hop * hop], generator)
        self.log("loss/validation", loss, prog_bar=True, batch_size=len(wave), sync_dist=True)

    def on_fit_end(self) -> None:
        if self.hparams.export_folder and self.global_rank == 0:
            self.vocoder.save_pretrained(self.hparams.export_folder)
