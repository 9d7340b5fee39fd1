"""Words beyond the stage's: the grammar's captions of every kind of recording, and texts that people wrote
with what a teacher makes of them."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import default_collate

from prompts.grammar import caption
from prompts.lexicon import RECORDED
from prompts.noise import hasty
from prompts.vocabulary import any_heard
from ta_v2a.errors import UserError, one_line

_KINDS = tuple(RECORDED)
_PLAIN = 0.5  # share of the texts without slips


class OpenWordings:
    """Collates stage wordings and adds further texts to the batch, drawn anew for every batch.

    Adds `texts` list[str] (described ones first), `named` (T, 204) shares of `RECORDED`'s kinds in each, and
    `vectors` (O, C), the teacher's of the last O.

    Args:
        teacher: the .npz of `ta_v2a.data.teacher`.
        described: texts a batch that the grammar words, of one kind or two.
        written: texts a batch that people wrote.

    Raises:
        UserError: the file cannot be read or is of other kinds.
    """

    def __init__(self, teacher: str | Path, described: int = 128, written: int = 128):
        try:
            with np.load(teacher) as held:
                self.texts = held["texts"].tolist()
                self.vectors, self.kinds = held["vectors"], held["kinds"]
        except (OSError, KeyError, ValueError) as error:
            raise UserError(f"cannot read the teacher {teacher}: {one_line(error)}") from error
        if self.kinds.shape != (len(self.texts), len(_KINDS)):
            raise UserError(f"the teacher {teacher} knows other kinds than the lexicon")
        self.described, self.written, self.seed, self.batch = described, written, 0, 0

    def begin(self, seed: int) -> None:
        """Begins an epoch: its batches follow from `seed`."""
        self.seed, self.batch = seed, 0

    def __call__(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        rng = random.Random(f"{self.seed} {self.batch}")
        self.batch += 1
        texts, named = [], torch.zeros(self.described, len(_KINDS))
        for row in named:
            drawn = rng.sample(range(len(_KINDS)), 1 if rng.random() < 0.7 else 2)
            row[drawn] = 1 / len(drawn)
            words = caption([any_heard(_KINDS[kind], rng) for kind in drawn], rng)
            texts.append(words if rng.random() < _PLAIN else hasty(words, rng))
        picked = [rng.randrange(len(self.texts)) for _ in range(self.written)]
        texts += [self.texts[i] if rng.random() < _PLAIN else hasty(self.texts[i], rng) for i in picked]
        return {
            **default_collate(rows),
            "texts": texts,
            "named": torch.cat([named, torch.from_numpy(self.kinds[picked]).float()]),
            "vectors": torch.from_numpy(self.vectors[picked]).float(),
        }
