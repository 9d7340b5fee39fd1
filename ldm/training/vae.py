"""How the mel autoencoder learns: a thin shell around a network that knows nothing of Lightning."""

from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from ldm.autoencoders.mel_autoencoder import MelAutoencoder
from vocoders.training.joined_batch import everyones_mean, joined, take_from_first
from vocoders.training.shared import Training, adamw, batch_generator, scheduled, start_from


class VaeTraining(Training):
    """Trains a `MelAutoencoder`; a batch is {"mel": (batch, bins, frames) log-mel in [0, 1]}.

    The first batch gives the principal components that the network starts from. The latents' mean and
    standard deviation are followed as a moving average during training, and every validation sets them from
    all its batches, so that any checkpoint can be used as it is. All three are those of all processes'
    batches.

    Args:
        checkpoint: of an earlier run, or the component of a preset, whose weights this one starts from; the
            principal components are then left alone.
    """

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
        checkpoint: str | None = None,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        self.network = network
        if checkpoint is not None:
            start_from(network, checkpoint)

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        generator = batch_generator(self.hparams.seed, self.batch_number, self.device)
        mel = batch["mel"]
        network, p = self.network, self.hparams
        if (
            self.batch_number == 0 and p.checkpoint is None
        ):  # DistributedDataParallel has made the parameters alike, and does so no more
            network.start_from_principal_components(joined(mel))
            take_from_first([*network.encode_patch.parameters(), *network.decode_patch.parameters()])
        posterior = network.raw_posterior(mel)
        losses = network.losses(mel, p.kl_weight, p.difference_weight, generator, posterior=posterior)
        if self.batch_number % 10 == 0:  # a moving average needs no more
            momentum = 0.0 if self.batch_number == 0 else p.statistics_momentum
            network.follow_latent_statistics(everyones_mean(posterior.moments()), momentum)
        self.log_dict(
            {f"train/{name}": value.detach() for name, value in losses._asdict().items()}, prog_bar=True
        )
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
        return scheduled(adamw(self.network, p.lr, p.weight_decay, p.betas), p.warmup_steps, p.max_steps)
