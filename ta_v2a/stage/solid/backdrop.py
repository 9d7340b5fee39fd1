"""What is around: ground, wall or sky, clutter, light."""

import numpy as np

from ta_v2a.stage.solid.workshop import Workshop

WALL_M = 1.3
"""How far behind the middle of the scene the wall stands."""
_CLEAN_WALLS = ((0.72, 0.76, 0.8), (0.8, 0.75, 0.66), (0.62, 0.7, 0.66))
_FLOORS = (((0.5, 0.38, 0.27), "planks"), ((0.62, 0.6, 0.57), "tiles"), ((0.45, 0.46, 0.48), "plain"))


def _any(rng: np.random.Generator, low: float, high: float) -> np.ndarray:
    tone = rng.uniform(low, high)
    return np.clip(tone * (1 + rng.normal(0, 0.18, 3)), 0.03, 1)


def build_backdrop(shop: Workshop) -> None:
    """Ground, wall and light around what is in the workshop; an action may have set a sky or a ground."""
    rng = shop.rng
    if shop.has_ground:
        if shop.ground is None:
            rgb, style = _FLOORS[int(rng.integers(3))] if shop.clean else (_any(rng, 0.15, 0.75), "")
            style = style or str(rng.choice(["planks", "tiles", "plain", "speckle", "grass"]))
            shop.ground = shop.surface(np.asarray(rgb), style)
        shop.fixed(shop.shape("box", (60, 60, 0.5), (0, 0, -0.5), shop.ground, solid=True, friction=0.7))
    wild_sky = not shop.clean and rng.random() < 0.15
    if shop.sky is None and not wild_sky:
        rgb = _CLEAN_WALLS[int(rng.integers(3))] if shop.clean else _any(rng, 0.2, 0.9)
        style = "plain" if shop.clean else str(rng.choice(["plain", "plain", "tiles", "speckle", "planks"]))
        wall = shop.surface(np.asarray(rgb), style)
        shop.fixed(shop.shape("box", (30, 0.1, 15), (0, WALL_M + 0.1, 15), wall))
        if not shop.clean:
            _clutter(shop)
    elif shop.sky is None:
        shop.sky = tuple(rng.uniform(0.45, 0.9, 3))
    _light(shop)


def _clutter(shop: Workshop) -> None:
    """Things along the wall that nobody hears."""
    rng = shop.rng
    for _ in range(int(rng.integers(0, 6))):
        x, size = rng.uniform(-1.6, 1.6), rng.uniform(0.08, 0.35, 3)
        kind = str(rng.choice(["box", "cylinder", "ellipsoid"]))
        of = shop.surface(_any(rng, 0.15, 0.9), str(rng.choice(["plain", "speckle", "tiles"])))
        extent = tuple(size) if kind != "cylinder" else (size[0], size[2])
        shop.fixed(shop.shape(kind, extent, (x, WALL_M - 0.35, float(size[-1])), of))
    for _ in range(int(rng.integers(0, 3))):  # pictures on the wall
        of = shop.surface(_any(rng, 0.1, 0.9), "speckle")
        place = (rng.uniform(-1.4, 1.4), WALL_M - 0.02, rng.uniform(0.5, 1.3))
        shop.fixed(shop.shape("box", (rng.uniform(0.08, 0.3), 0.02, rng.uniform(0.08, 0.25)), place, of))


def _light(shop: Workshop) -> None:
    rng = shop.rng
    side = float(rng.uniform(-0.7, 0.7)) if not shop.clean else float(rng.choice([-0.4, 0.4]))
    strength = shop.dark * (0.62 if shop.clean else float(rng.uniform(0.35, 0.85)))
    tint = np.ones(3) if shop.clean else np.clip(1 + rng.normal(0, 0.08, 3), 0.7, 1.3)
    r, g, b = np.clip(strength * tint, 0, 1)
    shop.world.append(
        f'<light type="directional" pos="{2 * side:.3f} -1.5 3" dir="{-side:.3f} 0.8 -1" castshadow="true" '
        f'diffuse="{r:.3f} {g:.3f} {b:.3f}" specular="0.5 0.5 0.5"/>'
    )
