"""Classifier guidance as the paper prints it: the last term of eq. 11 and 14, -gamma sigma_t
grad log p(y | z_t, t, E_v)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from ldm.classifiers.role import AlignmentClassifier
from ldm.guides.role import gradient
from ldm.latents import Latents
from ldm.process import Process

LogLikelihood = Callable[[Tensor, float], Tensor]
"""Of (z_t, t), log p(y | z_t, t, E_v) (batch,)."""


@dataclass(frozen=True)
class ClassifierGuide:
    """Moves the sound's clean estimate along the score of a classifier that reads noisy latents.

    Attributes:
        log_likelihood: of (z_t, t) gives log p(y | z_t, t, E_v) (batch,).
        gamma: its scale (paper: 50), for all or (batch,).
        earliest, latest: times in [0, 1] between which it acts; 1 is pure noise.
    """

    log_likelihood: LogLikelihood
    gamma: float | Tensor
    earliest: float = 1.0
    latest: float = 0.0

    def __call__(self, prediction: Latents, noisy: Latents, time: float, process: Process) -> Latents:
        """The clean estimate of the sound, moved by gamma s^2 / a grad log p."""
        if prediction.audio is None or noisy.audio is None:
            raise ValueError("the classifier judges sound, and there is none")
        if not self.latest <= time <= self.earliest:
            return prediction
        score = gradient(lambda z: self.log_likelihood(z, time), noisy.audio)
        gamma = (
            self.gamma.reshape(-1, *[1] * (score.ndim - 1)) if isinstance(self.gamma, Tensor) else self.gamma
        )
        shift = process.clean_shift_of_score(gamma * score, time)
        return Latents(process.shifted(prediction.audio, shift, time), prediction.video)


def log_aligned(classifier: AlignmentClassifier, video: Tensor) -> LogLikelihood:
    """log P(aligned | z_t, t, E_v) of a classifier, for `ClassifierGuide`.

    The logarithm is taken of the logit itself, in float32: of a probability that has rounded to 0 there is
    none.

    Args:
        classifier: with float32 weights; it never learns from this.
        video: E_v (batch, tokens, channels) of the clips that are sounded.
    """
    seen = video.float()

    def log_likelihood(noisy: Tensor, time: float) -> Tensor:
        times = torch.full((len(noisy),), float(time), device=noisy.device)
        return F.logsigmoid(classifier(noisy, times, seen))

    return log_likelihood
