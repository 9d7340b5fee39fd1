"""The index of a library: what it says of recordings, how it is renewed, what it leaves alone."""

import os

import numpy as np
import pytest
from made_up_library import KNOCKS_S, at_times, burst, made_up_library, record, steady

from ta_v2a.errors import UserError
from ta_v2a.library import index as index_module
from ta_v2a.library.analysis import Unreadable, analysed
from ta_v2a.library.index import INDEX_NAME, index_library, is_whole, read_library_index
from ta_v2a.library.library import Library
from ta_v2a.library.listing import kind_by_name, listed


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return made_up_library(tmp_path / "recordings")


def contents(folder):
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")}


def test_forms_and_events_of_recordings(tmp_path):
    shot = analysed(record(tmp_path / "shot.wav", burst(0.05, 400)))
    assert shot.form == "one-shot" and len(shot.events) == 1 and shot.events[0].start_s < 0.03
    knocks = analysed(record(tmp_path / "knocks.wav", at_times(burst(0.05, 180), KNOCKS_S, 4.0)))
    assert knocks.form == "repeated"
    assert [event.start_s for event in knocks.events] == pytest.approx(KNOCKS_S, abs=0.04)
    assert knocks.quiet[1] > 0.3  # between two knocks, or after the last
    rain = analysed(record(tmp_path / "rain.wav", steady(3.0)))
    assert rain.form == "loop" and rain.level_db == pytest.approx(-20, abs=1)


def test_a_bright_recording_has_a_brighter_colour(tmp_path):
    low, high = (analysed(record(tmp_path / f"{hz}.wav", burst(0.1, hz))).colour for hz in (200, 5000))
    assert low.argmax() < 2 and high.argmax() > 24 and low[0] > high[0] + 10


def test_level_of_an_event_does_not_depend_on_the_rate(tmp_path):
    half = burst(0.1, 300)[::2]
    whole = analysed(record(tmp_path / "48.wav", burst(0.1, 300))).events[0].level_db
    assert analysed(record(tmp_path / "24.wav", half, 24_000)).events[0].level_db == pytest.approx(
        whole, abs=1
    )


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("Drums/Snare Hits/x1.wav", "snare hits"),
        ("sounds/wav/GlassBreak_02.wav", "glass break"),
        ("METLImpt_Anvil-Hit 03.wav", "metl impt anvil hit"),
        ("rain.wav", "rain"),
    ],
)
def test_kinds_come_from_folders_and_names(tmp_path, path, kind):
    assert kind_by_name(tmp_path.relative_to(tmp_path) / path) == kind


def test_the_folder_is_left_as_it_is(folder):
    before = contents(folder)
    report = index_library(folder)
    assert contents(folder) == before
    assert report["recordings"] == 6 and report["kinds"] == 3 and not report["skipped"]
    assert not report["index"].startswith(str(folder))
    index_library(folder, folder / INDEX_NAME)  # asked for
    assert contents(folder).keys() - before.keys() == {str(folder / INDEX_NAME)}


def test_only_what_is_new_or_changed_is_read_again(folder, tmp_path):
    place = tmp_path / "an index"
    assert index_library(folder, place)["new"] == 6
    assert index_library(folder, place)["new"] == 0
    longer = record(folder / "rain" / "on a roof.wav", steady(4.0))
    os.utime(longer, ns=(1, 1))
    (folder / "wood hit" / "wood_3.wav").unlink()
    report = index_library(folder, place)
    assert (report["new"], report["gone"], report["recordings"]) == (1, 1, 5)
    rain = next(each for each in read_library_index(place)[1] if each.told["kind"] == "rain")
    assert rain.analysis.duration_s == pytest.approx(4.0)


def test_an_interrupted_index_goes_on_where_it_stopped(folder, tmp_path, monkeypatch):
    place = tmp_path / "an index"
    monkeypatch.setattr(index_module, "_AT_ONCE", 2)

    def interrupt(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index_library(folder, place, progress=interrupt)
    assert not is_whole(place)
    assert index_library(folder, place)["new"] == 2
    assert is_whole(place)


def test_what_is_damaged_silent_or_no_sound_is_named_and_skipped(folder):
    (folder / "rain" / "cut off.wav").write_bytes((folder / "rain" / "on a roof.wav").read_bytes()[:30])
    (folder / "rain" / "text.flac").write_text("no sound")
    record(folder / "rain" / "nothing.wav", np.zeros(9600))
    report = index_library(folder)
    assert report["recordings"] == 6
    skipped = {row["path"].rpartition("/")[2]: row["reason"] for row in report["skipped"]}
    assert skipped.keys() == {"cut off.wav", "text.flac", "nothing.wav"}
    assert skipped["nothing.wav"] == "is silent" and "cannot be read" in skipped["text.flac"]
    assert index_library(folder)["new"] == 0  # nor are they tried again


def test_an_index_csv_says_kind_form_and_licence_and_what_is_left_out(folder):
    table = "path,kind,form,license,author\nrain/on a roof.wav,downpour,repeated,CC0,Ann\n"
    (folder / "index.csv").write_text(table)
    assert [item.path for item in listed(folder)] == [os.path.join("rain", "on a roof.wav")]
    index_library(folder)
    (only,) = Library.open(folder).recordings
    assert only.told["kind"] == "downpour" and only.analysis.form == "repeated"
    assert only.told["licence"] == "CC0" and only.told["author"] == "Ann"
    (folder / "index.csv").write_text(table.replace("downpour", "shower"))
    assert index_library(folder)["new"] == 0
    assert Library.open(folder).kinds == ("shower",)


def test_odd_names_are_kept(folder):
    odd = ["#1 Schläge & „Tür“.wav", "a\nb.wav", os.fsdecode(b"caf\xe9.wav"), "'; DROP TABLE x.wav"]
    for name in odd:
        record(folder / "wood hit" / "plain.wav", burst(0.05, 300)).rename(folder / "wood hit" / name)
    index_library(folder)
    library = Library.open(folder)
    found = {each.path.rpartition("/")[2]: each for each in library.recordings}
    assert set(odd) <= found.keys()
    assert all(library.usable(found[name]) and len(library.sound(found[name], 0.0, 0.1)) for name in odd)


@pytest.mark.parametrize("name", ["nowhere", "empty", "text"])
def test_what_is_no_library_is_one_line(tmp_path, name, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("x")
    with pytest.raises(UserError) as caught:
        Library.open(tmp_path / name)
    assert "\n" not in str(caught.value) and name in str(caught.value)


def test_another_file_is_not_taken_for_an_index(folder, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(UserError, match="is no index"):
        index_library(folder, tmp_path / "letter.txt")
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_file_that_changed_since_is_not_used(folder):
    index_library(folder)
    library = Library.open(folder)
    rain = library.of_kinds(("rain",))[0]
    os.utime(folder / rain.path, ns=(1, 1))
    assert not library.usable(rain) and "has changed" in library.unusable[rain.path]
    assert library.of_kinds(("rain",)) == []


def test_a_recording_of_nothing_is_refused(tmp_path):
    with pytest.raises(Unreadable, match="hardly any"):
        analysed(record(tmp_path / "short.wav", np.ones(10)))
