"""Text to audible video as a diffusers pipeline: pictures first, then their sound, one text encoder."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Literal, no_type_check

import numpy as np
import torch
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.utils import BaseOutput
from jaxtyping import Float, UInt8

from prompts.worlds import without_world
from ta_v2a.engine.arguments import (
    FILM_NEGATIVE_SCALE,
    FILM_STEPS,
    number,
    one_for_each,
    shown,
    texts,
    whole,
)
from ta_v2a.engine.devices import own_generators
from ta_v2a.engine.filming import MakesFilms, film_maker
from ta_v2a.engine.parts import ROLES, VIDEO_ROLES, load_video_parts, save_video_parts
from ta_v2a.errors import UserError
from ta_v2a.pipelines.foley import FoleyPipeline

FilmStepEnd = Callable[["AudibleVideoPipeline", int, Any, dict[str, Any]], dict[str, Any] | None]


@dataclass
class AudibleVideoOutput(BaseOutput):
    """`frames`: (batch, pictures, px, px, 3) uint8 at `fps`; `audios`: (batch, channels, samples) float32 in
    [-1, 1] at `sampling_rate` Hz, exactly as long."""

    frames: UInt8[np.ndarray, "batch pictures height width colours"]
    fps: float
    audios: Float[np.ndarray, "batch channels samples"]
    sampling_rate: int


class AudibleVideoPipeline(DiffusionPipeline):
    """Films with their sound from words; the sound is `FoleyPipeline`'s, of the same components.

    Args:
        cvalp, autoencoder, denoiser, vocoder, scheduler, bandwidth, classifier: as of `FoleyPipeline`.
        video_head: pictures from words (`ldm.denoisers.video_transformer`).
        video_autoencoder: the code of its pictures.
        sound_settings: of a call of `FoleyPipeline`, as they travel with the weights.

    Attributes:
        autocast_dtype: see `ta_v2a.engine.foley.FoleyEngine`.
    """

    model_cpu_offload_seq = "cvalp->video_head->video_autoencoder->denoiser->classifier->autoencoder->vocoder"  # type: ignore[assignment]  # as in FoleyPipeline
    _optional_components = ["bandwidth", "classifier"]
    _callback_tensor_inputs = ["latents"]

    @no_type_check  # `FoleyPipeline` checks the settings
    def __init__(
        self,
        cvalp: Any,
        autoencoder: torch.nn.Module,
        denoiser: Any,
        vocoder: Any,
        scheduler: Any,
        video_head: Any,
        video_autoencoder: Any,
        bandwidth: torch.nn.Module | None = None,
        classifier: torch.nn.Module | None = None,
        sound_settings: Mapping[str, Any] | None = None,
    ):
        super().__init__()
        self._sound_settings: dict[str, Any] = dict(sound_settings or {})
        optional = {"bandwidth": bandwidth, "classifier": classifier, **self._sound_settings}
        sound = FoleyPipeline(cvalp, autoencoder, denoiser, vocoder, scheduler, **optional)
        film_maker(cvalp, video_head, video_autoencoder, video_head.device)  # refused, if they do not fit
        self.register_modules(
            **{name: getattr(sound, name) for name in (*ROLES, "scheduler")},
            video_head=video_head,
            video_autoencoder=video_autoencoder,
        )
        self.autocast_dtype: torch.dtype | Literal["auto"] | None = "auto"
        self._progress_bar_config = {"disable": None, "leave": False}  # a bar on a terminal only

    @classmethod
    def from_pretrained(  # type: ignore[override]  # takes presets, too, and so calls its argument otherwise
        cls, name_or_folder: str | PathLike = "mini", **changes: Any
    ) -> "AudibleVideoPipeline":
        """A preset by name, or any folder of `save_pretrained` or `ta-v2a pack`, that holds a video head.

        Nothing is downloaded.

        Raises:
            UserError: as of `FoleyPipeline`, or the preset makes sound only.
        """
        given = {name: changes.pop(name) for name in VIDEO_ROLES if name in changes}
        dtype = changes.get("dtype") or changes.get("torch_dtype") or torch.float32
        if len(given) < len(VIDEO_ROLES):
            given = {**load_video_parts(name_or_folder, dtype), **given}
        if "video_autoencoder" not in given:
            raise UserError(
                f"{name_or_folder} names a published pipeline for its pictures: ta-v2a generate opens it, or "
                "use that pipeline and FoleyPipeline"
            )
        sound = FoleyPipeline.from_pretrained(name_or_folder, **changes)
        return cls.from_foley(sound, **given)

    @classmethod
    def from_foley(
        cls, sound: FoleyPipeline, video_head: Any, video_autoencoder: Any
    ) -> "AudibleVideoPipeline":
        """Of a pipeline for sound: its components are shared, not copied."""
        pieces = {name: getattr(sound, name) for name in (*ROLES, "scheduler")}
        video = {"video_head": video_head, "video_autoencoder": video_autoencoder}
        return cls(**pieces, **video, sound_settings=sound.engine.settings)

    @property
    def sound(self) -> FoleyPipeline:
        """The pipeline for sound of the components as they are now."""
        pieces = {name: getattr(self, name) for name in (*ROLES, "scheduler")}
        sound = FoleyPipeline(**pieces, **self._sound_settings)
        sound.autocast_dtype = self.autocast_dtype
        return sound

    @property
    def maker(self) -> MakesFilms:
        """What makes the pictures of the components as they are now."""
        return film_maker(self.cvalp, self.video_head, self.video_autoencoder, self._execution_device)

    def save_pretrained(  # type: ignore[override]  # writes to disk only, as FoleyPipeline
        self, folder: str | PathLike, safe_serialization: bool = True
    ) -> None:
        """Writes a preset that `FoleyPipeline` reads, too: every component in a folder of its own, and
        `model_index.json`.

        Raises:
            ValueError: if asked for anything but safetensors.
        """
        self.sound.save_pretrained(folder, safe_serialization)
        save_video_parts(Path(folder), {role: getattr(self, role) for role in VIDEO_ROLES})

    @torch.no_grad()
    @no_type_check  # the arguments are checked here
    def __call__(
        self,
        prompt: str | Sequence[str | None] | None = None,
        negative_prompt: str | Sequence[str | None] | None = None,
        image: np.ndarray | torch.Tensor | None = None,
        sound_prompt: str | Sequence[str | None] | None = None,
        num_inference_steps: int = FILM_STEPS,
        text_scale: float | None = None,
        negative_scale: float = FILM_NEGATIVE_SCALE,
        generator: torch.Generator | Sequence[torch.Generator] | None = None,
        callback_on_step_end: FilmStepEnd | None = None,
        **sound_arguments: Any,
    ) -> AudibleVideoOutput:
        """Films of what the prompts say, and their sound.

        Args:
            prompt: what is seen and heard; a list makes a film for each. A number in it ("three times") is a
                word like others here; `ta-v2a generate` counts (`ta_v2a.engine.drafts`).
            negative_prompt: what is neither.
            image: a picture that the films begin with: (px, px, 3), uint8 or floats in [0, 1].
            sound_prompt: what is heard, in the prompt's place; a world's name at the prompt's end is not.
            num_inference_steps, text_scale, negative_scale: of the pictures.
            generator: random numbers, or one generator for each film; pictures draw first, then the sound.
            callback_on_step_end: called as (pipeline, step, timestep, {"latents"}) after every step of the
                pictures.
            sound_arguments: of `FoleyPipeline`'s call, for the sound.

        Raises:
            UserError: if an argument cannot be used.
        """
        maker = self.maker
        prompts = [text or "" for text in texts("prompt", prompt)]
        if image is None and not any(text.strip() for text in prompts):
            raise UserError("nothing was asked for: the prompt is empty, and there is no image")
        negatives = one_for_each("negative_prompt", texts("negative_prompt", negative_prompt), len(prompts))
        steps = whole("num_inference_steps", num_inference_steps, 1, 1000)
        text_scale = maker.text_scale if text_scale is None else text_scale
        scales = [
            number(name, value, -100, 100)
            for name, value in (("text_scale", text_scale), ("negative_scale", negative_scale))
        ]
        drawn = own_generators(generator, len(prompts))
        each = list(drawn) if not isinstance(drawn, torch.Generator) else _split(drawn, len(prompts))
        bar = self.progress_bar(total=steps)

        def step(event: Any) -> Any:
            bar.update()
            if callback_on_step_end is None:
                return None
            values = {"latents": event.latents.video}
            told = callback_on_step_end(self, event.done - 1, event.timestep, values) or {}
            replaced = told.get("latents")
            return None if replaced is None else event.latents.map(lambda _: replaced)

        with bar:
            films = maker.films(
                prompts,
                each,
                steps,
                scales[0],
                [text or "" for text in negatives],
                scales[1],
                None if image is None else _as_first(image, maker.px),
                step,
                self.sound.engine.precision,
            ).numpy()
        heard = [without_world(one) for one in prompts] if sound_prompt is None else sound_prompt
        heard = one_for_each("sound_prompt", texts("sound_prompt", heard), len(films))
        sound, own = self.sound, {"lag_s": 0.0, "fps": maker.fps, **sound_arguments}
        made = [
            sound(video=film, prompt=text, negative_prompt=negative, generator=one, **own)
            for film, text, negative, one in zip(films, heard, negatives, each, strict=True)
        ]
        audios = np.concatenate([one.audios for one in made])
        return AudibleVideoOutput(films, maker.fps, audios, made[0].sampling_rate)


def _split(generator: torch.Generator, count: int) -> list[torch.Generator]:
    """A generator for each film, seeded by the one that was given; a single film takes that one itself."""
    if count == 1:
        return [generator]
    seeds = torch.randint(2**62, (count,), generator=generator, device=generator.device)
    return [torch.Generator().manual_seed(int(seed)) for seed in seeds]


def _as_first(image: Any, px: int) -> torch.Tensor:
    """(1, 3, px, px) in [0, 1] of one picture."""
    picture = torch.as_tensor(np.asarray(image) if not isinstance(image, torch.Tensor) else image)
    if picture.ndim != 3 or picture.shape[-1] != 3:
        raise UserError(f"image is one picture (height, width, 3), not {shown(tuple(picture.shape))}")
    floats = picture.float() / 255 if picture.dtype == torch.uint8 else picture.float()
    if not bool(floats.isfinite().all()) or float(floats.min()) < 0 or float(floats.max()) > 1:
        raise UserError("image holds numbers that are neither uint8 nor in [0, 1]")
    square = floats.movedim(-1, 0)[None]
    edge = min(square.shape[-2:])
    top, left = (square.shape[-2] - edge) // 2, (square.shape[-1] - edge) // 2
    square = square[..., top : top + edge, left : left + edge]
    return torch.nn.functional.interpolate(square, (px, px), mode="bilinear", antialias=True)
