"""From what is heard and seen to placements: events at onsets, phrases where their own onsets fit,
textures in grains, and a floor of room tone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ta_v2a.library.choosing import Shot, ranked, shots_of
from ta_v2a.library.index import Recording
from ta_v2a.library.library import Library
from ta_v2a.library.placing import Outline, Placement

EVENT_DB, PHRASE_DB, TEXTURE_DB = -18.0, -20.0, -24.0  # usual level, re full scale
FOLLOWED = 0.6  # of the generated level's movement in dB, that the recordings take on
SOFTEST_DB, LOUDEST_DB = -18.0, 3.0  # re the usual
SEEN, BETWEEN_ONSETS_S = 0.5, 0.08  # an onset likelier than this is sounded, one in each such time
STRIKE_S = 0.1  # after an onset: what the generated sound has there says how loud and of which colour
SMOOTH_S = 0.25  # of the level that textures follow
CROSS_S = 0.25  # grains overlap
SHORTEST_PHRASE_S = 1.0
PHRASES_TRIED, PHRASE_STEP_S = 6, 0.016
PHRASE_ATTACK_S = 0.016  # from the beginning of an event of a phrase to where it is taken to be heard
FURTHER_DB = -4.0  # a kind that is asked for beside the first
FLOOR_DB = -40.0  # of room tone below the loud moments
SHORTEST_TONE_S, FAINTEST_TONE_DB = 0.25, -75.0  # a fainter one, made louder, is the recorder's own hiss
LONGEST_GRAIN_S = 30.0


@dataclass(frozen=True)
class Stretch:
    """A part of the clip, and the kinds of recordings that are asked for in it."""

    start_s: float
    stop_s: float
    kinds: tuple[str, ...]


def planned(
    outline: Outline, stretches: Sequence[Stretch], library: Library, chance: np.random.Generator
) -> list[Placement]:
    """Placements in order of time. The same seed of `chance` gives the same ones.

    A recording that proves unusable is left out (`Library.unusable`); where none is left, nothing is placed.
    """
    found: list[Placement] = []
    for stretch in stretches:
        part = outline.within(stretch.start_s, stretch.stop_s)
        for number, kind in enumerate(stretch.kinds):
            candidates = library.of_kinds((kind,))
            placed = _source(part, stretch, candidates, library, chance)
            gain_db = FURTHER_DB if number else 0.0
            found += [_louder(each, gain_db) for each in placed]
    found += _room_tone(outline, found, library, chance)
    return sorted(found, key=lambda each: (each.at_s, each.recording.path, each.from_s))


def _louder(placement: Placement, gain_db: float) -> Placement:
    return replace(placement, gain_db=placement.gain_db + gain_db) if gain_db else placement


def _source(
    outline: Outline,
    stretch: Stretch,
    candidates: list[Recording],
    library: Library,
    chance: np.random.Generator,
) -> list[Placement]:
    """One kind in one stretch, in the manner of most of its recordings."""
    forms = [each.analysis.form for each in candidates]
    share = {form: forms.count(form) / max(1, len(forms)) for form in ("loop", "repeated")}
    if share["loop"] > 0.5:
        return _texture(outline, stretch, candidates, library, chance)
    if share["repeated"] > 0.4:
        phrases = _phrases(outline, stretch, candidates, library, chance)
        if phrases:
            return phrases
    return _events(outline, stretch, candidates, library, chance)


def _first_usable(order: Sequence[Recording], library: Library) -> Recording | None:
    return next((each for each in order if library.usable(each)), None)


def _events(
    outline: Outline,
    stretch: Stretch,
    candidates: list[Recording],
    library: Library,
    chance: np.random.Generator,
) -> list[Placement]:
    """One sound at every onset, of a few recordings of like colour, never the same twice in a row."""
    onsets = outline.onsets(SEEN, BETWEEN_ONSETS_S)
    if not len(onsets):
        onsets = np.array([int(outline.level_db.argmax())])
    strike = max(1, round(STRIKE_S / outline.frame_s))
    struck = np.unique(np.clip(onsets[:, None] + np.arange(strike), 0, len(outline.level_db) - 1))
    pool = [each for each in candidates if each.analysis.form != "loop"] or candidates
    chosen = _first_usable(ranked(pool, outline.shape(struck), chance), library)
    if chosen is None:
        return []
    shots = [
        shot for shot in shots_of(chosen, pool) if shot.recording is chosen or library.usable(shot.recording)
    ]
    levels = np.array([outline.level_db[onset : onset + strike].max() for onset in onsets])
    gains = np.clip((levels - np.percentile(levels, 90)) * FOLLOWED, SOFTEST_DB, LOUDEST_DB)
    placed, last = [], -1
    for onset, gain in zip(onsets, gains, strict=True):
        others = [index for index in range(len(shots)) if index != last] or [0]
        last = others[int(chance.integers(len(others)))]
        at_s = stretch.start_s + float(onset) * outline.frame_s - shots[last].attack_s
        placed.append(_event(shots[last], at_s, EVENT_DB + float(gain)))
    return placed


def _event(shot: Shot, at_s: float, level_db: float) -> Placement:
    gain = level_db - shot.level_db
    return Placement(shot.recording, "event", at_s, shot.from_s, shot.length_s, gain, 0.004, 0.06)


def _phrases(
    outline: Outline,
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
    likely = ranked(pool, outline.shape(), chance)[: 2 * PHRASES_TRIED]
    order = [each for each in likely if library.usable(each)]
    placed, at_s, last = list[Placement](), stretch.start_s, None
    while order and at_s < stretch.stop_s:
        rest = outline.within(at_s - stretch.start_s, stretch.stop_s - stretch.start_s)
        others = [each for each in order[:PHRASES_TRIED] if each is not last] or order
        fits = [(_best_fit(rest, each, stretch.stop_s - at_s), each) for each in others]
        (score, skipped_s), last = max(fits, key=lambda fit: fit[0][0])
        if score == -np.inf and not placed:
            return []
        from_s, begin_s = max(0.0, skipped_s), at_s - min(0.0, skipped_s)
        length = min(last.analysis.duration_s - from_s, stretch.stop_s - begin_s + 0.1)
        gain = PHRASE_DB - last.analysis.level_db
        placed.append(Placement(last, "phrase", begin_s, from_s, length, gain, 0.02, 0.1))
        at_s = begin_s + length + float(chance.uniform(0.1, 0.6))
    return placed


def _best_fit(outline: Outline, recording: Recording, wanted_s: float) -> tuple[float, float]:
    """(score, seconds of the recording that are skipped): where the onsets of its own are likeliest to be
    seen. A negative number waits that long."""
    found = recording.analysis
    own_s = np.array([event.start_s + PHRASE_ATTACK_S for event in found.events])
    first = -min(1.0, 0.5 * found.duration_s, wanted_s)
    skipped_s = np.arange(first, max(found.duration_s - wanted_s, 0.0) + 0.01, PHRASE_STEP_S)
    rows = np.round((own_s - skipped_s[:, None]) / outline.frame_s).astype(int)
    inside = (rows >= 0) & (rows < len(outline.seen))
    expected = outline.seen - outline.seen.mean()
    count = inside.sum(axis=1)
    told = np.where(inside, expected[np.clip(rows, 0, len(expected) - 1)], 0.0).sum(axis=1)
    covered = np.minimum(found.duration_s - np.maximum(skipped_s, 0.0), wanted_s) / wanted_s
    score = np.where(count > 0, told / np.sqrt(np.maximum(count, 1)) + np.minimum(covered, 1.0), -np.inf)
    best = int(score.argmax())
    return float(score[best]), float(skipped_s[best])


def _texture(
    outline: Outline,
    stretch: Stretch,
    candidates: list[Recording],
    library: Library,
    chance: np.random.Generator,
) -> list[Placement]:
    """One recording that goes on for the whole stretch, in grains that are cross-faded; its level follows the
    generated one."""
    loops = [each for each in candidates if each.analysis.form == "loop"] or candidates
    chosen = _first_usable(ranked(loops, outline.shape(), chance), library)
    if chosen is None:
        return []
    movement = np.clip(outline.movement(SMOOTH_S, 50.0) * FOLLOWED, SOFTEST_DB, LOUDEST_DB)
    follow = (stretch.start_s + np.arange(len(movement)) * outline.frame_s, movement)
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
    outline: Outline, placed: list[Placement], library: Library, chance: np.random.Generator
) -> list[Placement]:
    """The longest quiet stretch of what is used, under everything; none where no recording has one."""
    used = {each.recording.path: each.recording for each in placed}
    tones = [
        each
        for each in used.values()
        if each.analysis.quiet[1] >= SHORTEST_TONE_S and each.analysis.quiet[2] >= FAINTEST_TONE_DB
    ]
    if not tones or any(each.role == "texture" for each in placed):
        return []
    tone = max(tones, key=lambda each: each.analysis.quiet[1])
    start_s, length_s, level_db = tone.analysis.quiet
    gain = EVENT_DB + FLOOR_DB - level_db
    whole = Stretch(0.0, outline.duration_s, ())
    return _grains(tone, "room tone", whole, (start_s, start_s + length_s), gain, None, chance)
