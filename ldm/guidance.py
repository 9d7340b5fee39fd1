"""Guidance as one linear sum over branches of the denoiser (TA-V2A eq. 11 to 14),
evaluated in a single batched call.

A *branch* is the set of names of the conditions that it is given; the others are replaced by their nulls.
Every setting here is one weight for each branch, and the weights of a setting sum to 1. That is why the
algebra, written by the paper for the predicted noise, holds for every process: at fixed x_t and t its
prediction is affine in the noise, and an affine map commutes with sums whose weights add up to 1.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from ldm.conditions import LEFT_OUT, NEGATIVE, TEXT, VIDEO, Conditions, join
from ldm.latents import Latents

Branch = frozenset[str]
Weights = Mapping[Branch, float]
Predict = Callable[[Latents, Tensor, Any], Latents]

NONE: Branch = frozenset()


def branch(*names: str) -> Branch:
    """The branch that is given the conditions of these names."""
    return frozenset(names)


def double(scale: float) -> dict[Branch, float]:
    """Eq. 11: w e(E_mix) + (1 - w) e(none); scale 1 is the plain conditional model."""
    return {branch(VIDEO, TEXT): scale, NONE: 1 - scale}


def composable(text_scale: float, video_scale: float, negative_scale: float = 0.0) -> dict[Branch, float]:
    """Eq. 14: e(none) + w_l (e(l) - e(none)) - w_nl (e(nl) - e(none)) + w_v (e(v) - e(none)).

    Video and text are taken as independent (eq. 12).
    """
    return {
        branch(TEXT): text_scale,
        branch(VIDEO): video_scale,
        branch(NEGATIVE): -negative_scale,
        NONE: 1 - text_scale - video_scale + negative_scale,
    }


def conditional(text_scale: float, video_scale: float, negative_scale: float = 0.0) -> dict[Branch, float]:
    """e(none) + w_v (e(v) - e(none)) + w_l (e(v, l) - e(v)) - w_nl (e(v, nl) - e(v)).

    Unlike eq. 14 it does not take them as independent: text is judged given the video. Scales (1, 1, 0)
    are the plain conditional model.
    """
    return {
        branch(VIDEO, TEXT): text_scale,
        branch(VIDEO): video_scale - text_scale + negative_scale,
        branch(VIDEO, NEGATIVE): -negative_scale,
        NONE: 1 - video_scale,
    }


def leaving_out(text_scale: float, video_scale: float, negative_scale: float = 0.0) -> dict[Branch, float]:
    """`conditional` for a denoiser that has learnt to leave out what it is told: with x the source left out,

    e(none) + w_v (e(v) - e(none)) + w_l (e(v, l) - e(v)) + w_x (e(v, l, x) - e(v, l)).

    Where nothing is left out, it is `conditional` without a negative.
    """
    return {
        branch(VIDEO, TEXT, LEFT_OUT): negative_scale,
        branch(VIDEO, TEXT): text_scale - negative_scale,
        branch(VIDEO): video_scale - text_scale,
        NONE: 1 - video_scale,
    }


@dataclass(frozen=True)
class Guidance:
    """Branches worth computing.

    Attributes:
        conditions: of branches x batch samples, branch by branch.
        weights: (branches,).
        batch: samples.
        late: the weights at times below `late_below`. What a strong guidance decides is decided while noise
            is strong, and kept up to the end it only exaggerates (guidance in a limited interval,
            Kynkaanniemi et al. 2024, arXiv 2404.07724).
    """

    conditions: Conditions
    weights: tuple[float, ...]
    batch: int
    late: tuple[float, ...] = ()
    late_below: float = 0.0

    @property
    def branches(self) -> int:
        return len(self.weights)

    def at(self, time: float) -> tuple[float, ...]:
        """The weights (branches,) at a time in [0, 1]; 1 is pure noise."""
        return self.late if time < self.late_below else self.weights


def active(weights: Weights, given: Conditions) -> dict[Branch, float]:
    """Merge branches that missing conditions make equal, then drop those of weight zero
    (at least one branch remains)."""
    merged: dict[Branch, float] = {}
    for names, weight in weights.items():
        reduced = names & frozenset(given)
        merged[reduced] = merged.get(reduced, 0.0) + weight
    kept = {names: weight for names, weight in merged.items() if abs(weight) > 1e-9}
    return kept or {NONE: 0.0}


def plan_branches(
    weights: Weights, batch: int, conditions: Conditions, late: Weights | None = None, late_below: float = 0.0
) -> Guidance:
    """Lay out the branches that cost something.

    Args:
        weights: of `double`, `composable` or `conditional`, or any others that sum to 1.
        batch: samples.
        conditions: everything that is given, "negative" included.
        late, late_below: other weights for times below `late_below`, see `Guidance`.

    Raises:
        ValueError: if the conditions are not of `batch` samples, or the weights do not sum to 1.
    """
    if conditions.batch not in (None, batch):
        raise ValueError(f"conditions of {conditions.batch} samples in a batch of {batch}")
    late = weights if late is None else late
    for each in (weights, late):
        if abs(sum(each.values()) - 1) > 1e-6:
            raise ValueError(f"guidance weights sum to {sum(each.values())}, not to 1")
    early, later = active(weights, conditions), active(late, conditions)
    kept = list(dict.fromkeys([*early, *later]))
    joined = join([conditions.only(sorted(names)) for names in kept], batch)
    at_first, at_last = (tuple(chosen.get(names, 0.0) for names in kept) for chosen in (early, later))
    return Guidance(joined, at_first, batch, at_last, late_below)


def combine(
    predictions: Float[Tensor, "branches_batch ..."], weights: tuple[float, ...]
) -> Float[Tensor, "batch ..."]:
    """The weighted sum over branches, in float32."""
    stacked = predictions.float().unflatten(0, (len(weights), -1))
    factors = stacked.new_tensor(weights).reshape(-1, *[1] * (stacked.ndim - 1))
    return (stacked * factors).sum(0)  # no einsum: autocast would round it


def guided(
    predict: Predict, latents: Latents, time: float, conditions: Any, weights: tuple[float, ...]
) -> Latents:
    """The guided prediction from one call of `predict(latents, time, conditions)` on all branches.

    Args:
        predict: a denoiser.
        latents: of the batch at `time`, repeated here for every branch.
        time: in [0, 1], 1 is pure noise.
        conditions: of branches x batch samples, or what the denoiser mixed of them.
        weights: (branches,).
    """
    repeated = latents.repeat(len(weights))
    times = torch.full((repeated.batch,), float(time), device=repeated.device)
    return predict(repeated, times, conditions).map(lambda value: combine(value, weights))
