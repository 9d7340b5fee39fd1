"""A sounded clip as an editor's file tells it: the picture, sounds on tracks, markers."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from ta_v2a.media.writing.broadcast import Marker


@dataclass(frozen=True)
class SoundFile:
    """A WAV on a track of its own, as long as the picture.

    Attributes:
        name: of the track.
        path: the file.
        channels: 1 or 2.
        muted: whether it is there to be compared only.
    """

    name: str
    path: Path
    channels: int = 1
    muted: bool = False


@dataclass(frozen=True)
class Session:
    """One sounded clip.

    Attributes:
        name: of the project.
        film: the clip.
        duration_s: of its picture.
        rate: frames a second that editors count it by.
        start_s: timecode of its first picture, in seconds.
        sound_hz: of the sounds.
        sounds: one a track.
        markers: cues and onsets, in order of time.
    """

    name: str
    film: Path
    duration_s: float
    rate: Fraction
    start_s: float
    sound_hz: int
    sounds: Sequence[SoundFile]
    markers: Sequence[Marker]


def near(path: Path, folder: Path) -> str:
    """A file's name as seen from a folder: relative where it lies there or below, else in full."""
    whole = path.resolve()
    base = folder.resolve()
    return whole.relative_to(base).as_posix() if whole.is_relative_to(base) else str(whole)
