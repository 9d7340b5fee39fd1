"""Strength and negative in forms that have words only: "door slam [strength=0.5] [not=music, wind]"."""

import re

_MARK = re.compile(r"\s*\[\s*(?P<name>strength|not)\s*=\s*(?P<value>[^\[\]]*)\]\s*$", re.IGNORECASE)


def unmarked_words(text: str) -> dict[str, object]:
    """The fields of a row that words with marks at their end say.

    Raises:
        ValueError: a mark comes twice.
    """
    fields: dict[str, object] = {}
    rest = " ".join(text.split())
    while found := _MARK.search(rest):
        name = "strength" if found["name"].lower() == "strength" else "negative"
        if name in fields:
            raise ValueError(f"[{found['name']}=…] comes twice")
        fields[name] = found["value"].strip()
        rest = rest[: found.start()]
    return {"text": rest, **fields}


def marked_words(text: str, strength: float, negative: str) -> str:
    """The words of a row with its marks, where they say more than the default."""
    marks = [f"[strength={strength:g}]"] if strength != 1 else []
    return " ".join([text, *marks, *([f"[not={negative}]"] if negative else [])])
