"""Films of which one is kept: the one that shows as many events as its words tell."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, UInt8

from ldm.sampling import StepCallback
from prompts.acts import count_in
from ta_v2a.engine.devices import fast_dtype
from ta_v2a.engine.filming import MakesFilms, luma_for_tower
from ta_v2a.engine.foley import FoleyEngine
from ta_v2a.engine.spotting import onset_peaks

SEEN_ABOVE = 0.25
"""Height of the tower's onset curve from which a peak is an onset."""
_STRIDE = 0x9E3779B9  # between the seeds of a film's drafts; the generator reads 32 bits of a seed


@dataclass(frozen=True)
class Seen:
    """What the video tower sees in a film: times of onsets in s, and the mean feature."""

    onsets_s: Float[np.ndarray, " onsets"]
    feature: Float[np.ndarray, " c"]


@torch.no_grad()
def seen_in(engine: FoleyEngine, film: UInt8[np.ndarray, "n h w planes"]) -> Seen:
    """What the video tower of an engine sees in a film at a video head's rate, 15.6 pictures a second."""
    cvalp, clock = engine.parts.cvalp, engine.clock
    pictures = luma_for_tower(torch.from_numpy(film)[None], clock.picture_px)
    each = round(clock.lasting(1.0).fps * clock.column_s)  # the tower's pictures a latent column
    features = cvalp.encode_video(pictures.repeat_interleave(each, dim=1).to(engine.device)).float()
    curve = cvalp.onsets(features)
    if curve is None:
        return Seen(np.zeros(0), features[0, :, : cvalp.text_width].mean(0).cpu().numpy())
    step_s = clock.column_s / clock.mel_frames_per_column
    times = onset_peaks(curve[0].cpu().numpy(), SEEN_ABOVE)[0] * step_s
    return Seen(times, features[0, :, : cvalp.text_width].mean(0).cpu().numpy())


@dataclass(frozen=True)
class Drafts:
    """What came of some drafts of one film.

    Attributes:
        film: the one that is kept, (pictures, px, px, planes) uint8.
        told: how often the words say that it happens, or None where they tell no number.
        seen: onsets that the tower saw in each draft; () where only one was drawn.
        kept: place of the film among them.
    """

    film: UInt8[np.ndarray, "n h w planes"]
    told: int | None = None
    seen: Sequence[int] = ()
    kept: int = 0


def drafted(
    engine: FoleyEngine,
    maker: MakesFilms,
    prompt: str,
    seed: int,
    steps: int,
    text_scale: float | None = None,
    drafts: int | None = None,
    negative: str = "",
    negative_scale: float = 0.0,
    first: UInt8[np.ndarray, "px px planes"] | None = None,
    callback: StepCallback | None = None,
) -> Drafts:
    """A film of a prompt. Where that tells a number ("three times"), it is the first of the drafts in which
    the tower sees that many onsets, or else the nearest; the first draft is the film of the seed itself.

    Args:
        text_scale, drafts: None takes the maker's own.
        seed: of the first draft.
        steps: of the sampler.
        negative, negative_scale, first, callback: as of `MakesFilms.film`.
    """
    told = count_in(prompt)
    count = (maker.drafts if drafts is None else drafts) if told is not None else 1
    films = maker.films(
        [prompt] * count,
        [maker.generator((seed + k * _STRIDE) % 2**64) for k in range(count)],
        steps,
        maker.text_scale if text_scale is None else text_scale,
        [negative] * count if negative.strip() else None,
        negative_scale,
        None if first is None else torch.from_numpy(first.copy()).movedim(-1, 0)[None].float() / 255,
        callback,
        fast_dtype(maker.device),
    ).numpy()
    if told is None or count == 1:
        return Drafts(films[0], told)
    seen = tuple(len(seen_in(engine, film).onsets_s) for film in films)
    kept = int(np.argmin([abs(one - told) for one in seen]))
    return Drafts(films[kept], told, seen, kept)
