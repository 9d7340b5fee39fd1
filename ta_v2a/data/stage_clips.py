"""Stage scenes as training examples: rendered on the fly, the same for the same seed, and
kept on disk where that pays."""

import hashlib
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch.utils.data import Dataset

from prompts.lexicon import LEXICON
from ta_v2a.errors import UserError
from ta_v2a.stage.picture.render import render_pictures
from ta_v2a.stage.recorded_scene import recorded_scene
from ta_v2a.stage.scene.close import close_plan, is_close
from ta_v2a.stage.scene.kinds import KIND_NAMES
from ta_v2a.stage.scene.scene import ENVELOPE_HZ, SPLITS, Scene, plan
from ta_v2a.stage.solid.render import render_solid
from ta_v2a.stage.solid.scene import solid_scene
from ta_v2a.stage.sound.bank import SoundBank
from ta_v2a.stage.sound.catalogue import Catalogue
from ta_v2a.stage.sound.render import render_sound
from ta_v2a.system.extras import need
from ta_v2a.system.provenance import code_digest, recordings_digest
from vocoders.clock import ClipSpec

STAGE_CODE = ("ta_v2a.data.stage_clips",)
"""Module that rendered clips come from."""
ONSETS_PER_COLUMN = 4
"""Onset targets are given for quarters of a latent column: 16 ms for mini."""


def kinds_heard(scene: Scene) -> np.ndarray:
    """(29,) float32 multi-hot of the stage's kinds that sound in a scene, in the order of `KINDS`."""
    hot = np.zeros(len(KIND_NAMES), np.float32)
    for source in scene.sources:
        if source.recorded:
            continue
        hot[KIND_NAMES.index(source.kind)] = 1
    return hot


def kinds_seen(scene: Scene) -> np.ndarray:
    """(29,) float32 multi-hot of the kinds that the picture shows, whatever the prompt
    says, in the order of `LEXICON`."""
    looks = {source.look for source in scene.sources}
    return np.array([kind in looks for kind in LEXICON], np.float32)


def activity_targets(scene: Scene, spec: ClipSpec) -> np.ndarray:
    """(columns, 7) float32 in [0, 1]: 4 narrow onset curves, a broad one, event intensity,
    loudness of continuous sources.

    An onset is a Gaussian bump around the event: 18 ms wide (standard deviation) in the narrow
    curves, 60 ms in the broad one.
    """
    columns = spec.columns
    fine_s = (np.arange(columns * ONSETS_PER_COLUMN) + 0.5) * spec.column_s / ONSETS_PER_COLUMN
    centre_s = (np.arange(columns) + 0.5) * spec.column_s
    events = [(e.time_s, e.intensity * s.loudness) for s in scene.sources for e in s.events]
    out = np.zeros((columns, ONSETS_PER_COLUMN + 3), np.float32)
    if events:
        times, strengths = np.array(events).T
        narrow = np.exp(-0.5 * ((fine_s[:, None] - times) / 0.018) ** 2).max(1)
        bump = np.exp(-0.5 * ((centre_s[:, None] - times) / 0.06) ** 2)
        out[:, :ONSETS_PER_COLUMN] = narrow.reshape(columns, ONSETS_PER_COLUMN)
        out[:, ONSETS_PER_COLUMN], out[:, ONSETS_PER_COLUMN + 1] = bump.max(1), (bump * strengths).max(1)
    for s in scene.sources:
        if s.envelope is not None:
            level = s.loudness * np.interp(centre_s, np.arange(len(s.envelope)) / ENVELOPE_HZ, s.envelope)
            out[:, -1] = np.maximum(out[:, -1], level)
    return out


class StageClips(Dataset):
    """One scene a seed.

    Each item is a dict: `frames` uint8 (pictures, px, px) unless `sound_only`; `wave` float32 (samples,);
    `caption` str; `kinds` float32 (29,); with pictures also `activity` float32 (columns, 7) and `seen`
    float32 (29,); `seed` int.

    Args:
        seeds: what to render, in order.
        spec: the clip's clock; scenes last `spec.duration_s`.
        bank: folder of recordings to use instead of synthesis half of the time, or None.
        recorded: share of the seeds, 0..1, whose scenes are of recordings of the bank alone
            (`recorded_scene`).
        close: share of the other seeds, 0..1, whose scenes are of close motions (`close_plan`), and of the
            recorded sources that are seen by one.
        solid: share of the seeds that are of neither, 0..1, whose scenes are built of bodies (`solid_scene`;
            needs the extra `solid`, and EGL).
        cache: folder that keeps every clip once it is rendered, uncompressed
            (about 1 MB for 4 s at mini size), or None. Several processes may share it. Another clock, other
            recordings or another source code of the stage have a folder of their own below it. A damaged file
            is written anew; nothing else is ever thrown away.

    Raises:
        UserError: solid scenes, and their extra is not installed.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        spec: ClipSpec,
        bank: str | Path | None = None,
        sound_only: bool = False,
        cache: str | Path | None = None,
        recorded: float = 0.0,
        split: str = "train",
        close: float = 0.0,
        solid: float = 0.0,
    ):
        if solid:
            need("solid")
        if recorded and not bank:
            raise ValueError("scenes of recordings need a bank of them")
        self.recorded, self.catalogue = recorded, Catalogue(bank, split) if recorded and bank else None
        self.seeds, self.spec, self.sound_only = seeds, spec, sound_only
        self.close, self.solid = close, solid
        self.bank = SoundBank(Path(bank)) if bank else None
        self.kept = None
        if cache is not None:
            self.kept = Path(cache) / _stage_digest(spec, bank, sound_only, recorded, close, solid)

    def __len__(self) -> int:
        return len(self.seeds)

    def __getitem__(self, index: int) -> dict[str, Any]:
        seed = int(self.seeds[index])
        if self.kept is None:
            return self._rendered(seed)
        file = self.kept / f"{seed}.safetensors"
        item = _read_kept(file)
        if item is None:
            item = self._rendered(seed)
            _keep(item, file)
        return {**item, "seed": seed}

    def _rendered(self, seed: int) -> dict[str, Any]:
        cv2.setNumThreads(1)
        spec, solid = self.spec, None
        if self.catalogue is not None and is_recorded(seed, self.recorded):
            made = recorded_scene(seed, spec.duration_s, self.catalogue, spec.sample_rate_hz, self.close)
            scene, wave = made.scene, made.sound()
        else:
            if is_close(seed, self.close):
                scene = close_plan(seed, spec.duration_s)
            elif of_bodies(seed, self.solid):
                solid = solid_scene(seed, spec.duration_s)
                scene = solid.scene
            else:
                scene = plan(seed, spec.duration_s)
            wave = render_sound(scene, spec.sample_rate_hz, self.bank)
        wave = wave[: spec.samples]
        item: dict[str, Any] = {
            "seed": seed,
            "caption": scene.caption,
            "kinds": torch.from_numpy(kinds_heard(scene)),
        }
        item["wave"] = torch.from_numpy(np.pad(wave, (0, spec.samples - len(wave))).astype(np.float32))
        if not self.sound_only:
            size = (spec.picture_times_s, spec.picture_px, spec.picture_px)
            frames = render_pictures(scene, *size) if solid is None else render_solid(solid, *size)
            item["frames"] = torch.from_numpy(frames)
            item["seen"] = torch.from_numpy(kinds_seen(scene))
            item["activity"] = torch.from_numpy(activity_targets(scene, spec))
        return item


def is_recorded(seed: int, share: float) -> bool:
    """Whether a seed's scene is one of recordings, where a share 0..1 of them are."""
    return random.Random(f"recorded {seed}").random() < share


def of_bodies(seed: int, share: float) -> bool:
    """Whether a seed's scene is built of bodies, where a share 0..1 of them are."""
    return random.Random(f"solid {seed}").random() < share


def _stage_digest(
    spec: ClipSpec,
    bank: str | Path | None,
    sound_only: bool,
    recorded: float = 0.0,
    close: float = 0.0,
    solid: float = 0.0,
) -> str:
    """Of all that a rendered clip depends on beside its seed, the source code of the stage
    and of the captions included."""
    facts = (spec, recordings_digest(bank), sound_only, recorded, close, solid, code_digest(STAGE_CODE))
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:12]


def _read_kept(file: Path) -> dict[str, Any] | None:
    """A clip that was kept, without its seed; None where there is none, or a damaged one."""
    try:
        with safe_open(file, "pt") as tensors:
            item: dict[str, Any] = {name: tensors.get_tensor(name) for name in tensors.keys()}  # noqa: SIM118
            return {**item, "caption": tensors.metadata()["caption"]}
    except (OSError, SafetensorError, TypeError, KeyError):  # the last two where the caption is missing
        return None


def _keep(item: dict[str, Any], file: Path) -> None:
    """Writes a clip; whoever reads meanwhile sees the whole of it or nothing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(f".{os.getpid()}.part")
    tensors = {name: value for name, value in item.items() if isinstance(value, torch.Tensor)}
    save_file(tensors, part, metadata={"caption": item["caption"]})
    part.replace(file)


def split_seeds(split: str, count: int, offset: int = 0) -> range:
    """`count` seeds of a split, from `offset` on.

    Raises:
        UserError: if the split has no such seeds.
    """
    seeds = SPLITS[split]
    if offset + count > len(seeds):
        raise UserError(f"split {split!r} has {len(seeds)} seeds, not {offset + count}")
    return seeds[offset : offset + count]
