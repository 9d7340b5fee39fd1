"""Strike, knock, chop, type: tools and hands come down on things."""

import numpy as np

from ta_v2a.stage.solid.actions.targets import Target, target
from ta_v2a.stage.solid.poses import Y, Z, about, after, still, turned, xyz
from ta_v2a.stage.solid.site import Site, blow_path, fist, lifted, palm, sprayed

_MATERIAL_NAMES = {"wood": "wooden", "drum": "leather", "cloth": "padded"}


def material_name(look: str) -> str:
    """The adjective of a look: "wooden"."""
    return _MATERIAL_NAMES.get(look, look)


def _arm(site: Site, body: str, joint, yaw: float, far: float = 0.62) -> None:
    """An arm that reaches in from beyond the tool's hand, elbow low."""
    out = turned(about(Z, yaw), np.array([-1.0, 0, 0]))
    root = site.at() + out * far + np.array([0, 0.15, 0.55])
    skin = site.shop.skin()
    sleeve = (0.2, 0.32, 0.6) if site.shop.clean else tuple(site.rng.uniform(0.1, 0.9, 3))
    site.shop.limb(root, body, joint, (0.34, 0.3), 0.036, (sleeve, skin), (0, 0, -1))


def _tool(
    site: Site, kind: str, hit: Target, x: float, times: np.ndarray, strengths: np.ndarray, yaw: float
) -> None:
    """A hand's tool that strikes a target at moments."""
    shop, rng = site.shop, site.rng
    wood, skin = shop.paint((0.62, 0.43, 0.24)), shop.paint(shop.skin())
    length = {"hammer": 0.3, "mallet": 0.34, "stick": 0.36, "spoon": 0.3, "axe": 0.38}[kind]
    shapes = [
        shop.shape(
            "capsule",
            (0.011 if kind != "spoon" else 0.007,),
            of=wood,
            ends=(-0.03, 0, 0, length, 0, 0),
            mass=0.1,
        )
    ]
    if kind == "hammer":
        steel = shop.paint((0.38, 0.4, 0.44), shine=0.9)
        drop = 0.06
        shapes += [
            shop.shape("box", (0.024, 0.024, 0.055), (length, 0, 0), steel, solid=True, mass=0.5),
            shop.shape("cylinder", (0.03, 0.012), (length, 0, -0.05), steel, solid=True, mass=0.1),
        ]
        drop = 0.062
    elif kind == "axe":
        steel = shop.paint((0.72, 0.74, 0.78), shine=1.0)
        shapes += [
            shop.shape("box", (0.03, 0.012, 0.03), (length, 0, 0), steel, mass=0.3),
            shop.shape("box", (0.045, 0.006, 0.035), (length, 0, -0.055), steel, solid=True, mass=0.4),
        ]
        drop = 0.09
    elif kind == "mallet":
        felt = shop.paint((0.85, 0.82, 0.75) if shop.clean else tuple(rng.uniform(0.2, 0.95, 3)))
        shapes.append(shop.shape("sphere", (0.042,), (length, 0, 0), felt, solid=True, mass=0.2))
        drop = 0.042
    elif kind == "spoon":
        steel = shop.paint((0.75, 0.76, 0.8), shine=1.0)
        shapes.append(
            shop.shape("ellipsoid", (0.04, 0.026, 0.014), (length, 0, 0), steel, solid=True, mass=0.08)
        )
        drop = 0.014
    else:
        shapes.append(shop.shape("sphere", (0.018,), (length, 0, 0), wood, solid=True, mass=0.1))
        drop = 0.018
    shapes += fist(site, skin)
    away = lifted(site, times, strengths, 0.16, 0.3)
    path = blow_path(
        hit.top + np.array([x, 0, 0]),
        np.array([length, 0, -drop]),
        away,
        shop.vary(0.05, 0.14),
        shop.vary(0.6, 1.0),
        yaw,
    )
    body = shop.held(path, *shapes)
    _arm(site, body, (-0.04, 0, 0), yaw)
    where = path(np.zeros(1))[0][0] - site.at()
    site.see(where[0] * 0.8, where[1] * 0.8, where[2] + 0.1, 0.1)


def build_strike_with_tool(site: Site) -> None:
    """A hand with a hammer, mallet, stick or spoon strikes a thing; a drummer uses two."""
    draft, shop = site.draft, site.shop
    draft.heard_by = "contacts"
    hit = target(site)
    soft = draft.hardness < 0.33
    kind = "mallet" if soft else "stick" if draft.look in ("drum", "cloth", "plastic") else "hammer"
    if draft.look in ("glass", "ceramic"):
        kind = "mallet" if soft else "spoon"
    times, strengths = draft.times_s, draft.strengths
    if draft.look == "drum" or (kind in ("stick", "mallet") and shop.maybe(0.3)):
        turn = np.arange(len(times)) % 2
        yaw = np.pi - 0.5
        _tool(site, kind, hit, 0.3 * hit.radius, times[turn == 0], strengths[turn == 0], yaw)
        _tool(site, kind, hit, -0.3 * hit.radius, times[turn == 1], strengths[turn == 1], 0.5)
    else:
        yaw = np.pi - 0.35 + (0 if shop.clean else float(site.rng.normal(0, 0.4)))
        _tool(site, kind, hit, 0.0, times, strengths, yaw)
    if draft.look in ("metal", "stone") and shop.maybe(0.6):
        rgba = (1.0, 0.75, 0.25, 1.0) if draft.look == "metal" else (0.6, 0.58, 0.55, 1.0)
        sprayed(site, hit.top, 7, 0.9, 0.008, rgba, glow=0.9 if draft.look == "metal" else 0.0)
    draft.doing = (f"a {kind}", "strike", hit.name)
    site.see(0, 0, hit.top[2] / 2, max(0.2, hit.radius))


def build_strike_hanging(site: Site) -> None:
    """A hanging plate of the material is struck and swings."""
    draft, shop, k = site.draft, site.shop, site.k
    if draft.look in ("drum", "cloth", "glass"):
        build_strike_with_tool(site)
        return
    draft.heard_by, draft.apart_s, draft.least = "contacts", 0.12, 0.2
    s, of, frame = site.large, shop.material(draft.look), shop.paint((0.3, 0.2, 0.13))
    high = 0.62
    post = [(-0.3, 0, 0, -0.3, 0, high), (0.3, 0, 0, 0.3, 0, high), (-0.33, 0, high, 0.33, 0, high)]
    for ends in post:
        shop.fixed(shop.shape("capsule", (0.018,), of=frame, ends=(*site.at(*ends[:3]), *site.at(*ends[3:]))))
    radius = 0.17 * s
    shop.hinged(
        site.at(0, 0, high),
        (1, 0, 0),
        4.0,
        0.5,
        shop.shape("capsule", (0.004,), of=frame, ends=(-0.1, 0, 0, -0.1, 0, -0.2)),
        shop.shape("capsule", (0.004,), of=frame, ends=(0.1, 0, 0, 0.1, 0, -0.2)),
        shop.shape(
            "cylinder",
            (radius, 0.012),
            (0, 0, -0.32),
            of,
            tilt=(90, 0, 0),
            voice=k,
            look=draft.look,
            mass=4.0,
        ),
    )
    felt, stick, skin = shop.paint((0.9, 0.85, 0.75)), shop.paint((0.5, 0.33, 0.2)), shop.paint(shop.skin())
    length, ball = 0.3, 0.045
    away = lifted(site, draft.times_s, draft.strengths, 0.2, 0.35)
    facing = np.array([0.0, -0.012 - ball + 0.008, high - 0.32])
    yaw = 0.35 + np.pi / 2 - 0.9
    reach = turned(about(Z, yaw), np.array([length, 0, 0]))
    grip = site.at() + facing - reach

    def path(t: np.ndarray):
        gone = away(t)
        turn = after(about(Z, yaw - 0.9 * gone), about(Y, np.zeros(len(t)) - 0.1))
        return grip + xyz(-0.03 * gone, -0.12 * gone, 0.02 * gone), turn

    body = shop.held(
        path,
        shop.shape("capsule", (0.01,), of=stick, ends=(-0.03, 0, 0, length, 0, 0), mass=0.1),
        shop.shape("sphere", (ball,), (length, 0, 0), felt, solid=True, mass=0.3),
        *fist(site, skin),
    )
    shop.limb(
        site.at(-0.75, -0.3, 0.5), body, (-0.04, 0, 0), (0.3, 0.3), 0.036, ((0.2, 0.32, 0.6), shop.skin())
    )
    draft.doing = ("a mallet", "strike", f"a hanging {material_name(draft.look)} plate")
    site.see(0, 0, 0.33, 0.36)


def build_knock_on_door(site: Site) -> None:
    """Knuckles knock on a door, window or wall of the material."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by = "contacts"
    of = shop.surface((0.8, 0.86, 0.88), "tiles") if draft.look == "ceramic" else shop.material(draft.look)
    frame = shop.paint((0.9, 0.88, 0.84) if draft.look != "glass" else (0.55, 0.36, 0.2))
    brass = shop.paint((0.8, 0.62, 0.2), shine=0.9)
    y = 0.25
    shop.fixed(shop.shape("box", (0.4, 0.02, 0.6), site.at(0, y, 0.6), of, voice=k, look=draft.look))
    for x in (-0.43, 0.43):
        shop.fixed(shop.shape("box", (0.035, 0.04, 0.63), site.at(x, y, 0.63), frame))
    shop.fixed(shop.shape("box", (0.465, 0.04, 0.035), site.at(0, y, 1.23), frame))
    if draft.look == "glass":
        shop.fixed(
            shop.shape("box", (0.4, 0.025, 0.015), site.at(0, y, 0.75), frame),
            shop.shape("box", (0.015, 0.025, 0.6), site.at(0.02, y, 0.6), frame),
        )
        thing = "a window"
    elif draft.look in ("wood", "metal", "plastic"):
        inner = of
        for z in (0.32, 0.9):
            shop.fixed(shop.shape("box", (0.26, 0.012, 0.2), site.at(-0.04, y - 0.016, z), inner))
        shop.fixed(
            shop.shape("sphere", (0.035,), site.at(0.33, y - 0.07, 0.6), brass),
            shop.shape("cylinder", (0.012, 0.03), site.at(0.33, y - 0.04, 0.6), brass, tilt=(90, 0, 0)),
        )
        thing = f"a {material_name(draft.look)} door"
    else:
        thing = f"a {material_name(draft.look)} wall"
    away = lifted(site, draft.times_s, draft.strengths, 0.12, 0.16)
    side = -1.0 if shop.clean or site.rng.random() < 0.5 else 1.0
    # The hand comes from the camera's side, knuckles first.
    high = 0.61  # between a door's panels
    point = site.at(0.02 * side, y - 0.02, high)
    around = about(Z, np.pi / 2 + 0.45 * side)
    reach = turned(around, np.array([0.052, 0, 0]))
    base = point - reach + np.array([0, 0.012, 0])

    def path(t: np.ndarray):
        gone = away(t)
        wave = after(np.broadcast_to(around, (len(t), 4)), about(Y, -0.5 * gone))
        return base + xyz(0.05 * side * gone, -0.18 * gone, 0.04 * gone), wave

    hand = shop.paint(shop.skin())
    body = shop.held(
        path,
        *fist(site, hand, scale=1.25),
        shop.shape("sphere", (0.02,), (0.032, 0, 0), hand, solid=True, mass=0.25),
    )
    shop.limb(site.at(0.5 * side, -0.5, 0.36), body, (-0.04, 0, 0), (0.32, 0.3), 0.042, bend=(side, 0, -0.6))
    draft.doing = ("a hand", "knock", f"on {thing}")
    shop.yaw = (
        shop.yaw
        if shop.yaw is not None
        else -28.0 * side + (0 if shop.clean else float(site.rng.normal(0, 10)))
    )
    site.see(0.02 * side, 0, high, 0.26)


def build_chop_log(site: Site) -> None:
    """An axe comes down on a log that stands on a block; splinters fly."""
    draft, shop = site.draft, site.shop
    if draft.look != "wood":
        build_chop_on_board(site)
        return
    draft.heard_by = "contacts"
    bark, cut = shop.material("wood"), shop.paint((0.85, 0.7, 0.48))
    block, log = 0.09, 0.1 * site.large
    shop.fixed(
        shop.shape("cylinder", (0.19, block), site.at(0, 0, block), bark),
        shop.shape("cylinder", (0.18, block + 0.001), site.at(0, 0, block), cut),
        shop.shape("cylinder", (0.085, log), site.at(0, 0, 2 * block + log), bark, voice=site.k, look="wood"),
        shop.shape("cylinder", (0.078, log + 0.001), site.at(0, 0, 2 * block + log), cut),
    )
    top = site.at(0, 0, 2 * (block + log))
    _tool(site, "axe", Target("a log", top, 0.085), 0.0, draft.times_s, draft.strengths, np.pi - 0.35)
    sprayed(site, top, 6, 0.9, 0.014, (0.85, 0.7, 0.48, 1.0))
    draft.doing = ("an axe", "chop", "a log")
    site.see(0, 0, top[2] / 2, 0.26)


def build_chop_on_board(site: Site) -> None:
    """A knife chops carrots on a board of the material."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by = "contacts"
    of, steel = shop.material(draft.look), shop.paint((0.78, 0.8, 0.84), shine=1.0)
    black, orange = shop.paint((0.1, 0.1, 0.1)), shop.paint((0.95, 0.45, 0.08))
    shop.fixed(shop.shape("box", (0.26, 0.17, 0.018), site.at(0, 0, 0.018), of, voice=k, look=draft.look))
    ends = (*site.at(-0.22, 0.03, 0.058), *site.at(-0.03, 0.03, 0.058))
    shop.fixed(shop.shape("capsule", (0.024,), of=orange, ends=ends))
    for _ in range(7):
        a, b = site.rng.uniform(0.03, 0.2), site.rng.uniform(-0.12, 0.1)
        tilt = (float(site.rng.uniform(-30, 30)), 0, 0)
        shop.fixed(shop.shape("cylinder", (0.024, 0.006), site.at(a, b, 0.044), orange, tilt=tilt))
    away = lifted(site, draft.times_s, draft.strengths, 0.1, 0.2, 0.05)
    top = site.at(0.0, 0.0, 0.036)

    def path(t: np.ndarray):
        gone = away(t)
        return top + xyz(0, -0.13, 0.052 - 0.004 + 0.16 * gone), after(
            np.broadcast_to(about(Z, np.pi / 2), (len(t), 4)), about(Y, -0.25 * gone)
        )

    skin = shop.paint(shop.skin())
    body = shop.held(
        path,
        shop.shape("box", (0.13, 0.003, 0.026), (0.13, 0, -0.026), steel, solid=True, mass=0.15),
        shop.shape("box", (0.055, 0.011, 0.014), (-0.05, 0, -0.008), black, mass=0.1),
        *fist(site, skin, (-0.05, 0, 0)),
    )
    shop.limb(site.at(0.35, -0.75, 0.5), body, (-0.1, 0, 0), (0.32, 0.3), 0.036, bend=(1, 0, 0))
    other = shop.puppet(
        still(site.at(-0.17, -0.03, 0.1), about(Z, 1.2)),
        *palm(site, skin),
    )
    shop.limb(site.at(-0.5, -0.7, 0.5), other, (0, 0, 0), (0.32, 0.3), 0.036, bend=(-1, 0, 0))
    shop.yaw = shop.yaw if shop.yaw is not None else 35.0
    shop.pitch = shop.pitch if shop.pitch is not None else 24.0
    draft.doing = ("a knife", "chop", f"carrots on a {material_name(draft.look)} board")
    site.see(0, 0, 0.08, 0.26)


def build_tap_with_fingers(site: Site) -> None:
    """Fingers of a hand type on keys of the material."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by, draft.apart_s = "contacts", 0.06
    of, dark = shop.material(draft.look), shop.paint((0.16, 0.16, 0.18))
    shop.fixed(shop.shape("box", (0.26, 0.13, 0.016), site.at(0, 0, 0.016), dark))
    for row in range(3):
        for column in range(9):
            x, y = (column - 4) * 0.054 + 0.012 * row, (row - 1) * 0.07
            shop.fixed(
                shop.shape("box", (0.022, 0.028, 0.012), site.at(x, y, 0.042), of, voice=k, look=draft.look)
            )
    skin, rng = shop.paint(shop.skin()), site.rng
    times, strengths = draft.times_s, draft.strengths
    fingers = [(side, i) for side in (-1, 1) for i in range(3)]
    who = np.arange(len(times)) % len(fingers) if shop.clean else rng.integers(0, len(fingers), len(times))
    for number, (side, i) in enumerate(fingers):
        mine = who == number
        away = lifted(site, times[mine], strengths[mine], 0.08, 0.12, 0.03)
        tip = site.at(side * (0.07 + 0.054 * i), 0.0, 0.054)

        def path(t: np.ndarray, away=away, tip=tip):
            gone = away(t)
            return tip + xyz(0, 0, 0.011 - 0.006 + 0.07 * gone), np.tile(about(Z, 0.0), (len(t), 1))

        shop.held(
            path,
            shop.shape("sphere", (0.012,), (0, 0, 0), skin, solid=True, mass=0.08),
            shop.shape("capsule", (0.011,), of=skin, ends=(0, 0, 0, 0, -0.05, 0.055), mass=0.02),
            shop.shape(
                "capsule",
                (0.012,),
                of=skin,
                ends=(0, -0.05, 0.055, -0.1 * side * 0.1, -0.12, 0.05),
                mass=0.02,
            ),
            give_s=0.01,
        )
    for side in (-1, 1):
        back = shop.puppet(
            still(site.at(side * 0.122, -0.15, 0.1), about(Z, np.pi / 2)),
            shop.shape("ellipsoid", (0.06, 0.075, 0.022), (0, 0, 0), skin),
        )
        shop.limb(
            site.at(side * 0.3, -0.7, 0.35), back, (-0.04, 0, 0), (0.25, 0.3), 0.034, bend=(side, 0, -0.3)
        )
    shop.pitch = shop.pitch if shop.pitch is not None else 38.0
    draft.doing = ("*fingers", "type", f"on {material_name(draft.look)} keys")
    site.see(0, -0.04, 0.06, 0.24)
