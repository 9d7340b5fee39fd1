"""Times for a bare stream whose packets have none; runs in the process that `ta_v2a.media.reading.apart` starts."""

import os

from ta_v2a.media.reading.limits import check_size, threads
from ta_v2a.media.reading.opening import open_media, shown_name
from ta_v2a.media.reading.probe import packets, video_stream
from ta_v2a.media.reading.pulse import Pulse


def rebuilt_ticks(path: str | os.PathLike, stream_index: int, step: int, most_pixels: int, pulse: Pulse) -> tuple[tuple[int, int], ...]:
    """Presentation and decoding tick of every packet: only the decoder knows the order of the pictures.

    Args:
        path, stream_index: the picture's track.
        step: ticks of one picture.
        most_pixels: of a picture at 8 bits.
        pulse: signs of life.

    Returns:
        (pts, dts) a packet, in the file's order: the first picture is shown at 0, dts ascends by `step`
        and is never above pts. Empty where not every packet is exactly one picture.

    Raises:
        UserError: a picture is too large.
    """
    import av

    shown: list[int | None] = []
    read = 0
    with open_media(path) as container:
        stream = video_stream(container, stream_index)
        stream.codec_context.thread_count = threads(stream.width, stream.height)
        try:
            for packet in packets(container, stream):
                pulse(packet.size)
                packet.pts = packet.dts = read
                read += 1
                for frame in packet.decode():
                    check_size(shown_name(path), frame.width, frame.height, frame.format.name, most_pixels)
                    pulse(pixels=frame.width * frame.height)
                    shown.append(frame.pts)
            shown += [frame.pts for frame in stream.codec_context.decode(None)]
        except MemoryError:
            raise
        except (av.error.FFmpegError, OSError):
            return ()
    place = {number: index for index, number in enumerate(shown)}
    if len(shown) != read or set(place) != set(range(read)):
        return ()
    delay = max(number - place[number] for number in range(read))
    return tuple((place[number] * step, (number - delay) * step) for number in range(read))
