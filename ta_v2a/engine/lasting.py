"""Whether what a prompt asks for goes on by itself, as rain and engines do, or comes in events."""

import re
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from cvalp.role import Encoders
from prompts.lexicon import ALL_KINDS, entry_of
from prompts.lexicon.entry import words
from prompts.refining.sources import telling

LASTING = frozenset(
    words(
        "pour; wind; fire; rain; engine; drill; fan; fire crackling; sizzling or fuse; steam hiss; "
        "earthquake rumble; city traffic; construction site; crowd or applause; nature ambience; night "
        "ambience; crickets or cicadas; insect buzz; cat purr; sea waves; toilet flush; underwater; "
        "water bubbles; water flowing; waterfall; chainsaw; electric motor; electrical buzz; elevator; "
        "machine; power tool; printer; pump or compressor; static or vinyl crackle; car or motorcycle "
        "engine; helicopter; jet plane; propeller plane; train ride; truck engine"
    )
)
"""Kinds of the lexicon that go on; what is done by strokes (a hand saw, scraping) is not among them."""
SURE_SHARE = 0.2
"""Share of `LASTING` kinds from which a prompt is taken for one of them."""
_CLAUSES = re.compile(
    r"[,;:/.!?&+]+|\b(?:and|then|with|while|as|before|after|followed|beside|over|plus|together)\b",
    re.IGNORECASE,
)
_PHRASES = 4  # of every kind, its name among them
_SHARPNESS = 30.0
_AT_ONCE = 128


class LastingKinds:
    """The kinds of the lexicon in the text space of some encoders."""

    def __init__(self, cvalp: Encoders):
        self.cvalp = cvalp
        phrases = [(kind, *entry_of(kind).keywords[: _PHRASES - 1]) for kind in ALL_KINDS]
        rows = self._encoded([phrase for own in phrases for phrase in own])
        parts = rows.split([len(own) for own in phrases])
        self.kinds = torch.stack([F.normalize(part.mean(0), dim=0) for part in parts])
        self.lasting = torch.tensor([kind in LASTING for kind in ALL_KINDS], device=rows.device)

    def goes_on(self, texts: Sequence[str | None]) -> Bool[Tensor, " texts"]:
        """Whether each text asks for what goes on and for nothing else: all of its clauses that name a sound;
        False where there is none."""
        clauses = [[part for part in _CLAUSES.split(text or "") if telling(part)] for text in texts]
        listed = [clause for own in clauses for clause in own]
        sure = iter((self.share(listed) >= SURE_SHARE).tolist() if listed else [])
        found = [[next(sure) for _ in own] for own in clauses]
        return torch.tensor([bool(own) and all(own) for own in found], device=self.kinds.device)

    def share(self, texts: Sequence[str]) -> Float[Tensor, " texts"]:
        """In [0, 1]: of all kinds by their nearness in the text space, the share of `LASTING`."""
        near = (_SHARPNESS * self._encoded(list(texts)) @ self.kinds.T).softmax(-1)
        return near[:, self.lasting].sum(-1)

    def _encoded(self, texts: list[str]) -> Tensor:
        parts = [texts[at : at + _AT_ONCE] for at in range(0, len(texts), _AT_ONCE)]
        return torch.cat([self.cvalp.encode_text(part).float() for part in parts])
