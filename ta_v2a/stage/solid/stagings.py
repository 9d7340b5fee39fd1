"""The ways in which every action can be built."""

from collections.abc import Callable

from ta_v2a.stage.solid.actions import (
    creatures,
    falling,
    hitting,
    machines,
    moving_hands,
    rubbing,
    water,
    weather,
)
from ta_v2a.stage.solid.site import Site

Staging = Callable[[Site], None]

STAGINGS: dict[str, tuple[Staging, ...]] = {
    "strike": (
        hitting.build_strike_with_tool,
        hitting.build_strike_with_tool,
        hitting.build_strike_hanging,
        falling.build_roll_into,
    ),
    "knock": (hitting.build_knock_on_door,),
    "chop": (hitting.build_chop_log, hitting.build_chop_on_board),
    "type": (hitting.build_tap_with_fingers,),
    "bounce": (falling.build_bounce_ball, falling.build_bounce_ball, falling.build_bounce_off_wall),
    "drop": (
        falling.build_drop_thing,
        falling.build_drop_thing,
        falling.build_throw_thing,
        falling.build_push_off_shelf,
    ),
    "shake": (moving_hands.build_shake_box,),
    "footstep": (moving_hands.build_walk,),
    "clap": (moving_hands.build_clap,),
    "shoot": (moving_hands.build_shoot,),
    "scrape": (rubbing.build_scrape, rubbing.build_drag_box),
    "saw": (rubbing.build_saw,),
    "rub": (rubbing.build_rub_cloth,),
    "pour": (water.build_pour,),
    "drip": (water.build_drip,),
    "splash": (water.build_splash,),
    "bubble": (water.build_bubble,),
    "blow": (weather.build_blow,),
    "burn": (weather.build_burn,),
    "rain": (weather.build_rain,),
    "flash": (weather.build_flash,),
    "run": (machines.build_run_engine,),
    "drill": (machines.build_drill,),
    "spin": (machines.build_spin_fan,),
    "tick": (machines.build_tick,),
    "bark": (creatures.build_bark,),
    "chirp": (creatures.build_chirp,),
    "ring": (creatures.build_ring_swinging, creatures.build_ring_struck),
    "honk": (creatures.build_honk,),
}
"""Action -> ways, each drawn as often as it stands here."""
