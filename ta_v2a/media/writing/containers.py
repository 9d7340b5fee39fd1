"""Which sound goes into which container."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.sound import DELIVERY_HZ


@dataclass(frozen=True)
class Kept:
    """How a container is written.

    Attributes:
        muxer: FFmpeg's name of the container.
        encoder: FFmpeg's name of the sound encoder.
        sample_format: what the encoder takes.
        kbit_per_channel: bit rate, 0 for lossless.
        kbit: bit rate of all channels together, if it was asked for; else 0.
        rate_hz: sample rate of the sound.
    """

    muxer: str
    encoder: str
    sample_format: str
    kbit_per_channel: int
    kbit: int = 0
    rate_hz: int = DELIVERY_HZ


CONTAINERS: dict[str, Kept] = {
    ".mp4": Kept("mp4", "aac", "fltp", 160),
    ".m4v": Kept("mp4", "aac", "fltp", 160),
    ".mov": Kept("mov", "aac", "fltp", 160),
    ".mkv": Kept("matroska", "flac", "s32", 0),
    ".webm": Kept("webm", "libopus", "flt", 128),
    ".avi": Kept("avi", "pcm_s16le", "s16", 0),
}
MP4_FAMILY = {"mp4", "mov"}
SOUND_CODECS: dict[str, tuple[str, str, int, tuple[str, ...]]] = {
    "aac": ("aac", "fltp", 160, (".mp4", ".m4v", ".mov", ".mkv")),
    "flac": ("flac", "s32", 0, (".mkv", ".mp4", ".m4v")),
    "pcm": ("pcm_s24le", "s32", 0, (".mov", ".mkv", ".avi")),
    "opus": ("libopus", "flt", 128, (".webm", ".mkv")),
}
"""Sound that can be asked for: encoder, what it takes, kbit a second of a channel (0: lossless), and films
that hold it where players expect it."""
KBIT_RANGE = (16, 512)
FILM_RATES_HZ = (44_100, 48_000, 96_000)


class NoSuchSound(UserError):
    """A film of this ending does not hold the sound that was asked for."""


@dataclass(frozen=True)
class FilmSound:
    """What was asked of a film's sound.

    Attributes:
        codec: one of `SOUND_CODECS`; None: what the container usually has.
        kbit: bit rate in kbit a second, of all channels together; None: the usual.
        rate_hz: one of `FILM_RATES_HZ`.
    """

    codec: str | None = None
    kbit: int | None = None
    rate_hz: int = DELIVERY_HZ


USUAL_SOUND = FilmSound()


def container_for(out_path: str | os.PathLike, asked: FilmSound = USUAL_SOUND) -> Kept:
    """The container that the ending of `out_path` names, with its sound as asked.

    Raises:
        UserError: no known ending, or no film of that ending holds such sound.
    """
    ending = Path(out_path).suffix.lower()
    if ending not in CONTAINERS:
        said = (
            f"the ending {ending!r} is not known for a film"
            if ending
            else "has no ending that names a container"
        )
        raise UserError(f"{shown_name(out_path)}: {said}; use one of {' '.join(CONTAINERS)}")
    kept = CONTAINERS[ending]
    if asked.codec is not None:
        encoder, sample_format, kbit, holders = SOUND_CODECS[asked.codec]
        if ending not in holders:
            raise NoSuchSound(
                f"{shown_name(out_path)}: {ending} holds no {asked.codec} that players expect there; use "
                f"{' or '.join(holders)}"
            )
        kept = replace(kept, encoder=encoder, sample_format=sample_format, kbit_per_channel=kbit)
    name = kept.encoder.removeprefix("lib")
    if asked.kbit is not None:
        if not kept.kbit_per_channel:
            raise NoSuchSound(
                f"{shown_name(out_path)}: {name} is lossless and has no bit rate; use --codec aac"
            )
        if not KBIT_RANGE[0] <= asked.kbit <= KBIT_RANGE[1]:
            raise UserError("a bit rate is {} to {} kbit a second, not {}".format(*KBIT_RANGE, asked.kbit))
        kept = replace(kept, kbit=asked.kbit)
    if asked.rate_hz != DELIVERY_HZ and kept.encoder == "libopus":
        raise NoSuchSound(f"{shown_name(out_path)}: opus knows 48 kHz only; use another film or --rate 48000")
    return replace(kept, rate_hz=asked.rate_hz)
