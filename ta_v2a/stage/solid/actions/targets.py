"""Things that are struck, by material; and what they are called."""

from dataclasses import dataclass

import numpy as np

from ta_v2a.stage.solid.meshes import boulder
from ta_v2a.stage.solid.site import Site


@dataclass
class Target:
    """A thing that stands or lies on the table: its name, the middle of its top, and its radius (m)."""

    name: str
    top: np.ndarray
    radius: float


def target(site: Site) -> Target:
    """Builds a thing of the source's look that may be struck from above."""
    return {
        "wood": _wood,
        "metal": _metal,
        "glass": _vessel,
        "ceramic": _vessel,
        "plastic": _vessel,
        "stone": _stone,
        "drum": _drum,
        "cloth": _cushion,
    }[site.draft.look](site)


def _wood(site: Site) -> Target:
    shop, s, k = site.shop, site.large, site.k
    of = shop.material("wood")
    if shop.maybe(0.5):
        shop.fixed(
            shop.shape(
                "box", (0.16 * s, 0.1 * s, 0.05 * s), site.at(0, 0, 0.05 * s), of, voice=k, look="wood"
            )
        )
        return Target("a wooden block", site.at(0, 0, 0.1 * s), 0.15 * s)
    r = 0.11 * s
    shop.fixed(shop.shape("cylinder", (r, 0.11 * s), site.at(0, 0, 0.11 * s), of, voice=k, look="wood"))
    return Target("a tree stump", site.at(0, 0, 0.22 * s), r)


def _metal(site: Site) -> Target:
    shop, s, k = site.shop, site.large, site.k
    of = shop.material("metal")
    if shop.maybe(0.6):  # an anvil
        shop.fixed(
            shop.shape("box", (0.1 * s, 0.07 * s, 0.02 * s), site.at(0, 0, 0.02 * s), of),
            shop.shape("box", (0.05 * s, 0.045 * s, 0.05 * s), site.at(0, 0, 0.08 * s), of),
            shop.shape(
                "box", (0.13 * s, 0.06 * s, 0.03 * s), site.at(0, 0, 0.155 * s), of, voice=k, look="metal"
            ),
            shop.shape("ellipsoid", (0.12 * s, 0.035 * s, 0.024 * s), site.at(-0.14 * s, 0, 0.158 * s), of),
        )
        return Target("an anvil", site.at(0, 0, 0.185 * s), 0.12 * s)
    r = 0.14 * s
    shop.fixed(
        shop.shape("cylinder", (r, 0.08 * s), site.at(0, 0, 0.08 * s), of, voice=k, look="metal"),
        shop.shape(
            "capsule",
            (0.014 * s,),
            of=of,
            ends=(*site.at(r, 0, 0.12 * s), *site.at(r + 0.18 * s, 0, 0.13 * s)),
        ),
        shop.shape("cylinder", (1.06 * r, 0.008), site.at(0, 0, 0.012), of),
    )
    return Target("a metal pot", site.at(0, 0, 0.16 * s), r)


def _vessel(site: Site) -> Target:
    """A glass, cup or bucket that stands upside down."""
    shop, s, k, look = site.shop, site.large, site.k, site.draft.look
    of = shop.material(look)
    name, r, h = {
        "glass": ("a glass jar", 0.09 * s, 0.2 * s),
        "ceramic": ("a ceramic bowl", 0.14 * s, 0.11 * s),
        "plastic": ("a plastic bucket", 0.14 * s, 0.2 * s),
    }[look]
    if look == "glass":
        lid = shop.paint((0.75, 0.75, 0.78), shine=0.9)
        shop.fixed(
            shop.shape("cylinder", (r, h / 2), site.at(0, 0, h / 2), of, voice=k, look=look),
            shop.shape(
                "cylinder", (0.82 * r, 0.3 * h), site.at(0, 0, 0.32 * h), shop.paint((0.85, 0.5, 0.15), 0.8)
            ),
            shop.shape("cylinder", (1.03 * r, 0.012), site.at(0, 0, h - 0.006), lid, voice=k, look=look),
        )
        return Target(name, site.at(0, 0, h + 0.006), r)
    shape = "bowl" if look == "ceramic" else "bucket"
    mesh = shop.vessel(shape, r, h)
    shop.fixed(shop.shape("mesh", (), site.at(0, 0, h), of, mesh=mesh, tilt=(180, 0, 0), voice=k, look=look))
    return Target(name, site.at(0, 0, h), (0.45 if look == "ceramic" else 0.72) * r)


def _stone(site: Site) -> Target:
    shop, s, k = site.shop, site.large, site.k
    of = shop.material("stone")
    if shop.maybe(0.5):
        shop.fixed(
            shop.shape(
                "box", (0.17 * s, 0.12 * s, 0.05 * s), site.at(0, 0, 0.05 * s), of, voice=k, look="stone"
            )
        )
        return Target("a stone slab", site.at(0, 0, 0.1 * s), 0.15 * s)
    mesh = shop.mesh(boulder(site.rng, 0.16 * s) * np.array([1.1, 1, 0.8]))
    shop.fixed(
        shop.shape("mesh", (), site.at(0, 0, 0.06 * s), of, mesh=mesh, voice=k, look="stone"),
        shop.shape("box", (0.1 * s, 0.08 * s, 0.07 * s), site.at(0, 0, 0.07 * s), of, voice=k, look="stone"),
    )
    return Target("a rock", site.at(0, 0, 0.14 * s), 0.12 * s)


def _drum(site: Site) -> Target:
    shop, s, k = site.shop, site.large, site.k
    shell = (0.7, 0.12, 0.1) if shop.clean else tuple(site.rng.uniform(0.1, 0.9, 3))
    wood, rim, skin = (
        shop.paint(shell, shine=0.5),
        shop.paint((0.8, 0.8, 0.82), shine=0.9),
        shop.material("drum"),
    )
    r, h = 0.17 * s, 0.2 * s
    shop.fixed(
        shop.shape("cylinder", (r, h / 2 - 0.004), site.at(0, 0, h / 2), wood),
        shop.shape("cylinder", (1.04 * r, 0.012), site.at(0, 0, h - 0.022), rim),
        shop.shape("cylinder", (1.04 * r, 0.012), site.at(0, 0, 0.03), rim),
        shop.shape("cylinder", (0.98 * r, 0.006), site.at(0, 0, h - 0.002), skin, voice=k, look="drum"),
    )
    for i in range(8):
        a = 2 * np.pi * i / 8
        x, y = 1.05 * r * np.cos(a), 1.05 * r * np.sin(a)
        ends = (*site.at(x, y, 0.04), *site.at(x, y, h - 0.03))
        shop.fixed(shop.shape("capsule", (0.006,), of=rim, ends=ends))
    return Target("a drum", site.at(0, 0, h + 0.004), 0.8 * r)


def _cushion(site: Site) -> Target:
    shop, s, k = site.shop, site.large, site.k
    of = shop.material("cloth")
    shop.sprung(
        site.at(0, 0, 0.08 * s),
        900,
        40,
        shop.shape(
            "ellipsoid", (0.2 * s, 0.16 * s, 0.08 * s), (0, 0, 0), of, voice=k, look="cloth", mass=1.0
        ),
    )
    return Target("a cushion", site.at(0, 0, 0.16 * s), 0.15 * s)
