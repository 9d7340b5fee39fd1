"""The onset guide: pulls the onsets of the sound that is forming to those that the picture lets expect."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch.nn import functional as F

from ldm.guides.role import gradient
from ldm.latents import Latents
from ldm.process import Process

DEPTH = 0.55  # of log-mel, 55 dB: what lies further below the loudest band of the clip is taken as silence
BLUR = (0.06, 0.24, 0.4, 0.24, 0.06)  # a Gaussian of one frame (16 ms)
SURE = 0.5  # a peak is expected to be heard where an onset is likelier than not
NEAR_FRAMES = 2  # a peak is the largest of its neighbours
HEARD = 0.3  # agreement below which a sound has no onsets that answer to what is seen: a motor's or the wind's are left alone


def blurred(curve: Float[torch.Tensor, "batch frames"]) -> Float[torch.Tensor, "batch frames"]:
    """Every value spread over its neighbours by `BLUR`."""
    return F.conv1d(curve[:, None], curve.new_tensor(BLUR)[None, None], padding=len(BLUR) // 2)[:, 0]


def expected_onsets(probability: Float[torch.Tensor, "batch frames"]) -> Float[torch.Tensor, "batch frames"]:
    """A bump of one height at every peak of the onset probability over `SURE`: an onset is heard or not, however sure the tower is."""
    largest = F.max_pool1d(probability[:, None], 2 * NEAR_FRAMES + 1, 1, NEAR_FRAMES)[:, 0]
    return blurred(((probability == largest) & (probability > SURE)).float())


def rises(mel: Float[torch.Tensor, "batch bins frames"]) -> Float[torch.Tensor, "batch frames"]:
    """How much the sound rises into every frame: the mean over bands of what exceeds the frame before and its neighbouring bands there.

    (SuperFlux, Böck & Widmer 2013, eq. 3-4, on the log-mel itself.) Blurred by a frame; the square root lets soft onsets count beside
    hard ones.
    """
    loud = torch.maximum(mel, mel.amax((1, 2), keepdim=True).detach() - DEPTH)
    before = F.max_pool1d(loud.transpose(1, 2), 3, 1, 1).transpose(1, 2)
    before = torch.cat([before[..., :1], before[..., :-1]], dim=-1)
    return (blurred((loud - before).clamp_min(0.0).mean(dim=1)) + 1e-6).sqrt()


def agreement(found: Float[torch.Tensor, "batch frames"], expected: Float[torch.Tensor, "batch frames"]) -> Float[torch.Tensor, " batch"]:
    """Correlation in [-1, 1] of two curves; 0 where one is flat."""
    found, expected = (curve - curve.mean(dim=1, keepdim=True) for curve in (found, expected))
    return (found * expected).sum(dim=1) / (found.norm(dim=1) * expected.norm(dim=1)).clamp_min(1e-6)


@dataclass(frozen=True)
class OnsetGuide:
    """Ascends the agreement of two onset curves: the guide of eq. 14 with the onsets that the video tower expects as its classifier.

    The curve of rises of the clean estimate's log-mel, taken as a direction, is von Mises-Fisher about the expected onsets, on a uniform
    floor: log p is their correlation, `HEARD` at least, up to scale and constant. On the floor its gradient is zero: onsets are put
    right, not carved into a sound that has none. Gradients are taken as directions (of norm 1), so that `scale` moves the clean
    estimate by the same length at every time (Universal Guidance, Bansal et al. 2023, arXiv 2302.07121, moves it likewise).

    Attributes:
        decode: clean audio latents to log-mel (batch, bins, frames).
        expected: (batch, frames) of `expected_onsets`.
        scale: how far each ascent moves the clean estimate.
        ascents: gradients taken at every step.
        earliest, latest: times in [0, 1] between which it acts; of pure noise a clean estimate says nothing yet.
    """

    decode: Callable[[torch.Tensor], torch.Tensor]
    expected: Float[torch.Tensor, "batch frames"]
    scale: float
    ascents: int = 2
    earliest: float = 0.95
    latest: float = 0.3

    def log_likelihood(self, clean: torch.Tensor) -> Float[torch.Tensor, " batch"]:
        """log p(expected onsets | clean latents), up to scale and constant."""
        return agreement(rises(self.decode(clean)), self.expected).clamp_min(HEARD)

    def __call__(self, prediction: Latents, noisy: Latents, time: float, process: Process) -> Latents:
        """The clean estimate of the sound, moved by `ascents` steps of length `scale`."""
        audio, at = prediction.audio, noisy.audio
        if not self.latest <= time <= self.earliest or audio is None or at is None:
            return prediction
        for _ in range(self.ascents):
            direction = gradient(self.log_likelihood, process.clean(at, audio, time), unit=True)
            audio = process.shifted(audio, direction, time, self.scale)
        return Latents(audio, prediction.video)
