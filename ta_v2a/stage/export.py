"""A scene as files: clip, sound, and the truth about both; and many of them as a folder."""

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.writing.atomic import output_file, whole_file
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.mux import mux
from ta_v2a.media.writing.wav import write_wav
from ta_v2a.stage.picture.render import render_pictures
from ta_v2a.stage.scene.close import close_plan
from ta_v2a.stage.scene.scene import SPLITS, Scene, plan
from ta_v2a.stage.solid.mujoco_here import draw_here
from ta_v2a.stage.solid.render import render_solid
from ta_v2a.stage.solid.scene import solid_scene
from ta_v2a.stage.sound.render import render_sound
from ta_v2a.system.provenance import code_digest
from vocoders.clock import MINI

PROMPTS_FILE = "prompts.csv"
_BLOCK_PICTURES = 64  # rendered at a time, so that a long clip needs little memory
StageWorld = Literal["flat", "close", "solid", "solid-clean"]
"""Which scenes a seed means: layers in a plane, close motions in layers, bodies in space, or these in
their clean setting."""


@dataclass(frozen=True)
class Staged:
    """A scene and how to film it.

    Attributes:
        scene: its truth.
        pictures: (times in seconds, height, width) -> (N, height, width, 3) uint8 RGB.
    """

    scene: Scene
    pictures: Callable[[np.ndarray, int, int], np.ndarray]


def staged(seed: int, duration_s: float, world: StageWorld = "flat") -> Staged:
    """The scene of a seed in a world.

    Raises:
        UserError: the solid world's extra is not installed.
    """
    if world in ("flat", "close"):
        scene = close_plan(seed, duration_s) if world == "close" else plan(seed, duration_s)
        return Staged(scene, partial(render_pictures, scene, colour=True))
    solid = solid_scene(seed, duration_s, "clean" if world == "solid-clean" else "wild")
    return Staged(solid.scene, partial(render_solid, solid, colour=True))


def write_scene(
    seed: int,
    output: Path,
    duration_s: float,
    width: int,
    height: int,
    fps: float,
    silent: bool = False,
    world: StageWorld = "flat",
) -> dict[str, Any]:
    """Writes OUTPUT.mp4 (without a sound track if `silent`), OUTPUT.wav (48 kHz, 24 bit) and OUTPUT.json of
    the scene of a seed.

    An ending .mp4, .wav or .json in `output` is ignored. The JSON holds the plan (sources, event times in
    seconds, intensities, caption) and what the files were made by.

    Raises:
        UserError: if a file cannot be written, or the solid world cannot be drawn here.
    """
    if world not in ("flat", "close"):
        draw_here()
    stem = output.with_suffix("") if output.suffix in (".mp4", ".wav", ".json") else output
    if not stem.name:
        raise UserError("the scene needs a name: -o NAME")
    paths = {
        name: stem.with_name(f"{stem.name}.{ending}")
        for name, ending in (("film", "mp4"), ("wav", "wav"), ("json", "json"))
    }
    stem.parent.mkdir(parents=True, exist_ok=True)
    places = {name: output_file(path) for name, path in paths.items()}
    made = staged(seed, duration_s, world)
    scene = made.scene
    wave = render_sound(scene, MINI.sample_rate_hz)
    if silent:
        _encode(made, places["film"], width, height, fps)
    else:
        # The name is known before the folder exists: TemporaryDirectory leaves it behind when stopped
        # between making and noting it.
        folder = Path(tempfile.gettempdir()) / f"ta-v2a-{uuid4().hex}"
        try:
            folder.mkdir(mode=0o700)
            _encode(made, folder / "picture.mp4", width, height, fps)
            mux(folder / "picture.mp4", wave, MINI.sample_rate_hz, places["film"])
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    write_wav(places["wav"], wave, MINI.sample_rate_hz, duration_s)
    truth = _truth(scene, width, height, fps, silent, world)
    with whole_file(places["json"]) as part:
        Path(part).write_text(json.dumps(truth, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return {
        **{name: str(path) for name, path in paths.items()},
        "seed": seed,
        "duration_s": duration_s,
        "caption": scene.caption,
        "kinds": [source.kind for source in scene.sources],
        "events_s": [round(float(time_s), 4) for time_s in scene.event_times_s],
    }


def _truth(
    scene: Scene, width: int, height: int, fps: float, silent: bool, world: StageWorld
) -> dict[str, Any]:
    """What happens in a scene, and all that its files depend on."""
    code = code_digest(["ta_v2a.stage.export"])
    size = {"width": width, "height": height, "fps": fps}
    return {**scene.as_dict(), **size, "silent": silent, "world": world, "code": code}


def write_split(
    folder: Path,
    split: str,
    n: int,
    duration_s: float,
    width: int,
    height: int,
    fps: float,
    silent: bool = False,
    jobs: int = 1,
    world: StageWorld = "flat",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Writes the first `n` scenes of a split into a folder, each as `write_scene` does and named by its
    seed, and a table of captions.

    A scene that is there already is left as it is, so a second run goes on where the first stopped. The
    truth is written last: a scene whose JSON is there and says what this call would say, the source code
    of the stage included, is whole.

    Args:
        folder: made if it is missing; prompts.csv in it has columns name and caption.
        split: "train", "validation" or "test".
        n: number of scenes.
        jobs: processes; 1 works in this one.
        progress: called with (scenes done, n).

    Raises:
        UserError: if the split has fewer scenes, a file cannot be written, or the solid world cannot be drawn
            here.
    """
    from ta_v2a.system.parallel import Crashed, in_order

    if split not in SPLITS or not 1 <= n <= len(SPLITS[split]):
        raise UserError(f"1 to {len(SPLITS['test'])} scenes of {', '.join(SPLITS)}, not {n} of {split!r}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder}: the folder cannot be made ({error.strerror})") from None
    place = output_file(folder / PROMPTS_FILE)
    if world not in ("flat", "close"):
        draw_here()
    scenes = [staged(seed, duration_s, world).scene for seed in SPLITS[split][:n]]
    wanted = {scene.seed: _truth(scene, width, height, fps, silent, world) for scene in scenes}
    missing = [seed for seed, truth in wanted.items() if not _written(folder / scene_name(seed), truth)]
    progress(n - len(missing), n)
    write = partial(
        _write_one,
        folder=folder,
        duration_s=duration_s,
        width=width,
        height=height,
        fps=fps,
        silent=silent,
        world=world,
    )
    for done, (seed, result) in enumerate(
        in_order(write, missing, jobs if jobs > 1 else 0), n - len(missing) + 1
    ):
        if isinstance(result, Crashed):
            raise UserError(
                f"the process that wrote scene {seed} was killed; run again with fewer --jobs, it goes on "
                f"where it stopped"
            )
        progress(done, n)
    table = io.StringIO(newline="")
    rows = [(scene_name(scene.seed), scene.caption) for scene in scenes]
    csv.writer(table, lineterminator="\n").writerows([("name", "caption"), *rows])
    with whole_file(place) as part:
        Path(part).write_text(table.getvalue(), encoding="utf-8")
    return {
        "folder": str(folder),
        "split": split,
        "scenes": n,
        "new": len(missing),
        "prompts": str(folder / PROMPTS_FILE),
    }


def scene_name(seed: int) -> str:
    """What the files of a scene in a folder are called; names sort as seeds do."""
    return f"{seed:010d}"


def _written(stem: Path, truth: dict[str, Any]) -> bool:
    """Whether a scene is there whole, with this truth."""
    try:
        there = json.loads(stem.with_suffix(".json").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        return False
    whole = all(stem.with_suffix(ending).is_file() for ending in (".mp4", ".wav"))
    return whole and there == json.loads(json.dumps(truth))


def _write_one(
    seed: int,
    folder: Path,
    duration_s: float,
    width: int,
    height: int,
    fps: float,
    silent: bool,
    world: StageWorld,
) -> None:
    """In a worker: one scene."""
    import cv2

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # the pictures are small, and every core has a process of its own
    try:
        write_scene(seed, folder / scene_name(seed), duration_s, width, height, fps, silent, world)
    finally:
        cv2.setNumThreads(threads)


def _encode(made: Staged, path: Path, width: int, height: int, fps: float) -> None:
    """The scene's pictures in colour as H.264 in MP4."""
    rate = Fraction(fps).limit_denominator(1001)
    times_s = (np.arange(max(1, round(made.scene.duration_s * fps))) + 0.5) / float(rate)
    blocks = (times_s[start : start + _BLOCK_PICTURES] for start in range(0, len(times_s), _BLOCK_PICTURES))
    rendered = (made.pictures(block, height, width) for block in blocks)
    pictures = (pixels for block in rendered for pixels in block)
    pixel_format = "yuv444p" if width % 2 or height % 2 else "yuv420p"
    write_film(path, pictures, rate, pixel_format=pixel_format, options={"preset": "veryfast", "crf": "18"})
