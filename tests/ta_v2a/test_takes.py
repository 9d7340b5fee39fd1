"""Takes and what goes along with them, through the command line on the tiny preset: stems that sum to the
mix, parts made again, stretches, cuts, ranking, files for editors, provenance."""

import csv
import hashlib
import json
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import torch
from conftest import write_clip
from made_up_library import made_up_library

from ldm.sampling import clip_noise
from ta_v2a.__main__ import main
from ta_v2a.engine.stretches import Renewed, noise_from, renewed_noise
from ta_v2a.media.panning import panned
from ta_v2a.media.reading.own_sound import own_sound
from ta_v2a.media.writing.broadcast import exact_samples, whole_numbers
from ta_v2a.media.writing.film import write_film
from ta_v2a.media.writing.mux import mux

FADE = 960  # samples within a part that is made anew


@pytest.fixture
def foley(pipeline_folder, capsys):
    """Runs `ta-v2a foley --json` on the tiny preset; gives the report, or the line of an error."""

    def run(*arguments):
        code = main(["foley", *map(str, arguments), "--preset", str(pipeline_folder), "--json"])
        captured = capsys.readouterr()
        assert code == (0 if captured.out else 2)
        return json.loads(captured.out) if code == 0 else captured.err.strip()

    return run


@pytest.fixture
def clip(silent_clip, tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(silent_clip.read_bytes())
    return path


@pytest.fixture
def sounding_clip(clip, tmp_path):
    """The clip with a sound of its own."""
    noise = np.random.default_rng(3).uniform(-0.4, 0.4, (2, 48_000 * 3)).astype(np.float32)
    return mux(clip, noise, 48_000, tmp_path / "own.mkv").path


def numbers(path):
    """(samples, channels) 24-bit numbers of a WAV."""
    return soundfile.read(path, dtype="int32", always_2d=True)[0] >> 8


def null(take) -> bool:
    """Whether the stems of a take sum to its WAV, and none of them is all of it."""
    mix, stems = numbers(take["wav"]), [numbers(stem["file"]) for stem in take["stems"]]
    assert all(len(stem) == len(mix) and stem.shape[1] == mix.shape[1] for stem in stems)
    return bool((sum(stems) == mix).all())


@pytest.mark.parametrize(
    "more",
    [[], ["--rate", 44_100], ["--loudness", "-6/-3"], ["--pan", "--rate", 96_000], ["--original", "mix"]],
    ids=lambda more: "".join(map(str, more)),
)
def test_stems_sum_to_the_mix_to_the_last_bit(foley, sounding_clip, tmp_path, more):
    cue = ["--cue", "1-2: glass breaking"]
    report = foley(
        sounding_clip, "-p", "a door knock, rain", *cue, "--stems", "-o", tmp_path / "out.mp4", *more
    )
    (take,) = report["takes"]
    assert [stem["source"] for stem in take["stems"]] == [
        "a door knock",
        "rain",
        "glass breaking",
        "ambience",
    ]
    names = [Path(stem["file"]).name for stem in take["stems"]]
    assert names == [
        "out.1-a-door-knock.wav",
        "out.2-rain.wav",
        "out.3-glass-breaking.wav",
        "out.ambience.wav",
    ]
    assert null(take)
    glass = numbers(take["stems"][2]["file"])
    rate = soundfile.info(take["wav"]).samplerate
    assert (
        glass[: round(0.85 * rate)].any(axis=1).mean() < 0.01 and np.abs(glass[round(1.2 * rate) :]).max() > 0
    )
    assert all(numbers(stem["file"]).any() for stem in take["stems"][:2])


def test_with_stems_the_mix_is_what_it_is_without(foley, clip, tmp_path):
    with_stems = foley(clip, "-p", "knocking", "--stems", "-o", tmp_path / "a.mp4")["takes"][0]["wav"]
    without = foley(clip, "-p", "knocking", "-o", tmp_path / "b.mp4")["takes"][0]["wav"]
    assert Path(with_stems).read_bytes() == Path(without).read_bytes()


@pytest.mark.parametrize("more", [[], ["--pan", "--loudness", "-8"], ["--cuts", "1.3"]])
def test_stems_of_a_library_are_its_kinds_and_sum_to_the_mix(foley, clip, tmp_path, monkeypatch, more):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = made_up_library(tmp_path / "recordings")
    words = ["-p", "hitting wood and rain", "--library", folder, "--stems", "-o", tmp_path / "out.mp4"]
    (take,) = foley(clip, *words, *more)["takes"]
    assert [stem["source"] for stem in take["stems"]][-1] == "ambience"
    assert {stem["source"] for stem in take["stems"][:-1]} == {"wood hit", "rain"}
    assert null(take)


def test_takes_are_ranked_by_their_agreement_and_keep_their_places(foley, clip, tmp_path):
    words = [clip, "-p", "a door knock", "--takes", 3, "-o", tmp_path / "out.wav"]
    first, second = foley(*words), foley(*words)
    scores = [take["agreement"]["score"] for take in first["takes"]]
    assert [take["seed"] for take in first["takes"]] == [0, 1, 2]
    assert len(set(scores)) == 3 and all(-1 <= score <= 1 for score in scores)
    assert first["ranking"] == sorted((1, 2, 3), key=lambda number: -scores[number - 1])
    assert second["ranking"] == first["ranking"]
    assert [take["agreement"] for take in second["takes"]] == [take["agreement"] for take in first["takes"]]
    assert "agreement" not in foley(clip, "-p", "a door knock", "-o", tmp_path / "one.wav")["takes"][0]


@pytest.mark.parametrize("original", ["replace", "mix", "keep"])
def test_a_stretch_is_sounded_and_the_rest_keeps_its_own_sound(foley, sounding_clip, tmp_path, original):
    out = tmp_path / "out.mkv"
    report = foley(sounding_clip, "--start", 0.5, "--duration", 1, "--original", original, "-o", out)
    wav, own = numbers(report["takes"][0]["wav"]), own_sound(sounding_clip, channels=2).T
    start, stop = 24_000, 72_000
    assert report["region"] == [0.5, 1.5]
    assert (wav[:start] == whole_numbers(own[:start])).all() and (
        wav[stop:] == whole_numbers(own[stop:])
    ).all()
    inside = exact_samples(wav[start + FADE : stop - FADE]) - own[start + FADE : stop - FADE] * (
        0.5**0.5 if original == "mix" else 0
    )
    assert (inside[:, 0] - inside[:, 1]).max() < 1e-5 and np.abs(inside).max() > 1e-3
    with av.open(str(out)) as film:
        tracks = len(film.streams.audio)
        sound = np.concatenate([each.to_ndarray().reshape(-1, 2) for each in film.decode(audio=0)])
    assert tracks == (2 if original == "keep" else 1)
    np.testing.assert_allclose(sound[: len(wav)] >> 8, wav, atol=1)


def test_a_stretch_of_a_silent_clip_is_silent_around_it(foley, clip, tmp_path):
    report = foley(clip, "--start", 1.5, "-o", tmp_path / "out.wav")
    wav = numbers(report["takes"][0]["wav"])
    assert not wav[:72_000].any() and wav[74_000:].any() and report["region"][1] == report["duration_s"]


def test_a_part_is_made_again_and_not_a_bit_changes_outside(foley, clip, tmp_path):
    first = foley(clip, "-p", "knocking", "-o", tmp_path / "a.wav", "--provenance")
    before = numbers(first["takes"][0]["wav"])
    for more, name in (([], "b"), (["--seed", 5], "c"), (["--takes", 2], "d")):
        words = ["--redo", "0.8-1.5", "--of", tmp_path / "a.wav", "-o", tmp_path / f"{name}.wav"]
        report = foley(clip, "-p", "knocking", *words, *more)
        for take in report["takes"]:
            after = numbers(take["wav"])
            changed = np.flatnonzero((after != before).any(axis=1))
            assert changed.min() >= round(0.8 * 48_000) and changed.max() < round(1.5 * 48_000)
            inside = slice(round(0.8 * 48_000) + FADE, round(1.5 * 48_000) - FADE)
            assert (after[inside] != before[inside]).mean() > 0.9
            assert report["loudness"]["gain_db"] == first["loudness"]["gain_db"]
    beside = foley(clip, "--redo", "2-", "--of", tmp_path / "a.wav")
    assert Path(beside["takes"][0]["wav"]).name == "clip.foley.redo.wav"
    assert (tmp_path / "a.wav").exists() and (numbers(tmp_path / "a.wav") == before).all()


def test_a_part_of_a_clip_has_the_noise_of_the_whole_and_a_renewed_part_has_its_own(pipeline):
    whole = clip_noise(torch.Generator().manual_seed(7), 1, 4, 64)
    late = clip_noise(noise_from(7, 16 * 0.064, pipeline.engine.parts), 1, 4, 48)
    assert torch.equal(whole[..., 16:], late)
    renewed = renewed_noise(whole, 0, Renewed(0.64, 1.28, torch.Generator().manual_seed(1)), 0.064)
    changed = (renewed != whole).any(dim=1)[0]
    assert changed.nonzero().flatten().tolist() == list(range(10, 20))


def test_a_take_that_ended_early_goes_on(foley, clip, tmp_path):
    whole = foley(clip, "-p", "knocking", "-o", tmp_path / "a.wav")["takes"][0]["wav"]
    early = numbers(whole)[:60_000]
    soundfile.write(tmp_path / "early.wav", exact_samples(early), 48_000, subtype="PCM_24")
    report = foley(clip, "-p", "knocking", "--of", tmp_path / "early.wav", "-o", tmp_path / "on.wav")
    after = numbers(report["takes"][0]["wav"])
    assert len(after) == len(numbers(whole)) and (after[: 60_000 - FADE] == early[: 60_000 - FADE]).all()
    assert after[62_000:].any() and report["region"][0] == pytest.approx(1.23, abs=0.001)


def two_shots(path, second: int, fps: int = 25):
    """A film of 2.4 s whose picture changes wholly at 1.2 s; the second shot is drawn from a seed."""
    rng = np.random.default_rng(second)
    frames = np.full((60, 80, 80), 40, np.uint8)
    frames[30:] = rng.integers(120, 250, (10, 10)).repeat(8, 0).repeat(8, 1)
    for index, frame in enumerate(frames):
        left = 5 + 2 * (index % 30)
        frame[20:40, left : left + 12] = 230 if index < 30 else 20
    return write_film(path, frames, fps, codec="ffv1", pixel_format="gray")


def test_no_sound_crosses_a_cut(foley, tmp_path):
    """What the second shot shows changes nothing in the first one's sound, and no tail goes on into it."""
    found = []
    for second in (1, 2):
        film = two_shots(tmp_path / f"{second}.mkv", second)
        asked = ["-p", "knocking", "--loudness", "none", "-o", tmp_path / f"{second}.wav"]
        report = foley(film, *asked)
        assert report["cuts"] == [1.2]
        found.append(numbers(report["takes"][0]["wav"])[:, 0])
        assert len(found[-1]) == round(48_000 * report["duration_s"])
    cut, near = round(1.2 * 48_000), 1440  # the limiter of peaks looks 30 ms ahead
    assert (found[0][: cut - near] == found[1][: cut - near]).all()
    assert (found[0][cut:] != found[1][cut:]).any()
    across = [
        numbers(foley(tmp_path / f"{n}.mkv", *asked, "--cuts", "none")["takes"][0]["wav"])[: cut - near, 0]
        for n in (1, 2)
    ]
    assert (across[0] != across[1]).any(), "with --cuts none the windows see both shots"
    assert np.abs(found[0][cut - 24 : cut]).max() < 0.1 * np.abs(found[0]).max()


def test_given_cuts_count_as_they_are(foley, clip, tmp_path):
    report = foley(clip, "--cuts", "0.5, 1:01.0", "-o", tmp_path / "a.wav")
    assert "--cuts: 61 s is outside of the clip" in report
    assert foley(clip, "--cuts", "1.5,0.5", "-o", tmp_path / "a.wav")["cuts"] == [0.5, 1.5]


def test_a_part_is_made_again_shot_by_shot(foley, tmp_path):
    film = two_shots(tmp_path / "two.mkv", 1)
    first = foley(film, "-p", "knocking", "-o", tmp_path / "a.wav", "--provenance")
    before = numbers(first["takes"][0]["wav"])
    again = ["--redo", "1-1.5", "--of", tmp_path / "a.wav", "--seed", 3, "-o", tmp_path / "b.wav"]
    report = foley(film, "-p", "knocking", *again)
    changed = np.flatnonzero((numbers(report["takes"][0]["wav"]) != before).any(axis=1))
    assert report["cuts"] == first["cuts"] == [1.2]
    assert 48_000 <= changed.min() < round(1.2 * 48_000) < changed.max() < 72_000


def test_the_wav_tells_timecode_and_markers(foley, clip, tmp_path):
    cue = ["--cue", "1-2: glass breaking"]
    words = ["--bwf", "--begin", "01:00:00:12", "-p", "knocking", *cue, "-o", tmp_path / "a.mp4"]
    (take,) = foley(clip, *words)["takes"]
    plain = foley(clip, "-p", "knocking", *cue, "-o", tmp_path / "b.mp4")["takes"][0]["wav"]
    assert (numbers(take["wav"]) == numbers(plain)).all()
    with av.open(take["wav"]) as file:
        assert file.metadata["time_reference"] == str(round((3600 + 12 / 25) * 48_000))
    with soundfile.SoundFile(take["wav"]) as file:
        assert "glass breaking" in file.extra_info and "ltxt" in file.extra_info


def test_a_film_in_the_codec_and_rate_that_were_asked_for(foley, clip, tmp_path):
    words = ["--codec", "pcm", "--rate", 96_000]
    (take,) = foley(clip, *words)["takes"]
    assert Path(take["film"]).suffix == ".mov" and soundfile.info(take["wav"]).samplerate == 96_000
    with av.open(take["film"]) as film:
        track = film.streams.audio[0]
        assert (track.codec_context.codec.canonical_name, track.rate) == ("pcm_s24le", 96_000)


def test_provenance_tells_how_to_make_it_again(foley, clip, tmp_path, pipeline_folder):
    words = ["-p", "knocking", "-n", "music", "--seed", 7, "--provenance", "-o", tmp_path / "a.mp4"]
    report = foley(clip, *words)
    told = json.loads((tmp_path / "a.provenance.json").read_text())
    assert (told["prompt"], told["negative_prompt"], told["seed"]) == ("knocking", "music", 7)
    assert told["clip_sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()
    for kind in ("film", "wav"):
        path = Path(report["takes"][0][kind])
        assert told["files"][kind] == {
            "name": path.name,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
    assert len(told["weights_sha256"]) == 64 and told["versions"]["torch"]
    (tmp_path / "b.provenance.json").write_text("{}")
    assert "this program did not make it" in foley(clip, "--provenance", "-o", tmp_path / "b.mp4")
    assert not (tmp_path / "b.mp4").exists()


def test_editors_files_are_read_back(foley, clip, tmp_path):
    import opentimelineio as otio

    files = [tmp_path / name for name in ("a.otio", "a.rpp", "a.csv")]
    cue = ["--cue", '1-2: glass "breaking"']
    exports = [word for path in files for word in ("--export", path)]
    words = [*cue, "--stems", "--begin", "01:00:00:00", *exports, "-o", tmp_path / "out.mp4"]
    report = foley(clip, "-p", "knocking", *words)
    timeline = otio.adapters.read_from_file(str(files[0]))
    assert timeline.global_start_time == otio.opentime.RationalTime(90_000, 25)
    assert [track.kind for track in timeline.tracks] == ["Video", *["Audio"] * 4]
    (picture,) = timeline.tracks[0]
    assert picture.duration().to_seconds() == pytest.approx(report["duration_s"], abs=0.02)
    assert 'glass "breaking"' in [marker.name for marker in picture.markers]
    for track, stem in zip(timeline.tracks[2:], report["takes"][0]["stems"], strict=True):
        assert track[0].media_reference.target_url == Path(stem["file"]).name
    text = files[1].read_text()
    assert text.count("<TRACK") == text.count("<ITEM") == 5 and text.count("<") == text.count("\n  >") + 11
    assert "MARKER 1 " in text and "'glass \"breaking\"'" in text and 'FILE "out.wav"' in text
    with files[2].open(newline="") as table:
        rows = list(csv.DictReader(table))
    (region,) = [row for row in rows if row["#"] == "R1"]
    assert (region["Name"], float(region["Start"]), float(region["Length"])) == ('glass "breaking"', 1, 1)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--redo", "1-2"], "--redo makes a part of a take again: of which?"),
        (["--redo", "x", "--of", "t.wav"], "--redo is START-END in seconds"),
        (["--redo", "9-10", "--of", "t.wav"], "--redo begins at 9 s, but the clip lasts"),
        (["--redo", "1-1.01", "--of", "t.wav"], "--redo is 0.05 s long at least"),
        (["--redo", "1-2", "--of", "gone.wav"], "gone.wav: no such take"),
        (["--redo", "1-2", "--of", "clip.mp4"], "clip.mp4: is no WAV"),
        (["--redo", "1-2", "--of", "slow.wav"], "slow.wav: is no take of 48 kHz"),
        (["--redo", "1-2", "--of", "long.wav"], "long.wav: lasts 4.000 s, longer than the clip"),
        (["--of", "t.wav", "--start", "1"], "--start and --duration sound a stretch"),
        (["--start", "7"], "--start begins at 7 s"),
        (["--stems", "--no-wav"], "--stems stand beside the WAV"),
        (["--stems", "--start", "1"], "--stems part a whole sound"),
        (["--bwf", "--no-wav"], "--bwf and --export need the WAV"),
        (["--bwf", "--begin", "99x"], "--begin: '99x' is no time"),
        (["--rate", "22050"], "--rate is one of 44100, 48000, 96000, not 22050"),
        (["--codec", "pcm", "-o", "x.mp4"], "holds no pcm"),
        (["--bitrate", "9"], "a bit rate is 16 to 512"),
        (["--export", "x.aaf"], "x.aaf: an export ends in .otio, .rpp, .csv"),
        (["--export", "gone/x.csv"], "the output folder does not exist"),
        (["--cuts", "often"], "--cuts are times such as 3.2,7.5, or auto, or none"),
        (["--c2pa", "gone.pem"], "gone.pem: no such file of certificates"),
        (["--loudness", "loud"], "loudness is a number of LUFS"),
        (["--project", "clip.mp4"], "clip.mp4: is no folder"),
        (["--project", "new", "--cue", "9-10: a bell"], "starts at 9 s"),
        (["--project", "new", "--redo", "1-2"], "new: no take counts yet"),
        (["--project", "."], ".: is a folder with other files in it"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_mistakes_are_one_line_and_nothing_is_written(foley, clip, tmp_path, monkeypatch, words, line):
    monkeypatch.chdir(tmp_path)
    soundfile.write("t.wav", np.zeros(48_000), 48_000, subtype="PCM_24")
    soundfile.write("slow.wav", np.zeros(8000), 8000, subtype="PCM_24")
    soundfile.write("long.wav", np.zeros(4 * 48_000), 48_000, subtype="PCM_24")
    before = sorted(path.name for path in tmp_path.iterdir())
    said = foley("clip.mp4", *words)
    assert isinstance(said, str) and line in said and "\n" not in said, said
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_where_things_are_seen_is_where_they_are_heard(foley, tmp_path):
    frames = np.full((64, 80, 80), 40, np.uint8)
    frames[20:, 30:50, 2:14] = 240  # something appears at the left
    film = write_clip(tmp_path / "left.mp4", frames)
    words = ["--pan", "--hits", "--cue", "0.8-2: knocking", "-o", tmp_path / "a.wav", "--loudness", "none"]
    wav = numbers(foley(film, *words)["takes"][0]["wav"])
    left, right = (float(np.square(wav[:, side].astype(float)).sum()) for side in (0, 1))
    assert wav.shape[1] == 2 and left > 2 * right
    noise = np.random.default_rng(0).standard_normal(48_000).astype(np.float32)
    both = np.concatenate(list(panned(iter([noise[:5000], noise[5000:]]), [0.5], [-0.8], 48_000)), axis=1)
    np.testing.assert_allclose(np.square(both).sum(axis=0), np.square(noise), rtol=1e-4)
