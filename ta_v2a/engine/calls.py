"""One call of the engine: its arguments checked, its words encoded."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from ldm.conditions import LEFT_OUT, NEGATIVE, TEXT, Track
from ldm.guidance import Weights, composable, conditional, double
from ldm.sampling import Generators, Step
from ta_v2a.engine.arguments import (
    MOST_TAKES,
    Scales,
    chosen_scales,
    one_for_each,
    shown,
    texts,
    whole,
)
from ta_v2a.engine.cues import Cue, cut_prompt, hit_times, read_cues
from ta_v2a.engine.devices import own_generators, woken
from ta_v2a.engine.guides import check_classifier
from ta_v2a.engine.parts import Parts
from ta_v2a.engine.pictures import PictureStream, open_pictures
from ta_v2a.engine.stretches import Renewed
from ta_v2a.engine.tapes import held_back
from ta_v2a.engine.timed_text import left_out_track, text_track
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


@dataclass(frozen=True)
class Call:
    """One call, its arguments checked.

    Attributes:
        stream: the pictures of every sound.
        columns: latent columns that are generated.
        words: encoded, by track.
        scales: weights and steps.
        generators: of random numbers.
        watch: is told every step.
        hits: their times in s; None: as the picture shows.
        renewed: what part of the noise is drawn anew.
        prompts: of every sound.
    """

    stream: PictureStream
    columns: int
    words: dict[str, Track | None]
    scales: Scales
    generators: Generators
    watch: Watch | None
    hits: tuple[float, ...] | None
    renewed: Renewed | None
    prompts: list[str | None]


def checked_call(
    parts: Parts,
    clock: ClipSpec,
    settings: Mapping[str, Any],
    grain: int,
    video: Any,
    prompt: Any,
    negative_prompt: Any,
    cues: Any,
    generator: Any,
    watch: Watch | None,
    takes: Any,
    fps: Any,
    hits: Any,
    renewed: Renewed | None,
    scales: Mapping[str, Any],
) -> Call:
    """The call of `FoleyEngine.stream` with these arguments.

    Args:
        settings: of the engine, where a call says nothing else.
        grain: the latent columns are a multiple of this.

    Raises:
        UserError: if an argument or the clip cannot be used.
    """
    chosen = chosen_scales(settings, scales)
    prompts, negatives = texts("prompt", prompt), texts("negative_prompt", negative_prompt)
    takes = whole("takes", takes, 1, MOST_TAKES)
    if watch is not None and not callable(watch):
        raise UserError(f"the callback is a function, not {shown(watch)}")
    check_classifier(parts, chosen)
    if chosen.guidance == "double" and any(cut_prompt(text)[0] for text in negatives):
        raise UserError('negative_prompt has no place in guidance "double" (eq. 11)')
    stream = open_pictures(video, clock, fps, parts.cvalp.wants_colour)
    batch = max(stream.batch, len(prompts))
    if batch % stream.batch or batch % len(prompts):
        raise UserError(f"{len(prompts)} prompts do not fit {stream.batch} films: give one, or one for each")
    generators = own_generators(generator, batch * takes)
    repeats = batch // stream.batch * takes
    late = round(chosen.lag_s * clock.fps)
    blocks = (np.repeat(block, repeats, axis=0) for block in held_back(stream.blocks, late))
    prompts = [text for text in one_for_each("prompt", prompts, batch) for _ in range(takes)]
    negatives = [text for text in one_for_each("negative_prompt", negatives, batch) for _ in range(takes)]
    stream = replace(stream, blocks=blocks, batch=batch * takes)
    columns = _columns(stream, clock, grain)
    timed = read_cues(cues, stream.duration_s)
    if chosen.guidance == "double" and any(cue.negative for cue in timed):
        raise UserError('negative of a cue has no place in guidance "double" (eq. 11)')
    words = encoded_words(
        parts, prompts, negatives, timed, columns, clock.column_s, says_left_out(parts, chosen)
    )
    return Call(stream, columns, words, chosen, generators, watch, hit_times(hits), renewed, prompts)


def _columns(stream: PictureStream, clock: ClipSpec, grain: int) -> int:
    """Latent columns that are generated for a clip; a very short one gets
    context, which is cut off again."""
    columns = max(SHORTEST_COLUMNS, clock.lasting(stream.duration_s).columns)
    return -(-columns // grain) * grain


def says_left_out(parts: Parts, scales: Scales) -> bool:
    """Whether what is unwanted is said to the denoiser itself, not judged by the guidance in the text's
    place."""
    return scales.guidance == "conditional" and parts.denoiser.leaves_out


@torch.no_grad()
def encoded_words(
    parts: Parts,
    prompts: list[str | None],
    negatives: list[str | None],
    cues: list[Cue],
    columns: int,
    column_s: float,
    leaves_out: bool,
) -> dict[str, Track | None]:
    """Tracks of what is to be heard and of what is not.

    A denoiser that has learnt to leave things out is told so beside the text: the negative prompt, and
    every cue outside its stretch. For others the guidance judges negatives in the text's place.
    """
    encode = woken(parts.cvalp).encode_text
    heard = text_track(prompts, cues, columns, column_s, encode)
    if leaves_out:
        return {
            TEXT: heard,
            LEFT_OUT: left_out_track(negatives, prompts, cues, columns, column_s, encode),
        }
    unwanted = [replace(cue, text=cue.negative, strength=1.0) for cue in cues if cue.negative]
    return {
        TEXT: heard,
        NEGATIVE: text_track(negatives, unwanted, columns, column_s, encode, beside=True),
    }
