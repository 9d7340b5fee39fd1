"""The acts of the stage's clean setting, and how they are described: who does what to what, sometimes how
often."""

import random
import re
from dataclasses import dataclass

from prompts.english import gerund, third_person
from prompts.grammar import Heard, caption
from prompts.lexicon.entry import words


@dataclass(frozen=True)
class Act:
    """One thing that happens.

    Attributes:
        kind, action: of the stage.
        clauses: "subject|verb|rest" of a sentence; several say the same.
        gaps_s: shortest and longest time between two events, or None for what goes on.
        strokes: to and fro: an event begins every stroke, and nobody counts them.
    """

    kind: str
    action: str
    clauses: tuple[str, ...]
    gaps_s: tuple[float, float] | None = None
    strokes: bool = False


ACTS: dict[str, Act] = {
    "anvil": Act(
        "metal",
        "strike",
        (
            "a hammer|strike|an anvil",
            "a hammer|hit|an anvil",
            "a blacksmith|hammer|on an anvil",
            "someone|strike|an anvil with a hammer",
            "a hammer|hit|metal",
        ),
        (0.4, 1.0),
    ),
    "axe": Act(
        "wood",
        "chop",
        (
            "an axe|chop|a log",
            "someone|chop|wood with an axe",
            "an axe|hit|a block of wood",
            "someone|chop|firewood",
        ),
        (0.42, 1.0),
    ),
    "door": Act(
        "wood",
        "knock",
        (
            "someone|knock|on a wooden door",
            "a fist|knock|on a door",
            "a hand|knock|at the door",
            "a knuckle|rap|on a wooden door",
        ),
        (0.3, 0.8),
    ),
    "drum": Act(
        "drum",
        "strike",
        (
            "a drummer|play|a drum",
            "two sticks|hit|a drum",
            "someone|beat|a drum with sticks",
            "a drumstick|strike|a drum",
        ),
        (0.3, 0.8),
    ),
    "glass": Act(
        "glass",
        "strike",
        (
            "a spoon|tap|a glass",
            "someone|hit|a glass with a spoon",
            "a spoon|clink|on a drinking glass",
            "a spoon|strike|a glass of water",
        ),
        (0.36, 0.9),
    ),
    "ball": Act(
        "plastic",
        "bounce",
        (
            "a ball|bounce|on the floor",
            "a plastic ball|bounce|",
            "a ball|hit|the ground",
            "someone|bounce|a ball",
        ),
        (0.38, 0.68),
    ),
    "steps": Act(
        "stone",
        "footstep",
        (
            "someone|walk|on stone",
            "two legs|step|on the pavement",
            "feet|walk|on stone paving",
            "a person|walk|on a stone floor",
        ),
        (0.4, 0.8),
    ),
    "hands": Act(
        "clap",
        "clap",
        ("someone|clap|", "two hands|clap|", "a person|clap|their hands", "hands|clap|together"),
        (0.36, 0.9),
    ),
    "keyboard": Act(
        "plastic",
        "type",
        (
            "someone|type|on a keyboard",
            "fingers|type|on a computer keyboard",
            "two hands|press|keys",
            "someone|press|a key on a keyboard",
        ),
        (0.3, 0.6),
    ),
    "stone in water": Act(
        "splash",
        "splash",
        (
            "a stone|splash|into water",
            "a rock|fall|into a lake with a splash",
            "a stone|drop|into the water",
            "something|splash|into water",
        ),
        (0.6, 1.3),
    ),
    "tap": Act(
        "drip",
        "drip",
        (
            "water|drip|from a tap",
            "a tap|drip|into a bowl",
            "a drop|fall|from a faucet",
            "a leaky faucet|drip|",
        ),
        (0.42, 1.2),
    ),
    "storm": Act(
        "thunder",
        "flash",
        (
            "lightning|flash|and thunder rolls",
            "a thunderstorm|flash|",
            "lightning|strike|in a dark sky",
            "a bolt of lightning|flash|with thunder",
        ),
        (0.9, 2.2),
    ),
    "clock": Act(
        "clock",
        "tick",
        (
            "a clock|tick|",
            "the pendulum of a clock|swing|",
            "a grandfather clock|tick|",
            "an old clock|tick|on the wall",
        ),
        (0.4, 1.0),
    ),
    "dog": Act(
        "dog",
        "bark",
        ("a dog|bark|", "a big dog|bark|", "a brown dog|bark|at someone", "the dog|bark|"),
        (0.4, 1.0),
    ),
    "bird": Act(
        "bird",
        "chirp",
        ("a bird|chirp|", "a small bird|sing|on a branch", "a bird|tweet|", "a bird|chirp|in a tree"),
        (0.34, 0.9),
    ),
    "bell": Act(
        "bell",
        "ring",
        ("a bell|ring|", "a church bell|swing|", "a golden bell|ring|", "a bell|toll|"),
        (0.5, 1.0),
    ),
    "saw": Act(
        "saw",
        "saw",
        (
            "someone|saw|a plank",
            "a handsaw|cut|through wood",
            "a saw|cut|a wooden board",
            "someone|saw|wood with a hand saw",
        ),
        (0.32, 0.6),
        True,
    ),
    "cloth": Act(
        "rub",
        "rub",
        (
            "a hand|rub|a table with a cloth",
            "someone|wipe|the table",
            "a cloth|rub|on wood",
            "someone|rub|a surface",
        ),
        (0.32, 0.7),
        True,
    ),
    "jug": Act(
        "pour",
        "pour",
        (
            "someone|pour|water into a glass",
            "water|pour|from a jug",
            "a jug|pour|water into a glass",
            "a pitcher|fill|a glass with water",
        ),
    ),
    "fire": Act(
        "fire",
        "burn",
        ("a fire|burn|", "a campfire|crackle|", "logs|burn|in a fire", "flames|crackle|"),
    ),
    "rain": Act(
        "rain",
        "rain",
        (
            "rain|fall|outside the window",
            "rain|fall|on a window",
            "it|rain|outside",
            "heavy rain|pour|down",
        ),
    ),
    "tree": Act(
        "wind",
        "blow",
        (
            "the wind|blow|through a tree",
            "wind|bend|a tree",
            "a tree|sway|in the wind",
            "strong wind|blow|over the grass",
        ),
    ),
    "fan": Act(
        "fan",
        "spin",
        ("a fan|spin|", "an electric fan|turn|", "a fan|whir|in a room", "a ventilator|spin|"),
    ),
    "drill": Act(
        "drill",
        "drill",
        (
            "someone|drill|into a wall",
            "a power drill|bore|into a brick wall",
            "a drill|drill|a hole",
            "an electric drill|run|",
        ),
    ),
}
"""By name. `ta_v2a.stage.clean` draws each of them."""

_PLURAL = frozenset(words("two sticks; two legs; feet; two hands; hands; fingers; logs; flames"))
_COUNTS = tuple(
    words(said)
    for said in (
        "once; one time",
        "twice; two times",
        "three times; 3 times",
        "four times; 4 times",
        "five times; 5 times",
    )
)
_MANY = ("again and again", "repeatedly", "several times", "many times")


def _agreeing(subject: str, verb: str) -> str:
    return verb if subject in _PLURAL else third_person(verb)


def how_often(count: int, rng: random.Random) -> str:
    """How often, in words, 1 to 5."""
    return rng.choice(_COUNTS[count - 1])


def sentences(act: str) -> list[str]:
    """Every wording of an act, as a plain sentence without a number."""
    said = []
    for clause in ACTS[act].clauses:
        subject, verb, rest = clause.split("|")
        said.append(" ".join(part for part in (subject, _agreeing(subject, verb), rest) if part))
    return said


def plain_caption(act: str, count: int, rng: random.Random) -> str:
    """A plain sentence: the first wording of an act, with the number of its events where there is one."""
    often = how_often(count, rng) if count and not ACTS[act].strokes else ""
    return " ".join(part for part in (sentences(act)[0], often) if part)


def clean_caption(act: str, count: int, rng: random.Random, heard: Heard) -> str:
    """Describes a clean scene.

    Args:
        act: key of `ACTS`.
        count: of its events, 1 to 5, which the words mostly tell; 0 tells no number.
        rng: all choices come from it.
        heard: of the same scene, for the wordings of the whole grammar (`prompts.grammar.caption`), which are
            a fifth of all.
    """
    if rng.random() < 0.2:
        return caption([heard], rng)
    subject, verb, rest = rng.choice(ACTS[act].clauses).split("|")
    often = ""
    if count and rng.random() < 0.75:
        often = how_often(count, rng)
    elif heard.count > 5 and rng.random() < 0.3:
        often = rng.choice(_MANY)
    if rng.random() < 0.3:
        parts = (subject, gerund(verb), rest, often)
    else:
        parts = (subject, _agreeing(subject, verb), rest, often)
    text = " ".join(part for part in parts if part)
    return text[:1].upper() + text[1:] + "." if rng.random() < 0.3 else text


def count_in(text: str) -> int | None:
    """How often words such as those of `clean_caption` say that it happens, or None where they tell no
    number."""
    text = _spaced(text)
    return next((n for n, ways in enumerate(_COUNTS, 1) if any(f" {way} " in text for way in ways)), None)


def without_count(text: str) -> str:
    """The words of a text in small letters, but for those that `count_in` reads."""
    text = _spaced(text)
    for way in (way for ways in _COUNTS for way in ways):
        text = text.replace(f" {way} ", " ")
    return text.strip()


def _spaced(text: str) -> str:
    words_said = " ".join(re.findall(r"[\w'-]+", text.lower()))
    return f" {words_said} "
