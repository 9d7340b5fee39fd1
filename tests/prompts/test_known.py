"""What the grammar's words cover, on two committed lists: prompts it was never told about,
and natural ones to follow."""

import csv
import time
from pathlib import Path

import pytest

from prompts.known import plain_words, telling_words, understood
from prompts.vocabulary import grammar_captions

LISTS = Path(__file__).parent / "lists"


def prompts(name: str) -> list[str]:
    """The lines of a list; those that begin with "# " are remarks."""
    lines = (LISTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("# ")]


def test_at_least_95_of_100_unknown_prompts_are_named_as_such_and_left_out():
    found = {text: understood(text) for text in prompts("unknown")}
    assert len(found) >= 200
    flagged = [text for text, what in found.items() if what.unknown or not what.names_a_sound]
    followed = [text for text, what in found.items() if what.names_a_sound]
    assert len(flagged) >= 0.95 * len(found)
    assert len(followed) <= 0.05 * len(found), followed
    print(
        f"unknown: {len(flagged)} of {len(found)} named, {len(found) - len(followed)} left out, all but "
        f"{followed}"
    )


def test_at_most_2_of_100_known_prompts_are_left_out_and_few_words_of_them_named():
    found = {text: understood(text) for text in [*prompts("known"), *grammar_captions(1000, 99)]}
    natural = prompts("known")
    left_out = [text for text, what in found.items() if not what.names_a_sound]
    assert len(natural) >= 150 and not set(left_out) & set(natural)
    assert len(left_out) <= 0.02 * len(found), left_out
    named = [word for text in natural for word in found[text].unknown]
    assert len(named) <= 0.4 * len(natural), named
    assert not any(what.unknown for text, what in found.items() if text not in natural)  # its own words
    print(
        f"known: {len(left_out)} of {len(found)} left out; {len(named)} words of {len(natural)} natural ones "
        f"named"
    )


@pytest.mark.parametrize(
    ("text", "names_a_sound", "unknown"),
    [
        ("a door knock", True, ()),
        ("Ladridos de perro", False, ("ladridos", "perro")),
        ("someone knocked on the mailman's door", True, ("mailman",)),
        ("dog 🐕🐕 barks, quixotically", True, ("🐕", "quixotically")),
        ("कुत्ता भौंक", False, ("कुत्ता", "भौंक")),
        ("狗叫声", False, ("狗叫声",)),
        ("ｄｏｇ ＢＡＲＫＩＮＧ", True, ()),
        ("dropped, dries, hammered, doorknock", True, ()),
        ("very loud, three times", False, ()),
        ("asdf asdf ASDF", False, ("asdf",)),
        ("", False, ()),
        ("\x00 ... 42", False, ()),
    ],
)
def test_words_are_sorted(text, names_a_sound, unknown):
    found = understood(text)
    assert (found.names_a_sound, found.unknown) == (names_a_sound, unknown)


def test_plain_words_name_nothing():
    assert {"the", "for", "someone", "loud", "village"} <= plain_words() - telling_words()
    assert {"dog", "rain", "glass", "knock", "fire", "forest"} <= telling_words()


N = 25_000


TEXTS = ["a" * N, "dog " * N, "🔥" * N, "e\u0301" * N, "x " * N, "ing" * N]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:2]))
def test_time_grows_with_the_length_only(text):
    began = time.process_time()
    understood(text)
    assert time.process_time() - began < 2


def test_other_languages_and_nonsense_name_nothing():
    found = {text: understood(text) for text in prompts("foreign")}
    assert len(found) == 100
    assert not [text for text, what in found.items() if what.names_a_sound]


def test_at_least_97_of_100_captions_that_people_wrote_are_followed():
    with (Path(__file__).parents[2] / "benchmarks" / "captions.csv").open(encoding="utf-8") as stream:
        captions = [row["caption"] for row in csv.DictReader(stream)]
    left_out = [text for text in captions if not understood(text).names_a_sound]
    assert len(captions) == 300 and len(left_out) <= 9, left_out
    assert sum(bool(understood(text).unknown) for text in captions) <= 30


def test_a_word_lost_among_unknown_ones_names_nothing():
    assert not understood("alguien llama a la puerta").names_a_sound
    assert understood("a llama").names_a_sound or "llama" in understood("a llama").unknown
    assert understood("dog quixotically").names_a_sound
