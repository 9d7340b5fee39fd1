"""Of several drafts the one is kept that shows what the words count."""

import json

import numpy as np
import pytest
import torch
from tiny_films import video_parts

from ta_v2a import AudibleVideoPipeline
from ta_v2a.cli.main import run_command
from ta_v2a.engine import drafts
from ta_v2a.engine.drafts import Seen, drafted, seen_in
from ta_v2a.engine.filming import film_maker


@pytest.fixture(scope="module")
def maker(pipeline):
    return film_maker(pipeline.cvalp, **video_parts())


@pytest.fixture
def counted(monkeypatch):
    """The tower sees 5, 1, 3, 4, 3 onsets in the films that it is shown."""
    counts = iter((5, 1, 3, 4, 3))
    monkeypatch.setattr(drafts, "seen_in", lambda *_: Seen(np.arange(next(counts), dtype=float), np.zeros(1)))


def test_the_first_of_the_nearest_is_kept(pipeline, maker, counted):
    draft = drafted(pipeline.engine, maker, "a bell rings three times", 7, 2, drafts=5)
    assert (draft.told, draft.seen, draft.kept) == (3, (5, 1, 3, 4, 3), 2)
    first = maker.film("a bell rings three times", maker.generator(7), 2)
    assert (draft.film != first).mean() > 0.1  # another noise


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
    assert chosen["told"] == 2 and len(chosen["seen"]) == 2 and chosen["kept"] in (1, 2)
    assert run_command([*words, "-o", str(tmp_path / "b.mp4"), "--json", "--drafts", "1"]) == 0
    assert "drafts" not in json.loads(capsys.readouterr().out)["takes"][0]
    assert run_command([*words, "-o", str(tmp_path / "c.mp4"), "--drafts", "0"]) == 2
