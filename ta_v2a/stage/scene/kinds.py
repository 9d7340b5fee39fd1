"""The kinds of source the stage knows: 29 in 6 families."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """One kind of sound source.

    Args:
        name: key in `KINDS`.
        family: impacts, friction, liquids, air_fire_weather, machines or creatures_signals.
        continuous: True if a loudness envelope drives the sound, False if it is a row of one-shots.
        actions: the motions by which the picture may show it.
    """

    name: str
    family: str
    continuous: bool
    actions: tuple[str, ...]


_HIT = ("bounce", "strike", "knock", "drop", "chop", "footstep", "type", "shake")
_ALL = [
    *(
        Kind(n, "impacts", False, _HIT)
        for n in ("wood", "metal", "glass", "ceramic", "plastic", "stone", "drum", "cloth")
    ),
    Kind("clap", "impacts", False, ("clap",)),
    Kind("gunshot", "impacts", False, ("shoot",)),
    Kind("scrape", "friction", True, ("scrape",)),
    Kind("saw", "friction", True, ("saw",)),
    Kind("rub", "friction", True, ("rub",)),
    Kind("pour", "liquids", True, ("pour",)),
    Kind("drip", "liquids", False, ("drip",)),
    Kind("splash", "liquids", False, ("splash",)),
    Kind("bubbles", "liquids", False, ("bubble",)),
    Kind("wind", "air_fire_weather", True, ("blow",)),
    Kind("fire", "air_fire_weather", True, ("burn",)),
    Kind("rain", "air_fire_weather", True, ("rain",)),
    Kind("thunder", "air_fire_weather", False, ("flash",)),
    Kind("engine", "machines", True, ("run",)),
    Kind("drill", "machines", True, ("drill",)),
    Kind("fan", "machines", True, ("spin",)),
    Kind("clock", "machines", False, ("tick",)),
    Kind("dog", "creatures_signals", False, ("bark",)),
    Kind("bird", "creatures_signals", False, ("chirp",)),
    Kind("bell", "creatures_signals", False, ("ring",)),
    Kind("horn", "creatures_signals", False, ("honk",)),
]
KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
KIND_NAMES: tuple[str, ...] = tuple(KINDS)
FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(kind.family for kind in _ALL))
