"""What the pictures know: prompts of the acts are met by mini's text tower, others are said to be none."""

import pytest
from tiny_films import video_parts

from prompts.acts import ACTS, sentences, without_count
from ta_v2a import AudibleVideoPipeline
from ta_v2a.delivery.generate import FilmOrder, generate_films
from ta_v2a.engine import known_acts
from ta_v2a.engine.known_acts import nearest_act
from ta_v2a.engine.parts import load_parts


@pytest.fixture(scope="module")
def mini_text():
    return load_parts("mini")[0].cvalp


def test_every_wording_is_its_own_act_whatever_its_number_and_world(mini_text):
    for act in ACTS:
        for sentence in sentences(act):
            nearest = nearest_act(mini_text, f"{sentence} three times, solid bodies")
            assert (nearest.act, nearest.sentence) == (act, sentence) and nearest.likeness > 0.999


def test_numbers_are_taken_out_and_nothing_else():
    assert without_count("A dog barks, three times, loudly.") == "a dog barks loudly"
    assert without_count("a well-timed hit") == "a well-timed hit"


@pytest.mark.parametrize(
    ("prompt", "act"),
    [
        ("a big dog is barking loudly", "dog"),
        ("sawing wood", "saw"),
        ("Church bells.", "bell"),
        ("chopping wood", "axe"),
        ("a campfire", "fire"),
    ],
)
def test_other_words_for_an_act_are_understood(mini_text, prompt, act):
    nearest = nearest_act(mini_text, prompt)
    assert nearest.act == act and nearest.told


@pytest.mark.parametrize(
    "prompt", ["a cat meows", "a train passes", "a man speaks", "a baby cries", "a violin"]
)
def test_what_is_no_act_is_said_to_be_none(mini_text, prompt):
    assert not nearest_act(mini_text, prompt).told


def test_only_heads_of_the_stage_s_worlds_say_so(pipeline, tmp_path, monkeypatch):
    monkeypatch.setattr(known_acts, "LIKE", 0.9999)  # the tiny text tower takes all for alike
    filming = AudibleVideoPipeline.from_foley(pipeline, **video_parts())

    def told(prompt: str) -> tuple[dict, list[str]]:
        filming.save_pretrained(tmp_path / "preset")
        said: list[str] = []
        order = FilmOrder(prompt, str(tmp_path / "a.mp4"), steps=1, size=64, preset=str(tmp_path / "preset"))
        report = generate_films(order, lambda *_: None, said.append)
        return report, [line for line in said if "tells none of them" in line]

    report, said = told("a train passes")
    assert (report["act"], said) == (None, [])
    filming.video_head.register_to_config(world="flat")
    report, said = told("a train passes")
    assert report["act"]["nearest"] in said[0] and said[0] in report["warnings"] and "\n" not in said[0]
    report, said = told("a dog barks twice, solid bodies")
    assert report["act"] == {"nearest": "a dog barks", "likeness": 1.0} and not said
