"""A clip's picture encoded anew as H.264, for clips whose own picture hardly any player shows."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.reading.orientation import Orientation
from ta_v2a.media.reading.probe import Clip, packets, video_stream

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

_BT709 = 1
_LIMITED, _FULL = 1, 2
STEADY_X264 = {"mbtree": "0"}
"""For the same bytes from the same pictures: x264's macroblock tree reads what lies beside small ones."""
_SETTINGS = {"crf": "18", "preset": "fast", **STEADY_X264}


def encoded_track(target: "OutputContainer", clip: Clip, template: "VideoStream") -> "VideoStream":
    """An H.264 stream of `target` for the pictures of `template`: even sides, 4:2:0,
    the pixels' shape as it was."""
    rate = Fraction(clip.fps).limit_denominator(1001)
    stream = target.add_stream("libx264", rate=rate, options=dict(_SETTINGS))
    stream.width, stream.height, stream.pix_fmt = (
        (template.width + 1) // 2 * 2,
        (template.height + 1) // 2 * 2,
        "yuv420p",
    )
    stream.codec_context.time_base = stream.time_base = clip.time_base
    stream.codec_context.sample_aspect_ratio = template.sample_aspect_ratio or Fraction(1)
    return stream


def _shown(clip: Clip) -> "Iterator[tuple[int, VideoFrame]]":
    """(presentation tick, picture) of whatever can be decoded, in order; a picture without a
    time follows the one before."""
    import av

    step = max(1, round(1 / (clip.fps * float(clip.time_base))))
    following = clip.start_tick
    with open_media(clip.path) as container:
        stream = video_stream(container, clip.stream_index)
        stream.thread_type = "AUTO"
        ended = False
        read = packets(container, stream)
        while not ended:
            packet = next(read, None)
            ended = packet is None
            try:
                frames = stream.codec_context.decode(packet)
            except (av.error.FFmpegError, OSError):
                continue
            for frame in frames:
                tick = following if frame.pts is None else frame.pts
                following = tick + step
                yield tick, frame


def _tell(stream: "VideoStream", frame: "VideoFrame") -> bool:
    """Hand the first picture's colours and turn to the encoder; whether it is RGB or grey
    and so gets its matrix here."""
    context, rgb = (
        stream.codec_context,
        not frame.format.name.startswith(("yuv", "nv", "p0", "p2", "y2", "uyvy")),
    )
    told = (_BT709,) * 3 if rgb else (frame.colorspace, frame.color_primaries, frame.color_trc)
    context.colorspace, context.color_primaries, context.color_trc = told
    context.color_range = _LIMITED
    turn = Orientation.of(frame)
    if turn != Orientation():
        across, down = -1 if turn.mirrored else 1, -1 if turn.upside_down else 1
        a, b, c, d = (0, down, across, 0) if turn.transposed else (across, 0, 0, down)
        stream.set_display_matrix([a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30])
    return rgb


def _prepared(reformatter: Any, frame: "VideoFrame", stream: "VideoStream", rgb: bool) -> "VideoFrame":
    """One picture in the encoder's size and format, in limited range."""
    full = rgb or frame.color_range == _FULL or frame.format.name.startswith("yuvj")
    return reformatter.reformat(
        frame,
        width=stream.width,
        height=stream.height,
        format="yuv420p",
        dst_colorspace="ITU709" if rgb else None,
        src_color_range="JPEG" if full else "MPEG",
        dst_color_range="MPEG",
    )


def encoded_pictures(clip: Clip, stream: "VideoStream") -> "Iterator[Packet]":
    """Packets of every picture that the clip shows, at the clip's own times, for a
    stream made by `encoded_track`.

    One picture is held at a time, beside those that the encoder looks ahead at.
    """
    from av.video.reformatter import VideoReformatter

    lasts: dict[int, int] = {}
    reformatter, rgb, before = VideoReformatter(), False, clip.start_tick
    held: VideoFrame | None = None  # the one of `before`
    end = clip.start_tick + round(clip.duration_s / clip.time_base)

    def encoded(frame: "VideoFrame | None") -> "Iterator[Packet]":
        for packet in stream.encode(frame):
            packet.duration = 0 if packet.pts is None else lasts.pop(packet.pts, 0)
            yield packet

    for tick, frame in _shown(clip):
        if held is None:
            rgb = _tell(stream, frame)
        elif tick <= before:  # two pictures at one time: the second is never seen
            continue
        else:
            lasts[before] = tick - before
            yield from encoded(held)
        held = _prepared(reformatter, frame, stream, rgb)
        held.pts, held.time_base, held.pict_type = tick, clip.time_base, 0
        before = tick
    if held is not None:
        lasts[before] = max(1, end - before)
        yield from encoded(held)
    yield from encoded(None)
