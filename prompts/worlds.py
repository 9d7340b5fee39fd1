"""What words call the worlds that the stage draws, for video heads that know more than one."""

import re

WORLDS = {False: "flat picture", True: "solid bodies"}
"""By whether it is the solid one."""
_NAMED = re.compile(rf"[\s,;.]*\b(?:{'|'.join(WORLDS.values())})[\s.!]*$", re.IGNORECASE)


def in_its_world(caption: str, solid: bool) -> str:
    """A caption that says which world it is of: "a dog barks, solid bodies"."""
    return f"{caption.rstrip('.! ')}, {WORLDS[solid]}"


def without_world(prompt: str) -> str:
    """What of a prompt is heard: a world's name at its end is only seen."""
    return _NAMED.sub("", prompt)
