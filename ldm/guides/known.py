"""What is known of a clip already: a whole modality, or a stretch of it (MM-Diffusion, Ruan et al. 2023,
section 3.4). Any denoiser of sound and picture then makes one from the other, or goes on, without having
learnt to."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ldm.guides.role import gradient
from ldm.latents import Latents
from ldm.process import Process

Predictor = Callable[[Latents, float], Latents]
"""Of (noisy latents, time): the guided prediction, through which gradients flow."""


@dataclass(frozen=True)
class Replacement:
    """The clean estimate of what is known is what is known.

    Every step of a sampler without noise of its own then leaves the known part where it belongs at the next
    time: at a data + s noise, with the noise that it started from.

    Attributes:
        known: clean latents, of one modality or both.
        where: bool, in their shapes or such that broadcast to them: only there; None: everywhere.
    """

    known: Latents
    where: Latents | None = None

    def __call__(self, prediction: Latents, noisy: Latents, time: float, process: Process) -> Latents:
        """The prediction that speaks of what is known."""
        known, where = dict(self.known.items()), dict(self.where.items()) if self.where is not None else {}
        at = dict(noisy.items())

        def replaced(name: str, value: Tensor) -> Tensor:
            if name not in known:
                return value
            told = process.prediction(at[name], known[name].to(value), time)
            return torch.where(where[name], told, value) if name in where else told

        return Latents(**{name: replaced(name, value) for name, value in prediction.items()})


@dataclass(frozen=True)
class Reconstruction:
    """Pulls what is not known to where the denoiser would tell what is known right: the clean estimate moves
    by -(scale a / 2) times the gradient of |known - its estimate|^2 (Ho et al. 2022, arXiv 2204.03458, eq.
    7).

    Needs the known modality among the noisy latents, where `Replacement` after it keeps it.

    Attributes:
        known: clean latents of one modality.
        predict: the denoiser under its guidance.
        scale: 3 in MM-Diffusion.
        earliest: time from which it acts; of pure noise nothing can be told.
    """

    known: Latents
    predict: Predictor
    scale: float = 3.0
    earliest: float = 0.95

    def __call__(self, prediction: Latents, noisy: Latents, time: float, process: Process) -> Latents:
        """The prediction of the other modality, moved."""
        (name, data), *more = self.known.items()
        other = "video" if name == "audio" else "audio"
        at, told = dict(noisy.items()), dict(prediction.items())
        if more or other not in at or name not in at:
            raise ValueError("one modality is known, and both are sampled")
        if time > self.earliest:
            return prediction

        def error(unknown: Tensor) -> Tensor:
            found = dict(self.predict(Latents(**{name: at[name], other: unknown}), time).items())
            clean = process.clean(at[name], found[name].float(), time)
            return (data.to(clean) - clean).square().flatten(1).sum(1)

        signal = process.coefficients(time).signal
        direction = gradient(error, at[other])
        moved = process.shifted(told[other], direction, time, -0.5 * self.scale * signal)
        return Latents(**{**told, other: moved})
