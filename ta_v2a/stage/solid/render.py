"""Pictures of a solid scene: its bodies as they moved, limbs and blobs beside them, seen by a camera."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from ta_v2a.stage.picture import camera
from ta_v2a.stage.picture.texture import LUMA
from ta_v2a.stage.solid.framing import Sight
from ta_v2a.stage.solid.mujoco_here import draw_here
from ta_v2a.stage.solid.poses import elbow
from ta_v2a.stage.solid.scene import SolidScene
from ta_v2a.stage.solid.simulate import RECORD_STEPS, STEP_S
from ta_v2a.stage.solid.workshop import Blobs, Limb

_MOST_GEOMS = 1500
_ROUND = np.eye(3).ravel()
_FINE_BELOW = 200  # pixels: smaller pictures are drawn twice as large and averaged


def render_solid(
    solid: SolidScene, times_s: np.ndarray, height: int, width: int, colour: bool = False
) -> np.ndarray:
    """The frames that a camera of `scene.source_fps` shows at the given times.

    Args:
        times_s: (N,) times in seconds, rising.
        height, width: output pixels; the clip's aspect is squeezed into them.
        colour: RGB instead of luma.

    Returns:
        (N, height, width) uint8 luma, or (N, height, width, 3) uint8 RGB. The same scene gives the same
        pictures.

    Raises:
        UserError: nothing can be drawn here (see `drawing_problem`).
    """
    scene = solid.scene
    rng = np.random.default_rng((scene.seed, 21))
    times, index = camera.shown_times(times_s, scene.source_fps, rng.random() / scene.source_fps)
    finer = 2 if max(height, width) <= _FINE_BELOW else 1
    frames = np.empty((len(times), height, width, 3) if colour else (len(times), height, width), np.uint8)
    for i, drawn in enumerate(_drawn(solid, times, finer * height, finer * width)):
        small = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA) if finer > 1 else drawn
        frames[i] = small if colour else np.clip(small @ LUMA + 0.5, 0, 255).astype(np.uint8)
    if solid.clean:
        frames = _lit(frames, times, solid.shop.gains)
    else:
        frames = camera.expose(rng, frames, times, solid.shop.gains, np.zeros(0))
    return frames[index]


def _lit(frames: np.ndarray, times: np.ndarray, gains: list) -> np.ndarray:
    """Frames under light that flickers or flashes."""
    if not gains:
        return frames
    gain = np.prod([curve(times) for curve in gains], axis=0)
    for i in np.flatnonzero(np.abs(gain - 1) > 1e-3):
        frames[i] = cv2.LUT(frames[i], np.clip(np.arange(256) * gain[i], 0, 255).astype(np.uint8))
    return frames


def _drawn(solid: SolidScene, times: np.ndarray, height: int, width: int) -> Iterator[np.ndarray]:
    """(height, width, 3) uint8 RGB at every time."""
    mujoco = draw_here()
    motion, view = solid.motion, solid.stand.at(times)
    model = motion.model
    model.vis.global_.offwidth, model.vis.global_.offheight = width, height
    model.vis.global_.fovy = view.fovy
    data = mujoco.MjData(model)
    context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_50.value)
    try:
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, context)
        drawing, options = mujoco.MjvScene(model, _MOST_GEOMS), mujoco.MjvOption()
        drawing.flags[mujoco.mjtRndFlag.mjRND_SKYBOX] = 0
        whole, eye = mujoco.MjrRect(0, 0, width, height), mujoco.MjvCamera()
        sky = np.array(solid.shop.sky or (0.6, 0.65, 0.7))
        out = np.empty((height, width, 3), np.uint8)
        for i, time_s in enumerate(times):
            row = float(np.clip(time_s / (STEP_S * RECORD_STEPS), 0, len(motion.qpos) - 1))
            _pose(mujoco, model, data, motion, row)
            _aim(eye, view, i)
            mujoco.mjv_updateScene(model, data, options, None, eye, mujoco.mjtCatBit.mjCAT_ALL.value, drawing)
            for limb in solid.shop.limbs:
                _limb(mujoco, drawing, limb, data, float(time_s))
            for effect in solid.shop.effects:
                blobs = effect(float(time_s))
                if blobs is not None:
                    _blobs(mujoco, drawing, blobs)
            for half in range(2):
                gl = drawing.camera[half]
                gl.frustum_width = 0.5 * solid.scene.aspect * (gl.frustum_top - gl.frustum_bottom)
            mujoco.mjr_render(whole, drawing, context)
            mujoco.mjr_readPixels(out, None, whole, context)
            yield _over_sky(out[::-1], sky)
    finally:
        context.free()


def _over_sky(picture: np.ndarray, sky: np.ndarray) -> np.ndarray:
    """Where nothing was drawn (black, by OpenGL's clearing) there is sky, lighter towards the ground."""
    empty = (picture[..., 0] | picture[..., 1] | picture[..., 2]) == 0
    if not empty.any():
        return np.ascontiguousarray(picture)
    height = len(picture)
    shade = (0.75 + 0.35 * np.arange(height) / height)[:, None] * sky
    rows = np.broadcast_to((np.clip(shade, 0, 1) * 255).astype(np.uint8)[:, None], picture.shape)
    return np.where(empty[..., None], rows, picture)


def _pose(mujoco: Any, model: Any, data: Any, motion: Any, row: float) -> None:
    """Puts the bodies where they were, between two recorded rows."""
    low = int(row)
    high = min(low + 1, len(motion.qpos) - 1)
    near = motion.qpos[low if row - low < 0.5 else high]
    data.qpos[:] = near
    if model.nmocap:
        lead = motion.mocap[low if row - low < 0.5 else high]
        data.mocap_pos[:], data.mocap_quat[:] = lead[:, :3], lead[:, 3:]
    mujoco.mj_kinematics(model, data)
    mujoco.mj_camlight(model, data)


def _aim(eye: Any, view: Sight, i: int) -> None:
    eye.lookat[:] = view.lookat[i]
    eye.distance, eye.azimuth, eye.elevation = view.distance[i], view.azimuth[i], view.elevation[i]


def _add(mujoco: Any, drawing: Any, kind: Any, size, place, turn, rgba, glow: float = 0.0) -> None:
    if drawing.ngeom >= drawing.maxgeom:
        return
    geom = drawing.geoms[drawing.ngeom]
    mujoco.mjv_initGeom(geom, kind, size, place, turn, rgba)
    geom.emission, geom.specular, geom.shininess = glow, 0.2, 0.2
    drawing.ngeom += 1


def _limb(mujoco: Any, drawing: Any, limb: Limb, data: Any, time_s: float) -> None:
    body = data.body(limb.body)
    wrist = body.xpos + body.xmat.reshape(3, 3) @ limb.joint
    root = np.asarray(limb.root(time_s), dtype=np.float64)
    joint = elbow(root, wrist, *limb.bones, limb.bend)
    for start, stop, rgb, width in (
        (root, joint, limb.colours[0], 1.15 * limb.radius),
        (joint, wrist, limb.colours[1], limb.radius),
    ):
        if drawing.ngeom >= drawing.maxgeom:
            return
        shade = np.array([*rgb[:3], 1.0], np.float32)
        _add(mujoco, drawing, mujoco.mjtGeom.mjGEOM_CAPSULE, np.zeros(3), np.zeros(3), _ROUND, shade)
        mujoco.mjv_connector(
            drawing.geoms[drawing.ngeom - 1], mujoco.mjtGeom.mjGEOM_CAPSULE, width, start, stop
        )


def _blobs(mujoco: Any, drawing: Any, blobs: Blobs) -> None:
    kind = getattr(mujoco.mjtGeom, f"mjGEOM_{blobs.kind.upper()}")
    sizes, places = np.asarray(blobs.sizes, np.float64), np.asarray(blobs.places, np.float64)
    rgba = np.asarray(blobs.rgba, np.float32)
    for i in range(len(places)):
        turn = _ROUND if blobs.turns is None else np.asarray(blobs.turns[i], np.float64)
        _add(mujoco, drawing, kind, sizes[i], places[i], turn, rgba[i], blobs.glow)
