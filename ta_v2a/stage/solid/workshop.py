"""Where a solid scene is put together: bodies, what holds and drives them, what is drawn beside them.

Metres, seconds, radians; x to the right, y away from the camera, z up; the table's top is z = 0.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np

from ta_v2a.stage.scene.scene import Event
from ta_v2a.stage.solid.materials import STUFF, contact_of, look_image, plain_image
from ta_v2a.stage.solid.meshes import lathe, profile_of
from ta_v2a.stage.solid.poses import Path

SKIN_TONES = ((0.87, 0.68, 0.55), (0.62, 0.44, 0.32), (0.42, 0.28, 0.2), (0.94, 0.78, 0.66))


@dataclass
class Driven:
    """A body that follows a path: held by a spring it gives way, otherwise it passes through all."""

    name: str
    path: Path
    is_held: bool


@dataclass
class Launch:
    """A loose body is put somewhere at a moment, with a speed (m/s) and a spin (rad/s)."""

    time_s: float
    body: str
    place: np.ndarray
    velocity: np.ndarray
    spin: np.ndarray


@dataclass
class Limb:
    """An arm or leg of two bones from a root to a point of a body, drawn where the body is."""

    root: Callable[[float], np.ndarray]
    body: str
    joint: np.ndarray
    bones: tuple[float, float]
    radius: float
    colours: tuple[tuple[float, ...], tuple[float, ...]]
    bend: np.ndarray


@dataclass
class Blobs:
    """Shapes drawn at one moment: `kind` sphere, box, ellipsoid, capsule or cylinder.

    Args:
        sizes: (n, 3) half sizes. For capsule and cylinder: radius, half length.
        places: (n, 3).
        rgba: (n, 4) in [0, 1].
        turns: (n, 9) rotation matrices by rows, or None.
        glow: emission in [0, 1].
    """

    kind: str
    sizes: np.ndarray
    places: np.ndarray
    rgba: np.ndarray
    turns: np.ndarray | None = None
    glow: float = 0.0


@dataclass
class Draft:
    """A source in the making. `events` are planned first, and measured once the bodies have moved.

    Args:
        heard_by: "contacts" (events are measured impulses), "sliding" (the envelope is measured speed, events
            are its strokes) or "plan" (events and envelope are as planned).
        least: impulses below this share of the source's largest are no events.
        apart_s: events are at least so far apart.
        rolls: whether rolling sounds between the impacts.
        counts: whether a plain caption may say how many events there are.
        doing: (subject, verb in its plain form, object) by which a plain caption names what is seen; one
            that takes a number is (subject, verb, object).
    """

    index: int
    kind: str
    look: str
    action: str
    size: float
    hardness: float
    events: list[Event]
    envelope: np.ndarray | None
    heard_by: str = "plan"
    least: float = 0.12
    apart_s: float = 0.05
    rolls: bool = False
    counts: bool = True
    doing: tuple[str, str, str] = ("", "", "")

    @property
    def times_s(self) -> np.ndarray:
        return np.array([event.time_s for event in self.events])

    @property
    def strengths(self) -> np.ndarray:
        return np.array([event.intensity for event in self.events])


@dataclass
class Workshop:
    """One scene being built; everything is drawn from `rng`."""

    rng: np.random.Generator
    clean: bool
    duration_s: float
    world: list[str] = field(default_factory=list)
    assets_xml: list[str] = field(default_factory=list)
    equality: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    driven: list[Driven] = field(default_factory=list)
    launches: list[Launch] = field(default_factory=list)
    limbs: list[Limb] = field(default_factory=list)
    effects: list[Callable[[float], Blobs | None]] = field(default_factory=list)
    gains: list[Callable[[np.ndarray], np.ndarray]] = field(default_factory=list)
    frame: list[tuple[np.ndarray, float]] = field(default_factory=list)
    follow: Callable[[np.ndarray], np.ndarray] | None = None
    reach_m: float = 0.75
    yaw: float | None = None
    pitch: float | None = None
    dark: float = 1.0
    sky: tuple[float, float, float] | None = None
    has_ground: bool = True
    ground: str | None = None
    _count: int = 0

    def fresh(self, stem: str) -> str:
        self._count += 1
        return f"{stem}_{self._count}"

    def maybe(self, chance: float) -> bool:
        """True with a chance; in the clean setting the likelier way, always."""
        draw = bool(self.rng.random() < chance)
        return chance >= 0.5 if self.clean else draw

    def vary(self, low: float, high: float) -> float:
        """A number from the range; in the clean setting from its middle third."""
        third = (high - low) / 3
        return float(
            self.rng.uniform(low + third, high - third) if self.clean else self.rng.uniform(low, high)
        )

    def skin(self) -> tuple[float, float, float]:
        return SKIN_TONES[0] if self.clean else SKIN_TONES[int(self.rng.integers(len(SKIN_TONES)))]

    # materials

    def image(self, picture: np.ndarray) -> str:
        """A texture of (h, h, 3) uint8 RGB; its name."""
        name = self.fresh("t")
        self.files[f"{name}.png"] = cv2.imencode(".png", picture[..., ::-1])[1].tobytes()
        self.assets_xml.append(f'<texture name="{name}" type="cube" file="{name}.png"/>')
        return name

    def material(self, look: str, repeat: float = 1.0) -> str:
        """A new material of a look of the stage ("wood"); its name."""
        stuff, name = STUFF[look], self.fresh("m")
        texture = self.image(look_image(self.rng, look, self.clean))
        self.assets_xml.append(
            f'<material name="{name}" texture="{texture}" texrepeat="{repeat} {repeat}" '
            f'specular="{stuff.specular}" shininess="{stuff.shininess}" rgba="1 1 1 {stuff.alpha}"/>'
        )
        return name

    def surface(self, rgb: np.ndarray | tuple, style: str) -> str:
        """A new material of a floor or wall; see `plain_image`."""
        name = self.fresh("m")
        texture = self.image(plain_image(self.rng, np.asarray(rgb), style))
        self.assets_xml.append(
            f'<material name="{name}" texture="{texture}" specular="0.1" shininess="0.1"/>'
        )
        return name

    def paint(self, rgb: tuple[float, ...], alpha: float = 1.0, shine: float = 0.3, glow: float = 0.0) -> str:
        """A new material of one colour."""
        name = self.fresh("m")
        r, g, b = rgb
        self.assets_xml.append(
            f'<material name="{name}" rgba="{r:.3f} {g:.3f} {b:.3f} {alpha}" specular="{shine}" '
            f'shininess="{shine}" emission="{glow}"/>'
        )
        return name

    # shapes

    def shape(
        self,
        kind: str,
        size: tuple[float, ...] = (),
        at: tuple[float, ...] | np.ndarray = (0, 0, 0),
        of: str = "",
        *,
        ends: tuple[float, ...] | None = None,
        tilt: tuple[float, float, float] | None = None,
        mesh: str = "",
        voice: int | None = None,
        solid: bool = False,
        mute: bool = False,
        look: str = "",
        bounce: float | None = None,
        mass: float | None = None,
        friction: float | None = None,
    ) -> str:
        """A geom as XML.

        Args:
            size: MuJoCo's half sizes.
            of: a material.
            ends: of a capsule or cylinder, x y z twice, in place of `at`.
            tilt: Euler angles in degrees.
            voice: the source whose contacts these are; such a shape is solid and its material decides.
            solid: whether it collides; others are only seen.
            mute: a solid shape on which nothing sounds.
            look: the material whose density, friction and restitution it has.
        """
        stem = f"v{voice}" if voice is not None else "mute" if mute else "g"
        parts = [f'name="{self.fresh(stem)}" type="{kind}"']
        if mesh:
            parts.append(f'mesh="{mesh}"')
        if size:
            parts.append(f'size="{_numbers(size)}"')
        parts.append(f'fromto="{_numbers(ends)}"' if ends is not None else f'pos="{_numbers(at)}"')
        if tilt is not None:
            parts.append(f'euler="{_numbers(tilt)}"')
        if of:
            parts.append(f'material="{of}"')
        collides = solid or mute or voice is not None
        if not collides:
            parts.append('contype="0" conaffinity="0"')
        stuff = STUFF.get(look)
        if voice is not None or bounce is not None:
            share = bounce if bounce is not None else stuff.restitution if stuff else 0.4
            stiffness, damping = contact_of(share)
            parts.append(f'priority="1" solref="{stiffness:.4g} {damping:.4g}"')
        grip = friction if friction is not None else stuff.friction if stuff else None
        if grip is not None and collides:
            # flat and long things come to rest, balls roll on
            rolling = "0.01 0.0005" if kind == "sphere" else "0.01 0.004"
            parts.append(f'condim="{3 if kind == "sphere" else 6}" friction="{grip:.3g} {rolling}"')
        if mass is not None:
            parts.append(f'mass="{mass:.4g}"')
        elif stuff is not None:
            parts.append(f'density="{stuff.density}"')
        return f"<geom {' '.join(parts)}/>"

    def mesh(self, vertices: np.ndarray, faces: np.ndarray | None = None) -> str:
        """A new mesh; its name. Without faces it is the hull of the vertices."""
        name = self.fresh("mesh")
        sides = "" if faces is None else f' face="{_numbers(faces.ravel())}"'
        self.assets_xml.append(
            f'<mesh name="{name}" vertex="{_numbers(vertices.ravel())}"{sides} inertia="convex"/>'
        )
        return name

    def vessel(self, shape: str, radius: float, height: float) -> str:
        """A mesh on the lathe, see `profile_of`; it stands on its origin."""
        return self.mesh(*lathe(profile_of(shape, radius, height)))

    # bodies

    def fixed(self, *shapes: str) -> None:
        self.world += shapes

    def loose(self, place, *shapes: str, tilt: tuple[float, float, float] = (0, 0, 0)) -> str:
        """A free rigid body; its name."""
        name = self.fresh("body")
        self.world.append(
            f'<body name="{name}" pos="{_numbers(place)}" euler="{_numbers(tilt)}"><freejoint/>'
            f"{''.join(shapes)}</body>"
        )
        return name

    def parked(self, *shapes: str) -> str:
        """A loose body that waits behind the camera until it is launched."""
        return self.loose((1.5 * len(self.world), -40.0, 0.5), *shapes)

    def hinged(self, place, axis, stiffness: float, damping: float, *shapes: str) -> str:
        """A body on a springy hinge; its name."""
        name = self.fresh("body")
        self.world.append(
            f'<body name="{name}" pos="{_numbers(place)}"><joint type="hinge" axis="{_numbers(axis)}" '
            f'stiffness="{stiffness}" damping="{damping}"/>{"".join(shapes)}</body>'
        )
        return name

    def sprung(self, place, stiffness: float, damping: float, *shapes: str) -> str:
        """A body that yields up and down; its name."""
        name = self.fresh("body")
        self.world.append(
            f'<body name="{name}" pos="{_numbers(place)}" gravcomp="1"><joint type="slide" axis="0 0 1" '
            f'stiffness="{stiffness}" damping="{damping}"/>{"".join(shapes)}</body>'
        )
        return name

    def held(self, path: Path, *shapes: str, give_s: float = 0.012) -> str:
        """A body that a spring of time constant `give_s` pulls along a path; its name."""
        name = self.fresh("held")
        place, quat = path(np.zeros(1))
        pose = f'pos="{_numbers(place[0])}" quat="{_numbers(quat[0])}"'
        self.world.append(f'<body name="{name}_lead" mocap="true" {pose}/>')
        self.world.append(f'<body name="{name}" {pose} gravcomp="1"><freejoint/>{"".join(shapes)}</body>')
        self.equality.append(
            f'<weld body1="{name}_lead" body2="{name}" solref="{give_s} 1" solimp="0.9 0.95 0.001"/>'
        )
        # A spring follows two of its time constants late, so it is pulled from where the body shall be then.
        self.driven.append(Driven(name, lambda t: path(t + 2 * give_s), True))
        return name

    def puppet(self, path: Path, *shapes: str) -> str:
        """A body that follows a path whatever it meets; its name."""
        name = self.fresh("puppet")
        self.world.append(f'<body name="{name}" mocap="true">{"".join(shapes)}</body>')
        self.driven.append(Driven(name, path, False))
        return name

    def launch(self, time_s: float, body: str, place, velocity=(0, 0, 0), spin=(0, 0, 0)) -> None:
        self.launches.append(
            Launch(time_s, body, *(np.asarray(v, dtype=np.float64) for v in (place, velocity, spin)))
        )

    def limb(
        self,
        root: Callable[[float], np.ndarray] | np.ndarray,
        body: str,
        joint,
        bones: tuple[float, float] = (0.3, 0.27),
        radius: float = 0.035,
        colours: tuple | None = None,
        bend=(0.0, 0.0, -1.0),
    ) -> None:
        if callable(root):
            where = root
        else:
            fixed = np.asarray(root, dtype=np.float64)

            def where(time_s: float) -> np.ndarray:
                return fixed

        sleeve = (0.2, 0.3, 0.55) if self.clean else tuple(self.rng.uniform(0.1, 0.9, 3))
        shades = colours or (sleeve, sleeve)
        self.limbs.append(
            Limb(where, body, np.asarray(joint, float), bones, radius, shades, np.asarray(bend, float))
        )

    def see(self, place, radius: float) -> None:
        """The camera shows a ball of this radius (m) around a place."""
        self.frame.append((np.asarray(place, dtype=np.float64), radius))


def _numbers(values) -> str:
    return " ".join(f"{float(v):.5g}" for v in values)
