"""One order of `ta-v2a foley`: what is checked first, the sound spooled to disk, then whole files."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ta_v2a.delivery.places import Destination, Spool, destination
from ta_v2a.delivery.takes import Take, at_delivery_rate, loudness_line, spooled_take, write_take
from ta_v2a.engine.arguments import chosen_scales
from ta_v2a.engine.cues import Cue, cut_prompt, hit_times, read_cues
from ta_v2a.engine.language_models import RULES, load_refiner
from ta_v2a.engine.refining import RefinedWords, refined_words
from ta_v2a.engine.understanding import followed
from ta_v2a.errors import UserError
from ta_v2a.library.account import write_account
from ta_v2a.media.loudness import TARGET_LUFS, gain_to
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.probe import Clip, probe
from ta_v2a.media.writing.atomic import output_file
from ta_v2a.media.writing.mux import Original
from ta_v2a.presets.resolve import resolve

if TYPE_CHECKING:
    from ta_v2a.engine.foley import FoleyEngine, Progress, Sketch
    from ta_v2a.library.library import Library
    from ta_v2a.library.voice import Wanted

Advance = Callable[[int, int], None]
Notice = Callable[[str], None]
_LOOKED_AT_S = 32.0  # of a clip without a prompt, to say what it shows
_HELD_BYTES = 1 << 28  # of pictures: 21 minutes of mini's; more is decoded again for every use


@dataclass(frozen=True)
class Order:
    """What `ta-v2a foley` was asked.

    Attributes:
        cues: texts, or cues as a sheet holds them.
        refiner: "rules", or the folder of a language model (`ta_v2a.engine.language_models`); None takes all
            words as they were typed.
        verbose: every step of the refiner is told.
        hits: True: things hit where the given cues begin, not where the picture shows; or their times in
            seconds.
        scales: the keywords of `FoleyEngine.stream` (None: the preset's own).
        loudness: integrated loudness to bring the sound to, in LUFS; None leaves it as the engine made it.
            Peaks are held either way.
        library: a folder of recordings, or its index: they take the vocoder's place.
        used: a CSV of what was used of them, and where.
    """

    clip: str
    prompt: str = ""
    negative_prompt: str = ""
    cues: tuple[Cue | str, ...] = ()
    refiner: str | None = RULES
    verbose: bool = False
    hits: bool | tuple[float, ...] = False
    output: str | None = None
    seed: int = 0
    takes: int = 1
    scales: dict[str, Any] = field(default_factory=dict)
    original: Original = "replace"
    loudness: float | None = TARGET_LUFS
    wav: bool = True
    encode: Literal["h264"] | None = None
    preset: str = "mini"
    library: str | None = None
    used: str | None = None


@dataclass(frozen=True)
class _Words:
    """What an order says, as far as it can be followed, and where the prompt comes from."""

    prompt: str
    negative_prompt: str
    cues: list[Cue]
    suggested: dict[str, Any] | None
    not_understood: list[dict[str, Any]]
    refined: dict[str, Any] | None
    hits: tuple[float, ...] | None


@dataclass(frozen=True)
class _Recordings:
    """A library, what is asked of it, and the CSV that tells what was used."""

    library: "Library"
    wanted: "Wanted"
    account: Path | None


def load_engine(preset: str) -> "FoleyEngine":
    """The engine of a preset, on a GPU where there is one.

    Raises:
        UserError: there is no such preset, or it cannot be loaded.
    """
    import torch

    from ta_v2a.engine.foley import FoleyEngine

    return FoleyEngine.from_pretrained(preset, "cuda" if torch.cuda.is_available() else "cpu")


def sound_clip(
    order: Order,
    advance: Advance,
    notice: Notice,
    load: "Callable[[str], FoleyEngine]" = load_engine,
) -> dict[str, Any]:
    """Does the order and reports it, ready for JSON; `advance(done, total)` follows the work,
    `notice` gets lines for the user, `load` gives the engine of a preset.

    Raises:
        UserError: for whatever the user can mend; then no file was touched.
    """
    began, warnings = time.perf_counter(), []

    def warn(line: str) -> None:
        warnings.append(line)
        notice(line)

    clip = probe(order.clip)
    account = _account_file(order)
    where = destination(clip, order.output, order.takes, order.wav, order.original, order.encode is not None)
    cues = read_cues(order.cues, clip.duration_s)
    if order.hits is True and not cues:
        raise UserError("hits are where cues begin, but there is no cue (--cues FILE, or --cue)")
    for line in (*clip.warnings, *where.notices):
        warn(line)
    if clip.has_sound and order.original == "replace":
        warn("the clip's own sound is replaced (--original mix or keep retains it)")
    library = _library(order, notice)
    refined = _refined(order, cues, clip, warn, notice)
    wording = followed(refined.prompt, refined.negative_prompt, refined.cues)
    if library is not None:
        _wanted(library, refined, clip, "")  # refused before the networks are loaded
    loading = time.perf_counter()
    engine = load(order.preset)
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
    video = _pictures_of(clip, engine, again=captions or order.takes > 1)
    suggested: dict[str, Any] | None = None
    if captions:
        suggested = _described(order, clip, notice) if looks else _suggested(engine, clip, video, notice)
    prompt = suggested["label"] if suggested is not None and suggested["taken"] else wording.prompt
    hits = _hits(order, cues)
    told = (suggested, wording.not_understood, refined.report, hits)
    words = _Words(prompt, wording.negative_prompt, wording.cues, *told)
    recordings = None
    if library is not None:
        label = suggested["label"] if suggested is not None and suggested["taken"] else ""
        wanted = _wanted(library, refined, clip, label)
        recordings = _Recordings(library, wanted, account)
        notice(_chosen_line(wanted))
    takes, gain_db = _takes(order, words, clip, engine, video, where, advance, recordings)
    for path, why in library.unusable.items() if library is not None else ():
        warn(f"left out of the library: {shown_name(path)} {why}")
    if order.loudness is not None:
        notice(loudness_line(takes, gain_db))
    done = time.perf_counter()
    seconds = {"checking": loading - began, "loading": loaded - loading, "sounding": done - loaded}
    report = _report(order, words, clip, engine, where)
    if recordings is not None:
        report |= _library_report(recordings)
    loudness = {"target_lufs": order.loudness, "gain_db": round(gain_db, 2)}
    outcome = {
        "takes": takes,
        "warnings": warnings,
        "seconds": {name: round(each, 3) for name, each in seconds.items()},
    }
    return {**report, "loudness": loudness, **outcome}


def _refined(order: Order, cues: list[Cue], clip: Clip, warn: Notice, notice: Notice) -> RefinedWords:
    """The order's words, read by its refiner; what was changed is said."""
    if order.refiner is None:
        return RefinedWords(order.prompt, order.negative_prompt, cues, None, [], [])
    refiner = load_refiner(order.refiner)
    refined = refined_words(refiner, order.prompt, order.negative_prompt, cues, clip.duration_s)
    for line in refined.lines:
        warn(line)
    for line in refined.trace if order.verbose else ():
        notice(line)
    return refined


def _hits(order: Order, cues: list[Cue]) -> tuple[float, ...] | None:
    """Times in seconds at which something hits; None: as the picture shows. No time at all: nothing hits."""
    if isinstance(order.hits, tuple):
        return hit_times(order.hits)
    return hit_times(cue.start_s for cue in cues) if order.hits else None


def _report(
    order: Order, words: _Words, clip: Clip, engine: "FoleyEngine", where: Destination
) -> dict[str, Any]:
    """What was asked and how it was understood, ready for JSON."""
    cues = [{**asdict(cue), "end_s": min(cue.end_s, clip.duration_s)} for cue in words.cues]
    return {
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
        "left_out": [] if where.film is None else list(where.film.left_out),
    }


def _pictures_of(clip: Clip, engine: "FoleyEngine", again: bool) -> Clip | np.ndarray:
    """The clip itself, or its pictures where they are needed `again` and are not
    too many: decoding takes long."""
    from ta_v2a.engine.pictures import clip_blocks

    clock, colour = engine.clock.lasting(clip.duration_s), engine.parts.cvalp.wants_colour
    if not again or clock.pictures * clock.picture_px**2 * (3 if colour else 1) > _HELD_BYTES:
        return clip
    return np.concatenate(list(clip_blocks(clip, clock, colour)))


def _suggested(engine: "FoleyEngine", clip: Clip, video: Clip | np.ndarray, notice: Notice) -> dict[str, Any]:
    """What the picture alone suggests should be heard, and whether the preset
    takes it for a missing prompt."""
    from ta_v2a.engine.captioning import label_bank, suggestions
    from ta_v2a.engine.encoders import picture_vector

    cvalp = engine.parts.cvalp
    best = suggestions(picture_vector(video, cvalp, _LOOKED_AT_S), cvalp, label_bank(), 1)[0]
    taken = best["share"] >= engine.settings["caption_share"]
    outcome = "taken" if taken else "too unsure to be taken"
    notice(f"no prompt: the picture suggests “{best['label']}” ({best['share']:.0%}), {outcome}")
    return {"label": best["label"], "share": best["share"], "taken": taken}


def _described(order: Order, clip: Clip, notice: Notice) -> dict[str, Any]:
    """What the preset's vision-language model says is heard; taken if it names a known sound."""
    from ta_v2a.engine.looking import Looker, described

    looker = Looker.from_folder(resolve(order.preset) / "captioner")
    found = described(clip, looker, load_refiner(order.refiner or RULES), _LOOKED_AT_S)
    taken = bool(found["names_a_sound"])
    outcome = "taken" if taken else "names no known sound"
    notice(f"no prompt: the picture is described as “{shown_name(found['described'][:120])}”, {outcome}")
    return {"label": found["caption"], "share": None, "taken": taken, "described": found["described"]}


def _takes(
    order: Order,
    words: _Words,
    clip: Clip,
    engine: "FoleyEngine",
    video: Clip | np.ndarray,
    where: Destination,
    advance: Advance,
    recordings: _Recordings | None,
) -> tuple[list[dict[str, Any]], float]:
    """The takes' reports, and the gain in dB that they share: all of them are made
    before the first file is written."""
    with ExitStack() as spools:
        made = []
        for index in range(order.takes):

            def watch(event: "Progress", index: int = index) -> None:
                advance(index * event.total + event.done, order.takes * event.total)

            seed, spool = order.seed + index, spools.enter_context(Spool())
            if recordings is None:
                sound = (block[0] for block in engine.stream(video, **_asked(order, words, seed, watch)))
                made.append(spooled_take(seed, at_delivery_rate(engine, sound, clip.duration_s), spool))
            else:
                sketch = engine.sketch(video, **_asked(order, words, seed, watch))
                made.append(_recorded_take(recordings, sketch, clip, seed, spool))
        gain_db = 0.0 if order.loudness is None else gain_to(order.loudness, [take.loudness for take in made])
        pairs = zip(made, where.places, strict=True)
        takes = [write_take(take, place, clip, gain_db, order.original, where.film) for take, place in pairs]
        if recordings is not None and recordings.account is not None:
            write_account(recordings.account, [(take.seed, take.used or []) for take in made], gain_db)
    return takes, gain_db


def _recorded_take(recordings: _Recordings, sketch: "Sketch", clip: Clip, seed: int, spool: Spool) -> Take:
    """A take made of a library's recordings."""
    from ta_v2a.library.voice import voiced

    voice = voiced(recordings.library, recordings.wanted, sketch, seed)
    blocks = voice.blocks(recordings.library)
    return spooled_take(seed, blocks, spool, voice.channels, voice.account())


def _asked(order: Order, words: _Words, seed: int, watch: Callable) -> dict[str, Any]:
    """One take's arguments for the engine."""
    import torch

    return {
        "prompt": words.prompt,
        "negative_prompt": words.negative_prompt,
        "cues": words.cues,
        "generator": torch.Generator().manual_seed(seed),
        "watch": watch,
        "hits": words.hits,
        **order.scales,
    }


def _library(order: Order, notice: Notice) -> "Library | None":
    """The library that an order names, indexed first where it has no index."""
    if order.library is None:
        return None
    from ta_v2a.library.library import Library

    return Library.open(order.library, notice=notice)


def _wanted(library: "Library", words: RefinedWords, clip: Clip, label: str) -> "Wanted":
    from prompts.known import understood
    from ta_v2a.library.voice import asked_of

    known = understood(cut_prompt(words.prompt)[0] or "").names_a_sound
    return asked_of(library, words.prompt, words.cues, clip.duration_s, known, label)


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


def _library_report(recordings: _Recordings) -> dict[str, Any]:
    """What was asked of the library, ready for JSON."""
    stretches = [
        {"start_s": round(each.start_s, 6), "end_s": round(each.stop_s, 6), "kinds": list(each.kinds)}
        for each in recordings.wanted.stretches
    ]
    library = {
        "folder": str(recordings.library.folder),
        "chosen_by": recordings.wanted.reason,
        "stretches": stretches,
        "account": None if recordings.account is None else str(recordings.account),
    }
    return {"library": library}
