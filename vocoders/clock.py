"""The one clock: every length of a clip is derived from a `ClipSpec`, never typed a second time."""

from dataclasses import dataclass, replace
from math import ceil

import numpy as np

MEL_LOW_HZ, MEL_HIGH_HZ = 125.0, 7600.0  # where the mel's bands begin and end


@dataclass(frozen=True)
class ClipSpec:
    """Durations and rates of one clip; all lengths are properties.

    The paper's clock (TA-V2A section III-A; 131,072 samples so that nothing drifts): 8.192 s =
    131,072 samples at 16 kHz = 512 mel frames (hop 256) = 64 latent columns = 32 pictures. `MINI`
    keeps the audio and sees more pictures.
    """

    duration_s: float = 8.192
    sample_rate_hz: int = 16_000
    hop_samples: int = 256
    mel_bins: int = 128
    mel_frames_per_column: int = 4
    mel_frames_per_picture: int = 2
    picture_px: int = 80

    @property
    def column_s(self) -> float:
        """Seconds of one latent column (0.064 for mini)."""
        return self.hop_samples * self.mel_frames_per_column / self.sample_rate_hz

    @property
    def columns(self) -> int:
        """Latent columns; a duration that is no whole number of columns is rounded up."""
        return max(1, ceil(round(self.duration_s / self.column_s, 6)))

    @property
    def mel_frames(self) -> int:
        return self.columns * self.mel_frames_per_column

    @property
    def samples(self) -> int:
        return self.mel_frames * self.hop_samples

    @property
    def pictures(self) -> int:
        return self.mel_frames // self.mel_frames_per_picture

    @property
    def fps(self) -> float:
        """Pictures per second the video tower sees (31.25 for mini, 3.90625 for paper)."""
        return self.sample_rate_hz / (self.hop_samples * self.mel_frames_per_picture)

    @property
    def columns_per_picture(self) -> int:
        """Latent columns that one picture lasts: 1 where there is a picture or more for every column."""
        return max(1, self.mel_frames_per_picture // self.mel_frames_per_column)

    def pictures_of(self, start: int, stop: int) -> tuple[int, int]:
        """(first, end) of the pictures that show the latent columns [start, stop).

        Raises:
            ValueError: if a picture begins before `start`: windows begin where a picture does.
        """
        frames, each = self.mel_frames_per_column, self.mel_frames_per_picture
        if start * frames % each:
            raise ValueError(f"column {start} is in the middle of a picture of {each} mel frames")
        return start * frames // each, -(-stop * frames // each)

    @property
    def picture_times_s(self) -> np.ndarray:
        """(pictures,) float64: the centre (i + 0.5) / fps of every picture's interval, in seconds."""
        return (np.arange(self.pictures) + 0.5) / self.fps

    def lasting(self, duration_s: float) -> "ClipSpec":
        """The same rates for another duration.

        Raises:
            ValueError: if `duration_s` is not positive.
        """
        if not duration_s > 0:
            raise ValueError(f"a clip lasts longer than 0 s, not {duration_s}")
        return replace(self, duration_s=duration_s)


MINI = ClipSpec()
PAPER = ClipSpec(mel_frames_per_column=8, mel_frames_per_picture=16, picture_px=224)
AUDIOLDM = ClipSpec(
    duration_s=7.68,
    hop_samples=160,
    mel_bins=64,
    mel_frames_per_column=4,
    mel_frames_per_picture=24,
    picture_px=224,
)
"""The paper's model on AudioLDM's mel: 7.68 s = 768 mel frames = 192 latent columns = 32 pictures, one every
6 columns. (A picture every 0.25 s would begin inside of a column.)"""
