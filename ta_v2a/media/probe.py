"""What a clip is: lengths and sizes as they are shown, from its packets and its first decoded picture."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ta_v2a.errors import UserError
from ta_v2a.media.limits import LIMITS, Limits
from ta_v2a.media.opening import open_media, shown_name
from ta_v2a.media.orientation import Orientation

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream


@dataclass(frozen=True)
class Clip:
    """One clip's facts. The *picture* rules: sound is made as long as the picture and starts with it.

    Attributes:
        path: the file.
        duration_s: last presentation time + last picture's duration - first presentation time, after edit lists, in seconds.
        start_s: first presentation time on the file's own time line, in seconds (0 for most files).
        width, height: as displayed (pixel aspect ratio and rotation applied), in pixels.
        rotation: clockwise degrees by which a player turns the stored picture: 0, 90, 180 or 270.
        has_sound: whether the file has a sound track.
        frames: pictures shown (an estimate where the container is damaged).
        codec, container: FFmpeg's names, e.g. "h264", "mov,mp4,m4a,3gp,3g2,mj2".
        time_base: seconds of one tick of the picture's clock.
        start_tick: first presentation time in ticks.
        warnings: lines that the user should see.
    """

    path: Path
    duration_s: float
    start_s: float
    width: int
    height: int
    rotation: int
    has_sound: bool
    frames: int
    codec: str
    container: str
    pixel_format: str
    time_base: Fraction
    start_tick: int
    stream_index: int
    warnings: tuple[str, ...] = ()

    @property
    def fps(self) -> float:
        """Mean pictures per second."""
        return self.frames / self.duration_s


def picture_stream(container: "InputContainer", path: str | os.PathLike) -> "VideoStream":
    """The film's picture track; cover art is none.

    Raises:
        UserError: there is no moving picture.
    """
    from av.stream import Disposition

    moving = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
    if not moving:
        if container.streams.video:
            raise UserError(f"{shown_name(path)}: holds sound and a cover image, but no film")
        if container.streams.audio:
            raise UserError(f"{shown_name(path)}: holds only sound, no picture")
        raise UserError(f"{shown_name(path)}: holds no picture")
    best = container.streams.best("video")
    return best if best in moving else moving[0]


def packets(container: "InputContainer", *streams: "Stream") -> "Iterator[Packet]":
    """The packets of some streams until the end or the first place where the container cannot be read further (no flush packets)."""
    import av

    try:
        for packet in container.demux(*streams):
            if packet.size:
                yield packet
    except (av.error.FFmpegError, OSError):
        return


@dataclass
class _Span:
    """Presentation times gathered from packets, in ticks."""

    step: int
    first: int | None = None
    end: int = 0
    last: int = 0
    shown: int = 0
    clock: int = 0

    def add(self, packet: "Packet") -> None:
        if packet.is_discard:  # decoded for reference only: an edit list hides it
            return
        tick = packet.pts if packet.pts is not None else packet.dts
        if tick is None:
            tick = self.clock
        lasts = packet.duration if packet.duration and packet.duration > 0 else self.step
        self.clock = tick + lasts
        self.first = tick if self.first is None else min(self.first, tick)
        if self.shown == 0 or tick >= self.last:
            self.last, self.end = tick, tick + lasts
        self.shown += 1


def _usual_step(stream: "VideoStream") -> int:
    """Ticks of one picture at the stream's nominal rate (1/25 s where it has none)."""
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    return max(1, round(1 / (rate * stream.time_base))) if rate > 0 else 1


def _first_picture(packet: "Packet"):
    import av

    try:
        decoded = packet.decode()
    except (av.error.FFmpegError, OSError):
        return None
    return decoded[0] if decoded else None


def _displayed(frame, stream: "VideoStream", turn: Orientation) -> tuple[int, int]:
    aspect = stream.sample_aspect_ratio or Fraction(1)
    wide = max(1, round(frame.width * aspect)) if Fraction(1, 16) <= aspect <= 16 else frame.width
    return (frame.height, wide) if turn.transposed else (wide, frame.height)


def _scan(container: "InputContainer", path: str | os.PathLike, most_pixels: int):
    """(stream, _Span, first frame) from every packet of the picture; only as many as needed are decoded."""
    stream = picture_stream(container, path)
    if stream.codec_context is None:
        raise UserError(f"{shown_name(path)}: the picture's codec is unknown")
    if stream.width * stream.height > most_pixels:
        raise UserError(f"{shown_name(path)}: pictures of {stream.width} x {stream.height} are too large (at most {most_pixels:,} pixels)")
    stream.thread_type = "SLICE"  # frame threads would hold back the first picture
    span, frame, read = _Span(_usual_step(stream)), None, 0
    for packet in packets(container, stream):
        read += 1
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
        raise UserError(f"{shown_name(path)}: {why}")
    return stream, span, frame


def _promised_s(container: "InputContainer", stream: "VideoStream") -> float:
    """Seconds of picture that the file's header speaks of; 0 where it says nothing reliable."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return container.duration / 1e6 if container.duration and not container.streams.audio else 0.0


def _warnings(container: "InputContainer", stream: "VideoStream", span: _Span) -> tuple[str, ...]:
    reached_s = float((span.end - span.first) * stream.time_base)
    promised_s = _promised_s(container, stream)
    if promised_s - reached_s > max(0.5, 0.02 * promised_s):
        return (f"the file is damaged or cut off: {reached_s:.2f} s of its {promised_s:.2f} s can be read; sound is made for those",)
    return ()


def probe(path: str | os.PathLike, *, allow_long: bool = False, limits: Limits = LIMITS) -> Clip:
    """Read what `path` is, by reading all packets of its picture (not decoding them) and decoding one picture.

    Args:
        path: a plain local file.
        allow_long: accept more than `limits.longest_s`.
        limits: bounds of an acceptable clip.

    Raises:
        UserError: one line that says why this is no usable clip.
    """
    name = shown_name(path)
    with open_media(path) as container:
        stream, span, frame = _scan(container, path, limits.most_pixels)
        turn = Orientation.of(frame)
        width, height = _displayed(frame, stream, turn)
        duration = (span.end - span.first) * stream.time_base
        if duration <= 0:
            raise UserError(f"{name}: the picture lasts 0 s")
        if duration < Fraction(limits.shortest_s).limit_denominator(10**6):
            what = "shows one picture" if span.shown == 1 else "lasts"
            raise UserError(f"{name}: {what} only {float(duration):.3f} s; sound needs a moving picture of at least {limits.shortest_s} s")
        if duration > limits.longest_s and not allow_long:
            hours = float(duration) / 3600
            raise UserError(f"{name}: lasts {hours:.1f} hours, more than the {limits.longest_s / 3600:g} allowed; cut it first")
        return Clip(
            path=Path(path),
            duration_s=float(duration),
            start_s=float(span.first * stream.time_base),
            width=width,
            height=height,
            rotation=turn.clockwise,
            has_sound=bool(container.streams.audio),
            frames=span.shown,
            codec=stream.codec_context.codec.canonical_name,
            container=container.format.name,
            pixel_format=frame.format.name,
            time_base=stream.time_base,
            start_tick=span.first,
            stream_index=stream.index,
            warnings=_warnings(container, stream, span),
        )
