"""Which recordings of the kinds that were asked for are used: by colour, by what is usual, by chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ta_v2a.library.index import Recording

COLOUR_WEIGHT = 1.0  # a decibel (r.m.s. over bands) away from the generated colour
USUAL_WEIGHT = 1.0  # a decibel away from the middle of the candidates' colours
LOW_RATE_COST = 4.0  # of a recording below `FULL_RATE_HZ`
FULL_RATE_HZ = 44_100
SHORT_COST, SHORT_S = 4.0, 0.15  # of a recording that lasts no longer: a click without a tail or a room
CHANCE = 0.7  # spread of the draw, in decibels: takes differ where several fit
TAKE_TURNS = 4  # recordings that alternate at onsets
_SHOT_DB = 10.0  # of a one-shot, before its loudest event, sounds within count as its attack
_REPEATED_DB = 12.0  # of a repeated recording, events that much softer than the loudest are left out
_LONGEST_TAIL_S = 6.0


@dataclass(frozen=True)
class Shot:
    """One sound of a recording that can be laid at an onset; `attack_s` after its beginning it is heard."""

    recording: Recording
    from_s: float
    length_s: float
    level_db: float
    attack_s: float


def ranked(
    candidates: Sequence[Recording], wanted: Float[np.ndarray, " bands"], chance: np.random.Generator
) -> list[Recording]:
    """Candidates, the fittest first. The draw (Gumbel noise on the scores) falls on one with the odds of its
    score.

    Args:
        wanted: colour of the generated sound, in dB less its mean.
    """
    if not candidates:
        return []
    colours = np.array([each.analysis.colour for each in candidates])
    away = np.sqrt(np.square(colours - wanted).mean(axis=1))
    odd = np.sqrt(np.square(colours - np.median(colours, axis=0)).mean(axis=1))
    low = np.array([each.analysis.rate_hz < FULL_RATE_HZ for each in candidates])
    short = np.array([each.analysis.duration_s < SHORT_S for each in candidates])
    score = -COLOUR_WEIGHT * away - USUAL_WEIGHT * odd - LOW_RATE_COST * low - SHORT_COST * short
    score += CHANCE * chance.gumbel(size=len(score))
    return [candidates[index] for index in np.argsort(-score, kind="stable")]


def shots_of(chosen: Recording, candidates: Sequence[Recording]) -> list[Shot]:
    """The sounds of a recording and of those whose colour comes nearest to its own: what follows one another
    at onsets. A series of takes is alike in colour; a single one, over and over, is heard to be one."""
    others = [each for each in candidates if each is not chosen]
    own = chosen.analysis.colour
    away = [float(np.square(each.analysis.colour - own).mean()) for each in others]
    pool = [chosen, *(others[index] for index in np.argsort(away, kind="stable")[: TAKE_TURNS - 1])]
    return [shot for each in pool for shot in _shots(each)]


def _shots(recording: Recording) -> list[Shot]:
    found = recording.analysis
    loudest = max(event.level_db for event in found.events)
    if found.form == "one-shot":
        first = next(event for event in found.events if event.level_db >= loudest - _SHOT_DB)
        whole_s = min(found.duration_s - first.start_s, _LONGEST_TAIL_S)
        return [Shot(recording, first.start_s, whole_s, loudest, first.attack_s)]
    heard = (event for event in found.events if event.level_db >= loudest - _REPEATED_DB)
    return [
        Shot(recording, e.start_s, min(e.length_s, _LONGEST_TAIL_S), e.level_db, e.attack_s) for e in heard
    ]
