"""Boxes of an MP4 or MOV: found, read, and changed in place, so that the file's length,
and every place in it, stays."""

import os
import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import BinaryIO

_MOST_BOXES = 10_000
Box = tuple[int, int]  # (place, end)


def child(file: BinaryIO, start: int, end: int, name: bytes, nth: int = 0) -> Box | None:
    """The `nth` box of a name between two places; None where there is none."""
    for _ in range(_MOST_BOXES):
        if start + 8 > end:
            break
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        size = struct.unpack(">Q", file.read(8))[0] if size == 1 else size or end - start
        if size < 8:
            break
        if kind == name:
            if nth == 0:
                return start, start + size
            nth -= 1
        start += size
    return None


@dataclass
class _Duration:
    """The duration in a movie's or a track's header, in the movie's ticks.

    Attributes:
        file: open for reading and writing.
        box: of the header.
        short, long: where the duration stands, in bytes from the box's beginning, by the header's version.
    """

    file: BinaryIO
    box: Box
    short: int
    long: int

    def _place(self) -> tuple[str, int]:
        self.file.seek(self.box[0] + 8)
        return (
            (">Q", self.box[0] + self.long)
            if self.file.read(1) == b"\1"
            else (">I", self.box[0] + self.short)
        )

    def get(self) -> int:
        form, place = self._place()
        self.file.seek(place)
        return struct.unpack(form, self.file.read(struct.calcsize(form)))[0]

    def set(self, ticks: int) -> None:
        form, place = self._place()
        self.file.seek(place)
        self.file.write(struct.pack(form, ticks))


class EditLists:
    """When the tracks of a film begin and end: what FFmpeg's reader does not tell,
    and its writer cannot be told.

    Args:
        file: the film, open for reading, or for writing too.

    Raises:
        ValueError, struct.error: it is no MP4, here and below.
    """

    def __init__(self, file: BinaryIO) -> None:
        movie = child(file, 0, os.fstat(file.fileno()).st_size, b"moov")
        header = movie and child(file, movie[0] + 8, movie[1], b"mvhd")
        if movie is None or header is None:
            raise ValueError("no MP4")
        self._file, self._movie = file, movie
        self._duration = _Duration(file, header, 24, 32)
        file.seek(header[0] + 8)
        file.seek(header[0] + (28 if file.read(1) == b"\1" else 20))
        self._ticks = struct.unpack(">I", file.read(4))[0]  # of the movie's clock in a second
        if not self._ticks:
            raise ValueError("no clock")

    def _track(self, number: int) -> Box | None:
        return child(self._file, self._movie[0] + 8, self._movie[1], b"trak", number)

    def _header(self, track: Box) -> _Duration:
        box = child(self._file, track[0] + 8, track[1], b"tkhd")
        if box is None:
            raise ValueError("a track without a header")
        return _Duration(self._file, box, 28, 36)

    def _entries(self, track: Box) -> tuple[int, str, list[list[int]]]:
        """(where they stand, their form, (duration, first tick of the track or -1, rate) each)."""
        box: Box | None = track
        for name in (b"edts", b"elst"):
            box = box and child(self._file, box[0] + 8, box[1], name)
        if not box:
            return 0, "", []
        self._file.seek(box[0] + 8)
        form = ">QqI" if self._file.read(4)[:1] == b"\1" else ">IiI"
        count = struct.unpack(">I", self._file.read(4))[0]
        length = struct.calcsize(form)
        data = self._file.read(min(count, (box[1] - box[0] - 16) // length) * length)
        return box[0] + 16, form, [list(entry) for entry in struct.iter_unpack(form, data)]

    def lasts_s(self, number: int) -> tuple[Fraction, Fraction] | None:
        """(seconds of a track that are shown, one tick of the movie's clock); None
        where no one stretch is told."""
        track = self._track(number)
        shown = [
            entry[0] for entry in (self._entries(track)[2] if track is not None else []) if entry[1] >= 0
        ]
        return (
            (Fraction(shown[0], self._ticks), Fraction(1, self._ticks))
            if len(shown) == 1 and shown[0]
            else None
        )

    def _write(self, place: int, form: str, entries: list[list[int]]) -> None:
        self._file.seek(place)
        self._file.write(b"".join(struct.pack(form, *entry) for entry in entries))

    def hide_lead(self, number: int, start_s: Fraction, lead: int) -> None:
        """Let a sound track that begins later than the film begin with its sound, not with
        what the encoder needs before it.

        FFmpeg's writer leaves those samples out of a track that begins with the film only. An edit list that
        it wrote for another one has two entries: how long nothing is heard, and all of the track.

        Args:
            number: of the track in the file.
            start_s: when the sound begins in the film.
            lead: samples before it.
        """
        track = self._track(number)
        place, form, entries = (0, "", []) if track is None else self._entries(track)
        if len(entries) == 2 and entries[1][1] == 0:
            later = round(start_s * self._ticks) - entries[0][0]
            entries[0][0] += later
            entries[1][0] -= later
            entries[1][1] = lead
            self._write(place, form, entries)

    def shorten(self, number: int, lasts_s: Fraction) -> None:
        """Let a track end after `lasts_s` of what it shows, if it would last longer.

        An MP4 says how long a picture is shown by when the next one is decoded; of the last one, and of those
        that an edit list of the clip hides at its end, that is wrong.
        """
        track = self._track(number)
        place, form, entries = (0, "", []) if track is None else self._entries(track)
        ticks = round(lasts_s * self._ticks)
        if track is None or not entries or entries[-1][0] <= ticks:
            return
        entries[-1][0] = ticks
        self._write(place, form, entries)
        self._header(track).set(sum(entry[0] for entry in entries))
        tracks = [self._track(index) for index in range(64)]
        self._duration.set(max(self._header(one).get() for one in tracks if one is not None))
