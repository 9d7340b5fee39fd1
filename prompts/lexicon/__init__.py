"""The words of every kind of sound: `LEXICON[kind]` of the stage's, `RECORDED[kind]` of the recordings'."""

from prompts.lexicon.backgrounds import BACKGROUNDS
from prompts.lexicon.entry import Entry
from prompts.lexicon.impacts import IMPACTS
from prompts.lexicon.living import LIVING
from prompts.lexicon.machines import MACHINES
from prompts.lexicon.nature import NATURE
from prompts.lexicon.recorded_air import AIR
from prompts.lexicon.recorded_breaks import BREAKS
from prompts.lexicon.recorded_creatures import CREATURES
from prompts.lexicon.recorded_explosions import EXPLOSIONS
from prompts.lexicon.recorded_footsteps import FOOTSTEPS
from prompts.lexicon.recorded_friction import FRICTION
from prompts.lexicon.recorded_hits import HITS
from prompts.lexicon.recorded_humans import HUMANS
from prompts.lexicon.recorded_instruments import INSTRUMENTS
from prompts.lexicon.recorded_liquids import LIQUIDS
from prompts.lexicon.recorded_machines import DEVICES
from prompts.lexicon.recorded_signals import SIGNALS

LEXICON: dict[str, Entry] = {**IMPACTS, **NATURE, **MACHINES, **LIVING}

_SHARED = ("bell", "fan", "gunshot", "rain", "thunder", "wind")
RECORDED: dict[str, Entry] = {
    **AIR,
    **BREAKS,
    **CREATURES,
    **EXPLOSIONS,
    **FOOTSTEPS,
    **FRICTION,
    **HITS,
    **HUMANS,
    **INSTRUMENTS,
    **LIQUIDS,
    **DEVICES,
    **SIGNALS,
    **{kind: LEXICON[kind] for kind in _SHARED},
}
"""The 204 kinds of recordings, by the names of their index. Six of them are kinds of the stage as well and
keep its words."""

ALL_KINDS: tuple[str, ...] = tuple(dict.fromkeys([*LEXICON, *RECORDED]))
"""The stage's 29 kinds, then those that only recordings have: 227."""

WORDINGS = 12
"""Keywords of a kind whose mean E_l stands for it, where pictures are named."""


def entry_of(kind: str) -> Entry:
    """The words of a kind of `ALL_KINDS`, or of `BACKGROUNDS`.

    Raises:
        ValueError: a kind without words.
    """
    found = LEXICON.get(kind) or RECORDED.get(kind) or BACKGROUNDS.get(kind)
    if found is None:
        raise ValueError(f"no words for kind {kind!r}; known: {', '.join(ALL_KINDS)}")
    return found


__all__ = ["ALL_KINDS", "BACKGROUNDS", "LEXICON", "RECORDED", "WORDINGS", "Entry", "entry_of"]
