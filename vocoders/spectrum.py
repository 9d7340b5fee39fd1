"""Short-time Fourier transform and its inverse with exact lengths: samples = frames * hop, silence outside."""

import torch
from jaxtyping import Complex, Float
from torch import nn


class Float32Constants(nn.Module):
    """Base of modules whose buffers are constants of the transform: they follow the device, never the dtype.

    A pipeline cast to half precision would otherwise compute its spectra from rounded windows and filters.
    """

    def _apply(self, fn, recurse=True):
        constants = dict(self._buffers)
        super()._apply(fn, recurse)
        for name, constant in constants.items():
            moved = self._buffers[name]
            if constant is not None and moved is not None:
                self._buffers[name] = constant.to(moved.device)
        return self


def stft(
    wave: Float[torch.Tensor, "batch samples"], window: Float[torch.Tensor, " fft"], hop_samples: int
) -> Complex[torch.Tensor, "batch bins frames"]:
    """Spectrum of the frames centred on sample f * hop, f < samples // hop; zeros are assumed outside the wave."""
    spectrum = torch.stft(wave, window.shape[0], hop_samples, window=window, center=True, pad_mode="constant", return_complex=True)
    return spectrum[..., : wave.shape[-1] // hop_samples]


def istft(
    spectrum: Complex[torch.Tensor, "batch bins frames"], window: Float[torch.Tensor, " fft"], hop_samples: int
) -> Float[torch.Tensor, "batch samples"]:
    """Least-squares inverse of `stft` (Griffin & Lim 1984, eq. 6) of exactly frames * hop samples; needs hop <= fft / 4."""
    samples = spectrum.shape[-1] * hop_samples
    return torch.istft(spectrum, window.shape[0], hop_samples, window=window, center=True, length=samples)
