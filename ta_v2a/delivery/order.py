"""One order of `ta-v2a foley`: what is checked first, the sound spooled to disk, then whole files."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ta_v2a.delivery.places import Spool, TakeFiles, deliver, destination
from ta_v2a.engine.arguments import chosen_scales
from ta_v2a.engine.cues import cut_prompt, parse_cue, read_cues
from ta_v2a.engine.understanding import followed
from ta_v2a.media.loudness import CEILING_DBTP, MOST_GAIN_DB, TARGET_LUFS, Loudness, gain_to, louder, measured, peak_limited
from ta_v2a.media.reading.probe import Clip, probe
from ta_v2a.media.sound import DELIVERY_HZ, picture_samples, resampled
from ta_v2a.media.writing.mux import Muxed, Original

if TYPE_CHECKING:
    from ta_v2a.engine.foley import FoleyEngine, Progress

Advance = Callable[[int, int], None]
_SPOOL_SAMPLES = 1 << 18
_LOOKED_AT_S = 32.0  # of a clip without a prompt, to say what it shows
_HELD_PICTURES = 40_000  # 21 minutes of luma squares, 256 MB: more is decoded again for every take


@dataclass(frozen=True)
class Order:
    """What `ta-v2a foley` was asked.

    Attributes:
        scales: the keywords of `FoleyEngine.stream` (None: the preset's own).
        loudness: integrated loudness to bring the sound to, in LUFS; None leaves it as the engine made it.
            Peaks are held either way.
    """

    clip: str
    prompt: str = ""
    negative_prompt: str = ""
    cues: tuple[str, ...] = ()
    output: str | None = None
    seed: int = 0
    takes: int = 1
    scales: dict[str, Any] = field(default_factory=dict)
    original: Original = "replace"
    loudness: float | None = TARGET_LUFS
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
    engine = _load(order.preset)
    for name, text in {"prompt": order.prompt, "negative prompt": order.negative_prompt}.items():
        if cut_prompt(text)[1] or engine.was_cut(text):
            warnings.append(f"the {name} is long: only its beginning is used")
            notice(warnings[-1])
    loaded = time.perf_counter()
    wording = followed(order.prompt, order.negative_prompt, cues)
    for line in wording.lines:
        notice(line)
    warnings += wording.lines
    order, cues = replace(order, prompt=wording.prompt, negative_prompt=wording.negative_prompt), wording.cues
    suggested = None if order.prompt.strip() or cues else _suggested(engine, clip)
    if suggested is not None:
        outcome = "taken" if suggested["taken"] else "too unsure to be taken"
        notice(f"no prompt: the picture suggests “{suggested['label']}” ({suggested['share']:.0%}), {outcome}")
        order = replace(order, prompt=suggested["label"] if suggested["taken"] else "")
    video = _pictures_of(clip, order.takes, engine.clock)
    with ExitStack() as spools:  # every take before the first file: all share one gain
        made = []
        for index in range(order.takes):
            watch = _stepper(advance, index, order.takes)
            raw = _generated(engine, order, video, cues, order.seed + index, watch)
            blocks = _delivered(engine, raw, clip.duration_s)
            spool = spools.enter_context(Spool())
            for block in blocks:
                spool.write(np.ascontiguousarray(block, np.float32).tobytes())
            made.append(Take(order.seed + index, spool, measured(_spooled(spool))))
        gain_db = 0.0 if order.loudness is None else gain_to(order.loudness, [take.loudness for take in made])
        pairs = zip(made, where.places, strict=True)
        takes = [_write(take, place, clip, gain_db, order.original, where.film) for take, place in pairs]
    if order.loudness is not None:
        notice(_loudness_line(takes, gain_db))
    done = time.perf_counter()
    return {
        "clip": str(clip.path),
        "duration_s": round(clip.duration_s, 6),
        "prompt": order.prompt,
        "suggested": suggested,
        "not_understood": wording.not_understood,
        "negative_prompt": order.negative_prompt,
        "cues": [{"start_s": cue.start_s, "end_s": min(cue.end_s, clip.duration_s), "text": cue.text} for cue in cues],
        "preset": order.preset,
        "settings": vars(chosen_scales(engine.settings, order.scales)),
        "original": order.original if clip.has_sound else "none",
        "loudness": {"target_lufs": order.loudness, "gain_db": round(gain_db, 2)},
        "sampling_rate": engine.clock.sample_rate_hz,
        "left_out": [] if where.film is None else list(where.film.left_out),
        "takes": takes,
        "warnings": [line for line in warnings if line],
        "seconds": {"checking": round(loading - began, 3), "loading": round(loaded - loading, 3), "sounding": round(done - loaded, 3)},
    }


def _load(preset: str) -> "FoleyEngine":
    from ta_v2a.engine.foley import FoleyEngine

    return FoleyEngine.from_pretrained(preset, _device())


def _suggested(engine: "FoleyEngine", clip: Clip) -> dict[str, Any] | None:
    """What the picture alone suggests should be heard, and whether the preset takes it for a missing prompt; None where it never does."""
    surest = engine.settings["caption_share"]
    if surest > 1:
        return None
    from ta_v2a.engine.captioning import label_bank, suggestions

    best = suggestions(clip, engine.parts.cvalp, label_bank(), 1, _LOOKED_AT_S)[0]
    return {"label": best["label"], "share": best["share"], "taken": best["share"] >= surest}


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _pictures_of(clip: Clip, takes: int, spec: Any) -> Clip | np.ndarray:
    """The clip itself, or its pictures where several takes would decode it again and they are not too many."""
    from ta_v2a.media.reading.frames import luma_blocks

    clip_spec = spec.lasting(clip.duration_s)
    if takes == 1 or clip_spec.pictures > _HELD_PICTURES:
        return clip
    return np.concatenate(list(luma_blocks(clip, clip_spec)))


def _stepper(advance: Advance, index: int, takes: int) -> Callable[["Progress"], None]:
    def watch(event: "Progress") -> None:
        advance(index * event.total + event.done, takes * event.total)

    return watch


def _generated(
    engine: "FoleyEngine", order: Order, video: Clip | np.ndarray, cues: list, seed: int, watch: Callable
) -> Iterator[np.ndarray]:
    """One take's sound in blocks (samples,)."""
    import torch

    blocks = engine.stream(
        video,
        order.prompt,
        negative_prompt=order.negative_prompt,
        cues=cues,
        generator=torch.Generator().manual_seed(seed),
        watch=watch,
        **order.scales,
    )
    return (block[0] for block in blocks)


def widened(blocks: Iterator[np.ndarray], rate_hz: int, bandwidth: Any, samples: int) -> Iterator[np.ndarray]:
    """Blocks (n,) at 48 kHz of the sound in `blocks`, `samples` in all, with what `BandwidthExtension` adds above it."""
    import torch

    pieces = resampled(blocks, rate_hz, DELIVERY_HZ, samples)
    for piece in bandwidth.stream(torch.from_numpy(columns.T).to(bandwidth.device) for columns in pieces):
        yield piece[0].cpu().numpy()


def _delivered(engine: "FoleyEngine", blocks: Iterator[np.ndarray], duration_s: float) -> Iterator[np.ndarray]:
    """Blocks (n,) at 48 kHz of the engine's sound, as long as the picture; nothing is clipped yet."""
    rate_hz, samples, bandwidth = engine.clock.sample_rate_hz, picture_samples(duration_s), engine.parts.bandwidth
    if bandwidth is not None:
        return widened(blocks, rate_hz, bandwidth, samples)
    return (columns[:, 0] for columns in resampled(blocks, rate_hz, DELIVERY_HZ, samples))


def _spooled(spool: Spool) -> Iterator[np.ndarray]:
    """Blocks (n, 1) of a spooled sound."""
    spool.seek(0)
    while data := spool.read(4 * _SPOOL_SAMPLES):
        yield np.frombuffer(data, np.float32)[:, None]


@dataclass(frozen=True)
class Take:
    """One sound as the engine made it: its seed, its samples at 48 kHz (float32), and how loud it is."""

    seed: int
    spool: Spool
    loudness: Loudness


def _levelled(take: Take, gain_db: float) -> Iterator[np.ndarray]:
    """What the files hold, in blocks (1, n)."""
    return (block.T for block in peak_limited(louder(_spooled(take.spool), gain_db)))


def _write(take: Take, place: TakeFiles, clip: Clip, gain_db: float, original: Original, film: Muxed | None) -> dict[str, Any]:
    written = deliver(place, lambda: _levelled(take, gain_db), DELIVERY_HZ, clip, original, film)
    after = measured(block.T for block in _levelled(take, gain_db))
    return {
        "seed": take.seed,
        **written,
        "peak": round(after.peak, 4),
        "loudness_before_lufs": _rounded(take.loudness.integrated_lufs),
        "loudness_after_lufs": _rounded(after.integrated_lufs),
        "true_peak_dbtp": _rounded(after.true_peak_dbtp),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _listed(values: Iterable[float | None]) -> str:
    return ", ".join("silence" if value is None else f"{value:.1f}" for value in values)


def _loudness_line(takes: list[dict[str, Any]], gain_db: float) -> str:
    """For the user: how loud the takes were, what was done, how loud they are."""
    pairs = [(take["loudness_before_lufs"], take["loudness_after_lufs"]) for take in takes]
    if all(before is None for before, _ in pairs):
        return "loudness: silence, left as it is"
    were, are = (_listed(side) for side in zip(*pairs, strict=True))
    reasons = [f"{MOST_GAIN_DB:g} dB at most"] if gain_db == MOST_GAIN_DB else []
    if any(None not in pair and pair[1] < pair[0] + gain_db - 0.5 for pair in pairs):
        reasons.append(f"peaks held at {CEILING_DBTP:g} dBTP")
    why = f" ({', '.join(reasons)})" if reasons else ""
    return f"loudness: {were} LUFS {gain_db:+.1f} dB, now {are} LUFS{why}"
