"""What lies above 7.6 kHz in a film's 48 kHz sound, guessed from the 16 kHz sound below it.

Spectral translation (Makhoul & Berouti 1979, "High-frequency regeneration in speech coding systems", section 4): the spectrum of
2.6-7.6 kHz, moved up by 5, 10 and 15 kHz, fills the empty bands, and a small network says how loud each of them is. Moving keeps the
phases, so that a click stays a click at its place. Nothing is changed below the crossover: the new bands are added to the resampled sound.
"""

from collections.abc import Iterable, Iterator

import torch
from jaxtyping import Complex, Float
from torch import nn

from vocoders.component import Component, configured
from vocoders.istft_net import KERNEL, ConvNextBlock
from vocoders.spectrum import Float32Constants, istft, stft

SAMPLE_RATE_HZ = 48_000
LOW_RATE_HZ = 16_000  # of the sound before it was resampled
FFT_SAMPLES = 768  # 16 ms, 62.5 Hz a bin
HOP_SAMPLES = FFT_SAMPLES // 4
LOW_BINS, LOW_BANDS = range(2, 122), 24  # 125-7625 Hz in bands of 312.5 Hz
HIGH_BINS, HIGH_BANDS = range(122, 320), 22  # 7625-20000 Hz in bands of 562.5 Hz
CROSSOVER_HZ = HIGH_BINS.start * SAMPLE_RATE_HZ / FFT_SAMPLES
SHIFT_BINS = 80  # 5 kHz; a multiple of 4 turns the phase by whole turns from frame to frame, so a moved spectrum fits together
UPPER_BANDS = 8  # the highest of the low bands: their mean level is what the high bands are compared with
FLOOR = 1e-4  # magnitude, about the rounding of a 16-bit file: what is quieter is silence
LOUDEST = 0.1  # 10 dB: no high band is louder than the loudest low band by more


def levels(spectrum: Complex[torch.Tensor, "batch bins frames"], bins: range, bands: int) -> Float[torch.Tensor, "batch bands frames"]:
    """RMS magnitude a of equal bands as 0.2 log10(a) + 0.8, at least 0 (a = 1e-4); 0.01 is one decibel."""
    power = torch.view_as_real(spectrum[:, bins.start : bins.stop]).square().sum(-1)
    mean = power.unflatten(1, (bands, -1)).mean(2)
    return 0.1 * torch.log10(mean.clamp_min(FLOOR**2)) + 0.8


class BandwidthExtension(Float32Constants, Component):
    """A 48 kHz sound that ends at 7.6 kHz to one that reaches 20 kHz; about 40 k parameters at the defaults.

    Args:
        width, hidden, blocks: of the ConvNeXt trunk over frames of 4 ms.
    """

    window: torch.Tensor
    source: torch.Tensor

    @configured
    def __init__(self, width: int = 48, hidden: int = 128, blocks: int = 3) -> None:
        super().__init__()
        self.register_buffer("window", torch.hann_window(FFT_SAMPLES, dtype=torch.float32), persistent=False)
        source = LOW_BINS.stop - SHIFT_BINS + torch.arange(len(HIGH_BINS)) % SHIFT_BINS
        self.register_buffer("source", source, persistent=False)
        self.begin = nn.Conv1d(LOW_BANDS + 1, width, 1)
        self.trunk = nn.ModuleList(ConvNextBlock(width, hidden) for _ in range(blocks))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, HIGH_BANDS)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    @property
    def context_samples(self) -> int:
        """Samples on either side on which a sample may depend at most."""
        overlapping = 2 * (FFT_SAMPLES // HOP_SAMPLES)  # frames about a sample, and samples about a frame
        return (overlapping + (KERNEL // 2) * self.config.blocks) * HOP_SAMPLES

    def spectrum(self, wave: Float[torch.Tensor, "batch samples"]) -> Complex[torch.Tensor, "batch bins frames"]:
        """Frames centred on every 192nd sample up to the one after the end, silence assumed outside."""
        frames = -(-wave.shape[-1] // HOP_SAMPLES) + FFT_SAMPLES // HOP_SAMPLES
        return stft(nn.functional.pad(wave.float(), (0, frames * HOP_SAMPLES - wave.shape[-1])), self.window, HOP_SAMPLES)

    def high_levels(self, low: Complex[torch.Tensor, "batch bins frames"]) -> Float[torch.Tensor, "batch bands frames"]:
        """The guessed levels of the high bands, on the scale of `levels`; differentiable in the network's weights."""
        heard = levels(low, LOW_BINS, LOW_BANDS)
        reference = heard[:, -UPPER_BANDS:].mean(1, keepdim=True)
        frames = self.begin(torch.cat([heard - reference, reference], dim=1).to(self.begin.weight.dtype))
        for block in self.trunk:
            frames = block(frames)
        guess = reference + self.head(self.norm(frames.transpose(1, 2))).transpose(1, 2).float()
        return guess.minimum(heard.amax(1, keepdim=True) + LOUDEST)

    def high_spectrum(self, low: Complex[torch.Tensor, "batch bins frames"]) -> Complex[torch.Tensor, "batch bins frames"]:
        """The moved spectrum, every band at its guessed level; 0 below the crossover."""
        guess = self.high_levels(low)
        wanted = torch.pow(10.0, 5.0 * (guess - 0.8)) * (guess > 0)
        moved = low[:, self.source]
        power = torch.view_as_real(moved).square().sum(-1).unflatten(1, (HIGH_BANDS, -1)).mean(2)
        gain = wanted / power.sqrt().clamp_min(FLOOR)
        high = torch.zeros_like(low)
        high[:, HIGH_BINS.start : HIGH_BINS.stop] = moved * gain.repeat_interleave(len(HIGH_BINS) // HIGH_BANDS, dim=1)
        return high

    @torch.no_grad()
    def forward(self, wave: Float[torch.Tensor, "batch samples"]) -> Float[torch.Tensor, "batch samples"]:
        """(B, n) in [-1, 1] at 48 kHz, empty above 7.6 kHz, to (B, n) that reaches 20 kHz; the sum may pass full scale a
        little.

        Raises:
            ValueError: for NaN or infinity.
        """
        if not bool(torch.isfinite(wave).all()):
            raise ValueError("the sound holds NaN or infinite values")
        with torch.autocast(wave.device.type, enabled=False):
            high = istft(self.high_spectrum(self.spectrum(wave)), self.window, HOP_SAMPLES)
        return wave + high[:, : wave.shape[-1]]

    def stream(
        self, pieces: Iterable[Float[torch.Tensor, "batch _"]], chunk_samples: int = SAMPLE_RATE_HZ
    ) -> Iterator[Float[torch.Tensor, "batch _"]]:
        """Consecutive pieces of any lengths to consecutive sound, that of a call on all of them at once but for rounding.

        A chunk is made together with its neighbours on both sides and cut out; memory does not grow.

        Args:
            chunk_samples: made at a time, at least; whole hops are taken.

        Raises:
            ValueError: as a call.
        """
        chunk = max(1, chunk_samples // HOP_SAMPLES) * HOP_SAMPLES
        context = self.context_samples
        held: torch.Tensor | None = None
        done = 0  # samples of `held` that were handed out
        for piece in pieces:
            held = piece if held is None else torch.cat([held, piece], dim=-1)
            while held.shape[-1] >= done + chunk + context:
                stop = done + chunk
                yield self(held[:, : stop + context])[:, done:stop]
                drop = max(0, stop - context)
                held, done = held[:, drop:], stop - drop
        if held is not None and held.shape[-1] > done:
            yield self(held)[:, done:]
