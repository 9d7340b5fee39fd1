"""How the video head of paper size learns: AnimateDiff's way (Guo et al. 2023), or all of it."""

from pathlib import Path

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from safetensors.torch import load_file
from torch import Tensor

from ldm.conditions import TEXT, Conditions, Track
from ldm.denoisers.motion_unet import MOTION, MotionUNet
from ldm.latents import Latents
from ldm.training.diffusion import imported_unet, spread_weights
from ldm.training.joint import rows_of_noise, rows_of_uniform
from ldm.training.pace import Paced
from vocoders.training.shared import adamw, batch_generator, scheduled, start_from

MOTION_VALIDATION_TIMES = (0.1, 0.3, 0.5, 0.7, 0.9)


class MotionUNetTraining(Paced):
    """Trains a `MotionUNet` on the target of its process.

    A batch holds {"film": latents (b, Z, pictures, h, w), "text": (b, 1 + words, Ct), E_l first, and
    "has_text": (b, 1 + words) bool}; or, of `ta_v2a.data.joint_latents.JointLatents`, "video" and E_l alone
    as "text" (b, Ct).

    Args:
        network: the head.
        lr, weight_decay, betas, warmup_steps, max_steps: AdamW with a linear warm-up and a cosine to
            `max_steps`; None keeps the rate up.
        minutes, export_folder: see `Paced`; with minutes, max_steps is a number.
        drop_text: share of samples without any text, for guidance.
        unet: folder of `ta-v2a weights import sd-unet`, whose UNet is started from.
        motion: folder, or safetensors file, of a published motion adapter (AnimateDiff), likewise.
        motion_only: of the UNet the motion modules alone learn, as AnimateDiff's do, and what reads the text.
        ema_decay: of the moving average that is for use; None keeps none.
        gradient_checkpointing: activations are computed again instead of kept.
        seed: of noise, times and draws.
        checkpoint: of an earlier run, or the component of a preset, to start from.

    Raises:
        ValueError: weights of another network.
    """

    def __init__(
        self,
        network: MotionUNet,
        lr: float = 1e-4,
        weight_decay: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.999),
        warmup_steps: int = 1000,
        max_steps: int | None = 100_000,
        minutes: float | None = None,
        drop_text: float = 0.1,
        unet: str | None = None,
        motion: str | None = None,
        motion_only: bool = False,
        ema_decay: float | None = 0.9999,
        gradient_checkpointing: bool = False,
        seed: int = 0,
        checkpoint: str | None = None,
        export_folder: str | None = None,
    ):
        super().__init__()
        if minutes is not None and max_steps is None:
            raise ValueError("a training by the clock wants max_steps, too")
        self.save_hyperparameters(ignore=["network"])
        if unet is not None:
            network.load_unet(imported_unet(Path(unet)))
        if motion is not None:
            network.load_motion(adapter_weights(Path(motion)))
        if checkpoint is not None:
            start_from(network, checkpoint)
        if motion_only:
            for name, parameter in network.unet.named_parameters():
                parameter.requires_grad_(MOTION in name)
        if gradient_checkpointing:
            network.keep_fewer_activations()
        self.average(network, ema_decay)
        self._spread = False

    def configure_model(self) -> None:
        """Spreads the weights over processes where the strategy is ModelParallelStrategy (FSDP2)."""
        if self.device_mesh is not None and not self._spread:
            self._spread = True
            spread_weights((self.network, self.used), self.device_mesh)

    def loss(
        self, network: MotionUNet, batch: dict[str, Tensor], number: int, times: Tensor | None, told: bool
    ) -> Tensor:
        """Mean square of the error (eq. 10); `times` None draws them and who is told, else all are or none
        is."""
        generator, process = batch_generator(self.hparams.seed, number, self.device), network.process
        film = batch.get("film", batch.get("video"))
        assert film is not None
        film, text = film.float(), batch["text"].float()
        text = text if text.ndim == 3 else text[:, None]
        noise = rows_of_noise(film, generator)
        time = process.times(rows_of_uniform(film, generator))
        seen = rows_of_uniform(film, generator) >= self.hparams.drop_text
        if times is not None:
            time, seen = times, torch.full_like(seen, told)
        there = batch.get("has_text", torch.ones(text.shape[:2], dtype=torch.bool, device=text.device))
        conditions = Conditions({TEXT: Track(text, there & seen[:, None])})
        found = network(Latents(video=process.noisy(film, noise, time)), time, conditions).given_video
        return (found.float() - process.target(film, noise, time)).square().mean()

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        loss = self.loss(self.network, batch, self.batch_number, None, True)
        self.log("train/loss", loss.detach(), prog_bar=True)
        return loss

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        """Loss of the weights for use with and without words, at the same times and noise."""
        rows = torch.arange(len(batch["text"]), device=self.device)
        times = torch.tensor(MOTION_VALIDATION_TIMES, device=self.device)[rows % len(MOTION_VALIDATION_TIMES)]
        for name, told in (("told", True), ("untold", False)):
            loss = self.loss(self.used, batch, -1 - batch_idx, times, told)
            self.log(f"validation/{name}", loss, batch_size=len(rows), sync_dist=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        p = self.hparams
        if p.minutes is not None:
            return self.paced(self.network)
        return scheduled(adamw(self.network, p.lr, p.weight_decay, p.betas), p.warmup_steps, p.max_steps)


def adapter_weights(source: Path) -> dict[str, Tensor]:
    """Of a motion adapter: a safetensors file, or the folder that diffusers' `MotionAdapter` wrote.

    Raises:
        ValueError: there is none.
    """
    file = source / "diffusion_pytorch_model.safetensors" if source.is_dir() else source
    if not file.is_file():
        raise ValueError(f"{source} holds no motion adapter (diffusion_pytorch_model.safetensors)")
    return load_file(file)
