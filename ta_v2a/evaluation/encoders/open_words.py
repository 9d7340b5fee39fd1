"""Whether a text embedding tells which kind of recording a caption asks for, in words beyond the lexicon."""

import csv
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int

from prompts.grammar import caption
from prompts.lexicon import RECORDED
from prompts.vocabulary import any_heard
from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.statistics import Estimate, bootstrap

Embedding = Callable[[list[str]], Float[np.ndarray, "texts width"]]
FIRST = 3
"""A caption is placed if one of its kinds is among so many first."""
_PER_KIND = 24
_SEED = 131_000_000
_SHRINK = 1e-4
_KINDS = tuple(RECORDED)


@dataclass(frozen=True)
class Labelled:
    """A caption and the kinds of recording that answer it."""

    clip: str
    text: str
    kinds: tuple[str, ...]


def labelled_captions(file: str | Path) -> list[Labelled]:
    """Of a CSV with youtube_id, caption and kinds (joined by ";").

    Raises:
        UserError: the file cannot be read, or names a kind that there is not.
    """
    try:
        with Path(file).open(encoding="utf-8", newline="") as stream:
            rows = [
                Labelled(row["youtube_id"], row["caption"], tuple(row["kinds"].split(";")))
                for row in csv.DictReader(stream)
            ]
    except (OSError, UnicodeDecodeError, KeyError, AttributeError) as error:
        raise UserError(f"cannot read labelled captions from {file}: {error}") from error
    for row in rows:
        for kind in row.kinds:
            if kind not in RECORDED:
                raise UserError(f"{file}: no kind {kind!r}")
    return rows


def prototypes(embed: Embedding) -> Float[np.ndarray, "kinds width"]:
    """The mean embedding of each kind's name and keywords, L2-normalised."""
    texts = [[kind, *entry.keywords[:_PER_KIND]] for kind, entry in RECORDED.items()]
    vectors = _unit(embed([text.replace("_", ",") for own in texts for text in own]))
    ends = np.cumsum([len(own) for own in texts])[:-1]
    return _unit(np.stack([own.mean(0) for own in np.split(vectors, ends)]))


def linear_readout(
    embed: Embedding, steps: int = 30
) -> tuple[Float[np.ndarray, "width kinds"], Float[np.ndarray, " kinds"]]:
    """Weights and biases of a multinomial regression from embeddings of the grammar's captions (24 a kind)
    to their kinds; nothing that people wrote is in it."""
    rng = random.Random(_SEED)
    texts = [caption([any_heard(kind, rng)], rng) for kind in _KINDS for _ in range(_PER_KIND)]
    vectors = torch.from_numpy(_unit(embed(texts))).float()
    target = torch.arange(len(_KINDS)).repeat_interleave(_PER_KIND)
    weight = torch.zeros(vectors.shape[1], len(_KINDS), requires_grad=True)
    bias = torch.zeros(len(_KINDS), requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=steps, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        value = torch.nn.functional.cross_entropy(vectors @ weight + bias, target)
        value = value + _SHRINK * weight.square().sum() / len(_KINDS)
        value.backward()
        return value

    optimizer.step(loss)
    return weight.detach().numpy(), bias.detach().numpy()


def placed_among(
    scores: Float[np.ndarray, "captions kinds"], rows: Sequence[Labelled], first: int = FIRST
) -> Estimate:
    """Share of the captions of which a right kind is among the `first` by score, 95 % over captions."""
    order: Int[np.ndarray, "captions first"] = np.argsort(-scores, 1)[:, :first]
    right = [any(_KINDS[index] in row.kinds for index in top) for top, row in zip(order, rows, strict=True)]
    table = np.stack([right, np.ones(len(rows))], 1)
    return bootstrap(table, lambda sums: sums[..., 0] / sums[..., 1])


def open_word_scores(embed: Embedding, rows: Sequence[Labelled]) -> dict[str, Estimate]:
    """How well both readouts place captions: {"prototype first 3", "linear first 3", "linear first 1"}."""
    vectors = _unit(embed([row.text for row in rows]))
    weight, bias = linear_readout(embed)
    near, linear = vectors @ prototypes(embed).T, vectors @ weight + bias
    return {
        f"prototype first {FIRST}": placed_among(near, rows),
        f"linear first {FIRST}": placed_among(linear, rows),
        "linear first 1": placed_among(linear, rows, 1),
    }


def _unit(vectors: Float[np.ndarray, "n width"]) -> Float[np.ndarray, "n width"]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
