"""What every vocoder is: log-mel in, exactly frames * hop samples out, whole or in pieces."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import pi

import numpy as np
import torch
from jaxtyping import Float

from vocoders.clock import ClipSpec
from vocoders.component import Component

NOISE_BLOCK_FRAMES = 64  # noise is drawn in blocks of this length, each from a seed of its own


@dataclass(frozen=True)
class Start:
    """Everything a piece of sound has to know of what lies before it.

    Args:
        seed: of the noise; the noise of a place in the sound depends on it and on the place alone, not on how the sound is cut.
        frame: mel frames before the piece.
        phase: (1 or batch, bins, 1) phase of the piece's first STFT frame in radians, of vocoders that need one.
    """

    seed: int = 0
    frame: int = 0
    phase: torch.Tensor | None = None

    @property
    def first_phase(self) -> torch.Tensor:
        """`phase`, for vocoders that need one.

        Raises:
            ValueError: the start was made for a vocoder that needs none.
        """
        if self.phase is None:
            raise ValueError("this start has no phase: begin with the vocoder's own `begin`")
        return self.phase

    def noise(self, frames: int, hop_samples: int, step: int = 0) -> Float[torch.Tensor, "1 samples"]:
        """Unit Gaussian noise (1, frames * hop) of the piece, other for every `step`; one noise for all sounds of a batch."""
        block = NOISE_BLOCK_FRAMES
        blocks = range(self.frame // block, -(-(self.frame + frames) // block))
        drawn = [np.random.default_rng([self.seed, step, index]).standard_normal(block * hop_samples, np.float32) for index in blocks]
        first = (self.frame - blocks.start * block) * hop_samples
        return torch.from_numpy(np.concatenate(drawn)[first : first + frames * hop_samples])[None]


def seeded(generator: torch.Generator | None) -> torch.Generator:
    """The given random numbers, or those of seed 0."""
    return torch.Generator().manual_seed(0) if generator is None else generator


def random_phase(bins: int, generator: torch.Generator) -> Float[torch.Tensor, "1 bins 1"]:
    """Phases in [0, 2 pi), one draw for all sounds of a batch, so that a sound does not depend on its neighbours."""
    return torch.rand(1, bins, 1, generator=generator, device=generator.device) * (2 * pi)


def check_log_mel(log_mel: torch.Tensor, mel_bins: int) -> None:
    """Raises ValueError unless `log_mel` is (batch, mel_bins, frames >= 1) and finite."""
    if log_mel.ndim != 3 or log_mel.shape[1] != mel_bins or log_mel.shape[2] < 1:
        raise ValueError(f"a vocoder needs a log-mel of shape (batch, {mel_bins}, frames >= 1), not {tuple(log_mel.shape)}")
    if not bool(torch.isfinite(log_mel).all()):
        raise ValueError("the log-mel holds NaN or infinite values")


class Vocoder(Component, ABC):
    """Base of all vocoders, each a diffusers component; its config names `sample_rate_hz`, `hop_samples` and `mel_bins`.

    A vocoder says how one piece of sound is made (`piece`), how far that depends on its neighbours (`context_frames`) and, where
    something runs on through the sound, how it runs on (`moved`). Calls, checks and streaming follow from these.
    """

    @property
    def clock(self) -> ClipSpec:
        """The rates of the vocoder's mel and sound."""
        config = self.config
        return ClipSpec(sample_rate_hz=config.sample_rate_hz, hop_samples=config.hop_samples, mel_bins=config.mel_bins)

    @property
    @abstractmethod
    def context_frames(self) -> int:
        """Mel frames on either side on which a sample may depend at most."""

    def begin(self, generator: torch.Generator | None = None) -> Start:
        """The start of a sound; without a generator that of seed 0."""
        generator = seeded(generator)
        return Start(seed=int(torch.randint(2**62, (), generator=generator, device=generator.device)))

    def moved(self, start: Start, log_mel: Float[torch.Tensor, "batch bands frames"]) -> Start:
        """The start of what follows `log_mel`, which itself starts at `start`."""
        return replace(start, frame=start.frame + log_mel.shape[-1])

    @abstractmethod
    def piece(self, log_mel: Float[torch.Tensor, "batch bands frames"], start: Start) -> Float[torch.Tensor, "batch samples"]:
        """(B, mel_bins, F) to (B, F * hop) float32, taken as if silence lay before and after."""

    @torch.no_grad()
    def forward(
        self, log_mel: Float[torch.Tensor, "batch bands frames"], generator: torch.Generator | None = None
    ) -> Float[torch.Tensor, "batch samples"]:
        """(B, mel_bins, F) in [0, 1] to (B, F * hop) float32, absolute level kept.

        The result depends on `log_mel` and the generator's state alone (no generator: seed 0), not on the rest of the batch.

        Raises:
            ValueError: for NaN, infinity or a wrong shape.
        """
        check_log_mel(log_mel, self.config.mel_bins)
        with torch.autocast(log_mel.device.type, enabled=False):
            return self.piece(log_mel, self.begin(generator))

    def stream(
        self,
        pieces: Iterable[Float[torch.Tensor, "batch bands _"]],
        generator: torch.Generator | None = None,
        chunk_frames: int = 256,
        context_frames: int | None = None,
    ) -> Iterator[Float[torch.Tensor, "batch _"]]:
        """Consecutive log-mels of any lengths to consecutive sound, which is that of a call on all of them at once.

        A chunk is made together with its neighbours on both sides and cut out. With the default context the sound differs from the
        whole by rounding only (tested: under 1e-3 of full scale); a shorter one costs less and differs more. Memory does not grow.

        Args:
            chunk_frames: frames made at a time, at least.
            context_frames: neighbours on either side; None: all that matter (`self.context_frames`).

        Raises:
            ValueError: as a call, or for a chunk of no frames.
        """
        context = self.context_frames if context_frames is None else context_frames
        if chunk_frames < 1 or context < 0:
            raise ValueError(f"a chunk has 1 frame or more and a context 0 or more, not {chunk_frames} and {context}")
        start = self.begin(generator)
        held: torch.Tensor | None = None
        done = 0  # frames of `held` whose sound was handed out
        for piece in pieces:
            check_log_mel(piece, self.config.mel_bins)
            held = piece if held is None else torch.cat([held, piece], dim=-1)
            while held.shape[-1] >= done + chunk_frames + context:
                stop = done + chunk_frames
                yield self._part(held[..., : stop + context], start, done, stop)
                drop = max(0, stop - context)
                if drop:
                    start = self.moved(start, held[..., :drop])
                held, done = held[..., drop:], stop - drop
        if held is not None and held.shape[-1] > done:
            yield self._part(held, start, done, held.shape[-1])

    @torch.no_grad()
    def _part(self, log_mel: torch.Tensor, start: Start, first: int, stop: int) -> torch.Tensor:
        hop = self.config.hop_samples
        with torch.autocast(log_mel.device.type, enabled=False):
            return self.piece(log_mel, start)[:, first * hop : stop * hop].clone()
