"""What words call the worlds that the stage draws, for heads that know more than one."""

WORLDS = {False: "flat drawing", True: "solid bodies"}
"""By whether it is the solid one."""


def in_its_world(caption: str, solid: bool) -> str:
    """A caption that says which world it is of: "a dog barks, solid bodies"."""
    return f"{caption.rstrip('.! ')}, {WORLDS[solid]}"
