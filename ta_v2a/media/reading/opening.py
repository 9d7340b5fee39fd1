"""Opening a user's media file: plain local files only, and one clear line for whatever cannot be read."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from ta_v2a.errors import UserError
from ta_v2a.media.reading.limits import FILM_DEMUXERS, SOUND_DEMUXERS, STILL_DEMUXERS

if TYPE_CHECKING:
    from av.container import InputContainer

_STILL_ENDINGS = {
    ".png",
    ".jpg",
    ".jpeg",
    ".bmp",
    ".tif",
    ".tiff",
    ".webp",
    ".heic",
    ".heif",
    ".avif",
    ".svg",
    ".ico",
    ".psd",
}
_PLAYLISTS = (b"#EXTM3U", b"ffconcat", b"<MPD", b"[playlist]", b"[Reference]")
_STILLS = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"II*\0", b"MM\0*")
_STILL = "is a still image; sound needs a moving picture, or --seconds"
_ANIMATED_WEBP = "is an animated WebP, which cannot be read; convert it to GIF or MP4 first"
_MP4_BRANDS_OF_STILLS = (b"heic", b"heix", b"mif1", b"avif", b"msf1")


def shown_name(path: str | os.PathLike) -> str:
    """`path` on one printable line, for messages."""
    text = os.fspath(path)
    return "".join(c if c.isprintable() else "?" for c in text.encode("utf-8", "replace").decode("utf-8"))


def plain_file(path: str | os.PathLike) -> Path:
    """`path`, if it is an existing, readable, non-empty, plain local file.

    Raises:
        UserError: it is an address, missing, a folder, a device, empty, or not readable.
    """
    name = shown_name(path)
    text = os.fspath(path)
    if not text:
        raise UserError("no clip was named: the file name is empty")
    if "\0" in text:
        raise UserError(f"{name}: a file name cannot hold a zero byte")
    try:
        found = os.stat(text)
    except (FileNotFoundError, NotADirectoryError):
        if "://" in text:
            raise UserError(
                f"{name}: only files on this machine are read, no addresses; download it first"
            ) from None
        raise UserError(f"{name}: no such file") from None
    except PermissionError:
        raise UserError(f"{name}: permission denied") from None
    except OSError as error:
        raise UserError(f"{name}: {error.strerror or 'cannot be read'}") from None
    if stat.S_ISDIR(found.st_mode):
        raise UserError(f"{name}: is a folder, not a clip")
    if not stat.S_ISREG(found.st_mode):
        raise UserError(f"{name}: is not a plain file (pipes and devices are not read)")
    if found.st_size == 0:
        raise UserError(f"{name}: is empty (0 bytes)")
    if not os.access(text, os.R_OK):
        raise UserError(f"{name}: permission denied")
    return Path(text)


def _is_animated_webp(head: bytes) -> bool:
    """Whether a WebP's extended header (VP8X) has its animation flag set."""
    return head[:4] == b"RIFF" and head[8:16] == b"WEBPVP8X" and len(head) > 20 and bool(head[20] & 2)


def _why_unreadable(path: Path) -> str:
    """The reason in words, from the first bytes of a file that FFmpeg refused."""
    with open(path, "rb") as file:
        head = file.read(4096)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(_PLAYLISTS) or (text.startswith(b"<?xml") and b"<MPD" in head):
        return "is a playlist, not a clip; only plain media files are read"
    if _is_animated_webp(head):
        return _ANIMATED_WEBP
    is_picture = head.startswith(_STILLS) or head[8:12] == b"WEBP" or path.suffix.lower() in _STILL_ENDINGS
    if is_picture or (head[4:8] == b"ftyp" and any(brand in head[8:32] for brand in _MP4_BRANDS_OF_STILLS)):
        return _STILL
    if head[4:8] in (b"ftyp", b"mdat", b"wide", b"free", b"skip") and b"moov" not in head:
        return "is a cut-off MP4/MOV: its index (the moov part) is missing, so nothing in it can be read"
    if head.count(0) == len(head):
        return "holds only zero bytes; the copy or recording failed"
    return "is not a media file that can be read"


@contextmanager
def open_media(path: str | os.PathLike, stills: bool = False) -> "Iterator[InputContainer]":
    """An input container for one plain local file; no protocol but `file`, no
    demuxer that opens further files.

    Args:
        stills: a still image is wanted, and nothing else; else anything but one.

    Raises:
        UserError: as `plain_file`, or if it is no readable film or sound (no still image).
        MemoryError: opening it takes more memory than this process may have.
    """
    import av

    file = plain_file(path)
    absolute = os.path.abspath(file)
    options = {
        "format_whitelist": f"{FILM_DEMUXERS},{SOUND_DEMUXERS},{STILL_DEMUXERS}",
        "protocol_whitelist": "file",
        "enable_drefs": "0",
    }
    # A name that is not valid text cannot be handed to FFmpeg; an open file can.
    source: str | BinaryIO = f"file:{absolute}"
    own: BinaryIO | None = None
    try:
        absolute.encode("utf-8")
    except UnicodeEncodeError:
        source = own = open(absolute, "rb")  # noqa: SIM115 (closed below)
    try:
        try:
            container = av.open(source, "r", options=options)
        except PermissionError:
            raise UserError(f"{shown_name(path)}: permission denied") from None
        except MemoryError:
            raise
        except (av.error.FFmpegError, OSError, ValueError):
            why = "is no image that can be read" if stills else _why_unreadable(file)
            raise UserError(f"{shown_name(path)}: {why}") from None
        with container:
            names = set(container.format.name.split(","))
            is_still = bool(names & set(STILL_DEMUXERS.split(",")))
            if stills and not is_still:
                raise UserError(f"{shown_name(path)}: is no still image (PNG, JPEG, TIFF, WebP, BMP)")
            if is_still and not stills:
                with open(file, "rb") as opened:
                    why = _ANIMATED_WEBP if _is_animated_webp(opened.read(32)) else _STILL
                raise UserError(f"{shown_name(path)}: {why}")
            yield container
    finally:
        if own is not None:
            own.close()
