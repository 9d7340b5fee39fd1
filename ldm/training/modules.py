"""Lightning modules: thin shells around networks that know nothing of Lightning."""

import math
from pathlib import Path
from typing import Any

import lightning as L
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn

from ldm.autoencoders.mel_autoencoder import MelAutoencoder
from ldm.conditions import Conditions, Track
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.ema import Ema
from ldm.latents import Latents
from ldm.presence import branch_shares, draw_branches, presence
from vocoders.joined_batch import everyones_mean, joined, own, place, take_from_first


def cosine_after_warmup(step: int, warmup_steps: int, max_steps: int, floor: float = 0.02) -> float:
    """Learning-rate factor: linear warm-up, then half a cosine down to `floor` at `max_steps`."""
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    progress = min(1.0, (step - warmup_steps) / max(1, max_steps - warmup_steps))
    return floor + (1 - floor) * 0.5 * (1 + math.cos(math.pi * progress))


def adamw(
    network: nn.Module, lr: float, weight_decay: float, betas: tuple[float, float], warmup_steps: int, max_steps: int
) -> OptimizerLRSchedulerConfig:
    """AdamW whose weight decay spares vectors (biases, norms, nulls), with the schedule above stepped every batch."""
    parameters = [p for p in network.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=lr, betas=betas)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: cosine_after_warmup(step, warmup_steps, max_steps))
    return {"optimizer": optimizer, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}


def step_generator(seed: int, step: int, device: torch.device) -> torch.Generator:
    """Random numbers that depend on (seed, step) alone, so that a resumed run draws what the uninterrupted
    one would have drawn.

    The same in every process: each takes its `own` rows of what is drawn for the joined batch.
    """
    return torch.Generator(device).manual_seed((seed * 1_000_003 + step) * 4_099)


class VaeTraining(L.LightningModule):
    """Trains a `MelAutoencoder`; a batch is {"mel": (batch, bins, frames) log-mel in [0, 1]}.

    The first batch gives the principal components that the network starts from. The latents' mean and
    standard deviation are followed as a moving average during training, and every validation sets them from
    all its batches, so that any checkpoint can be used as it is. All three are those of all processes'
    batches.
    """

    hparams: Any  # the arguments of `__init__`, by save_hyperparameters
    _moments: Tensor | None

    def __init__(
        self,
        network: MelAutoencoder,
        lr: float = 1e-3,
        weight_decay: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.99),
        warmup_steps: int = 100,
        max_steps: int = 3000,
        kl_weight: float = 3e-4,
        difference_weight: float = 0.5,
        statistics_momentum: float = 0.98,
        seed: int = 0,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        self.network = network

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        generator = step_generator(self.hparams.seed, self.global_step, self.device)
        mel = batch["mel"]
        network, p = self.network, self.hparams
        if self.global_step == 0:  # DistributedDataParallel has made the parameters alike, and does so no more
            network.start_from_principal_components(joined(mel))
            take_from_first([*network.encode_patch.parameters(), *network.decode_patch.parameters()])
        posterior = network.raw_posterior(mel)
        losses = network.losses(mel, p.kl_weight, p.difference_weight, generator, posterior=posterior)
        if self.global_step % 10 == 0:  # a moving average needs no more
            momentum = 0.0 if self.global_step == 0 else p.statistics_momentum
            network.follow_latent_statistics(everyones_mean(posterior.moments()), momentum)
        self.log_dict({f"train/{name}": value.detach() for name, value in losses._asdict().items()}, prog_bar=True)
        return losses.total

    def on_validation_epoch_start(self) -> None:
        self._moments = None

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        mel, p = batch["mel"], self.hparams
        posterior = self.network.raw_posterior(mel)
        losses = self.network.losses(mel, p.kl_weight, p.difference_weight, sample=False, posterior=posterior)
        named = {f"validation/{name}": value for name, value in losses._asdict().items()}
        self.log_dict(named, batch_size=len(mel), sync_dist=True)
        moments = posterior.moments()
        self._moments = moments if self._moments is None else self._moments + moments

    def on_validation_epoch_end(self) -> None:
        if self._moments is None or self.trainer.sanity_checking:
            return
        self.network.follow_latent_statistics(everyones_mean(self._moments))

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        p = self.hparams
        return adamw(self.network, p.lr, p.weight_decay, tuple(p.betas), p.warmup_steps, p.max_steps)


def weighted_square(error: Tensor, importance: Tensor | None) -> Tensor:
    """Mean square of (batch, channels, columns); `importance` (channels,) of mean 1 weighs the channels, None takes them as equal."""
    return (error.square() if importance is None else error.square() * importance[:, None]).mean()


def start_from(network: AudioTransformer, source: str) -> None:
    """Copies trained weights into `network`: of a training's checkpoint, or of the folder that `save_pretrained` wrote."""
    if Path(source).is_dir():
        network.load_state_dict(AudioTransformer.from_pretrained(source, torch_dtype=torch.float32).state_dict())
        return
    state = torch.load(source, map_location="cpu", weights_only=True)["state_dict"]
    network.load_state_dict({k.removeprefix("network."): v for k, v in state.items() if k.startswith("network.")})


def _own_noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """Gaussian noise in the shape of `like` (batch, ...): this process's rows of the joined batch's."""
    where: dict[str, Any] = {"generator": generator, "device": like.device}
    return own(lambda rows: torch.randn(rows, *like.shape[1:], **where), len(like))


class LdmTraining(L.LightningModule):
    """Trains an `AudioTransformer` on the target of its process; weights for use are those of `ema.network`.

    A batch holds {"latents": (batch, Z, columns) scaled latents, "video": (batch, tokens, Cv), "text":
    (batch, Ct)}, all computed beforehand. The first batch, all processes' parts of it, sets the feature
    statistics of the mixer. A batch may hold "importance": (Z,), weights of the latent channels in the loss
    (`MelAutoencoder.channel_importance`).

    Args:
        network: the denoiser.
        lr, weight_decay, betas, warmup_steps, max_steps: AdamW with linear warm-up and a cosine to `max_steps`.
        shares: of both / video / text / none, as [0.7, 0.1, 0.1, 0.1]; one draw per sample decides which nulls it gets.
        time_shift: of the times, see `ldm.process.Flow.times`.
        feature_noise: Gaussian noise on both features in units of their standard deviation; makes the model less particular about them.
        ema_decay: of the moving average.
        seed: of noise, times and draws.
        checkpoint: of an earlier run whose weights this one starts from, or the folder `denoiser` of a
            preset.
    """

    hparams: Any  # the arguments of `__init__`, by save_hyperparameters
    validation_times = (0.2, 0.5, 0.8, 0.95, 1.0)
    validation_branches = {"both": (True, True), "video": (True, False), "text": (False, True), "none": (False, False)}

    def __init__(
        self,
        network: AudioTransformer,
        lr: float = 1e-3,
        weight_decay: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.98),
        warmup_steps: int = 100,
        max_steps: int = 3000,
        shares: tuple[float, float, float, float] = (0.70, 0.10, 0.10, 0.10),
        time_shift: float = 6.0,
        feature_noise: float = 0.0,
        ema_decay: float = 0.999,
        seed: int = 0,
        checkpoint: str | None = None,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        self.network = network
        if checkpoint is not None:
            start_from(network, checkpoint)
        self.ema = Ema(network, ema_decay)
        self.shares = branch_shares(shares)
        self._averaged_step = -1

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        p = self.hparams
        data, video, text = batch["latents"], batch["video"], batch["text"]
        if self.global_step == 0 and p.checkpoint is None:
            self.network.mixer.set_feature_statistics(joined(video), joined(text))
        generator = step_generator(p.seed, self.global_step, self.device)
        noise, process = _own_noise(data, generator), self.network.process
        uniform = own(lambda rows: torch.rand(rows, generator=generator, device=data.device), len(data))
        time = process.times(uniform, p.time_shift)
        seen = own(lambda rows: draw_branches(self.shares, rows, generator, data.device), len(data))
        present = presence(self.shares, seen)
        if p.feature_noise > 0:
            mixer = self.network.mixer
            video = video + p.feature_noise * mixer.video_std * _own_noise(video, generator)
            text = text + p.feature_noise * mixer.text_std * _own_noise(text, generator)
        conditions = Conditions.of(video=Track(video, present["video"]), text=Track(text, present["text"]))
        noisy = Latents(audio=process.noisy(data, noise, time))
        error = self.network(noisy, time, conditions).audio.float() - process.target(data, noise, time)
        loss = weighted_square(error, batch.get("importance"))
        self.log("train/loss", loss.detach(), prog_bar=True)
        return loss

    def on_train_start(self) -> None:
        self._averaged_step = self.global_step

    def on_train_batch_end(self, outputs, batch, batch_idx: int) -> None:
        if self.global_step != self._averaged_step:  # once per optimizer step, also when gradients are accumulated
            self._averaged_step = self.global_step
            self.ema.update(self.network)

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        """Loss of the averaged weights at fixed times and fixed noise, one figure per branch."""
        data = batch["latents"]
        noise = _own_noise(data, step_generator(self.hparams.seed + 1, batch_idx, self.device))
        rows = place()[0] * len(data) + torch.arange(len(data), device=data.device)
        index = rows % len(self.validation_times)
        time = torch.tensor(self.validation_times, device=data.device)[index]
        process = self.network.process
        noisy, target = Latents(audio=process.noisy(data, noise, time)), process.target(data, noise, time)
        for name, (with_video, with_text) in self.validation_branches.items():
            given = {"video": batch["video"] if with_video else None, "text": batch["text"] if with_text else None}
            error = self.ema.network(noisy, time, Conditions.of(**given)).audio.float() - target
            loss = weighted_square(error, batch.get("importance"))
            self.log(f"validation/{name}", loss, batch_size=len(data), sync_dist=True, prog_bar=name == "both")

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        p = self.hparams
        return adamw(self.network, p.lr, p.weight_decay, tuple(p.betas), p.warmup_steps, p.max_steps)
