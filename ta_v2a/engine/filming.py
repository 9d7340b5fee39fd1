"""Pictures from words: the video head, its guidance and its picture autoencoder."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, UInt8
from torch import Tensor

from ldm.autoencoders.picture_autoencoder import AT_ONCE
from ldm.conditions import FIRST_PICTURE, NEGATIVE, TEXT, Conditions, Track
from ldm.denoisers.role import FilmDenoiser
from ldm.guidance import Branch, branch, plan_branches
from ldm.guides.known import Replacement
from ldm.guides.role import Guide, LatentGuide
from ldm.latents import Latents
from ldm.process import Flow
from ldm.samplers import sampler_of
from ldm.sampling import StepCallback, sample
from ldm.scheduling import FlowEuler
from prompts.worlds import WORLDS, in_some_world
from ta_v2a.engine.arguments import FILM_DRAFTS, FILM_TEXT_SCALE
from ta_v2a.engine.devices import fast_dtype
from ta_v2a.errors import UserError

TIME_SHIFT = 3.0
"""Of the sampler's steps toward noise, as the mini head's training draws its times."""
PAPER_TEXT_SCALE = 7.5
"""Of heads that predict noise, as Stable Diffusion and AnimateDiff are used."""


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
class KnownPictures:
    """Pictures of a film that are known already.

    Attributes:
        film: all pictures; what the others hold is of no account, but the nearer the better.
        there: which are known.
    """

    film: UInt8[np.ndarray, "n px px planes"]
    there: Bool[np.ndarray, " n"]


class MakesFilms(ABC):
    """What makes films for words.

    Attributes:
        text_scale, drafts: of a call that says none.
        world: of a prompt that names none, see `prompts.worlds`.
        fills_in: whether a call may know some of the pictures.
    """

    text_scale: float = FILM_TEXT_SCALE
    drafts: int = 1
    world: str = ""
    fills_in: bool = True

    @property
    @abstractmethod
    def fps(self) -> float:
        """Pictures a second."""

    @property
    @abstractmethod
    def pictures(self) -> int:
        """Of every film."""

    @property
    @abstractmethod
    def px(self) -> int:
        """Side of its pictures."""

    @property
    @abstractmethod
    def device(self) -> torch.device:
        """Where it runs."""

    @abstractmethod
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
        known: KnownPictures | None = None,
    ) -> UInt8[Tensor, "films pictures px px planes"]:
        """One film for every prompt; the same generator gives the same film, whatever is made beside it.

        Args:
            generators: one for each film.
            first: the first picture, of one film or of each.
            known: of each film; those come back as their code tells them.
        """

    def generator(self, seed: int) -> torch.Generator:
        """Random numbers of a seed, on the CPU: the same noise on every device."""
        return torch.Generator().manual_seed(seed)

    def film(
        self,
        prompt: str,
        generator: torch.Generator,
        steps: int,
        text_scale: float | None = None,
        negative: str = "",
        negative_scale: float = 0.0,
        first: UInt8[np.ndarray, "px px planes"] | None = None,
        callback: StepCallback | None = None,
        known: KnownPictures | None = None,
    ) -> UInt8[np.ndarray, "pictures px px planes"]:
        """One film as an array; `first` is a picture that it begins with."""
        picture = None if first is None else torch.from_numpy(first.copy()).movedim(-1, 0)[None].float() / 255
        made = self.films(
            [prompt],
            [generator],
            steps,
            self.text_scale if text_scale is None else text_scale,
            [negative] if negative.strip() else None,
            negative_scale,
            picture,
            callback,
            fast_dtype(self.device),
            known,
        )
        return made[0].numpy()


@dataclass(frozen=True)
class FilmMaker(MakesFilms):
    """Films of a video head on the shared text embedding.

    Attributes:
        cvalp: its text tower.
        head, autoencoder: the video head and the code of its pictures.
        scheduler: steps the head's process.
        text_scale, drafts, world: as those of `MakesFilms`.
    """

    cvalp: Any
    head: FilmDenoiser
    autoencoder: Any
    scheduler: Any
    text_scale: float = FILM_TEXT_SCALE
    drafts: int = 1
    world: str = ""

    @property
    def fps(self) -> float:
        return float(self.head.config.fps)

    @property
    def pictures(self) -> int:
        return self.head.film_pictures

    @property
    def device(self) -> torch.device:
        return self.head.device

    @property
    def px(self) -> int:
        return int(self.autoencoder.config.picture_px)

    @torch.no_grad()
    def conditions(
        self, prompts: Sequence[str], negatives: Sequence[str] | None, first: Tensor | None
    ) -> Conditions:
        """Of as many films as there are prompts; an empty one tells nothing.

        Args:
            first: the track `FIRST_PICTURE` of one film or of each, or None.
        """
        tracks: dict[str, Track] = {}
        shown = [in_some_world(prompt, self.world) for prompt in prompts]
        for name, texts in ((TEXT, shown), (NEGATIVE, negatives)):
            if texts is not None and any(texts):
                vectors, there = told_words(self.cvalp, list(texts), self.head.words_read)
                said = torch.tensor([bool(text.strip()) for text in texts], device=there.device)
                tracks[name] = Track(
                    vectors.float().to(self.head.device), (there & said[:, None]).to(self.head.device)
                )
        if first is not None:
            tracks[FIRST_PICTURE] = Track(first.expand(len(prompts), *first.shape[1:]))
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
        known: KnownPictures | None = None,
    ) -> UInt8[Tensor, "films pictures px px planes"]:
        shape = self.head.film_shape
        noise = [torch.randn(shape, generator=each, device=each.device) for each in generators]
        guides: list[Guide | LatentGuide] = []
        cells: Tensor | None = None
        if first is not None:
            latents = self._coded(first)
            cells = self.head.first_picture(latents)
            if cells is None:  # it has not learnt to be given one
                guides.append(beginning_with(self.head, latents))
        if known is not None:
            latents = self._coded(torch.from_numpy(known.film).movedim(-1, 1).float() / 255)
            guides.append(keeping(self.head, latents.transpose(0, 1)[None], known.there))
        conditions = self.conditions(prompts, negatives, cells)
        weights = film_guidance(text_scale, negative_scale if NEGATIVE in conditions else 0.0)
        guidance = plan_branches(weights, len(prompts), conditions)
        start = Latents(video=torch.stack(noise).to(self.head.device))
        made = sample(
            self.head,
            self.scheduler,
            start,
            guidance,
            steps,
            guides=guides,
            callback=callback,
            autocast_dtype=autocast_dtype,
        ).given_video
        return self.developed(self.head.film_latents(made))

    @torch.no_grad()
    def _coded(self, pictures: Float[Tensor, "n planes px px"]) -> Float[Tensor, "n z h w"]:
        parts = pictures.to(self.autoencoder.device).split(AT_ONCE)
        return torch.cat([self.autoencoder.encode(part).float() for part in parts]).to(self.head.device)

    @torch.no_grad()
    def developed(self, latents: Float[Tensor, "films z n h w"]) -> UInt8[Tensor, "films n px px planes"]:
        """Pictures of latents."""
        films = []
        for film in latents.to(self.autoencoder.device, self.autoencoder.dtype):
            cells = film.transpose(0, 1).split(AT_ONCE)
            pictures = torch.cat([self.autoencoder.decode(part).float() for part in cells])
            films.append((pictures * 255).round().byte().movedim(1, -1).cpu())
        return torch.stack(films)


def told_words(cvalp: Any, texts: list[str], count: int) -> tuple[Tensor, Tensor]:
    """E_l and `count` words of each text, (batch, 1 + count, C), and where there are any; with a count of 0,
    E_l alone."""
    if count:
        return cvalp.encode_words(texts, count)
    whole = cvalp.encode_text(texts)[:, None]
    return whole, torch.ones(whole.shape[:2], dtype=torch.bool, device=whole.device)


def keeping(
    head: FilmDenoiser, latents: Float[Tensor, "films z n h w"], there: Bool[np.ndarray, " n"]
) -> Replacement:
    """Keeps the pictures of films that are known where their latents say, and what rests in them, where a
    head tells that apart."""
    known = head.film_parts(latents)
    ahead = np.ones(known.shape[2] - len(there), bool)
    where = torch.from_numpy(np.concatenate([ahead, there])).to(known.device)[:, None, None]
    return Replacement(Latents(video=known), Latents(video=where))


def beginning_with(head: FilmDenoiser, first: Float[Tensor, "films z h w"]) -> Replacement:
    """Keeps the first picture of films where its latents say."""
    still = first[:, :, None].expand(-1, -1, head.film_pictures, -1, -1)
    return keeping(head, still, np.arange(head.film_pictures) == 0)


def check_video(head: Any, autoencoder: Any) -> None:
    """Raises UserError where a head was not trained on the latents of this autoencoder's kind."""
    if (head.config.latent_channels, head.config.cells) != (
        autoencoder.config.latent_channels,
        autoencoder.cells,
    ):
        raise UserError("the video head and the picture autoencoder are not of one training")


def film_maker(
    cvalp: Any, video_head: Any, video_autoencoder: Any = None, device: torch.device | str = "cpu"
) -> MakesFilms:
    """The maker of the networks of a preset.

    Raises:
        UserError: they do not fit each other.
    """
    if not isinstance(video_head, FilmDenoiser):  # what a hub preset names in a head's place
        return video_head.opened(device)
    if video_head.words_read and not hasattr(cvalp, "encode_words"):
        raise UserError("the text encoder of this preset tells no words: its video head cannot be steered")
    check_video(video_head, video_autoencoder)
    if video_head.config.text_channels != cvalp.text_width:
        raise UserError("the video head of this preset was trained with another text encoder")
    head: Any = video_head
    flow = isinstance(head.process, Flow)
    scheduler = FlowEuler(TIME_SHIFT) if flow else sampler_of(head.process)
    scale, drafts = (FILM_TEXT_SCALE, FILM_DRAFTS) if flow else (PAPER_TEXT_SCALE, 1)
    world = str(head.config.get("world", ""))
    if world and world not in WORLDS:
        raise UserError(f"the video head of this preset shows {world!r}; there are {', '.join(WORLDS)}")
    return FilmMaker(cvalp, head.to(device), video_autoencoder.to(device), scheduler, scale, drafts, world)


def luma_for_tower(films: UInt8[Tensor, "films n h w planes"], px: int) -> Float[Tensor, "films n px px"]:
    """Luma in [0, 1] at the video tower's size, averaged over the pixels' areas."""
    weights = torch.tensor([0.299, 0.587, 0.114]) if films.shape[-1] == 3 else torch.ones(1)
    luma = (films.float() / 255 * weights).sum(-1)
    return F.interpolate(luma, (px, px), mode="area") if luma.shape[-1] != px else luma
