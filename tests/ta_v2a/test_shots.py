"""Cuts: found where a picture changes wholly, at the film's own picture; not at pans and flashes."""

import numpy as np
import pytest

from ta_v2a.engine.cues import Cue
from ta_v2a.engine.seen_places import places_of
from ta_v2a.engine.shots import cut_times
from ta_v2a.engine.stretches import Span, around, cues_within, parted
from vocoders.clock import MINI


def shot(seed: int, pictures: int, drift: float = 0.0) -> np.ndarray:
    """(pictures, 80, 80) a drawn background that drifts, with a square that moves."""
    rng = np.random.default_rng(seed)
    wide = rng.integers(10 + 40 * seed, 60 + 40 * seed, (8, 24)).repeat(10, 0).repeat(10, 1).astype(np.uint8)
    frames = np.stack([np.roll(wide, -int(drift * i), axis=1)[:, :80] for i in range(pictures)])
    for index, frame in enumerate(frames):
        left = index * 2 % 60
        frame[30:45, left : left + 15] = 250
    return frames


def test_cuts_are_found_at_the_films_own_picture():
    frames = np.concatenate([shot(0, 50), shot(2, 40), shot(4, 60)])
    assert cut_times([frames[:70], frames[70:]], MINI.fps) == pytest.approx(
        [50 / 31.25, 90 / 31.25], abs=0.017
    )
    film_s = np.arange(0, 6, 1 / 24)  # the same at 24 pictures a second, seen by the clock
    times_s = (np.arange(round(5.9 * MINI.fps)) + 0.5) / MINI.fps
    film = np.concatenate([shot(0, 60), shot(2, 84)])
    seen = film[np.searchsorted(film_s, times_s, "right") - 1]
    assert cut_times([seen], MINI.fps, 24) == [2.5]


def test_a_cut_between_shots_of_the_same_brightness_is_found():
    tiles = np.random.default_rng(0).permutation(np.repeat([30, 200], 32)).astype(np.uint8)
    first = tiles.reshape(8, 8).repeat(10, 0).repeat(10, 1)
    frames = np.stack([first] * 40 + [first[::-1, ::-1]] * 40)
    frames[:, 30:45] += np.arange(80, dtype=np.uint8)[:, None, None] % 7  # something goes on
    assert cut_times([frames], MINI.fps) == pytest.approx([40 / MINI.fps], abs=0.017)


def test_a_pan_a_flash_and_a_still_are_no_cuts():
    flash = shot(1, 60)
    flash[30:33] = 255
    assert cut_times([shot(0, 90, drift=3.0)], MINI.fps) == []
    assert cut_times([flash], MINI.fps) == []
    lamp = shot(1, 60)
    lamp[20:] = lamp[20:] * 0.6 + 90
    assert np.abs(lamp[20] - lamp[19].astype(float)).mean() > 42 and cut_times([lamp], MINI.fps) == []
    assert cut_times([np.full((40, 80, 80), 9, np.uint8)], MINI.fps) == []
    assert cut_times([], MINI.fps) == []


def test_very_short_shots_belong_to_the_one_before():
    frames = np.concatenate([shot(0, 5), shot(2, 60)])
    assert cut_times([frames], MINI.fps) == []
    assert cut_times([frames[::-1]], MINI.fps) == []


def test_parts_and_their_cues():
    assert parted(Span(1, 5), [0.5, 2, 5, 3]) == [Span(1, 2), Span(2, 3), Span(3, 5)]
    assert parted(Span(1, 2), [1.01, 1.97]) == [Span(1, 2)], "no part is hardly anything"
    cues = [Cue(0, 1, "a"), Cue(1.5, 4, "b"), Cue(3, float("inf"), "c"), Cue(9, 10, "d")]
    heard = cues_within(cues, Span(1, 3.5))
    assert [(cue.text, cue.start_s, cue.end_s) for cue in heard] == [("b", 0.5, 3), ("c", 2, float("inf"))]
    made = around(Span(3.2, 5), MINI, 1, 6.0, 2.0)
    assert made.stop_s == 6 and made.start_s == pytest.approx(18 * 0.064) and made.start_s <= 1.2


def test_places_are_where_something_moves():
    still = np.full((3, 5, 80, 80), 50, np.uint8)
    moving = still.copy()
    moving[0, 2:, 20:60, 4:12] = 200
    moving[1, 2:, 20:60, 68:76] = 200
    left, right, nothing = places_of(moving)
    assert -1 < left < -0.7 and 0.7 < right < 1 and nothing == 0
    bright = still.copy()
    bright[:, 2:] += 60  # everywhere alike
    assert np.abs(places_of(bright)).max() < 0.01
