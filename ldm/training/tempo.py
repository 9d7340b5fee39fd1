"""How the audio mapper learns: through a frozen video denoiser, which tells it what it should have said."""

import torch
from torch import Tensor

from ldm.audio_mapper import AudioMapper, said_or_nothing, with_sound
from ldm.conditions import TEXT, Track
from ldm.denoisers.frame_transformer import FrameTransformer
from ldm.latents import Latents
from ldm.training.diffusion import weighted_square
from ldm.training.joint import Batch, JointTraining, rows_of_noise, rows_of_uniform, told
from vocoders.component import Component
from vocoders.training.shared import start_from


class TempoTraining(JointTraining):
    """Trains an `AudioMapper` (TempoTokens eq. 8): squared error of the video denoiser, plus lambda_1 times
    the mean size of the tokens. A batch holds "sound", the audio tower's tokens (batch, tokens, Ca), too.

    Args:
        network: the mapper.
        denoiser: of the video; it is frozen.
        start: its weights: a checkpoint of `TwoStreamTraining`, whose video stream it is, or a component's
            folder. Without any it is as it was built, of use for a trial only.
        token_weight: lambda_1.
        drop_text: share of rows whose words are left out, so that the sound must tell what there is.
        drop_sound: share of rows that hear nothing, so that guidance can tell the difference.
        lr, weight_decay, betas, warmup_steps, max_steps, time_shift, ema_decay, seed, export_folder: as
            `TwoStreamTraining`'s (paper: 1e-5 and no decay of the rate, over 100,000 steps).
    """

    def __init__(
        self,
        network: AudioMapper,
        denoiser: FrameTransformer,
        start: str | None = None,
        token_weight: float = 0.01,
        drop_text: float = 0.5,
        drop_sound: float = 0.1,
        lr: float = 1e-3,
        weight_decay: float = 1e-2,
        betas: tuple[float, float] = (0.9, 0.98),
        warmup_steps: int = 100,
        max_steps: int | None = 2000,
        time_shift: float = 3.0,
        ema_decay: float = 0.999,
        seed: int = 0,
        export_folder: str | None = None,
    ):
        super().__init__()
        self.save_hyperparameters(ignore=["network", "denoiser"])
        if start is not None:
            start_from(denoiser, start, prefix="ema.network.video.")
        self.denoiser = denoiser.eval().requires_grad_(False)
        self.average(network, ema_decay)

    def train(self, mode: bool = True) -> "TempoTraining":
        """The denoiser stays in evaluation mode."""
        super().train(mode)
        self.denoiser.eval()
        return self

    def parts(self) -> dict[str, Component]:
        """The mapper, and the denoiser that it steers."""
        return {"mapper": self.used, "denoiser": self.denoiser}

    def terms(
        self, network: AudioMapper, batch: Batch, generator: torch.Generator, times: Tensor | None
    ) -> dict[str, Tensor]:
        p, process = self.hparams, self.denoiser.process
        data = batch["video"].float()
        noise = rows_of_noise(data, generator)
        time = process.times(rows_of_uniform(data, generator), p.time_shift)
        conditions = told(batch, p.drop_text, generator, times is not None)
        heard = rows_of_uniform(data, generator) >= p.drop_sound
        if times is not None:
            time, heard = times, torch.ones_like(heard)
        tokens = network(batch["sound"].float(), data.shape[2] // self.denoiser.config.pictures_per_token)
        text = said_or_nothing(self.denoiser.mixer, conditions[TEXT].values, conditions[TEXT].present)
        track = network.text_track(tokens, text)
        silent = text[:, None].expand_as(track.values)
        values = torch.where(heard[:, None, None], track.values, silent)
        noisy = Latents(video=process.noisy(data, noise, time))
        found = self.denoiser(noisy, time, with_sound(conditions, Track(values)))
        error = found.given_video.float() - process.target(data, noise, time)
        terms = {"video": weighted_square(error, None), "tokens": tokens.size()}
        terms["total"] = terms["video"] + p.token_weight * terms["tokens"]
        if times is not None:  # the same without the sound: what it tells
            deaf = self.denoiser(noisy, time, with_sound(conditions, Track(silent)))
            target = process.target(data, noise, time)
            terms["video_unheard"] = weighted_square(deaf.given_video.float() - target, None)
        return terms
