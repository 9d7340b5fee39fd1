"""What a clip is: lengths and sizes as they are shown, from its packets and its first decoded picture."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ta_v2a.media.reading.apart import answers
from ta_v2a.media.reading.limits import LIMITS, Limits
from ta_v2a.media.reading.opening import plain_file, shown_name

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream
    from av.video.stream import VideoStream


@dataclass(frozen=True)
class SoundTrack:
    """One sound track of a clip, decodable or not.

    Attributes:
        index: of the stream in the file.
        codec: FFmpeg's name, e.g. "aac"; "unknown" where FFmpeg knows none.
        decodable: whether there is a decoder, and the track says how many channels it has at which rate.
        channels, rate_hz: 0 where the file does not say.
    """

    index: int
    codec: str
    decodable: bool
    channels: int
    rate_hz: int


@dataclass(frozen=True)
class Clip:
    """One clip's facts. The *picture* rules: sound is made as long as the picture and starts with it.

    Attributes:
        path: the file.
        duration_s: last presentation time + last picture's duration - first presentation time, after edit lists, in seconds.
        start_s: first presentation time on the file's own time line, in seconds (0 for most files).
        width, height: as displayed (pixel aspect ratio and rotation applied), in pixels.
        rotation: clockwise degrees by which a player turns the stored picture: 0, 90, 180 or 270.
        has_sound: whether the file has a sound track, decodable or not.
        frames: pictures shown (an estimate where the container is damaged).
        codec, container: FFmpeg's names, e.g. "h264", "mov,mp4,m4a,3gp,3g2,mj2".
        time_base: seconds of one tick of the picture's clock.
        start_tick: first presentation time in ticks.
        pixel_aspect: width of one stored pixel over its height, by the container's word if it says one, else the
            codec's; 1 where neither does.
        timed: whether every packet of the picture has a time. A bare stream (.h264, .h265) has none: its pictures are
            taken to follow each other at its nominal rate.
        rebuilt_ticks: (pts, dts) of every packet of such a stream, in the file's order, for whoever copies it into
            a container; empty where packets have times of their own, or where they cannot be rebuilt.
        sound_tracks: all of them, in the file's order.
        own_sound_index: stream index of the track that `own_sound` reads; None where none can be decoded.
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
    pixel_aspect: Fraction = Fraction(1)
    timed: bool = True
    rebuilt_ticks: tuple[tuple[int, int], ...] = ()
    sound_tracks: tuple[SoundTrack, ...] = ()
    own_sound_index: int | None = None
    warnings: tuple[str, ...] = ()

    @property
    def fps(self) -> float:
        """Mean pictures per second."""
        return self.frames / self.duration_s

    def as_json(self) -> dict[str, Any]:
        """All fields as JSON holds them."""
        return {
            **{field.name: getattr(self, field.name) for field in fields(self)},
            "path": os.fspath(self.path),
            "time_base": str(self.time_base),
            "pixel_aspect": str(self.pixel_aspect),
            "sound_tracks": [asdict(track) for track in self.sound_tracks],
        }

    @classmethod
    def from_json(cls, facts: dict[str, Any]) -> "Clip":
        """The clip that `as_json` wrote down."""
        return cls(
            **{
                **facts,
                "path": Path(facts["path"]),
                "time_base": Fraction(facts["time_base"]),
                "pixel_aspect": Fraction(facts["pixel_aspect"]),
                "sound_tracks": tuple(SoundTrack(**track) for track in facts["sound_tracks"]),
                "rebuilt_ticks": tuple((pts, dts) for pts, dts in facts["rebuilt_ticks"]),
                "warnings": tuple(facts["warnings"]),
            }
        )


def video_stream(container: "InputContainer", index: int) -> "VideoStream":
    """The track of an index, which is one of pictures."""
    from av.video.stream import VideoStream

    stream = container.streams[index]
    assert isinstance(stream, VideoStream)
    return stream


def tick_s(stream: "Stream") -> Fraction:
    """Seconds of one tick of a track."""
    assert stream.time_base is not None  # FFmpeg gives one to every track that it reads
    return stream.time_base


def packets(container: "InputContainer", *streams: "Stream") -> "Iterator[Packet]":
    """The packets of some streams until the end or the first place where the container cannot be read further (no flush packets).

    Raises:
        MemoryError: reading takes more memory than this process may have.
    """
    import av

    try:
        for packet in container.demux(*streams):
            if packet.size:
                yield packet
    except MemoryError:
        raise
    except (av.error.FFmpegError, OSError):
        return


def probe(path: str | os.PathLike, *, allow_long: bool = False, limits: Limits = LIMITS) -> Clip:
    """Read what `path` is, by reading all packets of its picture (not decoding them) and decoding one picture.

    FFmpeg reads in a process of its own, bounded in time and memory (`ta_v2a.media.reading.apart`).

    Args:
        path: a plain local file.
        allow_long: accept more than `limits.longest_s`.
        limits: bounds of an acceptable clip.

    Raises:
        UserError: one line that says why this is no usable clip.
    """
    path = plain_file(path)
    given = {"path": os.fspath(path), "allow_long": allow_long, "limits": asdict(limits)}
    [(found, _)] = answers("probe", shown_name(path), **given)
    return Clip.from_json(found)
