"""A clip's facts from FFmpeg; runs in the process that `ta_v2a.media.reading.apart` starts."""

import os
import struct
import time
import zlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ta_v2a.errors import UserError
from ta_v2a.media.mp4 import EditLists
from ta_v2a.media.reading.limits import Limits, check_size, threads
from ta_v2a.media.reading.opening import open_media, shown_name
from ta_v2a.media.reading.orientation import Orientation
from ta_v2a.media.reading.probe import Clip, SoundTrack, packets, tick_s
from ta_v2a.media.reading.pulse import Pulse
from ta_v2a.media.reading.retiming import rebuilt_ticks

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream


def picture_stream(container: "InputContainer", path: str | os.PathLike) -> "VideoStream":
    """The film's picture track; cover art is none.

    Raises:
        UserError: there is no moving picture.
    """
    from av.stream import Disposition

    moving = [
        stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic
    ]
    if not moving:
        if container.streams.video:
            raise UserError(f"{shown_name(path)}: holds sound and a cover image, but no film")
        if container.streams.audio:
            raise UserError(f"{shown_name(path)}: holds only sound, no picture")
        raise UserError(f"{shown_name(path)}: holds no picture")
    best = container.streams.best("video")
    return best if best in moving else moving[0]


@dataclass
class _Span:
    """Presentation times gathered from packets, in ticks; `followed` says whether others come
    after the last to be shown."""

    step: int
    first: int | None = None
    end: int = 0
    last: int = 0
    shown: int = 0
    clock: int = 0
    untimed: int = 0
    followed: bool = False

    def add(self, packet: "Packet") -> None:
        self.followed = True
        if packet.is_discard:  # decoded for reference only: an edit list hides it
            return
        tick = packet.pts if packet.pts is not None else packet.dts
        if tick is None:
            tick, self.untimed = self.clock, self.untimed + 1
        lasts = packet.duration if packet.duration and packet.duration > 0 else self.step
        self.clock = tick + lasts
        self.first = tick if self.first is None else min(self.first, tick)
        if self.shown == 0 or tick >= self.last:
            self.last, self.end, self.followed = tick, tick + lasts, False
        self.shown += 1

    @property
    def ticks(self) -> int:
        """How long they last."""
        return 0 if self.first is None else self.end - self.first


def _end_with_track(
    span: _Span, stream: "VideoStream", container: "InputContainer", path: str | os.PathLike
) -> None:
    """Let the last picture end with its track, where others are decoded after it.

    An MP4 says how long a picture lasts by when the next one is decoded; of
    such a last one that says nothing.
    """
    if span.first is None or not span.followed or "mp4" not in container.format.name:
        return
    try:
        with open(path, "rb") as file:
            told = EditLists(file).lasts_s(stream.index)
    except (OSError, ValueError, struct.error):
        return
    if told is not None:
        lasts_s, movie_tick_s = told
        end = span.first + round(lasts_s / tick_s(stream))
        if span.last < end < span.end - movie_tick_s / tick_s(stream):
            span.end = end


def _usual_step(stream: "VideoStream") -> int:
    """Ticks of one picture at the stream's nominal rate (1/25 s where it has none)."""
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    return max(1, round(1 / (rate * tick_s(stream)))) if rate > 0 else 1


def _first_picture(packet: "Packet"):
    import av

    try:
        decoded = packet.decode()
    except MemoryError:
        raise
    except (av.error.FFmpegError, OSError):
        return None
    return decoded[0] if decoded else None


def pixel_aspect(stream: "VideoStream") -> Fraction:
    """Width over height of a stored pixel by the container, else by the codec; 1 where unsaid or absurd."""
    aspect = stream.sample_aspect_ratio or Fraction(1)
    return aspect if Fraction(1, 16) <= aspect <= 16 else Fraction(1)


def _checksum(frame) -> int:
    """Of a picture's values at 32 x 32, whatever its container says of colours; 0
    where they cannot be converted."""
    from av.video.reformatter import ColorRange, Colorspace

    colours = {f"{side}_colorspace": Colorspace.ITU709 for side in ("src", "dst")}
    ranges = {f"{side}_color_range": ColorRange.MPEG for side in ("src", "dst")}
    try:
        small = frame.reformat(32, 32, "rgb48le", **colours, **ranges)
        return zlib.crc32(bytes(small.planes[0]))
    except MemoryError:
        raise
    except (ValueError, OSError):
        return 0


def _displayed(frame, aspect: Fraction, turn: Orientation) -> tuple[int, int]:
    wide = max(1, round(frame.width * aspect))
    return (frame.height, wide) if turn.transposed else (wide, frame.height)


def _scan(container: "InputContainer", path: str | os.PathLike, most_pixels: int, pulse: Pulse):
    """(stream, _Span, first frame) from every packet of the picture; only as many as needed are decoded."""
    name, stream = shown_name(path), picture_stream(container, path)
    if stream.codec_context is None:
        raise UserError(f"{name}: the picture's codec is unknown")
    check_size(name, stream.width, stream.height, stream.pix_fmt, most_pixels)
    stream.codec_context.thread_count = threads(stream.width, stream.height)
    stream.thread_type = "SLICE"  # frame threads would hold back the first picture
    span, frame, read = _Span(_usual_step(stream)), None, 0
    for packet in packets(container, stream):
        read += 1
        pulse(packet.size)
        span.add(packet)
        if frame is None:
            frame = _first_picture(packet)
    if frame is None and read:
        import av

        try:
            frame = next(iter(stream.codec_context.decode(None)), None)
        except (av.error.FFmpegError, OSError):
            frame = None
    if frame is None or span.first is None:
        why = "no picture in it can be decoded" if read else "holds no pictures (zero frames)"
        raise UserError(f"{name}: {why}")
    check_size(name, frame.width, frame.height, frame.format.name, most_pixels)
    _end_with_track(span, stream, container, path)
    return stream, span, frame


def _promised_s(container: "InputContainer", stream: "VideoStream", first: int) -> float:
    """Seconds of picture, from its first tick on, that the file's header speaks of; 0
    where it says nothing reliable."""
    if stream.duration:
        return float(stream.duration * tick_s(stream))
    if not container.duration or container.streams.audio:
        return 0.0
    return container.duration / 1e6 - max(0.0, float(first * tick_s(stream)))  # a whole file's counts from 0


def _warnings(container: "InputContainer", stream: "VideoStream", span: _Span) -> tuple[str, ...]:
    reached_s = float(span.ticks * tick_s(stream))
    promised_s = _promised_s(container, stream, span.first or 0)
    if promised_s - reached_s > max(0.5, 0.02 * promised_s):
        return (
            f"the file is damaged or cut off: {reached_s:.2f} s of its {promised_s:.2f} s can be read; sound "
            f"is made for those",
        )
    return ()


def _sound_track(stream: "AudioStream") -> SoundTrack:
    context = stream.codec_context
    if context is None:
        return SoundTrack(stream.index, "unknown", False, 0, 0)
    channels, rate_hz = int(context.channels or 0), int(context.rate or 0)
    return SoundTrack(
        stream.index, context.codec.canonical_name, channels > 0 and rate_hz > 0, channels, rate_hz
    )


def _own_sound_index(container: "InputContainer", tracks: tuple[SoundTrack, ...]) -> int | None:
    """The track that FFmpeg calls best if it can be decoded, else the first that can."""
    best = container.streams.best("audio")
    usable = [track.index for track in tracks if track.decodable]
    return best.index if best is not None and best.index in usable else next(iter(usable), None)


def scan(path: str | os.PathLike, allow_long: bool, limits: Limits, pulse: Pulse) -> Clip:
    """What `probe` answers, read in this process.

    Raises:
        UserError: one line that says why this is no usable clip.
        MemoryError: reading takes more memory than this process may have.
    """
    import av  # noqa: F401 (what opening takes is measured without it)

    name, began_s = shown_name(path), time.process_time()
    with open_media(path) as container:
        sizes = [
            stream.width * stream.height
            for stream in container.streams.video
            if stream.codec_context is not None
        ]
        pulse.opened(name, time.process_time() - began_s, os.stat(path).st_size, max(sizes, default=0))
        stream, span, frame = _scan(container, path, limits.most_pixels, pulse)
        turn, aspect = Orientation.of(frame), pixel_aspect(stream)
        width, height = _displayed(frame, aspect, turn)
        time_base = tick_s(stream)
        duration = span.ticks * time_base
        if duration <= 0:
            raise UserError(f"{name}: the picture lasts 0 s")
        if duration < Fraction(limits.shortest_s).limit_denominator(10**6):
            what = "shows one picture" if span.shown == 1 else "lasts"
            raise UserError(
                f"{name}: {what} only {float(duration):.3f} s; sound needs a moving picture of at least "
                f"{limits.shortest_s} s"
            )
        if duration > limits.longest_s and not allow_long:
            hours = float(duration) / 3600
            raise UserError(
                f"{name}: lasts {hours:.1f} hours, more than the {limits.longest_s / 3600:g} allowed; cut it "
                f"first"
            )
        bare, step = span.untimed == span.shown, span.ticks // span.shown
        tracks = tuple(_sound_track(track) for track in container.streams.audio)
        return Clip(
            path=Path(path),
            duration_s=float(duration),
            start_s=float(span.first * time_base),
            width=width,
            height=height,
            rotation=turn.clockwise,
            has_sound=bool(tracks),
            frames=span.shown,
            codec=stream.codec_context.codec.canonical_name,
            container=container.format.name,
            pixel_format=frame.format.name,
            time_base=time_base,
            start_tick=span.first,
            stream_index=stream.index,
            pixel_aspect=aspect,
            timed=not span.untimed,
            rebuilt_ticks=rebuilt_ticks(path, stream.index, step, limits.most_pixels, pulse) if bare else (),
            first_picture=_checksum(frame),
            sound_tracks=tracks,
            own_sound_index=_own_sound_index(container, tracks),
            warnings=_warnings(container, stream, span),
        )
