"""The shape of a Matroska picture whose pixels are not square.

FFmpeg writes it from a field that PyAV cannot set. So the track is given a longer name than it has, and once
the file is written the elements DisplayWidth and DisplayHeight take the place of the rest of that name. The
file's length, and every place in it, stays.
"""

import zlib
from collections.abc import Iterator
from fractions import Fraction

from ta_v2a.errors import UserError

ROOM = "#" * 64  # appended to the track's name
_SEGMENT, _TRACKS, _ENTRY, _NAME, _VIDEO = (
    b"\x18\x53\x80\x67",
    b"\x16\x54\xae\x6b",
    b"\xae",
    b"\x53\x6e",
    b"\xe0",
)
_CRC, _VOID, _DISPLAY_WIDTH, _DISPLAY_HEIGHT, _DISPLAY_UNIT = (
    b"\xbf",
    b"\xec",
    b"\x54\xb0",
    b"\x54\xba",
    b"\x54\xb2",
)


def _number(data: bytes, at: int) -> tuple[int, int]:
    """(value, length) of an EBML size at `at`."""
    length = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + length], "big")
    return value - (1 << 7 * length), length


def _elements(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """(id, place, place of the content, end) of the elements between two places; an
    unknown size reaches to `end`."""
    while start < end:
        id_length = 9 - data[start].bit_length()
        size, length = _number(data, start + id_length)
        content = start + id_length + length
        stop = end if size == (1 << 7 * length) - 1 else min(end, content + size)
        yield data[start : start + id_length], start, content, stop
        start = stop


def _element(name: bytes, content: bytes, length: int = 4) -> bytes:
    """An element whose size takes `length` bytes."""
    return name + (len(content) | 1 << 7 * length).to_bytes(length, "big") + content


def _with_shape(entry: bytes, aspect: Fraction) -> bytes:
    """A track entry's content with the shape in it, as long as before."""
    rebuilt = b""
    for name, start, content, end in _elements(entry, 0, len(entry)):
        if name == _NAME:
            title = entry[content:end].removesuffix(ROOM.encode())
            rebuilt += _element(_NAME, title) if title else b""
        elif name == _VIDEO:
            video = {key: entry[at:stop] for key, _, at, stop in _elements(entry, content, end)}
            video.pop(_DISPLAY_UNIT, None)  # "unknown"; pixels are the default
            width, height = (int.from_bytes(video[key], "big") for key in (b"\xb0", b"\xba"))
            shown = (
                round(width * aspect) if aspect >= 1 else width,
                height if aspect >= 1 else round(height / aspect),
            )
            video[_DISPLAY_WIDTH], video[_DISPLAY_HEIGHT] = (side.to_bytes(4, "big") for side in shown)
            rebuilt += _element(_VIDEO, b"".join(_element(key, value, 2) for key, value in video.items()))
        else:
            rebuilt += entry[start:end]
    return rebuilt + _element(_VOID, bytes(len(entry) - len(rebuilt) - 5))


def set_shape(path: str, aspect: Fraction) -> None:
    """Write the pixel aspect ratio into the track whose name ends with `ROOM`.

    Raises:
        UserError: no such track stands at the file's beginning.
    """
    with open(path, "r+b") as file:
        head = file.read(1 << 24)
        for segment, _, first, last in _elements(head, 0, len(head)):
            for tracks, _, begin, end in _elements(head, first, last) if segment == _SEGMENT else ():
                if tracks != _TRACKS:
                    continue
                content, crc_at = bytearray(head[begin:end]), None
                for name, _, at, stop in _elements(head, begin, end):
                    if name == _CRC:
                        crc_at = at - begin
                    elif name == _ENTRY and ROOM.encode() in head[at:stop]:
                        content[at - begin : stop - begin] = _with_shape(head[at:stop], aspect)
                if crc_at is not None:
                    content[crc_at : crc_at + 4] = zlib.crc32(content[crc_at + 4 :]).to_bytes(4, "little")
                if bytes(content) != head[begin:end]:
                    file.seek(begin)
                    file.write(content)
                    return
    raise UserError("the picture's shape cannot be written")
