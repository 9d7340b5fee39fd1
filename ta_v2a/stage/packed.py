"""Pictures of many clean scenes in files: rendered by several processes, kept small, read back exactly.

A steady picture hardly changes, so the differences of neighbours, deflated, take a fiftieth of the room.
"""

import itertools
import json
import os
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from ta_v2a.stage.clean.render import render_clean
from ta_v2a.stage.clean.scenes import plan_clean, wordings
from ta_v2a.stage.solid.render import render_solid
from ta_v2a.stage.solid.scene import act_of_bodies
from ta_v2a.system.parallel import Crashed, in_order

SCENES_A_FILE = 64
"""Scenes a file."""
SOLID_ACT = "solid "
"""What the act of a scene of bodies begins with."""


@dataclass(frozen=True)
class Filming:
    """How clean scenes are filmed.

    Attributes:
        acts: which; none: all of `prompts.acts.ACTS`.
        looks: colourings of each act.
        px: side of a picture.
        pictures, fps: how many, and how many a second.
        wordings: captions of a scene.
        solid: share of the seeds, 0..1, whose scenes are of the solid world's clean setting (needs the extra
            `solid`, and EGL).
    """

    acts: tuple[str, ...] = ()
    looks: int = 1
    px: int = 128
    pictures: int = 64
    fps: float = 15.625
    wordings: int = 4
    solid: float = 0.0

    @property
    def times_s(self) -> np.ndarray:
        """(pictures,) when each is taken, and shown from then on, as a camera's are."""
        return np.arange(self.pictures) / self.fps

    @property
    def duration_s(self) -> float:
        return self.pictures / self.fps


@dataclass(frozen=True)
class _Task:
    filming: Filming
    seeds: Sequence[int]
    file: Path


def packed(frames: np.ndarray) -> bytes:
    """(N, ...) uint8 as deflated differences."""
    changes = frames.copy()
    changes[1:] ^= frames[:-1]
    return zlib.compress(changes.tobytes(), 1)


def unpacked(data: bytes, filming: Filming) -> np.ndarray:
    """(pictures, px, px, 3) uint8."""
    px = filming.px
    frames = np.frombuffer(bytearray(zlib.decompress(data)), np.uint8).reshape(filming.pictures, px, px, 3)
    for before, frame in itertools.pairwise(frames):
        frame ^= before
    return frames


def is_solid(seed: int, filming: Filming) -> bool:
    """Whether a seed's scene is one of bodies."""
    return bool(np.random.default_rng((seed, 41)).random() < filming.solid)


def filmed(seed: int, filming: Filming) -> tuple[np.ndarray, dict]:
    """The pictures of a seed, (pictures, px, px, 3) uint8, and what is known of its scene: {"seed", "act",
    "captions", "events_s", and "struck": whether it sounds by its events alone, blow by blow}."""
    scene = plan_clean(seed, filming.duration_s, filming.acts, filming.looks)
    act, px = scene.act, filming.px
    if is_solid(seed, filming):
        solid = act_of_bodies(scene)
        scene = replace(scene, sources=solid.scene.sources, caption=solid.scene.caption)
        act = f"{SOLID_ACT}{act}"
        frames = render_solid(solid, filming.times_s, px, px, colour=True)
    else:
        frames = render_clean(scene, filming.times_s, px)
    captions = wordings(scene, filming.wordings)
    source = scene.sources[0]
    events = [round(event.time_s, 4) for event in source.events]
    struck = bool(events) and source.envelope is None
    return frames, {
        "seed": int(seed),
        "act": act,
        "captions": captions,
        "events_s": events,
        "struck": struck,
    }


def _write_shard(task: _Task) -> None:
    cv2.setNumThreads(1)
    films, facts = [], []
    for seed in task.seeds:
        frames, known = filmed(int(seed), task.filming)
        films.append(packed(frames))
        facts.append(known)
    ends = np.cumsum([len(film) for film in films])
    part = task.file.with_suffix(f".{os.getpid()}.part")
    data: dict[str, np.ndarray] = {
        "films": np.frombuffer(b"".join(films), np.uint8),
        "ends": ends.astype(np.int64),
    }
    save_file(data, part, {"facts": json.dumps(facts), "filming": json.dumps(asdict(task.filming))})
    part.replace(task.file)


def _rows(file: Path) -> int:
    """Scenes in a file; 0 where there is none, or a damaged one."""
    try:
        with safe_open(file, "numpy") as tensors:
            return tensors.get_slice("ends").get_shape()[0] if tensors.metadata()["facts"] else 0
    except (OSError, SafetensorError, KeyError, TypeError):
        return 0


def film_scenes(
    filming: Filming,
    seeds: range,
    folder: Path,
    workers: int,
    done: Callable[[int], None] | None = None,
) -> list[Path]:
    """Writes the files of `seeds` that are missing or damaged; a killed run goes on where it stopped.

    Args:
        workers: rendering processes; 0 renders in this one.
        done: told the number of scenes after each file.

    Returns:
        All files, in order.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = [seeds[start : start + SCENES_A_FILE] for start in range(0, len(seeds), SCENES_A_FILE)]
    files = [folder / f"{part[0]}-{len(part)}.safetensors" for part in parts]
    tasks = [
        _Task(filming, part, file)
        for part, file in zip(parts, files, strict=True)
        if _rows(file) != len(part)
    ]
    for task, result in in_order(_write_shard, tasks, workers):
        if isinstance(result, Crashed):
            raise OSError(f"the process that rendered {task.file} died")
        if done is not None:
            done(len(task.seeds))
    return files


def read_films(file: Path, filming: Filming, only: int | None = None) -> tuple[list[np.ndarray], list[dict]]:
    """The pictures of every scene of a file and what is known of it: seed, act, captions, events_s.

    Args:
        only: read no more than so many.
    """
    with safe_open(file, "numpy") as tensors:
        ends, facts = tensors.get_tensor("ends"), json.loads(tensors.metadata()["facts"])
        data = tensors.get_tensor("films").tobytes()
    count = len(ends) if only is None else min(only, len(ends))
    begins = [0, *ends[:-1]]
    return [unpacked(data[begins[i] : ends[i]], filming) for i in range(count)], facts[:count]
