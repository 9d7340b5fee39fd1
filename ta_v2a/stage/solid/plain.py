"""Plain captions of the clean setting: who does what to what, and how often; and such a caption read back."""

import random
import re

from prompts.english import third_person
from ta_v2a.stage.solid.workshop import Draft

COUNT_WORDS = {1: "once", 2: "twice", 3: "three times", 4: "four times", 5: "five times"}
_STATED = 0.6


def plain_sentence(rng: random.Random, draft: Draft) -> str:
    """ "a hammer strikes a metal anvil three times": the times are said of one to five events, mostly."""
    subject, verb, rest = draft.doing
    finite = verb if subject.startswith("*") else third_person(verb)
    words = [subject.removeprefix("*"), finite, rest]
    if draft.counts and draft.heard_by != "sliding" and draft.envelope is None and rng.random() < _STATED:
        words.append(COUNT_WORDS.get(len(draft.events), ""))
    return " ".join(word for word in words if word)


def stated_count(text: str) -> int | None:
    """How often something happens, as a plain caption says; None where it does not say."""
    found = re.search(rf" ({'|'.join(COUNT_WORDS.values())})$", text)
    return next(n for n, words in COUNT_WORDS.items() if words == found[1]) if found else None
