"""Sound beside an untouched picture: the picture's packets are copied, never decoded and encoded
again unless that is asked for."""

import heapq
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.mp4 import EditLists
from ta_v2a.media.reading.opening import open_media, shown_name
from ta_v2a.media.reading.probe import Clip, packets, probe, video_stream
from ta_v2a.media.sound import Sound
from ta_v2a.media.writing import matroska
from ta_v2a.media.writing.atomic import output_error, output_file, scratch_file, whole_file
from ta_v2a.media.writing.containers import (
    CONTAINERS,
    MP4_FAMILY,
    USUAL_SOUND,
    FilmSound,
    Kept,
    NoSuchSound,
    container_for,
)
from ta_v2a.media.writing.encoding import encoded_pictures, encoded_track
from ta_v2a.media.writing.sound_track import EncodedSound, check_mixable, sound_for
from ta_v2a.media.writing.tags import fill_room, room_for
from ta_v2a.media.writing.tracks import (
    NOTHING_FURTHER,
    Further,
    NoPlace,
    OwnSound,
    add_further,
    further_tracks,
    picture_filter,
    picture_track,
)
from ta_v2a.media.writing.written import Promised, Unfaithful, check_written

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream

Original = Literal["replace", "mix", "keep"]
ORIGINALS: tuple[Original, ...] = ("replace", "mix", "keep")
# Broadcast streams start at an arbitrary time; the film written starts at 0 like everyone else's.
_ARBITRARY_START = {"mpegts", "mpeg"}
_HOLDS_H264 = (".mp4", ".m4v", ".mov", ".mkv")
# Pictures of web pages: films in these codecs play hardly anywhere, whatever container they are in.
_PLAYS_NOWHERE = {"gif", "apng", "webp"}


@dataclass(frozen=True)
class Muxed:
    """What was written.

    Attributes:
        path: the file.
        sound_codec: FFmpeg's name of the new sound's codec.
        original: what became of the clip's own sound ("none" if it had none).
        picture: "copied", or the codec that it was encoded with anew.
        left_out: what the clip has and the film has not, in words.
        further: the clip's other tracks, those that go along and those that do not.
    """

    path: Path
    sound_codec: str
    original: str
    picture: str = "copied"
    left_out: tuple[str, ...] = ()
    further: Further = NOTHING_FURTHER


@dataclass(frozen=True)
class _Order:
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


def _options(order: _Order, names: bool, final: bool) -> dict[str, str]:
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
    source: "InputContainer", order: _Order, tracks: "dict[Stream, Stream]", picture_bits
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


def _encodings(order: _Order, stream: "VideoStream") -> Iterator[_Timed]:
    when = 0.0
    for packet in encoded_pictures(order.clip, stream):
        when = _when(_moved(packet, order.shift_s), when)
        yield when, packet, stream


def _write_tracks(
    source: "InputContainer",
    target: "OutputContainer",
    order: _Order,
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


def _write(order: _Order, path: str, further: Further, sound: Encodable | None) -> tuple[str, ...]:
    """As `_written`, from the clip's beginning."""
    with open_media(order.clip.path) as source:
        return _written(source, order, path, further, sound)


def _written(
    source: "InputContainer", order: _Order, path: str, further: Further, sound: Encodable | None
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


def _rehearsed(order: _Order, out: Path) -> tuple[Further, tuple[str, ...]]:
    """(further tracks that go along, all that is left out), from writing the film without
    its sound to the disk of `out`.

    The clip is opened once: opening alone may take long.

    Raises:
        UserError: this container cannot hold this clip, or the disk is full.
    """
    with open_media(order.clip.path) as source:
        further = further_tracks(source, order.clip, order.kept, order.keep_sound)
        if order.encode:
            return further, further.left_out
        try:
            with scratch_file(out) as path:
                return further, _written(source, order, path, further, None)
        except (Unfaithful, NoPlace):
            if not further.indices:
                raise
    further = further.sound_only()
    with scratch_file(out) as path:
        return further, _write(order, path, further, None)


def _film(order: _Order, out: Path, original: Original) -> Muxed:
    """What the film will be, by rehearsal.

    Raises:
        UserError: as `_rehearsed`, or the clip's own sound cannot be mixed in.
    """
    if original == "mix" and order.clip.has_sound:
        check_mixable(order.clip)
    further, missing = _rehearsed(order, out)
    return _muxed(order, out, original, missing, further)


def _order(
    clip: Clip, out_path: str | os.PathLike, original: Original, encode: bool, asked: FilmSound
) -> _Order:
    kept = container_for(out_path, asked)
    return _Order(clip, out_path, kept, original == "keep" and clip.has_sound, encode)


def _advice(order: _Order, out: Path) -> str:
    """What else the user can do: the endings whose containers hold the clip, found by trying."""
    fits: list[str] = []
    tried: dict[str, bool] = {order.kept.muxer: False}
    for ending, kept in CONTAINERS.items():
        if kept.muxer not in tried:
            try:
                _rehearsed(_Order(order.clip, out.with_suffix(ending), kept, order.keep_sound, False), out)
                tried[kept.muxer] = True
            except (Unfaithful, NoPlace, OwnSound):
                tried[kept.muxer] = False
        fits += [ending] * tried[kept.muxer]
    use = f"use {' or '.join(fits)}, or encode it anew" if fits else "encode it anew"
    return f"{use} (--encode h264, into {' '.join(_HOLDS_H264)})"


@contextmanager
def _advising(order: _Order, out: Path) -> Iterator[None]:
    """What a container refuses becomes one line that says what else can be done."""
    try:
        yield
    except (Unfaithful, NoPlace) as error:
        raise UserError(f"{shown_name(order.name)}: {order.ending} {error}; {_advice(order, out)}") from None
    except OwnSound as error:
        raise UserError(f"{shown_name(order.name)}: {order.ending} {error}") from None


def rehearse(
    clip: Clip,
    out_path: str | os.PathLike,
    original: Original = "replace",
    encode: bool = False,
    asked: FilmSound = USUAL_SOUND,
) -> Muxed:
    """What `mux` would write, found by writing it without its sound and reading it
    again; call it before long work.

    Raises:
        UserError: as `output_file`; the ending names no container, or one that cannot hold
            this clip; or the disk is full.
    """
    order = _order(clip, out_path, original, encode, asked)
    out = output_file(out_path, clip.path)
    if encode and order.ending not in _HOLDS_H264:
        raise UserError(
            f"{shown_name(out_path)}: pictures encoded anew go into {' '.join(_HOLDS_H264)}, not "
            f"{order.ending}"
        )
    with _advising(order, out):
        return _film(order, out, original)


def _muxed(order: _Order, out: Path, original: Original, missing: tuple[str, ...], further: Further) -> Muxed:
    codec = order.kept.encoder.removeprefix("lib")
    done = original if order.clip.has_sound else "none"
    return Muxed(out, codec, done, "h264" if order.encode else "copied", missing, further)


def fitting(
    clip: Clip,
    stem: Path,
    original: Original = "replace",
    encode: bool = False,
    asked: FilmSound = USUAL_SOUND,
) -> tuple[Muxed, str]:
    """(a film beside `stem` that holds the clip, why its picture is encoded anew without having been asked).

    The clip's own container where that works, else the first of `CONTAINERS` that takes the picture as it
    is. H.264 in .mp4 where none does, and for pictures that hardly any player shows. "Why" is empty where
    nothing speaks against a copy.

    Raises:
        UserError: the disk is full, or refuses the file; or the clip's own sound cannot go along.
    """
    own, why = clip.path.suffix.lower(), ""
    if not encode and clip.codec in _PLAYS_NOWHERE:
        why = f"hardly any player shows a film in {clip.codec}"
    elif not encode:
        for ending in dict.fromkeys([own] * (own in CONTAINERS) + [*CONTAINERS]):
            out = stem.with_name(stem.name + ending)
            try:
                return _film(_order(clip, out, original, False, asked), out, original), ""
            except (Unfaithful, NoPlace, OwnSound, NoSuchSound):
                continue
        why = "no container holds this picture unchanged"
    endings = [own] * (encode and own in _HOLDS_H264) + [".mp4", ".mov", ".mkv"]
    out = stem.with_name(stem.name + next((each for each in endings if _holds(each, asked)), ".mp4"))
    order = _order(clip, out, original, True, asked)
    with _advising(order, out):
        return _film(order, out, original), why


def _holds(ending: str, asked: FilmSound) -> bool:
    try:
        container_for(f"film{ending}", asked)
    except NoSuchSound:
        return False
    return True


def mux(
    video_path: Clip | str | os.PathLike,
    sound: Sound,
    sample_rate_hz: int,
    out_path: str | os.PathLike,
    original: Original = "replace",
    *,
    encode: bool = False,
    replace: bool = True,
    further: Further | None = None,
    asked: FilmSound = USUAL_SOUND,
) -> Muxed:
    """Write a film: the clip's picture, packet for packet, and `sound`, which starts with
    the picture and lasts as long.

    Args:
        video_path: the clip, or what `probe` said of it.
        sound: (samples,) or (channels, samples) float, one or two channels, or an iterable of such pieces;
            what lies outside [-1, 1] is clipped.
        sample_rate_hz: of `sound`; the file gets `asked.rate_hz`.
        out_path: its ending names the container (see `CONTAINERS`). Appears whole or not at all, and only if
            it can be read again and shows the clip's pictures when the clip does.
        original: the clip's own sound is dropped ("replace"), added to the new sound at equal weight ("mix"),
            or copied as further tracks behind the new one ("keep").
        encode: encode the picture anew, as H.264.
        replace: whether a file of that name may be replaced.
        further: what `rehearse` or `fitting` found of the clip's other tracks; None finds it out.
        asked: codec, bit rate and sample rate of the film's sound.

    Returns:
        What was written.

    Raises:
        UserError: the clip or the output is unusable, the container cannot hold
            the tracks, or the disk is full.
        NameTaken: there is a file of that name, and `replace` is off.
        ValueError: a malformed sound or an unknown `original`.
    """
    if original not in ORIGINALS:
        raise ValueError(f"original is one of {', '.join(ORIGINALS)}, not {original!r}")
    clip = video_path if isinstance(video_path, Clip) else probe(video_path)
    order = _order(clip, out_path, original, encode, asked)
    out = output_file(out_path, clip.path)
    mix = original == "mix" and clip.has_sound
    channels, blocks = sound_for(clip, sound, sample_rate_hz, mix, asked.rate_hz)
    with _advising(order, out):
        if further is None:
            further, _ = _rehearsed(order, out)
        with whole_file(out, replace) as temporary:
            missing = _write(order, temporary, further, (channels, blocks))
    return _muxed(order, out, original, missing, further)
