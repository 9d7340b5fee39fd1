"""What is done with words that the text encoder never learnt."""

from ta_v2a.engine.cues import Cue
from ta_v2a.engine.understanding import followed

BELL, UNKNOWN = Cue(0, 1, "a bell"), Cue(1, 2, "campana")
KNOWN = "dog rain bell horn drum saw glass metal wood thunder wind fire "


def test_texts_of_which_nothing_is_known_are_left_out():
    wording = followed("ladridos de perro", "música", [BELL, UNKNOWN])
    assert (wording.prompt, wording.negative_prompt, wording.cues) == ("", "", [BELL])
    assert wording.not_understood == [
        {"of": "prompt", "text": "ladridos de perro", "words": ["ladridos", "perro"], "left_out": True},
        {"of": "negative prompt", "text": "música", "words": ["música"], "left_out": True},
        {"of": "cue", "text": "campana", "words": ["campana"], "left_out": True},
    ]
    assert wording.lines == [
        "the prompt “ladridos de perro” names no sound that is known: treated as if there were none",
        "the negative prompt “música” names no sound that is known: left out",
        "the cue “campana” names no sound that is known: left out",
    ]


def test_single_unknown_words_are_named_and_the_rest_counts():
    prompt = "a dog barks at the quixotic cobbler and the bell rings"
    wording = followed(prompt, "wind", [BELL])
    assert (wording.prompt, wording.negative_prompt, wording.cues) == (prompt, "wind", [BELL])
    [row] = wording.not_understood
    assert row == {"of": "prompt", "text": prompt, "words": ["quixotic", "cobbler"], "left_out": False}
    assert wording.lines == ["not understood in the prompt: quixotic, cobbler"]


def test_what_is_understood_or_empty_is_no_matter():
    for prompt in ("a dog barks", "", "  ", "\x00"):
        wording = followed(prompt, "", [BELL])
        assert (wording.prompt, wording.cues) == (prompt, [BELL])
        assert wording.not_understood == wording.lines == []


def test_lines_are_short_and_printable():
    wording = followed("\x1b[31m" + "zq" * 5000, KNOWN + " ".join(f"zq{'x' * n}q" for n in range(9)), [])
    assert all(len(line) < 300 and line.isprintable() for line in wording.lines)
    assert wording.lines[1].endswith(" more")
