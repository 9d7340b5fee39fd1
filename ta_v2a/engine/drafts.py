"""Films that show as many events as their words tell: drawn until there are enough, then brought to rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float, UInt8

from ldm.sampling import StepCallback
from prompts.acts import count_in
from ta_v2a.engine.filming import KnownPictures, MakesFilms, luma_for_tower
from ta_v2a.engine.foley import FoleyEngine
from ta_v2a.engine.resting import rested
from ta_v2a.engine.spotting import onset_peaks

SEEN_ABOVE = 0.25
"""Height of the tower's onset curve from which a peak is an onset."""
_RESTS = 2  # tries: the tower may count otherwise where the film goes on otherwise
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
        seen: onsets that the tower saw in each draft; () where nobody looked.
        kept: place of the film among them.
        shown: onsets that it sees in the film that is kept, once that was brought to rest; None: it was not.
    """

    film: UInt8[np.ndarray, "n h w planes"]
    told: int | None = None
    seen: Sequence[int] = ()
    kept: int = 0
    shown: int | None = None


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
    """A film of a prompt. Where that tells a number ("three times"), films are drawn until the tower sees
    that many onsets in one, and after that many the film comes to rest. Where none shows as many it is the
    one with most. The first draft is the film of the seed itself.

    Args:
        text_scale: None takes the maker's own.
        drafts: at most so many; 1 is the film of the seed, however often it happens; None: the maker's own.
        seed: of the first draft.
        steps: of the sampler.
        negative, negative_scale, first, callback: as of `MakesFilms.film`.
    """
    told = count_in(prompt)
    most = maker.drafts if drafts is None else drafts

    def drawn(
        draft: int, steps: int, known: KnownPictures | None = None
    ) -> UInt8[np.ndarray, "n h w planes"]:
        own = maker.generator((seed + draft * _STRIDE) % 2**64)
        asked = (text_scale, negative, negative_scale, first, callback)
        return maker.film(prompt, own, steps, *asked, known)

    if told is None or most == 1:
        return Drafts(drawn(0, steps), told)
    films: list[UInt8[np.ndarray, "n h w planes"]] = []
    seen: list[Float[np.ndarray, " onsets"]] = []
    while len(films) < most and not (seen and len(seen[-1]) >= told):
        films.append(drawn(len(films), steps))
        seen.append(seen_in(engine, films[-1]).onsets_s)
    counts = tuple(map(len, seen))
    kept = int(np.argmax(np.minimum(counts, told)))
    best, shown, events = films[kept], counts[kept], told
    for _ in range(_RESTS if maker.fills_in else 0):
        if shown == told or not 0 < events < counts[kept]:
            break
        film = rested(films[kept], seen[kept], events, maker.fps, partial(drawn, kept, -(-steps // 2)))
        found = len(seen_in(engine, film).onsets_s)
        if abs(found - told) < abs(shown - told):
            best, shown = film, found
        events += 1 if found < told else -1
    return Drafts(best, told, counts, kept, None if best is films[kept] else shown)
