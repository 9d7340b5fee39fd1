"""Prompts as typed in haste."""

import random

from prompts.noise import hasty


def test_some_words_go_and_some_are_misspelt():
    rng, text = random.Random(0), "someone knocks loudly on the wooden door"
    texts = [hasty(text, rng, 0.3, 0.3) for _ in range(300)]
    words = set(text.split())
    lengths = [len(each.split()) for each in texts]
    assert min(lengths) >= 1 and max(lengths) <= 7 and 4 < sum(lengths) / 300 < 6
    assert any(set(each.split()) - words for each in texts)


def test_nothing_is_lost_where_nothing_may_be():
    assert hasty("a dog barks", random.Random(0), 0.0, 0.0) == "a dog barks"
    assert hasty("thunder", random.Random(0), 1.0, 0.0) == "thunder"
    assert hasty("", random.Random(0)) == ""
    assert hasty("a dog", random.Random(1), 0.0, 1.0) == "a dog"  # too short to be misspelt


def test_the_same_state_repeats_it():
    assert hasty("rain on a tin roof", random.Random(5)) == hasty("rain on a tin roof", random.Random(5))
