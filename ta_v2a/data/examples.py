"""Scenes as the diffusion model learns from them: what is seen, all that sounds, and the same without one
source."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from prompts.grammar import Heard, caption
from ta_v2a.data.stage_clips import kinds_heard
from ta_v2a.stage.clean.scenes import plan_clean
from ta_v2a.stage.picture.render import render_pictures
from ta_v2a.stage.recorded_scene import recorded_scene
from ta_v2a.stage.scene.close import close_plan
from ta_v2a.stage.scene.scene import Scene, heard, plan
from ta_v2a.stage.solid.render import render_solid
from ta_v2a.stage.solid.scene import act_of_bodies, solid_scene
from ta_v2a.stage.sound.bank import SoundBank
from ta_v2a.stage.sound.catalogue import Catalogue
from ta_v2a.stage.sound.render import render_sound
from ta_v2a.system.extras import need
from vocoders.clock import ClipSpec

World = Literal["stage", "recorded", "unseen", "solid", "acts", "close"]
"""Where examples come from: the stage's scenes; scenes of recordings; recordings without any picture; scenes
of solid bodies, and clean acts of bodies (both need the extra `solid`, and EGL); of close motions."""
CAPTIONS = 4
"""Wordings of everything in a scene: its own and three more."""
FEWER_CAPTIONS = 2
"""Wordings of the source that is left out, and of the others."""


def left_out(seed: int, scene: Scene) -> int:
    """Which source the second sound of an example lacks: an unwanted one (music, speech, hum) first."""
    unwanted = [index for index, source in enumerate(scene.sources) if source.action == "unseen"]
    return unwanted[0] if unwanted else random.Random(f"left out {seed}").randrange(len(scene.sources))


class Examples(Dataset):
    """One scene a seed.

    Items: `wave` and `without` float32 (samples,), the second lacks one source; `facts` str, JSON (see
    `said`); `kinds` float32 (29,) of the stage's kinds; `frames` uint8 (pictures, px, px), where the world
    is seen.

    Args:
        bank: folder of recordings; worlds of recordings need one.
        split: of the recordings, see `Catalogue`.
        second: whether there is the sound without one source.

    Raises:
        UserError: the solid world's extra is not installed.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        spec: ClipSpec,
        bank: str | Path | None = None,
        world: World = "stage",
        split: str = "train",
        second: bool = True,
    ):
        if world in ("solid", "acts"):
            need("solid")
        stage = world in ("stage", "solid", "acts", "close")
        if not stage and not bank:
            raise ValueError(f"the world {world!r} is made of recordings: name their folder as bank")
        self.seeds, self.spec, self.world, self.second = seeds, spec, world, second
        self.bank = SoundBank(Path(bank)) if bank and stage else None
        self.catalogue = Catalogue(bank, split) if bank and not stage else None

    def __len__(self) -> int:
        return len(self.seeds)

    def __getitem__(self, index: int) -> dict[str, Any]:
        cv2.setNumThreads(1)
        seed, spec = int(self.seeds[index]), self.spec
        solid = None
        if self.world == "solid":
            solid = solid_scene(seed, spec.duration_s)
        elif self.world == "acts":
            solid = act_of_bodies(plan_clean(seed, spec.duration_s))
        if self.catalogue is None:
            plans = close_plan if self.world == "close" else plan
            scene = plans(seed, spec.duration_s) if solid is None else solid.scene
            gone = left_out(seed, scene)
            rest = replace(scene, sources=tuple(s for i, s in enumerate(scene.sources) if i != gone))
            heard_ones = (scene, rest) if self.second else (scene,)
            waves = [render_sound(each, spec.sample_rate_hz, self.bank) for each in heard_ones]
        else:
            made = recorded_scene(seed, spec.duration_s, self.catalogue, spec.sample_rate_hz)
            scene = made.scene
            gone = left_out(seed, scene)
            waves = [made.sound(), made.sound(without=gone)] if self.second else [made.sound()]
        item: dict[str, Any] = {
            name: torch.from_numpy(_lasting(wave, spec.samples))
            for name, wave in zip(("wave", "without"), waves, strict=False)
        }
        item["facts"] = json.dumps({"sources": [asdict(heard(s)) for s in scene.sources], "left_out": gone})
        item["kinds"] = torch.from_numpy(kinds_heard(scene))
        if self.world != "unseen":
            size = (spec.picture_times_s, spec.picture_px, spec.picture_px)
            frames = render_pictures(scene, *size) if solid is None else render_solid(solid, *size)
            item["frames"] = torch.from_numpy(frames)
        return item


def _lasting(wave: np.ndarray, samples: int) -> np.ndarray:
    wave = wave[:samples]
    return np.pad(wave, (0, samples - len(wave))).astype(np.float32)


def said(facts: str, seed: int) -> list[str]:
    """`CAPTIONS` wordings of all sources of an example, the first its scene's own; then `FEWER_CAPTIONS` of
    the source that is left out, and as many of the others ("" where there are none)."""
    read = json.loads(facts)
    sources, gone = [Heard(**each) for each in read["sources"]], read["left_out"]
    others = [source for index, source in enumerate(sources) if index != gone]

    def words(these: list[Heard], draw: str) -> str:
        return caption(these, random.Random(draw))

    return [
        caption(sources, random.Random(seed)),
        *(caption(sources, random.Random((seed + 1) * CAPTIONS + k)) for k in range(1, CAPTIONS)),
        *(words([sources[gone]], f"gone {seed} {k}") for k in range(FEWER_CAPTIONS)),
        *(words(others, f"others {seed} {k}") for k in range(FEWER_CAPTIONS)),
    ]
