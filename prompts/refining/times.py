"""Times that a text says plainly: "after 3 seconds a door slams", "rain for the first 2 s".

Only what can mean one thing becomes a cue. "for 3 seconds", "every 2 s", "about 4 s", "halfway", and a second
"after" (after the first, or after the beginning?) say no plain time, and then the whole text stays.
"""

import math
import re
from dataclasses import dataclass

from prompts.refining.refined import TimedText
from prompts.refining.sources import COUNTS, content
from prompts.refining.tidying import tidied

_WORDS = {word: number for number, word in COUNTS.items()}
_NUMBER = rf"(?:\d{{1,4}}(?:[.,]\d{{1,3}})?|{'|'.join(_WORDS)})"
_UNIT = r"(?:\s?-?\s?(?P<{0}>s(?:ec(?:ond)?s?)?|min(?:ute)?s?)\b\.?(?!\w))"
_CLOCK = r"(?<![\d:])\d{1,2}:[0-5]\d(?:[.,]\d{1,3})?(?![\d:])"


def _time(name: str, bare: bool = False) -> str:
    """A time as a group: 0:03, 3 s, three seconds; `bare`: the unit may be missing."""
    unit = _UNIT.format(f"{name}_unit")
    return rf"(?:(?P<{name}_clock>{_CLOCK})|(?<![\w.,:])(?P<{name}>{_NUMBER}){unit}{'?' if bare else ''})"


_A, _B, _BARE = _time("a"), _time("b"), _time("a", bare=True)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("head", rf"^\s*[\[(]?\s*{_BARE}\s*[-–]\s*{_B}\s*[\])]?\s*[:\-–]?\s+"),
        ("head", rf"^\s*[\[(]?\s*{_A}\s*[\])]?\s*[:\-–]\s*"),
        ("head", rf"^\s*[\[(]\s*{_A}\s*[\])]\s*"),
        ("range", rf"\b(?:from|between)\s+{_BARE}\s*(?:-|–|to|and|until|till)\s*{_B}"),
        ("first", rf"\b(?:for|in|during|within)\s+the\s+first\s+{_A}"),
        ("until", rf"\b(?:until|till)\s+{_A}"),
        ("from", rf"\b(?:from|starting\s+(?:at|from)|beginning\s+(?:at|from))\s+{_A}(?:\s+on(?:wards?)?)?\b"),
        ("at", rf"\bat\s+(?:the\s+)?{_A}(?:\s+mark)?\b"),
        ("at", r"\bat\s+second\s+(?P<a>\d{1,4})\b(?P<a_unit>)(?P<a_clock>)?"),
        ("later", rf"\b(?:after\s+another\s+{_A}|{_time('b')}\s+(?:later|after\s+that|more))\b"),
        ("after", rf"\bafter\s+{_A}\b"),
    )
)
_ANY = re.compile(rf"{_CLOCK}|(?<![\w.,:]){_NUMBER}{_UNIT.format('unit')}", re.IGNORECASE)
_SPLIT = re.compile(
    r"(?<=[;.!?])\s+|\s*[;\n]\s*|,\s+(?=\S)|\s+(?=(?:and\s+)?then\s)|\s+(?=and\s+(?:after|at|from|between)\s)"
)
_THEN = re.compile(r"(?i)^\s*(?:and\s+)?(?:then|after\s+that|afterwards?)\b[\s,]*")
_JOINING = re.compile(r"(?i)^\s*(?:and|but|while|with)\s+")


@dataclass
class _Part:
    text: str
    kind: str = ""
    start_s: float = 0.0
    end_s: float = math.inf
    then: bool = False


def timed(text: str) -> tuple[str, tuple[TimedText, ...], str]:
    """(the text without its timed parts, those parts as cues, why a time was not
    followed or "").

    A cue without an end lasts until the next cue begins, or to the end of the clip.
    """
    if not any(character.isdigit() for character in text) and not _ANY.search(text):
        return text, (), ""
    if not _ANY.search(text) and not re.search(r"(?i)\bat\s+second\s+\d", text):
        return text, (), ""
    parts = [_Part(piece) for piece in _SPLIT.split(text) if piece and piece.strip()]
    cues: list[_Part] = []
    rest: list[str] = []
    clock_s = 0.0
    for part in parts:
        part.then = bool(_THEN.match(part.text))
        said = _THEN.sub("", part.text) if part.then else part.text
        found = next(((kind, match) for kind, pattern in _PATTERNS if (match := pattern.search(said))), None)
        if found is None:
            if _ANY.search(said):
                return text, (), "a time that may mean several things"
            if part.then and cues:
                if cues[-1].kind in ("first", "until", "range") or _is_closed(cues[-1]):
                    cues.append(_Part(said, "from", cues[-1].end_s))
                else:
                    cues[-1].text += f", then {said}"
            else:
                rest.append(part.text)
            continue
        kind, match = found
        said = tidied(_JOINING.sub("", said[: match.start()] + " " + said[match.end() :]))
        if _ANY.search(said) or not content(said):
            return text, (), "a time that may mean several things"
        start_s, end_s = _times(kind, match, clock_s)
        ambiguous = kind == "after" and any(cue.kind in ("after", "at", "from", "later") for cue in cues)
        if ambiguous or end_s <= start_s or (kind == "later" and not cues):
            return text, (), "a time that may mean several things"
        clock_s = start_s
        cues.append(_Part(said, kind, start_s, end_s))
    if not cues:
        return text, (), ""
    left = tidied(", ".join(piece.strip(" ,;") for piece in rest))
    return (left if content(left) else ""), _ended(cues), ""


def _is_closed(part: _Part) -> bool:
    return math.isfinite(part.end_s)


def _ended(parts: list[_Part]) -> tuple[TimedText, ...]:
    """Cues by their beginning; an open one ends where the next begins."""
    ordered = sorted(parts, key=lambda part: part.start_s)
    starts = [part.start_s for part in ordered]
    cues = []
    for part in ordered:
        following = next((start for start in starts if start > part.start_s), math.inf)
        end_s = part.end_s if _is_closed(part) else following
        cues.append(TimedText(part.start_s, end_s, tidied(part.text).rstrip(".!")))
    return tuple(cues)


def _times(kind: str, match: re.Match[str], clock_s: float) -> tuple[float, float]:
    """Beginning and end in seconds of what a pattern found."""
    first = _seconds(match, "a")
    second = _seconds(match, "b") if "b" in match.re.groupindex else None
    if first is None:
        first = second or 0.0
        second = None
    if kind in ("first", "until"):
        return 0.0, first
    if kind == "later":
        return clock_s + first, math.inf
    return first, math.inf if second is None else second


def _seconds(match: re.Match[str], name: str) -> float | None:
    clock = match.groupdict().get(f"{name}_clock")
    if clock:
        minutes, seconds = clock.replace(",", ".").split(":")
        return 60 * int(minutes) + float(seconds)
    number = match.group(name)
    if number is None:
        return None
    unit = match.groupdict().get(f"{name}_unit") or match.groupdict().get("b_unit") or "s"
    value = float(_WORDS.get(number.casefold(), 0)) or float(number.replace(",", "."))
    return value * (60.0 if unit.casefold().startswith("m") else 1.0)
