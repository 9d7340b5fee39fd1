"""How a player turns or mirrors the stored picture: the display matrix of ISO 14496-12
8.3.2, as FFmpeg hands it on."""

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Orientation:
    """Transpose first, then flip. Only right angles: other angles are rounded to the nearest."""

    transposed: bool = False
    mirrored: bool = False
    upside_down: bool = False

    @classmethod
    def of(cls, frame) -> "Orientation":
        """The orientation that a decoded `av.VideoFrame` asks for.

        The matrix sends stored (x, y) to shown (a x + c y, b x + d y).
        """
        from av.sidedata.sidedata import SideDataContainer, Type

        # `frame.side_data` is kept by the frame and keeps the frame: a cycle, so that pictures would stay in
        # memory until the garbage collector comes. A container of our own is let go with the frame.
        try:
            beside = SideDataContainer(frame)  # type: ignore[call-arg]  # its stub has none
        except ValueError:  # a kind of side data that PyAV has no name for
            return cls._turned(frame.rotation)
        if Type.DISPLAYMATRIX not in [data.type for data in beside]:
            return cls()
        a, b, _, c, d = struct.unpack("5i", bytes(beside[Type.DISPLAYMATRIX])[:20])
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return cls(False, a < 0, d < 0)
        return cls(True, c < 0, b < 0)

    @classmethod
    def _turned(cls, counterclockwise: int) -> "Orientation":
        quarters = round(counterclockwise / 90) % 4
        return (cls(), cls(True, False, True), cls(False, True, True), cls(True, True, False))[quarters]

    @property
    def clockwise(self) -> int:
        """Degrees of clockwise turn (0, 90, 180, 270); a mirrored picture reports the
        turn without the mirroring."""
        if self.transposed:
            return 90 if self.mirrored else 270
        return 180 if self.mirrored and self.upside_down else 0

    def applied(self, picture: "np.ndarray") -> "np.ndarray":
        """`picture` (H, W, ...) as a player shows it, (W, H, ...) when turned by a quarter."""
        import numpy as np

        if self.transposed:
            picture = picture.swapaxes(0, 1)
        if self.mirrored:
            picture = picture[:, ::-1]
        if self.upside_down:
            picture = picture[::-1]
        return np.ascontiguousarray(picture)
