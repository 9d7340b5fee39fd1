"""Cues and prompts, as a user may type them."""

import time

import pytest

from ta_v2a.engine.cues import PROMPT_CHARACTERS, Cue, cut_prompt, parse_cue, read_cues
from ta_v2a.errors import UserError


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("1.2-3.0: glass breaking", Cue(1.2, 3.0, "glass breaking")),
        ("0 - 2s : rain", Cue(0, 2, "rain")),
        ("1:02.5-1:10: a door: slams", Cue(62.5, 70, "a door: slams")),
        ("3-: wind", Cue(3, float("inf"), "wind")),
        ("1 s - 2:30 s: 3 dogs", Cue(1, 150, "3 dogs")),
        ("1-2:30 dogs", Cue(1, 2, "30 dogs")),
        ("1-2: a\x00\n  bell\x00", Cue(1, 2, "a bell")),
        ("1-2: \u202ba\x07 bell\u202c", Cue(1, 2, "a bell")),
        (".5-1: 玻璃碎了 🔔", Cue(0.5, 1, "玻璃碎了 🔔")),
    ],
)
def test_cues_are_read(text, cue):
    assert parse_cue(text) == cue


@pytest.mark.parametrize(
    "text",
    ["", "glass", "1-2:", "2-1: x", "1-1: x", "a-b: x", "1.2.3-4: x", "1:2:3:4-5: x", "-1-2: x", "1-2 x"],
)
def test_wrong_cues_are_one_clear_line(text):
    with pytest.raises(UserError) as caught:
        parse_cue(text)
    assert "\n" not in str(caught.value) and "cue" in str(caught.value)


@pytest.mark.parametrize("text", ["1-2: \x00", "\x001-2: x", "1\x00-2: x", "1-2: \x00 \x00"])
def test_a_zero_byte_says_nothing(text):
    with pytest.raises(UserError, match="is not of the form"):
        parse_cue(text)


def test_a_cue_after_the_end_is_refused():
    assert read_cues(["0-9: rain", Cue(1, 2, "bell")], 4.0) == [Cue(0, 9, "rain"), Cue(1, 2, "bell")]
    with pytest.raises(UserError, match="lasts 4"):
        read_cues(["4-5: rain"], 4.0)


@pytest.mark.parametrize(
    ("given", "used", "cut"),
    [
        (None, None, False),
        ("", None, False),
        (" \n\t", None, False),
        ("a knock", "a knock", False),
        ("🔔" * 10_000, "🔔" * PROMPT_CHARACTERS, True),
        ("knock " * 10_000, "knock " * 165 + "knock", True),
        ("a\x00b", "a b", False),
        ("\x00 \x00", None, False),
        ("\u202ekn\u200dock\u202c", "knock", False),
        ("\ufeffkn\xadock\x1b[31m", "knock [31m", False),
        ("\u200b\u200f", None, False),
        ("rain" + " " * 5000 + "and\n\twind", "rain and wind", False),
    ],
)
def test_prompts(given, used, cut):
    assert cut_prompt(given) == (used, cut)


def test_a_cue_in_python_is_cleaned_like_its_text_and_must_say_something():
    assert read_cues([Cue(0, 1, " a\x00 bell ")], 4.0) == [Cue(0, 1, "a bell")]
    for text in ("", " ", "\x00"):
        with pytest.raises(UserError, match="says nothing"):
            read_cues([Cue(0, 1, text)], 4.0)


N = 200_000


@pytest.mark.parametrize(
    "text",
    [
        "1" + " " * N + "-" + " " * N + "x",
        "1" + " " * N + "s" + " " * N,
        "1-" + " " * N + "s" + " " * N + "x",
        "1-" + " s" * N,
        "1-" + ":" * N,
        "1-" + "1:" * N + " x",
        "1" * N + "-" + "1" * N,
        "." * N + "-2: x",
        " " * N + "1-2:" + " " * N + "x" + " " * N,
        "1-2:" + " x" * N,
        "1-2:" + "\x00 " * N,
        "1-2:" + "\u200fx" * N,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_reading_a_cue_takes_time_that_grows_with_its_length_only(text):
    """Some milliseconds; what tries every split of the blanks would take minutes."""
    began = time.process_time()
    try:
        parse_cue(text)
    except UserError as error:
        assert len(str(error)) < 400
    assert time.process_time() - began < 1
