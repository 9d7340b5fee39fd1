"""How a small image VAE over the mel learns (the published ones come trained)."""

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from ldm.autoencoders.mel_autoencoder import Posterior
from ldm.autoencoders.spectrogram_vae import SpectrogramVae
from ldm.training.pace import Paced
from vocoders.training.joined_batch import everyones_mean
from vocoders.training.shared import adamw, batch_generator, scheduled


def kl_to_standard_normal(posterior: Posterior) -> Tensor:
    """Mean over all entries of KL(N(mean, var) || N(0, 1))."""
    mean, logvar = posterior.mean, posterior.logvar
    return 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()


class SpectrogramVaeTraining(Paced):
    """Trains a `SpectrogramVae`; a batch is {"mel": (batch, bins, frames) log-mel in [0, 1]}.

    The loss is the mean absolute error of the mel and of its changes from frame to frame, and a little of the
    KL to a standard normal (Rombach et al. 2022, section 3.1, without its adversary). The factor that brings
    the latents to unit variance follows their moving average and is in the settings of every checkpoint.

    Args:
        lr, weight_decay, betas, warmup_steps, max_steps: see `vocoders.training.shared`.
        minutes: see `Paced`.
        kl_weight, difference_weight: of the two further terms.
        momentum: of the latents' moving average.
        seed: of the draws from the posterior.
        export_folder: where the network is saved at the end of the run.
    """

    spread: Tensor

    def __init__(
        self,
        network: SpectrogramVae,
        lr: float = 1e-3,
        weight_decay: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.99),
        warmup_steps: int = 100,
        max_steps: int = 1500,
        minutes: float | None = None,
        kl_weight: float = 1e-4,
        difference_weight: float = 0.5,
        momentum: float = 0.95,
        seed: int = 0,
        export_folder: str | None = None,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        self.network = network
        self.register_buffer("spread", torch.tensor([0.0, 1.0]))  # mean and mean square of the raw latents

    def losses(self, mel: Tensor, generator: torch.Generator | None) -> tuple[dict[str, Tensor], Posterior]:
        """The terms, and the posterior over raw latents; without a generator of its mean."""
        posterior = self.network.raw_posterior(mel)
        latents = posterior.mean if generator is None else posterior.sample(generator)
        made = self.network.raw_mel(latents)
        terms = {
            "reconstruction": (made - mel).abs().mean(),
            "difference": (made.diff(dim=-1) - mel.diff(dim=-1)).abs().mean(),
            "kl": kl_to_standard_normal(posterior),
        }
        p = self.hparams
        total = terms["reconstruction"] + p.difference_weight * terms["difference"]
        return {"total": total + p.kl_weight * terms["kl"], **terms}, posterior

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        generator = batch_generator(self.hparams.seed, self.batch_number, self.device)
        terms, posterior = self.losses(batch["mel"], generator)
        self._follow(posterior)
        self.log_dict({f"train/{name}": value.detach() for name, value in terms.items()}, prog_bar=True)
        return terms["total"]

    @torch.no_grad()
    def _follow(self, posterior: Posterior) -> None:
        squares = (posterior.mean.square() + posterior.logvar.exp()).mean()
        seen = everyones_mean(torch.stack([posterior.mean.mean(), squares]).float())
        momentum = 0.0 if self.batch_number == 0 else self.hparams.momentum
        self.spread.lerp_(seen, 1 - momentum)

    @property
    def factor(self) -> float:
        """1 / standard deviation of the raw latents."""
        return float((self.spread[1] - self.spread[0].square()).clamp_min(1e-8).rsqrt())

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        terms, _ = self.losses(batch["mel"], None)
        named = {f"validation/{name}": value for name, value in terms.items()}
        self.log_dict(named, batch_size=len(batch["mel"]), sync_dist=True)

    def on_save_checkpoint(self, checkpoint: dict) -> None:
        self.network.register_to_config(scaling_factor=self.factor)
        super().on_save_checkpoint(checkpoint)

    @property
    def ends_itself(self) -> bool:
        return self.hparams.minutes is not None

    def on_train_end(self) -> None:
        self.network.register_to_config(scaling_factor=self.factor)
        super().on_train_end()

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        p = self.hparams
        if p.minutes is not None:
            return self.paced(self.network)
        return scheduled(adamw(self.network, p.lr, p.weight_decay, p.betas), p.warmup_steps, p.max_steps)
