"""Scenes of the stage in colour, as towers at paper size see them."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import torch
from torch.utils.data import Dataset

from ta_v2a.stage.picture.render import render_pictures
from ta_v2a.stage.scene.scene import plan
from ta_v2a.stage.sound.render import render_sound
from vocoders.clock import ClipSpec


class ColourScenes(Dataset):
    """A scene for every seed: `frames` uint8 (pictures, px, px, 3), `wave` float32 (samples), `caption`.

    Args:
        sound_hz: rate of `wave`; None: the clock's own.
    """

    def __init__(self, seeds: Sequence[int], spec: ClipSpec, sound_hz: int | None = None):
        self.seeds, self.spec, self.sound_hz = seeds, spec, sound_hz or spec.sample_rate_hz

    def __len__(self) -> int:
        return len(self.seeds)

    def __getitem__(self, index: int) -> dict[str, Any]:
        cv2.setNumThreads(1)
        spec, scene = self.spec, plan(int(self.seeds[index]), self.spec.duration_s)
        frames = render_pictures(scene, spec.picture_times_s, spec.picture_px, spec.picture_px, colour=True)
        samples = round(spec.samples * self.sound_hz / spec.sample_rate_hz)
        wave = np.zeros(samples, np.float32)
        made = render_sound(scene, self.sound_hz, None)[:samples]
        wave[: len(made)] = made
        return {"frames": torch.from_numpy(frames), "wave": torch.from_numpy(wave), "caption": scene.caption}
