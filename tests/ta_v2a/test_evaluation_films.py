"""Real films: tables, pairing, figures; with clips and sounds made here."""

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from ta_v2a.errors import UserError
from ta_v2a.evaluation.films.command import SoundedClip, compare_clips, list_clips, read_prompts
from ta_v2a.evaluation.report.figure import _moments, clip_figure

RATE = 16_000


def write_clip(path, wave: np.ndarray | None, seconds: float = 3.0, fps: int = 20) -> None:
    """A drifting texture with an optional sound track."""
    import av

    texture = np.random.default_rng(0).integers(0, 255, (64, 200, 3), dtype=np.uint8)
    with av.open(str(path), "w") as container:
        picture = container.add_stream("mpeg4", rate=fps)
        picture.width, picture.height, picture.pix_fmt = 96, 64, "yuv420p"
        sound = container.add_stream("aac", rate=RATE, layout="mono") if wave is not None else None
        for i in range(round(seconds * fps)):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(texture[:, i : i + 96]), format="rgb24")
            container.mux(picture.encode(frame))
        container.mux(picture.encode())
        if sound is not None:
            frame = av.AudioFrame.from_ndarray(wave[None].astype(np.float32), format="fltp", layout="mono")
            frame.sample_rate = RATE
            container.mux(sound.encode(frame))
            container.mux(sound.encode())


def hits(times: list[float], seconds: float = 3.0) -> np.ndarray:
    rng = np.random.default_rng(1)
    wave = rng.normal(0, 0.002, round(seconds * RATE))
    for time in times:
        wave[round(time * RATE) :][:1600] += 0.3 * rng.normal(0, 1, 1600) * np.exp(-np.arange(1600) / 300)
    return np.clip(wave, -1, 1).astype(np.float32)


def test_prompts_from_a_table(tmp_path):
    table = tmp_path / "manifest.csv"
    table.write_text('path,licence,description\nwith_sound/a.mp4,x,"knock, slow"\nb.avi,y,\n')
    assert read_prompts(table) == {"a": "knock, slow", "b": ""}
    table.write_text("path,licence\na.mp4,x\n")
    with pytest.raises(UserError, match="column"):
        read_prompts(table)
    with pytest.raises(UserError, match="cannot be read"):
        read_prompts(tmp_path / "none.csv")


def test_clips_of_a_folder(tmp_path):
    with pytest.raises(UserError, match="holds no clip"):
        list_clips(tmp_path)
    for name in ("b.mp4", "a.AVI", "notes.txt"):
        (tmp_path / name).touch()
    assert [clip.name for clip in list_clips(tmp_path)] == ["a.AVI", "b.mp4"]
    (tmp_path / "b.mkv").touch()
    with pytest.raises(UserError, match="share a name"):
        list_clips(tmp_path)
    with pytest.raises(UserError, match="no such folder"):
        list_clips(tmp_path / "none")


@pytest.mark.shared
def test_comparison_of_clips_with_and_without_sound(tmp_path, shared_dir):
    rows = {"a": [0.5, 1.3, 2.2], "b": [0.8, 1.7], "c": [1.0, 2.4], "silent": None}
    true, generated = tmp_path / "true", tmp_path / "generated"
    true.mkdir(), generated.mkdir()
    clips = []
    for name, times in rows.items():
        write_clip(true / f"{name}.mp4", hits(times) if times else None)
        clips.append(SoundedClip(true / f"{name}.mp4", name, generated / f"{name}.wav"))
        soundfile.write(clips[-1].wav, hits([t + 0.02 for t in times or [1.0]]), RATE)
    result = compare_clips(clips, figures=tmp_path / "figures")
    tool = [sys.executable, str(shared_dir / "tools" / "onset_agreement.py"), str(true), str(generated)]
    theirs = json.loads(subprocess.run(tool, capture_output=True, text=True, check=True).stdout)
    assert result["onset_agreement"] == {key: theirs[key] for key in result["onset_agreement"]}
    assert result["onset_agreement"]["f1"] > 0.8 and result["onset_agreement"]["n"] == 3
    assert result["without_sound"] == ["silent.mp4"]
    assert set(result["av_align"]) == {"variant", "generated", "true", "generated_shuffled", "true_shuffled"}
    assert len(list((tmp_path / "figures").glob("*.png"))) == 4
    clips[0].wav.unlink()
    with pytest.raises(UserError, match=r"a\.mp4"):
        compare_clips(clips)


def test_frames_are_taken_at_the_strongest_onset_of_their_stretch():
    moments = _moments(np.array([0.2, 0.4, 2.9]), np.array([1.0, 5.0, 2.0]), 4.0, 4)
    np.testing.assert_allclose(moments, [0.4, 1.5, 2.9, 3.5])


def test_figure_of_a_silent_clip(tmp_path):
    import cv2

    write_clip(tmp_path / "clip.mp4", None)
    clip_figure(
        tmp_path / "clip.mp4",
        hits([0.5, 2.0]),
        tmp_path / "new" / "figure.png",
        events_s=np.array([0.5, 2.0]),
        title="knock",
    )
    picture = cv2.imread(str(tmp_path / "new" / "figure.png"))
    assert picture.shape[1] == 1800 and picture.std() > 20
    with pytest.raises(UserError, match="not empty"):
        clip_figure(tmp_path / "clip.mp4", np.zeros(0, np.float32), tmp_path / "figure.png")


def test_what_shall_not_be_heard_is_handed_on(tmp_path, pipeline_folder):
    films = tmp_path / "films"
    films.mkdir()
    write_clip(films / "a.mp4", None, seconds=1.0)
    words = [sys.executable, "-m", "ta_v2a", "evaluate", "films", str(films)]
    words += ["--preset", str(pipeline_folder), "--no-compare", "--steps", "1", "--text-scale", "3", "-o"]
    for name, more in (("with", ["-n", "music, speech"]), ("without", [])):
        subprocess.run([*words, str(tmp_path / name), *more], check=True, capture_output=True)
    told = json.loads((tmp_path / "with" / "a.json").read_text())
    assert told["settings"]["negative_prompt"] == "music, speech"
    one, other = (soundfile.read(tmp_path / name / "a.wav")[0] for name in ("with", "without"))
    assert one.shape == other.shape and not np.array_equal(one, other)
