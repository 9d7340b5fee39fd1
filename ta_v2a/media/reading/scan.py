"""A clip's facts from FFmpeg; runs in the process that `ta_v2a.media.reading.apart` starts."""

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from ta_v2a.errors import UserError
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

    moving = [stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic]
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
    """Presentation times gathered from packets, in ticks."""

    step: int
    first: int | None = None
    end: int = 0
    last: int = 0
    shown: int = 0
    clock: int = 0
    untimed: int = 0

    def add(self, packet: "Packet") -> None:
        if packet.is_discard:  # decoded for reference only: an edit list hides it
            return
        tick = packet.pts if packet.pts is not None else packet.dts
        if tick is None:
            tick, self.untimed = self.clock, self.untimed + 1
        lasts = packet.duration if packet.duration and packet.duration > 0 else self.step
        self.clock = tick + lasts
        self.first = tick if self.first is None else min(self.first, tick)
        if self.shown == 0 or tick >= self.last:
            self.last, self.end = tick, tick + lasts
        self.shown += 1

    @property
    def ticks(self) -> int:
        """How long they last."""
        return 0 if self.first is None else self.end - self.first


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
    return stream, span, frame


def _promised_s(container: "InputContainer", stream: "VideoStream") -> float:
    """Seconds of picture that the file's header speaks of; 0 where it says nothing reliable."""
    if stream.duration:
        return float(stream.duration * tick_s(stream))
    return container.duration / 1e6 if container.duration and not container.streams.audio else 0.0


def _warnings(container: "InputContainer", stream: "VideoStream", span: _Span) -> tuple[str, ...]:
    reached_s = float(span.ticks * tick_s(stream))
    promised_s = _promised_s(container, stream)
    if promised_s - reached_s > max(0.5, 0.02 * promised_s):
        return (f"the file is damaged or cut off: {reached_s:.2f} s of its {promised_s:.2f} s can be read; sound is made for those",)
    return ()


def _sound_track(stream: "AudioStream") -> SoundTrack:
    context = stream.codec_context
    if context is None:
        return SoundTrack(stream.index, "unknown", False, 0, 0)
    channels, rate_hz = int(context.channels or 0), int(context.rate or 0)
    return SoundTrack(stream.index, context.codec.canonical_name, channels > 0 and rate_hz > 0, channels, rate_hz)


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
    name = shown_name(path)
    with open_media(path) as container:
        stream, span, frame = _scan(container, path, limits.most_pixels, pulse)
        turn, aspect = Orientation.of(frame), pixel_aspect(stream)
        width, height = _displayed(frame, aspect, turn)
        time_base = tick_s(stream)
        duration = span.ticks * time_base
        if duration <= 0:
            raise UserError(f"{name}: the picture lasts 0 s")
        if duration < Fraction(limits.shortest_s).limit_denominator(10**6):
            what = "shows one picture" if span.shown == 1 else "lasts"
            raise UserError(f"{name}: {what} only {float(duration):.3f} s; sound needs a moving picture of at least {limits.shortest_s} s")
        if duration > limits.longest_s and not allow_long:
            hours = float(duration) / 3600
            raise UserError(f"{name}: lasts {hours:.1f} hours, more than the {limits.longest_s / 3600:g} allowed; cut it first")
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
            sound_tracks=tracks,
            own_sound_index=_own_sound_index(container, tracks),
            warnings=_warnings(container, stream, span),
        )
