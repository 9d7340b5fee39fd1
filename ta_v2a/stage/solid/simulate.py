"""The bodies of a workshop move: where they are at every moment, and what their contacts do."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ta_v2a.stage.solid.mujoco_here import physics
from ta_v2a.stage.solid.workshop import Workshop

STEP_S = 0.001
"""Of the simulation: what is measured at a contact is at most so late."""
RECORD_STEPS = 4
"""Poses and sliding speeds are kept every so many steps."""
_MUTE, _NEUTRAL = -2, -1


class Unstable(Exception):
    """The bodies flew apart."""


@dataclass
class Motion:
    """What happened.

    Args:
        model: MuJoCo's.
        qpos: (R, nq) float64, one row every `RECORD_STEPS` steps.
        mocap: (R, bodies, 7) places and quaternions of what follows a path.
        force: (sources, steps) normal force in newtons of every source's contacts.
        slide, roll: (sources, R) float32: fastest sliding over a contact and rolling of it, m/s.
        where: (sources, steps, 3) float32: the strongest contact's place; NaN where there is none.
    """

    model: Any
    qpos: np.ndarray
    mocap: np.ndarray
    force: np.ndarray
    slide: np.ndarray
    roll: np.ndarray
    where: np.ndarray


def model_xml(shop: Workshop) -> str:
    """The whole model, MuJoCo's MJCF."""
    return f"""<mujoco>
<compiler angle="degree" autolimits="true"/>
<option timestep="{STEP_S}" integrator="implicitfast" cone="elliptic" jacobian="dense" iterations="40"/>
<default><geom solimp="0.95 0.99 0.001" solref="0.006 0.8"/></default>
<statistic extent="1.6" center="0 0 0.2" meansize="0.1"/>
<visual><global offwidth="64" offheight="64"/>
<headlight ambient="0.36 0.36 0.38" diffuse="0.28 0.28 0.28" specular="0.15 0.15 0.15"/>
<map znear="0.02" zfar="60" shadowclip="1" shadowscale="0.6"/>
<quality offsamples="0" shadowsize="512" numslices="18" numstacks="10"/></visual>
<asset>{"".join(shop.assets_xml)}</asset>
<worldbody>{"".join(shop.world)}</worldbody>
<equality>{"".join(shop.equality)}</equality>
</mujoco>"""


def _voices(mujoco: Any, model: Any) -> np.ndarray:
    """(geoms,) the source of every geom, or _MUTE, or _NEUTRAL."""
    out = np.full(model.ngeom, _NEUTRAL)
    for geom in range(model.ngeom):
        name = mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_GEOM, geom) or ""
        stem = name.partition("_")[0]
        if stem == "mute":
            out[geom] = _MUTE
        elif stem[:1] == "v" and stem[1:].isdigit():
            out[geom] = int(stem[1:])
    return out


def simulate(shop: Workshop, sources: int) -> Motion:
    """Steps the bodies through the scene.

    Args:
        sources: how many sources have voices.

    Raises:
        UserError: the extra `solid` is not installed.
        Unstable: draw again.
    """
    mujoco = physics()
    model = mujoco.MjModel.from_xml_string(model_xml(shop), shop.files)
    data = mujoco.MjData(model)
    steps = int(np.ceil(shop.duration_s / STEP_S))
    times = np.arange(steps) * STEP_S
    leads = np.array(
        [model.body(d.name + ("_lead" if d.is_held else "")).mocapid[0] for d in shop.driven], dtype=int
    )
    lead = np.empty((steps, model.nmocap, 7))
    for driven, mocap_id in zip(shop.driven, leads, strict=True):
        lead[:, mocap_id, :3], lead[:, mocap_id, 3:] = driven.path(times)
    voices = _voices(mujoco, model)
    speaks = bool((voices >= 0).any())
    force, where = np.zeros((sources, steps), np.float32), np.full((sources, steps, 3), np.nan, np.float32)
    rows = -(-steps // RECORD_STEPS)
    qpos = np.empty((rows, model.nq))
    slide, roll = np.zeros((sources, rows), np.float32), np.zeros((sources, rows), np.float32)
    launches = sorted(shop.launches, key=lambda launch: launch.time_s)
    step_of = np.array([round(launch.time_s / STEP_S) for launch in launches])
    following = 0
    for step in range(steps):
        while following < len(launches) and step_of[following] <= step:
            _put(model, data, launches[following])
            following += 1
        if model.nmocap:
            data.mocap_pos[:], data.mocap_quat[:] = lead[step, :, :3], lead[step, :, 3:]
        mujoco.mj_step(model, data)
        if step % RECORD_STEPS == 0:
            qpos[step // RECORD_STEPS] = data.qpos
        if speaks and data.ncon:
            _listen(mujoco, model, data, voices, step, shop.reach_m, (force, where, slide, roll))
    if not np.isfinite(qpos).all() or any(
        data.warning[w].number for w in (mujoco.mjtWarning.mjWARN_BADQPOS, mujoco.mjtWarning.mjWARN_BADQACC)
    ):
        raise Unstable
    return Motion(model, qpos, lead[::RECORD_STEPS].copy(), force, slide, roll, where)


def _put(model: Any, data: Any, launch: Any) -> None:
    joint = model.body(launch.body).jntadr[0]
    at, speed = model.jnt_qposadr[joint], model.jnt_dofadr[joint]
    data.qpos[at : at + 3] = launch.place
    data.qvel[speed : speed + 3], data.qvel[speed + 3 : speed + 6] = launch.velocity, launch.spin


def _listen(
    mujoco: Any, model: Any, data: Any, voices: np.ndarray, step: int, reach_m: float, into: tuple
) -> None:
    """Adds the forces of all contacts that sound, and now and then measures how they slide. What waits behind
    the camera, or has rolled farther than `reach_m` to the side, is neither seen nor heard."""
    force, where, slide, roll = into
    geoms, rows = data.contact.geom, data.contact.efc_address
    first, second = voices[geoms[:, 0]], voices[geoms[:, 1]]
    whose = np.maximum(first, second)
    on_stage = (data.contact.pos[:, 1] > -2) & (np.abs(data.contact.pos[:, 0]) < reach_m)
    sounding = np.flatnonzero((whose >= 0) & (np.minimum(first, second) != _MUTE) & (rows >= 0) & on_stage)
    best: dict[int, float] = {}
    for contact in sounding:
        k, push = int(whose[contact]), float(data.efc_force[rows[contact]])
        force[k, step] += push
        if push > best.get(k, 0.0):
            best[k] = push
            where[k, step] = data.contact.pos[contact]
        if step % RECORD_STEPS == 0 and push > 0:
            slid, rolled = _speeds(mujoco, model, data, geoms[contact], int(contact))
            row = step // RECORD_STEPS
            slide[k, row], roll[k, row] = max(slide[k, row], slid), max(roll[k, row], rolled)


def _speeds(mujoco: Any, model: Any, data: Any, pair: np.ndarray, contact: int) -> tuple[float, float]:
    """How fast two bodies slide over each other at a contact, and how fast one rolls, in m/s."""
    place, normal = data.contact.pos[contact], data.contact.frame[contact][:3]
    velocities, rolled, found = [], 0.0, np.zeros(6)
    for geom in pair:
        mujoco.mj_objectVelocity(model, data, mujoco.mjtObj.mjOBJ_GEOM, int(geom), found, 0)
        lever = place - data.geom_xpos[geom]
        velocities.append(found[3:] + np.cross(found[:3], lever))
        tipping = found[:3] - normal * float(normal @ found[:3])
        rolled = max(rolled, float(np.linalg.norm(tipping) * np.linalg.norm(lever)))
    between = velocities[0] - velocities[1]
    slid = float(np.linalg.norm(between - normal * float(normal @ between)))
    return slid, max(0.0, rolled - slid)
