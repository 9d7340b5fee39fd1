"""The words of every kind of sound: `LEXICON[kind]`."""

from prompts.lexicon.entry import Entry
from prompts.lexicon.impacts import IMPACTS
from prompts.lexicon.living import LIVING
from prompts.lexicon.machines import MACHINES
from prompts.lexicon.nature import NATURE

LEXICON: dict[str, Entry] = {**IMPACTS, **NATURE, **MACHINES, **LIVING}

__all__ = ["LEXICON", "Entry"]
