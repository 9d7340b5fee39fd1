"""The bands in which the colour of a recording and of a generated mel are compared."""

import math
from functools import cache

import numpy as np
from jaxtyping import Float

from vocoders.mel import MEL_HIGH_HZ, MEL_LOW_HZ, expand

COLOUR_BANDS = 32  # of 125-7600 Hz, four of mini's mel bands each
FAINTEST_DB = -120.0  # of a band's power density; what is fainter counts as this


@cache
def band_edges_hz(bands: int = COLOUR_BANDS) -> Float[np.ndarray, " edges"]:
    """(bands + 1,) edges, equal steps of Slaney's mel scale from 125 to 7600 Hz."""
    low, high = (_slaney_mel(hz) for hz in (MEL_LOW_HZ, MEL_HIGH_HZ))
    return np.array([_slaney_hz(step) for step in np.linspace(low, high, bands + 1)])


def colour_of_power(
    power: Float[np.ndarray, "frames bins"], rate_hz: int, fft_samples: int
) -> Float[np.ndarray, "frames bands"]:
    """Power spectra |X|^2 to the mean density of every band in dB. A band above the recording's own highest
    frequency is at `FAINTEST_DB`."""
    at = band_edges_hz() * fft_samples / rate_hz
    firsts = np.minimum(at[:-1].astype(int), power.shape[1] - 1)
    sums = np.add.reduceat(power, np.append(firsts, min(math.ceil(at[-1]), power.shape[1] - 1)), axis=1)
    widths = np.maximum(np.diff(np.append(firsts, math.ceil(at[-1]))), 1)
    density = sums[:, :-1] / widths
    density[:, band_edges_hz()[:-1] >= rate_hz / 2] = 0.0
    return decibels(density)


def colour_of_mel(mel: Float[np.ndarray, "bins frames"]) -> Float[np.ndarray, "frames bands"]:
    """A log-mel in [0, 1] to the mean density of every band in dB, on the same scale but for a constant: its
    filters have equal areas."""
    import torch

    magnitude = expand(torch.from_numpy(np.ascontiguousarray(mel, np.float32))).numpy()
    grouped = np.square(magnitude).reshape(COLOUR_BANDS, -1, magnitude.shape[-1]).mean(axis=1)
    return decibels(grouped.T)


def decibels(power: np.ndarray) -> np.ndarray:
    """10 log10 of a power, `FAINTEST_DB` at least, float32."""
    return np.maximum(10 * np.log10(np.maximum(power, 1e-30)), FAINTEST_DB).astype(np.float32)


def _slaney_mel(hz: float) -> float:
    """Slaney's mel scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above."""
    return hz * 3 / 200 if hz < 1000 else 15 + 27 * math.log(hz / 1000) / math.log(6.4)


def _slaney_hz(mel: float) -> float:
    return mel * 200 / 3 if mel < 15 else 1000 * math.exp((mel - 15) * math.log(6.4) / 27)
