"""The kinds of recordings: named as their index names them, described as people type."""

import hashlib
import random

import pytest

from prompts.grammar import Heard, caption
from prompts.lexicon import ALL_KINDS, LEXICON, RECORDED, entry_of
from prompts.vocabulary import grammar_captions


def spoken(kind: str, rng: random.Random) -> str:
    return caption([Heard(kind, "", rng.random(), 0.5, rng.random(), 0.0, rng.randint(0, 5))], rng)


def test_the_stage_comes_first_and_no_kind_twice():
    assert len(LEXICON) == 29 and len(RECORDED) == 204 and len(ALL_KINDS) == len(set(ALL_KINDS)) == 227
    assert ALL_KINDS[:29] == tuple(LEXICON)
    assert set(ALL_KINDS) == set(LEXICON) | set(RECORDED)


def test_every_kind_is_described_richly():
    for kind, entry in RECORDED.items():
        clauses = [clause for own in entry.clauses.values() for clause in own]
        assert entry.adjectives and len(entry.sounds) >= 3, kind
        assert len(set(entry.keywords)) >= 12 and len(clauses) >= 6, kind
        for clause in clauses:
            subject, verb, _rest = clause.split("|")
            assert subject.strip("~*") and verb, clause


def test_captions_are_clean_and_vary():
    rng = random.Random(130)
    for kind in ALL_KINDS:
        texts = {spoken(kind, rng) for _ in range(60)}
        assert len(texts) > 40, kind
        for text in texts:
            assert text == " ".join(text.split()) and not set(text) & set("{}~|*_<>"), text


def test_two_kinds_are_joined():
    rng = random.Random(131)
    two = [Heard(kind, "", 0.5, 0.5, 0.6, 0.0, 0) for kind in ("tabla", "rain")]
    assert all(len(caption(two, rng).split()) >= 2 for _ in range(100))


def test_an_unknown_kind_is_refused():
    assert entry_of("tabla") is RECORDED["tabla"] and entry_of("rain") is LEXICON["rain"]
    with pytest.raises(ValueError, match="no words for kind 'kazoo'"):
        entry_of("kazoo")


def test_captions_of_the_stage_are_those_of_every_weights_before():
    text = "\n".join(caption for seed in range(4) for caption in grammar_captions(500, seed))
    assert (
        hashlib.sha256(text.encode()).hexdigest()
        == "d5ae2b18e32573c9892efd74c5c87bf3489a4dc909ffb249d120498d41ac8840"
    )
