"""How the picture autoencoder learns: a thin shell around a network that knows nothing of Lightning."""

from typing import Any

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor

from ldm.autoencoders.picture_autoencoder import SIDE, PictureAutoencoder
from ldm.training.pace import Paced
from vocoders.training.joined_batch import own
from vocoders.training.shared import batch_generator, start_from


def as_film(pictures: Tensor) -> Tensor:
    """uint8 (b, n, h, w, 3) or (b, n, h, w) to (b, n, planes, h, w) in [0, 1]."""
    film = pictures.movedim(-1, 2) if pictures.ndim == 5 else pictures[:, :, None]
    return film.float() / 255


class PictureVaeTraining(Paced):
    """Trains a `PictureAutoencoder`; a batch is {"pictures": uint8 (films, n, px, px, 3)} of consecutive
    pictures.

    Args:
        noise: standard deviation of what is added to the latents, which have variance 1.
        moving_weight, change_weight: of the losses, see `PictureAutoencoder.losses`.
        minutes, export_folder: see `Paced`.
        checkpoint: of an earlier run, or the component of a preset, to start from.
        decoder_only: the encoder and its statistics stay as they are, and a head that was trained on their
            latents with them.
        compiled: the network's products through torch.compile (needs a compiler).
    """

    def __init__(
        self,
        network: PictureAutoencoder,
        lr: float = 2e-3,
        weight_decay: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        warmup_steps: int = 100,
        max_steps: int = 3000,
        minutes: float | None = None,
        noise: float = 0.1,
        moving_weight: float = 1.0,
        change_weight: float = 1.0,
        statistics_momentum: float = 0.98,
        ema_decay: float = 0.995,
        seed: int = 0,
        checkpoint: str | None = None,
        export_folder: str | None = None,
        decoder_only: bool = False,
        compiled: bool = False,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network"])
        if checkpoint is not None:
            start_from(network, checkpoint)
        network.encoder.requires_grad_(not decoder_only)
        self.average(network, ema_decay)
        if compiled:
            network.encoder.compile()
            network.decoder.compile()

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        p, film = self.hparams, as_film(batch["pictures"])
        films, count, _, height, width = film.shape
        generator = batch_generator(p.seed, self.batch_number, self.device)
        shape = (self.network.config.latent_channels, height // SIDE, width // SIDE)
        where: dict[str, Any] = {"generator": generator, "device": film.device}
        noise = p.noise * own(lambda rows: torch.randn((rows, *shape), **where), films * count)
        momentum = None if p.decoder_only else p.statistics_momentum
        if self.batch_number == 0 and p.checkpoint is None:
            momentum = 0.0
        losses = self.network.losses(film, noise, p.moving_weight, p.change_weight, momentum)
        self.log_dict({f"train/{name}": value.detach() for name, value in losses._asdict().items()})
        return losses.total

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        film, p = as_film(batch["pictures"]), self.hparams
        losses = self.used.losses(film, None, p.moving_weight, p.change_weight, None)
        named = {f"validation/{name}": value for name, value in losses._asdict().items()}
        self.log_dict(named, batch_size=len(film), sync_dist=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        return self.paced(self.network)
