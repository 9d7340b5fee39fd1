"""Cues and prompts, as a user may type them."""

import pytest

from ta_v2a.cues import PROMPT_CHARACTERS, Cue, cut_prompt, parse_cue, read_cues
from ta_v2a.errors import UserError


@pytest.mark.parametrize(
    ("text", "cue"),
    [
        ("1.2-3.0: glass breaking", Cue(1.2, 3.0, "glass breaking")),
        ("0 - 2s : rain", Cue(0, 2, "rain")),
        ("1:02.5-1:10: a door: slams", Cue(62.5, 70, "a door: slams")),
        ("3-: wind", Cue(3, float("inf"), "wind")),
        (".5-1: 玻璃碎了 🔔", Cue(0.5, 1, "玻璃碎了 🔔")),
    ],
)
def test_cues_are_read(text, cue):
    assert parse_cue(text) == cue


@pytest.mark.parametrize("text", ["", "glass", "1-2:", "2-1: x", "1-1: x", "a-b: x", "1.2.3-4: x", "1:2:3:4-5: x", "-1-2: x", "1-2 x"])
def test_wrong_cues_are_one_clear_line(text):
    with pytest.raises(UserError) as caught:
        parse_cue(text)
    assert "\n" not in str(caught.value) and "cue" in str(caught.value)


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
        ("a\x00b", "a b", False),
    ],
)
def test_prompts(given, used, cut):
    assert cut_prompt(given) == (used, cut)
