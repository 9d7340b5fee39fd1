"""A still image: as the first picture of a film that is to be made, or as the one that is shown all along."""

import os

import cv2
import numpy as np
from jaxtyping import UInt8

from ta_v2a.errors import UserError
from ta_v2a.media.reading.apart import answers
from ta_v2a.media.reading.limits import LIMITS, check_size
from ta_v2a.media.reading.opening import open_media, plain_file, shown_name
from ta_v2a.media.reading.orientation import Orientation
from ta_v2a.media.reading.pulse import Pulse


def read_still(path: str | os.PathLike, side: int) -> UInt8[np.ndarray, "side side 3"]:
    """The middle square of an image, upright, at `side` x `side` pixels.

    FFmpeg reads in a process of its own, bounded in time and memory (`ta_v2a.media.reading.apart`).

    Raises:
        UserError: it is no image that can be read.
    """
    file = plain_file(path)
    name = shown_name(file)
    for facts, data in answers("still", name, path=os.fspath(file), side=side):
        return np.frombuffer(data, np.uint8).reshape(facts["shape"]).copy()
    raise UserError(f"{name}: no picture in it can be decoded")


def read_whole_still(path: str | os.PathLike, longest: int) -> UInt8[np.ndarray, "h w 3"]:
    """All of an image, upright, made smaller where a side is longer than `longest`; both sides even.

    Raises:
        UserError: it is no image that can be read.
    """
    file = plain_file(path)
    name = shown_name(file)
    for facts, data in answers("still", name, path=os.fspath(file), side=longest, square=False):
        return np.frombuffer(data, np.uint8).reshape(facts["shape"]).copy()
    raise UserError(f"{name}: no picture in it can be decoded")


def decoded_still(path: str, side: int, pulse: Pulse, square: bool = True) -> np.ndarray:
    """`read_still`, or `read_whole_still`, in the process that reads.

    Raises:
        UserError: as there.
    """
    import av

    cv2.setNumThreads(1)
    name = shown_name(path)
    with open_media(path, stills=True) as container:
        if not container.streams.video:
            raise UserError(f"{name}: no picture in it can be decoded")
        context = container.streams.video[0]
        check_size(name, context.width, context.height, None, LIMITS.most_pixels)
        try:
            frame = next(container.decode(video=0))
        except (av.error.FFmpegError, StopIteration, OSError):
            raise UserError(f"{name}: no picture in it can be decoded") from None
        check_size(name, frame.width, frame.height, frame.format.name, LIMITS.most_pixels)
        pulse(pixels=frame.width * frame.height)
        picture = Orientation.of(frame).applied(frame.to_ndarray(format="rgb24"))
    height, width = picture.shape[:2]
    if not square:
        share = min(1.0, side / max(height, width))
        size = tuple(max(2, round(share * edge) // 2 * 2) for edge in (width, height))
        return cv2.resize(np.ascontiguousarray(picture), size, interpolation=cv2.INTER_AREA)
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    middle = np.ascontiguousarray(picture[top : top + edge, left : left + edge])
    how = cv2.INTER_AREA if edge >= side else cv2.INTER_CUBIC
    return cv2.resize(middle, (side, side), interpolation=how)
