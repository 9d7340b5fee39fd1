"""Sound, pictures and words in one space, differentiable: what a latent aligner measures with."""

from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

from cvalp.pooling import pooled
from cvalp.role import Encoders

LUMA_WEIGHTS = (0.299, 0.587, 0.114)


@runtime_checkable
class JointEmbedding(Protocol):
    """Everything to (batch, C), L2-normalised; gradients flow to sounds and pictures."""

    def of_sound(self, mel: Tensor) -> Float[Tensor, "batch c"]:
        """Of log-mels (batch, bins, frames) in [0, 1]."""

    def of_pictures(self, film: Tensor) -> Float[Tensor, "batch c"]:
        """Of films (batch, pictures, 3, h, w) in [0, 1], or stills (batch, 1, 3, h, w)."""

    def of_words(self, texts: list[str]) -> Float[Tensor, "batch c"]:
        """Of texts."""


class CvalpEmbedding:
    """CVALP's three towers.

    Args:
        cvalp: of either size; it never learns from this.
        duration_s: of the clips: films are shown to the tower at its own rate of pictures.
    """

    def __init__(self, cvalp: Encoders, duration_s: float):
        self.cvalp, self.clock = cvalp, cvalp.clock.lasting(duration_s)

    def of_sound(self, mel: Float[Tensor, "batch bins frames"]) -> Float[Tensor, "batch c"]:
        return pooled(self.cvalp.encode_audio(mel.to(self.cvalp.dtype)).float())

    def of_pictures(self, film: Float[Tensor, "batch pictures 3 h w"]) -> Float[Tensor, "batch c"]:
        return pooled(self.features(film)[..., : self.cvalp.text_width].float())

    def features(self, film: Float[Tensor, "batch pictures 3 h w"]) -> Float[Tensor, "batch tokens width"]:
        """`encode_video` of a film: its pictures are enlarged or made smaller, and interpolated in time to as
        many as the clock has: one that is shown twice would be a step of no motion."""
        px, count = self.clock.picture_px, self.clock.pictures
        if not self.cvalp.wants_colour:
            film = torch.einsum("bnchw,c->bnhw", film, film.new_tensor(LUMA_WEIGHTS))[:, :, None]
        sized = F.interpolate(film.flatten(0, 1), (px, px), mode="bilinear", antialias=True)
        lines = sized.unflatten(0, film.shape[:2]).flatten(2).transpose(1, 2)
        shown = F.interpolate(lines, count, mode="linear", align_corners=False).transpose(1, 2)
        frames = shown.unflatten(2, (film.shape[2], px, px)).to(self.cvalp.dtype)
        return self.cvalp.encode_video(frames if self.cvalp.wants_colour else frames[:, :, 0])

    def of_words(self, texts: list[str]) -> Float[Tensor, "batch c"]:
        return self.cvalp.encode_text(texts).float()
