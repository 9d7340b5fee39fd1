"""Which of the acts that a video head was trained on a prompt is nearest to."""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F

from prompts.acts import ACTS, sentences, without_count
from prompts.worlds import without_world

LIKE = 0.75
"""Cosine of text embeddings below which a prompt tells none of the acts. It lets through what sounds alike:
"hair dryer" is taken for a fan."""


@dataclass(frozen=True)
class NearestAct:
    """The act nearest to a prompt.

    Attributes:
        act: key of `prompts.acts.ACTS`.
        sentence: its wording that is nearest.
        likeness: cosine of their text embeddings, E_l.
    """

    act: str
    sentence: str
    likeness: float

    @property
    def told(self) -> bool:
        """Whether the prompt tells it."""
        return self.likeness >= LIKE


@torch.no_grad()
def nearest_act(cvalp: Any, prompt: str) -> NearestAct:
    """Of all acts the nearest to a prompt, whose number and world do not count.

    Args:
        cvalp: the text tower is asked.
    """
    known = [(act, sentence) for act in ACTS for sentence in sentences(act)]
    asked = without_count(without_world(prompt))
    embedded = F.normalize(cvalp.encode_text([asked, *(sentence for _, sentence in known)]).float(), dim=-1)
    likeness = embedded[1:] @ embedded[0]
    best = int(likeness.argmax())
    return NearestAct(*known[best], likeness=round(float(likeness[best]), 3))
