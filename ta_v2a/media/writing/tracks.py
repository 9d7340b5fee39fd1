"""Tracks of the film to come: copies of the clip's own, with all that the container says of them, and what is left out."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.probe import Clip, packets
from ta_v2a.media.writing.containers import CONTAINERS, MP4_FAMILY, Kept
from ta_v2a.media.writing.sound_track import EncodedSound
from ta_v2a.media.writing.tags import survivors

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream


class NoPlace(UserError):
    """The container holds no picture of this codec."""


class OwnSound(UserError):
    """The clip's own sound is to be kept, and cannot be."""


_NO_TAG = "\0\0\0\0"
_COVER_ENDINGS = {"mjpeg": ("jpg", "image/jpeg"), "png": ("png", "image/png"), "bmp": ("bmp", "image/bmp")}


def codec_of(stream: "Stream") -> str | None:
    """FFmpeg's name of a track's codec; None where this FFmpeg knows none that reads it."""
    return None if stream.codec_context is None else stream.codec_context.codec.canonical_name


def _any_codec(target: "OutputContainer", template: "Stream") -> "Stream":
    """A copy of `template` in Matroska, whatever its codec.

    FFmpeg's Matroska writer holds every codec of AVI (as "V_MS/VFW/FOURCC") and says of most that it does not. So the stream is added
    as another one, and then gets the parameters of `template`, as a bit stream filter hands them over.
    """
    import av
    from av.bitstream import BitStreamFilterContext

    with av.open(io.BytesIO(), "w", format="matroska") as other:
        stream = target.add_stream_from_template(other.add_stream("mpeg4"), opaque=True)
        other.start_encoding()
    BitStreamFilterContext("null", template, stream)
    stream.time_base = template.time_base
    return stream


def copied(target: "OutputContainer", template: "Stream", kept: Kept) -> "Stream":
    """A stream of `target` that takes `template`'s packets as they are.

    Raises:
        ValueError: the container holds no such track.
    """
    if template.codec_context is None:
        stream = target.add_stream_from_template(template)
    else:
        try:
            stream = target.add_stream_from_template(template, opaque=True)
        except ValueError:
            if kept.muxer != "matroska" or template.type != "video":
                raise
            stream = _any_codec(target, template)
    stream.metadata.update(survivors(template.metadata))
    return stream


def picture_track(target: "OutputContainer", template: "VideoStream", clip: Clip, kept: Kept) -> "VideoStream":
    """The clip's picture in `target`: shape, rate and name of the codec as the clip's container tells them.

    Raises:
        ValueError: the container holds no such picture.
    """
    from av.video.stream import VideoStream

    stream = copied(target, template, kept)
    assert isinstance(stream, VideoStream)
    context = stream.codec_context
    context.sample_aspect_ratio = template.sample_aspect_ratio or Fraction(1)
    rate = template.average_rate or template.guessed_rate
    if rate:
        context.framerate = rate  # a timecode track counts by it, Matroska's last picture lasts as long
        if kept.muxer == "avi":  # its one clock ticks once a picture
            stream.time_base = 1 / rate
    context.codec_tag = _NO_TAG
    if kept.muxer in MP4_FAMILY:  # hvc1 and hev1 name one codec, and some players open only one
        in_family = set(clip.container.split(",")) & MP4_FAMILY
        wanted = template.codec_context.codec_tag if in_family else {"hevc": "hvc1"}.get(codec_of(template) or "", _NO_TAG)
        context.codec_tag = wanted if _has_tag(template, wanted, kept) else _NO_TAG
    return stream


def _has_tag(template: "Stream", tag: str, kept: Kept) -> bool:
    """Whether the container knows the codec by this name, too: MP4 and MOV have names of their own for some."""
    import av

    try:
        with av.open(io.BytesIO(), "w", format=kept.muxer) as target:
            target.add_stream_from_template(template, opaque=True).codec_context.codec_tag = tag
            target.start_encoding()
    except (ValueError, av.error.FFmpegError):
        return False
    return True


class _Unchanged:
    """Stands where a bit stream filter would."""

    def filter(self, packet: "Packet | None") -> "list[Packet]":
        return [] if packet is None else [packet]


def picture_filter(template: "VideoStream", stream: "VideoStream", kept: Kept) -> Any:
    """What the picture's packets go through: AVI wants H.264 and HEVC with start codes, MP4 and Matroska keep lengths instead."""
    from av.bitstream import BitStreamFilterContext

    codec, extradata = codec_of(template), template.codec_context.extradata
    if kept.muxer != "avi" or codec not in ("h264", "hevc") or not extradata or extradata[0] != 1:
        return _Unchanged()
    time_base = stream.time_base
    shape = stream.codec_context.sample_aspect_ratio, stream.codec_context.framerate
    annex_b = BitStreamFilterContext(f"{codec}_mp4toannexb", template, stream)
    stream.codec_context.codec_tag = _NO_TAG
    stream.codec_context.sample_aspect_ratio, stream.codec_context.framerate = shape
    stream.time_base = time_base
    return annex_b


@dataclass(frozen=True)
class Further:
    """The tracks beside picture and new sound: which go along, and words for those that cannot.

    Attributes:
        indices: of the clip's tracks that are copied.
        left_out: one entry for each track that the container cannot hold.
        sound: those of `indices` that are the clip's own sound.
        others: words for the rest of `indices`.
    """

    indices: tuple[int, ...]
    left_out: tuple[str, ...]
    sound: tuple[int, ...] = ()
    others: tuple[str, ...] = ()

    def sound_only(self) -> "Further":
        """The clip's own sound alone; all else is left out."""
        return Further(self.sound, (*self.left_out, *self.others), self.sound)


def _is_cover(stream: "Stream") -> bool:
    from av.stream import Disposition

    return stream.type == "video" and bool(stream.disposition & Disposition.attached_pic)


def _is_told_otherwise(stream: "Stream") -> bool:
    """A timecode track is written anew from its tag, a text track of chapters from the chapters."""
    from av.stream import Discard

    return stream.type == "data" and ("timecode" in stream.metadata or stream.discard == Discard.all)


def words_for(stream: "Stream") -> str:
    """A track in words, such as "subtitle track (subrip, eng)"."""
    name = stream.metadata.get("filename", "")
    if stream.type == "attachment" or (_is_cover(stream) and name):
        return f"attachment {name or 'without a name'}"
    kind = "cover picture" if _is_cover(stream) else f"{({'audio': 'sound', 'video': 'picture'}).get(stream.type, stream.type)} track"
    language = stream.metadata.get("language", "und")
    codec = codec_of(stream) or getattr(stream, "name", None) or "of an unknown codec"
    return f"{kind} ({', '.join([codec] + [language] * (language != 'und'))})"


def add_further(target: "OutputContainer", stream: "Stream", clip: Clip, kept: Kept) -> "Stream | None":
    """A copy of one further track; None where its content stands in the header, so that no packets follow.

    Raises:
        ValueError: the container holds no such track.
    """
    if _is_cover(stream) and kept.muxer == "matroska":  # Matroska's covers are attachments
        ending, kind = _COVER_ENDINGS.get(codec_of(stream) or "", ("bin", "application/octet-stream"))
        name = stream.metadata.get("filename") or f"cover.{ending}"
        cover = next(_first_packets(clip, stream.index), None)
        if cover is None:
            raise ValueError("an empty cover")
        target.add_attachment(name, stream.metadata.get("mimetype") or kind, bytes(cover))
        return None
    added = copied(target, stream, kept)
    added.disposition = stream.disposition
    return None if stream.type == "attachment" else added


def _first_packets(clip: Clip, index: int) -> "Iterator[Packet]":
    with open_media(clip.path) as source:
        yield from packets(source, source.streams[index])


def _holds(clip: Clip, stream: "Stream", kept: Kept) -> bool:
    """Whether a container takes a track and gives it back as what it was: tried in memory with the track's first packet."""
    import av

    file = io.BytesIO()
    try:
        with av.open(file, "w", format=kept.muxer) as target:
            added = add_further(target, stream, clip, kept)
            if added is None:  # a container of attachments alone is none
                silence = iter([np.zeros((4096, 1), np.float32)])
                EncodedSound(target, kept, 1, silence, clip, clip.start_tick * clip.time_base).advance(None)
            target.start_encoding()
            packet = next(_first_packets(clip, stream.index), None) if added is not None else None
            if packet is not None:
                packet.stream = added
                packet.pts = packet.dts = 0
                target.mux(packet)
        with av.open(io.BytesIO(file.getvalue())) as back:
            same = [other for other in back.streams if (other.type, codec_of(other)) == (stream.type, codec_of(stream))]
            return any(_is_cover(other) == _is_cover(stream) for other in same)
    except (ValueError, av.error.FFmpegError, OSError):
        return False


def further_tracks(source: "InputContainer", clip: Clip, kept: Kept, keep_sound: bool) -> Further:
    """Which of the clip's further tracks go along into a container.

    Raises:
        OwnSound: the clip's own sound is to be kept, and the container cannot hold it.
    """
    indices, left_out, sound, others = [], [], [], []
    for stream in source.streams:
        if stream.index == clip.stream_index or _is_told_otherwise(stream) or (stream.type == "audio" and not keep_sound):
            continue
        if _holds(clip, stream, kept):
            indices.append(stream.index)
            if stream.type == "audio":
                sound.append(stream.index)
            else:
                others.append(words_for(stream))
        elif stream.type == "audio":
            elsewhere = "use .mkv, or another" if _holds(clip, stream, CONTAINERS[".mkv"]) else "use another"
            raise OwnSound(f"cannot hold the clip's own {words_for(stream)}; {elsewhere} --original")
        else:
            left_out.append(words_for(stream))
    return Further(tuple(indices), tuple(left_out), tuple(sound), tuple(others))
