"""Pictures in memory, in whatever they are handed over: numpy arrays, torch tensors, lists of pictures."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, no_type_check

import cv2
import numpy as np
import torch
from jaxtyping import UInt8

from ta_v2a.errors import UserError

SMALLEST_SIDE_PX = 8  # of a picture: what is narrower is an axis of channels, or of something else
CHANNELS = (1, 3, 4)  # grey, RGB, RGBA
FEWEST_PICTURES = 5  # of the films of a batch: fewer are channels
ACCEPTED = (
    "pictures are uint8, or floats in [0, 1], of shape (N,H,W), (N,H,W,C) or (N,C,H,W) with C = 1, 3 or 4 "
    f"(grey, RGB, RGBA), or grey films (B,N,H,W) of N >= {FEWEST_PICTURES} pictures, "
    f"H and W >= {SMALLEST_SIDE_PX}; or a list of such pictures or PIL images of one size"
)
_SLACK = 1e-3  # by which resizing may pass the range of floats


@dataclass(frozen=True)
class Pictures:
    """`films` films of `count` pictures each; `shown(film, picture)` is one, grey or RGB, converted when asked for."""

    films: int
    count: int
    shown: Callable[[int, int], np.ndarray]


@no_type_check  # checks its argument itself
def read_pictures(given: Any) -> Pictures:
    """Pictures of one film, or grey films (B,N,H,W), as `ACCEPTED` says. Alpha is dropped, as from files.

    The range of floats is looked at here, picture by picture, so that nothing is refused amid the work.

    Raises:
        UserError: for another type, shape or range, and for a shape that could mean several things.
    """
    if isinstance(given, list | tuple):
        return _film_of_list(given)
    source = _array(given)
    shape = tuple(source.shape)
    if len(shape) == 4 and _channel_axis(shape[1:]) is None and shape[1] >= FEWEST_PICTURES:
        return read_grey_films(source)
    channels = _channel_axis(shape[1:]) if len(shape) == 4 else None
    if 0 in shape or not (channels is not None or (len(shape) == 3 and min(shape[1:]) >= SMALLEST_SIDE_PX)):
        raise _refused(source)
    _check_range(source)
    return Pictures(1, shape[0], lambda _, index: _eight_bits(_values(source[index]), channels))


@no_type_check
def read_grey_films(given: Any) -> Pictures:
    """Films (B,N,H,W), grey, whatever B and N.

    Raises:
        UserError: for another type, shape or range.
    """
    source = _array(given)
    if len(source.shape) != 4 or 0 in source.shape or min(source.shape[2:]) < SMALLEST_SIDE_PX:
        raise _refused(source)
    for film in source:
        _check_range(film)
    return Pictures(*source.shape[:2], lambda film, index: _eight_bits(_values(source[film][index]), None))


def _film_of_list(given: Sequence[Any]) -> Pictures:
    """A list of pictures (H,W), (H,W,C), (C,H,W) or PIL images is one film."""
    for index, picture in enumerate(given):
        if _is_image(picture):
            if picture.mode[0] in "IF":
                raise UserError(f"picture {index} is a PIL image of mode {picture.mode!r}: convert it to 'RGB' first")
        elif not isinstance(picture, np.ndarray | torch.Tensor):
            raise UserError(f"{ACCEPTED}; not a list that holds a {type(picture).__name__}")
    shapes = list(dict.fromkeys(map(_shape, given)))
    if len(shapes) != 1:
        found = f"{shapes[0]} and {shapes[1]}" if shapes else "an empty list"
        raise UserError(f"{ACCEPTED}; not {found}")
    shape, channels = shapes[0], _channel_axis(shapes[0])
    arrays = [picture for picture in given if not _is_image(picture)]
    wrong = next((picture for picture in arrays if not _is_readable(picture)), None)
    if wrong is not None:
        raise _refused(wrong)
    if channels is None and (len(shape) != 2 or min(shape) < SMALLEST_SIDE_PX):
        raise UserError(f"{ACCEPTED}; not a list of pictures of shape {shape}")
    _check_range(arrays)
    return Pictures(1, len(given), lambda _, index: _eight_bits(_values(given[index]), channels))


def _array(given: Any) -> np.ndarray | torch.Tensor:
    """The array itself if it is one that is read."""
    if not hasattr(given, "__array__") or _is_image(given):
        raise UserError(f"video is the name of a file or pictures, not {type(given).__name__}; {ACCEPTED}")
    source = given if isinstance(given, torch.Tensor) else np.asarray(given)
    if not _is_readable(source):
        raise _refused(source)
    return source


def _is_image(picture: Any) -> bool:
    """Whether it is a PIL image, without importing PIL."""
    return hasattr(picture, "convert") and hasattr(picture, "mode")


def _is_readable(source: np.ndarray | torch.Tensor) -> bool:
    if isinstance(source, torch.Tensor):
        return source.dtype == torch.uint8 or source.is_floating_point()
    return source.dtype == np.uint8 or np.issubdtype(source.dtype, np.floating)


def _refused(source: np.ndarray | torch.Tensor) -> UserError:
    return UserError(f"{ACCEPTED}; not {str(source.dtype).removeprefix('torch.')} {tuple(source.shape)}")


def _shape(picture: Any) -> tuple[int, ...]:
    """(H, W) or with channels; of an image as `_values` gives it."""
    if not _is_image(picture):
        return tuple(picture.shape)
    return (picture.height, picture.width) if picture.mode == "L" else (picture.height, picture.width, 3)


def _channel_axis(shape: tuple[int, ...]) -> int | None:
    """Which axis of (H,W,C) or (C,H,W) holds channels; None for all that is neither."""
    if len(shape) != 3:
        return None
    for axis, sides in ((2, shape[:2]), (0, shape[1:])):
        if shape[axis] in CHANNELS and min(sides) >= SMALLEST_SIDE_PX:
            return axis
    return None


def _values(picture: Any) -> np.ndarray:
    """One picture as a numpy array; an image as (H, W) or (H, W, 3)."""
    if isinstance(picture, torch.Tensor):
        picture = picture.detach().cpu()
        return (picture.float() if picture.is_floating_point() else picture).numpy()
    if _is_image(picture):
        return np.asarray(picture if picture.mode == "L" else picture.convert("RGB"))
    return picture


def _eight_bits(values: np.ndarray, channels: int | None) -> np.ndarray:
    """uint8 (H, W), or (H, W, 3) where the picture has colours; alpha is dropped."""
    if values.dtype != np.uint8:
        values = (values.astype(np.float32) * 255 + 0.5).clip(0, 255).astype(np.uint8)
    if channels is None:
        return values
    values = np.moveaxis(values, channels, -1)
    return values[..., 0] if values.shape[-1] == 1 else np.ascontiguousarray(values[..., :3])


def as_luma(picture: UInt8[np.ndarray, "height width *rgb"]) -> UInt8[np.ndarray, "height width"]:
    """Luma by the weights of ITU-R BT.601, as of files."""
    return picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)


def as_rgb(picture: UInt8[np.ndarray, "height width *rgb"]) -> UInt8[np.ndarray, "height width 3"]:
    """A grey picture has three equal channels."""
    return picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=-1)


def _check_range(pictures: Iterable[np.ndarray | torch.Tensor]) -> None:
    """Raises UserError unless all floats lie in [0, 1]; holds one picture at a time."""
    low, high = 0.0, 1.0
    for index, values in enumerate(_floats(pictures)):
        lowest, highest = float(values.min()), float(values.max())
        if not (np.isfinite(lowest) and np.isfinite(highest)):
            raise UserError(f"picture {index} holds NaN or infinite values")
        low, high = min(low, lowest), max(high, highest)
    if low >= -_SLACK and high <= 1 + _SLACK:
        return
    if -1 - _SLACK <= low < 0 and high <= 1 + _SLACK:
        advice = "these look like [-1, 1]: hand over (pictures + 1) / 2"
    elif low >= 0 and high <= 256:
        advice = "these look like [0, 255]: divide by 255, or hand over uint8"
    else:
        advice = "scale them first"
    raise UserError(f"pictures of floats lie in [0, 1], not in [{low:g}, {high:g}]; {advice}")


def _floats(pictures: Iterable[np.ndarray | torch.Tensor]) -> Iterator[np.ndarray]:
    for picture in pictures:
        if picture.dtype not in (np.uint8, torch.uint8):
            yield _values(picture)
