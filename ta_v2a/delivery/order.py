"""One order of `ta-v2a foley`: what is checked first, the sound spooled to disk, then whole files."""

import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ta_v2a.delivery.job import Order
from ta_v2a.delivery.making import Wishes, made_takes
from ta_v2a.delivery.preparing import Ready, prepared
from ta_v2a.delivery.rendering import Advance, Placing, Recordings, Rendering
from ta_v2a.delivery.stills import still_as_film
from ta_v2a.delivery.takes import loudness_line
from ta_v2a.delivery.wording import Notice, OrderWords, described_label, refined_order, suggested_label
from ta_v2a.engine.arguments import chosen_scales
from ta_v2a.engine.cues import Cue, cut_prompt, hit_times, read_cues
from ta_v2a.engine.refining import RefinedWords
from ta_v2a.engine.shots import cut_times
from ta_v2a.engine.understanding import followed
from ta_v2a.errors import UserError
from ta_v2a.media.reading.frames import luma_blocks
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.probe import Clip, probe
from ta_v2a.media.writing.atomic import output_file
from vocoders.clock import MINI

if TYPE_CHECKING:
    from ta_v2a.engine.foley import FoleyEngine
    from ta_v2a.library.library import Library
    from ta_v2a.library.voice import Wanted

Load = Callable[[str], "FoleyEngine"]
_HELD_BYTES = 1 << 28  # of pictures: 21 minutes of mini's; more is decoded again for every use


def load_engine(preset: str) -> "FoleyEngine":
    """The engine of a preset, on a GPU where there is one.

    Raises:
        UserError: there is no such preset, or it cannot be loaded.
    """
    import torch

    from ta_v2a.engine.foley import FoleyEngine

    return FoleyEngine.from_pretrained(preset, "cuda" if torch.cuda.is_available() else "cpu")


def of_system(engine: "FoleyEngine", order: Order) -> "FoleyEngine":
    """The engine of the order's system, with the parts of the preset's.

    Raises:
        UserError: the system wants trained networks that are not there, or the order what it does not do.
    """
    if order.system == "aligner":
        from ta_v2a.engine.aligned import AlignedFoley

        return AlignedFoley(engine.parts, engine.settings, engine.autocast_dtype, engine.device)
    if order.system == "uniform":
        from ta_v2a.engine.uniform_foley import UniformFoley

        if (
            order.start_s is not None
            or order.length_s is not None
            or order.redo
            or order.of
            or order.cuts not in ("auto", "none")
        ):
            raise UserError(
                "--system uniform sounds whole clips: no --start, --duration, --redo, --of or --cuts"
            )
        return UniformFoley(order.model, engine)
    return engine


def sound_clip(order: Order, advance: Advance, notice: Notice, load: Load = load_engine) -> dict[str, Any]:
    """Does the order and reports it, ready for JSON; `advance(done, total)` follows the work,
    `notice` gets lines for the user, `load` gives the engine of a preset.

    Raises:
        UserError: for whatever the user can mend; then no file was touched.
    """
    began = time.perf_counter()
    with still_as_film(order) as shown:
        clip = probe(shown.clip)
        account = _account_file(shown)
        with prepared(shown, clip) as ready:
            report = _sounded(shown, ready, account, began, advance, notice, load)
    return report if order.still_s is None else {**report, "clip": order.clip}


def _sounded(
    order: Order,
    ready: Ready,
    account: Path | None,
    began: float,
    advance: Advance,
    notice: Notice,
    load: Load,
) -> dict[str, Any]:
    warnings: list[str] = []

    def warn(line: str) -> None:
        warnings.append(line)
        notice(line)

    clip = ready.clip
    cues = read_cues(order.cues, clip.duration_s)
    if order.hits is True and not cues:
        raise UserError("hits are where cues begin, but there is no cue (--cues FILE, or --cue)")
    for line in (*clip.warnings, *ready.where.notices):
        warn(line)
    if clip.has_sound and order.original == "replace" and (ready.base is None or ready.base.again):
        warn("the clip's own sound is replaced (--original mix or keep retains it)")
    library = _library(order, notice)
    given = (order.prompt, order.negative_prompt, cues)
    refined = refined_order(order.refiner, order.verbose, given, clip.duration_s, warn, notice)
    wording = followed(refined.prompt, refined.negative_prompt, refined.cues)
    if library is not None:
        _wanted(library, refined, clip, "")  # refused before the networks are loaded
    loading = time.perf_counter()
    engine = of_system(load(order.preset), order)
    loaded = time.perf_counter()
    for name, text in {"prompt": refined.prompt, "negative prompt": refined.negative_prompt}.items():
        if cut_prompt(text)[1] or engine.was_cut(text):
            warn(f"the {name} is long: only its beginning is used")
    known = library is not None and library.vocabulary.asked(refined.prompt)
    for line in () if known else wording.lines:  # a library may have names that no network learnt
        warn(line)
    looks = engine.settings["captioner"] == "vlm"
    wordless = not wording.prompt.strip() and not wording.cues
    captions = wordless and (looks or engine.settings["caption_share"] <= 1)
    again = captions or order.takes > 1 or order.stems or order.pan or order.bwf or bool(order.exports)
    again = again or ready.cuts is None
    video = _pictures_of(clip, engine, again)
    suggested: dict[str, Any] | None = None
    if captions:
        suggested = (
            described_label(order.preset, order.refiner, clip, notice)
            if looks
            else suggested_label(engine, video, notice)
        )
    label = suggested["label"] if suggested is not None and suggested["taken"] else ""
    hits = _hits(order, cues)
    told = (suggested, wording.not_understood, refined.report, hits)
    words = OrderWords(label or wording.prompt, wording.negative_prompt, wording.cues, *told)
    recordings, wanted = None, None
    if library is not None:
        wanted = _wanted(library, refined, clip, label)
        recordings = _recordings(library, refined, label, wanted, clip)
        notice(_chosen_line(wanted))
    cuts = () if order.system == "uniform" else _cuts(ready, engine, video, notice)
    onsets = _onsets(order, engine, video, words, clip)
    placing = _placing(clip, onsets, words, engine, order) if order.pan else None
    spans = ready.spans(engine, cuts)
    rendering = Rendering(engine, words, order.scales, clip, video, spans, ready.base, recordings, placing)
    report = _report(order, words, clip, engine, ready, cuts)
    if library is not None and wanted is not None:
        report |= _library_report(library, wanted, account)
    wishes = Wishes(order, ready, rendering, account, onsets)
    takes, level, more = made_takes(wishes, report, advance, notice)
    for path, why in library.unusable.items() if library is not None else ():
        warn(f"left out of the library: {shown_name(path)} {why}")
    if order.loudness is not None:
        notice(loudness_line(takes, level))
    done = time.perf_counter()
    seconds = {"checking": loading - began, "loading": loaded - loading, "sounding": done - loaded}
    outcome = {
        "takes": takes,
        "warnings": warnings,
        "seconds": {name: round(each, 3) for name, each in seconds.items()},
    }
    return {**report, **more, **outcome}


def _hits(order: Order, cues: list[Cue]) -> tuple[float, ...] | None:
    """Times in seconds at which something hits; None: as the picture shows. No time at all: nothing hits."""
    if isinstance(order.hits, tuple):
        return hit_times(order.hits)
    return hit_times(cue.start_s for cue in cues) if order.hits else None


def _report(
    order: Order,
    words: OrderWords,
    clip: Clip,
    engine: "FoleyEngine",
    ready: Ready,
    cuts: tuple[float, ...],
) -> dict[str, Any]:
    """What was asked and how it was understood, ready for JSON."""
    cues = [{**asdict(cue), "end_s": min(cue.end_s, clip.duration_s)} for cue in words.cues]
    film, base = ready.where.film, ready.base
    report = {
        "clip": str(clip.path),
        "duration_s": round(clip.duration_s, 6),
        "prompt": words.prompt,
        "refined": words.refined,
        "suggested": words.suggested,
        "not_understood": words.not_understood,
        "negative_prompt": words.negative_prompt,
        "cues": cues,
        "hits": None if words.hits is None else list(words.hits),
        "preset": order.preset,
        "settings": vars(chosen_scales(engine.settings, order.scales)),
        "original": order.original if clip.has_sound else "none",
        "sampling_rate": engine.clock.sample_rate_hz,
        "left_out": [] if film is None else list(film.left_out),
        "cuts": [round(cut, 6) for cut in cuts],
    }
    if base is not None:
        report["region"] = [round(base.span.start_s, 6), round(base.span.stop_s, 6)]
        report["redo_of"] = (base.take or order.of) if base.again else None
    return report


def _pictures_of(clip: Clip, engine: "FoleyEngine", again: bool) -> Clip | np.ndarray:
    """The clip itself, or its pictures where they are needed `again` and are not
    too many: decoding takes long."""
    from ta_v2a.engine.pictures import clip_blocks

    clock, colour = engine.clock.lasting(clip.duration_s), engine.parts.cvalp.wants_colour
    if (
        engine.whole_clips
        or not again
        or clock.pictures * clock.picture_px**2 * (3 if colour else 1) > _HELD_BYTES
    ):
        return clip
    return np.concatenate(list(clip_blocks(clip, clock, colour)))


def _cuts(ready: Ready, engine: "FoleyEngine", video: Clip | np.ndarray, notice: Notice) -> tuple[float, ...]:
    """Where shots change: as given, else as seen in the pictures, at hand where the engine's clock is fast
    enough to tell a cut from a pan."""
    if ready.cuts is not None:
        return ready.cuts
    clip, fps = ready.clip, engine.clock.fps
    if isinstance(video, np.ndarray) and fps >= MINI.fps:
        found = cut_times([video], fps, clip.fps)
    else:
        found = cut_times(luma_blocks(clip, MINI.lasting(clip.duration_s)), MINI.fps, clip.fps)
    if found:
        shown = ", ".join(f"{cut:.2f}" for cut in found[:8]) + (" …" if len(found) > 8 else "")
        notice(f"cuts at {shown} s: no sound crosses them")
    return tuple(found)


def _onsets(
    order: Order, engine: "FoleyEngine", video: Clip | np.ndarray, words: OrderWords, clip: Clip
) -> tuple[float, ...]:
    """Times in s at which something hits, for markers and for its place."""
    if not (order.pan or order.bwf or order.exports):
        return ()
    if words.hits is not None:
        return words.hits
    from ta_v2a.engine.seen_places import seen_onsets

    try:
        return tuple(seen_onsets(video, engine.parts.cvalp, clip.duration_s))
    except UserError:
        if order.pan:
            raise
        return ()


def _placing(
    clip: Clip, onsets: tuple[float, ...], words: OrderWords, engine: "FoleyEngine", order: Order
) -> Placing:
    from ta_v2a.engine.seen_places import onset_places

    lag_s = 0.0 if words.hits is not None else chosen_scales(engine.settings, order.scales).lag_s
    heard = tuple(time_s + lag_s for time_s in onsets)
    return Placing(heard, tuple(onset_places(clip, onsets).tolist()))


def _library(order: Order, notice: Notice) -> "Library | None":
    """The library that an order names, indexed first where it has no index."""
    if order.library is None:
        return None
    from ta_v2a.library.library import Library

    return Library.open(order.library, notice=notice)


def _wanted(library: "Library", words: RefinedWords, clip: Clip, label: str) -> "Wanted":
    return _asked_of(library, words.prompt, words.cues, clip.duration_s, label)


def _asked_of(library: "Library", prompt: str, cues: list[Cue], duration_s: float, label: str) -> "Wanted":
    from prompts.known import understood
    from ta_v2a.library.voice import asked_of

    known = understood(cut_prompt(prompt)[0] or "").names_a_sound
    return asked_of(library, prompt, cues, duration_s, known, label)


def _recordings(
    library: "Library", refined: RefinedWords, label: str, whole: "Wanted", clip: Clip
) -> Recordings:
    """A library and what is asked of it, in the whole clip or in a part."""
    from ta_v2a.engine.stretches import Span, cues_within

    def wanted(span: Span) -> "Wanted":
        if span == Span(0.0, clip.duration_s):
            return whole
        return _asked_of(library, refined.prompt, cues_within(refined.cues, span), span.length_s, label)

    return Recordings(library, wanted)


def _account_file(order: Order) -> Path | None:
    """Where the CSV of what was used goes, checked before the work."""
    if order.used is None:
        return None
    if order.library is None:
        raise UserError("--used tells what was used of a --library: name one")
    return output_file(order.used, order.clip)


def _chosen_line(wanted: "Wanted") -> str:
    kinds = dict.fromkeys(kind for stretch in wanted.stretches for kind in stretch.kinds)
    if wanted.reason == "sound":
        return (
            "no words and no sure picture: the library's recordings are chosen by the generated sound alone"
        )
    return f"from the library, by the {wanted.reason}: {', '.join(kinds)}"


def _library_report(library: "Library", wanted: "Wanted", account: Path | None) -> dict[str, Any]:
    """What was asked of the library, ready for JSON."""
    stretches = [
        {"start_s": round(each.start_s, 6), "end_s": round(each.stop_s, 6), "kinds": list(each.kinds)}
        for each in wanted.stretches
    ]
    told = {
        "folder": str(library.folder),
        "chosen_by": wanted.reason,
        "stretches": stretches,
        "account": None if account is None else str(account),
    }
    return {"library": told}
