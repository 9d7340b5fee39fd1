"""Pour, drip, splash, bubble: water as blobs."""

import numpy as np

from ta_v2a.stage.picture.motion import neighbours
from ta_v2a.stage.scene.scene import ENVELOPE_HZ
from ta_v2a.stage.solid.meshes import boulder
from ta_v2a.stage.solid.poses import Y, about, xyz
from ta_v2a.stage.solid.site import Site, fist, thrown
from ta_v2a.stage.solid.workshop import Blobs

WATER_RGB = (0.45, 0.68, 0.88)
_FALL = 9.81


def level_of(site: Site):
    """(N,) times -> loudness of the source in [0, 1]."""
    levels = site.draft.envelope if site.draft.envelope is not None else np.zeros(2, np.float32)
    clock = np.arange(len(levels)) / ENVELOPE_HZ
    return lambda t: np.interp(t, clock, levels)


def _rings(site: Site, place: np.ndarray, widest: float, lasts_s: float = 0.9, bright: float = 0.8) -> None:
    """A ring of foam grows over the water from every event."""
    angle = 2 * np.pi * np.arange(28) / 28
    around = np.stack([np.cos(angle), np.sin(angle), np.zeros(28)], -1)

    def drawn(time_s: float) -> Blobs | None:
        age = time_s - site.draft.times_s
        age = age[(age >= 0) & (age < lasts_s)]
        if not len(age):
            return None
        share = age / lasts_s
        places = np.concatenate([place + around * (0.03 + widest * s) for s in share])
        fade = np.repeat(bright * (1 - share), 28)
        rgba = np.concatenate([np.full((len(fade), 3), 0.95), fade[:, None]], 1)
        return Blobs("ellipsoid", np.tile([0.016, 0.016, 0.004], (len(fade), 1)), places, rgba, glow=0.2)

    site.shop.effects.append(drawn)


def _basin(site: Site, radius: float, height: float) -> None:
    """A round basin full of water, its surface at `height`."""
    shop = site.shop
    rim = shop.material("stone") if not shop.clean else shop.paint((0.86, 0.86, 0.84), shine=0.6)
    water = shop.paint((0.16, 0.38, 0.55), 1.0, 0.9)
    shop.fixed(
        shop.shape("cylinder", (radius * 1.08, height / 2), site.at(0, 0, height / 2 - 0.002), rim),
        shop.shape("cylinder", (radius, height / 2), site.at(0, 0, height / 2 + 0.002), water),
    )


def build_pour(site: Site) -> None:
    """A jug tilts and water runs from its spout into a bowl."""
    draft, shop, rng = site.draft, site.shop, site.rng
    level = level_of(site)
    of, bowl = shop.material("ceramic"), shop.paint((0.75, 0.85, 0.9), 0.5, 0.9)
    skin, water = shop.paint(shop.skin()), shop.paint(WATER_RGB, 0.85, 0.9)
    mesh = shop.vessel("vase", 0.085, 0.22)
    spout = site.at(0.0, 0, 0.5)

    def path(t: np.ndarray):
        tip = np.clip(3 * level(t), 0, 1)
        smooth = (
            np.array([np.convolve(np.pad(tip, 40, mode="edge"), np.ones(81) / 81, "valid")])[0]
            if len(t) > 200
            else tip
        )
        angle = 0.5 + 0.75 * smooth
        # the spout stays where it is, the jug turns about it
        turn = about(Y, angle)
        back = xyz(
            -0.12 * np.sin(angle) - 0.05 * np.cos(angle), 0, -0.12 * np.cos(angle) + 0.05 * np.sin(angle)
        )
        return spout + back, turn

    jug = shop.puppet(
        path,
        shop.shape("mesh", (), (0, 0, -0.11), of, mesh=mesh),
        shop.shape("capsule", (0.012,), of=of, ends=(-0.06, 0, 0.08, -0.14, 0, 0.05)),
        shop.shape("capsule", (0.012,), of=of, ends=(-0.14, 0, 0.05, -0.08, 0, -0.05)),
        *fist(site, skin, (-0.135, 0, 0.03)),
    )
    shop.limb(site.at(-0.75, -0.05, 0.45), jug, (-0.16, 0, 0.02), (0.3, 0.3), 0.036)
    shop.fixed(
        shop.shape("cylinder", (0.13, 0.008), site.at(0.03, 0, 0.01), bowl),
        shop.shape("cylinder", (0.125, 0.045), site.at(0.03, 0, 0.06), water),
        shop.shape("cylinder", (0.14, 0.06), site.at(0.03, 0, 0.062), bowl),
    )
    n = 34
    phase, wobble = np.arange(n) / n, rng.normal(0, 0.0025, (n, 2))
    fall_s = np.sqrt(2 * 0.4 / _FALL)

    def stream(time_s: float) -> Blobs | None:
        age = ((phase + 3.1 * time_s) % 1.0) * fall_s
        flows = level(np.maximum(time_s - age, 0))
        on = flows > 0.05
        if not on.any():
            return None
        age, flows = age[on], flows[on]
        x = 0.01 + 0.09 * age
        places = spout + np.stack([x, wobble[on, 0], -0.5 * _FALL * age**2], -1)
        sizes = np.stack([0.013 + 0 * age, 0.013 + 0 * age, 0.022 + 0.06 * age], -1) * (
            0.6 + 0.5 * flows[:, None]
        )
        return Blobs("ellipsoid", sizes, places, np.tile([*WATER_RGB, 0.9], (len(age), 1)), glow=0.15)

    angle = 2 * np.pi * rng.random(24)

    def foam(time_s: float) -> Blobs | None:
        flow = float(level(np.array([max(0.0, time_s - fall_s)]))[0])
        if flow < 0.05:
            return None
        age = (np.arange(24) / 24 + 2.7 * time_s) % 1.0
        out = 0.02 + 0.07 * age
        hop = 0.22 * age * (1 - age) * flow
        places = site.at(0.04, 0, 0.11) + np.stack([out * np.cos(angle), out * np.sin(angle), hop], -1)
        return Blobs(
            "sphere", np.full((24, 3), 0.009), places, np.tile([0.92, 0.96, 1, 0.8], (24, 1)), glow=0.2
        )

    shop.effects += [stream, foam]
    draft.doing = ("*hands", "pour", "water from a jug")
    draft.doing = ("a hand", "pour", "water into a bowl")
    site.see(-0.02, 0, 0.33, 0.3)
    site.see(0.03, 0, 0.08, 0.16)


def build_drip(site: Site) -> None:
    """Drops fall from a tap into a basin; rings grow."""
    draft, shop, rng = site.draft, site.shop, site.rng
    times = draft.times_s
    chrome = shop.paint((0.82, 0.84, 0.87), shine=1.0)
    height, high = 0.1, 0.5
    _basin(site, 0.24, height)
    shop.fixed(
        shop.shape(
            "capsule", (0.022,), of=chrome, ends=(*site.at(0, 0.3, 0.0), *site.at(0, 0.3, high + 0.1))
        ),
        shop.shape(
            "capsule", (0.02,), of=chrome, ends=(*site.at(0, 0.3, high + 0.1), *site.at(0, 0, high + 0.1))
        ),
        shop.shape(
            "capsule", (0.02,), of=chrome, ends=(*site.at(0, 0, high + 0.1), *site.at(0, 0, high + 0.04))
        ),
        shop.shape(
            "capsule",
            (0.011,),
            of=chrome,
            ends=(*site.at(-0.06, 0.3, high + 0.15), *site.at(0.06, 0.3, high + 0.15)),
        ),
    )
    fall_s = float(np.sqrt(2 * (high - height) / _FALL))
    size = 0.018 + 0.01 * draft.size

    def drop(time_s: float) -> Blobs | None:
        _, to_next, _ = neighbours(np.array([time_s]), times)
        ahead = float(to_next[0])
        if not np.isfinite(ahead) or ahead > fall_s + 0.5:
            return None
        age = max(0.0, fall_s - ahead)
        grown = float(np.clip((fall_s + 0.5 - ahead) / 0.5, 0.3, 1))
        place = site.at(0, 0, high + 0.01 - 0.5 * _FALL * age**2)
        sizes = np.array([[size, size, size * (1.2 + 2.2 * age)]]) * grown
        return Blobs("ellipsoid", sizes, place[None], np.array([[*WATER_RGB, 1.0]]), glow=0.35)

    shop.effects.append(drop)
    _rings(site, site.at(0, 0, height + 0.004), 0.2)
    n = 5 * len(times)
    turn = rng.uniform(0, 2 * np.pi, n)
    jump = np.stack([0.25 * np.cos(turn), 0.25 * np.sin(turn), rng.uniform(0.7, 1.4, n)], -1)
    origins = np.tile(site.at(0, 0, height), (n, 1))
    shop.effects.append(
        thrown(np.repeat(times, 5), origins, jump, np.full(n, 0.25), 0.009, (*WATER_RGB, 1.0), glow=0.3)
    )
    draft.doing = ("a tap", "drip", "into a basin")
    shop.pitch = shop.pitch if shop.pitch is not None else 22.0
    site.see(0, 0.05, 0.36, 0.3)
    site.see(0, 0, 0.1, 0.26)


def build_splash(site: Site) -> None:
    """Stones fall into a pool; water jumps up and rings run out."""
    draft, shop, rng = site.draft, site.shop, site.rng
    times, strengths = draft.times_s, draft.strengths
    height = 0.12
    _basin(site, 0.42, height)
    of = shop.material("stone")
    mesh = shop.mesh(boulder(rng, 0.06 + 0.025 * draft.size))

    def path(t: np.ndarray):
        _, to_next, _ = neighbours(t, times)
        since, _, _ = neighbours(t, times)
        falls = to_next < 0.5
        z = height + 0.02 + 1.2 * to_next + 0.5 * _FALL * to_next**2
        sinks = (since < 0.12) & ~falls
        z = np.where(sinks, height - 1.5 * since, np.where(falls, z, 50.0))
        z = np.where(np.isfinite(z), z, 50.0)
        x = np.where(falls, -0.5 * np.where(falls, to_next, 0), 0.0)
        return site.at() + xyz(x, 0, z), about(Y, 5 * np.where(falls, to_next, 0))

    shop.puppet(path, shop.shape("mesh", (), (0, 0, 0), of, mesh=mesh))
    per = 46
    n = per * len(times)
    turn, lean = rng.uniform(0, 2 * np.pi, n), rng.uniform(0.15, 1.0, n)
    power = np.repeat(0.6 + 0.5 * strengths, per)
    up = rng.uniform(1.0, 2.6, n) * power
    jump = np.stack([0.75 * lean * np.cos(turn), 0.75 * lean * np.sin(turn), up], -1)
    origins = site.at(0, 0, height) + np.stack([0.06 * np.cos(turn), 0.06 * np.sin(turn), np.zeros(n)], -1)
    births = np.repeat(times, per) + rng.uniform(0, 0.04, n)
    for part, radius in ((slice(0, None, 2), 0.017), (slice(1, None, 2), 0.011)):
        shop.effects.append(
            thrown(
                births[part],
                origins[part],
                jump[part],
                2 * up[part] / _FALL,
                radius,
                (0.75, 0.87, 0.97, 0.95),
                glow=0.25,
            )
        )
    _rings(site, site.at(0, 0, height + 0.004), 0.36, 1.2)
    draft.doing = ("a stone", "splash", "into water")
    shop.pitch = shop.pitch if shop.pitch is not None else 20.0
    site.see(0, 0, 0.3, 0.3)
    site.see(0, 0, 0.1, 0.36)


def build_bubble(site: Site) -> None:
    """Bubbles rise in a glass tank and burst at the surface."""
    draft, shop, rng = site.draft, site.shop, site.rng
    times = draft.times_s
    glass, frame = shop.paint((0.75, 0.88, 0.95), 0.18, 0.9), shop.paint((0.15, 0.16, 0.18))
    water, gravel = shop.paint((0.25, 0.55, 0.72), 0.42, 0.3), shop.surface((0.75, 0.62, 0.4), "speckle")
    a, b, top = 0.26, 0.15, 0.36
    shop.fixed(
        shop.shape("box", (a, b, 0.03), site.at(0, 0, 0.03), gravel),
        shop.shape("box", (a * 0.99, b * 0.99, (top - 0.04) / 2), site.at(0, 0, top / 2), water),
        shop.shape("box", (a, b, 0.22), site.at(0, 0, 0.22), glass),
    )
    for x in (-a, a):
        for y in (-b, b):
            shop.fixed(shop.shape("box", (0.008, 0.008, 0.22), site.at(x, y, 0.22), frame))
    for z in (0.0, 0.44):
        for y in (-b, b):
            shop.fixed(shop.shape("box", (a, 0.009, 0.009), site.at(0, y, z), frame))
        for x in (-a, a):
            shop.fixed(shop.shape("box", (0.009, b, 0.009), site.at(x, 0, z), frame))
    for _ in range(6):
        stem = float(rng.uniform(-0.2, 0.2))
        green = shop.paint((0.15, float(rng.uniform(0.4, 0.6)), 0.2))
        shop.fixed(
            shop.shape(
                "capsule",
                (0.012,),
                of=green,
                ends=(
                    *site.at(stem, 0.08, 0.05),
                    *site.at(stem + 0.02, 0.08, float(rng.uniform(0.12, 0.24))),
                ),
            )
        )
    across = rng.uniform(-0.16, 0.16, len(times))
    size, rise = rng.uniform(0.02, 0.036, len(times)), 0.42

    def rising(time_s: float) -> Blobs | None:
        ahead = times - time_s
        on = (ahead > -0.05) & (ahead < 0.7)
        if not on.any():
            return None
        left = np.maximum(ahead[on], 0)
        burst = np.clip(-ahead[on] / 0.05, 0, 1)
        places = site.at(0, -b - 0.004, top) + np.stack(
            [across[on] + 0.012 * np.sin(14 * left), np.zeros(len(left)), -rise * left], -1
        )
        sizes = size[on, None] * (1 + 0.8 * burst[:, None]) * np.ones((1, 3))
        rgba = np.concatenate([np.full((len(left), 3), 0.97), (0.85 * (1 - burst))[:, None]], 1)
        return Blobs("sphere", sizes, places, rgba, glow=0.3)

    shop.effects.append(rising)
    n = 6 * len(times)
    turn = rng.uniform(0, 2 * np.pi, n)
    jump = np.stack([0.3 * np.cos(turn), 0.3 * np.sin(turn), rng.uniform(0.5, 1.1, n)], -1)
    origins = site.at(0, -0.05, top) + np.stack([np.repeat(across, 6), np.zeros(n), np.zeros(n)], -1)
    shop.effects.append(
        thrown(np.repeat(times, 6), origins, jump, np.full(n, 0.22), 0.008, (0.9, 0.96, 1, 1), glow=0.3)
    )
    draft.doing = ("*bubbles", "rise", "in a glass tank")
    site.see(0, 0, 0.24, 0.3)
