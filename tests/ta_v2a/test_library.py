"""From words, onsets and a generated sound to recordings in their places."""

import csv
import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from conftest import write_clip
from made_up_library import KNOCKS_S, RATE_HZ, made_up_library, record, steady

from ta_v2a.engine.cues import Cue
from ta_v2a.engine.foley import Sketch
from ta_v2a.errors import UserError
from ta_v2a.library.choosing import shots_of
from ta_v2a.library.library import Library
from ta_v2a.library.placing import Outline
from ta_v2a.library.planning import Stretch, planned
from ta_v2a.library.voice import asked_of, voiced
from ta_v2a.library.words import Vocabulary, stems
from ta_v2a.start import main
from vocoders.clock import MINI

FRAME_S = MINI.hop_samples / MINI.sample_rate_hz


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made_up_library(tmp_path_factory.mktemp("library") / "recordings")


@pytest.fixture
def library(folder, tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))
    return Library.open(folder)


def sketch(seconds: float, onsets_s: list[float], seed: int = 0) -> Sketch:
    """A noisy mel that is loud after every onset, and a picture that shows the onsets."""
    frames = round(seconds / FRAME_S)
    mel = 0.2 + 0.05 * np.random.default_rng(seed).random((1, 128, frames))
    seen = np.full((1, frames), 0.01, np.float32)
    for onset_s in onsets_s:
        at = round(onset_s / FRAME_S)
        mel[0, :, at : at + 10] += 0.4
        seen[0, at] = 0.9
    return Sketch(mel.astype(np.float16), seen, seconds, MINI)


def heard(of: Sketch) -> Outline:
    return Outline.of(of.mel[0], of.onsets[0], FRAME_S)


def sound(library, prompt, of, seed=0):
    voice = voiced(library, asked_of(library, prompt, [], of.duration_s, True), of, seed)
    return np.concatenate(list(voice.blocks(library)), axis=1), voice


def test_words_find_kinds_by_their_names_and_by_the_lexicon():
    words = Vocabulary({"rain": (), "Dog Barks": (), "hand drums": ("Djembe 01",), "anvil": ()})
    assert [each.kind for each in words.asked("heavy rain on a tin roof")] == ["rain"]
    assert [each.kind for each in words.asked("a collie barking")] == ["Dog Barks"]
    assert [each.kind for each in words.asked("hands on a djembe")] == ["hand drums"]
    assert [each.kind for each in words.asked("a blacksmith forges a sword")] == ["anvil"]
    assert {each.kind for each in words.asked("it rains and a dog barks")} == {"rain", "Dog Barks"}
    assert words.asked("qwertz asdf") == [] and words.asked("") == []


def test_stems_join_the_forms_of_a_word():
    assert len(stems("hammering hammers hammered hammer")) == 1
    assert stems("the man is very loud") == []


def test_hits_fall_on_the_onsets_that_are_seen(library):
    onsets_s = [0.5, 1.0, 1.3]
    placed = planned(
        heard(sketch(2.0, onsets_s)), [Stretch(0, 2, ("wood hit",))], library, np.random.default_rng(0)
    )
    events = [each for each in placed if each.role == "event"]
    assert [each.at_s for each in events] == pytest.approx(onsets_s, abs=2 * FRAME_S)
    names = [each.recording.path for each in events]
    assert all(one != two for one, two in pairwise(names))


def test_recordings_of_like_colour_take_turns(library):
    one = next(each for each in library.recordings if each.analysis.form == "one-shot")
    colour = np.array(one.analysis.colour)

    def other(name: str, away_db: float):
        changed = replace(one.analysis, colour=colour + away_db * (-1.0) ** np.arange(len(colour)))
        return replace(one, path=name, analysis=changed)

    others = [other("far", 9), other("near", 1), other("farther", 12), other("next", 2), other("third", 4)]
    paths = [each.recording.path for each in shots_of(one, [*others, one])]
    assert list(dict.fromkeys(paths)) == [one.path, "near", "next", "third"]


def test_a_hit_is_heard_where_it_was_placed(library):
    wave, voice = sound(library, "wood", sketch(2.0, [0.5, 1.2]))
    assert {each.recording.told["kind"] for each in voice.placements} == {"wood hit"}
    level = np.abs(wave).max(axis=0)
    assert (
        level[round(0.5 * RATE_HZ) : round(0.53 * RATE_HZ)].max() > 8 * level[: round(0.48 * RATE_HZ)].max()
    )


def test_what_swells_is_laid_so_that_it_is_loud_at_the_onset(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    swell = steady(0.5) * np.minimum(1, np.linspace(0, 2.5, round(0.5 * RATE_HZ)))  # full after 0.2 s
    record(tmp_path / "recordings" / "scrape" / "one.wav", np.concatenate([swell, np.zeros(RATE_HZ // 2)]))
    wave, _ = sound(Library.open(tmp_path / "recordings"), "scrape", sketch(2.0, [0.8]))
    level = np.sqrt(np.convolve(np.square(wave[0]), np.ones(960) / 960, mode="same"))
    half_s = np.flatnonzero(level > 0.5 * level.max())[0] / RATE_HZ
    assert half_s == pytest.approx(0.8, abs=0.03)


def test_a_softer_moment_has_a_softer_hit(library):
    of = sketch(2.0, [0.5, 1.2])
    of.mel[0, :, round(1.2 / FRAME_S) :] -= np.float16(0.2)
    first, second = (each for each in sound(library, "wood", of)[1].placements if each.role == "event")
    loud = (
        first.gain_db + first.recording.analysis.level_db,
        second.gain_db + second.recording.analysis.level_db,
    )
    assert loud[0] > loud[1] + 4


def test_a_recording_with_knocks_is_moved_to_where_they_are_seen(library):
    late = [time_s + 0.24 for time_s in KNOCKS_S[:4]]
    placed = planned(
        heard(sketch(3.0, late)), [Stretch(0, 3, ("door knock",))], library, np.random.default_rng(0)
    )
    phrase = next(each for each in placed if each.role == "phrase")
    heard_s = [phrase.at_s - phrase.from_s + time_s for time_s in KNOCKS_S[:4]]
    assert heard_s == pytest.approx(late, abs=0.05)


def test_a_texture_goes_on_for_the_whole_clip_and_follows_the_level(library):
    of = sketch(8.0, [])
    half = of.mel.shape[-1] // 2
    of.mel[0, :, half:] += np.float16(0.2)
    wave, voice = sound(library, "rain", of)
    assert {each.role for each in voice.placements} == {"texture"} and len(voice.placements) > 2
    level = np.sqrt(np.square(wave[0]).reshape(-1, 4800).mean(axis=1))
    assert level.min() > 0.2 * np.median(level)  # no gap at a seam
    assert level[50:].mean() > 1.8 * level[:30].mean()


@pytest.mark.parametrize("seconds", [0.1, 1.2345, 3.0])
def test_the_sound_is_as_long_as_the_picture(library, seconds):
    for prompt in ("rain", "door knock", "wood"):
        assert sound(library, prompt, sketch(seconds, [0.05]))[0].shape[1] == round(seconds * 48_000)


def test_the_same_seed_gives_the_same_samples(library, folder):
    of = sketch(3.0, [0.5, 1.0, 2.0])
    for prompt in ("wood", "rain", "door knock"):
        again = Library.open(folder)
        np.testing.assert_array_equal(sound(library, prompt, of, 7)[0], sound(again, prompt, of, 7)[0])
    assert any(
        not np.array_equal(sound(library, "wood", of, 7)[0], sound(library, "wood", of, seed)[0])
        for seed in (8, 9)
    )


def test_stereo_stays_and_mono_stays(library):
    of = sketch(3.0, KNOCKS_S)
    both, voice = sound(library, "door knock", of)
    assert voice.channels == 2 and both.shape[0] == 2
    loud = np.sqrt(np.square(both).mean(axis=1))
    assert loud[1] == pytest.approx(0.5 * loud[0], rel=0.1)
    assert sound(library, "rain", of)[0].shape[0] == 1


def test_between_events_there_is_no_digital_silence(library):
    for prompt in ("wood", "door knock"):
        wave = sound(library, prompt, sketch(3.0, [1.0]))[0]
        level = (
            np.sqrt(np.square(wave).mean(axis=0))[: len(wave[0]) // 4800 * 4800].reshape(-1, 4800).max(axis=1)
        )
        assert level.min() > 1e-4


def test_cues_have_kinds_of_their_own(library):
    wanted = asked_of(library, "rain", [Cue(1.0, 2.0, "wooden hit")], 3.0, True)
    assert [(each.start_s, each.stop_s, each.kinds) for each in wanted.stretches] == [
        (0.0, 1.0, ("rain",)),
        (1.0, 2.0, ("wood hit",)),
        (2.0, 3.0, ("rain",)),
    ]


def test_what_a_library_has_not_is_said_in_one_line(library):
    with pytest.raises(UserError) as caught:
        asked_of(library, "a trumpet", [], 3.0, True)
    assert "nothing for the prompt “a trumpet”; it has: door knock, rain, wood hit" in str(caught.value)
    with pytest.raises(UserError, match="for the cue"):
        asked_of(library, "rain", [Cue(0, 1, "a trumpet")], 3.0, True)


def test_without_words_the_picture_or_the_sound_chooses(library):
    assert asked_of(library, "", [], 3.0, False, "rain falling").stretches[0].kinds == ("rain",)
    wanted = asked_of(library, "xyzzy", [], 3.0, False)
    assert wanted.reason == "sound" and wanted.stretches[0].kinds == ()
    assert voiced(library, wanted, sketch(3.0, [1.0]), 0).placements


def test_the_account_names_every_placement(library):
    of = sketch(3.0, [0.5, 1.0])
    voice = sound(library, "wood", of)[1]
    rows = voice.account()
    assert len(rows) == len(voice.placements)
    for row in rows:
        assert (library.folder / row["file"]).is_file() and 0 <= row["at_s"] < row["end_s"] <= 3.0
        assert row["kind"] == "wood hit" and row["licence"] is None


def test_foley_with_a_library(folder, library, pipeline_folder, silent_clip, tmp_path, capsys):
    made = {}
    for name in ("one", "two"):
        out, used = tmp_path / f"{name}.wav", tmp_path / f"{name}.csv"
        words = ["foley", str(silent_clip), "-p", "a door knock", "--preset", str(pipeline_folder), "--json"]
        assert main([*words, "--library", str(folder), "--used", str(used), "-o", str(out)]) == 0
        made[name] = (json.loads(capsys.readouterr().out), soundfile.read(out), used.read_bytes())
    report, (wave, rate_hz), table = made["one"]
    assert rate_hz == 48_000 and wave.shape == (round(2.56 * 48_000), 2)
    np.testing.assert_array_equal(wave, made["two"][1][0])
    assert table == made["two"][2]
    (take,) = report["takes"]
    assert take["channels"] == 2 and report["library"]["stretches"][0]["kinds"] == ["door knock"]
    rows = list(csv.DictReader(table.decode().splitlines()))
    assert [row["file"] for row in rows] == [row["file"] for row in take["recordings"]]
    shift = {
        round(float(a["gain_db"]) - b["gain_db"], 1) for a, b in zip(rows, take["recordings"], strict=True)
    }
    assert shift == {round(report["loudness"]["gain_db"], 1)}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-p", "a dog barks"], "has nothing for the prompt"),
        (["--cue", "0-1: a dog barks"], "has nothing for the cue"),
    ],
)
def test_foley_without_a_fitting_recording_writes_nothing(
    folder, library, pipeline_folder, silent_clip, tmp_path, capsys, words, told
):
    order = ["foley", str(silent_clip), *words, "--library", str(folder), "--preset", str(pipeline_folder)]
    assert main([*order, "-o", str(tmp_path / "out.mp4")]) == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and told in lines[0]
    assert not list(tmp_path.iterdir())


def test_used_needs_a_library(silent_clip, tmp_path, capsys):
    assert main(["foley", str(silent_clip), "--used", str(tmp_path / "x.csv")]) == 2
    assert "--library" in capsys.readouterr().err


def test_the_pipeline_with_a_library(folder, library, pipeline_folder, pictures):
    import torch

    from ta_v2a.pipelines.foley import FoleyPipeline

    pipe = FoleyPipeline.from_pretrained(pipeline_folder, library=folder)
    pipe.set_progress_bar_config(disable=True)
    noise = torch.Generator().manual_seed(3)
    out = pipe(pictures, ["wood hit", "a door knock"], generator=noise, fps=25)
    assert out.sampling_rate == 48_000 and out.audios.shape == (2, 2, round(64 / 25 * 48_000))
    assert [rows[0]["kind"] for rows in out.recordings] == ["wood hit", "door knock"]
    with pytest.raises(UserError, match="call the pipeline"):
        pipe.stream(pictures, "rain")


def test_index_command(folder, library, tmp_path, capsys):
    record(tmp_path / "more" / "rain.wav", steady(2.0))
    assert main(["library", "index", str(tmp_path / "more"), "-o", str(tmp_path / "x.index"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["recordings"] == 1
    assert main(["library", "index", str(tmp_path / "nowhere")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_films_are_sounded_with_a_library(folder, library, pipeline_folder, pictures, tmp_path):
    from ta_v2a.evaluation.films.sounds import generate_sounds

    (tmp_path / "films").mkdir()
    clip = write_clip(tmp_path / "films" / "a.mp4", pictures)
    order = (pipeline_folder, [clip], {"a": "door knock"}, tmp_path / "out")
    assert generate_sounds(*order, library=folder)[1] == 1
    assert soundfile.info(tmp_path / "out" / "a.wav").samplerate == 48_000
    assert generate_sounds(*order, library=folder)[1] == 0
    assert generate_sounds(*order)[1] == 1  # another sound without it
