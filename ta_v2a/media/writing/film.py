"""Writing a silent film from pictures: scenes of the stage, test clips."""

import os
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path

import numpy as np

from ta_v2a.media.writing.atomic import output_file, whole_file
from ta_v2a.media.writing.containers import container_for
from ta_v2a.media.writing.encoding import STEADY_X264


def _picture_frame(picture: np.ndarray, pixel_format: str):
    import av

    stored = "gray" if picture.ndim == 2 else "rgb24"
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture, np.uint8), format=stored)
    return frame if stored == pixel_format else frame.reformat(format=pixel_format)


def write_film(
    out_path: str | os.PathLike,
    pictures: Iterable[np.ndarray],
    fps: int | float | Fraction,
    *,
    times_s: Sequence[float] | np.ndarray | None = None,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    muxer: str | None = None,
) -> Path:
    """Encode pictures to a film without sound; the file appears whole or not at all.

    Args:
        out_path: the film; its ending names the container unless `muxer` does.
        pictures: each (H, W) or (H, W, 3) uint8, all of one size.
        fps: pictures per second.
        times_s: presentation time of every picture where the rate varies, ascending; may
            start later or earlier than 0.
        codec, pixel_format, options: FFmpeg's encoder, its pixel format and settings (e.g. {"crf": "18"}).
        muxer: FFmpeg's container name for endings outside `CONTAINERS`.

    Returns:
        The file written.

    Raises:
        UserError: the file cannot be written.
    """
    import av
    from av.video.stream import VideoStream

    out = output_file(out_path)
    rate = Fraction(fps).limit_denominator(1_001_000)
    pictures = iter(pictures)
    first = next(pictures)
    ticks = 90_000 if times_s is not None else rate
    own = STEADY_X264 if codec == "libx264" else {}
    with (
        whole_file(out) as temporary,
        av.open(f"file:{temporary}", "w", format=muxer or container_for(out).muxer) as target,
    ):
        stream = target.add_stream(codec, rate=rate, options={**own, **(options or {})})
        assert isinstance(stream, VideoStream)
        stream.height, stream.width, stream.pix_fmt = first.shape[0], first.shape[1], pixel_format
        stream.codec_context.time_base = 1 / Fraction(ticks)
        for index, picture in enumerate(chain([first], pictures)):
            frame = _picture_frame(picture, pixel_format)
            frame.pts = index if times_s is None else round(times_s[index] * ticks)
            frame.time_base = stream.codec_context.time_base
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out
