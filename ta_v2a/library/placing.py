"""Where recordings lie under a picture: one-shots at onsets, loops and textures in grains, room tone below."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from ta_v2a.library.bands import colour_of_mel
from ta_v2a.library.index import Recording

EVENT_DB = -18.0  # level of the loudest events, re full scale
TEXTURE_DB = -24.0  # of a texture at its usual level
FOLLOWED = 0.6  # of the generated level's movement in dB that events and textures take on
SOFTEST_DB, LOUDEST_DB = -18.0, 6.0  # of an event or a moment, re the usual
NEAR_S = 0.08  # a peak is the largest of its neighbours
SEEN = 0.35  # an onset likelier than this is sounded
LONGEST_TAIL_S = 6.0  # of one event
GRAIN_S, CROSS_S = 2.0, 0.25  # a texture's pieces, and how far they overlap
ATTACK_S, RELEASE_S = 0.004, 0.06


@dataclass(frozen=True)
class Placement:
    """A stretch of a recording in the clip.

    Attributes:
        role: "event", "texture" or "room tone".
        at_s: in the clip, where the stretch begins; may lie a little before the clip.
        from_s, length_s: in the recording.
        gain_db: all of it.
        fade_in_s, fade_out_s: at its ends.
        follow: (times in s of the clip, dB) further gain that changes in time; None: none.
    """

    recording: Recording
    role: str
    at_s: float
    from_s: float
    length_s: float
    gain_db: float
    fade_in_s: float = ATTACK_S
    fade_out_s: float = RELEASE_S
    follow: tuple[np.ndarray, np.ndarray] | None = None


@dataclass(frozen=True)
class Heard:
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
    ) -> "Heard":
        """From a log-mel in [0, 1] and onset probabilities."""
        colour = colour_of_mel(mel)
        level = 10 * np.log10(np.power(10.0, colour.astype(np.float64) / 10).sum(axis=1))
        seen = np.zeros(len(level)) if onsets is None else np.asarray(onsets, np.float64)
        return cls(frame_s, colour, level, seen)

    def frames(self, start_s: float, stop_s: float) -> slice:
        """Of a stretch, one at least."""
        first = min(len(self.level_db) - 1, max(0, round(start_s / self.frame_s)))
        return slice(first, max(first + 1, min(len(self.level_db), round(stop_s / self.frame_s))))

    def shape(self, frames: slice | np.ndarray) -> Float[np.ndarray, " bands"]:
        """The mean power of every band in dB, less the mean over bands."""
        mean = 10 * np.log10(np.power(10.0, self.colour[frames].astype(np.float64) / 10).mean(axis=0) + 1e-12)
        return mean - mean.mean()


def peaks(curve: np.ndarray, over: float, near: int) -> np.ndarray:
    """Places where a curve is the largest of its neighbours and above a height."""
    from scipy.ndimage import maximum_filter1d

    found = np.flatnonzero((curve == maximum_filter1d(curve, 2 * near + 1)) & (curve > over))
    return found[np.insert(np.diff(found) > near, 0, True)] if len(found) else found
