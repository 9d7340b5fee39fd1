"""The words of every kind of sound: `LEXICON[kind]`."""

from prompts.lexicon.entry import Entry
from prompts.lexicon.impacts import IMPACTS
from prompts.lexicon.living import LIVING
from prompts.lexicon.machines import MACHINES
from prompts.lexicon.nature import NATURE

LEXICON: dict[str, Entry] = {**IMPACTS, **NATURE, **MACHINES, **LIVING}

WORDINGS = 12
"""Keywords of a kind whose mean E_l stands for it, where pictures are named."""

__all__ = ["LEXICON", "WORDINGS", "Entry"]
