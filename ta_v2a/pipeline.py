"""The diffusers pipeline: silent pictures and text in, sound out, for clips of any length at flat memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from os import PathLike
from typing import Any, Literal

import numpy as np
import torch
from diffusers import DiffusionPipeline, FlowMatchEulerDiscreteScheduler
from diffusers.utils import BaseOutput
from jaxtyping import Float
from safetensors import SafetensorError

from cvalp.model import CVALP, film_features
from ldm.autoencoder import MelAutoencoder
from ldm.denoiser import AudioTransformer
from ldm.guidance import composable, conditional, plan
from ldm.sampling import ClassifierGuide, Windowing, clip_noise, denoise
from vocoders import gla_grad, gla_grad_plus_plus, griffin_lim, hifi_gan, istft_net, wavegrad  # noqa: F401 (diffusers loads what is imported)
from vocoders.bandwidth_extension import BandwidthExtension
from vocoders.clock import ClipSpec
from vocoders.role import Vocoder

from .alignment import onset_likelihood
from .cues import Cue, cut_prompt, read_cues
from .errors import UserError
from .films import Film, Video, open_film
from .presets import resolve
from .tapes import PictureTape, decoded, delayed, limited
from .windows import Carry, Seam, Window, plan_windows

LONGEST_LAG_S = 1.0
SHORTEST_COLUMNS = 32  # 2 s of context, below which the networks have never seen a clip

Generators = torch.Generator | list[torch.Generator]
GUIDED = {"earliest": 0.95, "latest": 0.3}  # times between which the alignment guide acts
GUIDANCE = {"conditional": conditional, "composable": composable}
StepCallback = Callable[["FoleyPipeline", int, Any, dict[str, Any]], dict[str, Any] | None]


@dataclass
class FoleyOutput(BaseOutput):
    """`audios`: (batch, channels, samples) float32 in [-1, 1] at `sampling_rate` Hz."""

    audios: Float[np.ndarray, "batch channels samples"]
    sampling_rate: int


@dataclass(frozen=True)
class Scales:
    """Weights of the guidance terms (`ldm.guidance`), the number of sampler steps, and the sound's lag in seconds."""

    steps: int
    video: float
    text: float
    negative: float
    align: float
    lag_s: float


@dataclass(frozen=True)
class _Words:
    """Text features of the whole clip: (batch, channels) or (batch, columns, channels), and where they hold; None: no text."""

    features: torch.Tensor | None
    present: torch.Tensor | None

    def during(self, window: Window) -> "_Words":
        """The part that concerns one window."""
        if self.features is None or self.features.ndim == 2:
            return self
        return _Words(self.features[:, window.start : window.stop], self.present[:, window.start : window.stop])


class FoleyPipeline(DiffusionPipeline):
    """Sound for silent clips.

    Text says what, video says when (TA-V2A): CVALP's features of the pictures and the prompt steer a latent diffusion of the mel
    spectrogram, a vocoder turns the mel into sound. A clip longer than one window (8.192 s) is generated in overlapping windows whose
    velocities are cross-faded at every step from shared noise (MultiDiffusion, Bar-Tal et al. 2023, eq. 5, one window after the other):
    memory does not grow with the clip.

    Args:
        cvalp, autoencoder, denoiser, vocoder, scheduler: the five components; any diffusers scheduler for flow matching will do.
        bandwidth: optional; gives delivered 48 kHz files what lies above 7.6 kHz. The pipeline's own output stays at the vocoder's rate.
        num_inference_steps, video_scale, text_scale, negative_scale, align_scale, lag_s: defaults of a call; they travel with the weights.
        text_scale_until: time in [0, 1] of the diffusion (1 is pure noise) below which the text weighs 1 at most: what sounds is decided
            while noise is strong, and a heavy text goes on to add onsets that the picture does not show.
        caption_share: share (`ta_v2a.captioning`) from which the command line takes the picture's own label for a missing prompt;
            above 1, never.
        guidance: "conditional" judges the text given the video, "composable" is eq. 14, which takes the two as independent.

    Attributes:
        autocast_dtype: of video tower and denoiser; "auto" is bfloat16 where the device multiplies it in hardware (on such CPUs it is about
            2.5 times as fast as float32), None is the weights' own.
    """

    model_cpu_offload_seq = "cvalp->denoiser->autoencoder->vocoder"
    _optional_components = ["bandwidth"]
    _callback_tensor_inputs = ["latents"]

    def __init__(
        self,
        cvalp: CVALP,
        autoencoder: MelAutoencoder,
        denoiser: AudioTransformer,
        vocoder: Vocoder,
        scheduler: FlowMatchEulerDiscreteScheduler,
        num_inference_steps: int = 10,
        video_scale: float = 2.5,
        text_scale: float = 2.5,
        negative_scale: float = 1.0,
        lag_s: float = 0.0,
        guidance: str = "conditional",
        text_scale_until: float = 0.0,
        align_scale: float = 0.0,
        caption_share: float = 2.0,
        bandwidth: BandwidthExtension | None = None,
    ):
        super().__init__()
        self.register_modules(
            cvalp=cvalp, autoencoder=autoencoder, denoiser=denoiser, vocoder=vocoder, scheduler=scheduler, bandwidth=bandwidth
        )
        self.register_to_config(
            num_inference_steps=num_inference_steps,
            video_scale=video_scale,
            text_scale=text_scale,
            negative_scale=negative_scale,
            lag_s=lag_s,
            guidance=guidance,
            text_scale_until=text_scale_until,
            align_scale=align_scale,
            caption_share=caption_share,
        )
        self.autocast_dtype: torch.dtype | Literal["auto"] | None = "auto"
        self._progress_bar_config = {"disable": None, "leave": False}  # a bar on a terminal only

    @classmethod
    def from_pretrained(cls, name_or_folder: str | PathLike = "mini", **kwargs: Any) -> "FoleyPipeline":
        """A preset by name ("mini": the weights in this package, checked against their SHA-256) or any folder of `save_pretrained`.

        Weights are read as float32 unless `dtype` says otherwise. Nothing is downloaded.

        Raises:
            UserError: if there is no such preset or folder, or a weight file was altered.
        """
        folder = resolve(name_or_folder)
        try:
            return super().from_pretrained(folder, **{"dtype": torch.float32, "local_files_only": True, **kwargs})
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            reason = str(error).strip().splitlines() or [repr(error)]
            raise UserError(f"the pipeline in {folder} cannot be loaded: {reason[0]}") from error

    @property
    def spec(self) -> ClipSpec:
        """The clock of one window."""
        return self.vocoder.clock

    @property
    def num_timesteps(self) -> int:
        """Sampler steps of the call in progress, over all windows."""
        return self._num_timesteps

    @torch.no_grad()
    def __call__(
        self,
        video: Video,
        prompt: str | Sequence[str | None] | None = None,
        negative_prompt: str | None = None,
        cues: Sequence[Cue | str] | None = None,
        num_inference_steps: int | None = None,
        video_scale: float | None = None,
        text_scale: float | None = None,
        negative_scale: float | None = None,
        align_scale: float | None = None,
        lag_s: float | None = None,
        generator: torch.Generator | Sequence[torch.Generator] | None = None,
        callback_on_step_end: StepCallback | None = None,
        takes: int = 1,
        fps: float | None = None,
    ) -> FoleyOutput:
        """Sound for one film, exactly as long as its picture.

        Args:
            video: a file, or uint8 pictures (N,H,W), (N,H,W,3) or (B,N,H,W) at `fps` (default: the clock's 31.25 a second).
            prompt: what is heard; None or "" leaves it to the picture. A list makes one sound for each prompt.
            negative_prompt: what is not to be heard, weighted by `negative_scale`.
            cues: "1.2-3.0: glass breaking" or `Cue`: text for a stretch of the clip, in place of the prompt there.
            num_inference_steps: sampler steps; more is slower. None: the preset's own, as for the scales.
            video_scale, text_scale, negative_scale: guidance weights; 1 is the model without guidance, more exaggerates.
            align_scale: weight of the alignment guide (`ta_v2a.alignment`); 0 costs nothing.
            lag_s: seconds by which the sound follows the picture, in whole pictures of the clock (32 ms); None: the preset's own.
            generator: random numbers, or one generator for each sound of the batch. Same seed, same samples.
            callback_on_step_end: called as (pipeline, step, timestep, {"latents"}) after every step of every window.
            takes: sounds for every film and prompt, each from noise of its own.
            fps: rate of an array of pictures.

        Returns:
            `FoleyOutput` with `audios` (batch, 1, samples); the batch runs over films or prompts, then takes.

        Raises:
            UserError: if an argument or the film cannot be used.
        """
        pieces = self.stream(
            video,
            prompt,
            negative_prompt=negative_prompt,
            cues=cues,
            generator=generator,
            callback_on_step_end=callback_on_step_end,
            takes=takes,
            fps=fps,
            num_inference_steps=num_inference_steps,
            video_scale=video_scale,
            text_scale=text_scale,
            negative_scale=negative_scale,
            align_scale=align_scale,
            lag_s=lag_s,
        )
        return FoleyOutput(audios=np.concatenate(list(pieces), axis=-1)[:, None], sampling_rate=self.spec.sample_rate_hz)

    def stream(
        self,
        video: Video,
        prompt: str | Sequence[str | None] | None = None,
        *,
        negative_prompt: str | None = None,
        cues: Sequence[Cue | str] | None = None,
        generator: torch.Generator | Sequence[torch.Generator] | None = None,
        callback_on_step_end: StepCallback | None = None,
        takes: int = 1,
        fps: float | None = None,
        **scales: Any,
    ) -> Iterator[Float[np.ndarray, "batch samples"]]:
        """As a call, but yields the sound in consecutive blocks (batch, samples) as soon as each is final: memory stays flat.

        `scales` are the call's `num_inference_steps`, `video_scale`, `text_scale`, `negative_scale`, `align_scale` and `lag_s`.
        """
        settings = self._scales(**scales)
        prompts = [prompt] if prompt is None or isinstance(prompt, str) else list(prompt)
        if takes < 1 or not prompts:
            raise UserError(f"one prompt and one take at least, not {len(prompts)} and {takes}")
        film = open_film(video, self.spec, fps)
        batch = max(film.batch, len(prompts))
        if batch % film.batch or batch % len(prompts):
            raise UserError(f"{len(prompts)} prompts do not fit {film.batch} films: give one, or one for each")
        repeats = batch // film.batch * takes
        blocks = (np.repeat(block, repeats, axis=0) for block in delayed(film.blocks, round(settings.lag_s * self.spec.fps)))
        prompts = [text for text in prompts * (batch // len(prompts)) for _ in range(takes)]
        film = replace(film, blocks=blocks, batch=batch * takes)
        words = self._words(prompts, read_cues(cues, film.duration_s), self._columns(film))
        negative = self._negative_words(negative_prompt, film.batch)
        return self._sound(film, words, negative, settings, _own_generators(generator, film.batch), callback_on_step_end)

    def generate(
        self,
        pictures: np.ndarray | torch.Tensor,
        prompts: Sequence[str | None],
        generator: torch.Generator | Sequence[torch.Generator] | None = None,
        negative_prompt: str | None = None,
        **scales: Any,
    ) -> Float[np.ndarray, "batch samples"]:
        """A batch without files: pictures (B, N, H, W) uint8 at the clock's rate and B prompts to (B, samples) float32 in [-1, 1].

        These pictures are taken to be exact: the sound's lag is 0 unless `scales` say otherwise.
        """
        pictures = np.asarray(pictures)
        if pictures.ndim != 4 or len(prompts) != len(pictures):
            raise UserError(f"pictures are (B, N, H, W) with a prompt each, not {pictures.shape} with {len(prompts)} prompts")
        pieces = self.stream(pictures, prompts, generator=generator, negative_prompt=negative_prompt, **{"lag_s": 0.0, **scales})
        return np.concatenate(list(pieces), axis=-1)

    def _scales(
        self,
        num_inference_steps: int | None = None,
        video_scale: float | None = None,
        text_scale: float | None = None,
        negative_scale: float | None = None,
        align_scale: float | None = None,
        lag_s: float | None = None,
    ) -> Scales:
        """The given numbers, or the preset's own.

        Raises:
            UserError: if one is out of range.
        """
        steps = self.config.num_inference_steps if num_inference_steps is None else num_inference_steps
        if not 1 <= steps <= 1000:
            raise UserError(f"sampler steps are 1 to 1000, not {steps}")
        given = {"video_scale": video_scale, "text_scale": text_scale, "negative_scale": negative_scale, "align_scale": align_scale}
        chosen = {name: self.config[name] if value is None else value for name, value in given.items()}
        for name, value in chosen.items():
            if not -100 <= value <= 100:
                raise UserError(f"{name} is a number from -100 to 100, not {value}")
        lag_s = self.config.lag_s if lag_s is None else lag_s
        if not 0 <= lag_s <= LONGEST_LAG_S:
            raise UserError(f"the sound's lag is 0 to {LONGEST_LAG_S:g} seconds, not {lag_s}")
        return Scales(int(steps), *(float(value) for value in (*chosen.values(), lag_s)))

    def _columns(self, film: Film) -> int:
        """Latent columns that are generated for a film; a very short one gets context, which is cut off again."""
        return max(SHORTEST_COLUMNS, self.spec.lasting(film.duration_s).columns)

    @torch.no_grad()
    def _words(self, prompts: list[str | None], cues: list[Cue], columns: int) -> _Words:
        """Text features of the prompts and of the cues in their stretches; a later cue wins where two overlap."""
        texts = [cut_prompt(prompt)[0] for prompt in prompts]
        wanted = sorted({text for text in texts if text} | {cue.text for cue in cues})
        if not wanted:
            return _Words(None, None)
        rows = dict(zip(wanted, self.cvalp.encode_text([cut_prompt(text)[0] for text in wanted]).float(), strict=True))
        nothing = torch.zeros_like(rows[wanted[0]])
        features = torch.stack([rows.get(text, nothing) for text in texts])
        present = torch.tensor([text is not None for text in texts], device=features.device)
        if not cues:
            return _Words(features, None if present.all() else present)
        features, present = features[:, None].repeat(1, columns, 1), present[:, None].repeat(1, columns)
        centres_s = (torch.arange(columns, device=features.device) + 0.5) * self.spec.column_s
        for cue in cues:
            held = (centres_s >= cue.start_s) & (centres_s < cue.end_s)
            held[min(columns - 1, int(cue.start_s / self.spec.column_s))] = True  # a cue shorter than a column keeps the one it starts in
            features[:, held] = rows[cue.text]
            present[:, held] = True
        return _Words(features, present)

    @torch.no_grad()
    def _negative_words(self, prompt: str | None, batch: int) -> _Words:
        text, _ = cut_prompt(prompt)
        return _Words(None if text is None else self.cvalp.encode_text([text]).float().repeat(batch, 1), None)

    @torch.no_grad()
    def _sound(
        self, film: Film, words: _Words, negative: _Words, scales: Scales, generators: Generators, callback: StepCallback | None
    ) -> Iterator[np.ndarray]:
        """The sound in blocks, cut to the film's length."""
        left = round(film.duration_s * self.spec.sample_rate_hz)
        latents = self._latents(film, words, negative, scales, generators, callback)
        mels = decoded(latents, self._mel, self.spec.mel_frames_per_column)
        # Without a generator: the vocoder starts from phases of its own seed, so the same latents sound the same.
        for sound in self.vocoder.stream(mels, chunk_frames=self.spec.mel_frames):
            block = limited(sound.float()).cpu().numpy()[:, :left]
            left -= block.shape[-1]
            if block.shape[-1]:
                yield block
        self.maybe_free_model_hooks()

    def _mel(self, latents: torch.Tensor) -> torch.Tensor:
        return self.autoencoder.decode(latents.to(self.autoencoder.dtype)).float()

    def _latents(
        self, film: Film, words: _Words, negative: _Words, scales: Scales, generators: Generators, callback: StepCallback | None
    ) -> Iterator[torch.Tensor]:
        """Final latent columns (batch, latent, n) in order."""
        windows = plan_windows(self._columns(film), self.spec.columns)
        pictures, carry = PictureTape(film.blocks), None
        with self.progress_bar(total=len(windows) * scales.steps) as bar:
            for index, (window, following) in enumerate(zip_longest(windows, windows[1:])):
                noise = self._noise(film.batch, window, carry, generators)
                seam = Seam(noise, window, carry)

                def watch(done: int, total: int, latents: torch.Tensor, index: int = index, seam: Seam = seam) -> torch.Tensor:
                    self._num_timesteps = len(windows) * total
                    bar.total = self._num_timesteps
                    bar.update()
                    if callback is not None:
                        time = self.scheduler.timesteps[done - 1]
                        latents = (callback(self, index * total + done - 1, time, {"latents": latents}) or {}).get("latents", latents)
                    return seam.step(latents)

                video = self._video(pictures, window)
                latents = self._denoise(noise, video, words.during(window), negative.during(window), scales, generators, watch)
                if following is None:
                    yield latents
                else:
                    carry = seam.carry(following)
                    yield latents[..., : following.start - window.start]

    def _denoise(
        self,
        noise: torch.Tensor,
        video: torch.Tensor,
        words: _Words,
        negative: _Words,
        scales: Scales,
        generators: Generators,
        watch: Callable[[int, int, torch.Tensor], torch.Tensor],
    ) -> torch.Tensor:
        """One window's latents."""
        weigh, until = GUIDANCE[self.config.guidance], self.config.text_scale_until
        late = weigh(min(scales.text, 1.0), scales.video, scales.negative) if until else None
        weights = weigh(scales.text, scales.video, scales.negative)
        guidance = plan(weights, len(noise), video, words.features, negative.features, words.present, late, until)
        classifier = None
        if scales.align:
            onsets = video[..., self.cvalp.config.dim :][..., : self.spec.mel_frames_per_column].flatten(1)
            classifier = ClassifierGuide(onset_likelihood(self._mel, onsets), scales.align, unit=True, ascents=2, **GUIDED)
        return denoise(
            self.denoiser,
            self.scheduler,
            noise,
            guidance,
            scales.steps,
            generator=generators if isinstance(generators, torch.Generator) else None,
            callback=watch,
            autocast_dtype=self._precision(),
            windowing=Windowing(noise.shape[-1], 0),  # this is one window
            classifier=classifier,
        )

    def _precision(self) -> torch.dtype | None:
        if self.denoiser.dtype != torch.float32:
            return self.denoiser.dtype
        return _fast_dtype(self._execution_device) if self.autocast_dtype == "auto" else self.autocast_dtype

    def _video(self, tape: PictureTape, window: Window) -> torch.Tensor:
        """Video features (batch, columns, channels) of one window, as the denoiser learnt from them."""
        each = self.spec.mel_frames_per_column // self.spec.mel_frames_per_picture
        pictures = torch.from_numpy(tape.read(window.start * each, window.stop * each)).to(self._execution_device)
        pictures, precision = pictures.to(self.cvalp.dtype) / 255, self._precision()
        with torch.autocast(pictures.device.type, precision, enabled=precision is not None):
            return film_features(self.cvalp, pictures)

    def _noise(self, batch: int, window: Window, carry: Carry | None, generators: Generators) -> torch.Tensor:
        """Noise (batch, latent, columns): the columns shared with the window before keep theirs, only new ones are drawn."""
        shared = 0 if carry is None else carry.noise.shape[-1]
        fresh = clip_noise(generators, batch, self.denoiser.config.latent_channels, window.stop - window.start - shared)
        fresh = fresh.to(self._execution_device, torch.float32)
        return fresh if carry is None else torch.cat([carry.noise, fresh], dim=-1)


def _own_generators(given: torch.Generator | Sequence[torch.Generator] | None, batch: int) -> Generators:
    """The given random numbers, or some that follow torch's own seed."""
    if given is None:
        return torch.Generator().manual_seed(int(torch.randint(2**62, ())))
    if isinstance(given, torch.Generator):
        return given
    if len(given) != batch:
        raise UserError(f"{len(given)} generators for {batch} sounds: give one, or one for each")
    return list(given)


def _fast_dtype(device: torch.device) -> torch.dtype | None:
    """bfloat16 where the device multiplies it in hardware, else None."""
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        fast = device.type == "cpu" and (torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    return torch.bfloat16 if fast else None
