"""The little English that a caption grammar needs: articles, plurals, third person and -ing forms."""

from prompts.lexicon.entry import words

_DOUBLED = frozenset(
    words(
        "hit; hop; drop; blub; clop; flop; glug; pad; set; split; stir; trot; whir; chop; tap; rap; pat; "
        "slap; snap; clap; drip; drum; run; spin; hum; slam; rub; thud; flap; chip; rev; pop; plop; step; "
        "cut; scrub; trim; pin; stop; flip; whip; yap; zip; dig; swim; put; sip; prod; drag; skid; get; jog; "
        "bat; whap; chug; zap; shut; clip; wag; nap; mop; strum; stab; shred; jab; sob; beg; sit; let; "
        "unzip; scan"
    )
)
_VOWELS = "aeiou"
_ODD_PLURALS = {
    "knife": "knives",
    "shelf": "shelves",
    "leaf": "leaves",
    "foot": "feet",
    "goose": "geese",
    "wolf": "wolves",
    "box": "boxes",
}


def article(noun: str) -> str:
    """`noun` with "a" or "an" before it."""
    first = noun.lstrip().lower()
    silent = first.startswith(("hour", "honest"))
    spoken_with_consonant = first.startswith(("uni", "use", "uku", "one", "eu"))
    return f"{'an' if silent or (first[:1] in _VOWELS and not spoken_with_consonant) else 'a'} {noun}"


def plural(noun: str) -> str:
    """The plural of a noun phrase (its last word changes)."""
    *before, last = noun.split(" ")
    if last in _ODD_PLURALS:
        last = _ODD_PLURALS[last]
    elif last.endswith("y") and last[-2:-1] not in _VOWELS:
        last = last[:-1] + "ies"
    elif last.endswith(("s", "sh", "ch", "x", "z")):
        last += "es"
    else:
        last += "s"
    return " ".join([*before, last])


def third_person(verb: str) -> str:
    """The form after he, she, it: "hit" -> "hits"; of "fall down" the first word changes."""
    first, *rest = verb.split(" ")
    if first.endswith("y") and first[-2:-1] not in _VOWELS:
        first = first[:-1] + "ies"
    elif first.endswith(("s", "sh", "ch", "x", "z", "go", "do")):
        first += "es"
    else:
        first += "s"
    return " ".join([first, *rest])


def gerund(verb: str) -> str:
    """The -ing form: "hit" -> "hitting", "scrape" -> "scraping"."""
    first, *rest = verb.split(" ")
    if first.endswith("ie"):
        first = first[:-2] + "ying"
    elif first.endswith("e") and not first.endswith(("ee", "oe", "ye")):
        first = first[:-1] + "ing"
    elif first in _DOUBLED:
        first += first[-1] + "ing"
    else:
        first += "ing"
    return " ".join([first, *rest])
