"""What is not to be heard: "no music", "but not the dog", "the dog should not bark"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prompts.lexicon.entry import words
from prompts.refining.sources import content, sort_of, telling, word_set, words_in
from prompts.refining.tidying import tidied

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]|_")
_ENDS = set('.;!?,:()[]{}"“”–—|/\n')
_BREAKS = word_set(
    "but just only while as then when because instead please yet although though however so that which "
    "rather whereas except plus meanwhile is are was were should"
)
_LEAD = word_set("any the a an other more of kind sort extra additional unwanted further all some this that")
_SIMPLE = word_set("no without minus excluding sans not except w/o")
_PHRASES = {
    tuple(phrase.split()): len(phrase.split())
    for phrase in words(
        "instead of; rather than; anything but; free of; free from; except for; get rid of; leave out; "
        "apart from; other than; never any; not any; absence of; devoid of"
    )
}
_IMPERATIVES = word_set("remove exclude avoid omit mute skip")
_AUXILIARIES = word_set(
    "don't dont doesn't doesnt isn't isnt aren't arent shouldn't shouldnt won't wont can't cant cannot "
    "didn't didnt wasn't wasnt weren't werent mustn't mustnt"
)
_MODALS = word_set("do does did is are was were should must will can could would may")
_WISHES = word_set(
    "want need add include use make play generate put have let hear like wish produce create give get "
    "any to in see me it be there"
)
_ASKING = word_set("i we you please and but also just so really")
# After these words a negation says something else: "not only", "no longer", "without a break".
_OTHERWISE = word_set(
    "longer matter doubt problem only just too so very quite really far much sure necessarily exactly "
    "yet even break stopping stop pause pauses end interruption interruptions warning ending cease "
    "ceasing again that as worries rush hurry"
)
_BEFORE = word_set("but and with there there's theres is are be should must or also have has plus nor")
_SEEING_TO_IT = word_set("make sure that ensure see to it please and but")
_NOBODY = {("nobody",): 1, ("no", "one"): 2, ("no-one",): 1}


@dataclass
class _Token:
    text: str
    start: int
    end: int
    word: str = ""

    def __post_init__(self) -> None:
        self.word = self.text.casefold().replace("’", "'")


def without_negations(text: str) -> tuple[str, list[str]]:
    """The text without what it does not want, and the unwanted things.

    What is wanted and unwanted at once stays wanted: it is only named in one place.
    """
    lowered = text.casefold().replace("’", "'")
    if not any(sign in lowered for sign in _SIGNS) or _is_foreign(text):
        return text, []
    tokens = [
        _Token(found[0], found.start(), found.end())
        for found in _TOKEN.finditer(re.sub(r"(?i)\bw/o\b", "w_o", text).replace("w_o", "w/o"))
    ]
    tokens = list(_joined(tokens, text))
    cuts: list[tuple[int, int, list[str]]] = []
    i, floor = 0, 0
    while i < len(tokens):
        may = tokens[i].word in _TRIGGERS or any(token.word == "free" for token in tokens[i + 1 : i + 3])
        found = _negation(text, tokens, i, floor) if may else None
        if found is None:
            i += 1
            continue
        first, after, items = found
        end = tokens[after - 1].end
        kept = [item for item in map(_bare, items) if _is_a_thing(item)]
        if kept:
            cuts.append((tokens[first].start, end, kept))
            floor = after
        i = after
    if not cuts:
        return text, []
    pieces, last = [], 0
    for start, end, _ in cuts:
        pieces.append(text[last:start])
        last = end
    left = tidied(" ".join([*pieces, text[last:]]))
    unwanted = [item for _, _, items in cuts for item in items]
    return left if content(left) else "", list(dict.fromkeys(unwanted))


# What people want to be without though no kind is named so.
_UNWANTED = word_set(
    "voice voices vocal vocals speech talking talk narration narrator dialogue dialog people singing lyrics "
    "words soundtrack melody commentary chatter hum hiss static reverb echo"
)
_STRANGE_SHARE = 0.6
_TRIGGERS = frozenset(
    {*_SIMPLE, *_IMPERATIVES, *_AUXILIARIES, *_MODALS, *(phrase[0] for phrase in (*_PHRASES, *_NOBODY))}
)
_SIGNS = (
    *(
        "no ",
        "not",
        "n't",
        "without",
        "w/o",
        "minus",
        "exclud",
        "sans ",
        "except",
        "instead of",
        "rather than",
    ),
    *("free", "rid of", "leave out", "apart from", "other than", "anything but", "remove", "avoid", "omit"),
    *("mute", "skip", "nobody", "no-one", "never", "dont", "doesnt", "shouldnt", "wont", "absence", "devoid"),
)


def _is_a_thing(item: str) -> bool:
    return bool(content(item)) or not _UNWANTED.isdisjoint(words_in(item))


def _is_foreign(text: str) -> bool:
    """Whether most words are of another language, whose "no" may be a preposition."""
    sorts = [sort_of(word) for word in words_in(text)]
    return len(sorts) > 2 and sorts.count("unknown") > _STRANGE_SHARE * len(sorts)


def contradictions(text: str, unwanted: list[str]) -> list[str]:
    """The unwanted things that the text wants as well."""
    wanted = telling(text)
    return [item for item in unwanted if telling(item) and telling(item) <= wanted]


def _joined(tokens: list[_Token], text: str) -> Iterator[_Token]:
    """The tokens with "w", "/", "o" as one."""
    i = 0
    while i < len(tokens):
        if text[tokens[i].start : tokens[i].start + 3].casefold() == "w/o" and i + 2 < len(tokens):
            yield _Token("w/o", tokens[i].start, tokens[i + 2].end)
            i += 3
        else:
            yield tokens[i]
            i += 1


def _negation(text: str, tokens: list[_Token], i: int, floor: int) -> tuple[int, int, list[str]] | None:
    """(first token to cut, token after it, the unwanted things) of a negation that begins at `i`."""
    ahead = [token.word for token in tokens[i : i + 5]]
    nobody = next((count for phrase, count in _NOBODY.items() if tuple(ahead[: len(phrase)]) == phrase), 0)
    if nobody:
        after = _clause_end(tokens, i + nobody)
        return (
            (_before(tokens, i, floor), after, _things(text, tokens, i + nobody, after))
            if after > i + nobody
            else None
        )
    if len(ahead) > 2 and ahead[1] == "-" and ahead[2] == "free" and sort_of(ahead[0]) != "plain":
        return i, i + 3, [tokens[i].text]
    if len(ahead) > 1 and ahead[1] == "free" and sort_of(ahead[0]) != "plain" and "of" not in ahead[2:3]:
        return i, i + 2, [tokens[i].text]
    start = i
    count = next((n for phrase, n in _PHRASES.items() if tuple(ahead[: len(phrase)]) == phrase), 0)
    clause = _clause_start(tokens, i, floor)
    asked = all(token.word in _ASKING for token in tokens[clause:i])
    if not count and ahead[0] in _IMPERATIVES and asked and sort_of(ahead[0]) != "telling":
        count = 1
    auxiliary = 1 if ahead[0] in _AUXILIARIES else 2 if ahead[0] in _MODALS and ahead[1:2] == ["not"] else 0
    if not count and auxiliary:
        if asked:
            j = i + auxiliary
            while j < len(tokens) and tokens[j].word in _WISHES:
                j += 1
            start, count = clause, j - i
        else:
            after = _clause_end(tokens, i + auxiliary)
            if i == clause or _otherwise(tokens, i + auxiliary):
                return None
            subject = text[tokens[clause].start : tokens[i - 1].end]
            inside = " or ".join(_things(text, tokens, i + auxiliary, after))
            while clause > floor and tokens[clause - 1].word in _SEEING_TO_IT:
                clause -= 1
            return clause, after, [f"{_bare(subject)} {inside}".strip()]
    if not count and ahead[0] in _SIMPLE:
        count = 1
    if not count or _otherwise(tokens, i + count):
        return None
    after = _things_end(tokens, i + count)
    if after == i + count:
        return None
    return _before(tokens, start, floor), after, _things(text, tokens, i + count, after)


def _otherwise(tokens: list[_Token], i: int) -> bool:
    while i < len(tokens) and tokens[i].word in _LEAD:
        i += 1
    return i < len(tokens) and tokens[i].word in _OTHERWISE


def _clause_start(tokens: list[_Token], i: int, floor: int) -> int:
    while (
        i > floor
        and tokens[i - 1].text not in _ENDS
        and tokens[i - 1].word not in {"but", "and", "while", "then", "that"}
    ):
        i -= 1
    return i


def _clause_end(tokens: list[_Token], i: int) -> int:
    while (
        i < len(tokens)
        and tokens[i].text not in _ENDS
        and tokens[i].word not in {"but", "while", "then", "just"}
    ):
        i += 1
    return i


def _before(tokens: list[_Token], i: int, floor: int) -> int:
    """The joining words before a negation go with it."""
    while i > floor and tokens[i - 1].word in _BEFORE:
        i -= 1
    return i


def _things_end(tokens: list[_Token], i: int) -> int:
    """The token after the unwanted things that begin at `i`: up to a break, over lists."""
    end = i
    while end < len(tokens):
        word = tokens[end].word
        if tokens[end].text in _ENDS:
            nexts = _item(tokens, end + 1)
            if word == "," and nexts is not None and _list_goes_on(tokens, end + 1):
                end = nexts
                continue
            if word == "/" and nexts is not None:
                end = nexts
                continue
            return end
        if word in _BREAKS and end > i:
            return end
        if word in ("and", "&", "+") and end > i:
            nexts = _item(tokens, end + 1)
            if nexts is None:
                return end
            end = nexts
            continue
        end += 1
    return end


def _item(tokens: list[_Token], i: int) -> int | None:
    """The token after a bare thing of one or two words at `i`, as lists have them; None for anything else."""
    j = i
    while (
        j < len(tokens)
        and tokens[j].text not in _ENDS
        and tokens[j].word not in ("and", "or", "nor", *_BREAKS)
    ):
        j += 1
    said = [token.word for token in tokens[i:j]]
    if not 1 <= len(said) <= 2 or said[0] in ("a", "an", "the", "some", "no", "not", "without", "with"):
        return None
    return (
        j
        if all(
            sort_of(word) != "plain" or word in _UNWANTED or word in ("loud", "human", "background")
            for word in said
        )
        else None
    )


def _list_goes_on(tokens: list[_Token], i: int) -> bool:
    """Whether the things after a comma end in "or X" or "and X": "no music, voices or wind"."""
    j = _item(tokens, i)
    while j is not None and j < len(tokens):
        word = tokens[j].word
        if word in ("or", "nor"):
            return True
        if word != ",":
            return False
        if j + 1 < len(tokens) and tokens[j + 1].word in ("or", "nor"):
            return True
        j = _item(tokens, j + 1)
    return False


def _things(text: str, tokens: list[_Token], i: int, after: int) -> list[str]:
    """What lies between the commas and the "or"s of a list."""
    spans, first = [], None
    for j in range(i, after + 1):
        if j == after or tokens[j].text in _ENDS or tokens[j].word in ("or", "and", "nor", "&", "+"):
            if first is not None:
                spans.append(text[tokens[first].start : tokens[j - 1].end])
            first = None
        elif first is None:
            first = j
    return spans


def _bare(item: str) -> str:
    """A thing without the article or "any" before it, and without where it is not to be."""
    said = item.split()
    while said and said[0].casefold() in _LEAD:
        said = said[1:]
    bare = re.sub(
        r"(?i)\s+(?:in|at) the (?:background|end|beginning|mix|foreground|clip|video)$", "", " ".join(said)
    )
    return re.sub(r"(?i)\s+(?:at all|whatsoever|anywhere|please|allowed|though)$", "", bare)
