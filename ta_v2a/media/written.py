"""A film that was just written, read again before it takes its name."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.opening import open_media, shown_name
from ta_v2a.media.probe import Clip, packets, picture_stream, probe
from ta_v2a.media.tags import lost

_TOLERANCE_S = 0.002  # Matroska counts in milliseconds


@dataclass(frozen=True)
class Promised:
    """What the film should be.

    Attributes:
        clip: whose picture it has.
        codec: FFmpeg's name of the picture's codec.
        times_s: presentation times of the packets of its picture, in the file's order.
    """

    clip: Clip
    codec: str
    times_s: Sequence[float]


class Unfaithful(UserError):
    """The film that was written is not what was promised; the words follow the name of its container."""

    def __init__(self, why: str) -> None:
        super().__init__(f"cannot hold this clip unchanged: {why}")


def _times_s(path: str | os.PathLike) -> list[float | None]:
    with open_media(path) as container:
        stream = picture_stream(container, path)
        ticks = [
            packet.pts if packet.pts is not None else packet.dts for packet in packets(container, stream)
        ]
        return [None if tick is None else float(tick * stream.time_base) for tick in ticks]


def _moved(promised: Promised, film: Clip, path: str | os.PathLike) -> str:
    """How the pictures' times differ, in words; empty where they do not."""
    wanted, found = promised.times_s, _times_s(path)
    if len(wanted) != len(found):
        return f"{len(found)} of its {len(wanted)} pictures would be left"
    there = np.asarray([np.nan if time is None else time for time in found])
    # Matroska knows no time before 0: its writer moves all tracks together.
    start_s = there[0] - wanted[0] if "matroska" in film.container else 0.0
    away = np.abs(there - start_s - np.asarray(wanted))
    if not (away <= _TOLERANCE_S).all():
        return "its pictures would be shown at other times"
    return ""


def check(path: str | os.PathLike, promised: Promised) -> Clip:
    """What was written to `path`, if it is what was promised: it can be decoded, pictures are shown as and when they should be.

    Raises:
        Unfaithful: it is not.
    """
    clip = promised.clip
    try:
        film = probe(path, allow_long=True)
    except UserError as error:
        raise Unfaithful(
            f"what is written cannot be read again ({str(error).removeprefix(f'{shown_name(path)}: ')})"
        ) from None
    if film.codec != promised.codec:
        raise Unfaithful(f"its {promised.codec} picture would be taken for {film.codec}")
    if moved := _moved(promised, film, path):
        raise Unfaithful(moved)
    # Matroska does not say how long its last picture lasts, and shows what an edit list hides.
    late_s = abs(film.duration_s - clip.duration_s)
    if late_s > _TOLERANCE_S and "matroska" not in film.container:
        raise Unfaithful(f"it would last {film.duration_s:.3f} s, not {clip.duration_s:.3f} s")
    if (
        film.rotation != clip.rotation
        or abs(film.width - clip.width) > 1
        or abs(film.height - clip.height) > 1
    ):
        turned = f" turned by {clip.rotation} degrees" if clip.rotation else ""
        raise Unfaithful(
            f"its picture of {clip.width} x {clip.height}{turned} would be shown as {film.width} x {film.height}"
        )
    return film


def left_out(clip: Clip, film: str | os.PathLike) -> tuple[str, ...]:
    """What a film does not say of what its clip says: chapters and tags, in words."""
    with open_media(clip.path) as before, open_media(film) as after:
        picture, there = before.streams[clip.stream_index], picture_stream(after, film)
        names = lost({**picture.metadata, **before.metadata}, {**there.metadata, **after.metadata})
        chapters = ["chapters"] if before.chapters() and not after.chapters() else []
        return (*chapters, *([f"tags ({', '.join(names)})"] if names else []))
