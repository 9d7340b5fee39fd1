"""Bark, chirp, ring, honk: a dog, a bird, a bell and a horn."""

import numpy as np

from ta_v2a.stage.picture.motion import pulse, smooth_walk, swinging
from ta_v2a.stage.solid.meshes import lathe
from ta_v2a.stage.solid.poses import X, Y, about, after, turned, xyz
from ta_v2a.stage.solid.site import Site, blow_path, fist, lifted, palm
from ta_v2a.stage.solid.workshop import Blobs


def _waves(site: Site, mouth: np.ndarray, way: np.ndarray) -> None:
    """Nothing is drawn of sound itself: only a puff of breath at every call."""
    times = site.draft.times_s

    def puff(time_s: float) -> Blobs | None:
        age = time_s - times
        age = age[(age >= 0) & (age < 0.22)]
        if not len(age):
            return None
        places = mouth + way * (0.04 + 0.6 * age[:, None])
        rgba = np.concatenate([np.full((len(age), 3), 0.95), (0.35 * (1 - age / 0.22))[:, None]], 1)
        return Blobs("sphere", (0.02 + 0.12 * age)[:, None] * np.ones((1, 3)), places, rgba)

    site.shop.effects.append(puff)


def build_bark(site: Site) -> None:
    """A dog barks: its head jerks up and its jaw opens."""
    draft, shop, rng = site.draft, site.shop, site.rng
    times, strengths = draft.times_s, draft.strengths
    fur = (0.55, 0.36, 0.2) if shop.clean else tuple(rng.uniform(0.15, 0.85, 3))
    coat, dark, pink = (
        shop.paint(fur, shine=0.1),
        shop.paint((0.08, 0.06, 0.06)),
        shop.paint((0.85, 0.4, 0.42)),
    )
    light, white = (
        shop.paint(tuple(min(1.0, 1.35 * v + 0.1) for v in fur), shine=0.1),
        shop.paint((0.97, 0.97, 0.95)),
    )
    side = 1.0
    shop.fixed(
        shop.shape("ellipsoid", (0.2, 0.1, 0.11), site.at(-0.1, 0, 0.26), coat),
        shop.shape("ellipsoid", (0.1, 0.095, 0.12), site.at(0.05, 0, 0.28), light),
    )
    for x in (-0.22, 0.04):
        for y in (-0.06, 0.06):
            shop.fixed(
                shop.shape("capsule", (0.03,), of=coat, ends=(*site.at(x, y, 0.22), *site.at(x, y, 0.03))),
                shop.shape("ellipsoid", (0.045, 0.032, 0.022), site.at(x + 0.02, y, 0.022), light),
            )
    idle = smooth_walk(rng, 0.6, 0.03)

    def opened(t: np.ndarray) -> np.ndarray:
        return np.clip(pulse(t, times, 1.3 * strengths, 0.02, 0.13), 0, 1)

    def head(t: np.ndarray):
        jerk = opened(t)
        return site.at(0.13, 0, 0.42) + xyz(0.03 * jerk, 0, 0.035 * jerk + idle(t)), about(Y, -0.38 * jerk)

    def jaw(t: np.ndarray):
        place, turn = head(t)
        return place + turned(turn, np.array([0.05, 0, -0.035])), after(turn, about(Y, 0.75 * opened(t)))

    def tail(t: np.ndarray):
        return np.tile(site.at(-0.28, 0, 0.32), (len(t), 1)), about(X, 0.5 * np.sin(9 * t))

    ears = []
    for y in (-1, 1):
        ears.append(
            shop.shape(
                "ellipsoid", (0.028, 0.016, 0.065), (-0.05, 0.085 * y, 0.03), dark, tilt=(18 * y, 0, 0)
            )
        )
        ears.append(shop.shape("sphere", (0.018,), (0.068, 0.045 * y, 0.045), white))
        ears.append(shop.shape("sphere", (0.011,), (0.081, 0.048 * y, 0.047), dark))
    shop.puppet(
        head,
        shop.shape("ellipsoid", (0.095, 0.085, 0.085), (0, 0, 0.01), coat),
        shop.shape("ellipsoid", (0.085, 0.046, 0.034), (0.12, 0, 0.0), light),
        shop.shape("sphere", (0.024,), (0.2, 0, 0.015), dark),
        shop.shape("capsule", (0.05,), of=coat, ends=(-0.03, 0, -0.02, -0.08, 0, -0.12)),
        *ears,
    )
    shop.puppet(
        jaw,
        shop.shape("ellipsoid", (0.075, 0.036, 0.016), (0.07, 0, -0.005), light),
        shop.shape("ellipsoid", (0.06, 0.024, 0.01), (0.065, 0, 0.01), pink),
    )
    shop.puppet(tail, shop.shape("capsule", (0.022,), of=coat, ends=(0, 0, 0, -0.1, 0, 0.16)))
    shop.yaw = shop.yaw if shop.yaw is not None else -32.0
    shop.pitch = shop.pitch if shop.pitch is not None else 8.0
    draft.doing = ("a dog", "bark", "")
    site.see(0.02 * side, 0, 0.29, 0.32)


def build_chirp(site: Site) -> None:
    """A bird on a branch opens its beak, lifts its head and flicks its tail."""
    draft, shop, rng = site.draft, site.shop, site.rng
    times, strengths = draft.times_s, draft.strengths
    if site.is_main:
        shop.sky = shop.sky or (0.66, 0.8, 0.94)
    colour = (0.2, 0.45, 0.8) if shop.clean else tuple(rng.uniform(0.15, 0.9, 3))
    back, belly = shop.paint(colour), shop.paint((0.95, 0.78, 0.5))
    beak, dark, bark_ = (
        shop.paint((0.95, 0.6, 0.1)),
        shop.paint((0.05, 0.05, 0.06)),
        shop.paint((0.36, 0.25, 0.16)),
    )
    green = shop.paint((0.25, 0.55, 0.2))
    high = 0.3
    shop.fixed(
        shop.shape(
            "capsule",
            (0.024,),
            of=bark_,
            ends=(*site.at(-0.5, 0.05, high - 0.12), *site.at(0.5, -0.02, high - 0.02)),
        ),
        shop.shape(
            "capsule",
            (0.014,),
            of=bark_,
            ends=(*site.at(0.22, 0.0, high - 0.05), *site.at(0.4, 0, high + 0.16)),
        ),
    )
    for _ in range(14):
        x, z = rng.uniform(0.2, 0.5), rng.uniform(-0.1, 0.22)
        shop.fixed(
            shop.shape(
                "ellipsoid",
                (0.04, 0.02, 0.022),
                site.at(x, float(rng.normal(0.04, 0.05)), high + z),
                green,
                tilt=(0, float(rng.uniform(-60, 60)), 0),
            )
        )

    def opened(t: np.ndarray) -> np.ndarray:
        return np.clip(pulse(t, times, 1.3 * strengths, 0.015, 0.09), 0, 1)

    def body(t: np.ndarray):
        return site.at(-0.03, 0, high) + xyz(0, 0, 0.012 * opened(t)), about(Y, -0.35 - 0.12 * opened(t))

    def head(t: np.ndarray):
        place, _ = body(t)
        return place + xyz(0.075, 0, 0.11 + 0.02 * opened(t)), about(Y, -0.4 * opened(t))

    def lower(t: np.ndarray):
        place, turn = head(t)
        return place + turned(turn, np.array([0.055, 0, -0.01])), after(turn, about(Y, 0.75 * opened(t)))

    def tail(t: np.ndarray):
        place, _ = body(t)
        return place + xyz(-0.11, 0, -0.035), about(Y, -0.25 + 0.7 * opened(t))

    shop.puppet(
        body,
        shop.shape("ellipsoid", (0.125, 0.075, 0.08), (0, 0, 0.02), back),
        shop.shape("ellipsoid", (0.09, 0.06, 0.062), (0.035, 0, -0.004), belly),
        shop.shape("ellipsoid", (0.085, 0.012, 0.045), (-0.03, -0.072, 0.03), dark, tilt=(8, 12, 0)),
        shop.shape("ellipsoid", (0.085, 0.012, 0.045), (-0.03, 0.072, 0.03), dark, tilt=(-8, 12, 0)),
    )
    for y in (-0.03, 0.03):
        shop.fixed(
            shop.shape(
                "capsule",
                (0.007,),
                of=beak,
                ends=(*site.at(0.0, y, high - 0.04), *site.at(0.0, y, high - 0.08)),
            )
        )
    eyes = [shop.shape("sphere", (0.014,), (0.03, 0.048 * y, 0.022), dark) for y in (-1, 1)]
    shop.puppet(
        head,
        shop.shape("sphere", (0.064,), (0, 0, 0), back),
        shop.shape("ellipsoid", (0.05, 0.018, 0.012), (0.085, 0, 0.008), beak),
        *eyes,
    )
    shop.puppet(lower, shop.shape("ellipsoid", (0.042, 0.016, 0.008), (0.03, 0, 0), beak))
    shop.puppet(tail, shop.shape("box", (0.085, 0.025, 0.007), (-0.07, 0, 0), back))
    shop.yaw = shop.yaw if shop.yaw is not None else -18.0
    shop.pitch = shop.pitch if shop.pitch is not None else 4.0
    draft.doing = ("a bird", "chirp", "on a branch")
    site.see(0.03, 0, high + 0.03, 0.22)


def build_ring_swinging(site: Site) -> None:
    """A bell in its frame swings and sounds where it turns round."""
    draft, shop = site.draft, site.shop
    times = draft.times_s
    brass, wood = shop.paint((0.85, 0.63, 0.22), shine=1.0), shop.material("wood")
    dark = shop.paint((0.25, 0.18, 0.1))
    high = 0.66
    for x in (-0.3, 0.3):
        shop.fixed(shop.shape("box", (0.025, 0.04, high / 2), site.at(x, 0, high / 2), wood))
    shop.fixed(shop.shape("box", (0.33, 0.04, 0.025), site.at(0, 0, high + 0.02), wood))
    mesh = shop.vessel("bell", 0.17 * site.large, 0.28 * site.large)

    def calm(t: np.ndarray) -> np.ndarray:
        if not len(times):
            return np.zeros(len(t))
        return np.clip((t - times[0] + 1.2) / 0.8, 0, 1) * np.clip((times[-1] + 1.4 - t) / 1.2, 0.15, 1)

    def path(t: np.ndarray):
        return np.tile(site.at(0, -0.06, high), (len(t), 1)), about(Y, 0.5 * swinging(t, times) * calm(t))

    def clapper(t: np.ndarray):
        return np.tile(site.at(0, -0.06, high - 0.06), (len(t), 1)), about(
            Y, 0.75 * swinging(t - 0.03, times) * calm(t)
        )

    shop.puppet(
        path,
        shop.shape("mesh", (), (0, 0, -0.29 * site.large), brass, mesh=mesh),
        shop.shape("sphere", (0.03,), (0, 0, 0.0), dark),
    )
    shop.puppet(
        clapper,
        shop.shape("capsule", (0.008,), of=dark, ends=(0, 0, 0, 0, 0, -0.29 * site.large)),
        shop.shape("sphere", (0.036,), (0, 0, -0.3 * site.large), dark),
    )
    draft.doing = ("a bell", "ring", "")
    shop.pitch = shop.pitch if shop.pitch is not None else 6.0
    site.see(0, 0, 0.42, 0.36)


def build_ring_struck(site: Site) -> None:
    """A standing bell is struck with a mallet."""
    draft, shop, k = site.draft, site.shop, site.k
    draft.heard_by = "contacts"
    brass, wood = shop.paint((0.85, 0.63, 0.22), shine=1.0), shop.material("wood")
    s = site.large
    mesh = shop.vessel("bell", 0.16 * s, 0.24 * s)
    shop.fixed(
        shop.shape("box", (0.2, 0.15, 0.02), site.at(0, 0, 0.02), wood),
        shop.shape("mesh", (), site.at(0, 0, 0.04), brass, mesh=mesh),
        shop.shape(
            "cylinder", (0.04 * s, 0.02), site.at(0, 0, 0.04 + 0.23 * s), brass, voice=k, look="metal"
        ),
    )
    top = site.at(0, 0, 0.06 + 0.23 * s)
    stick, felt, skin = shop.paint((0.5, 0.33, 0.2)), shop.paint((0.15, 0.15, 0.18)), shop.paint(shop.skin())
    away = lifted(site, draft.times_s, draft.strengths, 0.16, 0.3)
    yaw = np.pi - 0.35
    path = blow_path(top, np.array([0.3, 0, -0.035]), away, shop.vary(0.05, 0.12), shop.vary(0.6, 0.9), yaw)
    body = shop.held(
        path,
        shop.shape("capsule", (0.01,), of=stick, ends=(-0.03, 0, 0, 0.3, 0, 0), mass=0.1),
        shop.shape("sphere", (0.035,), (0.3, 0, 0), felt, solid=True, mass=0.25),
        *fist(site, skin),
    )
    shop.limb(site.at(0.75, -0.1, 0.55), body, (-0.04, 0, 0), (0.32, 0.3), 0.036)
    draft.doing = ("a mallet", "strike", "a bell")
    site.see(0, 0, 0.17, 0.24)
    site.see(0.25, 0, 0.35, 0.12)


def build_honk(site: Site) -> None:
    """A hand squeezes the rubber ball of a brass horn."""
    draft, shop = site.draft, site.shop
    times, strengths = draft.times_s, draft.strengths
    brass, wood, skin = (
        shop.paint((0.88, 0.66, 0.22), shine=1.0),
        shop.material("wood"),
        shop.paint(shop.skin()),
    )
    high = 0.34
    shop.fixed(
        shop.shape("box", (0.2, 0.1, 0.02), site.at(0, 0, 0.02), wood),
        shop.shape("capsule", (0.016,), of=wood, ends=(*site.at(0.05, 0, 0.03), *site.at(0.05, 0, high))),
        shop.shape("capsule", (0.02,), of=brass, ends=(*site.at(-0.12, 0, high), *site.at(0.2, 0, high))),
    )
    flare = [
        (0, 0),
        (0.02, 0),
        (0.03, 0.08),
        (0.06, 0.15),
        (0.13, 0.2),
        (0.12, 0.2),
        (0.05, 0.15),
        (0.0, 0.1),
    ]
    mesh = shop.mesh(*lathe(flare))
    shop.fixed(shop.shape("mesh", (), site.at(0.18, 0, high), brass, mesh=mesh, tilt=(0, 90, 0)))

    def squeezed(t: np.ndarray) -> np.ndarray:
        return np.clip(pulse(t, times, 1.3 * strengths, 0.02, 0.2), 0, 1)

    def ball(time_s: float) -> Blobs:
        press = float(squeezed(np.array([time_s]))[0])
        sizes = np.array([[0.1 + 0.02 * press, 0.1, 0.1 * (1 - 0.5 * press)]])
        return Blobs("ellipsoid", sizes, site.at(-0.2, 0, high)[None], np.array([[0.08, 0.08, 0.09, 1.0]]))

    shop.effects.append(ball)

    def above(t: np.ndarray):
        return site.at(-0.33, -0.02, high + 0.125) + xyz(0, 0, -0.045 * squeezed(t)), about(Y, 0.12 + 0.0 * t)

    def below(t: np.ndarray):
        return site.at(-0.3, -0.02, high - 0.115) + xyz(0, 0, 0.045 * squeezed(t)), about(Y, -0.1 + 0.0 * t)

    hand = shop.puppet(above, *palm(site, skin, 1.15))
    thumb = shop.shape("capsule", (0.016,), of=skin, ends=(0, 0, 0, 0.12, 0, 0.0))
    shop.puppet(below, thumb)
    shop.limb(site.at(-0.8, -0.1, 0.25), hand, (0, 0, 0), (0.3, 0.28), 0.04)
    _waves(site, site.at(0.4, 0, high), np.array([1.0, 0, 0]))
    draft.doing = ("a horn", "honk", "")
    shop.yaw = shop.yaw if shop.yaw is not None else -12.0
    site.see(0.02, 0, 0.32, 0.34)
