"""Pictures of a clean scene: a steady camera, good light, the look of the act."""

import zlib
from collections.abc import Callable

import numpy as np

from ta_v2a.stage.clean import contacts, steady
from ta_v2a.stage.clean.drawing import Palette, palette
from ta_v2a.stage.clean.scenes import CleanScene
from ta_v2a.stage.picture.place import Layer, Place
from ta_v2a.stage.picture.render import Drawn
from ta_v2a.stage.scene.scene import Source

Look = Callable[[Place, Source, Palette, np.random.Generator], None]
LOOKS: dict[str, Look] = {
    "anvil": contacts.show_anvil,
    "axe": contacts.show_axe,
    "door": contacts.show_door,
    "drum": contacts.show_drum,
    "glass": contacts.show_glass,
    "ball": contacts.show_ball,
    "steps": contacts.show_steps,
    "hands": contacts.show_hands,
    "keyboard": contacts.show_keyboard,
    "stone in water": contacts.show_stone_in_water,
    "tap": contacts.show_tap,
    "storm": steady.show_storm,
    "clock": steady.show_clock,
    "dog": steady.show_dog,
    "bird": steady.show_bird,
    "bell": steady.show_bell,
    "saw": steady.show_saw,
    "cloth": steady.show_cloth,
    "jug": steady.show_jug,
    "fire": steady.show_fire,
    "rain": steady.show_rain,
    "tree": steady.show_tree,
    "fan": steady.show_fan,
    "drill": steady.show_drill,
}
"""By act (`prompts.acts.ACTS`)."""


def _rests(layer: Layer) -> bool:
    curves = (layer.x, layer.y, layer.angle, layer.scale_x, layer.scale_y, layer.alpha, layer.scroll)
    return not any(callable(curve) for curve in curves)


def render_clean(scene: CleanScene, times_s: np.ndarray, px: int, colour: bool = True) -> np.ndarray:
    """The square pictures of a clean scene at the given times.

    Args:
        times_s: (N,) times in seconds, rising.
        px: side in pixels.
        colour: RGB; else luma.

    Returns:
        (N, px, px, 3) uint8 RGB, or (N, px, px) uint8 luma.
    """
    times = np.asarray(times_s, dtype=np.float64)
    drawn_by = np.random.default_rng((zlib.crc32(scene.act.encode()), scene.look))
    place = Place(drawn_by, 0.5, 0.5, 1.0, float(max(px, 64)), colour, scene.duration_s)
    motion = np.random.default_rng((scene.seed, 8))
    LOOKS[scene.act](place, scene.sources[0], palette(drawn_by), motion)
    side = float(px)
    view = np.array([[-side, 0, side], [0, side, 0]] if scene.mirrored else [[side, 0, 0], [0, side, 0]])
    view = np.broadcast_to(view, (len(times), 2, 3))
    first = next((i for i, layer in enumerate(place.layers) if not _rests(layer)), len(place.layers))
    still = np.zeros((px, px, 3) if colour else (px, px), np.uint8)
    for layer in place.layers[:first]:
        Drawn(layer, view[:1], times[:1], 0.0, px).draw(still, 0)
    moving = [Drawn(layer, view, times, 0.0, px) for layer in place.layers[first:]]
    frames = np.repeat(still[None], len(times), 0)
    for i, frame in enumerate(frames):
        for thing in moving:
            thing.draw(frame, i)
    return frames
