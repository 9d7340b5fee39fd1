"""Run, drill, spin, tick: machines."""

import numpy as np

from ta_v2a.stage.picture.motion import swinging
from ta_v2a.stage.solid.actions.water import level_of
from ta_v2a.stage.solid.poses import X, Y, about, after, xyz
from ta_v2a.stage.solid.site import Site, fist, thrown
from ta_v2a.stage.solid.workshop import Blobs


def _turns(site: Site, level, turns_s: float):
    """(N,) times -> angle of something that turns as fast as the source is loud."""
    clock = np.arange(int(site.shop.duration_s * 125) + 125) / 125
    angle = np.cumsum(level(clock)) / 125 * 2 * np.pi * turns_s
    return lambda t: np.interp(t, clock, angle)


def build_run_engine(site: Site) -> None:
    """An engine block shakes, its belt wheels turn and its exhaust smokes."""
    draft, shop, rng = site.draft, site.shop, site.rng
    level = level_of(site)
    paint = (0.2, 0.38, 0.6) if shop.clean else tuple(rng.uniform(0.1, 0.8, 3))
    block, steel, black = shop.paint(paint, shine=0.6), shop.material("metal"), shop.paint((0.1, 0.1, 0.11))
    red = shop.paint((0.85, 0.2, 0.12))
    shake = 0.011 * site.large

    def path(t: np.ndarray):
        strong = level(t)
        return site.at() + xyz(
            shake * strong * np.sin(2 * np.pi * 11.3 * t),
            0,
            0.04 + shake * strong * np.cos(2 * np.pi * 14.7 * t),
        ), about(Y, 0.03 * strong * np.sin(2 * np.pi * 9.1 * t))

    parts = [
        shop.shape("box", (0.22, 0.13, 0.11), (0, 0, 0.13), block),
        shop.shape("box", (0.19, 0.1, 0.03), (0, 0, 0.27), steel),
    ]
    for i in range(4):
        x = (i - 1.5) * 0.095
        parts += [
            shop.shape("cylinder", (0.032, 0.035), (x, 0, 0.33), red),
            shop.shape("capsule", (0.012,), of=steel, ends=(x, -0.12, 0.24, x, -0.18, 0.16)),
        ]
    parts.append(shop.shape("capsule", (0.025,), of=steel, ends=(-0.18, -0.18, 0.15, 0.34, -0.18, 0.15)))
    parts.append(shop.shape("capsule", (0.025,), of=steel, ends=(0.34, -0.18, 0.15, 0.36, -0.18, 0.36)))
    shop.puppet(path, *parts)
    angle = _turns(site, level, 2.2)
    white = shop.paint((0.95, 0.95, 0.95))
    for x, z, r, ratio in ((-0.27, 0.13, 0.085, 1.0), (-0.27, 0.31, 0.05, 1.7)):

        def spin(t: np.ndarray, x=x, z=z, ratio=ratio):
            base, _ = path(t)
            lie = about(Y, np.full(len(t), np.pi / 2))
            return base + xyz(x, -0.02, z), after(about(X, ratio * angle(t)), lie)

        shop.puppet(
            spin,
            shop.shape("cylinder", (r, 0.022), (0, 0, 0), black),
            shop.shape("box", (0.9 * r, 0.012, 0.026), (0, 0, 0), white),
            shop.shape("box", (0.012, 0.9 * r, 0.026), (0, 0, 0), white),
        )
    for x in (-0.15, 0.15):
        shop.fixed(shop.shape("box", (0.04, 0.15, 0.03), site.at(x, 0, 0.03), black))
    n = 22
    birth, drift = rng.random(n), rng.normal(0, 0.09, (n, 2))

    def smoke(time_s: float) -> Blobs | None:
        age = (birth + 0.9 * time_s) % 1.0
        strong = level(np.maximum(0, time_s - age / 0.9))
        if strong.max() < 0.05:
            return None
        places = site.at(0.36, -0.18, 0.4) + np.stack(
            [0.2 * age + drift[:, 0] * age, drift[:, 1] * age, 0.42 * age], -1
        )
        rgba = np.concatenate([np.full((n, 3), 0.45), (0.55 * strong * (1 - age))[:, None]], 1)
        return Blobs("sphere", (0.02 + 0.06 * age)[:, None] * np.ones((1, 3)), places, rgba)

    shop.effects.append(smoke)
    shop.yaw = shop.yaw if shop.yaw is not None else -38.0
    draft.doing = ("an engine", "run", "")
    site.see(0, 0, 0.24, 0.4)


def build_drill(site: Site) -> None:
    """A power drill bores into a plank; chips fly while it runs."""
    draft, shop, rng = site.draft, site.shop, site.rng
    level = level_of(site)
    body_paint, black = (
        shop.paint((0.95, 0.7, 0.1) if shop.clean else tuple(rng.uniform(0.1, 0.9, 3)), shine=0.5),
        shop.paint((0.13, 0.13, 0.14)),
    )
    steel, wood, skin = (
        shop.paint((0.75, 0.76, 0.8), shine=1.0),
        shop.material("wood"),
        shop.paint(shop.skin()),
    )
    high = 0.34
    shop.fixed(shop.shape("box", (0.05, 0.2, 0.3), site.at(0.24, 0, 0.3), wood))

    def path(t: np.ndarray):
        on = level(t)
        near = np.clip(4 * on, 0, 1)
        if len(t) > 200:
            near = np.convolve(np.pad(near, 100, mode="edge"), np.ones(201) / 201, "valid")
        shake = 0.004 * on
        return site.at(-0.09, 0, high) + xyz(
            0.075 * near + shake * np.sin(170 * t), shake * np.sin(141 * t), shake * np.cos(190 * t)
        ), about(X, np.zeros(len(t)))

    tool = shop.puppet(
        path,
        shop.shape("cylinder", (0.05, 0.085), (0, 0, 0), body_paint, tilt=(0, 90, 0)),
        shop.shape("cylinder", (0.035, 0.03), (0.11, 0, 0), black, tilt=(0, 90, 0)),
        shop.shape("box", (0.03, 0.028, 0.075), (-0.035, 0, -0.1), body_paint, tilt=(0, -12, 0)),
        shop.shape("box", (0.055, 0.035, 0.025), (-0.03, 0, -0.19), black),
        *fist(site, skin, (-0.045, 0, -0.1), 1.1),
    )
    angle = _turns(site, level, 3.3)

    def bit(t: np.ndarray):
        base, _ = path(t)
        return base, about(X, angle(t))

    shop.puppet(
        bit,
        shop.shape("capsule", (0.008,), of=steel, ends=(0.13, 0, 0, 0.29, 0, 0)),
        shop.shape("box", (0.05, 0.016, 0.004), (0.22, 0, 0), steel),
        shop.shape("box", (0.05, 0.004, 0.016), (0.22, 0, 0), steel),
        shop.shape("box", (0.02, 0.034, 0.008), (0.12, 0, 0), steel),
    )
    shop.limb(site.at(-0.7, -0.1, 0.2), tool, (-0.09, 0, -0.1), (0.3, 0.3), 0.04)
    clock = np.arange(0, shop.duration_s, 0.012)
    births = clock[level(clock) > 0.1]
    n = len(births)
    out = np.stack([rng.uniform(-1.2, -0.3, n), rng.normal(0, 0.5, n), rng.uniform(-0.1, 1.0, n)], -1)
    origins = np.tile(site.at(0.19, 0, high), (n, 1))
    shop.effects.append(thrown(births, origins, out, np.full(n, 0.4), 0.008, (0.9, 0.72, 0.45, 1.0)))
    draft.doing = ("a drill", "bore", "into a plank")
    site.see(0.03, 0, 0.32, 0.28)


def build_spin_fan(site: Site) -> None:
    """A table fan turns; ribbons on its cage fly."""
    draft, shop, rng = site.draft, site.shop, site.rng
    level = level_of(site)
    wire, base = shop.paint((0.75, 0.77, 0.8), shine=0.9), shop.paint((0.92, 0.93, 0.94), shine=0.5)
    blade = shop.paint((0.2, 0.55, 0.8) if shop.clean else tuple(rng.uniform(0.1, 0.9, 3)), 0.95)
    high, r = 0.4, 0.21
    shop.fixed(
        shop.shape("cylinder", (0.12, 0.015), site.at(0, 0, 0.015), base),
        shop.shape("capsule", (0.018,), of=base, ends=(*site.at(0, 0.03, 0.02), *site.at(0, 0.03, high))),
        shop.shape("cylinder", (0.05, 0.05), site.at(0, 0.06, high), base, tilt=(90, 0, 0)),
    )
    for i in range(20):
        a, b = 2 * np.pi * i / 20, 2 * np.pi * (i + 1) / 20
        ends = (
            *site.at(r * np.cos(a), -0.02, high + r * np.sin(a)),
            *site.at(r * np.cos(b), -0.02, high + r * np.sin(b)),
        )
        shop.fixed(shop.shape("capsule", (0.006,), of=wire, ends=ends))
        if i % 2 == 0:
            ends = (*site.at(0, -0.05, high), *site.at(r * np.cos(a), -0.02, high + r * np.sin(a)))
            shop.fixed(shop.shape("capsule", (0.0025,), of=wire, ends=ends))
    angle = _turns(site, level, 2.3)

    def path(t: np.ndarray):
        return np.tile(site.at(0, -0.015, high), (len(t), 1)), after(
            about(Y, angle(t)), about(X, np.full(len(t), np.pi / 2))
        )

    blades = [shop.shape("cylinder", (0.035, 0.02), (0, 0, 0), base)]
    for i in range(3):
        a = 2 * np.pi * i / 3
        place = (0.11 * np.cos(a), 0.11 * np.sin(a), 0)
        blades.append(shop.shape("ellipsoid", (0.09, 0.05, 0.006), place, blade, tilt=(18, 0, np.degrees(a))))
    shop.puppet(path, *blades)
    count, phase = 12, rng.uniform(0, 6.3, 3)

    def ribbons(time_s: float) -> Blobs:
        strong = float(level(np.array([time_s]))[0])
        places, rgba = [], []
        for k, x in enumerate((-0.1, 0.0, 0.1)):
            along = np.arange(count) / count
            wave = 0.025 * along * np.sin(18 * time_s - 7 * along + phase[k]) * strong
            out, down = 0.22 * along * strong, 0.22 * along * (1 - 0.85 * strong)
            places.append(site.at(x, -0.06, high - 0.12) + np.stack([wave, -out, wave - down], -1))
            rgba.append(np.tile([[0.9, 0.2, 0.2], [0.95, 0.8, 0.2], [0.3, 0.75, 0.3]][k] + [1.0], (count, 1)))
        return Blobs("sphere", np.full((3 * count, 3), 0.011), np.concatenate(places), np.concatenate(rgba))

    shop.effects.append(ribbons)
    shop.yaw = shop.yaw if shop.yaw is not None else 25.0
    shop.pitch = shop.pitch if shop.pitch is not None else 9.0
    draft.doing = ("a fan", "spin", "")
    site.see(0, -0.05, 0.33, 0.34)


def build_tick(site: Site) -> None:
    """A clock on a stand: its hand jumps at every tick and its pendulum turns round."""
    draft, shop = site.draft, site.shop
    times = draft.times_s
    wood, white, black = shop.material("wood"), shop.paint((0.96, 0.95, 0.9)), shop.paint((0.08, 0.08, 0.1))
    brass, red = shop.paint((0.85, 0.65, 0.2), shine=1.0), shop.paint((0.85, 0.1, 0.1))
    high, r = 0.5, 0.17
    shop.fixed(
        shop.shape("box", (0.2, 0.05, 0.21), site.at(0, 0.05, high), wood),
        shop.shape("box", (0.03, 0.05, 0.3), site.at(-0.17, 0.05, 0.3), wood),
        shop.shape("box", (0.03, 0.05, 0.3), site.at(0.17, 0.05, 0.3), wood),
        shop.shape("box", (0.23, 0.08, 0.025), site.at(0, 0.05, 0.025), wood),
        shop.shape("cylinder", (r, 0.012), site.at(0, -0.005, high), white, tilt=(90, 0, 0)),
    )
    for i in range(12):
        a = 2 * np.pi * i / 12
        place = site.at(0.84 * r * np.sin(a), -0.02, high + 0.84 * r * np.cos(a))
        size = (0.007, 0.003, 0.02) if i % 3 == 0 else (0.004, 0.003, 0.012)
        shop.fixed(shop.shape("box", size, place, black, tilt=(0, float(np.degrees(a)), 0)))
    for angle, length, thick in ((2.2, 0.09, 0.009), (5.2, 0.12, 0.007)):
        ends = (
            *site.at(0, -0.025, high),
            *site.at(length * np.sin(angle), -0.025, high + length * np.cos(angle)),
        )
        shop.fixed(shop.shape("capsule", (thick,), of=black, ends=ends))
    step = np.pi / 6

    def hand(t: np.ndarray):
        turned = step * np.clip((t[:, None] - times[None, :]) / 0.03 + 0.5, 0, 1).sum(-1)
        return np.tile(site.at(0, -0.035, high), (len(t), 1)), about(Y, turned)

    def pendulum(t: np.ndarray):
        return np.tile(site.at(0, 0.0, high - 0.14), (len(t), 1)), about(Y, 0.42 * swinging(t, times))

    shop.puppet(
        hand,
        shop.shape("capsule", (0.006,), of=red, ends=(0, 0, -0.03, 0, 0, 0.14)),
        shop.shape("sphere", (0.014,), (0, 0, 0), red),
    )
    shop.puppet(
        pendulum,
        shop.shape("capsule", (0.006,), of=brass, ends=(0, 0, 0, 0, 0, -0.24)),
        shop.shape("cylinder", (0.05, 0.012), (0, 0, -0.25), brass, tilt=(90, 0, 0)),
    )
    draft.doing = ("a clock", "tick", "")
    shop.pitch = shop.pitch if shop.pitch is not None else 8.0
    site.see(0, 0, 0.37, 0.37)
