"""Boxes of an MP4 or MOV that FFmpeg wrote, found and changed in place: the file's length,
and every place in it, stays."""

import os
import struct
from typing import BinaryIO

from ta_v2a.media.sound import DELIVERY_HZ


def child(file: BinaryIO, start: int, end: int, name: bytes, nth: int = 0) -> tuple[int, int] | None:
    """(place, end) of the `nth` box of a name between two places; None where there is none."""
    while start + 8 <= end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        size = struct.unpack(">Q", file.read(8))[0] if size == 1 else size or end - start
        if size < 8:
            return None
        if kind == name:
            if nth == 0:
                return start, start + size
            nth -= 1
        start += size
    return None


def _times(file: BinaryIO, box: int) -> tuple[str, int]:
    """(form of a duration and a time in an edit list, where the list's number of entries stands)."""
    file.seek(box + 8)
    return (">Qq" if file.read(1) == b"\1" else ">Ii"), box + 12


def hide_lead(path: str, track: int, start: int, lead: int) -> None:
    """Let a sound track that begins later than the film begin with its sound, not with
    what the encoder needs before it.

    FFmpeg's writer leaves those samples out of a track that begins with the film only. An edit list that it
    wrote for another one has two entries: how long nothing is heard, and all of the track.

    Args:
        path: the file.
        track: number of the track in the file.
        start: when the sound begins, in samples at 48 kHz.
        lead: samples before it.

    Raises:
        ValueError: there is no such track.
    """
    with open(path, "r+b") as file:
        movie = child(file, 0, os.fstat(file.fileno()).st_size, b"moov")
        header = movie and child(file, movie[0] + 8, movie[1], b"mvhd")
        box = movie and child(file, movie[0] + 8, movie[1], b"trak", track)
        for name in (b"edts", b"elst"):
            box = box and child(file, box[0] + 8, box[1], name)
        if not header or not box:
            raise ValueError("no edit list")
        file.seek(header[0] + 8)
        long = file.read(1) == b"\1"
        file.seek(header[0] + (28 if long else 20))
        ticks = struct.unpack(">I", file.read(4))[0]
        form, place = _times(file, box[0])
        length = struct.calcsize(form) + 4  # and the rate
        file.seek(place)
        entries = struct.unpack(">I", file.read(4))[0]
        content = bytearray(file.read(entries * length))
        if entries != 2:
            return
        (silent, _), (heard, begin) = (struct.unpack_from(form, content, at) for at in (0, length))
        if begin != 0:
            return
        later = round(start * ticks / DELIVERY_HZ) - silent
        struct.pack_into(form, content, 0, silent + later, -1)
        struct.pack_into(form, content, length, heard - later, lead)
        file.seek(place + 4)
        file.write(content)
