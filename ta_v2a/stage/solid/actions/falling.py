"""Bounce, drop, throw, roll: bodies that fly on their own."""

from functools import partial

import numpy as np

from ta_v2a.stage.solid.actions.hitting import material_name
from ta_v2a.stage.solid.materials import STUFF
from ta_v2a.stage.solid.meshes import boulder
from ta_v2a.stage.solid.poses import X, Z, about, xyz
from ta_v2a.stage.solid.site import Site, palm

_GRAVITY = 9.81


def _ball(site: Site, radius: float, bounce: float) -> tuple[str, str]:
    """(name, XML) of a ball of the source's look."""
    shop, look = site.shop, site.draft.look
    of = shop.material(look)
    stripe = shop.paint((0.95, 0.93, 0.88) if look != "ceramic" else (0.2, 0.3, 0.7))
    shapes = shop.shape("sphere", (radius,), (0, 0, 0), of, voice=site.k, look=look, bounce=bounce)
    if look in ("plastic", "cloth", "drum"):
        shapes += shop.shape("cylinder", (1.004 * radius, 0.14 * radius), (0, 0, 0), stripe, mass=0.001)
    return f"a {material_name(look)} ball", shapes


def _starts(site: Site, least_gap_s: float) -> np.ndarray:
    """When things are let go: the first planned moment, and again after a while, for whole falls."""
    first = float(site.draft.times_s[0]) if len(site.draft.times_s) else 0.4
    start = float(np.clip(first - 0.35, 0.06, max(0.07, site.shop.duration_s - 1.2)))
    starts, rng = [start], site.rng
    gap = least_gap_s * (1.15 if site.shop.clean else float(rng.uniform(1.0, 1.8)))
    if site.shop.clean and rng.random() < 0.5:
        return np.array(starts)
    while starts[-1] + gap < site.shop.duration_s - 0.8 and len(starts) < 5:
        starts.append(starts[-1] + gap)
    return np.array(starts)


def _releasing_hand(site: Site, starts: np.ndarray, place: np.ndarray) -> None:
    """An open hand that holds a thing from behind until it is let go, and draws back."""
    shop = site.shop
    skin = shop.paint(shop.skin())

    def path(t: np.ndarray):
        since = np.min(np.where(t[:, None] >= starts, t[:, None] - starts, np.inf), axis=1)
        until = np.min(np.where(starts > t[:, None], starts - t[:, None], np.inf), axis=1)
        back = np.clip(since / 0.18, 0, 1)
        away = np.minimum(back * (2 - back), np.clip((until - 0.05) / 0.35, 0, 1))
        away = np.where(np.isfinite(since), away, np.clip((until - 0.05) / 0.35, 0, 1))
        return place + xyz(0.08 * away + 0.02, 0.0, 0.14 * away), np.tile(about(Z, np.pi), (len(t), 1))

    hand = shop.puppet(path, *palm(site, skin))
    shop.limb(place + np.array([0.55, 0.1, 0.25]), hand, (0, 0, 0), (0.3, 0.3), 0.036, bend=(0, 0, -1))


def build_bounce_ball(site: Site) -> None:
    """A ball is let go or tossed in and bounces until it rests or leaves; then another one."""
    draft, shop, rng = site.draft, site.shop, site.rng
    draft.heard_by, draft.least, draft.apart_s = "contacts", 0.14, 0.07
    radius = 0.09 * site.large
    bounce = shop.vary(0.74, 0.88)
    starts = _starts(site, 2.4)
    high = shop.vary(0.45, 0.7)
    name, speed = "", shop.vary(0.1, 0.32)
    side = 1.0 if rng.random() < 0.5 else -1.0
    for start in starts:
        name, shapes = _ball(site, radius, bounce)
        body = shop.parked(shapes)
        place = site.at(-0.38 * side, float(rng.normal(0, 0.03)), high + radius)
        spin = np.array([0, speed * side / radius, 0]) * 0.6
        shop.launch(float(start), body, place, (speed * side, 0, 0), spin)
    draft.doing = (name, "bounce", "on the floor")
    shop.pitch = shop.pitch if shop.pitch is not None else 13.0
    site.see(-0.38 * side, 0, 0.6 * high, 0.5 * high)
    site.see(0.3 * side, 0, 0.15, 0.2)


def build_bounce_off_wall(site: Site) -> None:
    """A ball is thrown against a wall at the side and comes back over the floor."""
    draft, shop, rng = site.draft, site.shop, site.rng
    draft.heard_by, draft.least, draft.apart_s = "contacts", 0.16, 0.07
    radius, side = 0.1 * site.large, 1.0 if rng.random() < 0.5 else -1.0
    brick = shop.surface((0.62, 0.36, 0.28), "tiles")
    shop.fixed(shop.shape("box", (0.06, 0.45, 0.5), site.at(0.5 * side, 0.1, 0.5), brick, solid=True))
    name = ""
    for start in _starts(site, 2.3):
        name, shapes = _ball(site, radius, shop.vary(0.72, 0.85))
        body = shop.parked(shapes)
        velocity = (shop.vary(1.9, 2.6) * side, 0.0, shop.vary(0.8, 1.4))
        shop.launch(float(start), body, site.at(-0.6 * side, 0, 0.45), velocity, (0, 6 * side, 0))
    draft.doing = (name, "bounce", "off a wall")
    shop.pitch = shop.pitch if shop.pitch is not None else 13.0
    site.see(0.35 * side, 0, 0.35, 0.22)
    site.see(-0.25 * side, 0, 0.2, 0.2)


def _thing(site: Site) -> tuple[str, str, float]:
    """(name, XML, height above which it is let go) of something of the material that falls."""
    shop, look, s, k = site.shop, site.draft.look, 1.5 * site.large, site.k
    of = shop.material(look)
    body = partial(shop.shape, voice=k, look=look, bounce=STUFF[look].restitution)
    if look == "wood":
        return (
            "a wooden block",
            body("box", (0.09 * s, 0.05 * s, 0.035 * s), (0, 0, 0), of),
            0.1,
        )
    if look == "metal":
        if shop.maybe(0.5):
            shapes = body("cylinder", (0.022 * s, 0.12 * s), (0, 0, 0), of, tilt=(0, 90, 0))
            return "a metal pipe", shapes, 0.1
        mesh = shop.vessel("plate", 0.13 * s, 0.03 * s)
        return "a metal lid", body("mesh", (), (0, 0, -0.015 * s), of, mesh=mesh), 0.1
    if look == "glass":
        mesh = shop.vessel("bottle", 0.05 * s, 0.24 * s)
        return "a glass bottle", body("mesh", (), (0, 0, -0.1 * s), of, mesh=mesh), 0.14
    if look == "ceramic":
        mesh = shop.vessel("cup", 0.07 * s, 0.11 * s)
        shapes = body("mesh", (), (0, 0, -0.055 * s), of, mesh=mesh)
        for z in (-0.03, 0.01):
            ends = (0.06 * s, 0, z * s, 0.1 * s, 0, (z + 0.01) * s)
            shapes += shop.shape("capsule", (0.009 * s,), of=of, ends=ends, mass=0.005)
        ends = (0.1 * s, 0, -0.02 * s, 0.1 * s, 0, 0.02 * s)
        return (
            "a ceramic cup",
            shapes + shop.shape("capsule", (0.009 * s,), of=of, ends=ends, mass=0.005),
            0.1,
        )
    if look == "plastic":
        mesh = shop.vessel("bucket", 0.09 * s, 0.14 * s)
        return "a plastic cup", body("mesh", (), (0, 0, -0.07 * s), of, mesh=mesh), 0.1
    if look == "stone":
        mesh = shop.mesh(boulder(site.rng, 0.085 * s))
        return "a stone", body("mesh", (), (0, 0, 0), of, mesh=mesh), 0.1
    if look == "drum":
        shell = shop.paint((0.7, 0.12, 0.1), shine=0.5)
        shapes = body("cylinder", (0.09 * s, 0.045 * s), (0, 0, 0), shell)
        return (
            "a small drum",
            shapes + shop.shape("cylinder", (0.085 * s, 0.047 * s), (0, 0, 0), of, mass=0.01),
            0.1,
        )
    return "a cushion", body("ellipsoid", (0.13 * s, 0.1 * s, 0.05 * s), (0, 0, 0), of), 0.1


def build_drop_thing(site: Site) -> None:
    """A hand lets something fall; it hits the ground, tumbles and rests."""
    draft, shop, rng = site.draft, site.shop, site.rng
    draft.heard_by, draft.least, draft.apart_s = "contacts", 0.16, 0.07
    starts, name, places = _starts(site, 1.7), "", []
    high = shop.vary(0.34, 0.5)
    for number, start in enumerate(starts):
        name, shapes, above = _thing(site)
        body = shop.parked(shapes)
        x = 0.22 * ((number + 1) // 2) * (1 if number % 2 else -1)
        place = site.at(x, 0.02 * number, high + above)
        places.append(place)
        shop.launch(float(start), body, place, (float(rng.normal(0, 0.06)), 0, 0), rng.normal(0, 1.6, 3))
    if len(starts) == 1:
        _releasing_hand(site, starts, places[0] + np.array([0.16, 0, 0.05]))
    draft.doing, draft.counts = (name, "fall", "on the floor"), False
    shop.pitch = shop.pitch if shop.pitch is not None else 15.0
    xs = [place[0] - site.x for place in places]
    site.see((min(xs) + max(xs)) / 2, 0, 0.5 * high + 0.12, 0.5 * high + 0.12)
    for x in (min(xs), max(xs)):
        site.see(x, 0, 0.12, 0.14)


def build_throw_thing(site: Site) -> None:
    """Things are thrown in from the side and tumble over the ground."""
    draft, shop, rng = site.draft, site.shop, site.rng
    draft.heard_by, draft.least, draft.apart_s = "contacts", 0.16, 0.07
    side, name = 1.0 if rng.random() < 0.5 else -1.0, ""
    for start in _starts(site, 1.9):
        name, shapes, _ = _thing(site)
        body = shop.parked(shapes)
        velocity = (shop.vary(0.7, 1.1) * side, float(rng.normal(0, 0.15)), shop.vary(0.4, 1.2))
        shop.launch(float(start), body, site.at(-0.6 * side, 0, 0.42), velocity, rng.normal(0, 3, 3))
    draft.doing, draft.counts = ("a hand", "throw", f"{name} on the floor"), False
    shop.pitch = shop.pitch if shop.pitch is not None else 16.0
    site.see(-0.2 * side, 0, 0.2, 0.24)
    site.see(0.2 * side, 0, 0.12, 0.18)


def build_push_off_shelf(site: Site) -> None:
    """A hand pushes something over the edge of a shelf."""
    draft, shop = site.draft, site.shop
    if draft.look in ("drum",):
        build_drop_thing(site)
        return
    draft.heard_by, draft.least, draft.apart_s = "contacts", 0.18, 0.07
    board = shop.surface((0.5, 0.36, 0.24), "planks")
    shop.fixed(
        shop.shape("box", (0.22, 0.14, 0.02), site.at(-0.3, 0, 0.5), board, mute=True),
        shop.shape("box", (0.02, 0.12, 0.25), site.at(-0.46, 0, 0.25), board),
        shop.shape("box", (0.02, 0.12, 0.25), site.at(-0.16, 0, 0.25), board),
    )
    start = float(_starts(site, 9.0)[0])
    name, shapes, _ = _thing(site)
    body = shop.loose(site.at(-0.24, 0, 0.6), shapes)
    shop.launch(0.0, body, site.at(-0.24, 0, 0.6))
    skin = shop.paint(shop.skin())

    def path(t: np.ndarray):
        way = np.clip((t - start) / 0.4, 0, 1)
        back = np.clip((t - start - 0.6) / 0.5, 0, 1)
        turn = about(X, np.pi / 2)
        return site.at(-0.64, 0, 0.575) + xyz(0.27 * way * way * (3 - 2 * way) - 0.25 * back, 0, 0), np.tile(
            turn, (len(t), 1)
        )

    hand = shop.held(
        path,
        *palm(site, skin),
        shop.shape("box", (0.02, 0.04, 0.03), (0.16, 0, 0), skin, mute=True, mass=0.3),
    )
    shop.limb(site.at(-1.1, 0.1, 0.7), hand, (0, 0, 0), (0.3, 0.3), 0.036)
    draft.doing, draft.counts = ("a hand", "push", f"{name} off a shelf"), False
    site.see(-0.25, 0, 0.4, 0.3)
    site.see(0.1, 0, 0.1, 0.22)


def build_roll_into(site: Site) -> None:
    """A ball rolls down a ramp into standing things of the material."""
    draft, shop, k, s = site.draft, site.shop, site.k, site.large
    if draft.look in ("drum", "cloth"):
        build_bounce_ball(site)
        return
    draft.heard_by, draft.least, draft.apart_s, draft.rolls = "contacts", 0.14, 0.07, True
    board, of = shop.surface((0.55, 0.4, 0.26), "planks"), shop.material(draft.look)
    tilt = 21.0
    run = np.array([np.cos(np.radians(tilt)), 0, -np.sin(np.radians(tilt))])
    middle = site.at(-0.33, 0, 0.245 * np.sin(np.radians(tilt)) - 0.012)
    shop.fixed(
        shop.shape("box", (0.26, 0.09, 0.012), middle, board, tilt=(0, tilt, 0), solid=True),
        shop.shape(
            "box",
            (0.26, 0.008, 0.03),
            middle + np.array([0, 0.095, 0.01]),
            board,
            tilt=(0, tilt, 0),
            solid=True,
        ),
        shop.shape(
            "box",
            (0.26, 0.008, 0.03),
            middle + np.array([0, -0.095, 0.01]),
            board,
            tilt=(0, tilt, 0),
            solid=True,
        ),
    )
    radius = 0.06
    for start in _starts(site, 3.0)[:2]:
        ball = shop.parked(shop.shape("sphere", (radius,), (0, 0, 0), of, voice=k, look=draft.look))
        shop.launch(
            max(0.05, float(start) - 0.4),
            ball,
            middle - run * 0.22 + np.array([0, 0, radius + 0.016]),
            (0.1, 0, 0),
        )
    shape = {"glass": "bottle", "ceramic": "vase"}.get(draft.look, "")
    for i in range(3):
        x, y = 0.14 + 0.1 * (i > 0), (0.0, -0.06, 0.06)[i]
        if shape:
            mesh = shop.vessel(shape, 0.035 * s, 0.16 * s)
            body = shop.shape("mesh", (), (0, 0, 0), of, mesh=mesh, voice=k, look=draft.look, bounce=0.05)
            shop.loose(site.at(x, y, 0.0), body)
        else:
            pin = shop.shape(
                "cylinder", (0.03 * s, 0.075 * s), (0, 0, 0), of, voice=k, look=draft.look, bounce=0.05
            )
            shop.loose(site.at(x, y, 0.075 * s), pin)
    thing = {"glass": "glass bottles", "ceramic": "ceramic vases"}.get(
        draft.look, f"{material_name(draft.look)} pins"
    )
    draft.doing, draft.counts = (f"a {material_name(draft.look)} ball", "roll", f"into {thing}"), False
    shop.pitch = shop.pitch if shop.pitch is not None else 20.0
    site.see(-0.33, 0, 0.1, 0.24)
    site.see(0.22, 0, 0.1, 0.15)
    if len(shop.frame) == 2:  # nothing else is in the scene
        shop.reach_m = 0.45
