"""The refiner by rules: deterministic, offline, and it leaves alone what needs nothing."""

import re
from collections.abc import Callable

from prompts.refining.cleaning import CLEANINGS
from prompts.refining.negation import contradictions, without_negations
from prompts.refining.refined import Finding, Refined, TimedText
from prompts.refining.seen import camera_stems, without_seen_sentences, without_sights
from prompts.refining.sources import telling, unknown_words, word_stem
from prompts.refining.spelling import respelt
from prompts.refining.times import timed
from prompts.refining.wording import counted, in_present, once, one_sentence, ordered

LONGEST = 1600
"""Characters that are read; the networks read the first 1000 of what is left."""

# Units of time, and the mark of one.
_NO_SOURCES = {word_stem(word) for word in ("second", "minute", "sec", "min", "mark")}
_RUNS = re.compile(r"\s{3,}")  # nobody hears blanks, but patterns would try each
_WORDINGS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("sights", "what is only seen left out", without_sights),
    ("count", "counts in words", counted),
    ("repeats", "said once", once),
    ("sentence", "in one sentence", one_sentence),
    ("order", "in the order in which it is heard", ordered),
    ("tense", "in the present", in_present),
)


class RuleRefiner:
    """PPPR's steps (Shi et al. 2024) as rules.

    1 the sounding sources and actions are found, 2 what is only seen is dropped, negations and plain times
    are taken out, 3 count, order and overlap are settled, 4 one present-tense sentence is left, 5 all
    sources must be where they were. A caption of the training grammar comes back as it is.
    """

    def refine(self, text: str) -> Refined:
        """The prompt, read; never fails."""
        trace: list[Finding] = []
        read = _RUNS.sub(lambda found: "\n" if "\n" in found[0] else " ", text)
        if len(read) > LONGEST:
            read = read[:LONGEST].rpartition(" ")[0] or read[:LONGEST]
            trace.append(Finding("length", f"only the first {LONGEST} characters are read", read))
        for name, found, clean in CLEANINGS:
            read = _noted(trace, name, found, read, clean(read))
        spelt, slips = respelt(read)
        read = _noted(trace, "spelling", ", ".join(slips), read, spelt)
        read = _noted(trace, "sights", "sentences of what is only seen", read, without_seen_sentences(read))
        wanted = telling(read) - camera_stems(read)
        left, unwanted = without_negations(read)
        for item in contradictions(left, unwanted):
            unwanted.remove(item)
            trace.append(Finding("negation", f"wanted and unwanted at once, stays wanted: {item}", left))
        if left != read:
            trace.append(Finding("negation", f"not to be heard: {', '.join(unwanted) or 'nothing'}", left))
        rest, cues, why = timed(left)
        if why:
            trace.append(Finding("times", f"not followed, {why}", left))
        if cues:
            told = "; ".join(f"{cue.start_s:g}-{_end(cue)}: {cue.text}" for cue in cues)
            trace.append(Finding("times", told, rest))
        rest = _worded(trace, rest, not why)
        cues = tuple(TimedText(cue.start_s, cue.end_s, _worded(trace, cue.text)) for cue in cues)
        cues = tuple(cue for cue in cues if cue.text)
        negative = ", ".join(unwanted)
        # What was wanted must still be there; what is unwanted may be.
        now = telling(" ".join([rest, *(cue.text for cue in cues)]))
        now -= camera_stems(read)
        lost, invented = wanted - now - telling(negative) - _NO_SOURCES, now - wanted - _counting(read)
        if lost or invented:
            what = f"would be lost or new: {', '.join(sorted(lost | invented))}; your words are kept"
            return Refined(text, unknown=unknown_words([text]), trace=(Finding("check", what, text),))
        unknown = unknown_words([rest, negative, *(cue.text for cue in cues)])
        return Refined(rest if trace else text, negative, cues, unknown, tuple(trace))


def _worded(trace: list[Finding], text: str, may_order: bool = True) -> str:
    """The text after the steps that word it; its order stays where it tells times that were not followed."""
    for name, found, step in _WORDINGS:
        if name != "order" or may_order:
            text = _noted(trace, name, found, text, step(text))
    return text


def _noted(trace: list[Finding], name: str, found: str, before: str, after: str) -> str:
    if after != before:
        trace.append(Finding(name, found, after))
    return after


def _end(cue: TimedText) -> str:
    return "" if cue.end_s == float("inf") else f"{cue.end_s:g}"


def _counting(text: str) -> set[str]:
    """Stems that only count: "3x" becomes "three"."""
    return {"three"} if any(character.isdigit() for character in text) else set()
