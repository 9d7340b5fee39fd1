"""Seeded paraphrases of captions that keep every source: active augmentation of PPPR (Shi et al. 2024)."""

import random
import re

from prompts.english import article, gerund, third_person
from prompts.lexicon.entry import words
from prompts.refining.sources import telling
from prompts.refining.wording import clause_verbs

_ALIKE = tuple(
    tuple(group.split(", "))
    for group in words(
        "loudly, noisily, at full volume; quietly, softly, faintly; quickly, fast, briskly; "
        "slowly, at a slow pace; "
        "repeatedly, again and again, over and over, many times; in the distance, far away, at a distance; "
        "in the background, behind it all; continuously, constantly, without a break; twice, two times; "
        "three times, thrice; big, large; small, little; someone, somebody, a person; outdoors, outside; "
        "and then, then; while, as; the sound of, the noise of"
    )
)
_GROUP = {phrase: group for group in _ALIKE for phrase in group}
_PHRASE = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, _GROUP), key=len, reverse=True))})\b")
_TWO = re.compile(
    r"^(?P<first>[^,.;]+?) (?P<joiner>and|while|as) "
    r"(?P<second>(?:a|an|the|someone|people) [^,.;]+?)(?P<stop>[.!]?)$"
)
_FRAMES = words("{}; {}; {}; {}; the sound of {}; we hear {}; you can hear {}; sound of {}; there is {}")
_FRAMED = re.compile(r"(?i)\b(?:sounds?|noise|hear|audio|recording|sfx|foley|there is|please|add|want)\b")


def paraphrase(text: str, rng: random.Random) -> str:
    """Other words for a caption, with the same sources; the caption itself where they would differ.

    Args:
        text: the caption.
        rng: all choices come from it: the same state gives the same words.
    """
    changed = text
    for step in (_other_words, _other_form, _other_order, _other_article, _other_frame):
        if rng.random() < 0.6:
            candidate = step(changed, rng)
            if telling(candidate) == telling(text):
                changed = candidate
    return changed


def _other_words(text: str, rng: random.Random) -> str:
    return _PHRASE.sub(lambda found: rng.choice(_GROUP[found[0]]), text)


def _other_form(text: str, rng: random.Random) -> str:
    """ "a dog barks" <-> "a dog is barking" -> "a dog barking"."""
    finite = {third_person(verb): verb for verb in clause_verbs()}
    said = text.split(" ")
    for at, word in enumerate(said[1:], 1):
        if word in finite and said[at - 1] not in ("and", "or", "a", "an", "the", "of", "with", "in", "two"):
            being = rng.choice(("is ", ""))
            return " ".join([*said[:at], being + gerund(finite[word]), *said[at + 1 :]])
    running = {gerund(verb): verb for verb in clause_verbs()}
    for at, word in enumerate(said[1:-1], 1):
        if word == "is" and said[at + 1] in running:
            return " ".join([*said[:at], third_person(running[said[at + 1]]), *said[at + 2 :]])
    return text


def _other_order(text: str, rng: random.Random) -> str:
    found = _TWO.match(text)
    if found is None or " then " in f" {text} ":
        return text
    first = found["first"]
    lowered = first[:1].lower() + first[1:] if not first.isupper() else first
    second = found["second"]
    second = second[:1].upper() + second[1:] if first[:1].isupper() else second
    return f"{second} {found['joiner']} {lowered}{found['stop']}"


def _other_article(text: str, rng: random.Random) -> str:
    found = re.match(r"(?i)(?:(a|an)|the) (\w+)", text)
    if found is None:
        return text
    new = f"the {found[2]}" if found[1] else article(found[2])
    return (new[:1].upper() + new[1:] if text[:1].isupper() else new) + text[found.end() :]


def _other_frame(text: str, rng: random.Random) -> str:
    if _FRAMED.search(text) or text.isupper() or " is " in text or ". " in text:
        return text
    inner = text[:1].lower() + text[1:] if text[:2] != text[:2].upper() else text
    framed = rng.choice(_FRAMES).format(inner)
    return framed[:1].upper() + framed[1:] if text[:1].isupper() else framed
