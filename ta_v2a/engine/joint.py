"""Sound and picture from one model: text to audible video, sound to video, video to sound, a window at a
time."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn import functional as F

from cvalp.joint_embedding import CvalpEmbedding
from ldm.audio_mapper import AudioMapper, said_or_nothing
from ldm.autoencoders.film_code import FilmCode
from ldm.autoencoders.patch_code import PatchCode
from ldm.conditions import TEXT, Conditions, Track
from ldm.denoisers.frame_transformer import FrameTransformer
from ldm.denoisers.two_streams import TwoStreams
from ldm.denoisers.uniform_transformer import UniformTransformer, given, task_track
from ldm.denoisers.video_transformer import VideoTransformer
from ldm.guidance import Guidance, branch, plan_branches
from ldm.guides.aligner import DUAL_PICTURE, LatentAligner, in_pieces
from ldm.guides.known import Replacement
from ldm.guides.role import Guide, LatentGuide
from ldm.latents import Latents
from ldm.samplers import sampler_of
from ldm.sampling import Step, sample
from ldm.scheduling import FlowEuler
from ta_v2a.engine.filming import told_words
from ta_v2a.engine.parts import INDEX_FILE, Parts, load_parts, load_video_parts
from ta_v2a.errors import UserError, one_line
from ta_v2a.presets.check import check_component, read_json_object
from ta_v2a.system.user_files import is_file
from vocoders.component import CONFIG_FILE, Component
from vocoders.mel import LogMel

AnimateSystem = Literal["uniform", "tempo", "aligner"]
JOINT_KINDS: dict[str, type[Component]] = {
    "TwoStreams": TwoStreams,
    "UniformTransformer": UniformTransformer,
    "FrameTransformer": FrameTransformer,
    "AudioMapper": AudioMapper,
    "PatchCode": PatchCode,
    "FilmCode": FilmCode,
}
PICTURES_PER_S = 15.625
"""Of films that these models make: a picture for every latent column of mini."""
WINDOW_PICTURES = 64
OVERLAP_PICTURES = 16
"""Pictures of a window that are those of the window before it."""
JOINT_TIME_SHIFT = 3.0
ALIGNER_RATE = 0.05
_PIECE_PICTURES = 16


@dataclass(frozen=True)
class JointParts:
    """A joint model's networks.

    Attributes:
        denoiser: of sound and picture, or of the picture alone.
        code: pictures to latents and back.
        mapper: of a sound to the words of every picture, or None.
        sound: the preset whose encoders, mel autoencoder and vocoder go with them.
    """

    denoiser: Any
    code: PatchCode | FilmCode
    mapper: AudioMapper | None
    sound: Parts


def load_joint(folder: str, preset: str = "mini", sound: Parts | None = None) -> JointParts:
    """The folder that a training of `ta-v2a train joint` exported.

    Args:
        preset: whose encoders, mel autoencoder and vocoder go with it; `sound`: those that are loaded.

    Raises:
        UserError: in one line, if it is none.
    """
    place = Path(folder)
    if not is_file(place / "denoiser" / CONFIG_FILE):
        raise UserError(
            f"no joint model in {folder!r}: none is shipped; train one with ta-v2a train joint and name its "
            "export folder by --model"
        )
    networks = {
        name: _component(place / name)
        for name in ("denoiser", "code", "mapper")
        if name != "mapper" or is_file(place / name / CONFIG_FILE)
    }
    if not isinstance(networks["code"], (PatchCode, FilmCode)):
        raise UserError(f"{place / 'code'} holds no picture code")
    return JointParts(
        networks["denoiser"], networks["code"], networks.get("mapper"), sound or load_parts(preset)[0]
    )


def picture_code_of(folder: str | Path) -> PatchCode | FilmCode:
    """The picture code in a folder, or that of the video head of a preset's folder.

    Raises:
        UserError: in one line, if there is none.
    """
    place = Path(folder)
    if is_file(place / INDEX_FILE):
        parts = load_video_parts(place)
        if not isinstance(parts["video_head"], VideoTransformer):
            raise UserError(f"the video head of {folder} has no code of its own")
        return FilmCode.of_parts(parts["video_autoencoder"], parts["video_head"].code)
    code = _component(place)
    if not isinstance(code, (PatchCode, FilmCode)):
        raise UserError(f"{folder} holds no picture code")
    return code


def window_starts(pictures: int) -> list[int]:
    """First pictures of the windows that together show so many."""
    step = WINDOW_PICTURES - OVERLAP_PICTURES
    return [0, *range(step, max(1, pictures - OVERLAP_PICTURES), step)]


def _component(folder: Path) -> Any:
    try:
        name = str(read_json_object(folder / CONFIG_FILE).get("_class_name"))
        if name not in JOINT_KINDS:
            raise UserError(f"{folder} holds no part of a joint model: its config.json names {name}")
        check_component(folder, JOINT_KINDS[name])
        return JOINT_KINDS[name].from_pretrained(folder)
    except (ValueError, TypeError, RuntimeError, OSError) as error:
        raise UserError(one_line(error)) from None


class JointEngine:
    """Makes films and sounds with a joint model.

    Args:
        parts: see `load_joint`.
        steps: of the sampler.
        text_scale: how closely to follow the words.
    """

    def __init__(self, parts: JointParts, steps: int = 25, text_scale: float = 2.0):
        self.parts, self.steps, self.text_scale = parts, steps, text_scale
        self.log_mel = LogMel(parts.sound.clock)
        self.history: list[dict[str, float]] = []

    @torch.no_grad()
    def generate(self, prompt: str, seed: int = 0) -> tuple[UInt8[np.ndarray, "n h w 3"], np.ndarray]:
        """Text to audible video: the pictures of one window, and its sound (samples,) at the preset's rate.

        Raises:
            UserError: the model makes no sound.
        """
        denoiser = self.parts.denoiser
        if not isinstance(denoiser, (TwoStreams, UniformTransformer)):
            raise UserError("this model makes pictures alone: ta-v2a animate is for it")
        generator = torch.Generator().manual_seed(seed)
        noise = Latents(self._audio_noise(generator), self._video_noise(generator))
        found = self._sampled(denoiser, noise, self._conditions(prompt))
        return self._pictures(found.given_video), self._sound(found.given_audio)

    @torch.no_grad()
    def sounded(
        self,
        frames: UInt8[np.ndarray, "n h w 3"],
        prompt: str = "",
        seed: int = 0,
        generator: torch.Generator | None = None,
        told: Callable[[Step], None] = lambda step: None,
    ) -> np.ndarray:
        """Video to sound of any length: (samples,) for pictures at `PICTURES_PER_S`, in windows that continue
        each other; the last picture is held up to the end of its window.

        Args:
            generator: of the noise, in place of `seed`.
            told: of every window that is done, as one step down to time 0.

        Raises:
            UserError: the model does not sound pictures.
        """
        denoiser = self.parts.denoiser
        if not isinstance(denoiser, UniformTransformer):
            raise UserError("this model does not put sound on pictures: a uniform one does")
        generator = torch.Generator().manual_seed(seed) if generator is None else generator
        parts: list[Tensor] = []
        before: Tensor | None = None
        starts = window_starts(len(frames))
        for number, start in enumerate(starts, 1):
            rows = np.arange(start, start + WINDOW_PICTURES).clip(max=len(frames) - 1)
            known = Latents(video=self.parts.code.encode_film(self._sized(frames[rows])))
            noise = Latents(audio=self._audio_noise(generator))
            shared = 0 if before is None else round(before.shape[-1] * OVERLAP_PICTURES / WINDOW_PICTURES)
            guides: list[Guide | LatentGuide] = []
            if before is not None:
                held = torch.zeros_like(before)
                held[..., :shared] = before[..., -shared:]
                where = torch.arange(before.shape[-1]) < shared
                guides = [Replacement(Latents(audio=held), Latents(audio=where))]
            before = self._from_known(denoiser, noise, known, prompt, guides).given_audio
            parts.append(before[..., shared:])
            told(Step(number, len(starts), torch.zeros(()), Latents(audio=before)))
        wave = self._sound(torch.cat(parts, -1))
        each = self.parts.sound.clock.sample_rate_hz / PICTURES_PER_S
        return wave[: max(WINDOW_PICTURES, len(frames)) * round(each)]

    def _sized(self, frames: np.ndarray) -> Tensor:
        """(1, n, 3, px, px) in [0, 1]."""
        px = self.parts.code.picture_px
        film = torch.from_numpy(frames).movedim(-1, 1).float() / 255
        return F.interpolate(film, (px, px), mode="bilinear", antialias=True)[None]

    @torch.no_grad()
    def animated(
        self,
        wave: Float[np.ndarray, " samples"],
        prompt: str = "",
        seed: int = 0,
        system: AnimateSystem = "uniform",
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> UInt8[np.ndarray, "n h w 3"]:
        """Sound to video, of any length: windows that continue each other, each drawn with its own stretch of
        the sound.

        Args:
            wave: at the preset's rate, in [-1, 1].

        Raises:
            UserError: the model does not belong to the system.
        """
        spec = self.parts.sound.clock
        total = max(1, -(-len(wave) * 125 // (8 * spec.sample_rate_hz)))  # 15.625 = 125 / 8
        each = round(spec.sample_rate_hz / PICTURES_PER_S)
        starts = window_starts(total)
        needed = (starts[-1] + WINDOW_PICTURES) * each
        padded = torch.from_numpy(np.pad(wave, (0, max(0, needed - len(wave)))).astype(np.float32))
        generator, parts, before = torch.Generator().manual_seed(seed), [], None
        for number, start in enumerate(starts, 1):
            mel = self.log_mel(padded[None, start * each : (start + WINDOW_PICTURES) * each])
            guides: list[Guide | LatentGuide] = [] if before is None else [self._continued(before)]
            video = self._animated_window(mel, prompt, system, self._video_noise(generator), guides)
            parts.append(self._pictures(video)[0 if before is None else OVERLAP_PICTURES :])
            before = video
            progress(number, len(starts))
        return np.concatenate(parts)[:total]

    def _animated_window(
        self,
        mel: Tensor,
        prompt: str,
        system: AnimateSystem,
        noise: Tensor,
        guides: list[Guide | LatentGuide],
    ) -> Tensor:
        """Video latents of one window for its log-mel."""
        denoiser, sound = self.parts.denoiser, self.parts.sound
        if system == "uniform":
            if not isinstance(denoiser, UniformTransformer):
                raise UserError("--system uniform wants a UniformTransformer, and this is another model")
            known = Latents(audio=sound.autoencoder.encode(mel).mean)
            return self._from_known(denoiser, Latents(video=noise), known, prompt, guides).given_video
        network = denoiser.video if isinstance(denoiser, TwoStreams) else denoiser
        if system == "aligner" and isinstance(network, VideoTransformer):
            raise UserError("this model's pictures are a video head's: leave --model out to align that")
        if not isinstance(network, FrameTransformer):
            raise UserError(f"--system {system} wants a model with a video stream, and this is another one")
        conditions = self._conditions(prompt)
        if system == "tempo":
            mapper = self.parts.mapper
            if mapper is None:
                raise UserError(
                    "--system tempo wants a model with an audio mapper: ta-v2a train joint --config tempo"
                )
            tokens = mapper(
                sound.cvalp.encode_audio(mel), WINDOW_PICTURES // network.config.pictures_per_token
            )
            said = conditions.get(TEXT)
            nothing = torch.zeros(1, network.config.text_channels)
            text = said_or_nothing(
                network.mixer, nothing if said is None else said.values, torch.tensor([said is not None])
            )
            conditions = Conditions({TEXT: mapper.text_track(tokens, text)})
            return self._sampled(network, Latents(video=noise), conditions, guides).given_video
        aligner = self._aligner(mel, prompt)
        found = self._sampled(network, Latents(video=noise), conditions, [aligner, *guides])
        self.history += aligner.history
        return found.given_video

    def _aligner(self, mel: Tensor, prompt: str) -> LatentAligner:
        """Pulls pictures to a sound, and to the words where there are any."""
        cvalp, code = self.parts.sound.cvalp, self.parts.code
        embedding = CvalpEmbedding(cvalp, WINDOW_PICTURES / PICTURES_PER_S)
        fixed = {"audio": embedding.of_sound(mel)}
        if prompt:
            fixed["text"] = embedding.of_words([prompt])
        rest = code.still_and_motion

        def embed(clean: Tensor) -> Tensor:
            film = in_pieces(code.decode_raw, rest(clean), dim=2, size=_PIECE_PICTURES)
            return embedding.of_pictures(film.transpose(1, 2))

        pairs = DUAL_PICTURE if prompt else DUAL_PICTURE[:1]
        return LatentAligner({"video": embed}, fixed, pairs, steps=self.steps, lr_latent=ALIGNER_RATE)

    def _from_known(
        self,
        denoiser: UniformTransformer,
        noise: Latents,
        known: Latents,
        prompt: str,
        guides: list[Guide | LatentGuide],
    ) -> Latents:
        """One modality from the other, in the way that the model has learnt to be given it."""
        conditions = self._conditions(prompt)
        if denoiser.config.condition_noise != "shared_t":
            tracks = given(known)
            return self._sampled(denoiser, noise, Conditions({**conditions, **tracks}), guides, tuple(tracks))
        task = "v2a" if known.audio is None else "a2v"
        both = Latents(
            noise.audio if known.audio is None else torch.randn_like(known.audio),
            noise.video if known.video is None else torch.randn_like(known.video),
        )
        told = Conditions({**conditions, "task": task_track(task, 1)})
        return self._sampled(denoiser, both, told, [*guides, Replacement(known)], ("task",))

    def _sampled(
        self,
        denoiser: Any,
        noise: Latents,
        conditions: Conditions,
        guides: list[Guide | LatentGuide] | None = None,
        always: tuple[str, ...] = (),
    ) -> Latents:
        scale = self.text_scale if TEXT in conditions else 1.0
        weights = {branch(TEXT, *always): scale, branch(*always): 1 - scale}
        guidance: Guidance = plan_branches(weights, 1, conditions)
        scheduler = (
            FlowEuler(JOINT_TIME_SHIFT) if denoiser.process.config == "flow" else sampler_of(denoiser.process)
        )
        return sample(denoiser, scheduler, noise, guidance, self.steps, guides=guides or [])

    def _continued(self, before: Tensor) -> Replacement:
        """The last pictures of the window before are the first of this one."""
        known = torch.zeros_like(before)
        known[:, :, :OVERLAP_PICTURES] = before[:, :, -OVERLAP_PICTURES:]
        where = (torch.arange(before.shape[2]) < OVERLAP_PICTURES)[:, None, None]
        return Replacement(Latents(video=known), Latents(video=where))

    def _conditions(self, prompt: str) -> Conditions:
        if not prompt:
            return Conditions({})
        count = int(getattr(self.parts.denoiser, "words_read", 0))
        if not count:
            return Conditions({TEXT: Track(self.parts.sound.cvalp.encode_text([prompt]).float())})
        said, there = told_words(self.parts.sound.cvalp, [prompt], count)
        return Conditions({TEXT: Track(said.float(), there)})

    def _audio_noise(self, generator: torch.Generator) -> Tensor:
        columns = round(WINDOW_PICTURES / PICTURES_PER_S / self.parts.sound.clock.column_s)
        shape = self.parts.sound.denoiser.column_shape
        return torch.randn(1, *shape, columns, generator=generator)

    def _video_noise(self, generator: torch.Generator) -> Tensor:
        shape = self.parts.code.film_shape(WINDOW_PICTURES)
        return torch.randn(1, *shape, generator=generator)

    def _pictures(self, latents: Tensor) -> UInt8[np.ndarray, "n h w 3"]:
        film = self.parts.code.decode_film(latents)[0].movedim(1, -1)
        return (film * 255).round().to(torch.uint8).numpy()

    def _sound(self, latents: Tensor) -> np.ndarray:
        mel = self.parts.sound.autoencoder.decode(latents)
        wave: np.ndarray = self.parts.sound.vocoder(mel).numpy()[0]
        return wave
