"""Tags of a film: which are the maker's own, and where MP4 and MOV keep those that they have no place for.

FFmpeg writes MP4's tags either as iTunes items, which players show and which have room for some twenty names,
or by any name ("use_metadata_tags"), which players do not show. Here both stand in one box: FFmpeg leaves
room for the iTunes items by a tag of exactly their length, and they take its place afterwards.
"""

import io
import os
import struct
from collections.abc import Mapping

from ta_v2a.media.mp4 import child
from ta_v2a.media.writing.containers import MP4_FAMILY, Kept

# Said by the writer of a file about that file; of another file they would be wrong.
_OF_THE_WRITER = {
    *(
        "major_brand",
        "minor_version",
        "compatible_brands",
        "encoder",
        "software",
        "duration",
        "vendor_id",
        "handler_name",
    ),
    *("bps", "number_of_frames", "number_of_bytes"),
}
_ROOM = "ta-v2a"
_ITEM_HEAD = 24  # bytes of a tag's item before its text
_ITUNES = {
    "title": b"\xa9nam",
    "artist": b"\xa9ART",
    "album_artist": b"aART",
    "composer": b"\xa9wrt",
    "album": b"\xa9alb",
    "date": b"\xa9day",
    "comment": b"\xa9cmt",
    "genre": b"\xa9gen",
    "copyright": b"cprt",
    "grouping": b"\xa9grp",
    "lyrics": b"\xa9lyr",
    "description": b"desc",
    "synopsis": b"ldes",
    "show": b"tvsh",
    "keywords": b"keyw",
}
_QUICKTIME = {
    "title": b"\xa9nam",
    "artist": b"\xa9ART",
    "album": b"\xa9alb",
    "date": b"\xa9day",
    "comment": b"\xa9cmt",
    "genre": b"\xa9gen",
    "copyright": b"\xa9cpy",
    "description": b"\xa9des",
    "make": b"\xa9mak",
    "model": b"\xa9mod",
    "keywords": b"\xa9key",
    "location": b"\xa9xyz",
}


def survivors(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that a copy should carry: all but those that speak of the file itself."""
    return {
        key: value
        for key, value in tags.items()
        if key.lower() not in _OF_THE_WRITER and not key.startswith("_STATISTICS")
    }


def lost(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Names of the tags in `before` that `after` does not say (in either case of
    letters, which Matroska changes)."""
    said = {key.lower(): value for key, value in after.items()}
    wanted = survivors(before)
    names = []
    for key, value in wanted.items():
        base = key[:-4] if key[-4:-3] == "-" else key  # "location-eng" repeats "location" in another language
        repeats = base != key and wanted.get(base) == value
        if not repeats and key != "language" and said.get(key.lower()) != value:
            names.append(key)
    return names


def _taken(tags: Mapping[str, str], kept: Kept) -> dict[str, str]:
    """What is left of `tags` after a film without tracks was written and read again."""
    import av

    file = io.BytesIO()
    with av.open(file, "w", format=kept.muxer) as target:
        target.add_stream(kept.encoder, rate=48_000, format=kept.sample_format)
        target.metadata.update(tags)
        target.start_encoding()
    with av.open(io.BytesIO(file.getvalue())) as back:
        return dict(back.metadata)


def _items(tags: Mapping[str, str], kept: Kept) -> bytes:
    """The tags that players show, as MP4's iTunes items or as MOV's user data texts."""
    names = _ITUNES if kept.muxer == "mp4" else _QUICKTIME
    made = []
    for key, value in tags.items():
        text = value.encode("utf-8", "replace")
        if key not in names or (kept.muxer == "mov" and len(text) > 0xFFFF):
            continue
        if kept.muxer == "mp4":
            text = struct.pack(">I4sII", 16 + len(text), b"data", 1, 0) + text
        else:
            text = struct.pack(">HH", len(text), 0x55C4) + text  # 0x55C4 is the language "und"
        made.append(struct.pack(">I4s", 8 + len(text), names[key]) + text)
    items = b"".join(made)
    if items and len(items) <= _ITEM_HEAD:  # the muxer leaves no smaller room
        items += struct.pack(">I4s", _ITEM_HEAD, b"free") + bytes(_ITEM_HEAD - 8)
    return items


def room_for(tags: Mapping[str, str], kept: Kept) -> tuple[dict[str, str], bytes | None]:
    """(tags to hand to the muxer, bytes for `fill_room`).

    Without bytes (None) the muxer's ordinary tags do; empty ones ask for
    "use_metadata_tags" and nothing else.
    """
    wanted = survivors(tags)
    if kept.muxer not in MP4_FAMILY or not lost(wanted, _taken(wanted, kept)):
        return wanted, None
    items = _items(wanted, kept)
    return (wanted | {_ROOM: "#" * (len(items) - _ITEM_HEAD)} if items else wanted), items


def fill_room(path: str, items: bytes, kept: Kept) -> None:
    """Put `items` where the muxer left room for them. The file's length, and every place in it, stays.

    Raises:
        ValueError: there is no such room.
    """
    with open(path, "r+b") as file:
        place, end, trail = 0, os.fstat(file.fileno()).st_size, []
        for name, head in ((b"moov", 8), (b"udta", 8), (b"meta", 12), (b"ilst", 8)):
            box = child(file, place, end, name)
            if box is None:
                raise ValueError(f"no {name.decode()} box")
            trail.append(box)
            place, end = box[0] + head, box[1]
        while True:  # to the last of the items
            file.seek(place)
            size = struct.unpack(">I", file.read(4))[0]
            if size < 8 or place + size >= end:
                break
            place += size
        if place + len(items) != end:
            raise ValueError("the room has another length")
        file.seek(place)
        file.write(items)
        if kept.muxer == "mov":  # its texts stand beside the box, not in it
            for start, box_end in trail[2:]:
                file.seek(start)
                file.write(struct.pack(">I", box_end - len(items) - start))
