"""Sheets that bend: torn from the top down with the loudness of the sound, or flapped."""

import numpy as np

from ta_v2a.stage.picture.close.parts import Course, add_bone, piece, skin
from ta_v2a.stage.picture.contacts import event_times
from ta_v2a.stage.picture.motion import neighbours, smooth_walk, swinging
from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.picture.texture import Raster, colour, cut_out
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, Source

_STRIPS = 14
_OVERLAP = 1.15  # of one strip over the next


def _sheet(p: Place, width: float, height: float) -> list[list[Raster]]:
    """A sheet in rows from the top down, each of a left and a right piece; they fit without a seam."""
    size = (width * p.scale, height * p.scale)
    whole = cut_out(p.rng, size, p.pixels_per_unit, p.in_colour, "cloth" if p.maybe(0.4) else None, "box")
    if p.maybe(0.6):  # paper
        body = whole.pixels[..., :-1].astype(np.float32)
        whole.pixels[..., :-1] = np.clip(0.35 * body + 150, 0, 255).astype(np.uint8)
    rows, columns = whole.pixels.shape[:2]
    edges = np.linspace(0, rows, _STRIPS + 1).astype(int)
    middle = columns // 2
    ragged = p.rng.integers(-max(1, columns // 25), max(1, columns // 25) + 1, _STRIPS)
    out = []
    for k in range(_STRIPS):
        cut = int(np.clip(middle + ragged[k], 1, columns - 1))
        top, stop = edges[k], max(edges[k + 1], edges[k] + 1)
        pair = []
        for begin, end in ((0, min(cut + 1, columns)), (cut, columns)):
            pixels = np.ascontiguousarray(whole.pixels[top:stop, begin:end])
            share = ((end - begin) / columns * size[0], (stop - top) / rows * size[1])
            pair.append(Raster(pixels, share, ((middle - begin) / (end - begin), 0.0)))
        out.append(pair)
    return out


def _hold(p: Place, at: Course, side: float, rgb: np.ndarray) -> None:
    """A hand at a corner and the forearm behind it."""
    away: Course = lambda t: (  # noqa: E731
        at(t)[0] + side * 0.5 * p.scale,
        at(t)[1] + 0.45 * p.scale,
    )
    add_bone(p, piece(p, rgb, 0.65, 0.14, "capsule"), at, away)
    palm = piece(p, rgb, 0.17, 0.15, "blob")
    p.add(palm, x=lambda t: at(t)[0], y=lambda t: at(t)[1])


def torn(t: np.ndarray, source: Source) -> np.ndarray:
    """(N,) share of the sheet in [0, 1] that is torn: it grows while something is heard, as fast as it is
    loud, and rests in between."""
    if source.envelope is None:
        events, strengths = event_times(source)
        done = np.concatenate([[0.0], np.cumsum(strengths)])
        since, _, k = neighbours(t, events)
        quick = np.clip(since / 0.12, 0, 1)
        return (done[np.maximum(k - 1, 0)] * (1 - quick) + done[k] * quick) / max(1e-6, done[-1])
    grown = np.concatenate([[0.0], np.cumsum(source.envelope)])
    return np.interp(t * ENVELOPE_HZ, np.arange(len(grown)), grown) / max(1e-6, float(grown[-1]))


def draw_tearing(p: Place, source: Source) -> None:
    """Two hands tear a sheet; between the pulls it only bends and waves, which is not heard."""
    rng = p.rng
    width, height = rng.uniform(0.5, 0.9), rng.uniform(0.6, 1.0)
    rows = _sheet(p, width, height)
    wave, hang = smooth_walk(rng, 0.9, 0.05 * p.scale), smooth_walk(rng, 0.5, 0.03 * p.scale)
    hz, phase = rng.uniform(0.3, 0.9), rng.uniform(0, 6)
    apart = rng.uniform(0.25, 0.5) * p.scale
    top, step = p.y - 0.45 * height * p.scale, height * p.scale / _STRIPS
    heard = len(source.events) > 0 or (source.envelope is not None and source.envelope.max() > 0)

    def gap(t: np.ndarray, k: int) -> np.ndarray:
        """How far half of row k has come from the middle."""
        done = torn(t, source) if heard else np.zeros(len(t))
        return apart * np.maximum(done - (k + 0.5) / _STRIPS, 0)

    def bend(t: np.ndarray, k: int) -> np.ndarray:
        return wave(t) * np.sin(2 * np.pi * hz * t + phase + 5 * k / _STRIPS) * (0.4 + k / _STRIPS)

    def edge(t: np.ndarray, k: int) -> np.ndarray:
        return top + k * step + hang(t) - 0.25 * gap(t, k)

    for k in reversed(range(_STRIPS)):
        for raster, side in zip(rows[k], (-1.0, 1.0), strict=True):
            p.add(
                raster,
                x=lambda t, k=k, s=side: p.x + s * gap(t, k) + bend(t, k),
                y=lambda t, k=k: edge(t, k),
                scale_y=lambda t, k=k: _OVERLAP * (edge(t, k + 1) - edge(t, k)) / step,
            )
    bare = skin(p)
    for side in (-1.0, 1.0):

        def corner(t: np.ndarray, s: float = side) -> tuple[np.ndarray, np.ndarray]:
            out = gap(t, 0) + 0.46 * width * p.scale
            return p.x + s * out + bend(t, 0), edge(t, 0) + 0.06 * p.scale

        _hold(p, corner, side, bare)


def draw_flapping(p: Place, source: Source) -> None:
    """A cloth or a sheet is shaken by two hands: it turns round at the events, and a wave runs down."""
    events, _ = event_times(source)
    rng = p.rng
    width, height = rng.uniform(0.5, 1.0), rng.uniform(0.5, 0.9)
    rows = _sheet(p, width, height)
    top, step = p.y - 0.45 * height * p.scale, height * p.scale / _STRIPS
    reach, late = rng.uniform(0.04, 0.16) * p.scale, rng.uniform(0.08, 0.25)
    across = rng.uniform(0.6, 1.0) if p.maybe(0.5) else rng.uniform(0.0, 0.4)
    slow = smooth_walk(rng, 0.7, 1.0)

    def moved(t: np.ndarray, k: int) -> np.ndarray:
        """Heard, the hands turn round at the events; unheard, they wave it slowly."""
        delayed = t - late * k / _STRIPS
        return reach * (swinging(delayed, events) if len(events) else slow(delayed)) * (1 + k / _STRIPS)

    def edge(t: np.ndarray, k: int) -> np.ndarray:
        return top + k * step + (1 - across) * moved(t, k)

    for k in reversed(range(_STRIPS)):
        for raster in rows[k]:
            p.add(
                raster,
                x=lambda t, k=k: p.x + across * moved(t, k),
                y=lambda t, k=k: edge(t, k),
                scale_y=lambda t, k=k: _OVERLAP * np.maximum(edge(t, k + 1) - edge(t, k), 0.1 * step) / step,
            )
    bare = skin(p) if p.maybe(0.7) else colour(rng, None)
    for side in (-1.0, 1.0):

        def corner(t: np.ndarray, s: float = side) -> tuple[np.ndarray, np.ndarray]:
            out = 0.48 * width * p.scale
            return p.x + s * out + across * moved(t, 0), edge(t, 0) + 0.04 * p.scale

        _hold(p, corner, side, bare)
