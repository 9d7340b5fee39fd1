"""Blow, burn, rain, flash: wind, fire, rain and thunder."""

import numpy as np

from ta_v2a.stage.picture.motion import pulse, smooth_walk
from ta_v2a.stage.solid.actions.water import level_of
from ta_v2a.stage.solid.poses import Path, Y, about
from ta_v2a.stage.solid.site import Site
from ta_v2a.stage.solid.workshop import Blobs


def _swaying(site: Site, place: np.ndarray, sway, amount: float, level) -> Path:
    def path(t: np.ndarray):
        return np.tile(place, (len(t), 1)), about(Y, amount * level(t) * (0.55 + sway(t)))

    return path


def build_blow(site: Site) -> None:
    """Grass and a young tree bend in the wind, leaves fly past."""
    draft, shop, rng = site.draft, site.shop, site.rng
    level = level_of(site)
    if site.is_main:
        shop.sky = shop.sky or (0.62, 0.76, 0.92)
        shop.ground = shop.ground or shop.surface((0.35, 0.5, 0.22), "grass")
    bark, leaf = shop.paint((0.38, 0.26, 0.16)), shop.paint((0.2, 0.5, 0.18))
    light = shop.paint((0.35, 0.62, 0.2))
    crown = []
    for _ in range(9):
        place = rng.normal(0, 1, 3) * np.array([0.1, 0.08, 0.08]) + np.array([0, 0, 0.52])
        crown.append(
            shop.shape("ellipsoid", (0.1, 0.08, 0.075), place, leaf if rng.random() < 0.5 else light)
        )
    trunk = shop.shape("capsule", (0.02,), of=bark, ends=(0, 0, 0, 0, 0, 0.5))
    shop.puppet(_swaying(site, site.at(0.12, 0.1, 0), smooth_walk(rng, 1.6, 0.9), 0.45, level), trunk, *crown)
    for _ in range(26):
        x, y, tall = rng.uniform(-0.5, 0.5), rng.uniform(-0.25, 0.35), rng.uniform(0.12, 0.26)
        blade = shop.shape("capsule", (0.007,), of=light, ends=(0, 0, 0, 0.01, 0, tall))
        sway = smooth_walk(rng, 2.5, 0.7)
        shop.puppet(_swaying(site, site.at(x, y, 0), sway, float(rng.uniform(0.6, 1.0)), level), blade)
    n = 26
    start, high, deep, hz = (
        rng.random(n),
        rng.uniform(0.05, 0.7, n),
        rng.uniform(-0.3, 0.3, n),
        rng.uniform(2, 5, n),
    )
    clock = np.arange(int(shop.duration_s * 50) + 50) / 50
    gone = np.cumsum(level(clock)) / 50 * 1.6

    def leaves(time_s: float) -> Blobs | None:
        strong = float(level(np.array([time_s]))[0])
        if strong < 0.1:
            return None
        way = (start * 1.8 + float(np.interp(time_s, clock, gone)) * (0.8 + 0.4 * start)) % 1.8
        places = site.at() + np.stack(
            [way - 0.9, deep, high + 0.04 * np.sin(hz * time_s * 2 + 9 * start)], -1
        )
        rgba = np.tile([0.85, 0.5, 0.12, min(1.0, 2 * strong)], (n, 1))
        return Blobs("ellipsoid", np.tile([0.02, 0.012, 0.008], (n, 1)), places, rgba)

    shop.effects.append(leaves)
    draft.doing = ("the wind", "blow", "through grass and a tree")
    site.see(0, 0, 0.33, 0.4)


def build_burn(site: Site) -> None:
    """A camp fire: flames, sparks and smoke over logs."""
    draft, shop, rng = site.draft, site.shop, site.rng
    level, flicker = level_of(site), smooth_walk(rng, 7.0, 0.25)
    if site.is_main:
        shop.dark = min(shop.dark, 0.45)
    bark, stone = shop.material("wood"), shop.material("stone")
    for i in range(5):
        a = 2 * np.pi * i / 5
        ends = (
            *site.at(0.17 * np.cos(a), 0.17 * np.sin(a), 0.025),
            *site.at(-0.03 * np.cos(a), -0.03 * np.sin(a), 0.13),
        )
        shop.fixed(shop.shape("capsule", (0.026,), of=bark, ends=ends))
    for i in range(11):
        a = 2 * np.pi * i / 11
        shop.fixed(
            shop.shape(
                "ellipsoid", (0.055, 0.045, 0.04), site.at(0.25 * np.cos(a), 0.25 * np.sin(a), 0.03), stone
            )
        )
    n = 60
    birth, turn, far, life = (
        rng.random(n),
        rng.uniform(0, 2 * np.pi, n),
        rng.uniform(0, 1, n) ** 0.7,
        rng.uniform(0.7, 1.3, n),
    )

    def flames(time_s: float) -> Blobs:
        strong = float(level(np.array([time_s]))[0])
        high = 0.25 + 0.75 * strong + float(flicker(np.array([time_s]))[0])
        age = (birth + time_s * 1.6 / life) % 1.0
        narrow = (1 - age) ** 0.8
        x = 0.12 * far * np.cos(turn) * narrow + 0.03 * np.sin(11 * time_s + 6 * turn) * age
        y = 0.1 * far * np.sin(turn) * narrow
        z = 0.05 + 0.44 * age * max(0.2, high) * (1.25 - 0.5 * far)
        width = 0.05 * narrow * (0.6 + 0.4 * strong) + 0.006
        sizes = np.stack([width, width, 1.7 * width], -1)
        heat = (1 - age) * (1 - 0.55 * far)
        rgba = np.stack(
            [0.55 + 0.45 * np.sqrt(heat), 0.1 + 0.8 * heat, 0.45 * heat**3, 0.6 * (1 - age * age)], -1
        )
        order = np.argsort(-far)
        x, y, z, width, rgba = x[order], y[order], z[order], width[order], rgba[order]
        return Blobs("ellipsoid", sizes, site.at() + np.stack([x, y, z], -1), rgba, glow=1.0)

    m = 14
    later, drift = rng.random(m), rng.normal(0, 0.1, (m, 2))

    def smoke(time_s: float) -> Blobs:
        age = (later + 0.35 * time_s) % 1.0
        places = site.at(0, 0, 0.45) + np.stack(
            [drift[:, 0] * age + 0.15 * age, drift[:, 1] * age, 0.75 * age], -1
        )
        rgba = np.concatenate([np.full((m, 3), 0.5), (0.22 * (1 - age))[:, None]], 1)
        return Blobs("sphere", (0.035 + 0.09 * age)[:, None] * np.ones((1, 3)), places, rgba)

    def sparks(time_s: float) -> Blobs:
        age = (birth[:12] + 0.9 * time_s) % 1.0
        x = 0.08 * np.cos(turn[:12]) + 0.1 * age * np.sin(5 * time_s + turn[:12])
        places = site.at() + np.stack([x, 0.08 * np.sin(turn[:12]), 0.2 + 0.7 * age], -1)
        rgba = np.tile([1, 0.7, 0.2, 1.0], (12, 1)) * np.stack([np.ones(12)] * 3 + [1 - age], -1)
        return Blobs("sphere", np.full((12, 3), 0.006), places, rgba, glow=1.0)

    shop.effects += [flames, sparks, smoke]
    shop.gains.append(lambda t: 1 + 0.12 * level(t) * flicker(t) / 0.25)
    draft.doing = ("a camp fire", "burn", "")
    site.see(0, 0, 0.3, 0.36)


def build_rain(site: Site) -> None:
    """Rain falls on a street with a lamp and an umbrella; drops jump from the ground."""
    draft, shop, rng = site.draft, site.shop, site.rng
    level = level_of(site)
    if site.is_main:
        shop.sky = shop.sky or (0.5, 0.55, 0.62)
        shop.ground = shop.ground or shop.surface((0.28, 0.3, 0.33), "speckle")
        shop.dark = min(shop.dark, 0.65)
        red, pole = shop.paint((0.8, 0.12, 0.15)), shop.paint((0.15, 0.15, 0.17))
        mesh = shop.vessel("bowl", 0.3, 0.14)
        shop.fixed(
            shop.shape("mesh", (), site.at(0, 0.05, 0.56), red, mesh=mesh, tilt=(180, 0, 0)),
            shop.shape("capsule", (0.008,), of=pole, ends=(*site.at(0, 0.05, 0.05), *site.at(0, 0.05, 0.58))),
        )
        blue = shop.paint((0.2, 0.25, 0.35), shine=0.9)
        for _ in range(3):
            puddle = site.at(float(rng.uniform(-0.5, 0.5)), float(rng.uniform(-0.35, 0.2)), 0.0)
            shop.fixed(shop.shape("ellipsoid", (0.16, 0.1, 0.003), puddle, blue))
    n = 130
    x, y, phase, fast = (
        rng.uniform(-0.9, 0.9, n),
        rng.uniform(-0.7, 0.8, n),
        rng.random(n),
        rng.uniform(0.9, 1.1, n),
    )
    number = np.arange(n) / n

    def streaks(time_s: float) -> Blobs | None:
        strong = float(level(np.array([time_s]))[0])
        on = number < strong
        if not on.any():
            return None
        z = 1.3 * (1 - (phase[on] + 2.6 * fast[on] * time_s) % 1.0)
        places = np.stack([x[on] + 0.04 * z, y[on], z], -1)
        return Blobs(
            "ellipsoid",
            np.tile([0.0028, 0.0028, 0.06], (on.sum(), 1)),
            places,
            np.tile([0.85, 0.9, 1, 0.6], (on.sum(), 1)),
            glow=0.4,
        )

    def hops(time_s: float) -> Blobs | None:
        strong = float(level(np.array([time_s]))[0])
        on = number < 0.5 * strong
        if not on.any():
            return None
        age = (phase[on] + 2.6 * fast[on] * time_s + 0.05) % 1.0
        fresh = age < 0.3
        spread = np.stack([x[on], y[on], 0.02 + 0.12 * age * (0.3 - age) / 0.09], -1)[fresh]
        rgba = np.tile([0.85, 0.9, 1, 0.7], (len(spread), 1))
        return Blobs("ellipsoid", np.tile([0.014, 0.014, 0.006], (len(spread), 1)), spread, rgba, glow=0.3)

    shop.effects += [streaks, hops]
    draft.doing = ("rain", "fall", "on the street")
    if site.is_main:
        site.see(0, 0, 0.36, 0.42)


def build_flash(site: Site) -> None:
    """Lightning over dark hills and a house."""
    draft, shop, rng = site.draft, site.shop, site.rng
    times, strengths = draft.times_s, draft.strengths
    if site.is_main:
        shop.sky = (0.13, 0.15, 0.24)
        shop.ground = shop.surface((0.14, 0.2, 0.12), "grass")
        shop.dark = min(shop.dark, 0.3)
        hill, wall, roof = (
            shop.paint((0.09, 0.13, 0.1)),
            shop.paint((0.42, 0.36, 0.3)),
            shop.paint((0.3, 0.13, 0.1)),
        )
        lamp = shop.paint((1.0, 0.85, 0.4), glow=1.0)
        for x, width in ((-0.8, 0.7), (0.1, 0.9), (0.9, 0.6)):
            shop.fixed(shop.shape("ellipsoid", (width, 0.3, 0.22), site.at(x, 0.9, 0), hill))
        shop.fixed(
            shop.shape("box", (0.17, 0.1, 0.12), site.at(-0.25, 0.2, 0.12), wall),
            shop.shape("box", (0.14, 0.12, 0.14), site.at(-0.25, 0.2, 0.23), roof, tilt=(0, 45, 0)),
            shop.shape("box", (0.035, 0.01, 0.035), site.at(-0.32, 0.095, 0.13), lamp),
            shop.shape("box", (0.035, 0.01, 0.035), site.at(-0.18, 0.095, 0.13), lamp),
        )
    bolts = []
    for _ in times:
        points = [np.array([rng.uniform(-0.4, 0.5), 0.8, 1.15])]
        for step in range(9):
            points.append(points[-1] + np.array([rng.normal(0, 0.07), 0, -0.1 - 0.01 * step]))
        bolts.append(np.stack(points))

    def bolt(time_s: float) -> Blobs | None:
        since = time_s - times
        lit = np.flatnonzero((since >= -0.01) & (since < 0.16))
        if not len(lit):
            return None
        line = site.at() + bolts[int(lit[-1])]
        middles, ways = (line[1:] + line[:-1]) / 2, line[1:] - line[:-1]
        lengths = np.linalg.norm(ways, axis=1)
        lean = np.arctan2(ways[:, 0], ways[:, 2])
        c, s, zero, one = np.cos(lean), np.sin(lean), np.zeros(len(lean)), np.ones(len(lean))
        turns = np.stack([c, zero, s, zero, one, zero, -s, zero, c], -1)
        sizes = np.stack([np.full(len(lean), 0.014), lengths / 2, lengths / 2], -1)
        return Blobs("capsule", sizes, middles, np.tile([0.95, 0.95, 1, 1], (len(lean), 1)), turns, glow=1.0)

    n = 9
    clouds = rng.uniform(-1, 1, (n, 3)) * np.array([0.8, 0.1, 0.08]) + np.array([0, 0.95, 1.1])

    def dark_clouds(time_s: float) -> Blobs:
        glow = float(pulse(np.array([time_s]), times, strengths, 0.01, 0.12)[0])
        rgba = np.tile([0.2 + 0.4 * glow, 0.21 + 0.4 * glow, 0.27 + 0.4 * glow, 1.0], (n, 1))
        return Blobs("ellipsoid", np.tile([0.3, 0.12, 0.11], (n, 1)), site.at() + clouds, np.clip(rgba, 0, 1))

    shop.effects += [dark_clouds, bolt]
    shop.gains.append(lambda t: 1 + 1.6 * pulse(t, times, strengths, 0.008, 0.14))
    draft.doing = ("lightning", "strike", "over a house")
    shop.pitch, shop.yaw = 4.0, 0.0
    site.see(0, 0.5, 0.6, 0.55)
    site.see(-0.25, 0.2, 0.16, 0.2)
