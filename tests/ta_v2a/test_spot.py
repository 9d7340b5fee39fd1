"""Spotting: peaks, the sheet, and the sound that follows the sheet when it is edited."""

import csv
import json

import numpy as np
import pytest
import torch

from cvalp.mini.hits import hit_activity, moments, seen_hits
from ta_v2a.engine.cues import hit_times
from ta_v2a.engine.spotting import onset_peaks
from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.onsets import match, onsets


def test_peaks_are_the_tops_of_bumps():
    curve = np.zeros(200)
    for place, height in ((40, 0.9), (100, 0.6), (150, 0.3)):
        curve += height * np.exp(-0.5 * ((np.arange(200) - place) / 2) ** 2)
    places, heights = onset_peaks(curve, 0.35)
    np.testing.assert_allclose(places, [40.5, 100.5])
    assert heights[0] > heights[1] > 0.35
    assert len(onset_peaks(np.full(50, 0.9), 0.35)[0]) == 1 and len(onset_peaks(np.zeros(50), 0.35)[0]) == 0


def test_hits_are_onsets_where_they_are_put_and_nowhere_else():
    activity = torch.rand(1, 20, 8)
    moved = hit_activity(activity, [0.32, 99.0], 0.064, 4)
    narrow = moved[0, :, :4].flatten()
    assert narrow.argmax() in (19, 20) and narrow.max() > 0.8 and narrow[:14].max() < 0.01
    assert moved[0, :, 4].argmax() in (4, 5) and (moved[..., 5] <= moved[..., 4]).all()
    torch.testing.assert_close(moved[..., 6:], activity[..., 6:])
    assert hit_activity(activity, [], 0.064, 4)[..., :6].abs().max() == 0


def test_what_was_seen_around_onsets_is_seen_around_hits():
    broad = torch.zeros(20)
    broad[[4, 5, 6, 12, 18]] = torch.tensor([0.5, 0.9, 0.4, 0.6, 0.3])
    assert seen_hits(broad) == [5, 12] and seen_hits(torch.zeros(20)) == []
    taken = moments(20, [5, 12], [3, 6, 16]).tolist()
    assert taken[:3] == [2, 3, 4]  # what came before the first onset comes before the first hit
    assert taken[3:6] == [5, 6, 7]
    assert taken[6:16] == [12, 13, 14, 15, 16, 17, 18, 19, 19, 19]  # its last moment stays
    assert taken[16:] == [5, 6, 7, 8]  # round again
    assert moments(20, [5], [17]).tolist()[:14] == [0] * 13 + [1]
    for seen, hits in (([], [3]), ([3], [])):
        assert moments(20, seen, hits).tolist() == list(range(20))


def test_hit_times():
    assert hit_times(None) is None and hit_times([2, 1.0, 2]) == (1.0, 2.0)
    for wrong in ("12", 3, ["x"], [-1]):
        with pytest.raises(UserError):
            hit_times(wrong)


@pytest.fixture(scope="module")
def hammer(tmp_path_factory):
    """A clean rendered scene of clear impacts, and its true times."""
    from ta_v2a.stage.export import write_scene
    from ta_v2a.stage.scene.kinds import KINDS
    from ta_v2a.stage.scene.scene import SPLITS, plan

    def clear(seed: int) -> bool:
        sources = plan(seed, 4.096).sources
        one = sources[0]
        return len(sources) == 1 and not KINDS[one.kind].continuous and 3 <= len(one.events) <= 6

    seed = next(seed for seed in SPLITS["test"][:400] if clear(seed))
    name = tmp_path_factory.mktemp("spot") / "scene"
    report = write_scene(seed, name, 4.096, 160, 120, 25.0, silent=True)
    return report["film"], [event.time_s for event in plan(seed, 4.096).sources[0].events]


def test_what_is_spotted_can_be_edited_and_the_sound_follows(hammer, tmp_path, capsys):
    """Onsets elsewhere: the sound has them where the sheet says, not where the picture shows them."""
    from ta_v2a.__main__ import main
    from ta_v2a.evaluation.metrics.agreement import read_sound

    film, _ = hammer
    sheet = tmp_path / "cues.csv"
    assert main(["spot", film, "-o", str(sheet), "--json", "--threshold", "0.3"]) == 0
    report = json.loads(capsys.readouterr().out)
    with sheet.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(report["onsets"]) >= 2
    assert rows[0]["text"] == report["onsets"][0]["labels"][0]["label"]
    seen = np.array([float(row["start"]) for row in rows])
    wanted = np.array([0.9, 1.75, 2.85, 3.5])
    edited = tmp_path / "edited.vtt"
    blocks = [
        f"00:00:{time_s:06.3f} --> 00:00:{time_s + 0.3:06.3f}\nsomeone hits a wooden board\n"
        for time_s in wanted
    ]
    edited.write_text("WEBVTT\n\n" + "\n".join(blocks))
    out = tmp_path / "o.wav"
    command = ["foley", film, "-p", "someone hits a wooden board", "-o", str(out)]
    assert main([*command, "--cues", str(edited), "--hits"]) == 0
    found = onsets(read_sound(out), 16_000)[0]
    assert match(found, wanted, 0.1).counts[0] >= 3
    assert main(command) == 0
    free = onsets(read_sound(out), 16_000)[0]

    def f1(times: np.ndarray) -> float:
        hits, own, true = match(times, wanted, 0.1).counts
        return 2 * hits / (own + true)

    assert f1(found) > f1(free) + 0.2, (found, free, seen)


def test_a_clip_without_onsets_and_wrong_forms_are_one_line(pipeline_folder, silent_clip, tmp_path, capsys):
    from ta_v2a.__main__ import main

    base = ["spot", str(silent_clip), "--preset", str(pipeline_folder)]
    assert main([*base, "--threshold", "1", "-o", str(tmp_path / "a.csv")]) == 2
    assert main([*base, "-o", str(tmp_path / "a.xyz")]) == 2
    assert "which form" in capsys.readouterr().err.splitlines()[-1]
    assert main(["foley", str(silent_clip), "--hits", "--preset", str(pipeline_folder)]) == 2
    assert list(tmp_path.iterdir()) == []
    for form in ("srt", "edl", "json"):
        path = tmp_path / f"cues.{form}"
        assert main([*base, "--threshold", "0.01", "-o", str(path)]) == 0 and path.stat().st_size
