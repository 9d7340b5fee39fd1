"""The latent aligner: how likely the sound that is forming belongs to these pictures at these times."""

from collections.abc import Callable

import torch
from jaxtyping import Float

from cvalp.model import CVALP
from ldm.autoencoder import MelAutoencoder
from ldm.conditioning import Conditions
from ldm.denoiser import AudioTransformer


def alignment(
    cvalp: CVALP, autoencoder: MelAutoencoder, denoiser: AudioTransformer, video: Float[torch.Tensor, "batch columns channels"]
) -> Callable[[torch.Tensor, float], torch.Tensor]:
    """log p(aligned | z_t, t, E_v) as a function of noisy latents (batch, latent, columns) and time: the guide of TA-V2A eq. 14.

    The clean latents are estimated from the velocity held fixed, z_0 = z_t - t v, decoded to a mel and heard by CVALP; the likelihood is
    that of eq. 4, the probability that each moment's sound picks its own picture among all moments of the window, summed over moments.
    """
    seen = video[..., : cvalp.config.dim]
    conditions = Conditions(video)

    def log_likelihood(latents: torch.Tensor, time: float) -> torch.Tensor:
        with torch.no_grad():
            velocity = denoiser(latents, torch.full((len(latents),), time, device=latents.device), conditions)
        heard = cvalp.encode_audio(autoencoder.decode(latents - time * velocity))
        scores = cvalp.scales()[2] * heard @ seen.transpose(1, 2)
        return scores.log_softmax(dim=-1).diagonal(dim1=1, dim2=2).sum(dim=-1)

    return log_likelihood
