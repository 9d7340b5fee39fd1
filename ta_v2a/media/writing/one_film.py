"""One film, track by track: the picture's packets copied or encoded anew, the new sound, what goes along."""

import heapq
import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from ta_v2a.media.mp4 import EditLists
from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.probe import Clip, packets, video_stream
from ta_v2a.media.writing import matroska
from ta_v2a.media.writing.atomic import output_error
from ta_v2a.media.writing.containers import MP4_FAMILY, Kept
from ta_v2a.media.writing.encoding import encoded_pictures, encoded_track
from ta_v2a.media.writing.sound_track import EncodedSound
from ta_v2a.media.writing.tags import fill_room, room_for
from ta_v2a.media.writing.tracks import Further, NoPlace, add_further, picture_filter, picture_track
from ta_v2a.media.writing.written import Promised, Unfaithful, check_written

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

# Broadcast streams start at an arbitrary time; the film written starts at 0 like everyone else's.
_ARBITRARY_START = {"mpegts", "mpeg"}


@dataclass(frozen=True)
class FilmToWrite:
    """One film to write: the clip, where it is meant for, and what becomes of its sound and picture."""

    clip: Clip
    name: str | os.PathLike
    kept: Kept
    keep_sound: bool
    encode: bool

    @property
    def ending(self) -> str:
        return Path(self.name).suffix.lower()

    @property
    def shift_s(self) -> Fraction:
        arbitrary = set(self.clip.container.split(",")) & _ARBITRARY_START
        return self.clip.start_tick * self.clip.time_base if arbitrary else Fraction(0)


def _options(order: FilmToWrite, names: bool, final: bool) -> dict[str, str]:
    if order.kept.muxer not in MP4_FAMILY:
        return {}
    clip = order.clip
    ticks = clip.time_base.denominator
    flags = ["use_metadata_tags"] * names + ["faststart"] * final  # the index goes to the front for the web
    # Edit lists count in the movie's ticks: the picture's own clock keeps its start exact.
    options = {"movflags": "+".join(["", *flags]), "movie_timescale": str(ticks * -(-1000 // ticks))}
    if clip.time_base.numerator == 1 and set(clip.container.split(",")) & MP4_FAMILY:
        options["video_track_timescale"] = str(ticks)
    return options if flags else {key: value for key, value in options.items() if key != "movflags"}


_Timed = tuple[float, "Packet", "Stream"]
Encodable = tuple[int, Iterator[np.ndarray]]
"""What `sound_for` makes: (channels, blocks)."""


def _moved(packet: "Packet", shift_s: Fraction) -> "Packet":
    if shift_s:
        ticks = round(shift_s / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - ticks
        packet.dts = None if packet.dts is None else packet.dts - ticks
    return packet


def _when(packet: "Packet", before: float) -> float:
    tick = packet.dts if packet.dts is not None else packet.pts
    return before if tick is None else float(tick * packet.time_base)


def _copies(
    source: "InputContainer", order: FilmToWrite, tracks: "dict[Stream, Stream]", picture_bits
) -> Iterator[_Timed]:
    """Every packet of `tracks` (input stream: output stream) in the file's order, with its time."""
    when = 0.0
    for packet in packets(source, *tracks) if tracks else ():
        stream = packet.stream
        when = _when(_moved(packet, order.shift_s), when)
        if stream.index != order.clip.stream_index:
            yield when, packet, tracks[stream]
            continue
        time_base = packet.time_base
        for filtered in picture_bits.filter(packet):
            filtered.time_base = time_base
            yield when, filtered, tracks[stream]


def _encodings(order: FilmToWrite, stream: "VideoStream") -> Iterator[_Timed]:
    when = 0.0
    for packet in encoded_pictures(order.clip, stream):
        when = _when(_moved(packet, order.shift_s), when)
        yield when, packet, stream


def _write_tracks(
    source: "InputContainer",
    target: "OutputContainer",
    order: FilmToWrite,
    further: Further,
    room: bool,
    sound: Encodable | None,
) -> tuple[Promised, EncodedSound | None]:
    """Header, packets and index of a film; what it promises to be, and its sound."""
    from av.stream import Disposition

    template = video_stream(source, order.clip.stream_index)
    tracks: dict[Stream, Stream] = {}
    bits = None
    if order.encode:
        picture = encoded_track(target, order.clip, template)
    else:
        try:
            picture = tracks[template] = picture_track(target, template, order.clip, order.kept)
        except ValueError:
            raise NoPlace(f"cannot hold a {order.clip.codec} picture unchanged") from None
        bits = picture_filter(template, picture, order.kept)
    if room:
        picture.metadata["title"] = picture.metadata.get("title", "") + matroska.ROOM
    picture.disposition = Disposition.default
    voice = None
    if sound is not None:
        voice = EncodedSound(target, order.kept, *sound, order.clip, order.shift_s)
    for index in further.indices:
        stream = source.streams[index]
        added = add_further(target, stream, order.clip, order.kept)
        if added is not None:
            tracks[stream] = added
            if stream.type == "audio":
                added.disposition = Disposition(0)
    if chapters := source.chapters():
        target.set_chapters(chapters)
    timeline = _copies(source, order, tracks, bits)
    if order.encode:
        encodings = _encodings(order, picture)
        first = next(encodings, None)  # the encoder's header is known from here on
        timeline = heapq.merge(
            timeline, chain([] if first is None else [first], encodings), key=lambda item: item[0]
        )
    target.start_encoding()
    times_s: list[float] = []
    for when, packet, stream in timeline:
        if stream is picture:
            tick = packet.pts if packet.pts is not None else packet.dts
            if tick is None:
                raise Unfaithful("its pictures have no times, as in a raw stream")
            times_s.append(float(tick * packet.time_base))
            if voice is not None:
                voice.advance(when + 0.5)
        packet.stream = stream
        target.mux(packet)
    if voice is not None:
        voice.advance(None)
    tags = {**template.metadata, **source.metadata}
    codec = "h264" if order.encode else order.clip.codec
    promised = Promised(order.clip, codec, not order.encode, picture.index, times_s, tags, bool(chapters))
    return promised, voice


def write_order(order: FilmToWrite, path: str, further: Further, sound: Encodable | None) -> tuple[str, ...]:
    """As `write_opened`, from the clip's beginning."""
    with open_media(order.clip.path) as source:
        return write_opened(source, order, path, further, sound)


def write_opened(
    source: "InputContainer", order: FilmToWrite, path: str, further: Further, sound: Encodable | None
) -> tuple[str, ...]:
    """Write a film to `path` and read it again; without sound it is a rehearsal. What was left out, in words.

    Raises:
        UserError: this container cannot hold this clip, or the disk is full.
    """
    import av
    from av.container import Flags

    kept, clip = order.kept, order.clip
    try:
        tags, items = room_for(source.metadata, kept)
        aspect = video_stream(source, clip.stream_index).sample_aspect_ratio or Fraction(1)
        shaped = kept.muxer in ("matroska", "webm") and aspect != 1
        options = _options(order, items is not None, sound is not None)
        with av.open(f"file:{path}", "w", format=kept.muxer, container_options=options) as target:
            # No random track numbers: the same sound gives the same bytes.
            target.flags |= cast(int, Flags.bitexact.value)  # av's stub takes the value for the flag
            target.metadata.update(tags)
            promised, voice = _write_tracks(source, target, order, further, shaped, sound)
        if items:
            fill_room(path, items, kept)
        if shaped:
            matroska.set_shape(path, aspect)
        if kept.muxer in MP4_FAMILY:
            _set_times(path, promised.picture, clip, voice)
        return (*further.left_out, *check_written(path, promised))
    except av.error.FFmpegError as error:
        if isinstance(error, OSError):
            raise output_error(order.name, error) from None
        raise Unfaithful(f"its tracks, or their times, do not fit ({error.strerror})") from None


def _set_times(path: str, picture: int, clip: Clip, voice: EncodedSound | None) -> None:
    with open(path, "r+b") as file:
        edits = EditLists(file)
        edits.shorten(picture, Fraction(clip.duration_s).limit_denominator(10**9))
        if voice is not None and voice.start > 0:
            edits.hide_lead(voice.track, Fraction(voice.start, voice.rate_hz), voice.lead)
