"""Frames of a scene: background, actors, distractors, occluders, seen by an imagined camera."""

import cv2
import numpy as np

from ta_v2a.stage.picture import camera
from ta_v2a.stage.picture.choreography import ACTIONS
from ta_v2a.stage.picture.close.motions import MOTIONS
from ta_v2a.stage.picture.distraction import distract
from ta_v2a.stage.picture.place import Layer, Place, Sparks
from ta_v2a.stage.picture.texture import LUMA, colour, cut_out, noise, shading
from ta_v2a.stage.scene.scene import Scene, Source

SHUTTER = 0.5
"""Share of the frame interval during which the shutter is open (180 degrees): motion blur."""


def _background(
    rng: np.random.Generator, pixels_per_unit: float, aspect: float, in_colour: bool
) -> np.ndarray:
    """(h, w[, 3]) uint8, one picture height = `pixels_per_unit`: a textured wall, mostly with a floor of
    another texture, and clutter."""
    h, w = round(pixels_per_unit), round(pixels_per_unit * aspect)

    def surface(height: int) -> np.ndarray:
        shade = shading(rng, height, w, None) * (
            0.5 + 0.5 * noise(rng, height, w, 2, 5, rng.uniform(0.4, 0.9))
        )
        rgb = colour(rng, None)
        return shade[..., None] * rgb if in_colour else shade * np.float32(rgb @ LUMA)

    picture = surface(h)
    if rng.random() < 0.6:
        floor = int(h * rng.uniform(0.4, 0.85))
        picture[floor:] = surface(h - floor)
    picture = np.ascontiguousarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))
    for _ in range(int(rng.integers(0, 7))):
        thing = cut_out(rng, tuple(rng.uniform(0.05, 0.6, 2)), pixels_per_unit, in_colour)
        _paste(
            picture, thing.pixels, np.array([[1.0, 0, rng.uniform(-20, w)], [0, 1.0, rng.uniform(-20, h)]])
        )
    return picture


def _paste(frame: np.ndarray, pixels: np.ndarray, matrix: np.ndarray) -> None:
    """Draws premultiplied `pixels` (h, w, C+1) into `frame` through an affine map
    from raster to frame pixels."""
    h, w = pixels.shape[:2]
    (a, b, c), (d, e, f) = matrix
    xs, ys = (c, c + a * w, c + b * h, c + a * w + b * h), (f, f + d * w, f + e * h, f + d * w + e * h)
    left, right = max(0, int(min(xs)) - 1), min(frame.shape[1], int(max(xs)) + 2)
    top, bottom = max(0, int(min(ys)) - 1), min(frame.shape[0], int(max(ys)) + 2)
    if right - left < 1 or bottom - top < 1:
        return
    local = np.array([[a, b, c - left], [d, e, f - top]])
    shrink = abs(a * e - b * d)
    flags = cv2.INTER_LINEAR if shrink > 0.3 else cv2.INTER_AREA
    drawn = cv2.warpAffine(pixels, local, (right - left, bottom - top), flags=flags)
    region = frame[top:bottom, left:right]
    rest = 255 - drawn[..., -1]
    if frame.ndim == 3:
        rest, body = cv2.merge((rest, rest, rest)), np.ascontiguousarray(drawn[..., :3])
    else:
        body = np.ascontiguousarray(drawn[..., 0])
    frame[top:bottom, left:right] = cv2.add(
        cv2.multiply(np.ascontiguousarray(region), np.ascontiguousarray(rest), scale=1 / 255), body
    )


def _evaluated(curve, times_s: np.ndarray) -> np.ndarray:
    return np.asarray(curve(times_s) if callable(curve) else np.full(len(times_s), curve), dtype=np.float64)


def _matrices(layer: Layer, times_s: np.ndarray) -> np.ndarray:
    """(N, 2, 3): raster pixels to picture heights."""
    raster = layer.raster
    h, w = (
        raster.pixels.shape[0] if layer.scroll is None else raster.pixels.shape[0] // 2,
        raster.pixels.shape[1],
    )
    angle = _evaluated(layer.angle, times_s)
    sx, sy = (
        _evaluated(layer.scale_x, times_s) * raster.size[0] / w,
        _evaluated(layer.scale_y, times_s) * raster.size[1] / h,
    )
    c, s = np.cos(angle), np.sin(angle)
    linear = np.stack([np.stack([c * sx, -s * sy], -1), np.stack([s * sx, c * sy], -1)], -2)
    pivot = np.array([raster.pivot[0] * w, raster.pivot[1] * h])
    place = np.stack([_evaluated(layer.x, times_s), _evaluated(layer.y, times_s)], -1) - linear @ pivot
    return np.concatenate([linear, place[..., None]], -1)


def _chained(outer: np.ndarray, inner: np.ndarray) -> np.ndarray:
    linear = outer[..., :2] @ inner[..., :2]
    return np.concatenate([linear, outer[..., :2] @ inner[..., 2:] + outer[..., 2:]], -1)


class Drawn:
    """A layer ready to draw: its matrices for every frame, and for the middle of the
    shutter time if it moves fast."""

    def __init__(self, layer: Layer, view: np.ndarray, times_s: np.ndarray, frame_s: float, height: int):
        self.layer, self.matrices = layer, _chained(view, _matrices(layer, times_s))
        self.alpha = _evaluated(layer.alpha, times_s) if callable(layer.alpha) else None
        self.earlier = None
        self.scroll = layer.scroll(times_s) if layer.scroll is not None else None
        if self.scroll is None:
            earlier = _chained(view, _matrices(layer, times_s - SHUTTER * frame_s))
            self.fast = np.abs(earlier[..., 2] - self.matrices[..., 2]).max(-1) > 0.025 * height
            if self.fast.any():
                self.earlier, self.half = earlier, layer.raster.faded(0.5).pixels

    def draw(self, frame: np.ndarray, i: int) -> None:
        if self.alpha is not None and self.alpha[i] < 0.02:
            return
        pixels = self.layer.raster.pixels
        if self.scroll is not None:
            h = pixels.shape[0] // 2
            down = int(self.scroll[i, 1] * h) % (2 * h)
            across = int(self.scroll[i, 0] * h) % pixels.shape[1]
            pixels = np.roll(pixels, (-down, -across), (0, 1))[:h]
            if self.layer.window is not None:
                pixels = (pixels * self.layer.window[..., None]).astype(np.uint8)
        if self.alpha is not None and self.alpha[i] < 0.98:
            pixels = cv2.convertScaleAbs(pixels, alpha=float(self.alpha[i]))
        if self.earlier is not None and self.fast[i] and self.alpha is None:
            _paste(frame, self.half, self.earlier[i])
            pixels = self.half
        _paste(frame, pixels, self.matrices[i])


def _draw_sparks(frame: np.ndarray, sparks: Sparks, view: np.ndarray, time_s: float) -> None:
    age = time_s - sparks.births_s
    alive = (age >= 0) & (age < sparks.lives_s)
    if not alive.any():
        return
    age = age[alive, None]
    place = sparks.origins[alive] + sparks.velocities[alive] * age
    place[:, 1] += 0.5 * sparks.gravity * age[:, 0] ** 2
    at = place @ view[:, :2].T + view[:, 2]
    radius = max(1, round(sparks.radius * frame.shape[0]))
    value = tuple(float(v) for v in sparks.rgb * 255) if frame.ndim == 3 else float(sparks.rgb @ LUMA * 255)
    for x, y in at[(np.abs(at) < 4 * frame.shape[0]).all(-1)]:
        cv2.circle(frame, (round(x), round(y)), radius, value, -1)


def _places(scene: Scene, rng: np.random.Generator, pixels_per_unit: float, in_colour: bool) -> list[Place]:
    """Lays out the actors side by side, the first one largest, and lets them add their layers."""
    places, n = [], len(scene.sources)
    for k, source in enumerate(scene.sources):
        scale = float(np.exp(rng.uniform(np.log(0.4), np.log(1.9)))) * (1 if k == 0 else 0.6)
        scale = scale if source.scale is None else source.scale
        x = scene.aspect * ((k + 0.5) / n if n > 1 else 0.5) + rng.normal(0, 0.12)
        place = Place(
            rng, x, float(rng.uniform(0.3, 0.75)), scale, pixels_per_unit, in_colour, scene.duration_s
        )
        draw_source(place, source)
        places.append(place)
    return places


def draw_source(place: Place, source: Source) -> None:
    """Adds the layers of a source: its close motion, if it has one, or its action."""
    draw = MOTIONS[source.motion] if source.motion else ACTIONS[source.action]
    draw(place, source)


def _silent(scene: Scene, rng: np.random.Generator, pixels_per_unit: float, in_colour: bool) -> list[Place]:
    """What moves and touches nothing, anywhere in the picture."""
    places = []
    for source in scene.silent:
        x, y = rng.uniform(0.1, 0.9) * scene.aspect, rng.uniform(0.25, 0.75)
        scale = rng.uniform(0.4, 1.3) if source.scale is None else source.scale
        place = Place(rng, float(x), float(y), float(scale), pixels_per_unit, in_colour, scene.duration_s)
        draw_source(place, source)
        places.append(place)
    return places


def render_pictures(
    scene: Scene, times_s: np.ndarray, height: int, width: int, colour: bool = False
) -> np.ndarray:
    """The frames that a camera of `scene.source_fps` shows at the given times.

    Args:
        times_s: (N,) times in seconds, rising.
        height, width: output pixels; the clip's aspect is squeezed into them.
        colour: RGB instead of luma.

    Returns:
        (N, height, width) uint8 luma, or (N, height, width, 3) uint8 RGB. The same seed
        gives the same clip at any size.
    """
    rng = np.random.default_rng((scene.seed, 1))
    times, index = camera.shown_times(times_s, scene.source_fps, rng.random() / scene.source_fps)
    density = float(np.clip(max(height, width / scene.aspect), 64, 720))
    background = _background(rng, density, scene.aspect, colour)
    places = _places(scene, rng, density, colour) + _silent(scene, rng, density, colour)
    silent = Place(rng, 0.0, 0.0, 1.0, density, colour, scene.duration_s)
    for _ in range(int(rng.choice(4, p=[0.35, 0.3, 0.2, 0.15]))):
        silent.x, silent.y, silent.scale = (
            rng.uniform(0, scene.aspect),
            rng.uniform(0, 1),
            rng.uniform(0.2, 1),
        )
        distract(silent)
    front = rng.random() < 0.15
    layers = [x for p in ([*places, silent] if front else [silent, *places]) for x in p.layers]
    if rng.random() < 0.12:  # something stands in the way
        layers.append(
            Layer(
                cut_out(rng, tuple(rng.uniform(0.15, 0.5, 2)), density, colour),
                rng.uniform(0, scene.aspect),
                rng.uniform(0.2, 1),
            )
        )
    cuts_s = np.sort(
        rng.uniform(0.4, max(0.5, scene.duration_s - 0.4), int(rng.choice(3, p=[0.86, 0.1, 0.04])))
    )
    view = camera.look(
        rng, times, [s for p in places for s in p.shake], scene.aspect, height, width, cuts_s
    ).matrices
    drawn = [
        x if isinstance(x, Sparks) else Drawn(x, view, times, 1 / scene.source_fps, height) for x in layers
    ]
    to_world = np.array([[1 / density, 0, 0], [0, 1 / density, 0]])
    behind = _chained(view, np.broadcast_to(to_world, (len(times), 2, 3)))
    frames = np.empty((len(times), height, width, 3) if colour else (len(times), height, width), np.uint8)
    for i, time_s in enumerate(times):
        frame = cv2.warpAffine(background, behind[i], (width, height), borderMode=cv2.BORDER_REFLECT)
        for thing in drawn:
            if isinstance(thing, Sparks):
                _draw_sparks(frame, thing, view[i], time_s)
            else:
                thing.draw(frame, i)
        frames[i] = frame
    frames = camera.expose(rng, frames, times, [g for p in places for g in p.gain], cuts_s)
    return frames[index]
