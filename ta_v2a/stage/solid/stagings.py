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
from ta_v2a.stage.solid.spot import Spot

Staging = Callable[[Spot], None]

STAGINGS: dict[str, tuple[Staging, ...]] = {
    "strike": (hitting.strike_with_tool, hitting.strike_with_tool, hitting.strike_hanging, falling.roll_into),
    "knock": (hitting.knock_on_door,),
    "chop": (hitting.chop,),
    "type": (hitting.tap_with_fingers,),
    "bounce": (falling.bounce_ball, falling.bounce_ball, falling.bounce_off_wall),
    "drop": (falling.drop_thing, falling.drop_thing, falling.throw_thing, falling.push_off_shelf),
    "shake": (moving_hands.shake_box,),
    "footstep": (moving_hands.walk,),
    "clap": (moving_hands.clap,),
    "shoot": (moving_hands.shoot,),
    "scrape": (rubbing.scrape, rubbing.drag_box),
    "saw": (rubbing.saw,),
    "rub": (rubbing.rub_cloth,),
    "pour": (water.pour,),
    "drip": (water.drip,),
    "splash": (water.splash,),
    "bubble": (water.bubble,),
    "blow": (weather.blow,),
    "burn": (weather.burn,),
    "rain": (weather.rain,),
    "flash": (weather.flash,),
    "run": (machines.run_engine,),
    "drill": (machines.drill,),
    "spin": (machines.spin_fan,),
    "tick": (machines.tick,),
    "bark": (creatures.bark,),
    "chirp": (creatures.chirp,),
    "ring": (creatures.ring_swinging, creatures.ring_struck),
    "honk": (creatures.honk,),
}
"""Action -> ways, each drawn as often as it stands here."""
