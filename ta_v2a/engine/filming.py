"""Pictures from words: the video head, its guidance and its picture autoencoder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, UInt8
from torch import Tensor

from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ldm.conditions import FIRST_PICTURE, NEGATIVE, TEXT, Conditions, Track
from ldm.denoisers.video_transformer import VideoTransformer
from ldm.guidance import Branch, branch, plan_branches
from ldm.latents import Latents
from ldm.sampling import StepCallback, sample
from ldm.scheduling import FlowEuler
from ta_v2a.engine.devices import fast_dtype
from ta_v2a.errors import UserError

TIME_SHIFT = 3.0
"""Of the sampler's steps toward noise, as the mini head's training draws its times."""


@runtime_checkable
class TellsWords(Protocol):
    """Encoders that give a text's words beside E_l."""

    def encode_words(self, texts: list[str], count: int) -> tuple[Tensor, Tensor]:
        """E_l and `count` words, (batch, 1 + count, C), and where there are any, (batch, 1 + count) bool."""


def film_guidance(text_scale: float, negative_scale: float) -> dict[Branch, float]:
    """e(f) + w_l (e(f, l) - e(f)) - w_nl (e(f, nl) - e(f)), f the first picture where one is given."""
    return {
        branch(TEXT, FIRST_PICTURE): text_scale,
        branch(FIRST_PICTURE): 1 - text_scale + negative_scale,
        branch(NEGATIVE, FIRST_PICTURE): -negative_scale,
    }


@dataclass(frozen=True)
class FilmMaker:
    """What makes films.

    Attributes:
        cvalp: its text tower.
        head, autoencoder: the video head and the code of its pictures.
        scheduler: steps the head's process.
    """

    cvalp: TellsWords
    head: VideoTransformer
    autoencoder: PictureAutoencoder
    scheduler: Any

    @property
    def fps(self) -> float:
        """Pictures a second."""
        return float(self.head.config.fps)

    @property
    def pictures(self) -> int:
        """Of every film."""
        return int(self.head.config.pictures)

    @property
    def px(self) -> int:
        """Side of its pictures."""
        return int(self.autoencoder.config.picture_px)

    def generator(self, seed: int) -> torch.Generator:
        """Random numbers of a seed, on the CPU: the same noise on every device."""
        return torch.Generator().manual_seed(seed)

    @torch.no_grad()
    def conditions(
        self, prompts: Sequence[str], negatives: Sequence[str] | None, first: Tensor | None
    ) -> Conditions:
        """Of as many films as there are prompts; an empty one tells nothing.

        Args:
            first: (1 or films, planes, px, px) in [0, 1], or None.
        """
        tracks: dict[str, Track] = {}
        for name, texts in ((TEXT, prompts), (NEGATIVE, negatives)):
            if texts is not None and any(texts):
                vectors, there = self.cvalp.encode_words(list(texts), self.head.config.words)
                said = torch.tensor([bool(text.strip()) for text in texts], device=there.device)
                tracks[name] = Track(
                    vectors.float().to(self.head.device), (there & said[:, None]).to(self.head.device)
                )
        if first is not None:
            latents = self.autoencoder.encode(first.to(self.autoencoder.device)).float()
            rest = self.head.code.rest(latents[:, :, None].to(self.head.device))
            cells = rest[:, :, 0].flatten(2).transpose(1, 2)
            tracks[FIRST_PICTURE] = Track(cells.expand(len(prompts), -1, -1))
        return Conditions(tracks)

    def films(
        self,
        prompts: Sequence[str],
        generators: Sequence[torch.Generator],
        steps: int,
        text_scale: float,
        negatives: Sequence[str] | None = None,
        negative_scale: float = 0.0,
        first: Float[Tensor, "n planes px px"] | None = None,
        callback: StepCallback | None = None,
        autocast_dtype: torch.dtype | None = None,
    ) -> UInt8[Tensor, "films pictures px px planes"]:
        """One film for every prompt; the same generator gives the same film, whatever is made beside it.

        Args:
            generators: one for each film.
            first: the first picture, of one film or of each.
        """
        shape = self.head.film_shape
        noise = [torch.randn(shape, generator=each, device=each.device) for each in generators]
        conditions = self.conditions(prompts, negatives, first)
        weights = film_guidance(text_scale, negative_scale if NEGATIVE in conditions else 0.0)
        guidance = plan_branches(weights, len(prompts), conditions)
        start = Latents(video=torch.stack(noise).to(self.head.device))
        made = sample(
            self.head,
            self.scheduler,
            start,
            guidance,
            steps,
            callback=callback,
            autocast_dtype=autocast_dtype,
        ).video
        assert made is not None
        return self.developed(self.head.code.join(made))

    def film(
        self,
        prompt: str,
        generator: torch.Generator,
        steps: int,
        text_scale: float,
        negative: str = "",
        negative_scale: float = 0.0,
        first: UInt8[np.ndarray, "px px planes"] | None = None,
        callback: StepCallback | None = None,
    ) -> UInt8[np.ndarray, "pictures px px planes"]:
        """One film as an array; `first` is a picture that it begins with."""
        picture = None if first is None else torch.from_numpy(first.copy()).movedim(-1, 0)[None].float() / 255
        made = self.films(
            [prompt],
            [generator],
            steps,
            text_scale,
            [negative] if negative.strip() else None,
            negative_scale,
            picture,
            callback,
            fast_dtype(self.head.device),
        )
        return made[0].numpy()

    @torch.no_grad()
    def developed(self, latents: Float[Tensor, "films z n h w"]) -> UInt8[Tensor, "films n px px planes"]:
        """Pictures of latents."""
        films = []
        for film in latents.to(self.autoencoder.device, self.autoencoder.dtype):
            cells = film.transpose(0, 1).split(16)
            pictures = torch.cat([self.autoencoder.decode(part).float() for part in cells])
            films.append((pictures * 255).round().byte().movedim(1, -1).cpu())
        return torch.stack(films)


def check_video(head: VideoTransformer, autoencoder: PictureAutoencoder) -> None:
    """Raises UserError where a head was not trained on the latents of this autoencoder's kind."""
    if (head.config.latent_channels, head.config.cells) != (
        autoencoder.config.latent_channels,
        autoencoder.cells,
    ):
        raise UserError("the video head and the picture autoencoder are not of one training")


def film_maker(
    cvalp: Any, video_head: Any, video_autoencoder: Any, device: torch.device | str = "cpu"
) -> FilmMaker:
    """The maker of the networks of a preset.

    Raises:
        UserError: they do not fit each other.
    """
    if not hasattr(cvalp, "encode_words"):
        raise UserError("the text encoder of this preset tells no words: its video head cannot be steered")
    check_video(video_head, video_autoencoder)
    if video_head.config.text_channels != cvalp.text_width:
        raise UserError("the video head of this preset was trained with another text encoder")
    return FilmMaker(cvalp, video_head.to(device), video_autoencoder.to(device), FlowEuler(TIME_SHIFT))


def luma_for_tower(films: UInt8[Tensor, "films n h w planes"], px: int) -> Float[Tensor, "films n px px"]:
    """Luma in [0, 1] at the video tower's size, averaged over the pixels' areas."""
    weights = torch.tensor([0.299, 0.587, 0.114]) if films.shape[-1] == 3 else torch.ones(1)
    luma = (films.float() / 255 * weights).sum(-1)
    return F.interpolate(luma, (px, px), mode="area") if luma.shape[-1] != px else luma
