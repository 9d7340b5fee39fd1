"""Pictures made larger without blocks."""

import cv2
import numpy as np
from jaxtyping import UInt8

_SHARPEN = 0.6


def enlarged(picture: UInt8[np.ndarray, "h w 3"], side: int) -> UInt8[np.ndarray, "side side 3"]:
    """A picture at `side` x `side`: Lanczos between its pixels, so that edges stay edges and no pixel shows
    as a block, then a little sharper at the scale of its own pixels; smaller ones are averaged over areas."""
    own = picture.shape[0]
    if side == own:
        return picture
    if side < own:
        return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    large = cv2.resize(picture, (side, side), interpolation=cv2.INTER_LANCZOS4)
    soft = cv2.GaussianBlur(large, (0, 0), 0.6 * side / own)
    return cv2.addWeighted(large, 1 + _SHARPEN, soft, -_SHARPEN, 0)
