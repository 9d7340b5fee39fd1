"""Parts of a clip: their pictures, their words, and the noise that they start from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil, floor, prod

import numpy as np
import torch

from ldm.sampling import Generators, clip_noise
from ta_v2a.engine.cues import Cue, seconds
from ta_v2a.engine.parts import Parts
from ta_v2a.engine.pictures import PictureStream, clip_blocks
from ta_v2a.errors import UserError
from ta_v2a.media.reading.probe import Clip
from vocoders.clock import ClipSpec

SHORTEST_SPAN_S = 0.05


@dataclass(frozen=True)
class Span:
    """A part of a clip, from `start_s` to `stop_s` in seconds."""

    start_s: float
    stop_s: float

    @property
    def length_s(self) -> float:
        return self.stop_s - self.start_s


@dataclass(frozen=True)
class Renewed:
    """A part of a sound whose noise is drawn anew, while the rest keeps its own.

    Attributes:
        start_s, stop_s: of the pictures that the engine is given.
        generators: of the new noise.
    """

    start_s: float
    stop_s: float
    generators: Generators


def read_span(text: str, duration_s: float, name: str = "--redo") -> Span:
    """The part of a clip that "3.2-5.0" or "1:02-" (to the end) names.

    Raises:
        UserError: it names none, or lies outside of the clip.
    """
    begin, dash, end = text.strip().partition("-")
    try:
        start_s, stop_s = seconds(begin.strip()), seconds(end.strip()) if end.strip() else duration_s
    except ValueError:
        dash = ""
    if not dash:
        raise UserError(
            f"{name} is START-END in seconds, such as 3.2-5.0 or 3.2- (to the end), not {text[:40]!r}"
        )
    return checked_span(start_s, stop_s, duration_s, name)


def checked_span(start_s: float, stop_s: float, duration_s: float, name: str) -> Span:
    """A part of a clip; its end is the clip's at the latest.

    Raises:
        UserError: it lies outside of the clip, or is hardly anything.
    """
    if not 0 <= start_s < duration_s:
        raise UserError(f"{name} begins at {start_s:g} s, but the clip lasts {duration_s:.3f} s")
    stop_s = min(stop_s, duration_s)
    if stop_s - start_s < SHORTEST_SPAN_S:
        raise UserError(f"{name} is {SHORTEST_SPAN_S:g} s long at least, not {stop_s - start_s:.3f} s")
    return Span(start_s, stop_s)


def parted(span: Span, cuts: Sequence[float]) -> list[Span]:
    """A part of a clip, cut where shots change, but not just after it begins or before it ends."""
    first, last = span.start_s + SHORTEST_SPAN_S, span.stop_s - SHORTEST_SPAN_S
    edges = [span.start_s, *(cut for cut in sorted(cuts) if first <= cut <= last), span.stop_s]
    return [Span(start, stop) for start, stop in pairwise(edges)]


def cues_within(cues: Sequence[Cue], span: Span) -> list[Cue]:
    """The cues that sound in a part of a clip, in its own time."""
    heard = (cue for cue in cues if cue.start_s < span.stop_s and cue.end_s > span.start_s)
    return [
        replace(cue, start_s=max(0.0, cue.start_s - span.start_s), end_s=cue.end_s - span.start_s)
        for cue in heard
    ]


def stretch_pictures(clip: Clip, clock: ClipSpec, colour: bool, span: Span) -> PictureStream:
    """The pictures of a part of a clip, as the engine takes them."""
    blocks = clip_blocks(clip, clock.lasting(span.length_s), colour, start_s=span.start_s, stop_s=span.stop_s)
    return PictureStream((block[None] for block in blocks), span.length_s, 1)


def held_pictures(pictures: np.ndarray, clock: ClipSpec, span: Span) -> np.ndarray:
    """Those of a clip's pictures, (N, ...) at the clock's rate, that show a part of it; one at least."""
    count = clock.lasting(span.length_s).pictures
    last = (
        min(len(pictures), ceil(span.stop_s * clock.fps - 0.5)) - 1
    )  # the last that is shown before the end
    rows = floor(span.start_s * clock.fps) + np.arange(count)
    return pictures[rows.clip(max=max(0, last))]


def around(span: Span, clock: ClipSpec, grain: int, duration_s: float, context_s: float) -> Span:
    """A part of a clip with some context on either side; it begins where a column of the whole clip does."""
    step_s = clock.column_s * grain
    first = max(0, floor((span.start_s - context_s) / step_s))
    return Span(first * step_s, min(duration_s, span.stop_s + context_s))


def noise_from(seed: int, start_s: float, parts: Parts) -> torch.Generator:
    """Random numbers that go on where those of the whole clip would be at a time."""
    generator = torch.Generator().manual_seed(seed)
    columns = round(start_s / parts.clock.column_s)
    if columns:
        clip_noise(generator, 1, prod(parts.denoiser.column_shape), columns)
    return generator


def renewed_noise(fresh: torch.Tensor, first: int, renewed: Renewed | None, column_s: float) -> torch.Tensor:
    """Noise (batch, latent, columns) whose columns inside of a part are drawn anew.

    Args:
        first: the latent column that `fresh` begins with.
    """
    if renewed is None:
        return fresh
    start = max(0, round(renewed.start_s / column_s) - first)
    stop = min(fresh.shape[-1], round(renewed.stop_s / column_s) - first)
    if stop <= start:
        return fresh
    drawn = clip_noise(renewed.generators, fresh.shape[0], fresh.shape[1], stop - start)
    return torch.cat([fresh[..., :start], drawn.to(fresh), fresh[..., stop:]], dim=-1)
