"""Which words of a prompt the text tower met: those of the grammar, and everyday ones of captions that people
wrote. It makes something of any other, and that means nothing."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path

from prompts.grammar import PLACES, common_phrases
from prompts.lexicon import ALL_KINDS, LEXICON, RECORDED, Entry
from prompts.lexicon.impacts import IMPACT_CLAUSES

# English that says nothing of a sound: neither understood nor worth a complaint.
_FUNCTION_WORDS = """
a an the this that these those some any no every each all both either neither another other others such same
own i me my mine you your yours he him his she her hers it its itself we us our ours they them their theirs
who whom whose which what someone somebody anyone anybody everyone everybody nobody something anything
everything nothing one ones thing things and or nor but so yet if then than as because while when whenever
where wherever how why though although until till since whether of in on at by for to from with without
within into onto upon over under above below beneath beside besides between among through throughout across
along around about against toward towards behind before after during near up down off out inside outside
away back be am is are was were been being do does did done doing have has had having will would shall
should can could may might must go goes going gone went get gets getting got come comes coming came make
makes making made let lets letting take takes taking took put puts putting give gives giving gave keep keeps
keeping kept become becomes start starts starting begin begins stop stops want wants need needs use used
using like likes hear heard hearing listen sound sounds noise noises audio please add not only just also too
very really quite rather almost again once twice still already ever never always often sometimes now here
there maybe perhaps more most less least much many few several little lot lots enough half else even well
first second third last next two three four five six seven eight nine ten new old young good bad different
big long deep boy girl boys girls kid kids men women male female males females adult adults group couple
nearby midnight noon morning evening steady steadily constant constantly continuous continuously brief
briefly sudden suddenly series occur occurs occurring s t d m ll re ve don doesn isn aren won sfx fx foley
effect effects recording loop background foreground ambience ambient die das der war den dem des la le les
el los las un une una il lo di da os du de en et y e
"""
_SHORTEST_PART = 3  # letters of a half of a compound, and of a stem
_LOST_AMONG = 2  # unknown words, more than the known ones: another language, most likely
_LONGEST_COMPOUND = 40  # letters, so that the search for its halves stays short
_ENDINGS = (
    *(("ies", "y"), ("ied", "y"), ("es", ""), ("s", ""), ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e")),
    *(("er", ""), ("er", "e"), ("ers", ""), ("ly", ""), ("y", "")),
)


@dataclass(frozen=True)
class Understood:
    """What the grammar knows of a text.

    Attributes:
        names_a_sound: at least one word is known to name a sound or what makes it, and it is not lost among
            unknown ones (a Spanish "llama" is no animal).
        unknown: the words and emoji that are not known, in their order, each once.
    """

    names_a_sound: bool
    unknown: tuple[str, ...]


def understood(text: str) -> Understood:
    """Sorts the words of a prompt; the time grows with its length only.

    A word is known if the grammar uses it, if it is a plural, past tense, -ing, -er, -ly or -y form of one
    ("knocked"), or two in one ("doorknock"). Articles, pronouns, numbers and the like count neither way.
    """
    telling, plain = telling_words(), plain_words()
    named, unknown = dict[str, None](), dict[str, None]()
    for word in split_words(text):
        if word in telling or (word not in plain and tells(word)):
            named[word] = None
        elif not (word in plain or word.isdigit() or _derived(word, plain)):
            unknown[word] = None
    is_lost = len(unknown) >= _LOST_AMONG and len(unknown) > len(named)
    return Understood(bool(named) and not is_lost, tuple(unknown))


def tells(word: str) -> bool:
    """Whether a word, or what it is a form of, names a sound or what makes it."""
    return word in telling_words() or _derived(word, telling_words())


@cache
def telling_words() -> frozenset[str]:
    """Words by which the grammar names a sound, or what makes it."""
    entries = LEXICON.values()
    texts = [*LEXICON, *(clause for entry in entries for own in entry.clauses.values() for clause in own)]
    texts += [clause for own in IMPACT_CLAUSES.values() for clause in own]
    for entry in entries:
        texts += [*entry.adjectives, *entry.sounds, *entry.keywords]
        texts += [*entry.materials, *entry.struck, *entry.movers, *entry.floors]
    recorded = [phrase for kind, entry in RECORDED.items() for phrase in _phrases(kind, entry)]
    plain = _split([_FUNCTION_WORDS, *common_phrases()])
    told = frozenset(word for word in _split(recorded) - _split(PLACES) if len(word) > 1)
    return ((_split(texts) | told) - plain) | {kind for kind in ALL_KINDS if " " not in kind}


def _phrases(kind: str, entry: Entry) -> tuple[str, ...]:
    """What names a kind of recording; its clauses hold too much else."""
    return (kind, *entry.adjectives, *entry.sounds, *entry.keywords)


@cache
def plain_words() -> frozenset[str]:
    """Words that go with any sound: articles, persons, sizes, levels, paces, places, and everyday words of
    captions and of clauses that name no kind of sound."""
    everyday = Path(__file__).with_name("caption_words.txt").read_text(encoding="utf-8").splitlines()
    listed = [line for line in everyday if not line.startswith("#")]
    clauses = [clause for entry in RECORDED.values() for own in entry.clauses.values() for clause in own]
    unnamed = frozenset(word for word in _split([*listed, *clauses]) if not tells(word))
    return _split([_FUNCTION_WORDS, *common_phrases(), *PLACES]) | unnamed


def _split(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word for text in texts for word in split_words(re.sub(r"\{\w+\}", " ", text)))


def _derived(word: str, known: frozenset[str]) -> bool:
    """Whether `word` is an inflected form or a compound of known words."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= _SHORTEST_PART:
            stem = word[: -len(ending)]
            doubled = not instead and ending[0] in "ie" and stem[-1:] == stem[-2:-1]  # "dropped"
            if stem + instead in known or (doubled and stem[:-1] in known):
                return True
    if len(word) > _LONGEST_COMPOUND:
        return False
    cuts = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    return any(word[:cut] in known and word[cut:] in known for cut in cuts)


def split_words(text: str) -> Iterator[str]:
    """Words in lower case, in any script; an emoji is a word of its own, punctuation is none."""
    for sort, run in groupby(unicodedata.normalize("NFKC", text).casefold(), _sort):
        if sort == "word":
            yield "".join(run)
        elif sort == "sign":
            yield from run


def _sort(character: str) -> str:
    category = unicodedata.category(character)
    return "word" if category[0] in "LNM" else "sign" if category in ("So", "Cs") else "between"
