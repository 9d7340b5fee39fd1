"""Scenes rendered and sounds measured in several processes: what one process alone finds."""

import numpy as np
import pytest
import torch

from ta_v2a.engine.devices import chosen_device, device_name
from ta_v2a.errors import UserError
from ta_v2a.evaluation.networks.listener import Listener
from ta_v2a.evaluation.stage.benchmark import Tally, listener_logits, render_scenes
from ta_v2a.evaluation.stage.heard import HeardSounds, listened, rendered_scenes, tallied
from ta_v2a.evaluation.stage.truth import Truth
from ta_v2a.stage.scene.scene import plan
from vocoders.clock import MINI

SEEDS = [1_100_000_000, 1_100_000_001]


@pytest.fixture(scope="module")
def listener() -> Listener:
    torch.manual_seed(0)
    return Listener(widths=(8, 8, 8, 16), features=16).eval()


def test_scenes_are_those_of_the_benchmark(listener):
    scenes = [plan(seed, MINI.duration_s) for seed in SEEDS]
    pictures, sounds = render_scenes(scenes)
    found = list(rendered_scenes(SEEDS, 0))
    for each, scene, picture, sound in zip(found, scenes, pictures, sounds, strict=True):
        assert each.scene.caption == scene.caption and each.truth.kinds == Truth.of(scene).kinds
        assert np.array_equal(each.pictures, picture) and np.array_equal(each.sound, sound)
    ears = listened(listener, sounds)
    np.testing.assert_allclose(ears.logits, listener_logits(listener, sounds), atol=1e-5)
    assert ears.features.shape == (2, 32) and ears.patches.shape == (2, 8, 16)
    one_by_one = Tally()
    for scene, sound, logits in zip(scenes, sounds, ears.logits, strict=True):
        one_by_one.add(Truth.of(scene), sound, logits, MINI.sample_rate_hz)
    tally = tallied(HeardSounds([each.truth for each in found], sounds, ears))
    np.testing.assert_array_equal(tally.table(), one_by_one.table())
    assert tally.right == one_by_one.right


def test_a_device_that_is_not_there_is_refused():
    assert chosen_device("cpu") == torch.device("cpu") and device_name(torch.device("cpu")) == "cpu"
    for name in ("nowhere", "cuda:77"):
        with pytest.raises(UserError, match="no device"):
            chosen_device(name)
