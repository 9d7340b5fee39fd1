"""Guidance as one linear sum over branches of the denoiser (TA-V2A eq. 11 to 14), evaluated in a single batched call.

Every setting here reduces to one weight per *branch* (a pair of halves, each given or replaced by its null), and the weights of a setting
always sum to 1. That is why the algebra, written by the paper for the predicted noise, holds unchanged for the flow's velocity: on the path
x_t = (1 - t) x_0 + t e the velocity v = e - x_0 = (e - x_t) / (1 - t) is affine in e at fixed x_t and t, and an affine map commutes with
sums whose weights add up to 1. A classifier's gradient g = d log p / d x_t, which moves the noise by -gamma sigma_t g with sigma_t = t,
accordingly moves the velocity by -gamma t / (1 - t) g.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import torch
from jaxtyping import Float
from torch import Tensor

from ldm.conditioning import Conditions, join


class Branch(Enum):
    """Which halves a branch is given: (video?, which text?)."""

    NONE = (False, None)
    VIDEO = (True, None)
    TEXT = (False, "text")
    BOTH = (True, "text")
    NEGATIVE = (False, "negative")
    VIDEO_NEGATIVE = (True, "negative")


Weights = Mapping[Branch, float]
Predict = Callable[[Tensor, Tensor, Conditions | Tensor], Tensor]


def double(scale: float) -> dict[Branch, float]:
    """Eq. 11: w e(E_mix) + (1 - w) e(none); scale 1 is the plain conditional model."""
    return {Branch.BOTH: scale, Branch.NONE: 1 - scale}


def composable(text_scale: float, video_scale: float, negative_scale: float = 0.0) -> dict[Branch, float]:
    """Eq. 14: e(none) + w_l (e(l) - e(none)) - w_nl (e(nl) - e(none)) + w_v (e(v) - e(none)); halves taken as independent (eq. 12)."""
    return {
        Branch.TEXT: text_scale,
        Branch.VIDEO: video_scale,
        Branch.NEGATIVE: -negative_scale,
        Branch.NONE: 1 - text_scale - video_scale + negative_scale,
    }


def conditional(text_scale: float, video_scale: float, negative_scale: float = 0.0) -> dict[Branch, float]:
    """e(none) + w_v (e(v) - e(none)) + w_l (e(v, l) - e(v)) - w_nl (e(v, nl) - e(v)).

    Unlike eq. 14 it does not assume the halves independent: text is judged given the video. Scales (1, 1, 0) are the plain
    conditional model.
    """
    return {
        Branch.BOTH: text_scale,
        Branch.VIDEO: video_scale - text_scale + negative_scale,
        Branch.VIDEO_NEGATIVE: -negative_scale,
        Branch.NONE: 1 - video_scale,
    }


@dataclass(frozen=True)
class Guidance:
    """Branches worth computing: `conditions` of branches x batch samples, branch by branch, and `weights` (branches,).

    `late` are the weights at times below `late_below`: what a strong guidance decides is decided while noise is strong, and kept up to the
    end it only exaggerates (guidance in a limited interval, Kynkaanniemi et al. 2024, arXiv 2404.07724).
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


def active(weights: Weights, has_video: bool, has_text: bool, has_negative: bool) -> dict[Branch, float]:
    """Merge branches that the missing conditions make equal, then drop those of weight zero (at least one branch remains)."""
    merged: dict[Branch, float] = {}
    for branch, weight in weights.items():
        video, text = branch.value
        present = {"text": has_text, "negative": has_negative}
        reduced = Branch((video and has_video, text if text and present[text] else None))
        merged[reduced] = merged.get(reduced, 0.0) + weight
    kept = {branch: weight for branch, weight in merged.items() if abs(weight) > 1e-9}
    return kept or {Branch.NONE: 0.0}


def plan(
    weights: Weights,
    batch: int,
    video: Float[Tensor, "batch tokens cv"] | None = None,
    text: Tensor | None = None,
    negative: Tensor | None = None,
    text_present: Tensor | None = None,
    negative_present: Tensor | None = None,
    late: Weights | None = None,
    late_below: float = 0.0,
) -> Guidance:
    """Lay out the branches that cost something.

    Args:
        weights: of `double`, `composable` or `conditional`, or any others that sum to 1.
        batch: samples.
        video: (batch, tokens, Cv) or None.
        text, negative: (batch, Ct) or (batch, tokens, Ct) or None.
        text_present, negative_present: (batch,) or (batch, tokens) bool, False where a sample, or a moment, has
            no such text (see `Conditions`).
        late, late_below: other weights for times below `late_below`, see `Guidance`.

    Raises:
        ValueError: if a condition is not of `batch` samples, or the weights do not sum to 1.
    """
    for name, value in (("video", video), ("text", text), ("negative", negative)):
        if value is not None and len(value) != batch:
            raise ValueError(f"{name} features of {len(value)} samples in a batch of {batch}")
    late = weights if late is None else late
    for each in (weights, late):
        if abs(sum(each.values()) - 1) > 1e-6:
            raise ValueError(f"guidance weights sum to {sum(each.values())}, not to 1")
    present = (video is not None, text is not None, negative is not None)
    early, later = active(weights, *present), active(late, *present)
    kept = list(dict.fromkeys([*early, *later]))
    texts = {None: (None, None), "text": (text, text_present), "negative": (negative, negative_present)}
    parts = []
    for branch in kept:
        given_video, which = branch.value
        value, speaks = texts[which]
        parts.append(Conditions(video if given_video else None, value, text_present=speaks))
    at_first, at_last = (tuple(chosen.get(branch, 0.0) for branch in kept) for chosen in (early, later))
    return Guidance(join(parts, batch), at_first, batch, at_last, late_below)


def combine(
    predictions: Float[Tensor, "branches_batch latent columns"], weights: tuple[float, ...]
) -> Float[Tensor, "batch latent columns"]:
    """The weighted sum over branches, in float32."""
    stacked = predictions.float().unflatten(0, (len(weights), -1))
    return (stacked * stacked.new_tensor(weights)[:, None, None, None]).sum(0)  # no einsum: autocast would round it


def guided(
    predict: Predict,
    latents: Float[Tensor, "batch latent columns"],
    time: float,
    conditions: Conditions | Tensor,
    weights: tuple[float, ...],
) -> Float[Tensor, "batch latent columns"]:
    """The guided prediction from one call of `predict(latents, time, conditions)` on all branches.

    Args:
        predict: a denoiser; it gives noise or velocity, the sum is the same.
        latents: x_t of the batch, repeated here for every branch.
        time: in [0, 1], 1 is pure noise.
        conditions: of branches x batch samples, or the mixed tokens the denoiser made of them.
        weights: (branches,).
    """
    repeated = latents.repeat(len(weights), 1, 1)
    times = torch.full((len(repeated),), float(time), device=latents.device)
    return combine(predict(repeated, times, conditions), weights)


def classifier_noise_term(gradient: Tensor, gamma: Tensor | float, sigma: float) -> Tensor:
    """What eq. 11 and 14 add to the predicted noise: -gamma sigma_t grad log p(y | z_t, t, E_v); the paper writes beta_t for sigma_t."""
    return -gamma * sigma * gradient


def classifier_velocity_term(gradient: Tensor, gamma: Tensor | float, time: float, least_remaining: float = 0.05) -> Tensor:
    """The same term for a velocity: the noise term divided by 1 - t, where 1 - t is held above `least_remaining` (no signal at t = 1)."""
    return classifier_noise_term(gradient, gamma, time) / max(1.0 - time, least_remaining)


def clean_velocity_term(direction: Tensor, shift: Tensor | float, time: float) -> Tensor:
    """What moves the clean estimate z_0 = z_t - t v by `shift` along `direction`: -shift / t of it.

    It is the classifier's term with a gradient of size (1 - t) / t^2: as strong at every time. (Universal Guidance, Bansal et al. 2023,
    arXiv 2302.07121, moves the clean estimate likewise.)
    """
    return -direction * (shift / time)


def log_likelihood_gradient(
    log_likelihood: Callable[[Tensor, float, Tensor], Tensor],
    latents: Float[Tensor, "batch latent columns"],
    time: float,
    velocity: Float[Tensor, "batch latent columns"],
    unit: bool = False,
) -> Float[Tensor, "batch latent columns"]:
    """Gradient of `log_likelihood(latents, time, velocity)` (batch,) at the latents, in float32; `unit`: each sample's of norm 1, or 0.

    The velocity is held fixed: a likelihood of the clean estimate z_t - t v needs no second pass through the denoiser.
    """
    with torch.inference_mode(False), torch.enable_grad(), torch.autocast(latents.device.type, enabled=False):
        points = latents.detach().clone().float().requires_grad_(True)
        gradient = torch.autograd.grad(log_likelihood(points, time, velocity.detach().clone()).sum(), points)[0]
    if unit:
        gradient = gradient / gradient.flatten(1).norm(dim=1).clamp_min(1e-9)[:, None, None]
    return gradient
