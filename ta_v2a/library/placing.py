"""What the generated sound and the picture say of a clip, and where recordings lie in it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ta_v2a.library.bands import colour_of_mel, decibels
from ta_v2a.library.index import Recording

_CHUNK_FRAMES = 4096


@dataclass(frozen=True)
class Placement:
    """A stretch of a recording in the clip.

    Attributes:
        role: "event", "phrase", "texture" or "room tone".
        at_s: in the clip, where the stretch begins.
        from_s, length_s: in the recording.
        gain_db: all of it.
        fade_in_s, fade_out_s: at its ends.
        follow: (times in s of the clip, dB): further gain that changes in time; None: none.
    """

    recording: Recording
    role: str
    at_s: float
    from_s: float
    length_s: float
    gain_db: float
    fade_in_s: float
    fade_out_s: float
    follow: tuple[np.ndarray, np.ndarray] | None = None


@dataclass(frozen=True)
class Outline:
    """What the generated sound and the picture say of one clip.

    Attributes:
        frame_s: of one frame.
        colour: (frames, bands) power density in dB.
        level_db: (frames,) of all bands.
        seen: (frames,) probability of an onset; zeros where the encoders say none.
    """

    frame_s: float
    colour: Float[np.ndarray, "frames bands"]
    level_db: Float[np.ndarray, " frames"]
    seen: Float[np.ndarray, " frames"]

    @classmethod
    def of(
        cls,
        mel: Float[np.ndarray, "bins frames"],
        onsets: Float[np.ndarray, " frames"] | None,
        frame_s: float,
    ) -> "Outline":
        """From a log-mel in [0, 1] and onset probabilities."""
        starts = range(0, mel.shape[1], _CHUNK_FRAMES)
        colour = np.concatenate([colour_of_mel(mel[:, start : start + _CHUNK_FRAMES]) for start in starts])
        level = decibels(np.power(10.0, colour / 10).sum(axis=1))
        seen = np.zeros_like(level) if onsets is None else np.asarray(onsets, np.float32)
        return cls(frame_s, colour, level, seen)

    @property
    def duration_s(self) -> float:
        return len(self.level_db) * self.frame_s

    def within(self, start_s: float, stop_s: float) -> "Outline":
        """A stretch, of one frame at least."""
        first = min(len(self.level_db) - 1, max(0, round(start_s / self.frame_s)))
        rows = slice(first, max(first + 1, min(len(self.level_db), round(stop_s / self.frame_s))))
        return Outline(self.frame_s, self.colour[rows], self.level_db[rows], self.seen[rows])

    def shape(self, frames: np.ndarray | slice = slice(None)) -> Float[np.ndarray, " bands"]:
        """The mean power of every band over frames in dB, less the mean over bands."""
        mean = decibels(np.power(10.0, self.colour[frames].astype(np.float64) / 10).mean(axis=0))
        return mean - mean.mean()

    def onsets(self, over: float, near_s: float) -> np.ndarray:
        """Frames where the probability of an onset is the largest of its neighbours, and above a value."""
        from scipy.ndimage import maximum_filter1d

        near = max(1, round(near_s / self.frame_s))
        found = np.flatnonzero((self.seen == maximum_filter1d(self.seen, 2 * near + 1)) & (self.seen > over))
        return found[np.diff(found, prepend=-near - 1) > near]

    def movement(self, smooth_s: float, depth_db: float) -> Float[np.ndarray, " frames"]:
        """The level in dB, smoothed, re what is usual in the loud quarter; `depth_db` below at most."""
        power = np.power(
            10.0, np.maximum(self.level_db, self.level_db.max() - depth_db).astype(np.float64) / 10
        )
        half = max(1, round(smooth_s / self.frame_s))
        window = np.hanning(2 * half + 3)[1:-1]
        smooth = np.convolve(np.pad(power, half, mode="edge"), window / window.sum(), mode="valid")
        level = decibels(smooth)
        return np.maximum(level - np.percentile(level, 75), -depth_db)
