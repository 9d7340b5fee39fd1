"""The engine as a diffusers pipeline: `from_pretrained`, `save_pretrained`, scheduler swap,
callbacks, generators, offload."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import Any, Literal, no_type_check

import numpy as np
import torch
from diffusers import FlowMatchEulerDiscreteScheduler
from diffusers.pipelines.pipeline_utils import DiffusionPipeline
from diffusers.utils import BaseOutput
from jaxtyping import Float

from cvalp.role import Encoders
from ldm.denoisers.role import AudioDenoiser
from ldm.scheduling import FlowEuler
from prompts.known import understood
from ta_v2a.engine.arguments import DEFAULTS, checked_settings, one_for_each, shown, texts
from ta_v2a.engine.arrays import read_grey_films
from ta_v2a.engine.calls import Progress, Texts, Watch
from ta_v2a.engine.cues import Cue, cut_prompt, read_cues
from ta_v2a.engine.devices import drawn_seed
from ta_v2a.engine.foley import FoleyEngine
from ta_v2a.engine.parts import INDEX_FILE, OPTIONAL, ROLES, Parts, load_parts
from ta_v2a.engine.pictures import Video, stream_of
from ta_v2a.engine.tapes import limited
from ta_v2a.errors import UserError
from ta_v2a.library.library import Library
from ta_v2a.library.voice import asked_of, voiced
from ta_v2a.media.sound import DELIVERY_HZ
from vocoders.clock import ClipSpec
from vocoders.role import Vocoder

StepEnd = Callable[["FoleyPipeline", int, Any, dict[str, Any]], dict[str, Any] | None]


@dataclass
class FoleyOutput(BaseOutput):
    """`audios`: (batch, channels, samples) float32 in [-1, 1] at `sampling_rate` Hz. `recordings`: of every
    sound that a library made, what was used where (`ta_v2a.library.voice.Voiced.account`)."""

    audios: Float[np.ndarray, "batch channels samples"]
    sampling_rate: int
    recordings: list[list[dict[str, Any]]] | None = None


class FoleyPipeline(DiffusionPipeline):
    """Sound for silent clips; what it does is `ta_v2a.engine.foley.FoleyEngine`.

    Args:
        cvalp, autoencoder, denoiser, vocoder, scheduler: the five components; any diffusers scheduler of
            the denoiser's process will do.
        bandwidth: optional; gives delivered 48 kHz files what lies above 7.6 kHz. The pipeline's own
            output stays at the vocoder's rate.
        classifier: optional; tells whether noisy latents belong to a picture (`ldm.classifiers`).
        num_inference_steps, video_scale, text_scale, negative_scale, align_scale, lag_s, guidance,
            text_scale_until, caption_share, captioner, classifier_scale, classifier_from, classifier_until:
            defaults of a call, which travel with the weights; see `ta_v2a.engine.arguments.DEFAULTS`.
        library: a folder of recordings, its index, or a `Library`: they sound in place of the vocoder, at
            48 kHz, in stereo where they are. It does not travel with the weights.

    Attributes:
        autocast_dtype: see `FoleyEngine`.
    """

    model_cpu_offload_seq = "cvalp->denoiser->classifier->autoencoder->vocoder"  # type: ignore[assignment]  # None in diffusers, without a type
    """Order in which `enable_model_cpu_offload` lets components onto the device: beside the
    vocoder, one or two at a time."""

    _optional_components = list(OPTIONAL)
    _callback_tensor_inputs = ["latents"]
    _num_timesteps: int

    @no_type_check  # the settings are checked below
    def __init__(
        self,
        cvalp: Encoders,
        autoencoder: torch.nn.Module,
        denoiser: AudioDenoiser,
        vocoder: Vocoder,
        scheduler: Any,
        num_inference_steps: int = DEFAULTS["num_inference_steps"],
        video_scale: float = DEFAULTS["video_scale"],
        text_scale: float = DEFAULTS["text_scale"],
        negative_scale: float = DEFAULTS["negative_scale"],
        lag_s: float = DEFAULTS["lag_s"],
        guidance: str = DEFAULTS["guidance"],
        text_scale_until: float = DEFAULTS["text_scale_until"],
        align_scale: float = DEFAULTS["align_scale"],
        caption_share: float = DEFAULTS["caption_share"],
        classifier_scale: float = DEFAULTS["classifier_scale"],
        classifier_from: float = DEFAULTS["classifier_from"],
        classifier_until: float = DEFAULTS["classifier_until"],
        captioner: str = DEFAULTS["captioner"],
        bandwidth: torch.nn.Module | None = None,
        classifier: torch.nn.Module | None = None,
        library: str | PathLike | Library | None = None,
    ):
        super().__init__()
        given = locals()
        parts = {"cvalp": cvalp, "autoencoder": autoencoder, "denoiser": denoiser, "vocoder": vocoder}
        parts |= {"bandwidth": bandwidth, "classifier": classifier}
        self.register_modules(**parts, scheduler=_of_diffusers(scheduler))
        self.register_to_config(**checked_settings({name: given[name] for name in DEFAULTS}))
        self.autocast_dtype: torch.dtype | Literal["auto"] | None = "auto"
        self._num_timesteps = 0
        opened = library if library is None or isinstance(library, Library) else Library.open(library)
        self.library: Library | None = opened
        self._progress_bar_config = {"disable": None, "leave": False}  # a bar on a terminal only

    @classmethod
    def from_pretrained(  # type: ignore[override]  # takes presets, too, and so calls its argument otherwise
        cls, name_or_folder: str | PathLike = "mini", **changes: Any
    ) -> "FoleyPipeline":
        """A preset by name ("mini": the weights in this package, checked against their SHA-256) or
        any folder of `save_pretrained`.

        Nothing is downloaded.

        Args:
            changes: `dtype` (or `torch_dtype`) of the weights, float32 by default; components and
                settings in place of the preset's.

        Raises:
            UserError: if there is no such preset or folder, a weight file was
                altered, or a part cannot be loaded.
        """
        dtype = changes.pop("dtype", None) or changes.pop("torch_dtype", None) or torch.float32
        given = {name: changes.pop(name) for name in (*ROLES, "scheduler") if name in changes}
        parts, settings = load_parts(name_or_folder, dtype, **given)
        pieces = {name: getattr(parts, name) for name in (*ROLES, "scheduler")}
        return cls(**pieces, **{**settings, **changes})

    def save_pretrained(  # type: ignore[override]  # writes to disk only: variants, shards and the hub have no place
        self, folder: str | PathLike, safe_serialization: bool = True
    ) -> None:
        """Writes every component into a folder of its own, and `model_index.json`.

        Raises:
            ValueError: if asked for anything but safetensors.
        """
        place = Path(folder)
        index: dict[str, Any] = {
            "_class_name": type(self).__name__,
            **{name: self.config[name] for name in DEFAULTS},
        }
        for name in ROLES:
            part = getattr(self, name)
            index[name] = [None, None] if part is None else [type(part).__module__, type(part).__name__]
            if part is not None:
                part.save_pretrained(place / name, safe_serialization=safe_serialization)
        self.scheduler.save_pretrained(place / "scheduler")
        index["scheduler"] = ["diffusers", type(self.scheduler).__name__]
        (place / INDEX_FILE).write_text(json.dumps(index, indent=2, sort_keys=True) + "\n")

    @property
    def engine(self) -> FoleyEngine:
        """The engine of the components as they are now; it holds nothing else,
        so making one costs nothing."""
        parts = Parts(**{name: getattr(self, name) for name in (*ROLES, "scheduler")})
        settings = {name: self.config[name] for name in DEFAULTS}
        return FoleyEngine(parts, settings, self.autocast_dtype, self._execution_device)

    @property
    def clock(self) -> ClipSpec:
        """The clock of one window."""
        return self.engine.clock

    @property
    def sampling_rate(self) -> int:
        """Of the sound: the vocoder's, or that of a library's recordings."""
        return self.clock.sample_rate_hz if self.library is None else DELIVERY_HZ

    @property
    def num_timesteps(self) -> int:
        """Sampler steps of the call in progress, over all windows."""
        return self._num_timesteps

    def enable_sequential_cpu_offload(self, *_: Any, **__: Any) -> None:
        """Not offered: layer by layer would save little of components that are small,
        one of them at a time is enough.

        Raises:
            UserError: always.
        """
        raise UserError(
            "sequential offload is not offered: use enable_model_cpu_offload, which keeps what does not run "
            "on the CPU"
        )

    @torch.no_grad()
    @no_type_check  # the engine checks the arguments
    def __call__(
        self,
        video: Video,
        prompt: Texts = None,
        negative_prompt: Texts = None,
        cues: Sequence[Cue | str] | None = None,
        num_inference_steps: int | None = None,
        video_scale: float | None = None,
        text_scale: float | None = None,
        negative_scale: float | None = None,
        align_scale: float | None = None,
        lag_s: float | None = None,
        guidance: str | None = None,
        classifier_scale: float | None = None,
        classifier_from: float | None = None,
        classifier_until: float | None = None,
        generator: torch.Generator | Sequence[torch.Generator] | None = None,
        callback_on_step_end: StepEnd | None = None,
        takes: int = 1,
        fps: float | None = None,
        hits: Sequence[float] | None = None,
    ) -> FoleyOutput:
        """Sound for one clip, exactly as long as its picture.

        Args:
            video: a file, or pictures at `fps` (default: the clock's rate): an array, a tensor or a list of
                pictures, uint8 or floats in [0, 1], grey, RGB or RGBA, channels last or first
                (`ta_v2a.engine.arrays.ACCEPTED`).
            prompt: what is heard; None or "" leaves it to the picture. A list
                makes one sound for each prompt.
            negative_prompt: what is not to be heard, weighted by `negative_scale`: one for all, or a list
                with one or None for each sound.
            cues: "1.2-3.0: glass breaking" or `Cue`: text for a stretch of the
                clip, in place of the prompt there.
            num_inference_steps: sampler steps; more is slower. None: the preset's own, as for the scales.
            video_scale, text_scale, negative_scale: guidance weights; 1 is the model
                without guidance, more exaggerates. Of a denoiser that has learnt to leave out, the
                negative's is a multiple of the text's.
            align_scale: weight of the onset guide (`ldm.guides.onset`); 0 costs nothing.
            lag_s: seconds by which the sound follows the picture, in whole pictures of the
                clock; None: the preset's own.
            guidance: "conditional" (text judged given the video), "composable" (eq. 14) or "double" (eq. 11:
                `text_scale` weighs text and video together); None: the preset's own.
            classifier_scale: gamma of eq. 11 and 14, the weight of the alignment classifier, for presets that
                hold one; 0 costs nothing.
            classifier_from, classifier_until: times in [0, 1] of the diffusion, 1 is pure noise, between
                which it acts.
            generator: random numbers, or one generator for each sound of the batch. Same seed, same samples.
            callback_on_step_end: called as (pipeline, step, timestep, {"latents"})
                after every step of every window.
            takes: sounds for every clip and prompt, each from noise of its own.
            fps: rate of pictures that are no file, up to 1000 a second.
            hits: times in seconds at which something hits, in place of those that the picture shows.

        Returns:
            `FoleyOutput` with `audios` (batch, 1, samples), or with two channels where a library's recordings
            have them; the batch runs over clips or prompts, then takes.

        Raises:
            UserError: if an argument or the clip cannot be used, or the library has nothing that fits.
        """
        asked = {
            "negative_prompt": negative_prompt,
            "cues": cues,
            "generator": generator,
            "takes": takes,
            "fps": fps,
            "hits": hits,
            "num_inference_steps": num_inference_steps,
            "video_scale": video_scale,
            "text_scale": text_scale,
            "negative_scale": negative_scale,
            "align_scale": align_scale,
            "lag_s": lag_s,
            "guidance": guidance,
            "classifier_scale": classifier_scale,
            "classifier_from": classifier_from,
            "classifier_until": classifier_until,
        }
        if self.library is not None:
            return self._recorded(video, prompt, callback_on_step_end, asked)
        pieces = self.stream(video, prompt, callback_on_step_end=callback_on_step_end, **asked)
        return FoleyOutput(
            audios=np.concatenate(list(pieces), axis=-1)[:, None], sampling_rate=self.clock.sample_rate_hz
        )

    @no_type_check
    def _recorded(
        self, video: Video, prompt: Texts, callback_on_step_end: StepEnd | None, asked: dict[str, Any]
    ) -> FoleyOutput:
        """A call whose sound is made of the library's recordings."""
        watch, bar = self._watched(callback_on_step_end)
        prompts = texts("prompt", prompt)
        try:
            with bar:
                sketch = self.engine.sketch(video, prompt, watch=watch, **asked)
        finally:
            self.maybe_free_model_hooks()
        each = one_for_each("prompt", prompts, len(sketch.mel) // asked["takes"])
        cues = read_cues(asked["cues"], sketch.duration_s)
        found = []
        for row in range(len(sketch.mel)):
            words = cut_prompt(each[row // asked["takes"]])[0] or ""
            known = understood(words).names_a_sound
            wanted = asked_of(self.library, words, cues, sketch.duration_s, known)
            found.append(voiced(self.library, wanted, sketch, drawn_seed(asked["generator"], row), row))
        channels = max(voice.channels for voice in found)
        waves = [
            np.concatenate(list(replace(voice, channels=channels).blocks(self.library)), axis=-1)
            for voice in found
        ]
        audios = limited(torch.from_numpy(np.stack(waves))).numpy()
        return FoleyOutput(audios, DELIVERY_HZ, [voice.account() for voice in found])

    @no_type_check
    def stream(
        self,
        video: Video,
        prompt: Texts = None,
        *,
        callback_on_step_end: StepEnd | None = None,
        **arguments: Any,
    ) -> Iterator[Float[np.ndarray, "batch samples"]]:
        """As a call, but yields the sound in consecutive blocks (batch, samples) as soon as each
        is final: memory stays flat.

        Raises:
            UserError: as a call, or with a library: recordings are chosen for the whole clip.
        """
        if self.library is not None:
            raise UserError("a library's recordings are chosen for the whole clip: call the pipeline instead")
        watch, bar = self._watched(callback_on_step_end)
        blocks = self.engine.stream(video, prompt, watch=watch, **arguments)
        return self._freed(blocks, bar)

    def _watched(self, callback_on_step_end: StepEnd | None) -> tuple[Watch, Any]:
        """What the engine tells of its steps, and the bar that shows them."""
        if callback_on_step_end is not None and not callable(callback_on_step_end):
            raise UserError(f"callback_on_step_end is a function, not {shown(callback_on_step_end)}")
        bar = self.progress_bar(total=1)

        def watch(event: Progress) -> torch.Tensor | None:
            self._num_timesteps = bar.total = event.total
            bar.update()
            if callback_on_step_end is None:
                return None
            values = {"latents": event.step.latents.audio}
            return (callback_on_step_end(self, event.done - 1, event.step.timestep, values) or {}).get(
                "latents"
            )

        return watch, bar

    def _freed(self, blocks: Iterator[np.ndarray], bar: Any) -> Iterator[np.ndarray]:
        """The same blocks; afterwards offloaded components leave the device."""
        try:
            with bar:
                yield from blocks
        finally:
            self.maybe_free_model_hooks()

    @no_type_check
    def generate(
        self,
        pictures: np.ndarray | torch.Tensor,
        prompts: Sequence[str | None],
        generator: torch.Generator | Sequence[torch.Generator] | None = None,
        negative_prompt: Texts = None,
        **scales: Any,
    ) -> Float[np.ndarray, "batch samples"]:
        """A batch without files: grey pictures (B, N, H, W) at the clock's rate and B prompts to
        (B, samples) float32 in [-1, 1].

        Pictures are uint8, or floats in [0, 1]. They are taken to be exact: the sound's lag is 0
        unless `scales` say otherwise.

        Raises:
            UserError: as a call does.
        """
        films = read_grey_films(pictures)
        if not isinstance(prompts, list | tuple) or len(prompts) != films.films:
            count = len(prompts) if isinstance(prompts, list | tuple) else shown(prompts)
            raise UserError(f"prompts are a list with a prompt each for {films.films} films, not {count}")
        film = stream_of(films, self.clock, self.clock.fps, self.cvalp.wants_colour)
        given = {"lag_s": 0.0, **scales}
        pieces = self.stream(film, prompts, generator=generator, negative_prompt=negative_prompt, **given)
        return np.concatenate(list(pieces), axis=-1)


def _of_diffusers(scheduler: Any) -> Any:
    """diffusers' own scheduler in place of the engine's quick one, which is the same sample for sample."""
    if isinstance(scheduler, FlowEuler):
        return FlowMatchEulerDiscreteScheduler(shift=scheduler.config.shift)
    return scheduler
