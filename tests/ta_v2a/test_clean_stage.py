"""The clean setting: what is said happens, what happens is seen, files give back what was rendered."""

import numpy as np
import pytest

from prompts.acts import ACTS, count_in
from ta_v2a.stage.clean.render import LOOKS, render_clean
from ta_v2a.stage.clean.scenes import COUNTED, plan_clean, wordings
from ta_v2a.stage.packed import Filming, film_scenes, packed, read_films, unpacked
from ta_v2a.stage.scene.kinds import KINDS

TIMES_S = np.arange(32) / 15.625


def test_every_act_is_drawn_and_of_the_stage():
    assert set(LOOKS) == set(ACTS)
    for act in ACTS.values():
        assert act.action in KINDS[act.kind].actions


def test_a_count_that_is_said_is_the_number_of_events():
    counts = []
    for seed in range(300):
        scene = plan_clean(seed, 4.096, ("anvil", "door", "bell"))
        for text in wordings(scene, 4):
            said = count_in(text)
            if said is not None:
                counts.append(said)
                assert said == len(scene.sources[0].events), text
    assert set(range(1, COUNTED + 1)) <= set(counts) and len(counts) > 150


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Hands clap four times!", 4),
        ("hands clap four times, solid bodies", 4),
        ("a stick strikes a drum once, loudly", 1),
        ("a well-timed hit", None),
        ("hands clap", None),
    ],
)
def test_a_count_is_read_wherever_it_stands(text, count):
    assert count_in(text) == count


@pytest.mark.parametrize("act", sorted(ACTS))
def test_pictures_move_and_are_those_of_the_seed(act):
    scene = plan_clean(5, 2.048, (act,))
    film = render_clean(scene, TIMES_S, 64)
    assert film.shape == (32, 64, 64, 3) and film.dtype == np.uint8
    np.testing.assert_array_equal(film, render_clean(scene, TIMES_S, 64))
    assert np.abs(np.diff(film.astype(int), axis=0)).max() > 20
    grey = render_clean(scene, TIMES_S[:2], 64, colour=False)
    weights = np.array([0.299, 0.587, 0.114])
    assert np.abs(grey - film[:2] @ weights).mean() < 3


def test_scenes_of_an_act_share_their_look_but_not_their_events():
    scenes = [plan_clean(seed, 2.048, ("anvil",)) for seed in range(8)]
    plain = [scene for scene in scenes if not scene.mirrored]
    mirrored = [scene for scene in scenes if scene.mirrored]
    assert plain and mirrored and len({scene.event_times_s.tobytes() for scene in scenes}) == 8
    corners = [render_clean(scene, TIMES_S[:1], 64)[0, 50:, 20:40] for scene in plain]
    assert all(np.array_equal(corner, corners[0]) for corner in corners)
    flipped = render_clean(mirrored[0], TIMES_S[:1], 64)[0, 50:, ::-1][:, 20:40]
    assert np.abs(flipped.astype(int) - corners[0]).mean() < 12


def test_the_hammer_is_down_at_every_event_and_up_between():
    scene = next(
        scene
        for scene in (plan_clean(seed, 4.096, ("anvil",)) for seed in range(50))
        if len(scene.sources[0].events) == 3 and not scene.mirrored
    )
    events = scene.event_times_s
    between = (events[1:] + events[:-1]) / 2
    film = render_clean(scene, np.sort(np.concatenate([events, between])), 64).astype(int)
    above = film[:, 4:18, 34:50].std((1, 2, 3))  # where the hammer's head is when it is up
    assert above[1::2].min() > above[0::2].max()


def test_what_cannot_be_planned_is_refused():
    with pytest.raises(ValueError, match="no act 'x'"):
        plan_clean(0, 4.0, ("x",))
    with pytest.raises(ValueError, match="lasts 2 s or more"):
        plan_clean(0, 1.0)


def test_files_give_back_what_was_rendered_and_mend_themselves(tmp_path):
    filming = Filming(("ball", "fire"), px=32, pictures=32)
    (file,) = film_scenes(filming, range(3), tmp_path, 0)
    films, facts = read_films(file, filming)
    for seed, (film, fact) in enumerate(zip(films, facts, strict=True)):
        scene = plan_clean(seed, filming.duration_s, filming.acts)
        np.testing.assert_array_equal(film, render_clean(scene, filming.times_s, 32))
        assert fact["captions"] == wordings(scene, 4) and fact["act"] == scene.act
    noise = np.random.default_rng(0).integers(0, 255, (32, 32, 32, 3), dtype=np.uint8)
    np.testing.assert_array_equal(unpacked(packed(noise), filming), noise)
    file.write_bytes(file.read_bytes()[:1000])
    assert film_scenes(filming, range(3), tmp_path, 1) == [file]
    again, known = read_films(file, filming, only=2)
    assert known == facts[:2] and all(np.array_equal(a, b) for a, b in zip(again, films, strict=False))
