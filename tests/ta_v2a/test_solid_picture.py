"""Pictures of the solid world, where it can be drawn (CI installs what that needs)."""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from ta_v2a import doctor
from ta_v2a.__main__ import main
from ta_v2a.data.datamodules import StageData
from ta_v2a.data.examples import Examples
from ta_v2a.data.stage_clips import StageClips, activity_targets, of_bodies
from ta_v2a.stage.clean.scenes import plan_clean
from ta_v2a.stage.export import write_split
from ta_v2a.stage.packed import Filming, film_scenes, is_solid, read_films
from ta_v2a.stage.solid.mujoco_here import drawing_problem
from ta_v2a.stage.solid.render import render_solid
from ta_v2a.stage.solid.scene import act_of_bodies, solid_scene
from vocoders.clock import MINI

pytestmark = pytest.mark.skipif(drawing_problem() is not None, reason=str(drawing_problem()))
SECONDS = 1.6


@pytest.fixture(scope="module")
def clip():
    return solid_scene(30, SECONDS, "clean")


def test_pictures_repeat_to_the_bit_at_every_size(clip):
    times = np.arange(8) / 10
    once, again = (render_solid(clip, times, 48, 64, colour=True) for _ in range(2))
    assert once.shape == (8, 48, 64, 3) and once.dtype == np.uint8
    assert np.array_equal(once, again)
    large = render_solid(clip, times, 240, 320, colour=True).reshape(8, 48, 5, 64, 5, 3).mean((2, 4))
    assert np.abs(large - once).mean() < 6  # the same picture, larger


def test_luma_is_the_luma_of_the_colours(clip):
    times = np.array([0.2, 0.8])
    luma = render_solid(clip, times, 40, 40)
    colour = render_solid(clip, times, 40, 40, colour=True)
    assert luma.shape == (2, 40, 40)
    assert np.abs(luma - colour @ np.array([0.299, 0.587, 0.114])).max() <= 1.5


def test_a_slow_camera_shows_its_pictures_longer(clip):
    slow = replace(clip, scene=replace(clip.scene, source_fps=5.0))
    frames = render_solid(slow, np.arange(16) / 20, 32, 32)
    changes = (np.abs(np.diff(frames.astype(int), axis=0)).max((1, 2)) > 0).sum()
    assert changes <= 4


def test_wild_pictures_have_light_and_structure():
    for seed in (2, 5, 8):
        frames = render_solid(solid_scene(seed, SECONDS), np.array([0.3, 0.9]), 64, 64)
        assert 15 < frames.mean() < 240 and frames.std() > 8


def test_a_blow_is_seen_when_it_is_heard():
    for seed in range(300, 360):
        clip = solid_scene(seed, SECONDS, "clean")
        source = clip.scene.sources[0]
        if source.action == "strike" and len(source.events) > 0 and source.envelope is None:
            break
    fast = replace(clip, scene=replace(clip.scene, source_fps=200.0))
    hit = source.events[0].time_s
    before, at = render_solid(fast, np.array([hit - 0.08, hit]), 64, 64).astype(int)
    rest = render_solid(fast, np.array([0.0, 0.02]), 64, 64).astype(int)
    assert np.abs(at - before).mean() > 3 * np.abs(rest[1] - rest[0]).mean() + 0.2


def test_examples_of_the_solid_world_are_as_of_any_other(tmp_path):
    spec = replace(MINI, duration_s=1.024)
    flat, solid = (Examples([7], spec, world=world)[0] for world in ("stage", "solid"))
    assert flat.keys() == solid.keys()
    for name in ("wave", "without", "kinds", "frames"):
        assert flat[name].shape == solid[name].shape and flat[name].dtype == solid[name].dtype
    assert flat["kinds"].equal(solid["kinds"])
    assert json.loads(solid["facts"]).keys() == json.loads(flat["facts"]).keys()
    assert not flat["frames"].equal(solid["frames"])


def test_examples_of_acts_show_and_sound_the_act():
    example = Examples([3], replace(MINI, duration_s=2.048), world="acts")[0]
    scene = act_of_bodies(plan_clean(3, 2.048)).scene
    assert [each["kind"] for each in json.loads(example["facts"])["sources"]] == [scene.sources[0].kind]
    assert (
        example["wave"].abs().max() > 20 * example["without"].abs().max() > 0
    )  # without its only source: the room
    assert (example["frames"].float().std(dim=0) > 0).any()


def test_a_share_of_training_scenes_is_of_bodies(tmp_path):
    assert np.mean([of_bodies(seed, 0.3) for seed in range(1000)]) == pytest.approx(0.3, abs=0.05)
    spec = replace(MINI, duration_s=1.024)
    seed = next(s for s in range(100) if of_bodies(s, 0.3))
    clips = StageClips([seed], spec, solid=0.3, cache=tmp_path)
    solid, kept, flat = clips[0], clips[0], StageClips([seed], spec)[0]
    scene = solid_scene(seed, 1.024).scene
    assert solid["caption"] == scene.caption and not solid["frames"].equal(flat["frames"])
    assert solid["frames"].equal(kept["frames"]) and len(list(tmp_path.rglob("*.safetensors"))) == 1
    assert torch.from_numpy(activity_targets(scene, spec)).equal(solid["activity"])
    assert {name: value.shape for name, value in flat.items() if isinstance(value, torch.Tensor)} == {
        name: value.shape for name, value in solid.items() if isinstance(value, torch.Tensor)
    }
    both = StageData(1.024, batch_size=1, clips_per_epoch=1, first_seed=seed, solid=0.3, workers=0)
    (batch,) = both.train_dataloader()
    assert batch["frames"][0].equal(solid["frames"])


def test_stage_films_the_solid_world(tmp_path, capsys):
    arguments = ["stage", "--world", "solid-clean", "--seed", "3", "--duration", "1", "--width", "64"]
    assert main([*arguments, "--height", "48", "-o", str(tmp_path / "s"), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    truth = json.loads((tmp_path / "s.json").read_text())
    assert truth["world"] == "solid-clean" and truth["caption"] == report["caption"]
    assert (tmp_path / "s.mp4").stat().st_size > 1000 and (tmp_path / "s.wav").is_file()


def test_a_split_is_written_by_several_processes(tmp_path):
    written = write_split(tmp_path, "test", 2, 0.8, 32, 32, 10.0, jobs=2, world="solid")
    assert written["new"] == 2 and len(list(tmp_path.glob("*.mp4"))) == 2
    assert write_split(tmp_path, "test", 2, 0.8, 32, 32, 10.0, jobs=2, world="solid")["new"] == 0


def test_the_doctor_says_that_it_can_be_drawn():
    row = doctor.check_drawing()
    assert row["ok"] and row["problem"] is None and row["version"] == "can be drawn"


def test_films_of_the_video_head_may_be_of_bodies(tmp_path):
    filming = Filming(px=32, pictures=32, solid=0.5)
    kinds = [is_solid(seed, filming) for seed in range(400)]
    assert 160 < sum(kinds) < 240
    seeds = range(kinds.index(True), kinds.index(True) + 2)
    (file,) = film_scenes(filming, seeds, tmp_path, 0)
    films, facts = read_films(file, filming)
    clean = plan_clean(seeds[0], filming.duration_s)
    one = act_of_bodies(clean)
    assert facts[0]["captions"][0] == one.scene.caption and len(set(facts[0]["captions"])) > 1
    assert facts[0]["act"] == f"solid {clean.act}"
    assert facts[0]["events_s"] == [round(event.time_s, 4) for event in one.scene.sources[0].events]
    np.testing.assert_array_equal(films[0], render_solid(one, filming.times_s, 32, 32, colour=True))
    flat = replace(filming, solid=0.0)
    assert not any(is_solid(seed, flat) for seed in range(50))


def test_what_rests_is_the_same_for_every_scene_of_an_act():
    times = np.arange(24) / 8
    films = {}
    for act in ("anvil", "drum"):
        seeds = (plan_clean(seed, 3.0, (act,)) for seed in range(40))
        struck = [scene for scene in seeds if len(scene.sources[0].events) > 2][:3]
        films[act] = [
            np.median(render_solid(act_of_bodies(scene), times, 48, 48, colour=True), 0).astype(int)
            for scene in struck
        ]
        assert len(films[act]) == 3
    within = [np.abs(a - b).mean() for one in films.values() for a, b in pairwise(one)]
    between = np.abs(films["anvil"][0] - films["drum"][0]).mean()
    assert 5 * max(within) < between


def test_a_process_that_has_drawn_may_still_import_the_compiler():
    code = (
        "from ta_v2a.stage.solid.mujoco_here import draw_here; draw_here(); import torch._dynamo; print('ok')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "ok\n", done.stderr
