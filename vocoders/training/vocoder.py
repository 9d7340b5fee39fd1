"""Lightning module that trains `IstftNet`; the network and the losses know nothing of it."""

from typing import Any

import torch
from jaxtyping import Float

from vocoders.istft_net import IstftNet
from vocoders.mel import LogMel
from vocoders.training.discriminators import (
    Discriminators,
    adversarial_loss,
    discriminator_loss,
    feature_loss,
)
from vocoders.training.joined_batch import own
from vocoders.training.losses import VocoderLoss
from vocoders.training.shared import Training, adamw, batch_generator, schedule, start_from

# weight of feature matching beside the adversarial term (HiFi-GAN, Kong et al. 2020, section 3, lambda_fm)
FEATURE_SHARE = 2.0


def random_crops(
    wave: Float[torch.Tensor, "batch samples"],
    crop_samples: int,
    hop_samples: int,
    quietest: float,
    generator: torch.Generator,
) -> Float[torch.Tensor, "batch crop"]:
    """One crop of whole hops out of every wave, at a random place and a random level between `quietest` and
    1.

    In several processes each draws the places and levels of its `own` waves of the joined batch.
    """
    length = min(crop_samples, wave.shape[-1]) // hop_samples * hop_samples
    last = wave.shape[-1] - length
    starts = own(lambda rows: torch.randint(0, last + 1, (rows,), generator=generator), len(wave)).tolist()
    pieces = torch.stack([sound[start : start + length] for sound, start in zip(wave, starts, strict=True)])
    return pieces * random_gains(len(wave), quietest, generator).to(wave.device)


def random_gains(count: int, quietest: float, generator: torch.Generator) -> Float[torch.Tensor, "count 1"]:
    """Levels between `quietest` and 1, log-uniform."""
    return quietest ** own(lambda rows: torch.rand(rows, 1, generator=generator), count)


class VocoderTraining(Training):
    """Trains on batches with "wave" (B, samples) float32 in [-1, 1]; logs loss/*, and on validation
    loss/validation_*.

    Mel, STFT and phase losses teach first; from batch `adversary_from` on, multi-period and multi-resolution
    discriminators take part. What is random (crop, level, first phase) follows from `seed` and the number of
    batches seen, so that a resumed run equals an uninterrupted one. The run ends after `total_steps` batches
    by itself. With an adversary several processes need `--trainer.strategy ddp_find_unused_parameters_true`:
    each of the two optimisers leaves the other's parameters without gradients.

    Args:
        total_steps: batches until the learning rate has fallen along a cosine, and the run ends.
            (Lightning's own `max_steps` counts the steps of both optimisers: with an adversary it is 2 *
            batches - `adversary_from`.)
        crop_samples: length of the random crop each sound gives, cut to whole hops.
        adversarial_weight: of the adversary's losses; 0 trains without one.
        adversary_from: batch from which the adversary takes part; its learning rate warms up there.
        quietest: lower end of the random level, drawn log-uniformly up to 1.
        export_folder: where the network is saved (diffusers format) at the end of the run.
        checkpoint: of an earlier run whose network this one starts from, or a folder of `save_pretrained`.
    """

    hparams: Any  # the arguments of `__init__`, by save_hyperparameters

    def __init__(
        self,
        network: IstftNet,
        learning_rate: float = 1e-3,
        warmup_steps: int = 50,
        total_steps: int = 3000,
        crop_samples: int = 16_384,
        stft_weight: float = 1.0,
        mel_weight: float = 5.0,
        phase_weight: float = 0.5,
        adversarial_weight: float = 0.0,
        adversary_from: int = 0,
        quietest: float = 0.1,
        seed: int = 0,
        export_folder: str | None = None,
        checkpoint: str | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        self.automatic_optimization = False  # two optimisers where there is an adversary
        self.network = network
        if checkpoint is not None:
            start_from(network, checkpoint)
        self.loss = VocoderLoss(
            LogMel(network.clock, network.config.fft_samples), stft_weight, mel_weight, phase_weight
        )
        self.adversary = Discriminators() if adversarial_weight > 0 else None

    def configure_optimizers(self):
        rate, warmup, total = (
            self.hparams[name] for name in ("learning_rate", "warmup_steps", "total_steps")
        )
        networks = [self.network] + ([self.adversary] if self.adversary is not None else [])
        optimizers = [adamw(part, rate, 0.01, (0.8, 0.99)) for part in networks]
        return optimizers, [schedule(each, warmup, total) for each in optimizers]

    def _step(self, index: int, loss: torch.Tensor) -> None:
        optimizers, schedulers = self.optimizers(use_pl_optimizer=True), self.lr_schedulers()
        optimizer = optimizers[index] if isinstance(optimizers, list) else optimizers
        scheduler = schedulers[index] if isinstance(schedulers, list) else schedulers
        assert scheduler is not None  # every optimiser has one, see `configure_optimizers`
        optimizer.zero_grad()
        self.manual_backward(loss)
        self.clip_gradients(optimizer.optimizer, gradient_clip_val=1.0, gradient_clip_algorithm="norm")
        optimizer.step()
        scheduler.step()

    def training_step(self, batch: dict, batch_index: int) -> None:
        generator = batch_generator(self.hparams.seed, self.batch_number)
        hop, settings = self.network.config.hop_samples, self.hparams
        true = random_crops(batch["wave"].float(), settings.crop_samples, hop, settings.quietest, generator)
        made = self.network.synthesise(self.loss.log_mel(true), generator)
        loss, parts = self.loss(made, true)
        if self.adversary is not None and self.batch_number >= self.hparams.adversary_from:
            adversary, judged = self._judged(self.adversary, true, made)
            parts |= judged
            loss = loss + self.hparams.adversarial_weight * adversary
        self._step(0, loss)
        if self.batch_number + 1 >= self.hparams.total_steps:
            self.trainer.should_stop = True
        self.log("loss/train", loss.detach(), prog_bar=True)
        self.log_dict({f"loss/{name}": part.detach() for name, part in parts.items()})

    def _judged(
        self, adversary: Discriminators, true: torch.Tensor, made: torch.Tensor
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """One step of the adversary, then what it says of `made`: the loss to
        descend, and its parts by name."""
        refusal = discriminator_loss(adversary(true), adversary(made.detach()))
        self._step(1, refusal)
        adversary.requires_grad_(False)  # the generator's step needs no gradients of it
        with torch.no_grad():
            wanted = adversary(true)
        judged = adversary(made)
        adversary.requires_grad_(True)
        fooling, features = adversarial_loss(judged), feature_loss(wanted, judged)
        return fooling + FEATURE_SHARE * features, {
            "adversary": refusal,
            "fooling": fooling,
            "features": features,
        }

    def validation_step(self, batch: dict, batch_index: int) -> None:
        hop = self.network.config.hop_samples
        wave = batch["wave"].float()
        true = wave[:, : wave.shape[-1] // hop * hop]
        loss, parts = self.loss(self.network(self.loss.log_mel(true)), true)
        self.log("loss/validation", loss, prog_bar=True, batch_size=true.shape[0], sync_dist=True)
        named = {f"loss/validation_{name}": part for name, part in parts.items()}
        self.log_dict(named, batch_size=true.shape[0], sync_dist=True)

    def on_fit_end(self) -> None:
        if self.hparams.export_folder and self.global_rank == 0:
            self.network.save_pretrained(self.hparams.export_folder)
