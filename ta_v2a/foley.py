"""One order of `ta-v2a foley`: what is checked first, the sound spooled to disk, then whole files."""

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from .cues import cut_prompt, parse_cue, read_cues
from .errors import UserError
from .media.atomic import output_file
from .media.containers import fitting_ending
from .media.mux import Original, check_output, mux
from .media.probe import Clip, probe
from .media.sound import DELIVERY_HZ, picture_samples, resampled, write_wav

Advance = Callable[[int, int], None]
_SPOOL_SAMPLES = 1 << 18
_LOOKED_AT_S = 32.0  # of a clip without a prompt, to say what it shows
_HELD_PICTURES = 40_000  # 21 minutes of luma squares, 256 MB: more is decoded again for every take


@dataclass(frozen=True)
class Order:
    """What `ta-v2a foley` was asked; `scales` are the keywords of `FoleyPipeline.stream` (None: the preset's own)."""

    clip: str
    prompt: str = ""
    negative_prompt: str = ""
    cues: tuple[str, ...] = ()
    output: str | None = None
    seed: int = 0
    takes: int = 1
    scales: dict[str, Any] = field(default_factory=dict)
    original: Original = "replace"
    wav: bool = True
    preset: str = "mini"


@dataclass(frozen=True)
class Place:
    """Where one take goes: a film, a WAV, or both."""

    film: Path | None
    wav: Path | None


def places(order: Order, clip: Clip) -> list[Place]:
    """The files to come, one place a take; checked before any long work.

    Raises:
        UserError: if one cannot be written, or is the clip itself.
    """
    sound_only = order.output is not None and order.output.lower().endswith(".wav")
    given = Path(order.output) if order.output is not None else clip.path.with_name(clip.path.stem + ".foley" + fitting_ending(clip))
    if not given.name:
        raise UserError(f"{order.output} is a folder: give the name of a file, such as {clip.path.stem}.foley.mp4")
    if sound_only and not order.wav:
        raise UserError("a .wav as output and --no-wav leave nothing to write")
    chosen = []
    for take in range(1, order.takes + 1):
        name = given.stem if order.takes == 1 else f"{given.stem}.take{take}"
        film = None if sound_only else given.with_name(name + given.suffix)
        wav = given.with_name(name + ".wav") if order.wav else None
        if film is not None:
            check_output(clip, film)
        if wav is not None:
            output_file(wav, clip.path)
        chosen.append(Place(film, wav))
    return chosen


def sound_clip(order: Order, advance: Advance, notice: Callable[[str], None]) -> dict[str, Any]:
    """Does the order and reports it, ready for JSON; `advance(done, total)` follows the work, `notice` gets lines for the user.

    Raises:
        UserError: for whatever the user can mend; then no file was touched.
    """
    began = time.perf_counter()
    clip = probe(order.clip)
    where = places(order, clip)
    cues = read_cues(map(parse_cue, order.cues), clip.duration_s)
    warnings = list(clip.warnings)
    if clip.has_sound:
        warnings.append({"replace": "the clip's own sound is replaced (--original mix or keep retains it)"}.get(order.original, ""))
    for line in filter(None, warnings):
        notice(line)
    loading = time.perf_counter()
    pipeline = _load(order.preset)
    for name, text in {"prompt": order.prompt, "negative prompt": order.negative_prompt}.items():
        if cut_prompt(text)[1] or pipeline.cvalp.text.tokenizer.was_cut(text):
            warnings.append(f"the {name} is long: only its beginning is used")
            notice(warnings[-1])
    loaded = time.perf_counter()
    suggested = None if order.prompt.strip() or cues else _suggested(pipeline, clip)
    if suggested is not None:
        outcome = "taken" if suggested["taken"] else "too unsure to be taken"
        notice(f"no prompt: the picture suggests “{suggested['label']}” ({suggested['share']:.0%}), {outcome}")
        order = replace(order, prompt=suggested["label"] if suggested["taken"] else "")
    video = _pictures_of(clip, order.takes, pipeline.spec)
    takes = []
    for index, place in enumerate(where):
        watch = _stepper(advance, index, order.takes)
        with tempfile.TemporaryFile(prefix="ta-v2a-") as spool:
            blocks, rate_hz = _generated(pipeline, order, video, cues, order.seed + index, watch), pipeline.spec.sample_rate_hz
            if pipeline.bandwidth is not None:
                blocks, rate_hz = widened(blocks, rate_hz, pipeline.bandwidth, picture_samples(clip.duration_s)), DELIVERY_HZ
            for block in blocks:
                spool.write(np.ascontiguousarray(block, np.float32).tobytes())
            takes.append({"seed": order.seed + index, **_write(spool, place, clip, rate_hz, order.original)})
    done = time.perf_counter()
    return {
        "clip": str(clip.path),
        "duration_s": round(clip.duration_s, 6),
        "prompt": order.prompt,
        "suggested": suggested,
        "negative_prompt": order.negative_prompt,
        "cues": [{"start_s": cue.start_s, "end_s": min(cue.end_s, clip.duration_s), "text": cue.text} for cue in cues],
        "preset": order.preset,
        "settings": vars(pipeline._scales(**order.scales)),
        "original": order.original if clip.has_sound else "none",
        "sampling_rate": pipeline.spec.sample_rate_hz,
        "takes": takes,
        "warnings": [line for line in warnings if line],
        "seconds": {"checking": round(loading - began, 3), "loading": round(loaded - loading, 3), "sounding": round(done - loaded, 3)},
    }


def _load(preset: str) -> Any:
    from .quick_start import pipeline_class

    pipeline_type = pipeline_class()
    from diffusers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    # Empty weights first, as is the default, would bring back a part that the quick start leaves out.
    pipeline = pipeline_type.from_pretrained(preset, low_cpu_mem_usage=False)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline.to(_device())


def _suggested(pipeline: Any, clip: Clip) -> dict[str, Any] | None:
    """What the picture alone suggests should be heard, and whether the preset takes it for a missing prompt; None where it never does."""
    surest = pipeline.config.caption_share
    if surest > 1:
        return None
    from .captioning import label_bank, suggestions

    best = suggestions(clip, pipeline.cvalp, label_bank(), 1, _LOOKED_AT_S)[0]
    return {"label": best["label"], "share": best["share"], "taken": best["share"] >= surest}


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _pictures_of(clip: Clip, takes: int, spec: Any) -> Clip | np.ndarray:
    """The clip itself, or its pictures where several takes would decode it again and they are not too many."""
    from .media.frames import luma_blocks

    clip_spec = spec.lasting(clip.duration_s)
    if takes == 1 or clip_spec.pictures > _HELD_PICTURES:
        return clip
    return np.concatenate(list(luma_blocks(clip, clip_spec)))


def _stepper(advance: Advance, index: int, takes: int) -> Callable[..., dict[str, Any]]:
    def after_step(pipeline: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        advance(index * pipeline.num_timesteps + step + 1, takes * pipeline.num_timesteps)
        return values

    return after_step


def _generated(
    pipeline: Any, order: Order, video: Clip | np.ndarray, cues: list, seed: int, watch: Callable
) -> Iterator[np.ndarray]:
    """One take's sound in blocks (samples,)."""
    import torch

    blocks = pipeline.stream(
        video,
        order.prompt,
        negative_prompt=order.negative_prompt,
        cues=cues,
        generator=torch.Generator().manual_seed(seed),
        callback_on_step_end=watch,
        **order.scales,
    )
    return (block[0] for block in blocks)


def widened(blocks: Iterator[np.ndarray], rate_hz: int, bandwidth: Any, samples: int) -> Iterator[np.ndarray]:
    """Blocks (n,) at 48 kHz of the sound in `blocks`, `samples` in all, with what `BandwidthExtension` adds above it."""
    import torch

    pieces = resampled(blocks, rate_hz, DELIVERY_HZ, samples)
    for piece in bandwidth.stream(torch.from_numpy(columns.T).to(bandwidth.device) for columns in pieces):
        yield piece[0].cpu().numpy()


def _spooled(spool: Any, gain: float = 1.0) -> Iterator[np.ndarray]:
    spool.seek(0)
    while data := spool.read(4 * _SPOOL_SAMPLES):
        yield np.frombuffer(data, np.float32) * np.float32(gain)


def _write(spool: Any, place: Place, clip: Clip, rate_hz: int, original: Original) -> dict[str, Any]:
    peak = max((float(np.abs(block).max()) for block in _spooled(spool)), default=0.0)
    gain = 1 / max(peak, 1.0)  # of the whole take: resampling and the extension may pass full scale
    if place.wav is not None:
        write_wav(place.wav, _spooled(spool, gain), rate_hz, clip.duration_s)
    if place.film is not None:
        mux(clip, _spooled(spool, gain), rate_hz, place.film, original)
    return {
        "film": None if place.film is None else str(place.film),
        "wav": None if place.wav is None else str(place.wav),
        "peak": round(peak * gain, 4),
    }
