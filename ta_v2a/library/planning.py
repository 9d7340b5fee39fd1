"""From what is heard and seen to placements: events at onsets, phrases where their own onsets fit,
textures in grains, and a floor of room tone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ta_v2a.library.choosing import Shot, ranked, shots_of
from ta_v2a.library.index import Recording
from ta_v2a.library.library import Library
from ta_v2a.library.placing import Heard, Placement

EVENT_DB, PHRASE_DB, TEXTURE_DB = -18.0, -20.0, -24.0  # usual level, re full scale
FOLLOWED = 0.6  # of the generated level's movement in dB, that the recordings take on
SOFTEST_DB, LOUDEST_DB = -18.0, 3.0  # re the usual
SEEN, NEAR_S = 0.35, 0.08  # an onset likelier than this is sounded, one in each such time
STRIKE_S = 0.1  # after an onset: what the generated sound has there says how loud and of which colour
SMOOTH_S = 0.25  # of the level that textures follow
CROSS_S = 0.25  # grains overlap
SHORTEST_PHRASE_S = 1.0
PHRASES_TRIED, PHRASE_STEP_S = 6, 0.048
FURTHER_DB = -4.0  # a kind that is asked for beside the first
FLOOR_DB = -30.0  # of room tone below the loud moments
SHORTEST_TONE_S = 0.25
LONGEST_GRAIN_S = 30.0


@dataclass(frozen=True)
class Stretch:
    """A part of the clip, and the kinds of recordings that are asked for in it."""

    start_s: float
    stop_s: float
    kinds: tuple[str, ...]


def planned(
    heard: Heard, stretches: Sequence[Stretch], library: Library, chance: np.random.Generator
) -> list[Placement]:
    """Placements in order of time. The same seed of `chance` gives the same ones.

    A recording that proves unusable is left out (`Library.unusable`); where none is left, nothing is placed.
    """
    found: list[Placement] = []
    for stretch in stretches:
        part = heard.within(stretch.start_s, stretch.stop_s)
        for number, kind in enumerate(stretch.kinds):
            candidates = library.of_kinds((kind,))
            placed = _source(part, stretch, candidates, library, chance)
            gain_db = FURTHER_DB if number else 0.0
            found += [_louder(each, gain_db) for each in placed]
    found += _room_tone(heard, found, library, chance)
    return sorted(found, key=lambda each: (each.at_s, each.recording.path, each.from_s))


def _louder(placement: Placement, gain_db: float) -> Placement:
    return replace(placement, gain_db=placement.gain_db + gain_db) if gain_db else placement


def _source(
    heard: Heard,
    stretch: Stretch,
    candidates: list[Recording],
    library: Library,
    chance: np.random.Generator,
) -> list[Placement]:
    """One kind in one stretch, in the manner of most of its recordings."""
    forms = [each.analysis.form for each in candidates]
    share = {form: forms.count(form) / max(1, len(forms)) for form in ("loop", "repeated")}
    if share["loop"] > 0.5:
        return _texture(heard, stretch, candidates, library, chance)
    if share["repeated"] > 0.4:
        phrases = _phrases(heard, stretch, candidates, library, chance)
        if phrases:
            return phrases
    return _events(heard, stretch, candidates, library, chance)


def _first_usable(order: Sequence[Recording], library: Library) -> Recording | None:
    return next((each for each in order if library.usable(each)), None)


def _events(
    heard: Heard,
    stretch: Stretch,
    candidates: list[Recording],
    library: Library,
    chance: np.random.Generator,
) -> list[Placement]:
    """One sound at every onset, of one series of recordings, never the same twice in a row."""
    onsets = heard.onsets(SEEN, NEAR_S)
    if not len(onsets):
        onsets = np.array([int(heard.level_db.argmax())])
    strike = max(1, round(STRIKE_S / heard.frame_s))
    struck = np.unique(np.clip(onsets[:, None] + np.arange(strike), 0, len(heard.level_db) - 1))
    pool = [each for each in candidates if each.analysis.form != "loop"] or candidates
    chosen = _first_usable(ranked(pool, heard.shape(struck), chance), library)
    if chosen is None:
        return []
    shots = [
        shot for shot in shots_of(chosen, pool) if shot.recording is chosen or library.usable(shot.recording)
    ]
    levels = np.array([heard.level_db[onset : onset + strike].max() for onset in onsets])
    gains = np.clip((levels - np.percentile(levels, 90)) * FOLLOWED, SOFTEST_DB, LOUDEST_DB)
    placed, last = [], -1
    for onset, gain in zip(onsets, gains, strict=True):
        others = [index for index in range(len(shots)) if index != last] or [0]
        last = others[int(chance.integers(len(others)))]
        at_s = stretch.start_s + onset * heard.frame_s
        placed.append(_event(shots[last], at_s, EVENT_DB + float(gain)))
    return placed


def _event(shot: Shot, at_s: float, level_db: float) -> Placement:
    gain = level_db - shot.level_db
    return Placement(shot.recording, "event", at_s, shot.from_s, shot.length_s, gain, 0.004, 0.06)


def _phrases(
    heard: Heard,
    stretch: Stretch,
    candidates: list[Recording],
    library: Library,
    chance: np.random.Generator,
) -> list[Placement]:
    """A recording that repeats, as it is, moved to where its own onsets fall on those that are seen."""
    pool = [
        each
        for each in candidates
        if each.analysis.form == "repeated" and each.analysis.duration_s >= SHORTEST_PHRASE_S
    ]
    order = [
        each for each in ranked(pool, heard.shape(), chance)[: 2 * PHRASES_TRIED] if library.usable(each)
    ]
    expected, duration_s = heard.seen - heard.seen.mean(), stretch.stop_s - stretch.start_s
    best: tuple[float, Recording, float] | None = None
    for recording in order[:PHRASES_TRIED]:
        found = recording.analysis
        own_s = np.array([event.start_s + 0.016 for event in found.events])
        first = -min(1.0, 0.5 * found.duration_s, duration_s)
        for skipped_s in np.arange(first, max(found.duration_s - duration_s, 0.0) + 0.01, PHRASE_STEP_S):
            rows = np.round((own_s - skipped_s) / heard.frame_s).astype(int)
            rows = rows[(rows >= 0) & (rows < len(expected))]
            if not len(rows):
                continue
            covered = min(found.duration_s - max(skipped_s, 0.0), duration_s) / duration_s
            score = float(expected[rows].mean() * np.sqrt(len(rows)) + min(1.0, covered))
            if best is None or score > best[0]:
                best = (score, recording, float(skipped_s))
    if best is None:
        return []
    _, recording, skipped_s = best
    gain = PHRASE_DB - recording.analysis.level_db
    placed, at_s = list[Placement](), stretch.start_s - min(0.0, skipped_s)
    from_s = max(0.0, skipped_s)
    while at_s < stretch.stop_s:
        length = min(recording.analysis.duration_s - from_s, stretch.stop_s - at_s + 0.1)
        placed.append(Placement(recording, "phrase", at_s, from_s, length, gain, 0.02, 0.1))
        at_s, from_s = at_s + length + float(chance.uniform(0.1, 0.6)), 0.0
    return placed


def _texture(
    heard: Heard,
    stretch: Stretch,
    candidates: list[Recording],
    library: Library,
    chance: np.random.Generator,
) -> list[Placement]:
    """One recording that goes on for the whole stretch, in grains that are cross-faded; its level follows the
    generated one."""
    loops = [each for each in candidates if each.analysis.form == "loop"] or candidates
    chosen = _first_usable(ranked(loops, heard.shape(), chance), library)
    if chosen is None:
        return []
    movement = np.clip(heard.movement(SMOOTH_S, 50.0) * FOLLOWED, SOFTEST_DB, LOUDEST_DB)
    follow = (stretch.start_s + np.arange(len(movement)) * heard.frame_s, movement)
    gain = TEXTURE_DB - chosen.analysis.level_db
    return _grains(chosen, "texture", stretch, (0.0, chosen.analysis.duration_s), gain, follow, chance)


def _grains(
    recording: Recording,
    role: str,
    stretch: Stretch,
    between: tuple[float, float],
    gain_db: float,
    follow: tuple[np.ndarray, np.ndarray] | None,
    chance: np.random.Generator,
) -> list[Placement]:
    """A part of a recording, from a place by chance, repeated over a stretch."""
    first_s, last_s = between
    held_s, wanted_s = last_s - first_s, stretch.stop_s - stretch.start_s
    cross_s = min(CROSS_S, held_s / 4)
    from_s = first_s + float(chance.uniform(0, max(0.0, held_s - wanted_s - 2 * cross_s)))
    at_s, placed = stretch.start_s - (cross_s if stretch.start_s == 0 else 0.0), list[Placement]()
    while at_s + cross_s < stretch.stop_s:
        length = min(last_s - from_s, stretch.stop_s - at_s + cross_s, LONGEST_GRAIN_S)
        placed.append(Placement(recording, role, at_s, from_s, length, gain_db, cross_s, cross_s, follow))
        at_s += max(length - cross_s, cross_s)
        from_s = from_s + length - cross_s if last_s - from_s - length > 1.0 else first_s
        if role == "room tone":  # short: never from the same place twice, or it is heard
            from_s = first_s + float(chance.uniform(0, held_s / 3))
    return placed


def _room_tone(
    heard: Heard, placed: list[Placement], library: Library, chance: np.random.Generator
) -> list[Placement]:
    """The longest quiet stretch of what is used, under everything; none where no recording has one."""
    used = {each.recording.path: each.recording for each in placed}
    tones = [each for each in used.values() if each.analysis.quiet[1] >= SHORTEST_TONE_S]
    if not tones or any(each.role == "texture" for each in placed):
        return []
    tone = max(tones, key=lambda each: each.analysis.quiet[1])
    start_s, length_s = tone.analysis.quiet
    gain = EVENT_DB + FLOOR_DB - tone.analysis.floor_db
    whole = Stretch(0.0, heard.duration_s, ())
    return _grains(tone, "room tone", whole, (start_s, start_s + length_s), gain, None, chance)
