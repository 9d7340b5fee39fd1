"""Close motions by name."""

from collections.abc import Callable

from ta_v2a.stage.picture.close.arms import draw_arm, draw_drawing
from ta_v2a.stage.picture.close.balls import draw_rally
from ta_v2a.stage.picture.close.faces import draw_mouth, draw_muzzle
from ta_v2a.stage.picture.close.fingers import draw_fingers
from ta_v2a.stage.picture.close.legs import draw_legs
from ta_v2a.stage.picture.close.machines import draw_carriage, draw_needle
from ta_v2a.stage.picture.close.sheets import draw_flapping, draw_tearing
from ta_v2a.stage.picture.place import Place
from ta_v2a.stage.scene.scene import Source

MOTIONS: dict[str, Callable[[Place, Source], None]] = {
    "arm": draw_arm,
    "drawing": draw_drawing,
    "fingers": draw_fingers,
    "legs": draw_legs,
    "rally": draw_rally,
    "tearing": draw_tearing,
    "flapping": draw_flapping,
    "mouth": draw_mouth,
    "muzzle": draw_muzzle,
    "needle": draw_needle,
    "carriage": draw_carriage,
}
"""Of `Source.motion` (`ta_v2a.stage.scene.close`). A source without events or loudness moves all the same,
and touches nothing."""
