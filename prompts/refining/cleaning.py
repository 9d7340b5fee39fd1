"""What is no part of a description: markup, addresses, courtesies, orders to a language model."""

import html
import re
from collections.abc import Callable

_FENCE = re.compile(r"```+[^\n`]{0,20}\n?")
_LINK = re.compile(r"!?\[([^\]\n]{0,200})\]\([^)\n]{0,500}\)")
_ADDRESS = re.compile(r"\b(?:https?://|www\.)\S+")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,200}>")
_STRONG = re.compile(r"(\*\*|__|~~|\*|`)(?=\S)([^*`~\n]{1,300}?)(?<=\S)\1")
_HEAD = re.compile(r"(?m)^[ \t]{0,4}(?:#{1,6}[ \t]+|>[ \t]?|[-*+•][ \t]+)")
_NUMBERED = re.compile(r"(?m)^[ \t]{0,4}\d{1,2}[.)][ \t]+")
_RULE = re.compile(r"(?m)^[ \t]*[-=*_|:+ \t]{3,}$")

_ORDER = re.compile(
    r"\b(?:please\s+)?(?:ignore|disregard|forget|override|bypass)\s+(?:all\s+|everything\s+|any\s+|of\s+)*"
    r"(?:(?:the|your|my|these|those|what\s+is)\s+)?"
    r"(?:above|previous|prior|earlier|preceding|before|instructions?|system\s+prompts?|rules?)"
    r"(?:\s+(?:and\s+below|instructions?|prompts?|text|messages?|rules?|directions?|above|before|sentences?))*"
    r"(?:\s*(?:,|:|;|\.|!|-|and\s+(?:instead\s+)?(?:just\s+|only\s+)?(?:play|make(?:\s+it)?|generate|do|say|"
    r"use|give\s+me|output|write|print|reply\s+with|tell\s+me|answer)?))?\s*",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"(?im)^\s*(?:system|assistant|user|human)\s*:\s*|<\|[^|\n]{0,40}\|>|\[/?INST\]|</?s>"
    r"|\byou\s+are\s+(?:now\s+)?(?:a|an|chatgpt|dan|the)\b[^.!?\n]{0,120}[.!?\n]?"
    r"|\bas\s+an?\s+(?:ai|language\s+model|assistant)\b[^.,!?\n]{0,80}[.,!?\n]?"
)
_GREETING = re.compile(
    r"(?i)^\s*(?:hi|hello|hey|dear|good\s+(?:morning|evening|day))(?:\s+(?:there|ai|all|team|bot|model))?"
    r"\s*[,.!]+\s*"
)
_THANKS = re.compile(
    r"(?i)[\s,.!;]*\b(?:thanks|thank\s+you|thx|please|pls|plz)"
    r"(?:\s+(?:a\s+lot|so\s+much|very\s+much|in\s+advance|you))*\s*[!.)]*\s*$"
)
_QUALITY = re.compile(
    r"(?i)(?<=[.!?])\s*(?:please\s+|pls\s+)?make\s+(?:it|this|that)\s+(?:sound\s+)?(?:(?:really|very|super|so)\s+)?"
    r"(?:good|great|nice|cool|amazing|awesome|perfect|realistic|professional|epic)\s*(?:[.!?]|$)"
)
_THING = r"(?:sounds?|audio|sfx|foley|soundtrack|track|clip|noise|recording)"
_REQUEST = re.compile(
    r"(?i)^\s*(?:(?:could|can|would|will)\s+you\s+(?:please\s+|kindly\s+)?|please\s+|pls\s+|plz\s+|"
    r"i(?:'d|\s+would)\s+(?:like|love)\s+(?:you\s+)?(?:to\s+)?|i\s+need\s+(?:you\s+to\s+)?|kindly\s+)?"
    r"(?:generate|create|produce|render|synthesi[sz]e|give\s+me|make(?:\s+me)?|write|do|have|hear|get)\s+"
    r"(?:me\s+)?(?:(?:a|an|the|some|any|my)\s+)?(?:(?:realistic|high[- ]quality|good|nice|cool|awesome|great|"
    r"amazing|short|long|clean|professional|new|epic)\s+){0,3}"
    rf"{_THING}(?:\s+(?:effects?|track|design|file|clip))?\s*"
    r"(?:(?:for|to)\s+(?:my|this|the|a)\s+(?:video|clip|film|scene|movie|footage|picture)s?\s*)?"
    r"(?:of\s+|with\s+|where\s+|in\s+which\s+|that\s+has\s+|like\s+|:\s*|,\s*|for\s+|$)?"
)
_FOR_FILM = re.compile(
    r"(?i)\s*\b(?:for|to\s+match|to\s+fit|in|of|to)\s+(?:my|this|the)\s+(?:silent\s+)?(?:video|clip|footage|movie|"
    r"youtube\s+video|short\s+film|reel)\b"
)


_STOPS = (".", "!", "?", ":", ",", ";")


def unmarked(text: str) -> str:
    """Without Markdown, tags, addresses and HTML entities; lists become commas."""
    lines = text.count("\n") > 0
    plain = _FENCE.sub("\n", text) if "```" in text else text
    plain = _LINK.sub(r"\1", plain) if "](" in plain else plain
    plain = _ADDRESS.sub(" ", plain)
    plain = _TAG.sub(" ", plain) if "<" in plain else plain
    if "&" in plain and ";" in plain:
        plain = html.unescape(plain)
    if lines:
        plain = _RULE.sub("", plain)
    plain = _HEAD.sub("", plain)
    for _ in range(2):
        plain = _STRONG.sub(r"\2", plain)
    if len(_NUMBERED.findall(plain)) > 1:
        plain = _NUMBERED.sub("", plain)
    if plain == text:
        return text
    rows = [" ".join(row.replace("|", " ").split()).strip(" ,;") for row in plain.split("\n")]
    kept = [row for row in rows if row]
    joined = [row + (" " if row.endswith(_STOPS) else ", ") for row in kept[:-1]]
    return "".join([*joined, *kept[-1:]])


def without_orders(text: str) -> str:
    """Without words that talk to a language model ("ignore the above")."""
    return _ROLE.sub(" ", _ORDER.sub(" ", text)).strip()


def without_courtesies(text: str) -> str:
    """Without greetings, thanks, and what only asks for a sound."""
    said = _QUALITY.sub("", _THANKS.sub("", _GREETING.sub("", text)))
    asked = _FOR_FILM.sub("", _REQUEST.sub("", said)).strip()
    return text if asked == text.strip() else asked.lstrip(" ?!.,;:").rstrip(" ?")


CLEANINGS: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("markup", "markup or addresses left out", unmarked),
    ("orders", "words to a language model left out", without_orders),
    ("courtesies", "greeting or request left out", without_courtesies),
)
"""Name, what was found, and the step."""
