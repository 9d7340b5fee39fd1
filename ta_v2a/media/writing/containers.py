"""Which sound goes into which container."""

import os
from dataclasses import dataclass
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import shown_name


@dataclass(frozen=True)
class Kept:
    """How a container is written.

    Attributes:
        muxer: FFmpeg's name of the container.
        encoder: FFmpeg's name of the sound encoder.
        sample_format: what the encoder takes.
        kbit_per_channel: bit rate, 0 for lossless.
    """

    muxer: str
    encoder: str
    sample_format: str
    kbit_per_channel: int


CONTAINERS: dict[str, Kept] = {
    ".mp4": Kept("mp4", "aac", "fltp", 160),
    ".m4v": Kept("mp4", "aac", "fltp", 160),
    ".mov": Kept("mov", "aac", "fltp", 160),
    ".mkv": Kept("matroska", "flac", "s32", 0),
    ".webm": Kept("webm", "libopus", "flt", 128),
    ".avi": Kept("avi", "pcm_s16le", "s16", 0),
}
MP4_FAMILY = {"mp4", "mov"}


def container_for(out_path: str | os.PathLike) -> Kept:
    """The container that the ending of `out_path` names.

    Raises:
        UserError: no known ending.
    """
    ending = Path(out_path).suffix.lower()
    if ending not in CONTAINERS:
        said = (
            f"the ending {ending!r} is not known for a film"
            if ending
            else "has no ending that names a container"
        )
        raise UserError(f"{shown_name(out_path)}: {said}; use one of {' '.join(CONTAINERS)}")
    return CONTAINERS[ending]
