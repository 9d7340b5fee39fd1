"""Sound and picture bound by a latent aligner (Xing et al. 2024), without any training for it: the networks
of a preset, each told the words alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from cvalp.joint_embedding import CvalpEmbedding, JointEmbedding
from cvalp.pooling import pooled
from ldm.conditions import FIRST_PICTURE, TEXT, Conditions, Track
from ldm.denoisers.side_by_side import SideBySide, unguided
from ldm.guidance import Guidance, branch, plan_branches
from ldm.guides.aligner import DUAL_PICTURE, DUAL_SOUND, TRIANGLE, LatentAligner, NamedPairs, in_pieces
from ldm.guides.role import Guide, LatentGuide
from ldm.latents import Latents
from ldm.sampling import sample
from ldm.scheduling import FlowEuler
from ta_v2a.engine.arguments import Scales
from ta_v2a.engine.devices import fast_dtype
from ta_v2a.engine.filming import FilmMaker, beginning_with, film_guidance
from ta_v2a.engine.foley import FoleyEngine
from ta_v2a.engine.parts import Parts
from ta_v2a.errors import UserError
from vocoders.mel import LogMel

SOUND_RATE, PICTURE_RATE = 0.1, 0.05
"""lambda_1: how far a step moves latents of unit variance (paper: 0.1 and 0.01)."""
BOTH_SHIFT = 4.0
"""Of the steps that sound and picture share: between the 6 of the sound's training and the picture's 3."""
PIECE_PICTURES = 8


class AlignedFoley(FoleyEngine):
    """Sound for silent clips by a denoiser that is told the words alone, while an aligner pulls what it will
    become to the picture and the words in CVALP's space (V2A). A window's picture counts as a whole: this
    system says what sounds, and hardly when.

    `video_scale`, `align_scale` and classifiers have no place in it.
    """

    def _told(self, video: Tensor, words: dict[str, Track | None]) -> dict[str, Any]:
        return dict(words)

    def _guides(
        self, video: Tensor, words: dict[str, Track | None], scales: Scales
    ) -> Sequence[Guide | LatentGuide]:
        cvalp, track = self.parts.cvalp, words.get(TEXT)
        fixed = {"video": pooled(video[..., : cvalp.text_width].float())}
        if track is not None:
            values = track.values.float()
            fixed["text"] = values if values.ndim == 2 else pooled(values)
        embedding = CvalpEmbedding(cvalp, self.clock.duration_s)
        pairs = DUAL_SOUND if track is not None else DUAL_SOUND[:1]
        return [sound_aligner(embedding, self._mel, fixed, pairs, scales.steps)]


def sound_aligner(
    embedding: JointEmbedding,
    decode: Callable[[Tensor], Tensor],
    fixed: dict[str, Tensor],
    pairs: NamedPairs,
    steps: int,
) -> LatentAligner:
    """Moves audio latents to what is fixed.

    Args:
        decode: clean latents to log-mel.
    """

    def embed(clean: Tensor) -> Tensor:
        return embedding.of_sound(decode(clean))

    return LatentAligner({"audio": embed}, fixed, pairs, steps, SOUND_RATE)


@dataclass
class AlignedFilms:
    """Films with their sound, and films for a sound, by a preset's own networks and an aligner.

    Attributes:
        maker: the video head and its code.
        parts: what makes sound.
        steps: of the sampler.
        text_scale, sound_text_scale: how closely pictures and sound follow the words.
        history: see `LatentAligner`.

    Raises:
        UserError: of such a head nothing can be aligned.
    """

    maker: Any
    parts: Parts
    steps: int = 25
    text_scale: float | None = None
    sound_text_scale: float = 4.0
    history: list[dict[str, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not isinstance(self.maker, FilmMaker):
            raise UserError("--system aligner wants a video head of this project in the preset")
        if self.text_scale is None:
            self.text_scale = self.maker.text_scale
        self.embedding = CvalpEmbedding(self.parts.cvalp, self.maker.pictures / self.maker.fps)
        self.log_mel = LogMel(self.parts.clock)

    @property
    def columns(self) -> int:
        """Latent columns of a film's sound."""
        return round(self.maker.pictures / self.maker.fps / self.parts.clock.column_s)

    @torch.no_grad()
    def generate(
        self,
        prompt: str,
        seed: int = 0,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> tuple[UInt8[np.ndarray, "n h w 3"], Float[np.ndarray, " samples"]]:
        """Text to audible video, both at once under the triangle loss: pictures and sound of one film.

        Raises:
            UserError: there are no words, or sound and picture are denoised by two processes.
        """
        if not prompt.strip():
            raise UserError("--system aligner draws what words say: the prompt is empty")
        head, denoiser = self.maker.head, self.parts.denoiser
        generator = torch.Generator().manual_seed(seed)
        video = torch.randn(1, *head.film_shape, generator=generator)
        audio = torch.randn(1, *denoiser.column_shape, self.columns, generator=generator)
        text = self.parts.cvalp.encode_text([prompt]).float()
        try:
            both = SideBySide(denoiser, head, self._heard(text), self._seen(prompt, None))
        except ValueError as error:
            raise UserError(str(error)) from None
        embed = {"audio": self._embed_sound, "video": self._embed_film}
        rates = {"audio": SOUND_RATE, "video": PICTURE_RATE}
        aligner = LatentAligner(embed, {"text": text}, TRIANGLE, self.steps, rates)
        found = sample(
            both,
            FlowEuler(BOTH_SHIFT),
            Latents(audio.to(denoiser.device), video.to(head.device)),
            unguided(1),
            self.steps,
            guides=[aligner],
            callback=lambda step: progress(step.done, step.total),
            autocast_dtype=fast_dtype(head.device),
        )
        self.history += aligner.history
        frames = self.maker.developed(head.film_latents(found.given_video))[0].numpy()
        mel = self.parts.autoencoder.decode(found.given_audio)
        return frames, self.parts.vocoder(mel).float().cpu().numpy()[0]

    @torch.no_grad()
    def animated(
        self,
        wave: Float[np.ndarray, " samples"],
        prompt: str = "",
        seed: int = 0,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> UInt8[np.ndarray, "n h w 3"]:
        """Sound to video of any length: films that each begin with the last picture of the one before, each
        moved to its own stretch of the sound.

        Args:
            wave: at the preset's rate, in [-1, 1].
        """
        rate_hz, fps, own = self.parts.clock.sample_rate_hz, self.maker.fps, self.maker.pictures
        total = max(1, -(-round(len(wave) * fps) // rate_hz))
        starts = range(0, max(1, total - 1), own - 1)
        length = round(own / fps * rate_hz)
        generator = torch.Generator().manual_seed(seed)
        parts: list[np.ndarray] = []
        for number, start in enumerate(starts):
            begin = round(start / fps * rate_hz)
            piece = wave[begin : begin + length]
            padded = np.pad(piece, (0, length - len(piece))).astype(np.float32)
            mel = self.log_mel(torch.from_numpy(padded)[None])
            before = parts[-1][-1] if parts else None

            def told(step: Any, number: int = number) -> None:
                progress(number * step.total + step.done, len(starts) * step.total)

            film = self._film(mel, prompt, generator, before, told)
            parts.append(film if before is None else film[1:])
        return np.concatenate(parts)[:total]

    def _film(
        self,
        mel: Tensor,
        prompt: str,
        generator: torch.Generator,
        first: np.ndarray | None,
        told: Callable[[Any], None],
    ) -> np.ndarray:
        head, fixed = self.maker.head, {"audio": self.embedding.of_sound(mel)}
        if prompt.strip():
            fixed["text"] = self.embedding.of_words([prompt])
        pairs = DUAL_PICTURE if prompt.strip() else DUAL_PICTURE[:1]
        aligner = LatentAligner({"video": self._embed_film}, fixed, pairs, self.steps, PICTURE_RATE)
        guides: list[Guide | LatentGuide] = [aligner]
        cells = None
        if first is not None:
            picture = torch.from_numpy(first.copy()).movedim(-1, 0)[None].float() / 255
            latents = self.maker.autoencoder.encode(picture).float()
            cells = head.first_picture(latents)
            if cells is None:
                guides.append(beginning_with(head, latents))
        found = sample(
            head,
            self.maker.scheduler,
            Latents(video=torch.randn(1, *head.film_shape, generator=generator)),
            self._seen(prompt, cells),
            self.steps,
            guides=guides,
            callback=told,
            autocast_dtype=fast_dtype(head.device),
        )
        self.history += aligner.history
        return self.maker.developed(head.film_latents(found.given_video))[0].numpy()

    def _heard(self, text: Tensor) -> Guidance:
        scale = self.sound_text_scale
        weights = {branch(TEXT): scale, branch(): 1 - scale}
        return plan_branches(weights, 1, Conditions({TEXT: Track(text)}))

    def _seen(self, prompt: str, first: Tensor | None) -> Guidance:
        conditions = self.maker.conditions([prompt], None, first)
        assert self.text_scale is not None
        if FIRST_PICTURE not in conditions and TEXT not in conditions:
            return unguided(1)
        return plan_branches(film_guidance(self.text_scale, 0.0), 1, conditions)

    def _embed_sound(self, clean: Tensor) -> Tensor:
        return self.embedding.of_sound(self.parts.autoencoder.decode(clean))

    def _embed_film(self, clean: Tensor) -> Tensor:
        latents = self.maker.head.film_latents(clean)
        film = in_pieces(self._decoded, latents, dim=2, size=PIECE_PICTURES)
        return self.embedding.of_pictures(film.transpose(1, 2))

    def _decoded(self, latents: Tensor) -> Tensor:
        return self.maker.autoencoder.decode_film(latents).transpose(1, 2)
