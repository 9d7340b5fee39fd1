"""What words call the worlds that the stage draws, for video heads that know more than one."""

import re

WORLDS = {"flat": "flat picture", "solid": "solid bodies"}
_NAMED = re.compile(rf"[\s,;.]*\b(?:{'|'.join(WORLDS.values())})[\s.!]*$", re.IGNORECASE)


def in_its_world(caption: str, world: str) -> str:
    """A caption that says which world it is of, "a dog barks, solid bodies", in place of any other.

    Args:
        world: key of `WORLDS`.
    """
    return f"{without_world(caption).rstrip('.! ')}, {WORLDS[world]}"


def in_some_world(prompt: str, world: str) -> str:
    """A prompt that names a world: its own, or else this one; an empty one, or with no world given, as it
    is."""
    return in_its_world(prompt, world) if world and prompt.strip() and not _NAMED.search(prompt) else prompt


def without_world(prompt: str) -> str:
    """What of a prompt is heard: a world's name at its end is only seen."""
    return _NAMED.sub("", prompt)
