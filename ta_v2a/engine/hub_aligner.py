"""The latent aligner over published diffusers pipelines: their sound for a picture, their pictures for a
sound (Xing et al. 2024, which did it with AudioLDM and AnimateDiff)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torchaudio.functional import resample

from cvalp.joint_embedding import JointEmbedding
from ldm.guides.aligner import (
    DUAL_PICTURE,
    DUAL_SOUND,
    EmbedLatents,
    LatentAligner,
    NamedPairs,
    OtherEmbedding,
    in_pieces,
)
from ldm.guides.published import PipelineModality, guided_steps
from ta_v2a.errors import UserError
from vocoders.mel import LogMel

PIPELINE_RATES = {"audio": 0.1, "video": 0.01}
"""lambda_1 of the paper."""
PICTURES_AT_ONCE = 4


def film_of_pipeline(pipe: Any) -> Callable[[Tensor], Float[Tensor, "b n 3 h w"]]:
    """Films in [0, 1] of a pipeline's clean latents (b, Z, pictures, rows, columns), some pictures at a time,
    by its autoencoder: an image's, picture by picture, as AnimateDiff has it."""

    def decoded(latents: Tensor) -> Tensor:
        flat = latents.transpose(1, 2).flatten(0, 1).to(pipe.vae.dtype)
        made = pipe.vae.decode(flat / pipe.vae.config.scaling_factor).sample.float()
        return ((made + 1) / 2).clamp(0, 1).unflatten(0, (len(latents), -1)).transpose(1, 2)

    return lambda clean: in_pieces(decoded, clean, dim=2, size=PICTURES_AT_ONCE).transpose(1, 2)


def wave_of_pipeline(pipe: Any) -> tuple[Callable[[Tensor], Float[Tensor, "b samples"]], int]:
    """Waves of a pipeline's clean latents, and their rate: through its mel autoencoder and its vocoder
    (AudioLDM), or its autoencoder of waves (Stable Audio).

    Raises:
        UserError: it has neither.
    """
    vocoder = getattr(pipe, "vocoder", None)
    if vocoder is not None:

        def spoken(clean: Tensor) -> Tensor:
            mel = pipe.vae.decode(clean.to(pipe.vae.dtype) / pipe.vae.config.scaling_factor).sample
            return vocoder(mel[:, 0]).float()

        return spoken, int(vocoder.config.sampling_rate)
    rate_hz = getattr(pipe.vae.config, "sampling_rate", None)
    if rate_hz is None:
        raise UserError(f"{type(pipe).__name__} has neither a vocoder nor an autoencoder of waves")
    return lambda clean: pipe.vae.decode(clean.to(pipe.vae.dtype)).sample.float().mean(1), int(rate_hz)


def embedded_film(pipe: Any, embedding: JointEmbedding) -> EmbedLatents:
    """Where a pipeline's films lie in a joint space."""
    film = film_of_pipeline(pipe)
    return lambda clean: embedding.of_pictures(film(clean))


def embedded_sound(pipe: Any, embedding: JointEmbedding, log_mel: LogMel) -> EmbedLatents:
    """Where a pipeline's sounds lie in a joint space, by the mel that it reads."""
    wave, rate_hz = wave_of_pipeline(pipe)
    wanted_hz = log_mel.spec.sample_rate_hz
    return lambda clean: embedding.of_sound(log_mel(resample(wave(clean), rate_hz, wanted_hz)))


@dataclass
class AlignedPipeline:
    """A published pipeline whose latents are moved, as they form, to what is fixed.

    Attributes:
        pipe: a diffusers pipeline with one scheduler, one prediction a step, and latents that `embed` reads.
        modality: what it makes.
        embed: its clean latents to a joint space: `embedded_film`, `embedded_sound`, or an own function.
        rate: lambda_1; None: the paper's.
        judge: another embedding, by which nothing is moved.
        history: of the last call, see `LatentAligner`.
    """

    pipe: Any
    modality: PipelineModality
    embed: EmbedLatents
    rate: float | None = None
    judge: OtherEmbedding | None = None
    history: list[dict[str, float]] = field(default_factory=list)

    def __call__(self, fixed: dict[str, Tensor], num_inference_steps: int = 25, **call: Any) -> Any:
        """What the pipeline answers to `call`, aligned.

        Args:
            fixed: embeddings (batch, C) of what is there: of the other modality, and of the "text".
            call: the pipeline's own arguments.

        Raises:
            UserError: nothing of the other modality is fixed, or its scheduler cannot be guided.
        """
        other = "video" if self.modality == "audio" else "audio"
        if other not in fixed:
            raise UserError(f"nothing to align with: no embedding of {other} is given")
        both: NamedPairs = DUAL_SOUND if self.modality == "audio" else DUAL_PICTURE
        pairs = [pair for pair in both if pair[1] in fixed]
        rate = PIPELINE_RATES[self.modality] if self.rate is None else self.rate
        aligner = LatentAligner(
            {self.modality: self.embed}, fixed, pairs, num_inference_steps, rate, judge=self.judge
        )
        for part in self.pipe.components.values():
            if isinstance(part, torch.nn.Module):
                part.requires_grad_(False)
        try:
            with guided_steps(self.pipe.scheduler, aligner, self.modality):
                found = self.pipe(num_inference_steps=num_inference_steps, **call)
        except ValueError as error:
            raise UserError(str(error)) from error
        self.history = aligner.history
        return found
