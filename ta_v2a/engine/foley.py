"""Silent pictures and text in, sound out, for clips of any length at flat memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from math import lcm, prod
from os import PathLike
from typing import Any, Literal, no_type_check

import numpy as np
import torch
from jaxtyping import Float

from cvalp.features import as_input, film_features
from ldm.conditions import VIDEO, Conditions, Track
from ldm.guidance import leaving_out, plan_branches
from ldm.guides.role import Guide, LatentGuide
from ldm.latents import Latents
from ldm.sampling import Generators, Step, clip_noise, sample
from ta_v2a.engine.arguments import Scales, checked_settings
from ta_v2a.engine.calls import GUIDANCE, Call, Progress, Texts, Watch, checked_call, says_left_out
from ta_v2a.engine.cues import Cue
from ta_v2a.engine.devices import fast_dtype, woken
from ta_v2a.engine.guides import guides_of
from ta_v2a.engine.lasting import LastingKinds
from ta_v2a.engine.parts import Parts, load_parts
from ta_v2a.engine.pictures import Video
from ta_v2a.engine.stretches import Renewed, renewed_noise
from ta_v2a.engine.tapes import PictureTape, decoded, limited
from ta_v2a.engine.windows import Carry, Seam, Window, plan_windows
from ta_v2a.errors import UserError
from vocoders.clock import ClipSpec


@dataclass(frozen=True)
class Sketch:
    """A sound before it has a voice.

    Attributes:
        mel: (batch, bins, frames) log-mel in [0, 1], float16, of the vocoder's clock.
        onsets: (batch, frames) probability of an onset in every mel frame, read from the picture; None
            where the encoders say none.
        duration_s: of the clip.
        clock: of one window.
    """

    mel: Float[np.ndarray, "batch bins frames"]
    onsets: Float[np.ndarray, "batch frames"] | None
    duration_s: float
    clock: ClipSpec


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

    whole_clips = False
    """Whether it reads a clip anew each time, and all of it: no pictures are held for it."""

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
        renewed: Renewed | None = None,
        **scales: Any,
    ) -> Iterator[Float[np.ndarray, "batch samples"]]:
        """The sound in consecutive blocks (batch, samples), float32 in [-1, 1], each as soon as it is final.

        The arguments are those of `FoleyPipeline`; `watch` is told every step, and a part of the noise may be
        drawn anew (`ta_v2a.engine.stretches`).

        Raises:
            UserError: if an argument or the clip cannot be used.
        """
        call = self._call(
            video, prompt, negative_prompt, cues, generator, watch, takes, fps, hits, renewed, scales
        )
        return self._sound(call)

    @no_type_check  # `_call` checks the arguments
    def sketch(
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
        renewed: Renewed | None = None,
        **scales: Any,
    ) -> Sketch:
        """What `stream` would hand to the vocoder, whole, beside the onsets that the picture lets expect:
        for a voice of another kind (`ta_v2a.library`).

        Raises:
            UserError: as `stream` does.
        """
        call = self._call(
            video, prompt, negative_prompt, cues, generator, watch, takes, fps, hits, renewed, scales
        )
        return self._sketch(call)

    def _call(self, *given: Any) -> Call:
        return checked_call(self.parts, self.clock, self.settings, self.grain, *given)

    def was_cut(self, text: str) -> bool:
        """Whether the text encoder reads only the beginning of a prompt."""
        return self.parts.cvalp.was_cut(text)

    @property
    def grain(self) -> int:
        """Windows begin, and clips end, at multiples of this: where a picture begins,
        and where the denoiser can."""
        return lcm(self.clock.columns_per_picture, self.parts.denoiser.grain)

    @torch.no_grad()
    def _sound(self, call: Call) -> Iterator[np.ndarray]:
        """The sound in blocks, cut to the clip's length."""
        left = round(call.stream.duration_s * self.clock.sample_rate_hz)
        mels = self._mels(self._latents(call))
        # Without a generator: the vocoder starts from phases of its own seed, so the
        # same latents sound the same.
        for sound in woken(self.parts.vocoder).stream(mels, chunk_frames=self.clock.mel_frames):
            block = limited(sound.float()).cpu().numpy()[:, :left]
            left -= block.shape[-1]
            if block.shape[-1]:
                yield block

    @torch.no_grad()
    def _sketch(self, call: Call) -> Sketch:
        """The mel and the expected onsets, cut to the clip's length."""
        frames = self.clock.lasting(call.stream.duration_s).mel_frames
        seen: list[torch.Tensor] = []
        mels = [mel.half().cpu().numpy() for mel in self._mels(self._latents(call, seen.append))]
        onsets = torch.cat(seen, dim=1)[:, :frames].cpu().numpy() if seen else None
        return Sketch(np.concatenate(mels, axis=-1)[..., :frames], onsets, call.stream.duration_s, self.clock)

    def _mels(self, latents: Iterator[torch.Tensor]) -> Iterator[torch.Tensor]:
        margin = self.parts.autoencoder.margin_columns
        return decoded(latents, self._mel, self.clock.mel_frames_per_column, margin)

    def _mel(self, latents: torch.Tensor) -> torch.Tensor:
        autoencoder = woken(self.parts.autoencoder)
        return autoencoder.decode(latents.to(autoencoder.dtype)).float()

    def _latents(
        self, call: Call, seen: Callable[[torch.Tensor], None] | None = None
    ) -> Iterator[torch.Tensor]:
        """Final latent columns (batch, latent, n) in order; `seen` is told their onset
        probabilities (batch, mel frames), if the encoders say any."""
        windows = plan_windows(call.columns, self.clock.columns, grain=self.grain)
        pictures, carry = PictureTape(call.stream.blocks), None
        for index, (window, following) in enumerate(zip_longest(windows, windows[1:])):
            noise = self._noise(call, window, carry)
            seam = Seam(noise, window, carry)

            def blended(step: Step, index: int = index, seam: Seam = seam) -> Latents:
                audio = step.latents.given_audio
                if call.watch is not None:
                    replaced = call.watch(
                        Progress(index * step.total + step.done, len(windows) * step.total, step)
                    )
                    audio = audio if replaced is None else replaced
                return Latents(audio=seam.step(audio))

            tracks = {
                name: None if track is None else during(track, window) for name, track in call.words.items()
            }
            video = self._video(pictures, window, call.hits, call.prompts)
            latents = self._denoise(noise, video, tracks, call.scales, call.generators, blended)
            kept = (window.stop if following is None else following.start) - window.start
            onsets = None if seen is None else self.parts.cvalp.onsets(video)
            if seen is not None and onsets is not None:
                seen(onsets[:, : kept * self.clock.mel_frames_per_column].float())
            if following is not None:
                carry = seam.carry(following)
            yield latents[..., :kept]

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
        weigh, negative = GUIDANCE[scales.guidance], scales.negative
        if says_left_out(self.parts, scales):  # it weighs as much as the text, which may name it too
            weigh, negative = leaving_out, negative * max(1.0, scales.text)
        until = self.settings["text_scale_until"]
        late = weigh(min(scales.text, 1.0), scales.video, negative) if until else None
        weights = weigh(scales.text, scales.video, negative)
        told = Conditions.of(**self._told(video, words))
        guidance = plan_branches(weights, len(noise), told, late, until)
        latents = sample(
            woken(self.parts.denoiser),
            self.parts.scheduler,
            Latents(audio=noise),
            guidance,
            scales.steps,
            generators=generators,
            guides=self._guides(video, words, scales),
            callback=callback,
            autocast_dtype=self.precision,
        )
        return latents.given_audio

    def _told(self, video: torch.Tensor, words: dict[str, Track | None]) -> dict[str, Any]:
        """What the denoiser is told in a window."""
        return {VIDEO: video, **words}

    def _guides(
        self, video: torch.Tensor, words: dict[str, Track | None], scales: Scales
    ) -> Sequence[Guide | LatentGuide]:
        """What moves a window's clean estimate."""
        return guides_of(self.parts, video, self._mel, scales)

    @property
    def precision(self) -> torch.dtype | None:
        """Of the products of video tower and denoiser; None: the weights' own."""
        if self.parts.denoiser.dtype != torch.float32:
            return self.parts.denoiser.dtype
        return fast_dtype(self.device) if self.autocast_dtype == "auto" else self.autocast_dtype

    def _video(
        self, tape: PictureTape, window: Window, hits: tuple[float, ...] | None, prompts: list[str | None]
    ) -> torch.Tensor:
        """Video features (batch, tokens, channels) of one window, as the denoiser learnt from them; with
        onsets at `hits` in place of those that are seen, or held where words and picture say that it goes
        on."""
        cvalp, precision = woken(self.parts.cvalp), self.precision
        pictures = torch.from_numpy(tape.read(*self.clock.pictures_of(window.start, window.stop))).to(
            self.device
        )
        frames = as_input(pictures).to(cvalp.dtype)
        with torch.autocast(frames.device.type, precision, enabled=precision is not None):
            features = film_features(cvalp, frames)
        if hits is None:
            return self._held(features, prompts)
        begin_s = window.start * self.clock.column_s
        moved = cvalp.with_onsets(features, [time_s - begin_s for time_s in hits])
        if moved is None:
            raise UserError("the encoders of this preset say no onsets: hits have no place in them")
        return moved

    def _held(self, features: torch.Tensor, prompts: list[str | None]) -> torch.Tensor:
        """The features, held in the films whose picture and whose prompt go on."""
        found = self.parts.cvalp.held(features)
        if found is None or not found[1].any():
            return features
        held, steady = found
        goes_on = steady & self._lasting.goes_on(prompts)
        return torch.where(goes_on[:, None, None], held, features)

    @cached_property
    def _lasting(self) -> LastingKinds:
        return LastingKinds(woken(self.parts.cvalp))

    def _noise(self, call: Call, window: Window, carry: Carry | None) -> torch.Tensor:
        """Noise (batch, *column, columns): the columns shared with the window before keep
        theirs, only new ones are drawn."""
        shared = 0 if carry is None else carry.noise.shape[-1]
        shape = self.parts.denoiser.column_shape
        fresh = clip_noise(
            call.generators, call.stream.batch, prod(shape), window.stop - window.start - shared
        )
        fresh = renewed_noise(fresh, window.start + shared, call.renewed, self.clock.column_s)
        fresh = fresh.unflatten(1, shape).to(self.device, torch.float32)
        return fresh if carry is None else torch.cat([carry.noise, fresh], dim=-1)


def during(track: Track, window: Window) -> Track:
    """The part of a track over the latent columns of a whole clip that concerns one window."""
    if track.values.ndim == 2:
        return track
    present = None if track.present is None else track.present[:, window.start : window.stop]
    return Track(track.values[:, window.start : window.stop], present)
