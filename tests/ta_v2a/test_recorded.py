"""Scenes of recordings: what is heard lies where the picture is told it does; a user's folder is read as it
is."""

import csv
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from prompts.lexicon import ALL_KINDS
from ta_v2a.cli.app import app
from ta_v2a.errors import UserError
from ta_v2a.packing.attribution import attribution
from ta_v2a.stage.picture.choreography import ACTIONS
from ta_v2a.stage.picture.render import render_pictures
from ta_v2a.stage.recorded_scene import recorded_scene
from ta_v2a.stage.scene.gestures import FAMILY_GESTURES, KIND_GESTURES, look_of
from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.scene.scene import Event
from ta_v2a.stage.sound.bank import held_out
from ta_v2a.stage.sound.catalogue import Catalogue
from ta_v2a.stage.sound.performance import as_it_was, at_events, loudness, own_events, running

RATE = 16000


def clicks(times_s: list[float], duration_s: float, decay_s: float = 0.03) -> np.ndarray:
    """Decaying bursts of noise at given times."""
    rng = np.random.default_rng(0)
    out = np.zeros(round(duration_s * RATE), np.float32)
    for time_s in times_s:
        first = round(time_s * RATE)
        length = min(len(out) - first, round(8 * decay_s * RATE))
        out[first : first + length] += (
            0.5 * rng.standard_normal(length) * np.exp(-np.arange(length) / decay_s / RATE)
        )
    return out


@pytest.fixture(scope="module")
def bank(tmp_path_factory) -> Path:
    """An indexed folder: knocks, a run of ticks with a rhythm of its own, a motor."""
    folder = tmp_path_factory.mktemp("bank")
    rows = []
    rng = np.random.default_rng(1)
    for k in range(12):
        soundfile.write(folder / f"knock {k}.wav", clicks([0.05], 0.5), RATE)
        rows.append((f"knock {k}.wav", "door knock", "impact", "one-shot"))
        soundfile.write(folder / f"ticks-{k}.flac", clicks([0.2, 0.7, 1.3, 1.45, 2.2], 3.0), RATE)
        rows.append((f"ticks-{k}.flac", "clock ticking", "machine", "repeated"))
        soundfile.write(folder / f"motor{k}.wav", 0.2 * rng.standard_normal(3 * RATE), RATE)
        rows.append((f"motor{k}.wav", "machine", "machine", "loop"))
    with (folder / "index.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("path", "kind", "family", "form"), *rows])
    return folder


def test_a_recordings_own_events_are_found_where_they_are():
    times = [0.3, 0.9, 1.31, 2.4]
    found = [event.time_s for event in own_events(clicks(times, 3.0), RATE)]
    assert np.allclose(found, times, atol=0.02)
    assert own_events(np.zeros(0, np.float32), RATE) == ()


def test_a_steady_noise_has_hardly_any_event():
    noise = np.random.default_rng(0).standard_normal(4 * RATE).astype(np.float32)
    assert len(own_events(noise, RATE)) < 8


def test_loudness_follows_the_level():
    wave = np.concatenate([np.zeros(RATE), np.ones(RATE)]).astype(np.float32)
    level = loudness(wave, RATE, 2.0)
    assert level.shape == (125,) and level[:60].max() < 0.1 and level[65:].min() > 0.9


def test_sound_first_the_events_are_the_recordings(bank):
    catalogue = Catalogue(bank, "all")
    ticks = catalogue.by_kind["clock ticking"][0]
    made = as_it_was(catalogue, ticks, np.random.default_rng(3), RATE, 4.0)
    assert made is not None and len(made.wave) == 4 * RATE and np.abs(made.wave).max() == pytest.approx(1)
    assert len(made.events) >= 4
    for event in made.events:
        first = round((event.time_s - 0.04) * RATE)
        before, after = made.wave[max(0, first - 800) : max(1, first)], made.wave[first : first + 1600]
        assert np.abs(after).max() > 3 * np.abs(before).max()


def test_single_sounds_lie_at_the_events_of_the_motion(bank):
    catalogue = Catalogue(bank, "all")
    events = (Event(0.5, 1.0), Event(1.2, 0.5), Event(2.0, 0.8))
    knock = catalogue.by_kind["door knock"][0]
    made = at_events(catalogue, knock, events, np.random.default_rng(0), RATE, 3.0)
    assert made is not None
    for event in events:
        place = round(event.time_s * RATE)
        assert np.abs(made.wave[place : place + 800]).max() > 0.1
        assert np.abs(made.wave[place - 1600 : place - 16]).max() < 0.05


def test_what_runs_is_heard_where_its_envelope_says(bank):
    catalogue = Catalogue(bank, "all")
    for seed in range(6):
        made = running(catalogue, catalogue.by_kind["machine"][0], np.random.default_rng(seed), RATE, 4.0)
        assert made is not None and made.envelope.shape == (250,)
        assert np.corrcoef(loudness(made.wave, RATE, 4.0), made.envelope)[0, 1] > 0.99


def test_a_scene_is_the_same_for_the_same_seed_and_its_parts_add_up(bank):
    catalogue = Catalogue(bank, "all")
    for seed in range(8):
        made, again = (recorded_scene(seed, 3.0, catalogue) for _ in range(2))
        assert np.array_equal(made.sound(), again.sound()) and made.scene.caption == again.scene.caption
        assert made.scene.caption and len(made.stems) == len(made.scene.sources) > 0
        assert np.abs(made.sound()).max() <= 0.99
        if np.abs(made.sound()).max() < 0.75:  # the limiter is at rest
            parts = made.sound(without=0) + made.stems[0]
            assert np.allclose(parts, made.sound(), atol=1e-5)
        frames = render_pictures(made.scene, np.arange(6) * 0.5, 24, 24)
        assert frames.shape == (6, 24, 24)


def test_training_never_hears_the_held_out_tenth(bank):
    train, test = (set(Catalogue(bank, split).recordings) for split in ("train", "test"))
    assert train and test and not train & test
    assert train | test == set(Catalogue(bank, "all").recordings)


def test_a_folder_without_an_index_is_read_by_its_names(tmp_path):
    for name in ("door_knock/take1.wav", "Hand Saw 2.wav", "holiday.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        soundfile.write(tmp_path / name, clicks([0.1], 0.4), RATE)
    kinds = {r.path.name: r.kind for r in Catalogue(tmp_path, "all").recordings}
    assert kinds == {"take1.wav": "door knock", "Hand Saw 2.wav": "hand saw"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,kind\na.wav,bell\n", "needs the columns"),
        ("path,kind,family,form\na.wav,bell,signal,long\n", "line 2: form is"),
        ("path,kind,family,form\na.wav,no such thing,signal,loop\n", "line 2: no words for"),
    ],
)
def test_an_index_that_cannot_be_used_is_one_line(tmp_path, text, said):
    (tmp_path / "index.csv").write_text(text)
    with pytest.raises(ValueError, match=said) as error:
        Catalogue(tmp_path)
    assert "\n" not in str(error.value)


def test_the_attribution_names_whom_training_hears_and_no_other(tmp_path):
    rows = [
        (f"set/sound {k}.wav", "CC BY 4.0", f"author {k}", f"https://sounds.example/{k}") for k in range(40)
    ]
    with (tmp_path / "index.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([("path", "licence", "author", "source"), *rows])
    out = tmp_path / "ATTRIBUTION.md"
    run = CliRunner().invoke(app, ["data", "attribution", str(tmp_path), "-o", str(out)])
    assert run.exit_code == 0, run.output
    page = out.read_text()
    for path, _, author, source in rows:
        named = f"**CC BY 4.0, {author}** ({source}): {Path(path).stem}." in page
        assert named != held_out(Path(path))
    assert 0 < sum(held_out(Path(path)) for path, *_ in rows) < 20
    with pytest.raises(UserError, match="cannot be read"):
        attribution(tmp_path / "nowhere")


def test_every_gesture_is_a_drawn_action_and_every_kind_has_a_look():
    for gesture in (*FAMILY_GESTURES.values(), *KIND_GESTURES.values()):
        assert gesture.events and gesture.steady and {*gesture.events, *gesture.steady} <= set(ACTIONS)
    assert {look_of(kind) for kind in ALL_KINDS} <= set(KINDS)
