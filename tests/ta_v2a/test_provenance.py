"""What is kept on disk carries what made it: a change of the source is noticed, a change of a comment is
not."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import write_clip

from ta_v2a.data.features import StageFeatures
from ta_v2a.data.manifests import Row
from ta_v2a.data.prepare import prepare
from ta_v2a.data.stage_clips import StageClips
from ta_v2a.errors import UserError
from ta_v2a.evaluation.folders.measured import MeasuredInput, Store
from ta_v2a.evaluation.networks.extractors import onset_extractors
from ta_v2a.stage.export import write_split
from ta_v2a.system import provenance
from ta_v2a.system.provenance import code_digest, folder_sha256
from vocoders.clock import ClipSpec

ROOT = Path(__file__).resolve().parents[2]
SHORT = ClipSpec(duration_s=1.024, picture_px=16)


@pytest.fixture
def sources(tmp_path, monkeypatch) -> Path:
    """The packages' sources once more, which a test may change."""
    no_source = shutil.ignore_patterns("weights", "__pycache__", "*.csv", "*.txt", "*.yaml", "*.md")
    for package in ("ta_v2a", "cvalp", "ldm", "vocoders", "prompts"):
        shutil.copytree(ROOT / package, tmp_path / "code" / package, ignore=no_source)
    monkeypatch.setattr(provenance, "_ROOT", tmp_path / "code")
    provenance._code_digest.cache_clear()
    yield tmp_path / "code"
    provenance._code_digest.cache_clear()


def changed(sources: Path, name: str, line: str = "_NEW = 1") -> None:
    with (sources / name).open("a") as stream:
        stream.write(f"\n{line}\n")
    provenance._code_digest.cache_clear()


def feature_folder(folder: Path) -> Path:
    for name in ("a", "b", "c"):
        (folder / name).write_text(name)
    return StageFeatures(str(folder / "a"), str(folder / "b"), str(folder / "c"), cache=str(folder)).folder


def clip_folder(folder: Path) -> Path | None:
    return StageClips([0], SHORT, cache=folder).kept


def measurement(folder: Path) -> Path:
    return Store(folder / "store").path(MeasuredInput("content", "reference", "clip"), onset_extractors()[0])


KEPT: dict[str, tuple[Callable[[Path], Path | None], list[str], list[str]]] = {
    "features": (
        feature_folder,
        [
            "ta_v2a/stage/picture/choreography.py",
            "ta_v2a/data/feature_files.py",
            "ta_v2a/data/examples.py",
            "cvalp/mini/video_tower.py",
            "ldm/autoencoders/mel_autoencoder.py",
            "prompts/grammar.py",
        ],
        ["ta_v2a/engine/foley.py", "ta_v2a/stage/export.py", "ldm/denoisers/audio_transformer.py"],
    ),
    "clips": (
        clip_folder,
        ["ta_v2a/stage/sound/synth_common.py", "ta_v2a/data/stage_clips.py"],
        ["cvalp/mini/video_tower.py"],
    ),
    "measurements": (
        measurement,
        ["ta_v2a/evaluation/metrics/onsets.py", "ta_v2a/evaluation/folders/baselines.py", "vocoders/mel.py"],
        ["ta_v2a/cli/app.py"],
    ),
}


@pytest.mark.parametrize("name", KEPT)
def test_another_source_has_another_place(name, sources, tmp_path):
    place, used, unused = KEPT[name]
    seen = [place(tmp_path)]
    for file in used:
        changed(sources, file)
        seen.append(place(tmp_path))
    assert len(set(seen)) == len(used) + 1
    for file in unused:
        changed(sources, file)
    changed(sources, used[0], "# said better")
    assert place(tmp_path) == seen[-1]


def test_shards_of_another_source_are_not_gone_on_with(sources, tmp_path):
    rows = [Row("00000000", "gone.mp4", None, 0.0, "a dog", "train")]
    prepare(rows, tmp_path / "shards", SHORT, False, workers=0)
    assert prepare(rows, tmp_path / "shards", SHORT, False, workers=0)["now"] == 0
    changed(sources, "ta_v2a/media/reading/frames.py")
    with pytest.raises(UserError, match="another code: name a new folder"):
        prepare(rows, tmp_path / "shards", SHORT, False, workers=0)


def test_scenes_of_another_source_are_written_again(sources, tmp_path):
    order = (tmp_path / "scenes", "test", 1, 0.6, 32, 32, 25.0)
    assert [write_split(*order)["new"] for _ in range(2)] == [1, 0]
    assert [write_split(*order, silent=True)["new"] for _ in range(2)] == [1, 0]
    changed(sources, "ta_v2a/stage/picture/render.py")
    assert write_split(*order, silent=True)["new"] == 1


def test_sounds_of_another_source_are_made_again(sources, tmp_path, pipeline_folder):
    from ta_v2a.evaluation.films.sounds import generate_sounds

    film = write_clip(tmp_path / "film.mp4", np.full((30, 32, 32), 90, np.uint8))
    order = (str(pipeline_folder), [film], {}, tmp_path / "out")
    assert [generate_sounds(*order)[1] for _ in range(2)] == [1, 0]
    changed(sources, "ldm/sampling.py")
    assert generate_sounds(*order)[1] == 1


def test_a_folder_is_all_of_its_weights_and_settings(tmp_path):
    for name in ("model.safetensors", "config.json", "README.md"):
        (tmp_path / name).write_text(name)
    first = folder_sha256(tmp_path)
    (tmp_path / "README.md").write_text("said better")
    assert folder_sha256(tmp_path) == first
    (tmp_path / "config.json").write_text("{}")
    assert folder_sha256(tmp_path) != first
    with pytest.raises(ValueError, match="no module"):
        code_digest(["ta_v2a.nowhere"])
    with pytest.raises(UserError, match="no file of weights"):
        (tmp_path / "empty").mkdir()
        folder_sha256(tmp_path / "empty")
