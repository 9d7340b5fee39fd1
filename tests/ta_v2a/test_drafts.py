"""A film shows what its words count: it is drawn until it shows enough, and comes to rest after as many."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_films import video_parts

from ta_v2a import AudibleVideoPipeline
from ta_v2a.cli.main import run_command
from ta_v2a.delivery.generate import FilmOrder, film_of
from ta_v2a.engine import drafts
from ta_v2a.engine.drafts import Seen, drafted, seen_in
from ta_v2a.engine.filming import film_maker
from ta_v2a.engine.resting import resting_picture


@pytest.fixture(scope="module")
def maker(pipeline):
    return film_maker(pipeline.cvalp, **video_parts())


@pytest.fixture
def counted(monkeypatch):
    """Lets the tower see so many onsets, 50 ms apart, in the films that it is shown."""

    def sees(*counts):
        left = iter(counts)
        told = lambda *_: Seen(0.05 * np.arange(next(left), dtype=float), np.zeros(1))  # noqa: E731
        monkeypatch.setattr(drafts, "seen_in", told)
        return left

    return sees


def test_films_are_drawn_until_one_shows_enough(pipeline, maker, counted):
    left = counted(1, 2, 3, 9)
    draft = drafted(pipeline.engine, maker, "a bell rings three times", 7, 2, drafts=5)
    assert (draft.told, draft.seen, draft.kept, draft.shown) == (3, (1, 2, 3), 2, None)
    assert list(left) == [9]
    first = maker.film("a bell rings three times", maker.generator(7), 2)
    assert (draft.film != first).mean() > 0.1  # another noise


def test_where_none_shows_enough_the_nearest_is_kept(pipeline, maker, counted):
    counted(0, 2, 1)
    draft = drafted(pipeline.engine, maker, "a bell rings three times", 7, 2, drafts=3)
    assert (draft.seen, draft.kept, draft.shown) == ((0, 2, 1), 1, None)


def test_a_film_that_shows_more_comes_to_rest(pipeline, maker, counted):
    counted(6, 2)
    draft = drafted(pipeline.engine, maker, "a bell rings twice", 7, 2)
    first = maker.film("a bell rings twice", maker.generator(7), 2)
    assert (draft.seen, draft.kept, draft.shown) == ((6,), 0, 2)
    changed = [bool((a != b).any()) for a, b in zip(draft.film, first, strict=True)]
    assert changed[0] is False and any(changed[1:])  # the second onset is in the first picture


def test_the_tower_may_count_otherwise_so_another_rest_is_tried(pipeline, maker, counted):
    counted(6, 4, 3)
    draft = drafted(pipeline.engine, maker, "a bell rings twice", 7, 2)
    assert (draft.shown, draft.seen) == (3, (6,))
    counted(6, 7, 8)
    assert drafted(pipeline.engine, maker, "a bell rings twice", 7, 2).shown is None
    counted(6)
    maker_of_others = replace(maker)
    object.__setattr__(maker_of_others, "fills_in", False)
    assert drafted(pipeline.engine, maker_of_others, "a bell rings twice", 7, 2).shown is None


def test_it_rests_where_it_is_stillest_or_as_it_began():
    film = np.zeros((20, 4, 4, 3), np.uint8)
    film[5:12] = np.arange(7, dtype=np.uint8)[:, None, None, None] * 30
    film[12:] = 77
    assert resting_picture(film, 6, 4) == 12
    film[12:] = np.arange(8, dtype=np.uint8)[:, None, None, None] * 30
    assert resting_picture(film, 6, 4) == 0
    assert resting_picture(film, 18, 4) == 0  # too near to the end


def test_words_without_a_number_and_a_single_draft_are_the_film_of_the_seed(pipeline, maker):
    plain = drafted(pipeline.engine, maker, "a bell", 7, 2, drafts=5)
    assert (plain.told, plain.seen) == (None, ())
    np.testing.assert_array_equal(plain.film, maker.film("a bell", maker.generator(7), 2))
    single = drafted(pipeline.engine, maker, "a bell rings twice", 7, 2, drafts=1)
    assert (single.told, single.seen) == (2, ())
    np.testing.assert_array_equal(single.film, maker.film("a bell rings twice", maker.generator(7), 2))


def test_the_tower_of_the_preset_looks(pipeline, maker):
    film = maker.film("a bell", torch.Generator().manual_seed(0), 2)
    seen = seen_in(pipeline.engine, film)
    assert seen.feature.shape == (pipeline.cvalp.text_width,)
    assert (seen.onsets_s >= 0).all() and (seen.onsets_s <= len(film) / maker.fps).all()


def test_the_command_says_what_it_chose_from(pipeline, tmp_path, capsys):
    preset = tmp_path / "tiny"
    AudibleVideoPipeline.from_foley(pipeline, **video_parts()).save_pretrained(preset)
    words = ["generate", "a bell rings twice", "--preset", str(preset), "--steps", "1", "--size", "64"]
    assert run_command([*words, "-o", str(tmp_path / "a.mp4"), "--json", "--drafts", "2"]) == 0
    chosen = json.loads(capsys.readouterr().out)["takes"][0]["drafts"]
    assert chosen["told"] == 2 and len(chosen["seen"]) in (1, 2) and chosen["kept"] in (1, 2)
    assert isinstance(chosen["shown"], int)
    assert run_command([*words, "-o", str(tmp_path / "b.mp4"), "--json", "--drafts", "1"]) == 0
    assert "drafts" not in json.loads(capsys.readouterr().out)["takes"][0]
    assert run_command([*words, "-o", str(tmp_path / "c.mp4"), "--drafts", "0"]) == 2


@pytest.mark.parametrize(
    ("prompt", "drafts", "rests"),
    [("a bell rings twice", 2, True), ("a bell", 2, False), ("a bell rings twice", 1, False)],
)
def test_a_long_film_that_counts_rests_on(pipeline, maker, counted, prompt, drafts, rests):
    counted(4, 2)
    order = FilmOrder(prompt, "film.mp4", steps=1, size=64, drafts=drafts)
    film, draft = film_of(pipeline.engine, maker, order, 7, 2 * maker.pictures, None, lambda share: None)
    end = list(film)[maker.pictures - 1 :]
    assert len(end) == maker.pictures + 1
    assert all((one == end[0]).all() for one in end) == rests
    assert (draft is not None) == rests
