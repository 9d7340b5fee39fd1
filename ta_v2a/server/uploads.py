"""A clip from a request's body to the disk, piece by piece: counted, timed, probed, then kept or gone."""

import asyncio
import hashlib
import shutil
import time
import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import BinaryIO

from anyio import CapacityLimiter, to_thread
from fastapi import HTTPException

from ta_v2a.errors import UserError
from ta_v2a.media.reading.limits import LIMITS, Limits
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.probe import Clip, probe
from ta_v2a.server.records import ClipRecord, Records, new_id
from ta_v2a.server.settings import MIB, ServerSettings
from ta_v2a.system.user_files import made_folder

_LONGEST_STEM = 60
_LONGEST_ENDING = 8
_FLUSH_BYTES = MIB


def safe_name(name: str) -> str:
    """A file name made of the letters, digits, blanks, `.`, `-` and `_` of one that came from outside; "clip"
    where nothing is left."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c.isalnum() or c in " .-_")
    stem, dot, ending = kept.rpartition(".")
    if not dot:
        stem, ending = kept, ""
    ending = "".join(c for c in ending if c.isascii() and c.isalnum())[:_LONGEST_ENDING].lower()
    stem = stem.strip(" .-")
    while len(stem.encode()) > 2 * _LONGEST_STEM or len(stem) > _LONGEST_STEM:
        stem = stem[:-1]
    return (stem.strip() or "clip") + (f".{ending}" if ending else "")


def _too_large(settings: ServerSettings) -> HTTPException:
    return HTTPException(413, f"a clip has at most {settings.most_bytes:,} bytes here")


def check_room(settings: ServerSettings, announced: int | None) -> None:
    """Before anything is read.

    Args:
        settings: of the server.
        announced: bytes that the request says it has.

    Raises:
        HTTPException: 413, it is too large; 507, the disk has no room for it.
    """
    if announced is not None and announced > settings.most_bytes:
        raise _too_large(settings)
    if shutil.disk_usage(settings.folder).free - (announced or 0) < settings.keep_free_bytes:
        raise HTTPException(507, "the server's disk is full")


async def taken_in(
    body: AsyncIterator[bytes],
    name: str,
    records: Records,
    settings: ServerSettings,
    probing: CapacityLimiter,
) -> ClipRecord:
    """A new clip from the pieces of a body.

    Raises:
        HTTPException: 408, nothing comes any more; 413, too many bytes; 422, it is no usable clip.
        ClientDisconnect: whoever sent it is gone.
    """
    clip_id = new_id("c")
    folder = made_folder(records.clip_folder(clip_id))
    place = folder / safe_name(name)
    try:
        with place.open("wb") as file:
            size, sha256 = await _written(body, file, settings)
        if size == 0:
            raise HTTPException(422, f"{place.name}: is empty (0 bytes)")
        clip = await to_thread.run_sync(_probed, place, settings, limiter=probing)
        facts = {key: value for key, value in clip.as_json().items() if key != "path"}
        record = ClipRecord(clip_id, place.name, size, sha256, time.time(), facts)
        await to_thread.run_sync(records.keep_clip, record)
        return record
    except BaseException:
        records.remove(folder)
        raise


async def _written(body: AsyncIterator[bytes], file: BinaryIO, settings: ServerSettings) -> tuple[int, str]:
    """(bytes, SHA-256) of what was written."""
    size, digest, held = 0, hashlib.sha256(), bytearray()

    def flush() -> None:
        file.write(held)
        digest.update(held)
        held.clear()

    pieces = aiter(body)
    while True:
        try:
            async with asyncio.timeout(settings.idle_s):
                piece = await anext(pieces)
        except StopAsyncIteration:
            break
        except TimeoutError:
            raise HTTPException(408, f"nothing came for {settings.idle_s:g} s") from None
        size += len(piece)
        if size > settings.most_bytes:
            raise _too_large(settings)
        held += piece
        if len(held) >= _FLUSH_BYTES:
            await to_thread.run_sync(flush)
    await to_thread.run_sync(flush)
    return size, digest.hexdigest()


def _probed(place: Path, settings: ServerSettings) -> Clip:
    limits = Limits(LIMITS.shortest_s, LIMITS.longest_s, settings.most_pixels)
    try:
        clip = probe(place, limits=limits)
    except UserError as error:
        raise HTTPException(422, str(error).replace(shown_name(place), place.name)) from None
    if clip.duration_s > settings.longest_s:
        lasts = f"lasts {clip.duration_s:.1f} s, more than the {settings.longest_s:g} s allowed here"
        raise HTTPException(422, f"{place.name}: {lasts}; cut it first")
    return clip
