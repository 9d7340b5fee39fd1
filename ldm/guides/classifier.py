"""Classifier guidance as the paper prints it: the last term of eq. 11 and 14, -gamma sigma_t
grad log p(y | z_t, t, E_v)."""

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

from ldm.guides.role import gradient
from ldm.latents import Latents
from ldm.process import Process


@dataclass(frozen=True)
class ClassifierGuide:
    """Moves the sound's clean estimate along the score of a classifier that reads noisy latents.

    Attributes:
        log_likelihood: of (z_t, t) gives log p(y | z_t, t, E_v) (batch,).
        gamma: its scale (paper: 50), for all or (batch,).
    """

    log_likelihood: Callable[[Tensor, float], Tensor]
    gamma: float | Tensor

    def __call__(self, prediction: Latents, noisy: Latents, time: float, process: Process) -> Latents:
        """The clean estimate of the sound, moved by gamma s^2 / a grad log p."""
        if prediction.audio is None or noisy.audio is None:
            raise ValueError("the classifier judges sound, and there is none")
        score = gradient(lambda z: self.log_likelihood(z, time), noisy.audio)
        gamma = (
            self.gamma.reshape(-1, *[1] * (score.ndim - 1)) if isinstance(self.gamma, Tensor) else self.gamma
        )
        shift = process.clean_shift_of_score(gamma * score, time)
        return Latents(process.shifted(prediction.audio, shift, time), prediction.video)
