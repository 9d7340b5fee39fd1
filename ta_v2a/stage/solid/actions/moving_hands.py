"""Shake, clap, shoot, walk: hands and feet."""

import numpy as np

from ta_v2a.stage.picture.motion import pulse, swinging
from ta_v2a.stage.solid.actions.hitting import material_name
from ta_v2a.stage.solid.poses import X, Y, Z, about, after, xyz
from ta_v2a.stage.solid.site import Site, fist, lifted, palm, thrown
from ta_v2a.stage.solid.workshop import Blobs


def build_shake_box(site: Site) -> None:
    """A hand shakes a clear box; balls of the material rattle in it."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by, draft.least, draft.apart_s = "contacts", 0.3, 0.11
    clear, rim = shop.paint((0.8, 0.9, 0.95), 0.22, 0.8), shop.paint((0.25, 0.3, 0.4))
    of, skin = shop.material(draft.look), shop.paint(shop.skin())
    events = draft.times_s
    a, b, c, wall = 0.11, 0.07, 0.08, 0.012
    reach = shop.vary(0.05, 0.09)

    def path(t: np.ndarray):
        way = swinging(t, events) if len(events) else np.zeros(len(t))
        first, last = (events[0], events[-1]) if len(events) else (0.0, 0.0)
        calm = np.clip((t - first + 0.5) / 0.3, 0, 1) * np.clip((last + 0.3 - t) / 0.3, 0, 1)
        return site.at(0, 0, 0.34) + xyz(reach * way * calm, 0, 0.03 * np.abs(way) * calm), np.tile(
            about(Y, 0.0), (len(t), 1)
        )

    walls = []
    for size, side in (
        ((a, b, wall), (0, 0, -c)),
        ((a, b, wall), (0, 0, c)),
        ((wall, b, c), (-a, 0, 0)),
        ((wall, b, c), (a, 0, 0)),
        ((a, wall, c), (0, -b, 0)),
        ((a, wall, c), (0, b, 0)),
    ):
        walls.append(shop.shape("box", size, side, clear, solid=True, mass=0.15))
    for x in (-a, a):
        for y in (-b, b):
            walls.append(shop.shape("capsule", (0.008,), of=rim, ends=(x, y, -c, x, y, c), mass=0.01))
        for z in (-c, c):
            walls.append(shop.shape("capsule", (0.008,), of=rim, ends=(x, -b, z, x, b, z), mass=0.01))
    for y in (-b, b):
        for z in (-c, c):
            walls.append(shop.shape("capsule", (0.008,), of=rim, ends=(-a, y, z, a, y, z), mass=0.01))
    body = shop.held(path, *walls, *fist(site, skin, (a + 0.035, 0, 0)), give_s=0.01)
    for i in range(4):
        radius = 0.02 + 0.004 * draft.size
        place = site.at(-0.06 + 0.04 * i, 0.025 * (-1) ** i, 0.34 - c + wall + radius)
        ball = shop.shape("sphere", (radius,), (0, 0, 0), of, voice=k, look=draft.look, bounce=0.3)
        shop.loose(place, ball)
    shop.limb(site.at(0.6, -0.2, 0.15), body, (a + 0.06, 0, 0), (0.3, 0.3), 0.036, bend=(0, 0, -1))
    draft.doing = ("a hand", "shake", f"{material_name(draft.look)} balls in a box")
    site.see(0.03, 0, 0.34, 0.24)


def build_clap(site: Site) -> None:
    """Two hands meet."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by, draft.apart_s = "contacts", 0.08
    away = lifted(site, draft.times_s, draft.strengths, 0.16, 0.25, 0.04)
    tone = shop.skin()
    skin = shop.paint(tone)
    reach, high = shop.vary(0.13, 0.2), 0.42
    tilt = 0.9
    for side in (-1, 1):

        def path(t: np.ndarray, side=side):
            gone = away(t)
            turn = after(
                np.broadcast_to(about(X, tilt), (len(t), 4)), np.broadcast_to(_upright(side), (len(t), 4))
            )
            turn = after(about(Z, -side * 0.35 * gone), turn)
            return site.at(0, -0.03, high) + xyz(side * (0.013 - 0.003 + reach * gone), 0, -0.02 * gone), turn

        pad = shop.shape(
            "box", (0.06, 0.035, 0.012), (0.09, 0, 0), skin, voice=k, look="cloth", bounce=0.05, mass=0.3
        )
        hand = shop.held(path, *palm(site, skin, 1.15, side), pad)
        sleeve = (0.75, 0.25, 0.2) if shop.clean else tuple(site.rng.uniform(0.1, 0.9, 3))
        shop.limb(
            site.at(side * 0.32, -0.05, 0.12),
            hand,
            (0, 0, 0),
            (0.2, 0.24),
            0.036,
            (sleeve, sleeve),
            (side, 0, -1),
        )
    draft.doing = ("*hands", "clap", "")
    shop.pitch = shop.pitch if shop.pitch is not None else 10.0
    site.see(0, 0, high + 0.04, 0.24)


def _upright(side: int) -> np.ndarray:
    """(4,) turns an open hand so that the fingers point up and the palm (-z) looks to -side * x."""
    # x (fingers) -> z; -z (palm) -> -side * x
    lift = about(Y, -np.pi / 2)  # x -> z, z -> -x: the palm's -z -> +x
    return lift if side < 0 else after(about(Z, np.pi), lift)


def build_shoot(site: Site) -> None:
    """A pistol recoils, with a flash at its muzzle, smoke, and a shell that jumps out."""
    draft, shop, rng = site.draft, site.shop, site.rng
    times, strengths = draft.times_s, draft.strengths
    steel, grip = shop.paint((0.18, 0.19, 0.21), shine=0.9), shop.paint((0.25, 0.16, 0.1))
    skin = shop.paint(shop.skin())
    side = 1.0

    def path(t: np.ndarray):
        kick = pulse(t, times, strengths, 0.008, 0.09)
        turn = about(Y, -0.45 * kick)
        return site.at(-0.08, 0, 0.36) + xyz(-0.07 * kick, 0, 0.025 * kick), turn

    gun = shop.puppet(
        path,
        shop.shape("box", (0.13, 0.016, 0.026), (0.12, 0, 0.05), steel),
        shop.shape("cylinder", (0.011, 0.02), (0.26, 0, 0.055), steel, tilt=(0, 90, 0)),
        shop.shape("box", (0.028, 0.015, 0.06), (0.0, 0, -0.015), grip, tilt=(0, 12, 0)),
        shop.shape("box", (0.006, 0.006, 0.012), (0.235, 0, 0.085), steel),
        *fist(site, skin, (0.0, 0, -0.01)),
    )
    shop.limb(site.at(-0.75, -0.05, 0.3), gun, (-0.03, 0, -0.02), (0.34, 0.32), 0.042, bend=(0, 0, -1))
    muzzle = site.at(0.24, 0, 0.415)

    def flash(time_s: float) -> Blobs | None:
        age = time_s - times
        recent = age[(age >= 0) & (age < 0.06)]
        if not len(recent):
            return None
        size = 0.055 * (1 - float(recent.min()) / 0.06) + 0.02
        places = muzzle + np.array([[0.03, 0, 0], [0.09, 0, 0], [0.15, 0, 0]])
        sizes = np.array([[1.4, 1, 1], [1.5, 0.8, 0.8], [1.4, 0.5, 0.5]]) * size
        rgba = np.array([[1, 1, 0.85, 1], [1, 0.85, 0.3, 0.9], [1, 0.6, 0.1, 0.8]])
        return Blobs("ellipsoid", sizes, places, rgba, glow=1.0)

    n = 8 * len(times)
    births = np.repeat(times, 8) + rng.uniform(0, 0.03, n)
    smoke = thrown(
        births,
        np.tile(muzzle, (n, 1)),
        np.stack([rng.uniform(0.2, 0.9, n), rng.normal(0, 0.06, n), rng.uniform(0.05, 0.25, n)], -1),
        rng.uniform(0.4, 0.9, n),
        0.018,
        (0.75, 0.75, 0.75, 0.45),
        gravity=-0.2,
        grows=3.0,
    )
    shop.effects += [flash, smoke]
    shells = thrown(
        times + 0.02,
        np.tile(site.at(0.02, 0, 0.42), (len(times), 1)),
        np.tile([-0.3, -0.4, 1.6], (len(times), 1)) * rng.uniform(0.8, 1.2, (len(times), 1)),
        np.full(len(times), 0.8),
        0.011,
        (0.85, 0.65, 0.2, 1.0),
    )
    shop.effects.append(shells)
    shop.gains.append(lambda t: 1 + 0.35 * pulse(t, times, strengths, 0.003, 0.05))
    draft.doing = ("a pistol", "fire", "")
    site.see(0.06 * side, 0, 0.4, 0.28)


def build_walk(site: Site) -> None:
    """Two legs walk over ground of the material; the camera goes along."""
    draft, shop, k, rng = site.draft, site.shop, site.k, site.rng
    draft.heard_by, draft.least, draft.apart_s = "contacts", 0.2, 0.12
    times = draft.times_s if len(draft.times_s) else np.array([0.5])
    gap = float(np.median(np.diff(times))) if len(times) > 1 else 0.6
    stride = shop.vary(0.2, 0.3)
    speed = stride / max(gap, 0.25)
    style = {"wood": "planks", "stone": "speckle", "ceramic": "tiles", "metal": "plain"}.get(
        draft.look, "plain"
    )
    pale = draft.look == "ceramic"
    of = shop.surface((0.85, 0.86, 0.84), "plain") if pale else shop.material(draft.look, 1.0)
    if site.is_main:
        length = speed * shop.duration_s + 3
        shop.fixed(shop.shape("box", (length, 0.45, 0.02), site.at(0, 0, 0.0), of, voice=k, look=draft.look))
        joint = shop.paint((0.12, 0.1, 0.09))
        if style in ("planks", "tiles", "plain"):
            for i in range(-4, int(length / 0.28) + 4):  # joints, so that the way over the ground is seen
                shop.fixed(shop.shape("box", (0.006, 0.45, 0.002), site.at(0.28 * i, 0, 0.0205), joint))
    else:
        shop.fixed(shop.shape("box", (0.5, 0.3, 0.02), site.at(0, 0, 0.0), of, voice=k, look=draft.look))
        speed = 0.0
    boot = shop.paint((0.18, 0.12, 0.09)) if shop.clean else shop.paint(tuple(rng.uniform(0.05, 0.7, 3)))
    trousers = (0.16, 0.2, 0.38) if shop.clean else tuple(rng.uniform(0.05, 0.8, 3))
    hip_high = 0.72

    def hip(time_s: float) -> np.ndarray:
        return site.at(speed * (time_s - float(times[0])), 0, hip_high)

    for leg in (0, 1):
        mine, strength = times[leg::2], draft.strengths[leg::2]
        others = times[1 - leg :: 2]
        y = 0.075 * (1 if leg else -1)
        away = lifted(site, mine, strength, 0.22, 0.25, 0.04)

        def path(t: np.ndarray, mine=mine, others=others, y=y, away=away):
            lands = speed * (mine - times[0]) + 0.5 * stride
            at = np.full(len(t), lands[0] - 2 * stride if speed and len(lands) else 0.0)
            leave = 0.0
            for i, contact in enumerate(mine):
                before = lands[i - 1] if i else lands[0] - 2 * stride * (speed > 0)
                start = max(contact - 0.42, (mine[i - 1] if i else contact - 1) + 0.12)
                u = np.clip((t - start) / max(0.05, contact - start), 0, 1)
                at = np.where(t >= start, before + (lands[i] - before) * u * u * (3 - 2 * u), at)
            lift = away(t)
            first = mine[0] if len(mine) else 0.0
            lift = np.where(t > first + 99, 0, lift)
            pitch = 0.55 * lift
            return site.at(0, y, 0.0) + xyz(
                at + leave, 0, 0.02 + 0.032 - 0.01 + 0.15 * np.minimum(lift, 1)
            ), about(Y, pitch)

        if not len(mine):
            continue
        foot = shop.held(
            path,
            shop.shape("box", (0.085, 0.036, 0.012), (0.035, 0, -0.02), boot, solid=True, mass=0.8),
            shop.shape("ellipsoid", (0.095, 0.04, 0.042), (0.035, 0, 0.0), boot, mass=0.05),
            shop.shape("capsule", (0.042,), of=boot, ends=(-0.02, 0, 0.02, -0.02, 0, 0.1), mass=0.05),
            give_s=0.015,
        )
        shop.limb(hip, foot, (-0.02, 0, 0.08), (0.34, 0.34), 0.052, (trousers, trousers), (1, 0, 0.2))
    if site.is_main:
        start = float(times[0])
        shop.reach_m = np.inf
        shop.follow = lambda t: xyz(speed * (t - start), 0, 0)
        shop.yaw = 0.0 if shop.clean else float(rng.normal(0, 12))
        shop.pitch = 11.0

    def trunk(time_s: float) -> Blobs:
        place = hip(time_s) + np.array([0, 0, 0.09])
        return Blobs("ellipsoid", np.array([[0.1, 0.12, 0.16]]), place[None], np.array([[*trousers, 1.0]]))

    shop.effects.append(trunk)
    ground = {"wood": "a wooden floor", "metal": "a metal floor", "stone": "stone ground", "ceramic": "tiles"}
    draft.doing = ("someone", "walk", f"on {ground.get(draft.look, draft.look + ' ground')}")
    site.see(0.05, 0, 0.32, 0.36)
