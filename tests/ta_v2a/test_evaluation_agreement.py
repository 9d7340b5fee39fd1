"""Onset agreement and AV-Align: exact on constructed onsets, equal to the common yardstick on files."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soundfile

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.agreement import (
    SoundOnsets,
    gain_difference,
    greedy_counts,
    librosa_onsets,
    onset_agreement,
    read_sound,
)
from ta_v2a.evaluation.metrics.av_align import flow_curve, flow_peaks, intersection_over_union, sound_peaks

RATE = 16_000


def random_heard(rng: np.random.Generator, n: int = 8) -> list[SoundOnsets]:
    return [SoundOnsets(np.sort(rng.uniform(0, 8, 10)), 8.0) for _ in range(n)]


def test_true_sound_agrees_with_itself_and_shuffling_destroys_it():
    true = random_heard(np.random.default_rng(0))
    own = onset_agreement(true, true)
    assert own["f1"] == 1.0
    assert own["gain"] == pytest.approx(1 - own["shuffled_f1"], abs=1e-3)
    assert own["gain_95"][0] > 0.5
    shuffled = onset_agreement(true, true[1:] + true[:1])
    assert shuffled["f1"] < 0.5
    assert shuffled["gain"] < 0.2


def test_the_difference_of_two_gains_is_drawn_film_by_film():
    rng = np.random.default_rng(0)
    true, late = random_heard(rng), random_heard(rng)
    same = gain_difference(true, [late], [late])
    assert same["difference"] == 0.0
    assert same["difference_95"] == [0.0, 0.0]
    better = gain_difference(true, [true], [late])
    gains = [onset_agreement(true, sounds)["gain"] for sounds in (true, late)]
    assert better["difference"] == pytest.approx(gains[0] - gains[1], abs=1e-3)
    assert better["difference_95"][0] > 0.3
    pooled = gain_difference(true, [true, late], [late, late])
    assert 0.3 * better["difference"] < pooled["difference"] < 0.7 * better["difference"]
    with pytest.raises(ValueError, match="as many"):
        gain_difference(true, [true[1:]], [late])


def test_onsets_after_the_shorter_sound_do_not_count():
    assert greedy_counts(np.array([1.0, 5.0]), np.array([1.05, 5.0]), 4.0, 0.1).tolist() == [1, 1, 1]


def test_as_many_sounds_as_films():
    with pytest.raises(ValueError, match="as many"):
        onset_agreement([], [])


def test_a_file_that_is_no_sound(tmp_path):
    (tmp_path / "clip.wav").write_bytes(b"no sound at all")
    with pytest.raises(UserError, match=r"clip\.wav"):
        read_sound(tmp_path / "clip.wav")


def test_intersection_over_union_is_one_to_one_within_a_frame():
    fps = 10.0
    assert intersection_over_union(np.array([1.0, 1.02]), np.array([1.05]), fps) == pytest.approx(1 / 2)
    assert intersection_over_union(np.array([1.0]), np.array([1.1]), fps) == 0.0  # one frame away is too far
    assert intersection_over_union(np.zeros(0), np.zeros(0), fps) == 0.0


def test_flow_peaks_are_strict_maxima_above_a_tenth_of_a_pixel():
    flow = np.array([0.0, 0.09, 0.0, 0.5, 0.5, 0.2, 0.9, 0.1])
    np.testing.assert_allclose(flow_peaks(flow, 10.0), [0.6])


def test_flow_follows_a_jerk_of_the_picture(tmp_path):
    import cv2

    texture = cv2.GaussianBlur(
        np.random.default_rng(0).integers(0, 255, (96, 128, 3), dtype=np.uint8), (0, 0), 3
    )
    texture = cv2.normalize(texture, None, 0, 255, cv2.NORM_MINMAX)
    writer = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 20.0, (96, 72))
    shifts = np.concatenate([np.zeros(10), [1, 4, 5], np.full(10, 5)]).astype(int)
    for shift in shifts:
        writer.write(np.ascontiguousarray(texture[10:82, 10 + shift : 106 + shift]))
    writer.release()
    flow, fps = flow_curve(tmp_path / "clip.avi")
    assert (len(flow), fps) == (len(shifts), 20.0)
    assert flow.argmax() == 11
    assert flow.max() == pytest.approx(3, abs=0.6)
    with pytest.raises(UserError, match="no picture of"):
        flow_curve(tmp_path / "missing.avi")


@pytest.mark.shared
def test_same_number_as_the_common_yardstick(tmp_path, shared_dir):
    rng = np.random.default_rng(0)
    true, generated = tmp_path / "true", tmp_path / "generated"
    true.mkdir(), generated.mkdir()
    names = [f"clip{i}" for i in range(5)]
    for name in names:
        times = rng.uniform(0.1, 3.5, 6)
        for folder, jitter, rate in ((true, 0.0, 44_100), (generated, 0.05, 16_000)):
            wave = rng.normal(0, 0.002, 4 * rate)
            for time_s in times + rng.normal(0, jitter, 6):
                start = max(0, round(time_s * rate))
                wave[start : start + rate // 10] += (
                    0.3 * rng.normal(0, 1, rate // 10) * np.exp(-np.arange(rate // 10) / rate * 60)
                )
            soundfile.write(folder / f"{name}.wav", np.clip(wave, -1, 1), rate)
    tool = [sys.executable, str(shared_dir / "tools" / "onset_agreement.py"), str(true), str(generated)]
    theirs = json.loads(subprocess.run(tool, capture_output=True, text=True, check=True).stdout)
    ours = onset_agreement(
        *(
            [librosa_onsets(read_sound(folder / f"{name}.wav")) for name in names]
            for folder in (true, generated)
        )
    )
    assert ours == {key: theirs[key] for key in ours}
    assert 0.2 < ours["f1"] < 1.0


def test_librosa_is_used_by_one_thread_at_a_time(monkeypatch):
    """What numba keeps on disk is damaged where two keep it at once, and SIGSEGV the end of who reads it."""
    librosa = pytest.importorskip("librosa")
    strength, inside, most = librosa.onset.onset_strength, [], []

    def watched(**given):
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        found = strength(**given)
        inside.pop()
        return found

    monkeypatch.setattr(librosa.onset, "onset_strength", watched)
    wave = np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
    with ThreadPoolExecutor(4) as pool:
        onsets = [pool.submit(librosa_onsets, wave) for _ in range(4)]
        peaks = [pool.submit(sound_peaks, wave, 16_000) for _ in range(4)]
        assert len({len(each.result().onsets_s) for each in onsets}) == 1
        assert len({len(each.result()) for each in peaks}) == 1
    assert most == [1] * 8
