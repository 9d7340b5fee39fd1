"""Scenes and what was made of them, measured in several processes: rendering and the search for onsets take
longer than networks on a GPU."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float, UInt8

from ta_v2a.evaluation.networks.listener import Listener
from ta_v2a.evaluation.stage.benchmark import Tally, render_scenes
from ta_v2a.evaluation.stage.truth import Truth
from ta_v2a.stage.scene.scene import Scene, plan
from ta_v2a.system.parallel import in_order
from vocoders.clock import MINI
from vocoders.mel import LogMel

HEARD_AT_ONCE = 32
PATCHES_PER_S = 62.5  # mel frames of a second


@dataclass(frozen=True)
class RenderedScene:
    """A rendered scene.

    Attributes:
        pictures: (pictures, height, width) at mini's clock.
        sound: (samples,) its true sound.
    """

    scene: Scene
    truth: Truth
    pictures: UInt8[np.ndarray, "pictures height width"]
    sound: Float[np.ndarray, " samples"]


class Ears(NamedTuple):
    """What the listener hears of n sounds: logits (n, kinds), features (n, d) before its last layer, and
    patches (n, seconds, d) of a second each."""

    logits: np.ndarray
    features: np.ndarray
    patches: np.ndarray


@dataclass(frozen=True)
class HeardSounds:
    """Sounds (n, samples) of scenes, and what the listener hears of them."""

    truths: Sequence[Truth]
    waves: Float[np.ndarray, "scenes samples"]
    ears: Ears


def rendered_scene(seed: int) -> RenderedScene:
    """Renders the scene of a seed."""
    scene = plan(seed, MINI.duration_s)
    pictures, sounds = render_scenes([scene])
    return RenderedScene(scene, Truth.of(scene), pictures[0], sounds[0])


def rendered_scenes(seeds: Sequence[int], jobs: int) -> Iterator[RenderedScene]:
    """The scenes of seeds in their order, rendered in so many processes; 0 renders them in this one."""
    return (scene for _, scene in in_order(rendered_scene, map(int, seeds), jobs))


@torch.inference_mode()
def listened(listener: Listener, waves: Float[np.ndarray, "n samples"]) -> Ears:
    """What the listener hears where its weights are."""
    device = next(listener.parameters()).device
    log_mel, found = LogMel(MINI).to(device), []
    for part in torch.from_numpy(np.ascontiguousarray(waves)).split(HEARD_AT_ONCE):
        mel = log_mel(part.to(device))
        line = listener.line(mel)
        pooled = listener.pooled(line)
        seconds = max(1, round(mel.shape[-1] / PATCHES_PER_S))
        patches = torch.nn.functional.adaptive_avg_pool1d(line, seconds).movedim(1, 2)
        found.append(tuple(each.float().cpu().numpy() for each in (listener.head(pooled), pooled, patches)))
    return Ears(*(np.concatenate(each) for each in zip(*found, strict=True)))


def tallied(heard: HeardSounds) -> Tally:
    """Onsets, classes and steering of sounds."""
    tally = Tally()
    for truth, wave, logits in zip(heard.truths, heard.waves, heard.ears.logits, strict=True):
        tally.add(truth, wave, logits, MINI.sample_rate_hz)
    return tally
