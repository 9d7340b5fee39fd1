"""A still image as the clip of an order: a film that shows it, whose sound is made like any film's."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import repeat
from pathlib import Path

from ta_v2a.delivery.job import Order
from ta_v2a.engine.arguments import number
from ta_v2a.errors import UserError
from ta_v2a.media.reading.still import read_whole_still
from ta_v2a.media.writing.atomic import output_file
from ta_v2a.media.writing.film import write_film

STILL_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")
STILL_FPS = 25
LONGEST_STILL_PX = 1920
LONGEST_STILL_S = 600.0


@contextmanager
def still_as_film(order: Order) -> Iterator[Order]:
    """The order of a film that shows the still; what nobody named is called after the still, beside it.

    Raises:
        UserError: the still cannot be read, or an order of a film says how long it is.
    """
    still = Path(order.clip)
    if order.still_s is None:
        yield order
        return
    if still.suffix.lower() not in STILL_ENDINGS:
        raise UserError(f"--seconds is for a still image ({', '.join(STILL_ENDINGS)}), not for {order.clip}")
    seconds = number("seconds", order.still_s, 0.5, LONGEST_STILL_S)
    picture = read_whole_still(still, LONGEST_STILL_PX)
    output = str(still.parent) if order.output is None else order.output
    if not Path(output).is_dir():
        output_file(output, still)
    with tempfile.TemporaryDirectory(prefix="ta-v2a-") as folder:
        film = Path(folder) / f"{still.stem}.mp4"
        pictures = repeat(picture, max(1, round(seconds * STILL_FPS)))
        write_film(film, pictures, STILL_FPS, options={"crf": "16", "preset": "veryfast"})
        yield replace(order, clip=str(film), output=output, still_s=None)
