"""One present-tense sentence: tense, count, order, overlap, and nothing said twice."""

import re
from functools import cache
from itertools import pairwise

from prompts.english import gerund, plural, third_person
from prompts.known import plain_words, telling_words
from prompts.lexicon import ALL_KINDS, entry_of
from prompts.lexicon.entry import words
from prompts.lexicon.impacts import IMPACT_CLAUSES
from prompts.refining.sources import COUNTS, WORD, telling, words_in

_IRREGULAR = dict(
    pair.split(", ")
    for pair in words(
        "fell, falls; broke, breaks; rang, rings; ran, runs; shook, shakes; blew, blows; sang, sings; "
        "drove, drives; struck, strikes; swung, swings; threw, throws; flew, flies; went off, goes off; "
        "spoke, speaks; was, is; were, are; had been, is; has been, is; will be, is; tore, tears; bit, "
        "bites; slid, slides; came, comes; began to, begins to; started to, starts to"
    )
)
_PAST = re.compile(rf"(?i)\b(?:{'|'.join(map(re.escape, sorted(_IRREGULAR, key=len, reverse=True)))})\b")
_WILL = re.compile(r"(?i)\b(?:will|is going to|are going to)\s+([a-z]+)\b")
_COUNT = re.compile(
    r"(?i)\b(?:(?P<n>\d{1,2})\s?[x×]\s?(?P<after>[a-z]{3,})|(?P<before>[a-z]{3,})\s?\(?[x×]\s?(?P<m>\d{1,2})\b\)?)"
)
_SAME_TIME = re.compile(
    r"(?i)[,;.]?\s*\b(?:and\s+)?(?:at the same time|simultaneously|meanwhile|in the meantime)\b[,:]?\s*(?=\w)"
)
_AFTER = re.compile(
    r"(?i)^(?P<late>[^,.;!?]{4,200}?)\s+(?:right\s+|just\s+|shortly\s+)?after\s+(?P<early>[^,.;!?]{4,200}?)(?P<stop>[.!]?)$"
)
_BEFORE = re.compile(
    r"(?i)^(?P<early>[^,.;!?]{4,200}?)\s+(?:right\s+|just\s+|shortly\s+)?before\s+(?P<late>[^,.;!?]{4,200}?)(?P<stop>[.!]?)$"
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+")
_PIECES = re.compile(r"\s*[,;.!?]+\s+|\s*[;!?]+\s*")
_SHOUTS = re.compile(r"([!?.])\1{3,}|([!?]){2,}")
LONGEST_SENTENCES = 3  # of a caption; more is joined and shortened


@cache
def _presents() -> dict[str, str]:
    """Third persons by past tense, for the verbs of the clauses; not where a caption uses that form."""
    known = telling_words() | plain_words()
    presents = {}
    for verb in clause_verbs():
        forms = {verb + "ed", verb + verb[-1:] + "ed", verb + "d" if verb.endswith("e") else verb + "ed"}
        if verb.endswith("y"):
            forms.add(verb[:-1] + "ied")
        for form in forms - known:
            presents[form] = third_person(verb)
    return presents


def in_present(text: str) -> str:
    """Past and future as present: "someone knocked" -> "someone knocks", "a dog was barking" -> "a dog is
    barking"."""
    presents = _presents()
    if (
        not any(word in presents for word in words_in(text))
        and not _PAST.search(text)
        and not _WILL.search(text)
    ):
        return text
    passive = re.compile(r"(?i)\b(?:is|are|was|were|be|been|being|get|gets|got)\s+(?:\w+ly\s+)?$")

    def present(found: re.Match[str]) -> str:
        word = presents.get(found[0].casefold())
        return (
            found[0]
            if word is None or passive.search(text[max(0, found.start() - 40) : found.start()])
            else word
        )

    changed = WORD.sub(present, text)
    changed = _PAST.sub(lambda found: _cased(_IRREGULAR[found[0].casefold()], found[0]), changed)
    return _WILL.sub(lambda found: third_person(found[1]) if telling(found[1]) else found[0], changed)


def _cased(word: str, typed: str) -> str:
    return word.upper() if len(typed) > 1 and typed.isupper() else word


def counted(text: str) -> str:
    """Counts in words: "3x knock" -> "three knocks"."""

    def word(found: re.Match[str]) -> str:
        number, thing = int(found["n"] or found["m"]), found["after"] or found["before"]
        if not telling(thing) or number not in COUNTS:
            return found[0]
        return f"{COUNTS[number]} {thing if number == 1 or thing.endswith('s') else plural(thing)}"

    return _COUNT.sub(word, text) if any(character.isdigit() for character in text) else text


def ordered(text: str) -> str:
    """What is heard first comes first; what is heard at once is joined by "while"."""
    text = _SAME_TIME.sub(" while ", text).strip() if _SAME_TIME.search(text) else text
    if any(fixed in text.casefold() for fixed in _fixed_orders()):
        return text
    for pattern in (_AFTER, _BEFORE):
        found = pattern.match(text)
        early, late = (found["early"], found["late"]) if found else ("", "")
        if found and _acts(early) and _acts(late) and telling(early) != telling(late):
            return f"{early.strip()}, then {late.strip()}{found['stop']}"
    return text


def _acts(clause: str) -> bool:
    """Whether a clause says that something does something."""
    return any(word in _verb_forms() for word in words_in(clause))


@cache
def clause_verbs() -> frozenset[str]:
    """Verbs of all clauses, in their plain form."""
    clauses = [
        clause for entry in map(entry_of, ALL_KINDS) for own in entry.clauses.values() for clause in own
    ]
    clauses += [clause for own in IMPACT_CLAUSES.values() for clause in own]
    return frozenset(clause.split("|")[1].split(" ")[0] for clause in clauses)


@cache
def _verb_forms() -> frozenset[str]:
    forms = {form for verb in clause_verbs() for form in (third_person(verb), gerund(verb))}
    return frozenset(forms | _presents().keys())


@cache
def _fixed_orders() -> frozenset[str]:
    """Ends of clauses and keywords that themselves say "after" or "before"."""
    texts = [
        clause.replace("|", " ")
        for e in map(entry_of, ALL_KINDS)
        for own in e.clauses.values()
        for clause in own
    ]
    texts += [keyword for entry in map(entry_of, ALL_KINDS) for keyword in entry.keywords]
    return frozenset(
        f"{word} {text.split(f' {word} ')[1]}"
        for word in ("after", "before")
        for text in texts
        if f" {word} " in text
    )


def once(text: str) -> str:
    """Without pieces, or words in a row, that are said again."""
    said = [(found.start(), found.end(), found[0].casefold()) for found in WORD.finditer(text)]
    runs = [(a, b) for a, b in pairwise(said) if a[2] == b[2]]
    triple = any(x[1] == y[0] for x, y in pairwise(runs))
    if triple:  # "rain rain rain"; "woof woof" is a caption's
        kept, last, previous = [], 0, ""
        for start, end, word in said:
            if word == previous and not text[last:start].strip(" ,"):
                last = end
                continue
            kept.append(text[last:end])
            last, previous = end, word
        text = "".join(kept) + text[last:]
    pieces = [piece for piece in _PIECES.split(text) if piece and piece.strip()]
    keys = [" ".join(words_in(piece)) for piece in pieces]
    distinct = dict(zip(reversed(keys), reversed(pieces), strict=True))
    if len(distinct) == len(pieces):
        return text
    return ", ".join(piece.strip() for _, piece in reversed(distinct.items()))


def one_sentence(text: str) -> str:
    """Many sentences, or shouted marks, as one row of what is heard; what names no sound goes."""
    calm = _SHOUTS.sub(lambda found: found[0][0], text)
    sentences = [piece for piece in _SENTENCES.split(calm) if piece.strip()]
    if len(sentences) <= LONGEST_SENTENCES:
        return calm
    heard = [piece.rstrip(" .!?") for piece in sentences if telling(piece)]
    if not heard:
        return calm
    lowered = [
        piece if index == 0 or piece[:2].isupper() else piece[:1].lower() + piece[1:]
        for index, piece in enumerate(heard)
    ]
    return ", ".join(lowered) + "."
