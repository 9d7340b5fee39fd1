"""One decoded frame to a small square of luma, area-averaged, whatever its pixel format."""

import re

import cv2
import numpy as np

# Formats whose first plane is the luma itself: it is read in place, without a conversion of the whole picture.
_LUMA_FIRST = re.compile(r"^(yuvj?a?4\d\dp|nv12|nv21|nv16|nv24|gray)(?:(9|10|12|14|16)le)?$")
_FULL_RANGE = 2  # AVCOL_RANGE_JPEG
_LIMITED_RANGE = 1  # AVCOL_RANGE_MPEG


def _plane(frame, bytes_per_value: int) -> np.ndarray | None:
    """(H, W) view of the first plane, or None where its layout is unusual."""
    plane = frame.planes[0]
    if plane.line_size < frame.width * bytes_per_value or plane.line_size % bytes_per_value:
        return None
    values = np.frombuffer(plane, np.uint8 if bytes_per_value == 1 else np.uint16)
    stride = plane.line_size // bytes_per_value
    if values.size < stride * frame.height:
        return None
    return values[: stride * frame.height].reshape(frame.height, stride)[:, : frame.width]


def _is_full_range(frame, name: str) -> bool:
    if frame.color_range == _FULL_RANGE or name.startswith("yuvj"):
        return True
    return name.startswith("gray") and frame.color_range != _LIMITED_RANGE


def luma(frame, size_px: int) -> np.ndarray:
    """The whole picture squeezed to a square.

    Args:
        frame: an `av.VideoFrame` of any pixel format; the picture is not turned.
        size_px: side of the square.

    Returns:
        (size_px, size_px) uint8, full range: limited-range luma 16..235 becomes 0..255 (ITU-R BT.601 section 2.5.3).
    """
    name = frame.format.name
    known = _LUMA_FIRST.match(name)
    plane = _plane(frame, 2 if known[2] else 1) if known else None
    if known is None or plane is None:
        # Colour and palette formats: FFmpeg's own conversion, BT.601 weights, full range.
        grey = frame.reformat(format="gray").to_ndarray()
        return cv2.resize(grey, (size_px, size_px), interpolation=cv2.INTER_AREA)
    small = cv2.resize(plane, (size_px, size_px), interpolation=cv2.INTER_AREA)
    if known[2] is None and _is_full_range(frame, name):
        return small
    values = small.astype(np.float32) / (1 << (int(known[2] or 8) - 8))
    if not _is_full_range(frame, name):
        values = (values - 16.0) * (255.0 / 219.0)
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
