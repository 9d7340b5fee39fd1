"""Folders of stage scenes: written once, sounded once, measured against their own truth."""

import json
from pathlib import Path

import pytest

from ta_v2a.__main__ import main
from ta_v2a.errors import UserError
from ta_v2a.evaluation.films.command import films_command, list_clips, read_prompts
from ta_v2a.evaluation.films.sounds import generate_sounds
from ta_v2a.evaluation.folders.command import evaluate_folders
from ta_v2a.evaluation.networks.extractors import flow_extractor, onset_extractors
from ta_v2a.stage.export import scene_name, write_split
from ta_v2a.stage.scene.scene import SPLITS, plan

SMALL = {"duration_s": 0.8, "width": 32, "height": 24, "fps": 10.0, "silent": True}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("stage") / "reference"
    assert write_split(folder, "test", 3, **SMALL)["new"] == 3
    return folder


def test_a_folder_of_scenes_holds_films_sounds_truth_and_captions(scenes):
    names = [scene_name(seed) for seed in SPLITS["test"][:3]]
    files = [f"{name}.{ending}" for name in names for ending in ("mp4", "wav", "json")]
    assert sorted(path.name for path in scenes.iterdir()) == sorted([*files, "prompts.csv"])
    captions = [plan(seed, 0.8).caption for seed in SPLITS["test"][:3]]
    assert read_prompts(scenes / "prompts.csv") == dict(zip(names, captions, strict=True))
    assert [json.loads((scenes / f"{name}.json").read_text())["caption"] for name in names] == captions
    assert scene_name(7) < scene_name(10)


def test_a_second_run_writes_only_what_is_missing_or_different(tmp_path):
    folder = tmp_path / "new" / "reference"
    done: list[tuple[int, int]] = []
    write_split(folder, "validation", 2, **SMALL, progress=lambda a, b: done.append((a, b)))
    assert done == [(0, 2), (1, 2), (2, 2)]
    clips = sorted(folder.glob("*.mp4"))
    before = [clip.stat().st_mtime_ns for clip in clips]
    assert write_split(folder, "validation", 2, **SMALL)["new"] == 0
    clips[1].with_suffix(".wav").unlink()
    assert write_split(folder, "validation", 2, **SMALL)["new"] == 1
    assert clips[0].stat().st_mtime_ns == before[0] and clips[1].stat().st_mtime_ns > before[1]
    assert write_split(folder, "validation", 2, **{**SMALL, "fps": 12.0})["new"] == 2
    with pytest.raises(UserError, match="scenes of train, validation, test"):
        write_split(folder, "opera", 2, **SMALL)


def test_the_command_writes_a_folder(tmp_path, capsys):
    words = [
        "stage",
        "-n",
        "1",
        "--split",
        "train",
        "--jobs",
        "1",
        "-o",
        str(tmp_path / "s"),
        "--duration",
        "0.64",
        "--width",
        "32",
    ]
    assert main([*words, "--height", "32", "--silent", "--json"]) == 0
    assert (
        json.loads(capsys.readouterr().out)["scenes"] == 1 and (tmp_path / "s" / "0000000000.mp4").is_file()
    )


def test_sounds_of_films_are_made_once(scenes, tmp_path, pipeline_folder):
    clips, out = list_clips(scenes)[:2], tmp_path / "out"
    made, new = generate_sounds(pipeline_folder, clips, None, out, num_inference_steps=1)
    assert new == 2 and [clip.prompt for clip in made] == [
        plan(seed, 0.8).caption for seed in SPLITS["test"][:2]
    ]
    account = json.loads((out / f"{clips[0].stem}.json").read_text())
    assert (account["prompt"], account["settings"]) == (made[0].prompt, {"num_inference_steps": 1})
    sound = made[0].wav.read_bytes()
    assert generate_sounds(pipeline_folder, clips, None, out, num_inference_steps=1)[1] == 0
    made[1].wav.unlink()
    assert generate_sounds(pipeline_folder, clips, None, out, num_inference_steps=1)[1] == 1
    assert made[0].wav.read_bytes() == sound
    # Another seed or another prompt is another sound.
    assert generate_sounds(pipeline_folder, clips, None, out, seed=1, num_inference_steps=1)[1] == 2
    assert (
        generate_sounds(pipeline_folder, clips, {clips[0].stem: "rain"}, out, seed=1, num_inference_steps=1)[
            1
        ]
        == 2
    )
    assert made[0].wav.read_bytes() != sound
    with pytest.raises(UserError, match="holds the clips"):
        generate_sounds(pipeline_folder, clips, None, scenes)


def test_a_stage_folder_is_measured_with_its_truth_and_its_sanity_table(scenes, tmp_path, pipeline_folder):
    films_command(scenes, tmp_path / "made", weights=pipeline_folder, compare=False, num_inference_steps=1)
    extractors = [onset_extractors()[1], onset_extractors()[3], flow_extractor(None)]
    result, _ = evaluate_folders(
        "v2a", tmp_path / "made", scenes, extractors, baselines=2, cache=tmp_path / "cache"
    )
    assert result["n"] == 3 and result["baseline_clips"] == 2 and result["bad"]["count"] == 0
    table = {row["metric"]: row["values"] for row in result["sanity"]}
    assert {"onset F1/stage:50ms", "AV-Align/javis:flow_native"} <= set(table)
    spoilt = {
        "truth",
        "shuffled",
        "shift_0.1s",
        "shift_0.25s",
        "shift_0.5s",
        "shift_1s",
        "silence",
        "white_noise",
        "constant_sound",
    }
    assert spoilt | {"static_video"} <= set(table["AV-Align/javis:flow_native"])
    json.dumps(result, allow_nan=False)
