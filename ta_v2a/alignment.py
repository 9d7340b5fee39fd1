"""The latent aligner: how well the onsets of the sound that is forming agree with what the picture lets expect."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch.nn import functional as F

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


def onset_likelihood(
    decode: Callable[[torch.Tensor], torch.Tensor], probability: Float[torch.Tensor, "batch frames"]
) -> Callable[[torch.Tensor, float, torch.Tensor], torch.Tensor]:
    """log p(onsets | z_t, t, E_v) as a function of latents (batch, latent, columns), time and velocity: the guide of TA-V2A eq. 14.

    The clean latents are estimated as z_0 = z_t - t v and decoded to a log-mel. The curve of its rises, taken as a direction, is von
    Mises-Fisher about the onsets that the video tower expects, on a uniform floor: log p is their correlation, `HEARD` at least, up to
    scale and constant. On the floor its gradient is zero: onsets are put right, not carved into a sound that has none.

    Args:
        decode: latents to log-mel (batch, bins, frames).
        probability: of an onset in every frame, in [0, 1], by the video tower.
    """
    expected = expected_onsets(probability)

    def log_likelihood(latents: torch.Tensor, time: float, velocity: torch.Tensor) -> torch.Tensor:
        return agreement(rises(decode(latents - time * velocity)), expected).clamp_min(HEARD)

    return log_likelihood
