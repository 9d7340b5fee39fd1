"""Full-band recordings and stage sound beside what 16 kHz leaves of them, and what widens them again."""

import numpy as np
import pytest
import soundfile
import torch

from ta_v2a.__main__ import main
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


def test_widened_sound_is_as_long_as_asked_goes_on_above_8_khz_and_is_unchanged_below():
    from ta_v2a.delivery.takes import widened
    from ta_v2a.media.sound import resampled
    from vocoders.bandwidth_extension import BandwidthExtension

    low = (0.1 * np.random.default_rng(0).standard_normal(32_000)).astype(np.float32)
    blocks = [low[:7000], low[7000:7001], low[7001:]]
    plain = np.concatenate(list(resampled(iter(blocks), 16_000, 48_000, 96_100)))[:, 0]
    wide = np.concatenate(list(widened(iter(blocks), 16_000, BandwidthExtension(8, 8, 1).eval(), 96_100)))
    assert wide.shape == plain.shape == (96_100,) and wide.dtype == np.float32
    window, hz = np.hanning(96_100), np.fft.rfftfreq(96_100, 1 / 48_000)
    before, after, added = (np.abs(np.fft.rfft(window * wave)) ** 2 for wave in (plain, wide, wide - plain))
    assert before[hz > 8200].sum() < 1e-5 * before.sum() and after[hz > 8200].sum() > 0.1 * after.sum()
    assert added[hz < 7300].sum() < 1e-4 * before.sum()


def test_what_resampling_takes_past_full_scale_reaches_the_gain_unclipped(pipeline):
    from ta_v2a.delivery.takes import at_delivery_rate, widened
    from ta_v2a.media.loudness import louder, peak_limited
    from vocoders.bandwidth_extension import BandwidthExtension

    square = np.sign(np.sin(2 * np.pi * 997 * np.arange(16_000) / 16_000)).astype(np.float32)
    wide = np.concatenate(list(widened(iter([square]), 16_000, BandwidthExtension(8, 8, 1).eval(), 48_000)))
    plain = np.concatenate(list(at_delivery_rate(pipeline.engine, iter([square[:9000], square[9000:]]), 1.0)))
    assert len(plain) == 48_000 and np.abs(plain).max() > 1.1 and np.abs(wide).max() > 1.1
    out = np.concatenate(list(peak_limited(louder([plain[:, None]], -20.0))))[:, 0]
    np.testing.assert_allclose(out, 0.1 * plain, rtol=1e-6)


def test_a_preset_with_the_extension_delivers_other_sound_than_without(pipeline, silent_clip, tmp_path):
    from ta_v2a import FoleyPipeline
    from vocoders.bandwidth_extension import BandwidthExtension

    parts, waves = dict(pipeline.components), []
    for name, bandwidth in {"plain": None, "wide": BandwidthExtension(8, 8, 1).eval()}.items():
        FoleyPipeline(**{**parts, "bandwidth": bandwidth}, num_inference_steps=1).save_pretrained(
            tmp_path / name
        )
        assert (
            main(
                [
                    "foley",
                    str(silent_clip),
                    "-o",
                    str(tmp_path / f"{name}.wav"),
                    "--preset",
                    str(tmp_path / name),
                ]
            )
            == 0
        )
        wave, rate_hz = soundfile.read(tmp_path / f"{name}.wav")
        assert rate_hz == 48_000 and wave.shape == (round(2.56 * 48_000),)
        waves.append(wave)
    assert np.abs(waves[0] - waves[1]).max() > 1e-2
