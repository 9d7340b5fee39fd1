"""Scrape, saw, rub: things that slide over things; loudness is the measured sliding speed."""

import numpy as np

from ta_v2a.stage.picture.motion import strokes
from ta_v2a.stage.scene.scene import ENVELOPE_HZ
from ta_v2a.stage.solid.poses import Path, Z, about, xyz
from ta_v2a.stage.solid.site import Site, fist, sprayed


def to_and_fro(
    site: Site, place: np.ndarray, reach: np.ndarray, turn: np.ndarray, lift_m: float = 0.0
) -> Path:
    """A path that moves along `reach` (3,) from `place` with the strokes of the source, at rest between."""
    levels = site.draft.envelope if site.draft.envelope is not None else np.zeros(2, np.float32)
    events = site.draft.times_s

    def path(t: np.ndarray):
        way = strokes(t, events, levels, ENVELOPE_HZ)
        resting = np.interp(t, np.arange(len(levels)) / ENVELOPE_HZ, levels) < 0.02
        return place + way[:, None] * reach + xyz(0, 0, lift_m * resting), np.tile(turn, (len(t), 1))

    return path


def build_scrape(site: Site) -> None:
    """A hand drags a metal scraper, or a brick, over a slab."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by = "sliding"
    slab, tool = shop.material("stone"), shop.material("metal")
    skin = shop.paint(shop.skin())
    shop.fixed(
        shop.shape("box", (0.32, 0.16, 0.03), site.at(0, 0, 0.03), slab, voice=k, look="stone", friction=0.25)
    )
    path = to_and_fro(
        site, site.at(0, -0.02, 0.06 - 0.002), np.array([shop.vary(0.12, 0.2), 0, 0]), about(Z, 0.0)
    )
    body = shop.held(
        path,
        shop.shape(
            "box",
            (0.012, 0.07, 0.05),
            (0.0, 0, 0.05),
            tool,
            tilt=(0, 20, 0),
            voice=k,
            look="metal",
            friction=0.25,
            mass=0.3,
        ),
        shop.shape(
            "capsule", (0.015,), of=shop.paint((0.55, 0.2, 0.1)), ends=(0.04, 0, 0.1, 0.12, 0, 0.2), mass=0.05
        ),
        *fist(site, skin, (0.1, 0, 0.18)),
        give_s=0.01,
    )
    shop.limb(site.at(0.65, -0.35, 0.5), body, (0.13, 0, 0.2), (0.32, 0.3), 0.036, bend=(0, -1, -1))
    draft.doing = ("a metal scraper", "scrape", "over a stone slab")
    site.see(0.02, 0, 0.12, 0.33)


def build_drag_box(site: Site) -> None:
    """A hand drags a heavy crate to and fro over the floor."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by = "sliding"
    of, dark = shop.material("wood"), shop.paint((0.3, 0.2, 0.12))
    skin = shop.paint(shop.skin())
    floor = shop.surface((0.55, 0.53, 0.5), "speckle")
    shop.fixed(
        shop.shape("box", (0.7, 0.3, 0.005), site.at(0, 0, 0.0), floor, voice=k, look="stone", friction=0.3)
    )
    path = to_and_fro(
        site, site.at(-0.06, 0, 0.115 - 0.003), np.array([shop.vary(0.14, 0.22), 0, 0]), about(Z, 0.0)
    )
    parts = [
        shop.shape("box", (0.13, 0.1, 0.11), (0, 0, 0.0), of, voice=k, look="wood", friction=0.3, mass=2.0)
    ]
    for x in (-0.12, 0.12):
        parts.append(shop.shape("box", (0.014, 0.104, 0.114), (x, 0, 0), dark, mass=0.01))
    for z in (-0.1, 0.1):
        parts.append(shop.shape("box", (0.134, 0.104, 0.012), (0, 0, z), dark, mass=0.01))
    body = shop.held(path, *parts, *fist(site, skin, (0.17, 0, 0.03)), give_s=0.01)
    shop.limb(site.at(0.75, -0.1, 0.45), body, (0.2, 0, 0.03), (0.32, 0.3), 0.036)
    draft.doing = ("a hand", "drag", "a wooden crate over the floor")
    site.see(0, 0, 0.13, 0.34)


def build_saw(site: Site) -> None:
    """A hand saw goes through a log; sawdust falls."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by = "sliding"
    wood, cut = shop.material("wood"), shop.paint((0.85, 0.7, 0.48))
    steel, grip = shop.paint((0.8, 0.81, 0.84), shine=1.0), shop.paint((0.7, 0.25, 0.12))
    skin = shop.paint(shop.skin())
    high, r = 0.3, 0.07 * site.large
    for x in (-0.2, 0.16):
        for tilt in (-28, 28):
            shop.fixed(shop.shape("box", (0.014, 0.018, 0.2), site.at(x, 0, 0.16), wood, tilt=(tilt, 0, 0)))
    shop.fixed(
        shop.shape(
            "cylinder",
            (r, 0.36),
            site.at(-0.06, 0, high),
            wood,
            tilt=(0, 90, 0),
            voice=k,
            look="wood",
            friction=0.2,
        ),
        shop.shape("cylinder", (0.96 * r, 0.362), site.at(-0.06, 0, high), cut, tilt=(0, 90, 0)),
    )
    turn = about(Z, np.pi / 2)
    path = to_and_fro(
        site, site.at(0.12, 0.0, high + r - 0.003), np.array([0, shop.vary(0.1, 0.15), 0]), turn
    )
    teeth = [
        shop.shape(
            "box", (0.006, 0.0022, 0.006), (-0.2 + 0.032 * i, 0, 0.003), steel, tilt=(0, 45, 0), mass=0.001
        )
        for i in range(14)
    ]
    body = shop.held(
        path,
        shop.shape(
            "box", (0.24, 0.002, 0.045), (0, 0, 0.047), steel, voice=k, look="metal", friction=0.2, mass=0.3
        ),
        *teeth,
        shop.shape("box", (0.05, 0.014, 0.05), (-0.28, 0, 0.06), grip, mass=0.05),
        *fist(site, skin, (-0.29, 0, 0.065), 1.1),
        give_s=0.01,
    )
    shop.limb(site.at(0.2, -0.95, 0.62), body, (-0.33, 0, 0.07), (0.32, 0.32), 0.04, bend=(1, 0, -0.3))
    sprayed(site, site.at(0.12, -0.06, high), 10, 0.3, 0.007, (0.9, 0.75, 0.5, 1.0))
    shop.yaw = shop.yaw if shop.yaw is not None else 42.0
    draft.doing = ("a hand saw", "cut", "through a log")
    site.see(0.05, -0.1, 0.32, 0.33)


def build_rub_cloth(site: Site) -> None:
    """A hand rubs a cloth over a table."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by = "sliding"
    top, cloth = shop.material("wood"), shop.material("cloth")
    skin = shop.paint(shop.skin())
    shop.fixed(
        shop.shape("box", (0.4, 0.24, 0.02), site.at(0, 0, 0.02), top, voice=k, look="wood", friction=0.4)
    )
    direction = np.array([shop.vary(0.13, 0.2), 0.05, 0])
    turn = about(Z, np.pi + 0.35)
    path = to_and_fro(site, site.at(0, -0.03, 0.04 + 0.02 - 0.003), direction, turn)
    body = shop.held(
        path,
        shop.shape(
            "box", (0.085, 0.07, 0.02), (0.03, 0, 0.0), cloth, voice=k, look="cloth", friction=0.4, mass=0.2
        ),
        shop.shape("ellipsoid", (0.11, 0.09, 0.022), (0.03, 0, 0.002), cloth, mass=0.02),
        shop.shape("ellipsoid", (0.055, 0.045, 0.02), (0.01, 0, 0.038), skin, mass=0.05),
        *[
            shop.shape(
                "capsule",
                (0.012,),
                of=skin,
                ends=(0.05, (i - 1.5) * 0.024, 0.038, 0.125, (i - 1.5) * 0.028, 0.028),
                mass=0.01,
            )
            for i in range(4)
        ],
        give_s=0.01,
    )
    shop.limb(site.at(0.75, 0.35, 0.5), body, (-0.04, 0, 0.045), (0.36, 0.36), 0.036, bend=(0, 1, 1))
    shop.pitch = shop.pitch if shop.pitch is not None else 30.0
    draft.doing = ("a hand", "rub", "a cloth over a table")
    site.see(0, -0.05, 0.08, 0.32)
