"""How the diffusion model learns: a thin shell around a network that knows nothing of Lightning."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from safetensors import safe_open
from torch import Tensor
from torch.distributed.fsdp import fully_shard

from ldm.conditions import LEFT_OUT, TEXT, VIDEO, Conditions, Track
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.denoisers.audio_unet import AudioUNet
from ldm.latents import Latents
from ldm.presence import branch_shares, draw_branches, presence
from ldm.training.pace import Paced
from vocoders.training.joined_batch import joined, own, place
from vocoders.training.shared import adamw, batch_generator, scheduled, start_from


def weighted_square(error: Tensor, importance: Tensor | None) -> Tensor:
    """Mean square of (batch, channels, ...); `importance` (channels,) of mean 1 weighs the
    channels, None takes them as equal."""
    if importance is None:
        return error.square().mean()
    return (error.square() * importance.reshape(-1, *[1] * (error.ndim - 2))).mean()


def _own_noise(like: Tensor, generator: torch.Generator) -> Tensor:
    """Gaussian noise in the shape of `like` (batch, ...): this process's rows of the joined batch's."""
    where: dict[str, Any] = {"generator": generator, "device": like.device, "dtype": torch.float32}
    return own(lambda rows: torch.randn(rows, *like.shape[1:], **where), len(like))


def _sample_of(batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Video and text features of the joined batch, only of rows and moments that have them."""
    sample = []
    for name in (VIDEO, TEXT):
        values, there = joined(batch[name]), batch.get(f"has_{name}")
        if there is not None:
            values = values[joined(there)]
        sample.append(values if name == TEXT or values.ndim == 3 else values[:, None])
    return sample[0], sample[1]


def _given(batch: dict[str, Tensor], present: Mapping[str, Tensor]) -> Conditions:
    """The conditions of a batch: what its rows have and the draw of branches lets them see.

    What is left out is said wherever anything is.
    """
    tracks: dict[str, Track] = {}
    for name, values, seen in (
        (VIDEO, "video", present[VIDEO]),
        (TEXT, "text", present[TEXT]),
        (LEFT_OUT, "negative", present[VIDEO] | present[TEXT]),
    ):
        if values not in batch:
            continue
        there = batch.get(f"has_{values}")
        if there is not None:
            seen = there & (seen if there.ndim == 1 else seen[:, None])
        tracks[name] = Track(batch[values], seen)
    return Conditions(tracks)


def spread_weights(networks: Iterable[Any], device_mesh: Any) -> None:
    """Spreads the weights of networks, piece by piece, over the processes of a mesh (FSDP2)."""
    mesh = device_mesh["data_parallel"]
    for network in dict.fromkeys(networks):
        for piece in (*network.pieces(), network):
            fully_shard(piece, mesh=mesh)


def imported_unet(folder: Path) -> dict[str, Tensor]:
    """The UNet, and only it, of a folder that `ta-v2a weights import` wrote, by diffusers' names.

    Raises:
        ValueError: there is none.
    """
    names = ("weights.safetensors", "diffusion_pytorch_model.safetensors")
    file = next((folder / name for name in names if (folder / name).is_file()), None)
    if file is None:
        raise ValueError(f"{folder} holds no imported UNet: ta-v2a weights import sd-unet FILE -o {folder}")
    with safe_open(file, "pt") as tensors:
        return {
            name.removeprefix("unet."): tensors.get_tensor(name)
            for name in tensors.keys()  # noqa: SIM118
            if name.startswith("unet.")
        }


def start_from_unet(network: AudioUNet, folder: Path) -> None:
    """Copies an imported UNet.

    Raises:
        ValueError: there is none, or it is another one.
    """
    found, own = imported_unet(folder), network.unet.state_dict()
    if own.keys() != found.keys():
        raise ValueError(f"{folder} holds no UNet of this size: {min(own.keys() ^ found.keys())}")
    try:
        network.unet.load_state_dict(found)
    except RuntimeError as error:
        raise ValueError(f"{folder}: {str(error).splitlines()[1].strip()}") from None


class LdmTraining(Paced):
    """Trains a denoiser on the target of its process; weights for use are those of `used`.

    A batch holds {"latents": scaled latents (batch, Z, columns), or (batch, Z, rows, columns) for an
    `AudioUNet`, "video": (batch, tokens, Cv), "text": (batch, Ct) or (batch, tokens, Ct)}, all computed
    beforehand. It may hold "has_video" (batch,) and "has_text" (batch,) or (batch, tokens): False where a row
    lacks them, whatever is drawn; and "negative" with "has_negative", like the text: what the sound lacks.
    The first batch, all processes' parts of it, sets the feature
    statistics of the mixer. A batch may hold "importance": (Z,), weights of the latent channels in the loss
    (`MelAutoencoder.channel_importance`).

    Args:
        network: the denoiser.
        lr, weight_decay, betas, warmup_steps, max_steps: AdamW with linear
            warm-up and a cosine to `max_steps`; None keeps the rate up, as the paper does.
        minutes: see `Paced`; with it, max_steps is a number.
        shares: of both / video / text / none, as [0.7, 0.1, 0.1, 0.1]; one draw per
            sample decides which nulls it gets.
        time_shift: of the times, see `ldm.process.Flow.times`.
        feature_noise: Gaussian noise on both features in units of their standard deviation; makes the
            model less particular about them.
        ema_decay: of the moving average; None keeps none (a whole copy of the weights less in memory) and
            the weights for use are the network's own.
        seed: of noise, times and draws.
        checkpoint: of an earlier run whose weights this one starts from, or the folder `denoiser` of a
            preset.
        other_features: the features are not those that the checkpoint learnt from: their statistics are taken
            anew.
        unet: folder of `ta-v2a weights import` with a published UNet (sd-unet or diff-foley) to start from;
            what mixes the conditions starts fresh.
        gradient_checkpointing: activations of a UNet are computed again instead of kept: less memory, a
            third more work.
        export_folder: where config.json and float16 safetensors of `used` are written at the end; None writes
            none.
    """

    validation_times = (0.2, 0.5, 0.8, 0.95, 1.0)
    validation_branches = {
        "both": (True, True),
        "video": (True, False),
        "text": (False, True),
        "none": (False, False),
    }

    def __init__(
        self,
        network: AudioTransformer | AudioUNet,
        lr: float = 1e-3,
        weight_decay: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.98),
        warmup_steps: int = 100,
        max_steps: int | None = 3000,
        minutes: float | None = None,
        shares: tuple[float, float, float, float] = (0.70, 0.10, 0.10, 0.10),
        time_shift: float = 6.0,
        feature_noise: float = 0.0,
        ema_decay: float | None = 0.999,
        seed: int = 0,
        checkpoint: str | None = None,
        other_features: bool = False,
        unet: str | None = None,
        gradient_checkpointing: bool = False,
        export_folder: str | None = None,
    ):
        super().__init__()
        if minutes is not None and max_steps is None:
            raise ValueError("a training by the clock wants max_steps, too")
        self.save_hyperparameters(ignore=["network"])
        if checkpoint is not None:
            start_from(network, checkpoint, may_lack="mixer.project_left_out")
        if isinstance(network, AudioUNet):
            if unet is not None:
                start_from_unet(network, Path(unet))
            if gradient_checkpointing:
                network.keep_fewer_activations()
        elif unet is not None or gradient_checkpointing:
            raise ValueError("unet and gradient_checkpointing are for an AudioUNet")
        self.average(network, ema_decay)
        self.shares = branch_shares(shares)
        self._spread = False

    @property
    def ends_itself(self) -> bool:
        return self.hparams.minutes is not None

    def configure_model(self) -> None:
        """Spreads the weights over processes where the strategy is ModelParallelStrategy (FSDP2)."""
        if self.device_mesh is None or self._spread:
            return
        self._spread = True
        spread_weights((self.network, self.used), self.device_mesh)

    def training_step(self, batch: dict[str, Tensor], batch_idx: int) -> Tensor:
        p = self.hparams
        data, video, text = batch["latents"], batch["video"], batch["text"]
        if self.batch_number == 0 and (p.checkpoint is None or p.other_features):
            self.network.mixer.set_feature_statistics(*_sample_of(batch))
        generator = batch_generator(p.seed, self.batch_number, self.device)
        noise, process = _own_noise(data, generator), self.network.process
        where: dict[str, Any] = {"generator": generator, "device": data.device, "dtype": torch.float32}
        uniform = own(lambda rows: torch.rand(rows, **where), len(data))
        time = process.times(uniform, p.time_shift)
        seen = own(lambda rows: draw_branches(self.shares, rows, generator, data.device), len(data))
        present = presence(self.shares, seen)
        if p.feature_noise > 0:
            mixer = self.network.mixer
            video = video + p.feature_noise * mixer.video_std * _own_noise(video, generator)
            text = text + p.feature_noise * mixer.text_std * _own_noise(text, generator)
        conditions = _given({**batch, "video": video, "text": text}, present)
        noisy = Latents(audio=process.noisy(data, noise, time))
        error = self.network(noisy, time, conditions).audio.float() - process.target(data, noise, time)
        loss = weighted_square(error, batch.get("importance"))
        self.log("train/loss", loss.detach(), prog_bar=True)
        return loss

    def validation_step(self, batch: dict[str, Tensor], batch_idx: int) -> None:
        """Loss of the averaged weights at fixed times and fixed noise, one figure per branch."""
        data = batch["latents"]
        noise = _own_noise(data, batch_generator(self.hparams.seed + 1, batch_idx, self.device))
        rows = place()[0] * len(data) + torch.arange(len(data), device=data.device)
        index = rows % len(self.validation_times)
        time = torch.tensor(self.validation_times, device=data.device)[index]
        process = self.network.process
        noisy, target = Latents(audio=process.noisy(data, noise, time)), process.target(data, noise, time)
        for name, (with_video, with_text) in self.validation_branches.items():
            shown = torch.full((len(data),), with_video, device=data.device)
            told = torch.full((len(data),), with_text, device=data.device)
            given = _given(batch, {VIDEO: shown, TEXT: told})
            error = self.used(noisy, time, given).audio.float() - target
            loss = weighted_square(error, batch.get("importance"))
            self.log(
                f"validation/{name}", loss, batch_size=len(data), sync_dist=True, prog_bar=name == "both"
            )

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        p = self.hparams
        if p.minutes is not None:
            return self.paced(self.network)
        return scheduled(adamw(self.network, p.lr, p.weight_decay, p.betas), p.warmup_steps, p.max_steps)
