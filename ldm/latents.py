"""What is denoised: latents of sound, of picture, or of both at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Latents:
    """Latents of one batch; a modality that a task does not have is None.

    Attributes:
        audio: (batch, channels, columns) of a 1-D mel autoencoder, (batch, channels, rows,
            columns) of a 2-D one, or None.
        video: (batch, channels, pictures, height, width), or None.
    """

    audio: Tensor | None = None
    video: Tensor | None = None

    def __post_init__(self) -> None:
        sizes = {len(value) for _, value in self.items()}
        if len(sizes) != 1:
            raise ValueError(
                f"latents are of one modality at least, all of one batch size, not of {sorted(sizes)}"
            )

    def items(self) -> Iterator[tuple[str, Tensor]]:
        """The modalities that are there, by name."""
        for name, value in (("audio", self.audio), ("video", self.video)):
            if value is not None:
                yield name, value

    @property
    def batch(self) -> int:
        return len(next(self.items())[1])

    @property
    def device(self) -> torch.device:
        return next(self.items())[1].device

    @property
    def given_audio(self) -> Tensor:
        """`audio`, for tasks that have some.

        Raises:
            ValueError: there is none.
        """
        if self.audio is None:
            raise ValueError("these latents have no sound")
        return self.audio

    @property
    def given_video(self) -> Tensor:
        """`video`, for tasks that have some.

        Raises:
            ValueError: there is none.
        """
        if self.video is None:
            raise ValueError("these latents have no pictures")
        return self.video

    def map(self, function: Callable[..., Tensor], *others: "Latents") -> "Latents":
        """`function` of this modality's latents and those of `others`, modality by modality."""
        return Latents(
            **{name: function(value, *(getattr(o, name) for o in others)) for name, value in self.items()}
        )

    def repeat(self, times: int) -> "Latents":
        """The batch `times` times, one after the other."""
        return self.map(lambda value: value.repeat(times, *[1] * (value.ndim - 1)))
