"""Which kinds of a library the words of a prompt ask for. No network: stems, and the lexicon's wordings."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from prompts.known import plain_words
from prompts.lexicon import LEXICON, RECORDED, Entry
from ta_v2a.library.listing import name_words

_INHERITED = 0.8  # of the weight of a wording, where a kind has it from the lexicon's nearest kind
_NEAREST = 0.5  # of a name's words that must be explained before it inherits
_FURTHER = 0.5  # of the first kind's score that a further kind needs with the words that are left
_WHOLE = 0.8  # of a further kind's best wording that a clause must have
_LEAST, _PART = 1.0, 0.4  # score, and share of a wording, below which nothing fits
_CLAUSE = 0.6  # weight of a clause's words beside those of a keyword
MOST_KINDS = 3
_LONG_DOER = 7  # letters
_ENDINGS = (
    *(("ies", "y"), ("ied", "y"), ("ing", ""), ("ed", ""), ("sses", "ss"), ("shes", "sh"), ("ches", "ch")),
    *(("xes", "x"), ("ss", "ss"), ("us", "us"), ("is", "is"), ("s", "")),
)
_CLAUSES = re.compile(r"[,;.:+&]| and | while | then | followed by | with ", re.IGNORECASE)
_CAMERA = re.compile(
    r"close[- ]?up|\b(top|front|side|rear|back|wide|bird's[- ]eye) (view|shot)", re.IGNORECASE
)


@dataclass(frozen=True)
class Asked:
    """A kind that a text asks for.

    Attributes:
        kind: of the library.
        score: how well it fits; compares kinds for one text.
        words: the stems of the text that speak for it.
        whole: share of its best wording, by rarity, that the text has.
    """

    kind: str
    score: float
    words: frozenset[str]
    whole: float


def stem(word: str) -> str:
    """An English word without its endings: "hammering", "hammered" and "hammers" give "hammer"."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)] + instead
            break
    if word.endswith("er") and len(word) >= _LONG_DOER:
        word = word[:-2]  # "sharpener", not "hammer"
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]  # "dropp", of "dropping"
    return word[:-1] if len(word) > 3 and word[-1] in "ey" else word


@cache
def _plain_stems() -> frozenset[str]:
    return frozenset(plain_words())


def stems(text: str) -> list[str]:
    """The stems of a text's words, without those that go with any sound; each once, in order."""
    words = [
        word for word in name_words(_CAMERA.sub(" ", text)) if word not in _plain_stems() and len(word) > 1
    ]
    return list(dict.fromkeys(map(stem, words)))


def _phrases(entry: Entry, weight: float) -> list[tuple[frozenset[str], float]]:
    """The wordings of a lexicon's entry as sets of stems, with their weights."""
    told = [(text, weight) for text in entry.keywords]
    clauses = [text for own in entry.clauses.values() for text in own]
    told += [
        (text.replace("|", " ").replace("~", " ").replace("*", " "), weight * _CLAUSE) for text in clauses
    ]
    found = ((frozenset(stems(text)), each) for text, each in told)
    return [(words, each) for words, each in found if words]


class Vocabulary:
    """The kinds of a library and the words for them.

    A kind has the wordings of its own name; of the lexicon's entry of that name; and, where there is none, of
    the lexicon's kind that its name comes nearest to.

    Args:
        kinds: names of the library's kinds, with the names of their files (for kinds that say little).
    """

    def __init__(self, kinds: Mapping[str, Iterable[str]]):
        self.kinds = tuple(kinds)
        entries = {**LEXICON, **RECORDED}
        self._phrases: dict[str, list[tuple[frozenset[str], float]]] = {}
        for kind, names in kinds.items():
            own = [(frozenset(stems(kind)), 1.5)]
            own += [(frozenset(stems(part)), 1.2) for part in _alternatives(kind)]
            if kind in entries:
                own += _phrases(entries[kind], 1.0)
            else:
                own += [(frozenset(stems(name)), 0.6) for name in dict.fromkeys(names)]
            self._phrases[kind] = [(words, weight) for words, weight in own if words]
        self._weigh()
        strange = [kind for kind in kinds if kind not in entries]
        if strange:
            lexicon = _lexicon()
            for kind in strange:
                nearest = lexicon.asked(kind, 1)
                if nearest and len(nearest[0].words) >= _NEAREST * len(stems(kind)):
                    self._phrases[kind] += _phrases(entries[nearest[0].kind], _INHERITED)
            self._weigh()

    def _weigh(self) -> None:
        """How rare each stem is among the kinds."""
        held: dict[str, set[str]] = defaultdict(set)
        for kind, phrases in self._phrases.items():
            for words, _ in phrases:
                for word in words:
                    held[word].add(kind)
        count = max(len(self.kinds), 20)
        self._rarity = {word: math.log(1 + count / len(owners)) for word, owners in held.items()}

    def asked(self, text: str, most: int = MOST_KINDS) -> list[Asked]:
        """The kinds that a text asks for, the surest first; none where no word fits.

        The first kind is the one whose wordings explain most of the text; further ones come from its clauses,
        if they explain words that the first did not ("a train passes, a horn blows").
        """
        found = self._fitting(text)[:1]
        clauses = [part for part in _CLAUSES.split(text) if stems(part)]
        for part in clauses if found and len(clauses) > 1 else ():
            known = {each.kind for each in found}
            told = frozenset[str]().union(*(each.words for each in found))
            further = next((each for each in self._fitting(part)[:1] if each.kind not in known), None)
            sure = (
                further is not None and further.whole >= _WHOLE and further.score >= _FURTHER * found[0].score
            )
            if further is not None and sure and further.words - told:
                found.append(further)
        return found[:most]

    def _fitting(self, text: str) -> list[Asked]:
        return [each for each in self.ranked(text, 1) if each.score >= _LEAST and each.whole >= _PART]

    def ranked(self, text: str, top: int = 5) -> list[Asked]:
        """The kinds whose wordings fit a text best, whether they explain the same words or not."""
        words = stems(text)
        scored = sorted((self._score(kind, words) for kind in self.kinds), key=lambda each: -each.score)
        return [each for each in scored[:top] if each.score > 0]

    def _score(self, kind: str, words: Sequence[str]) -> Asked:
        """The best wording, and a little of all words that any wording has."""
        rarity, given = self._rarity, set(words)
        best, met, whole = 0.0, set[str](), 0.0
        matched = set[str]()
        for phrase, weight in self._phrases[kind]:
            shared = phrase & given
            if not shared:
                continue
            matched |= shared
            told = sum(rarity[word] for word in shared)
            share = told / sum(rarity[word] for word in phrase)
            score = weight * told * share
            if score > best:
                best, met, whole = score, set(shared), share
        rest = sum(rarity[word] for word in matched - met)
        return Asked(kind, best + 0.5 * rest, frozenset(matched), whole)


def _alternatives(kind: str) -> list[str]:
    """The names in one: "leaves or grass" is also "leaves" and "grass"."""
    parts = kind.replace(",", " or ").split(" or ")
    return [part for part in parts if part.strip()] if len(parts) > 1 else []


@cache
def _lexicon() -> Vocabulary:
    return Vocabulary(dict.fromkeys([*RECORDED, *LEXICON], ()))
