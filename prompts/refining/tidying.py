"""Commas and joining words after something was cut out."""

import re

_LOOSE = re.compile(r"\s+([,.;:!?])")
_DOUBLED = re.compile(r"([,;:])(?:\s*[,;:])+")
_BEFORE_STOP = re.compile(r"[,;:]+\s*([.!?])")
_EMPTY = re.compile(r"\(\s*\)|\[\s*\]")
_HANGING = re.compile(
    r"(?i)(?:[\s,;:]+|^)(?:and|but|with|or|while|then|also|there\s+is|there\s+are|that\s+is)\s*(?=[.!?]|$)"
)
_LEADING = re.compile(r"(?i)^[\s,;:.!?\-–&+/]+|^(?:and|but|or|also|yet)\s+(?=\w)")


def tidied(text: str) -> str:
    """Commas and joining words that a cut left behind."""
    tidy = " ".join(_EMPTY.sub(" ", text).split())
    tidy = _DOUBLED.sub(r"\1", _LOOSE.sub(r"\1", tidy))
    tidy = _HANGING.sub("", _BEFORE_STOP.sub(r"\1", tidy))
    tidy = re.sub(r"([.!?])(?:\s*[.!?,])+", r"\1", _LEADING.sub("", _LEADING.sub("", tidy)))
    return tidy.strip(" ,;:-–&+/")
