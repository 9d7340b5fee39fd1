"""The sound bank: kinds by folder and table, cutting, levelling, splits, unreadable files."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.sound.bank import SoundBank, cut_shots, kind_of
from ta_v2a.stage.sound.render import render_sound
from tests.ta_v2a.test_stage_sound import Event, scene_of

RATE = 16000


def ping(start_s: float, pitch_hz: float, total_s: float, rate: int = RATE) -> np.ndarray:
    wave = np.zeros(int(total_s * rate), np.float32)
    at = np.arange(len(wave) - int(start_s * rate)) / rate
    wave[int(start_s * rate) :] = 0.3 * np.cos(2 * np.pi * pitch_hz * at) * np.exp(-at / 0.03)
    return wave


@pytest.fixture
def library(tmp_path: Path) -> Path:
    for folder, count in (("Bells", 40), ("rain", 3)):
        (tmp_path / folder).mkdir()
        for index in range(count):
            if folder == "rain":
                swell = np.linspace(0.05, 0.5, 44100)[:, None]
                wave = swell * np.random.default_rng(index).standard_normal((44100, 2))
                soundfile.write(tmp_path / folder / f"{index}.flac", np.clip(wave, -1, 1), 44100)
            else:
                soundfile.write(
                    tmp_path / folder / f"sound {index}.wav", ping(0.3, 900 + index, 1.0, 22050), 22050
                )
    (tmp_path / "dog").mkdir()
    (tmp_path / "dog" / "broken.wav").write_bytes(b"RIFF nothing")
    soundfile.write(tmp_path / "dog" / "silent.wav", np.zeros(4000), RATE)
    (tmp_path / "notes.txt").write_text("not a sound")
    return tmp_path


def test_kinds_by_folder_and_by_table():
    assert kind_of(Path("my/Glass/deep/a.wav")) == "glass"
    assert kind_of(Path("Birds/robin.wav")) == "bird"
    assert kind_of(Path("esc10/dog_bark/1-1-A.ogg")) == "dog"
    assert kind_of(Path("rain/1-1-A.ogg"), "esc10") == "rain"
    assert kind_of(Path("openclonk/Hits__Materials__Rock__RockHit1.ogg")) == "stone"
    assert kind_of(Path("openclonk/Clonk__Skin__Farmer__Hurt1.ogg")) is None
    assert kind_of(Path("esc10/rooster/1-1-A.ogg")) is None
    assert kind_of(Path("elsewhere/x.wav")) is None


def test_shot_starts_at_its_onset_at_the_wanted_rate(library: Path):
    bank = SoundBank(library, split="all")
    shots = bank.one_shots("bell", RATE)
    assert len(shots) == 40
    for shot in shots:
        assert shot.dtype == np.float32 and np.abs(shot).max() == pytest.approx(1.0)
        assert (np.abs(shot) > 0.5).argmax() < 0.003 * RATE


def test_every_sound_of_a_recording_is_cut_out():
    wave = ping(0.2, 1000, 2.0) + ping(0.9, 1500, 2.0) + 0.5 * ping(1.5, 700, 2.0)
    shots = cut_shots(wave, RATE)
    assert len(shots) == 3
    assert all(len(shot) < 0.75 * RATE for shot in shots)


def test_train_and_test_are_disjoint_and_complete(library: Path):
    files = {
        split: set(SoundBank(library, split=split).files.get("bell", []))
        for split in ("train", "test", "validation", "all")
    }
    assert files["train"].isdisjoint(files["test"])
    assert files["train"] | files["test"] == files["all"] and files["test"] == files["validation"]
    assert 0 < len(files["test"]) < 12


def test_unreadable_and_silent_files_are_skipped_and_counted(library: Path):
    bank = SoundBank(library, split="all")
    assert bank.has("dog") and bank.skipped_count == 0
    assert bank.one_shots("dog") == []
    assert bank.skipped_count == 2 and not bank.has("dog")


def test_bed_is_even_unit_rms_and_long_enough(library: Path):
    bank = SoundBank(library, split="all")
    bed = bank.pick_bed("rain", np.random.default_rng(0), RATE, 5 * RATE)
    assert bed.shape == (5 * RATE,)
    level = np.sqrt(np.square(bed).reshape(50, -1).mean(axis=1))
    assert np.sqrt(np.square(bed).mean()) == pytest.approx(1.0, rel=0.1)
    assert level.max() < 2 * level.min()


def test_render_with_recordings_keeps_the_event_times(library: Path):
    bank = SoundBank(library, split="all", share=1.0)
    scene = scene_of("bell", 2, 1.5, events=(Event(0.75, 1.0),))
    wave = np.abs(render_sound(scene, RATE, bank))
    assert wave[:11990].max() < 0.02
    assert wave[12000:12160].max() > 0.2
    np.testing.assert_array_equal(wave, np.abs(render_sound(scene, RATE, bank)))
    assert not np.allclose(wave, np.abs(render_sound(scene, RATE)))


def test_bank_without_the_kind_falls_back_to_the_synthesis(library: Path):
    bank = SoundBank(library, split="all", share=1.0)
    scene = scene_of("glass", 2, 1.0)
    np.testing.assert_array_equal(render_sound(scene, RATE, bank), render_sound(scene, RATE))


def test_bank_whose_files_prove_unreadable_falls_back_to_the_synthesis(library: Path):
    bank = SoundBank(library, split="all", share=1.0)
    scene = scene_of("dog", 2, 1.0)
    np.testing.assert_array_equal(render_sound(scene, RATE, bank), render_sound(scene, RATE))
    assert bank.skipped_count == 2


def test_bad_arguments(tmp_path: Path):
    with pytest.raises(ValueError, match="no such folder"):
        SoundBank(tmp_path / "none")
    with pytest.raises(ValueError, match="split"):
        SoundBank(tmp_path, split="some")
    with pytest.raises(ValueError, match="share"):
        SoundBank(tmp_path, share=2.0)


@pytest.mark.shared
def test_known_sets_give_every_listed_kind(shared_dir: Path):
    bank = SoundBank(shared_dir / "sounds", split="all")
    assert set(bank.kinds()) <= set(KINDS) and len(bank.kinds()) >= 20
    assert len(bank.files["dog"]) == 40 and len(bank.one_shots("wood")) >= 10
    assert bank.skipped_count == 0
