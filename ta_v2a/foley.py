"""One order of `ta-v2a foley`: what is checked first, the sound spooled to disk, then whole files."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from .cues import cut_prompt, parse_cue, read_cues
from .delivery import Place, Spool, deliver, destination
from .media.mux import Original
from .media.probe import Clip, probe
from .media.sound import DELIVERY_HZ, picture_samples, resampled

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
    encode: Literal["h264"] | None = None
    preset: str = "mini"


def sound_clip(order: Order, advance: Advance, notice: Callable[[str], None]) -> dict[str, Any]:
    """Does the order and reports it, ready for JSON; `advance(done, total)` follows the work, `notice` gets lines for the user.

    Raises:
        UserError: for whatever the user can mend; then no file was touched.
    """
    began = time.perf_counter()
    clip = probe(order.clip)
    where = destination(clip, order.output, order.takes, order.wav, order.original, order.encode is not None)
    cues = read_cues(map(parse_cue, order.cues), clip.duration_s)
    warnings = [*clip.warnings, *where.notices]
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
    for index, place in enumerate(where.places):
        watch = _stepper(advance, index, order.takes)
        with Spool() as spool:
            blocks, rate_hz = _generated(pipeline, order, video, cues, order.seed + index, watch), pipeline.spec.sample_rate_hz
            if pipeline.bandwidth is not None:
                blocks, rate_hz = widened(blocks, rate_hz, pipeline.bandwidth, picture_samples(clip.duration_s)), DELIVERY_HZ
            for block in blocks:
                spool.write(np.ascontiguousarray(block, np.float32).tobytes())
            takes.append({"seed": order.seed + index, **_write(spool, place, clip, rate_hz, order.original, where.encode)})
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
        "left_out": [] if where.film is None else list(where.film.left_out),
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


def _spooled(spool: Spool, gain: float = 1.0) -> Iterator[np.ndarray]:
    spool.seek(0)
    while data := spool.read(4 * _SPOOL_SAMPLES):
        yield np.frombuffer(data, np.float32) * np.float32(gain)


def _write(spool: Spool, place: Place, clip: Clip, rate_hz: int, original: Original, encode: bool) -> dict[str, Any]:
    peak = max((float(np.abs(block).max()) for block in _spooled(spool)), default=0.0)
    gain = 1 / max(peak, 1.0)  # of the whole take: resampling and the extension may pass full scale
    written = deliver(place, lambda: _spooled(spool, gain), rate_hz, clip, original, encode)
    return {**written, "peak": round(peak * gain, 4)}
