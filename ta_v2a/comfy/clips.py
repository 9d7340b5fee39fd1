"""ComfyUI's VIDEO or IMAGE as the file of a clip."""

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ta_v2a.engine.arguments import number
from ta_v2a.engine.arrays import read_pictures
from ta_v2a.engine.pictures import FASTEST_FPS
from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import open_media
from ta_v2a.media.writing.film import write_film

_QUALITY = {"crf": "16", "preset": "fast"}


def video_file(video: Any, folder: Path) -> Path:
    """The file of a VIDEO: its own where it shows all of it, so that the picture stays untouched; what was
    trimmed, cropped or lies in memory is saved into `folder` by the VIDEO itself.

    Raises:
        UserError: it is no VIDEO.
    """
    if not all(hasattr(video, name) for name in ("get_stream_source", "save_to", "get_dimensions")):
        raise UserError(f"video is a VIDEO of ComfyUI, not {type(video).__name__}")
    try:
        source = video.get_stream_source()
    except ValueError:  # some versions of ComfyUI cannot write pictures in memory into memory
        source = None
    if isinstance(source, str | PathLike) and _shows_all(video, Path(source)):
        return Path(source)
    saved = folder / "clip.mp4"
    video.save_to(str(saved))
    return saved


def _shows_all(video: Any, file: Path) -> bool:
    """Whether a VIDEO is its whole file; versions of ComfyUI that cannot trim do not say."""
    trimmed = getattr(video, "get_active_trim_window", lambda: (0.0, 0.0))()
    if any(trimmed):
        return False
    with open_media(file) as container:
        stream = next(iter(container.streams.video), None)
        sides = None if stream is None else {stream.width, stream.height}
    return sides is None or sides == set(video.get_dimensions())


def image_file(images: torch.Tensor, fps: float, folder: Path) -> Path:
    """A film of an IMAGE (pictures, height, width, channels) in [0, 1], `fps` of them a second, H.264; odd
    sides get their last row or column once more.

    Raises:
        UserError: it is no IMAGE, or no such rate.
    """
    rate = number("fps", fps, 0, FASTEST_FPS)
    if not rate:
        raise UserError("fps is above 0, not 0")
    pictures = read_pictures(images)
    frames = (_even(pictures.shown(0, index)) for index in range(pictures.count))
    return write_film(folder / "clip.mp4", frames, rate, options=dict(_QUALITY))


def _even(picture: np.ndarray) -> np.ndarray:
    high, wide = (side % 2 for side in picture.shape[:2])
    return np.pad(picture, ((0, high), (0, wide), *((0, 0),) * (picture.ndim - 2)), mode="edge")
