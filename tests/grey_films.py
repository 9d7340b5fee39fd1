"""Pictures of films that nothing is seen in."""

from collections.abc import Iterator

import numpy as np

STEP = 8  # grey levels between one picture and the next


def grey(index: int, height: int = 48, width: int = 64) -> np.ndarray:
    """(height, width) uint8, all of one level; it begins again after 28 pictures."""
    return np.full((height, width), 20 + STEP * (index % 28), np.uint8)


def greys(count: int, height: int = 48, width: int = 64) -> Iterator[np.ndarray]:
    return (grey(index, height, width) for index in range(count))
