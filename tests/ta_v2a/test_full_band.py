"""Full-band recordings and stage sound beside what 16 kHz leaves of them."""

import numpy as np
import pytest
import soundfile
import torch

from ta_v2a.data.full_band import FullBandClips, FullBandData, by_way_of_16_khz, is_full_band, read_piece
from ta_v2a.stage.scene.scene import SPLITS


def noise(seed: int, samples: int, rate_hz: int, top_hz: float = 1e9) -> np.ndarray:
    spectrum = np.fft.rfft(0.1 * np.random.default_rng(seed).standard_normal(samples))
    spectrum[np.fft.rfftfreq(samples, 1 / rate_hz) > top_hz] = 0
    return np.fft.irfft(spectrum, samples).astype(np.float32)


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """Three long recordings: full-band, sampled too low, and cut at 11 kHz; and a short full-band one."""
    folder = tmp_path_factory.mktemp("bank")
    (folder / "wood").mkdir()
    soundfile.write(folder / "wood" / "full.wav", noise(0, 88_200, 44_100), 44_100)
    soundfile.write(folder / "wood" / "low.wav", noise(1, 44_100, 22_050), 22_050)
    soundfile.write(folder / "wood" / "cut.wav", noise(2, 88_200, 44_100, 11_000), 44_100)
    soundfile.write(folder / "wood" / "short.wav", noise(3, 12_000, 48_000), 48_000)
    return folder / "wood"


def test_what_is_full_band():
    assert is_full_band(noise(0, 48_000, 48_000), 48_000) and is_full_band(
        1e-3 * noise(0, 44_100, 44_100), 44_100
    )
    assert not is_full_band(noise(0, 48_000, 48_000, 11_025), 48_000)
    assert not is_full_band(noise(0, 22_050, 22_050), 22_050)
    assert not is_full_band(np.zeros(48_000, np.float32), 48_000) and not is_full_band(
        np.ones(10, np.float32), 48_000
    )


def test_by_way_of_16_khz_only_the_top_is_lost():
    for samples in (48_000, 47_999):
        wave = noise(0, samples, 48_000)
        made, hz = by_way_of_16_khz(wave), np.fft.rfftfreq(samples, 1 / 48_000)
        assert made.shape == wave.shape and made.dtype == np.float32
        inside = slice(2000, -2000)
        window = np.hanning(samples - 4000)
        hz = np.fft.rfftfreq(samples - 4000, 1 / 48_000)
        lost, kept = (np.abs(np.fft.rfft(window * x[inside])) ** 2 for x in (wave - made, made))
        assert lost[hz < 7200].sum() < 1e-4 * kept.sum() and kept[hz > 8200].sum() < 1e-5 * kept.sum()


def test_pieces_of_files(bank):
    piece = read_piece(bank / "full.wav", 0.5)
    assert piece.shape == (24_000,) and np.abs(piece).max() > 0.1
    assert read_piece(bank / "low.wav", 0.5) is None and read_piece(bank / "cut.wav", 0.5) is None
    assert read_piece(bank / "none.wav", 0.5) is None
    short = read_piece(bank / "short.wav", 0.5, np.random.default_rng(0))
    assert short.shape == (24_000,) and short[:11_000].any() and not short[12_500:].any()
    other = read_piece(bank / "full.wav", 0.5, np.random.default_rng(1))
    assert np.abs(other - piece).max() > 0.01
    np.testing.assert_array_equal(other, read_piece(bank / "full.wav", 0.5, np.random.default_rng(1)))


def test_items_are_the_same_again_and_of_the_stage_where_nothing_is_full_band(bank):
    seeds = SPLITS["train"][:4]
    files = [bank / "full.wav", bank / "low.wav"]
    recorded, scenes, hopeless = (
        FullBandClips(seeds, 1.0, *rest) for rest in ((files, 0.0), ([], 0.0), (files[1:], 0.0))
    )
    first = recorded[0]
    assert first["wave"].shape == first["low"].shape == (48_000,) and first["wave"].dtype == torch.float32
    assert torch.equal(first["wave"], recorded[0]["wave"])
    assert torch.equal(hopeless[1]["wave"], scenes[1]["wave"]) and not torch.equal(
        first["wave"], scenes[0]["wave"]
    )


def test_data_for_the_trainer(bank):
    data = FullBandData(
        str(bank.parent),
        duration_s=0.5,
        batch_size=2,
        clips_per_epoch=4,
        validation_clips=2,
        stage_share=0.0,
        workers=0,
    )
    batch = next(iter(data.train_dataloader()))
    assert batch["wave"].shape == batch["low"].shape == (2, 24_000)
    with pytest.raises(ValueError, match="no such sound bank"):
        FullBandData("no/such/folder")
