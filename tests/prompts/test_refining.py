"""The refiner by rules, on a committed list of prompts with their expected sources."""

import csv
import math
import subprocess
import sys
from pathlib import Path

import pytest

from prompts.refining.refined import Refined
from prompts.refining.rules import RuleRefiner
from prompts.refining.sources import telling, word_stem, words_in
from prompts.vocabulary import grammar_captions

TABLE = Path(__file__).parent / "lists" / "refined.csv"


def rows() -> list[dict[str, str]]:
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def stems(text: str) -> set[str]:
    return {word_stem(word) for word in words_in(text)}


def named(word: str, found: set[str]) -> bool:
    """Whether a word is there in some form: "wood" in "wooden"."""
    return any(one.startswith(word_stem(word)) for one in found)


def wrong_with(row: dict[str, str], found: Refined) -> list[str]:
    """What is not as the row of the list says."""
    cues = " ".join(cue.text for cue in found.cues)
    heard, unwanted = stems(f"{found.text} {cues}"), stems(found.negative)
    faults = []
    if lost := {word for word in row["sources"].split() if not named(word, heard)}:
        faults.append(f"lost {lost}")
    wanted_not = row["unwanted"].split()
    kept_out = all(named(word, unwanted) and not named(word, heard) for word in wanted_not)
    if not kept_out or (unwanted and not wanted_not):
        faults.append(f"unwanted {found.negative!r}")
    if row["sort"] not in ("typos", "languages", "markdown") and (
        new := telling(f"{found.text} {cues}") - telling(row["prompt"]) - {"three", "two"}
    ):
        faults.append(f"invented {new}")
    expected = [cue.strip() for cue in row["cues"].split(";") if cue.strip()]
    told = [
        (f"{cue.start_s:g}-{'' if math.isinf(cue.end_s) else f'{cue.end_s:g}'}", stems(cue.text))
        for cue in found.cues
    ]
    wanted = [(cue.split(":")[0], cue.split(":")[1].split()) for cue in expected]
    if len(told) != len(wanted) or any(
        a[0] != b[0] or not all(named(word, a[1]) for word in b[1]) for a, b in zip(told, wanted, strict=True)
    ):
        faults.append(f"cues {told}")
    if row["sort"] == "plain" and (found.text != row["prompt"] or found.trace):
        faults.append("changed")
    return faults


def test_the_list_is_long_and_of_all_sorts():
    table = rows()
    assert len(table) >= 300
    assert {row["sort"] for row in table} == {
        *("plain", "negation", "times", "messy", "typos", "contradiction", "languages", "orders", "markdown"),
        *("long", "odd"),
    }
    assert any(len(row["prompt"]) == 10_000 for row in table)


def test_every_prompt_of_the_list_keeps_its_sources():
    refiner = RuleRefiner()
    faults = {row["prompt"][:80]: wrong_with(row, refiner.refine(row["prompt"])) for row in rows()}
    faults = {prompt: found for prompt, found in faults.items() if found}
    assert not faults, "\n".join(f"{prompt!r}: {found}" for prompt, found in faults.items())


def test_captions_of_the_training_grammar_stay_as_they_are():
    refiner = RuleRefiner()
    for text in grammar_captions(4000, 11):
        found = refiner.refine(text)
        assert found == Refined(text, unknown=found.unknown) and found.text is text, found


TIMED = """
import csv, sys, time
from prompts.refining.rules import RuleRefiner
refiner, slowest = RuleRefiner(), 0.0
refiner.refine("a dog brak, a bell rang, 3x knock, at 3 s, no music")  # the tables are made
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file):
        began = time.process_time()
        refiner.refine(row["prompt"])
        slowest = max(slowest, time.process_time() - began)
print(slowest)
"""


def test_each_takes_under_50_ms():
    """In a process of its own, where nothing checks the types of every call."""
    done = subprocess.run(
        [sys.executable, "-c", TIMED, str(TABLE)], capture_output=True, text=True, check=True
    )
    assert float(done.stdout) < 0.05


@pytest.mark.parametrize(
    ("prompt", "text", "negative"),
    [
        ("rain, no music", "rain", "music"),
        ("a dog brak, 3x knock", "a dog bark, three knocks", ""),
        ("a cinematic shot of a red car driving by at sunset", "a car driving by", ""),
        ("water dribbled on the floor", "water dribbles on the floor", ""),
        ("a door was knocked on", "a door is knocked on", ""),
        ("a dog barks after a door slams", "a door slams, then a dog barks", ""),
        ("rain falls and at the same time a dog barks", "rain falls while a dog barks", ""),
        ("Hi! please generate the sound of glass breaking, thanks", "glass breaking", ""),
        ("# Foley\n- rain\n- wind", "Foley, rain, wind", ""),
        ("no sound", "no sound", ""),
        ("", "", ""),
    ],
)
def test_wordings(prompt, text, negative):
    found = RuleRefiner().refine(prompt)
    assert (found.text, found.negative) == (text, negative)


def test_the_trace_says_what_was_done_and_nothing_where_nothing_was():
    found = RuleRefiner().refine("a dog brak, no wind, at 3 s thunder")
    assert [step.name for step in found.trace] == ["spelling", "negation", "times"]
    assert found.trace[0].found == "brak: bark" and "wind" in found.trace[1].line()
    assert not RuleRefiner().refine("a dog barks").changed


def test_what_is_wanted_and_unwanted_stays_wanted_and_is_said():
    found = RuleRefiner().refine("rain, no rain")
    assert (found.text, found.negative) == ("rain", "")
    assert "wanted and unwanted" in found.trace[0].found


def test_times_that_may_mean_two_things_are_left_and_said():
    found = RuleRefiner().refine("at 3 s a bell, after 2 s a dog barks")
    assert found.cues == () and found.text == "at 3 s a bell, after 2 s a dog barks"
    assert found.trace[0].name == "times" and "several" in found.trace[0].found


def test_the_refiner_imports_no_torch():
    code = "import sys, prompts.refining.rules; sys.exit('torch' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "typed, left",
    [
        ("My trip was wonderful, the valley looks green. A cat meows twice.", "A cat meows twice."),
        ("Rain falls on a tent. The hills are brown and the moon is bright.", "Rain falls on a tent."),
        ("Could you make a sound for my clip? An engine idles. She wears a red scarf.", "An engine idles."),
        ("Glass shatters. Please make it sound super realistic!", "Glass shatters."),
    ],
)
def test_sentences_of_what_is_only_seen_go(typed, left):
    assert RuleRefiner().refine(typed).text == left


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("The sky is blue.", "sky"),  # nothing else is told
        ("A dog barks. The kazoo is purple.", "kazoo"),  # a word that nobody knows may be a source
        ("A dog barks. The video shows a drum.", "drum"),
        ("Rain falls. The bearded man is hammering.", "hammering"),
        ("A dog barks. Three times.", "three times"),
    ],
)
def test_a_sentence_that_may_name_a_sound_stays(typed, kept):
    assert kept in RuleRefiner().refine(typed).text.casefold()
