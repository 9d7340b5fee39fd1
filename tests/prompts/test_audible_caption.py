"""Audible-video captions: both descriptions are in them, by rules or by a model whose silence is no
caption."""

import pytest

from prompts.audible_caption import Merger, ModelMerger, RuleMerger, sentence, sentences_and_words


def test_rules_say_both_and_say_the_same_once():
    found = RuleMerger().merge("a dog barking", "wind blowing")
    assert found.caption == "The video shows a dog barking. The sound of wind blowing is heard."
    assert found.seen == "The video shows a dog barking." and found.heard.endswith("heard.")
    once = RuleMerger().merge("Hand clapping", "hand clapping.")
    assert once.caption == "The video shows hand clapping, and that is what is heard."
    assert RuleMerger().merge("", "rain falling").caption == "The sound of rain falling is heard."
    assert RuleMerger().merge("TV noise", "").caption == "The video shows TV noise."


def test_a_model_rephrases_each_and_merges_what_it_has_said():
    asked = []

    def complete(instruction: str) -> str:
        asked.append(instruction)
        return ["a dog stands and barks", "Wind howls.", "A dog barks  while the wind howls"][len(asked) - 1]

    merger = ModelMerger(complete)
    assert isinstance(merger, Merger)
    found = merger.merge("dog", "wind")
    assert found.seen == "A dog stands and barks." and found.heard == "Wind howls."
    assert found.caption == "A dog barks while the wind howls."
    assert "dog" in asked[0] and "wind" in asked[1] and found.seen in asked[2] and found.heard in asked[2]


def test_where_a_model_says_nothing_the_rules_do():
    assert ModelMerger(lambda _: "").merge("a dog", "wind") == RuleMerger().merge("a dog", "wind")


@pytest.mark.parametrize(
    ("caption", "counts"),
    [("", (0, 0)), ("One. Two three!", (2, 3)), ("no full stop", (1, 3)), ("At 2.5 s it rings.", (1, 5))],
)
def test_sentences_and_words_are_counted(caption, counts):
    assert sentences_and_words(caption) == counts


def test_words_become_a_sentence():
    assert sentence("  a  dog ,") == "A dog." and sentence("") == "" and sentence("So?") == "So?"
