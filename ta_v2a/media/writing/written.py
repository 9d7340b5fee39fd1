"""A film that was just written, read again before it takes its name."""

import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.mp4 import EditLists
from ta_v2a.media.reading.apart import ReadingFailed
from ta_v2a.media.reading.limits import LIMITS
from ta_v2a.media.reading.opening import open_media, shown_name
from ta_v2a.media.reading.probe import Clip, packets, probe, tick_s
from ta_v2a.media.reading.scan import picture_stream
from ta_v2a.media.writing.tags import lost

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

_TOLERANCE_S = 0.002  # Matroska counts in milliseconds


@dataclass(frozen=True)
class Promised:
    """What the film should be.

    Attributes:
        clip: whose picture it has.
        codec: FFmpeg's name of the picture's codec.
        copied: whether it is the clip's own, packet for packet.
        picture: number of its track.
        times_s: presentation times of the packets of its picture, in the file's order.
        tags: what the clip says of itself and of its picture.
        chapters: whether the clip has any.
    """

    clip: Clip
    codec: str
    copied: bool
    picture: int
    times_s: Sequence[float]
    tags: Mapping[str, str]
    chapters: bool


class Unfaithful(UserError):
    """The film that was written is not what was promised; the words follow the name of its container."""

    def __init__(self, why: str) -> None:
        super().__init__(f"cannot hold this clip unchanged: {why}")


def _times_s(container: "InputContainer", stream: "VideoStream") -> np.ndarray:
    """(packets,) presentation times in seconds, in the file's order; not a number where there is none."""
    ticks = [packet.pts if packet.pts is not None else packet.dts for packet in packets(container, stream)]
    return np.asarray([np.nan if tick is None else float(tick * tick_s(stream)) for tick in ticks])


def _moved(wanted_s: np.ndarray, found_s: np.ndarray, together: bool) -> str:
    """How the pictures' times differ, in words; empty where they do not, or do by one and the
    same time and may (`together`)."""
    if len(wanted_s) != len(found_s):
        return f"{len(found_s)} of its {len(wanted_s)} pictures would be left"
    start_s = found_s[0] - wanted_s[0] if together else 0.0
    if not (np.abs(found_s - start_s - wanted_s) <= _TOLERANCE_S).all():
        return "its pictures would be shown at other times"
    return ""


def _told_s(path: str | os.PathLike, track: int) -> list[float]:
    """How long an MP4's edit list says that a track lasts; empty where there is none."""
    try:
        with open(path, "rb") as file:
            told = EditLists(file).lasts_s(track)
    except (ValueError, struct.error):
        return []
    return [] if told is None else [float(told[0])]


def check_written(path: str | os.PathLike, promised: Promised) -> tuple[str, ...]:
    """Read what was written to `path`: it can be decoded, and pictures are shown as and when they should be.

    Returns:
        What it does not say of what the clip says, in words.

    Raises:
        Unfaithful: it is not the film that was promised.
    """
    clip = promised.clip
    try:
        film = probe(path, allow_long=clip.duration_s > LIMITS.longest_s)
    except ReadingFailed:
        raise
    except UserError as error:
        why = str(error).removeprefix(f"{shown_name(path)}: ")
        raise Unfaithful(f"what is written cannot be read again ({why})") from None
    if film.codec != promised.codec:
        raise Unfaithful(f"its {promised.codec} picture would be taken for {film.codec}")
    if promised.copied and clip.first_picture and film.first_picture != clip.first_picture:
        raise Unfaithful("it would begin with another picture, or show it in other colours")
    with open_media(path) as container:
        stream = picture_stream(container, path)
        names = lost(promised.tags, {**stream.metadata, **container.metadata})
        chapters = ["chapters"] if promised.chapters and not container.chapters() else []
        # Matroska knows no time before 0: its writer moves all tracks together.
        is_matroska = "matroska" in film.container
        if moved := _moved(np.asarray(promised.times_s), _times_s(container, stream), is_matroska):
            raise Unfaithful(moved)
    # Matroska does not say how long its last picture lasts. An MP4 says so in its edit list; what it says of
    # pictures is when the next one is decoded.
    told_s = [film.duration_s, *_told_s(path, promised.picture)]
    if min(abs(one - clip.duration_s) for one in told_s) > _TOLERANCE_S and not is_matroska:
        raise Unfaithful(f"it would last {film.duration_s:.3f} s, not {clip.duration_s:.3f} s")
    sides = max(abs(film.width - clip.width), abs(film.height - clip.height))
    if film.rotation != clip.rotation or sides > 1:
        turned = f" turned by {clip.rotation} degrees" if clip.rotation else ""
        picture = f"its picture of {clip.width} x {clip.height}{turned}"
        raise Unfaithful(f"{picture} would be shown as {film.width} x {film.height}")
    return (*chapters, *([f"tags ({', '.join(names)})"] if names else []))
