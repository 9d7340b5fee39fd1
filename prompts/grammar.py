"""A grammar that describes what is heard, the way people type it: keywords, Foley notes, full sentences."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from prompts.english import article, gerund, plural, third_person
from prompts.lexicon import Entry, entry_of
from prompts.lexicon.entry import words
from prompts.lexicon.impacts import IMPACT_CLAUSES
from prompts.lexicon.recorded_air import AIR
from prompts.lexicon.recorded_friction import FRICTION
from prompts.lexicon.recorded_liquids import LIQUIDS

_PEOPLE = words(
    "someone; someone; a person; a man; a woman; somebody; a child; he; she; an actor; a worker; a hand"
)
_SMALL = words("small; tiny; little; small; mini")
_LARGE = words("big; large; huge; massive; giant")
_SMALL_THING = _SMALL + ("light", "short")
_LARGE_THING = _LARGE + ("heavy", "heavy")
# Air, weather and friction have no size of their own, and only impacts have a hard or soft contact.
_SIZELESS = frozenset(
    [*words("scrape; saw; rub; pour; wind; rain; thunder; drip; bubbles; clap"), *AIR, *FRICTION, *LIQUIDS]
)
_SOFT = words("soft; dull; muffled; gentle; dampened; blunt; mellow")
_HARD = words("hard; sharp; crisp; bright; solid; punchy")
_QUIET = words("quiet; faint; distant; low; subdued; weak")
_LOUD = words("loud; powerful; strong; very loud; intense; violent")
_ADVERBS = {
    "soft": words("softly; gently; lightly; carefully; tenderly"),
    "hard": words("hard; sharply; crisply; with force; firmly"),
    "quiet": words("quietly; faintly; softly; at a distance; in the distance; barely audibly"),
    "loud": words("loudly; very loudly; noisily; at full volume; powerfully; with a lot of noise"),
    "slow": words(
        "slowly; at a slow pace; now and then; with pauses; occasionally; from time to time; "
        "slowly and steadily"
    ),
    "quick": words("quickly; briskly; at a quick pace; fast; in quick succession; repeatedly"),
    "rapid": words("rapidly; very fast; in rapid succession; frantically; like mad; at high speed"),
    "many": words(
        "repeatedly; again and again; over and over; several times; many times; multiple times; "
        "rhythmically; a few times"
    ),
    "steady": words("continuously; constantly; steadily; without a break; on and on; all the time"),
}
_TIMES = {
    1: words("once; one time; a single time; just once"),
    2: words("twice; two times"),
    3: words("three times; 3 times; thrice"),
    4: words("four times; 4 times"),
}
_NUMBERS = {
    2: words("two; 2; a pair of; double"),
    3: words("three; 3"),
    4: words("four; 4"),
    5: words("five; 5"),
}
_PACES = {
    "slow": words("slow; unhurried; occasional"),
    "quick": words("quick; fast; brisk; repeated"),
    "rapid": words("rapid; very fast; frantic; rapid-fire"),
}
PLACES = words(
    "in a room; in a kitchen; outdoors; outside; indoors; in a garage; in the street; at night; "
    "in the morning; in a studio; on a sunny day; in a field; in the forest; in a park; in a hall; "
    "on a stage; in the workshop; close up; in the evening; on the table; at home; in the background; "
    "nearby; in an empty house; in a village"
)
_FRAMES = words(
    "the sound of {}; sound of {}; sounds of {}; the noise of {}; {} sound; {} sounds; {} sound effect; "
    "sfx: {}; foley: {}; {} sfx; we hear {}; you can hear {}; I want {}; add {}; there is {}; "
    "make it sound like {}; it should sound like {}; a recording of {}; audio of {}; {} noise; {} foley; "
    "please add the sound of {}; as if {}"
)
_BEFORE_ONLY = tuple(frame for frame in _FRAMES if not frame.startswith("{}") and frame != "as if {}")
_JOINERS = words(
    "{0} and {1}; {0}, {1}; {0} with {1}; {0} and {1} in the background; {0}, and {1}; {0} + {1}; {0} & {1}; "
    "{0} along with {1}; {0} together with {1}; {0} plus {1}; {0} / {1}; {0} as well as {1}; "
    "{0} accompanied by {1}; {0} over {1}; {0} mixed with {1}; both {0} and {1}; {0} followed by {1}; "
    "first {0}, then {1}; {0} then {1}"
) + ("{0}; {1}", "{0}. {1}")
_SENTENCE_JOINERS = (
    "{0} and {1}",
    "{0} while {1}",
    "{0} as {1}",
    "{0}, and {1}",
    "{0}. {1}",
    "{0}, while {1}",
    "{0} and then {1}",
    "{0}, then {1}",
    "{0}; {1}",
)


@dataclass(frozen=True)
class Heard:
    """What a caption may say of one source.

    Args:
        kind: one of `prompts.lexicon.ALL_KINDS`.
        action: how it is made to sound ("strike", "pour"); one the kind does not
            know is left out of the words.
        size: 0 small .. 1 large.
        hardness: 0 soft contact .. 1 hard contact.
        loudness: 0 .. 1.
        pace_hz: events a second; 0 for a continuous sound.
        count: number of events; 0 for a continuous sound.
    """

    kind: str
    action: str
    size: float
    hardness: float
    loudness: float
    pace_hz: float
    count: int


@dataclass(frozen=True)
class _Traits:
    """Which attributes this caption mentions, in words; empty where it says nothing."""

    size: str
    contact: str
    contact_adverb: str
    level: str
    level_adverb: str
    pace: str
    pace_adverb: str


def _extreme(value: float, low: float, high: float) -> int:
    return -1 if value < low else 1 if value > high else 0


def _traits(heard: Heard, entry: Entry, rng: random.Random) -> _Traits:
    """Attributes are mentioned only where they are far from the middle, and then only sometimes."""
    size, contact, level = (
        _extreme(heard.size, 0.3, 0.7),
        _extreme(heard.hardness, 0.3, 0.7),
        _extreme(heard.loudness, 0.4, 0.8),
    )
    size, contact, level = (side if rng.random() < 0.4 else 0 for side in (size, contact, level))
    size = 0 if heard.kind in _SIZELESS else size
    contact = contact if entry.materials else 0
    small, large = (_SMALL_THING, _LARGE_THING) if entry.materials else (_SMALL, _LARGE)
    pace = ""
    if heard.count and heard.pace_hz:
        pace = (
            "slow"
            if heard.pace_hz < 0.8
            else "rapid"
            if heard.pace_hz > 5
            else "quick"
            if heard.pace_hz > 2
            else ""
        )
    adverbs: Sequence[str] = ()
    if rng.random() < 0.4:
        if heard.count == 0:
            adverbs = _ADVERBS["steady"]
        elif heard.count in _TIMES and rng.random() < 0.7:
            adverbs = _TIMES[heard.count]
        elif heard.count > 2:
            adverbs = _ADVERBS[pace] if pace and rng.random() < 0.7 else _ADVERBS["many"]
    pick = rng.choice
    return _Traits(
        size=pick((small, ("",), large)[size + 1]),
        contact=pick((_SOFT, ("",), _HARD)[contact + 1]),
        contact_adverb=pick((_ADVERBS["soft"], ("",), _ADVERBS["hard"])[contact + 1]),
        level=pick((_QUIET, ("",), _LOUD)[level + 1]),
        level_adverb=pick((_ADVERBS["quiet"], ("",), _ADVERBS["loud"])[level + 1]),
        pace=pick(_PACES[pace]) if pace and heard.count > 2 and rng.random() < 0.3 else "",
        pace_adverb=pick(adverbs) if adverbs else "",
    )


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _noun(text: str, size: str, rng: random.Random) -> str:
    """A noun phrase with an article: "a small oak door", "the oak door"."""
    noun = _joined(size, text)
    return f"the {noun}" if rng.random() < 0.15 else article(noun)


def _with_nouns(text: str, size: str, rng: random.Random) -> str:
    """Fill every "~noun": the first one takes the size."""
    sizes = iter([size])
    # A noun phrase runs to the next preposition or the end; the article only needs its first word.
    return re.sub(r"~(\S+)", lambda found: _noun(found[1], next(sizes, ""), rng), text)


def _clause(heard: Heard, entry: Entry, size: str, rng: random.Random) -> tuple[str, str, str]:
    """(subject, verb, rest) of one clause; impacts mix the general ways to hit with
    those of their own material."""
    own = entry.clauses.get(heard.action, ()) + (
        entry.clauses["*"] if not entry.materials or heard.action not in IMPACT_CLAUSES else ()
    )
    if entry.materials and (not own or rng.random() < 0.6):
        action = heard.action if heard.action in IMPACT_CLAUSES else rng.choice(tuple(IMPACT_CLAUSES))
        template = rng.choice(IMPACT_CLAUSES[action])
        template = template.replace("{t}", f"{rng.choice(entry.materials)} {rng.choice(entry.struck)}")
        template = template.replace("{m}", f"{rng.choice(entry.materials)} {rng.choice(entry.movers)}")
        template = template.replace("{f}", rng.choice(entry.floors))
    elif entry.materials and rng.random() < 0.15:
        template = rng.choice(entry.clauses["*"])
    else:
        template = rng.choice(own)
    subject, verb, rest = template.split("|")
    if subject.startswith("~"):
        return _with_nouns(subject, size, rng), verb, _with_nouns(rest, "", rng)
    return subject, verb, _with_nouns(rest, size, rng)


def _sentence(heard: Heard, rng: random.Random) -> str:
    """A finite clause: "a big dog barks loudly"."""
    entry = entry_of(heard.kind)
    traits = _traits(heard, entry, rng)
    subject, verb, rest = _clause(heard, entry, traits.size, rng)
    progressive = rng.random() < 0.2
    if subject.startswith("*"):
        subject, finite, being = subject[1:], verb, "are"
    elif subject == "someone" and rng.random() < 0.15:
        subject, finite, being = "people", verb, "are"
    else:
        subject, finite, being = (
            rng.choice(_PEOPLE) if subject == "someone" else subject,
            third_person(verb),
            "is",
        )
    adverbs = [
        traits.level_adverb,
        traits.contact_adverb if not traits.level_adverb else "",
        traits.pace_adverb,
    ]
    before = (
        adverbs.pop(0) if adverbs[0].endswith("ly") and " " not in adverbs[0] and rng.random() < 0.4 else ""
    )
    if progressive:
        return _joined(subject, being, before, gerund(verb), rest, *adverbs)
    return _joined(subject, before, finite, rest, *adverbs)


def _participle(heard: Heard, rng: random.Random) -> str:
    """A clause without finite verb: "knocking on an oak door", "a dog barking", "car skidding"."""
    entry = entry_of(heard.kind)
    traits = _traits(heard, entry, rng)
    subject, verb, rest = _clause(heard, entry, traits.size, rng)
    subject = subject.removeprefix("*")
    if subject in ("someone", "it"):
        subject = "" if subject == "it" or rng.random() < 0.6 else rng.choice(_PEOPLE)
        subject = {"he": "a boy", "she": "a girl"}.get(subject, subject)
    elif not rest and rng.random() < 0.25:
        bare = subject.removeprefix("the ").removeprefix("a ").removeprefix("an ")
        return _joined(traits.level, gerund(verb), bare, traits.pace_adverb)
    return _joined(subject, gerund(verb), rest, traits.level_adverb, traits.pace_adverb)


def _nominal(heard: Heard, rng: random.Random) -> str:
    """A noun phrase of the sound: "two loud metallic clangs"."""
    entry = entry_of(heard.kind)
    traits = _traits(heard, entry, rng)
    source = rng.choice(entry.adjectives + entry.materials) if rng.random() < 0.9 else heard.kind
    sound = rng.choice(entry.sounds)
    if source in sound.split():
        source = ""
    size = traits.size if not traits.contact else ""
    noun = _joined(traits.level, traits.pace, traits.contact, size, source, sound)
    if heard.count in _NUMBERS and rng.random() < 0.5:
        number = rng.choice(_NUMBERS[heard.count])
        return _joined(number, plural(noun) if number != "double" else noun)
    if heard.count == 1:
        return rng.choice((article(noun), article("single " + noun), noun, "one " + noun))
    if heard.count > 1:
        return _joined(
            rng.choice(("", "", "several", "many", "a series of", "repeated", "some")), plural(noun)
        )
    return rng.choice((noun, article(noun), _joined("constant", noun), _joined("steady", noun)))


def _keyword(heard: Heard, rng: random.Random) -> str:
    """A short prompt: "metal clang", "rifle shot, loud", "footsteps gravel"."""
    entry = entry_of(heard.kind)
    traits = _traits(heard, entry, rng)
    draw = rng.random()
    if draw < 0.08:
        text = heard.kind
    elif draw < 0.2:
        text = _joined(rng.choice(entry.materials or entry.adjectives), rng.choice(entry.sounds))
    elif draw < 0.28 and entry.materials:
        text = _joined(rng.choice(entry.materials), rng.choice(entry.struck + entry.movers))
    else:
        text = rng.choice(entry.keywords).replace("_", ",")
    attributes = [word for word in (traits.level, traits.contact, traits.size, traits.pace) if word]
    if not attributes:
        return text
    return _joined(attributes[0], text) if rng.random() < 0.5 else ", ".join([text, *attributes[:2]])


def _phrase(heard: Heard, rng: random.Random) -> str:
    """One source as anything but a finite sentence."""
    return rng.choices((_participle, _nominal, _keyword), (4, 3, 3))[0](heard, rng)


def _dressed(text: str, rng: random.Random) -> str:
    """The surface: dropped articles, case, full stop, stray place words."""
    if rng.random() < 0.12:
        text = _joined(text, rng.choice(PLACES)) if rng.random() < 0.7 else f"{rng.choice(PLACES)}, {text}"
    if rng.random() < 0.15:
        text = re.sub(r"\b(?:a|an|the) ", "", text, flags=re.IGNORECASE) or text
    draw = rng.random()
    if draw < 0.42:
        text = text[:1].upper() + text[1:]
        return text if rng.random() < 0.5 else text + rng.choice((".", ".", ".", "!", "..."))
    if draw < 0.46:
        return text.upper()
    if draw < 0.49:
        return text.title()
    return text


def caption(heard: Sequence[Heard], rng: random.Random) -> str:
    """Describe what is heard.

    Args:
        heard: the sources, in any order; usually one to three.
        rng: all choices come from it: the same state gives the same caption.

    Returns:
        One line of text, from a single keyword to a sentence or two; "" for no sources.

    Raises:
        ValueError: a kind without words.
    """
    for one in heard:
        entry_of(one.kind)
    if not heard:
        return ""
    order = list(heard)
    if rng.random() < 0.3:
        rng.shuffle(order)
    if rng.random() < 0.4:
        text = _sentence(order[0], rng)
        for one in order[1:]:
            text = rng.choice(_SENTENCE_JOINERS).format(text, _sentence(one, rng))
        return _dressed(text, rng)
    text = _phrase(order[0], rng)
    for one in order[1:]:
        text = rng.choice(_JOINERS).format(text, _phrase(one, rng))
    if rng.random() < 0.2:
        text = rng.choice(_BEFORE_ONLY if len(order) > 1 else _FRAMES).format(text)
    return _dressed(text, rng)


def common_phrases() -> list[str]:
    """What captions say of any source: persons, sizes, contact, levels, paces,
    numbers, frames; not places."""
    lists = [_PEOPLE, _SMALL_THING, _LARGE_THING, _SOFT, _HARD, _QUIET, _LOUD]
    lists += [
        _FRAMES,
        _JOINERS,
        _SENTENCE_JOINERS,
        *_ADVERBS.values(),
        *_TIMES.values(),
        *_NUMBERS.values(),
        *_PACES.values(),
    ]
    return [phrase for phrases in lists for phrase in phrases]
