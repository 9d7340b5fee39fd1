"""Silent pictures and text in, sound out, for clips of any length at flat memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import lcm, prod
from os import PathLike
from typing import Any, Literal, no_type_check

import numpy as np
import torch
from jaxtyping import Float

from cvalp.features import as_input, film_features
from ldm.conditions import NEGATIVE, TEXT, VIDEO, Conditions, Track
from ldm.guidance import Weights, composable, conditional, double, plan_branches
from ldm.guides.onset import OnsetGuide, expected_onsets
from ldm.latents import Latents
from ldm.sampling import Generators, Step, clip_noise, sample
from ta_v2a.engine.arguments import (
    MOST_TAKES,
    Scales,
    checked_settings,
    chosen_scales,
    one_for_each,
    shown,
    texts,
    whole,
)
from ta_v2a.engine.cues import Cue, cut_prompt, hit_times, read_cues
from ta_v2a.engine.devices import fast_dtype, own_generators, woken
from ta_v2a.engine.parts import Parts, load_parts
from ta_v2a.engine.pictures import PictureStream, Video, open_pictures
from ta_v2a.engine.tapes import PictureTape, decoded, held_back, limited
from ta_v2a.engine.timed_text import text_track
from ta_v2a.engine.windows import Carry, Seam, Window, plan_windows
from ta_v2a.errors import UserError
from vocoders.clock import ClipSpec

SHORTEST_COLUMNS = 32  # 2 s of context, below which the networks have never seen a clip

Texts = str | Sequence[str | None] | None


def _double(text_scale: float, video_scale: float, negative_scale: float) -> Weights:
    """Eq. 11 has one weight, of text and video together, and no negative prompt."""
    return double(text_scale)


GUIDANCE: dict[str, Callable[[float, float, float], Weights]] = {
    "conditional": conditional,
    "composable": composable,
    "double": _double,
}


@dataclass(frozen=True)
class Progress:
    """The engine's event: one step of the sampler in one window of a clip.

    Attributes:
        done, total: steps done and in all, over all windows.
        step: the sampler's own.
    """

    done: int
    total: int
    step: Step


Watch = Callable[[Progress], torch.Tensor | None]
"""Told every step; audio latents that it returns take the place of the step's."""


class FoleyEngine:
    """Sound for silent clips.

    Text says what, video says when (TA-V2A): CVALP's features of the pictures and the prompt steer a latent
    diffusion of the mel spectrogram, a vocoder turns the mel into sound. A clip longer than one window is
    generated in overlapping windows, whose predictions are cross-faded at every step from shared noise
    (MultiDiffusion, Bar-Tal et al. 2023, eq. 5, one window after the other): memory does not grow with the
    clip. A call changes nothing in the engine: one may serve many.

    Args:
        parts: what makes sound.
        settings: of a call, as they travel with a preset (`ta_v2a.engine.arguments.DEFAULTS`).
        autocast_dtype: of video tower and denoiser; "auto" is bfloat16 where the device multiplies it in
            hardware (on such CPUs it is about 2.5 times as fast as float32), None is the weights' own.
        device: where it runs; None: where the denoiser is.
    """

    def __init__(
        self,
        parts: Parts,
        settings: Mapping[str, Any],
        autocast_dtype: torch.dtype | Literal["auto"] | None = "auto",
        device: torch.device | None = None,
    ):
        self.parts, self.settings, self.autocast_dtype = parts, checked_settings(settings), autocast_dtype
        self.device = parts.denoiser.device if device is None else device
        self.clock: ClipSpec = parts.clock

    @classmethod
    def from_pretrained(
        cls, name_or_folder: str | PathLike = "mini", device: torch.device | str = "cpu"
    ) -> "FoleyEngine":
        """The engine of a preset ("mini"), or of a folder that `ta-v2a pack` or `save_pretrained` wrote.

        Raises:
            UserError: there is no such preset, or it cannot be loaded.
        """
        parts, settings = load_parts(name_or_folder)
        return cls(parts.to(device), settings)

    @no_type_check  # checks its arguments itself
    def stream(
        self,
        video: Video,
        prompt: Texts = None,
        *,
        negative_prompt: Texts = None,
        cues: Sequence[Cue | str] | None = None,
        generator: torch.Generator | Sequence[torch.Generator] | None = None,
        watch: Watch | None = None,
        takes: int = 1,
        fps: float | None = None,
        hits: Sequence[float] | None = None,
        **scales: Any,
    ) -> Iterator[Float[np.ndarray, "batch samples"]]:
        """The sound in consecutive blocks (batch, samples), float32 in [-1, 1], each as soon as it is final.

        The arguments are those of `FoleyPipeline`; `watch` is told every step.

        Raises:
            UserError: if an argument or the clip cannot be used.
        """
        settings = chosen_scales(self.settings, scales)
        prompts, negatives = texts("prompt", prompt), texts("negative_prompt", negative_prompt)
        takes = whole("takes", takes, 1, MOST_TAKES)
        if watch is not None and not callable(watch):
            raise UserError(f"the callback is a function, not {shown(watch)}")
        if self.settings["guidance"] == "double" and any(cut_prompt(text)[0] for text in negatives):
            raise UserError('negative_prompt has no place in guidance "double" (eq. 11)')
        stream = open_pictures(video, self.clock, fps, self.parts.cvalp.wants_colour)
        batch = max(stream.batch, len(prompts))
        if batch % stream.batch or batch % len(prompts):
            raise UserError(
                f"{len(prompts)} prompts do not fit {stream.batch} films: give one, or one for each"
            )
        generators = own_generators(generator, batch * takes)
        repeats = batch // stream.batch * takes
        late = round(settings.lag_s * self.clock.fps)
        blocks = (np.repeat(block, repeats, axis=0) for block in held_back(stream.blocks, late))
        prompts = [text for text in one_for_each("prompt", prompts, batch) for _ in range(takes)]
        negatives = [text for text in one_for_each("negative_prompt", negatives, batch) for _ in range(takes)]
        stream = replace(stream, blocks=blocks, batch=batch * takes)
        columns = self._columns(stream)
        timed = read_cues(cues, stream.duration_s)
        if self.settings["guidance"] == "double" and any(cue.negative for cue in timed):
            raise UserError('negative of a cue has no place in guidance "double" (eq. 11)')
        unwanted = [replace(cue, text=cue.negative, strength=1.0) for cue in timed if cue.negative]
        words = {
            TEXT: self._words(prompts, timed, columns, beside=False),
            NEGATIVE: self._words(negatives, unwanted, columns, beside=True),
        }
        return self._sound(stream, words, settings, generators, watch, hit_times(hits))

    def was_cut(self, text: str) -> bool:
        """Whether the text encoder reads only the beginning of a prompt."""
        return self.parts.cvalp.was_cut(text)

    def _columns(self, stream: PictureStream) -> int:
        """Latent columns that are generated for a clip; a very short one gets
        context, which is cut off again."""
        columns = max(SHORTEST_COLUMNS, self.clock.lasting(stream.duration_s).columns)
        return -(-columns // self._grain) * self._grain

    @property
    def _grain(self) -> int:
        """Windows begin, and clips end, at multiples of this: where a picture begins,
        and where the denoiser can."""
        return lcm(self.clock.columns_per_picture, self.parts.denoiser.grain)

    @torch.no_grad()
    def _words(self, prompts: list[str | None], cues: list[Cue], columns: int, beside: bool) -> Track | None:
        """Text features of the prompts and of the cues in their stretches."""
        encode = woken(self.parts.cvalp).encode_text
        return text_track(prompts, cues, columns, self.clock.column_s, encode, beside)

    @torch.no_grad()
    def _sound(
        self,
        stream: PictureStream,
        words: dict[str, Track | None],
        scales: Scales,
        generators: Generators,
        watch: Watch | None,
        hits: tuple[float, ...] | None,
    ) -> Iterator[np.ndarray]:
        """The sound in blocks, cut to the clip's length."""
        left = round(stream.duration_s * self.clock.sample_rate_hz)
        latents = self._latents(stream, words, scales, generators, watch, hits)
        margin = self.parts.autoencoder.margin_columns
        mels = decoded(latents, self._mel, self.clock.mel_frames_per_column, margin)
        # Without a generator: the vocoder starts from phases of its own seed, so the
        # same latents sound the same.
        for sound in woken(self.parts.vocoder).stream(mels, chunk_frames=self.clock.mel_frames):
            block = limited(sound.float()).cpu().numpy()[:, :left]
            left -= block.shape[-1]
            if block.shape[-1]:
                yield block

    def _mel(self, latents: torch.Tensor) -> torch.Tensor:
        autoencoder = woken(self.parts.autoencoder)
        return autoencoder.decode(latents.to(autoencoder.dtype)).float()

    def _latents(
        self,
        stream: PictureStream,
        words: dict[str, Track | None],
        scales: Scales,
        generators: Generators,
        watch: Watch | None,
        hits: tuple[float, ...] | None,
    ) -> Iterator[torch.Tensor]:
        """Final latent columns (batch, latent, n) in order."""
        windows = plan_windows(self._columns(stream), self.clock.columns, grain=self._grain)
        pictures, carry = PictureTape(stream.blocks), None
        for index, (window, following) in enumerate(zip_longest(windows, windows[1:])):
            noise = self._noise(stream.batch, window, carry, generators)
            seam = Seam(noise, window, carry)

            def blended(step: Step, index: int = index, seam: Seam = seam) -> Latents:
                audio = step.latents.given_audio
                if watch is not None:
                    replaced = watch(
                        Progress(index * step.total + step.done, len(windows) * step.total, step)
                    )
                    audio = audio if replaced is None else replaced
                return Latents(audio=seam.step(audio))

            tracks = {name: None if track is None else during(track, window) for name, track in words.items()}
            latents = self._denoise(
                noise, self._video(pictures, window, hits), tracks, scales, generators, blended
            )
            if following is None:
                yield latents
            else:
                carry = seam.carry(following)
                yield latents[..., : following.start - window.start]

    def _denoise(
        self,
        noise: torch.Tensor,
        video: torch.Tensor,
        words: dict[str, Track | None],
        scales: Scales,
        generators: Generators,
        callback: Callable[[Step], Latents],
    ) -> torch.Tensor:
        """One window's latents."""
        weigh, until = GUIDANCE[self.settings["guidance"]], self.settings["text_scale_until"]
        late = weigh(min(scales.text, 1.0), scales.video, scales.negative) if until else None
        weights = weigh(scales.text, scales.video, scales.negative)
        guidance = plan_branches(weights, len(noise), Conditions.of(**{VIDEO: video, **words}), late, until)
        onsets = self.parts.cvalp.onsets(video) if scales.align else None
        guides = [] if onsets is None else [OnsetGuide(self._mel, expected_onsets(onsets), scales.align)]
        latents = sample(
            woken(self.parts.denoiser),
            self.parts.scheduler,
            Latents(audio=noise),
            guidance,
            scales.steps,
            generators=generators,
            guides=guides,
            callback=callback,
            autocast_dtype=self._precision(),
        )
        return latents.given_audio

    def _precision(self) -> torch.dtype | None:
        if self.parts.denoiser.dtype != torch.float32:
            return self.parts.denoiser.dtype
        return fast_dtype(self.device) if self.autocast_dtype == "auto" else self.autocast_dtype

    def _video(self, tape: PictureTape, window: Window, hits: tuple[float, ...] | None) -> torch.Tensor:
        """Video features (batch, tokens, channels) of one window, as the denoiser learnt from them; with
        onsets at `hits` in place of those that are seen."""
        cvalp, precision = woken(self.parts.cvalp), self._precision()
        pictures = torch.from_numpy(tape.read(*self.clock.pictures_of(window.start, window.stop))).to(
            self.device
        )
        frames = as_input(pictures).to(cvalp.dtype)
        with torch.autocast(frames.device.type, precision, enabled=precision is not None):
            features = film_features(cvalp, frames)
        if hits is None:
            return features
        begin_s = window.start * self.clock.column_s
        moved = cvalp.with_onsets(features, [time_s - begin_s for time_s in hits])
        if moved is None:
            raise UserError("the encoders of this preset say no onsets: hits have no place in them")
        return moved

    def _noise(self, batch: int, window: Window, carry: Carry | None, generators: Generators) -> torch.Tensor:
        """Noise (batch, *column, columns): the columns shared with the window before keep
        theirs, only new ones are drawn."""
        shared = 0 if carry is None else carry.noise.shape[-1]
        shape = self.parts.denoiser.column_shape
        fresh = clip_noise(generators, batch, prod(shape), window.stop - window.start - shared)
        fresh = fresh.unflatten(1, shape).to(self.device, torch.float32)
        return fresh if carry is None else torch.cat([carry.noise, fresh], dim=-1)


def during(track: Track, window: Window) -> Track:
    """The part of a track over the latent columns of a whole clip that concerns one window."""
    if track.values.ndim == 2:
        return track
    present = None if track.present is None else track.present[:, window.start : window.stop]
    return Track(track.values[:, window.start : window.stop], present)
