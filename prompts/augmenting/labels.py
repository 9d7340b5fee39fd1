"""Labels of data sets as full sentences, as TA-V2A asks for them (section III-A): by rules, or by a language
model that is checked for lost words."""

import random
import re
from collections.abc import Callable

from prompts.english import article
from prompts.refining.language_model import first_sentence
from prompts.refining.sources import word_set, word_stem, words_in

INSTRUCTED = (
    "Here are the annotated texts from a video dataset. Please expand each into a full sentence, keeping "
    "the core content unchanged.\n{label}"
)
"""TA-V2A, section III-A, word for word."""

_NO_VERBS = word_set(
    "string ring spring wing king ceiling evening morning lightning building wedding thing something "
    "sing ping ding bling fixed-wing clothing sling beijing during pudding"
)
_UNCOUNTED = word_set(
    "water rain wind thunder fire snow ice traffic music speech silence noise applause laughter "
    "breathing wood metal glass gravel hail smoke steam static electricity air lightning food "
    "underwater hubbub chatter conversation whispering singing clapping cheering crying shouting "
    "yelling whistling mud sand paper cloth white pink brown environmental background cacophony "
    "reverberation echo sine heavy"
)
_PLURAL = word_set("people children cattle police men women geese mice sheep feet livestock poultry")
_ENDS = ("is heard", "can be heard", "sounds")
_FRAME = word_set("someone is are heard can be sound sounds and or a an the of people in it")


def sentence_of(label: str, rng: random.Random | None = None) -> str:
    """A label as a sentence with all its words: "dog barking" -> "A dog is barking."

    Args:
        label: as data sets write it, synonyms after commas.
        rng: chooses among wordings; None takes the first.
    """
    parts = [" ".join(part.split()) for part in label.replace("_", ",").split(",") if part.strip()]
    if not parts:
        return ""
    acting = next((at for at, part in enumerate(parts) if _verb_at(part) is not None), None)
    if acting is None:
        said = " or ".join(parts)
        end = _ENDS[0] if rng is None else rng.choice(_ENDS)
        text = f"{_with_article(said)} {_agreeing(end, parts[0])}"
    else:
        verb = _verb_at(parts[acting]) or 0
        tokens = parts[acting].split(" ")
        doers = [*parts[:acting], *([" ".join(tokens[:verb])] if verb else [])]
        doing = " ".join(tokens[verb:])
        for part in parts[acting + 1 :]:
            doing += f" {'and' if _verb_at(part) == 0 else 'or'} {part}"
        subject = " or ".join(doers)
        who = _with_article(subject) if doers else "someone"
        text = f"{who} {'are' if doers and _is_plural(doers[0]) else 'is'} {doing}"
        if rng is not None and rng.random() < 0.3:
            text = f"the sound of {subject + ' ' if doers else ''}{doing} {rng.choice(_ENDS[:2])}"
    return text[:1].upper() + text[1:] + "."


def _verb_at(part: str) -> int | None:
    """Place of the first word that says what is done."""
    tokens = part.lower().split(" ")
    places = (
        at for at, word in enumerate(tokens) if re.fullmatch(r"[a-z-]{2,}ing", word) and word not in _NO_VERBS
    )
    return next(places, None)


def _is_plural(noun: str) -> bool:
    last = re.sub(r"\s*\(.*\)$", "", noun.lower()).split(" ")[-1]
    return last in _PLURAL or (last.endswith("s") and not last.endswith(("ss", "us", "is")))


def _with_article(noun: str) -> str:
    first = noun.lower().split(" ")[0].strip("(")
    bare = (
        _is_plural(noun.split(" or ")[0])
        or first in _UNCOUNTED
        or first in ("a", "an", "the", "sounds", "sound")
    )
    lowered = noun if noun[:2].isupper() else noun[:1].lower() + noun[1:]
    return lowered if bare else article(lowered)


def _agreeing(end: str, noun: str) -> str:
    if not _is_plural(noun):
        return end
    return {"is heard": "are heard", "sounds": "sound"}.get(end, end)


def lost_words(label: str, sentence: str) -> list[str]:
    """Words of a label that a sentence does not have in any form."""
    has = {word_stem(word) for word in words_in(sentence)}
    return [word for word in words_in(label.replace("_", " ")) if word_stem(word) not in has]


def added_words(label: str, sentence: str) -> list[str]:
    """Words of a sentence that neither the label has nor grammar asks for."""
    had = {word_stem(word) for word in words_in(label.replace("_", " "))}
    return [word for word in words_in(sentence) if word_stem(word) not in had and word not in _FRAME]


def sentence_by(complete: Callable[[str], str], label: str) -> str:
    """A language model's sentence for a label; the rules' where it loses or adds a word."""
    answer = first_sentence(complete(INSTRUCTED.format(label=label)))
    usable = answer and not lost_words(label, answer) and not added_words(label, answer)
    return answer if usable else sentence_of(label)
