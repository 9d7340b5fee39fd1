"""ImageBind (Girdhar et al. 2023) as a joint embedding, for those who have it: its licence forbids commercial
use, so it is no dependency, and nothing of it is downloaded here."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F
from torchaudio.compliance.kaldi import fbank
from torchaudio.functional import resample

from ta_v2a.errors import UserError, one_line

PICTURE_PX = 224
PICTURE_MEAN = (0.48145466, 0.4578275, 0.40821073)
PICTURE_STD = (0.26862954, 0.26130258, 0.27577711)
SOUND_HZ, SOUND_CLIPS, CLIP_S = 16_000, 3, 2.0
MEL_BINS, MEL_FRAMES, MEL_MEAN, MEL_STD = 128, 204, -4.268, 9.138
FILM_CLIPS, CLIP_PICTURES = 5, 2


class ImageBindEmbedding:
    """Everything to (batch, C), L2-normalised, as `cvalp.joint_embedding.JointEmbedding`; gradients flow to
    sounds and pictures.

    Films are five clips of two pictures, the middle square; sounds three clips of two seconds: what is
    shorter is repeated. (The published preparation also crops left and right.)

    Args:
        model: ImageBind, or what answers like it: {"vision": (b, clips, 3, 2, 224, 224)}, {"audio": (b,
            clips, 1, 128, 204)} or {"text": tokens} to {the same key: (b, C)}.
        voice: log-mels of this stack to waves (batch, samples), such as a preset's vocoder.
        voice_hz: their rate.
        tokens: texts to the model's tokens.
    """

    def __init__(
        self,
        model: Callable[[dict[str, Tensor]], dict[str, Tensor]],
        voice: Callable[[Tensor], Tensor],
        voice_hz: int,
        tokens: Callable[[list[str]], Tensor],
    ):
        self.model, self.voice, self.voice_hz, self.tokens = model, voice, voice_hz, tokens

    @classmethod
    def from_checkpoint(
        cls, file: str | Path, voice: Callable[[Tensor], Tensor], voice_hz: int, device: str = "cpu"
    ) -> "ImageBindEmbedding":
        """Of the user's own package `imagebind` and of its weights (imagebind_huge.pth).

        Raises:
            UserError: in one line, if one of them is not there.
        """
        try:
            models = import_module("imagebind.models.imagebind_model")
            data = import_module("imagebind.data")
        except ImportError as error:
            raise UserError(
                "ImageBind is no dependency of this program (its licence forbids commercial use): install "
                f"the package imagebind yourself ({one_line(error)})"
            ) from error
        if not Path(file).is_file():
            raise UserError(f"no weights of ImageBind: {file}")
        try:
            model = models.imagebind_huge(pretrained=False)
            model.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
        except Exception as error:  # a file of the user's may be anything
            raise UserError(f"{file} holds no ImageBind: {one_line(error)}") from error
        model.eval().requires_grad_(False).to(device)

        def tokens(texts: list[str]) -> Tensor:
            return data.load_and_transform_text(texts, device)

        return cls(model, voice, voice_hz, tokens)

    def of_sound(self, mel: Float[Tensor, "batch bins frames"]) -> Float[Tensor, "batch c"]:
        """Of log-mels in [0, 1], through `voice`."""
        return self.of_wave(self.voice(mel), self.voice_hz)

    def of_wave(self, wave: Float[Tensor, "batch samples"], rate_hz: int) -> Float[Tensor, "batch c"]:
        """Of waves in [-1, 1]."""
        wave = resample(wave.float(), rate_hz, SOUND_HZ)
        length = round(CLIP_S * SOUND_HZ)
        if wave.shape[1] < length:
            wave = wave.repeat(1, -(-length // max(1, wave.shape[1])))[:, :length]
        starts = torch.linspace(0, wave.shape[1] - length, SOUND_CLIPS).round().long().tolist()
        rows = [
            torch.stack([_bands(each[start : start + length]) for start in starts])[:, None] for each in wave
        ]
        return self._told("audio", torch.stack(rows))

    def of_pictures(self, film: Float[Tensor, "batch pictures 3 h w"]) -> Float[Tensor, "batch c"]:
        """Of films in [0, 1], or stills (batch, 1, 3, h, w)."""
        shown = torch.linspace(0, film.shape[1] - 1, FILM_CLIPS * CLIP_PICTURES).round().long()
        flat = film[:, shown].flatten(0, 1).float()
        edge = min(flat.shape[-2:])
        top, left = (flat.shape[-2] - edge) // 2, (flat.shape[-1] - edge) // 2
        square = flat[..., top : top + edge, left : left + edge]
        sized = F.interpolate(square, (PICTURE_PX, PICTURE_PX), mode="bicubic", antialias=True)
        mean, std = (sized.new_tensor(each)[:, None, None] for each in (PICTURE_MEAN, PICTURE_STD))
        clips = ((sized - mean) / std).unflatten(0, (len(film), FILM_CLIPS, CLIP_PICTURES))
        return self._told("vision", clips.transpose(2, 3))

    def of_words(self, texts: list[str]) -> Float[Tensor, "batch c"]:
        """Of texts."""
        return self._told("text", self.tokens(texts))

    def _told(self, name: str, given: Tensor) -> Tensor:
        answered: Any = self.model({name: given})
        return F.normalize(answered[name].float(), dim=-1)


def _bands(wave: Float[Tensor, " samples"]) -> Float[Tensor, "bins frames"]:
    """ImageBind's log-mel of two seconds, normalised; frames are filled up with zeros."""
    found = fbank(
        (wave - wave.mean())[None],
        htk_compat=True,
        sample_frequency=SOUND_HZ,
        use_energy=False,
        window_type="hanning",
        num_mel_bins=MEL_BINS,
        dither=0.0,
        frame_shift=10,
        frame_length=25,
    ).T
    padded = F.pad(found, (0, MEL_FRAMES - found.shape[1]))[:, :MEL_FRAMES]
    return (padded - MEL_MEAN) / MEL_STD
