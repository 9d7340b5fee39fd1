"""The caption grammar: every kind is named, words are many, seeds repeat."""

import random
import re

import pytest

from prompts.english import article, gerund, plural, third_person
from prompts.grammar import Heard, caption
from prompts.lexicon import LEXICON
from prompts.lexicon.impacts import IMPACT_CLAUSES
from prompts.vocabulary import grammar_captions
from ta_v2a.stage.scene.kinds import KINDS


def heard(kind: str, action: str, **changes: float) -> Heard:
    facts = {"size": 0.5, "hardness": 0.5, "loudness": 0.6, "pace_hz": 0.0, "count": 0} | changes
    return Heard(kind, action, **facts)


def test_every_kind_and_action_of_the_stage_has_words():
    assert set(LEXICON) == set(KINDS)
    rng = random.Random(0)
    for kind in KINDS.values():
        for action in (*kind.actions, "no such action"):
            for _ in range(20):
                assert caption([heard(kind.name, action)], rng).strip(" .!")


def test_a_kind_has_many_wordings():
    rng = random.Random(1)
    for kind in KINDS.values():
        entry = LEXICON[kind.name]
        clauses = {clause for own in entry.clauses.values() for clause in own}
        assert len(set(entry.keywords)) >= 24 and len(clauses) >= 12, kind.name
        texts = {caption([heard(kind.name, kind.actions[0])], rng).lower().strip(" .!") for _ in range(300)}
        assert len(texts) > 150, kind.name


def test_kinds_can_be_told_apart_by_their_words():
    """A bag-of-words guess (naive Bayes over captions of one source) names the kind: the words carry it."""
    from collections import Counter
    from math import log

    rng = random.Random(2)
    counts = {kind: Counter() for kind in LEXICON}
    for kind, counter in counts.items():
        for _ in range(400):
            counter.update(
                re.findall(r"\w+", caption([heard(kind, rng.choice(KINDS[kind].actions))], rng).lower())
            )
    totals = {kind: sum(counter.values()) for kind, counter in counts.items()}
    right = 0
    for index in range(560):
        kind = list(LEXICON)[index % 28]
        words = re.findall(r"\w+", caption([heard(kind, rng.choice(KINDS[kind].actions))], rng).lower())
        score = {
            k: sum(log((c[word] + 0.1) / (totals[k] + 200)) for word in words) for k, c in counts.items()
        }
        right += max(score, key=score.get) == kind
    assert right / 560 > 0.9


def test_the_same_seed_gives_the_same_captions():
    assert list(grammar_captions(50, 3)) == list(grammar_captions(50, 3))
    assert list(grammar_captions(50, 3)) != list(grammar_captions(50, 4))


def test_captions_are_one_clean_line():
    for text in grammar_captions(4000, 5):
        assert text == " ".join(text.split()), text
        assert not re.search(r"[{}~|*_<>]", text), text
        assert len(text) < 400


def test_surfaces_vary():
    texts = list(grammar_captions(3000, 6))
    assert sum(text.isupper() for text in texts) > 30
    assert sum(text.islower() for text in texts) > 1000
    assert sum(text.endswith(".") for text in texts) > 200
    lengths = [len(text.split()) for text in texts]
    assert min(lengths) == 1 and sorted(lengths)[1500] < 12 and max(lengths) > 20


def test_attributes_follow_the_facts():
    rng = random.Random(7)
    large = [
        caption([heard("metal", "drop", size=0.95, loudness=0.95, hardness=0.5)], rng).lower()
        for _ in range(400)
    ]
    small = [
        caption([heard("metal", "drop", size=0.05, loudness=0.25, hardness=0.5)], rng).lower()
        for _ in range(400)
    ]
    assert any(re.search(r"\b(?:huge|giant|large)\b", text) for text in large)
    assert any(re.search(r"\bloud", text) for text in large)
    assert not any(re.search(r"\b(?:tiny|quiet|faintly)\b", text) for text in large)
    assert any(re.search(r"\b(?:tiny|little)\b", text) for text in small)
    assert not any(re.search(r"\b(?:huge|giant|loudly)\b", text) for text in small)
    twice = [caption([heard("dog", "bark", count=2, pace_hz=1.0)], rng).lower() for _ in range(400)]
    assert any("twice" in text or "two" in text for text in twice)
    assert not any("three times" in text for text in twice)


def test_every_source_of_a_caption_is_named():
    rng = random.Random(8)
    for _ in range(300):
        text = caption([heard("dog", "bark"), heard("rain", "rain"), heard("bell", "ring")], rng)
        assert len(text.split()) >= 3
    assert caption([], rng) == ""


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="kazoo"):
        caption([heard("kazoo", "blow")], random.Random(0))


def test_english_forms():
    assert [gerund(verb) for verb in ("hit", "scrape", "fall down", "die", "see", "drop")] == [
        "hitting",
        "scraping",
        "falling down",
        "dying",
        "seeing",
        "dropping",
    ]
    assert [third_person(verb) for verb in ("hit", "splash", "fly", "play", "go off")] == [
        "hits",
        "splashes",
        "flies",
        "plays",
        "goes off",
    ]
    assert [plural(noun) for noun in ("loud crash", "knife", "cherry", "toy")] == [
        "loud crashes",
        "knives",
        "cherries",
        "toys",
    ]
    assert [article(noun) for noun in ("oak door", "bell", "unit", "hour", "ukulele")] == [
        "an oak door",
        "a bell",
        "a unit",
        "an hour",
        "a ukulele",
    ]


def test_clauses_are_well_formed():
    clauses = [clause for entry in LEXICON.values() for own in entry.clauses.values() for clause in own]
    clauses += [clause for own in IMPACT_CLAUSES.values() for clause in own]
    for clause in clauses:
        subject, verb, _rest = clause.split("|")
        assert subject.strip("~*") and verb, clause
