"""Things that move and make no sound: so that motion alone is no evidence."""

import numpy as np

from ta_v2a.stage.picture.motion import smooth_walk
from ta_v2a.stage.picture.place import Layer, Place, sliding
from ta_v2a.stage.picture.texture import colour


def distract(p: Place) -> None:
    """Adds one silent moving thing: passes by, sways, grows, blinks softly, slides,
    or reaches without touching."""
    rng = p.rng
    mode = int(rng.integers(7))
    width, height = rng.uniform(0.1, 0.9, 2)
    if mode == 4:
        layer = sliding(
            p, width, height, tuple(rng.uniform(-1, 1, 2)), colour(rng, None), rng.uniform(0.3, 0.9)
        )
        p.layers.append(layer)
        return
    raster = p.thing(width, height)
    sway_x, sway_y = (smooth_walk(rng, rng.uniform(0.2, 1.2), rng.uniform(0.03, 0.3)) for _ in range(2))
    turn = smooth_walk(rng, 0.6, rng.uniform(0, 1.0))
    if mode == 0:
        speed, start = rng.uniform(0.1, 0.8) * rng.choice([-1, 1]), rng.uniform(0, p.duration_s)
        p.layers.append(Layer(raster, lambda t: p.x + speed * (t - start), lambda t: p.y + 0.2 * sway_y(t)))
    elif mode in (1, 6):
        p.layers.append(Layer(raster, lambda t: p.x + sway_x(t), lambda t: p.y + sway_y(t), turn))
    elif mode == 2:
        grow = smooth_walk(rng, 0.5, 0.5)
        p.layers.append(Layer(raster, p.x, p.y, 0.0, lambda t: 1 + grow(t), lambda t: 1 + grow(t)))
    elif mode == 3:
        blink = smooth_walk(rng, 0.8, 0.7)
        p.layers.append(Layer(raster, p.x, p.y, alpha=lambda t: np.clip(0.5 + blink(t), 0, 1)))
    else:  # a hand that goes there smoothly, waits and comes back: no contact
        times = np.sort(rng.uniform(0, p.duration_s, 6))
        heights = rng.uniform(0, 0.5, 6)

        def reached(t):
            k = np.clip(np.searchsorted(times, t) - 1, 0, 4)
            u = np.clip((t - times[k]) / np.maximum(times[k + 1] - times[k], 0.2), 0, 1)
            return heights[k] + (heights[k + 1] - heights[k]) * u * u * u * (10 - 15 * u + 6 * u * u)

        p.layers.append(Layer(raster, lambda t: p.x + 0.3 * reached(t), lambda t: p.y - reached(t)))
