"""Loudness against the values that ITU-R BT.1770 and EBU Tech 3341 print, the gain, and the limiter."""

import math

import numpy as np
import pytest
import soxr

from ta_v2a.errors import UserError
from ta_v2a.media.loudness import (
    CEILING_DBTP,
    RATE_HZ,
    Loudness,
    gain_to,
    louder,
    measured,
    peak_limited,
    read_target,
)


def blocks(wave, size=1 << 15):
    """A wave (n,) or (n, channels) in pieces (size, channels) float32."""
    columns = np.asarray(wave, np.float32)
    columns = columns[:, None] if columns.ndim == 1 else columns
    return (columns[start : start + size] for start in range(0, len(columns), size))


def joined(pieces):
    return np.concatenate(list(pieces))


def sine(seconds, level_dbfs, hz=997.0, phase=0.0):
    """A sine whose peak is at `level_dbfs`."""
    times_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * times_s + phase)


def tones(*parts):
    """Stretches of 1 kHz on two channels, (seconds, level) each."""
    return stereo(np.concatenate([sine(seconds, level, 1000) for seconds, level in parts]))


def faded(wave):
    """Begins and ends softly: a wave cut off in the middle is no longer only what it was."""
    return wave * np.minimum(1, np.minimum(np.arange(len(wave)), np.arange(len(wave))[::-1]) / 2400)


def stereo(wave):
    return np.stack([wave, wave], axis=1)


@pytest.mark.parametrize(
    ("wave", "lufs"),
    [
        (sine(5, 0), -3.01),  # BS.1770-4, annex 1: 0 dB FS on one front channel
        (tones((20, -23)), -23.0),  # EBU Tech 3341, case 1
        (tones((20, -33)), -33.0),  # case 2
        (tones((10, -36), (60, -23), (10, -36)), -23.0),  # case 3: the relative gate
        (
            tones((10, -72), (10, -36), (60, -23), (10, -36), (10, -72)),
            -23.0,
        ),  # case 4: the absolute gate as well
        (tones((20, -26), (20.1, -20), (20, -26)), -23.0),  # case 5
    ],
)
def test_integrated_loudness_is_that_of_the_recommendations(wave, lufs):
    assert measured(blocks(wave)).integrated_lufs == pytest.approx(lufs, abs=0.1)
    assert measured(blocks(wave, 48_123)) == measured(blocks(wave, 1001))


@pytest.mark.parametrize(
    ("hz", "phase"), [(12_000, 0), (12_000, math.pi / 4), (8_000, math.pi / 3), (6_000, math.pi / 8)]
)
def test_true_peaks_lie_between_samples(hz, phase):
    """EBU Tech 3341, cases 15 to 18: half of full scale, +0.2 and -0.4 dB."""
    assert -6.4 <= measured(blocks(faded(sine(1, -6.0206, hz, phase)))).true_peak_dbtp <= -5.8


@pytest.mark.parametrize("samples", [0, 1, 100, 4799, 4800, 4801, 14_400, 19_199, 19_200, 19_201])
def test_short_sounds_and_silence_have_no_odd_values(samples):
    assert measured(blocks(np.zeros(samples))) == Loudness(None, None, 0.0)
    found = measured(blocks(sine(samples / RATE_HZ, -20)))
    assert found.integrated_lufs is None or -70 < found.integrated_lufs < -22.9
    assert -20 <= gain_to(-23, [found]) <= 20
    assert len(joined([np.zeros((0, 1), np.float32), *peak_limited(blocks(np.ones(samples)))])) == samples


def test_a_sound_below_400_ms_is_measured_with_silence_behind_it():
    short = sine(0.2, -20)
    assert measured(blocks(short)).integrated_lufs == pytest.approx(-23 - 3.01, abs=0.1)
    assert measured(blocks(short)) == measured(blocks(np.pad(short, (0, 9600))))


def test_a_peak_in_the_last_samples_is_found():
    wave = np.zeros(50_000)
    wave[-1] = 0.5
    assert measured(blocks(wave)).true_peak_dbtp == pytest.approx(-6.02, abs=0.3)


def loudness(lufs):
    return Loudness(lufs, 0.0, 1.0)


@pytest.mark.parametrize(
    ("found", "gain"),
    [
        *(([-30.0], 7.0), ([-10.0], -13.0), ([-60.0], 20.0), ([10.0], -33.0)),
        *(([-30.0, -20.0], 2.0), ([-30.0, None], 7.0), ([None], 0.0), ([], 0.0)),
    ],
)
def test_one_gain_from_the_mean_of_what_is_heard(found, gain):
    assert gain_to(-23.0, [loudness(lufs) for lufs in found]) == pytest.approx(gain)


def test_a_gain_brings_the_sound_to_its_target():
    noise = 0.02 * np.random.default_rng(0).standard_normal(5 * RATE_HZ)
    before = measured(blocks(noise))
    after = measured(peak_limited(louder(blocks(noise), gain_to(-16, [before]))))
    assert before.integrated_lufs < -30 and after.integrated_lufs == pytest.approx(-16, abs=0.05)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("what", ["noise", "clicks", "square", "between samples", "bass"])
def test_no_true_peak_passes_the_ceiling(what, channels):
    rng, n = np.random.default_rng(1), 2 * RATE_HZ
    one = {
        "noise": soxr.resample(rng.standard_normal(2 * 40_000), 40_000, RATE_HZ),  # up to 20 kHz
        "clicks": np.where(rng.random(n) < 1e-3, 20.0, 0.0),
        "square": 4 * np.sign(sine(2, 0, 50, 0.01)),
        "between samples": sine(2, 6, 12_000, np.pi / 4),
        "bass": sine(2, 12, 40),
    }[what]
    wave = np.stack([faded(one), 0.5 * faded(one[::-1])][:channels], axis=1)
    out = joined(peak_limited(blocks(wave)))
    assert out.shape == wave.shape and np.isfinite(out).all()
    assert CEILING_DBTP - 1.5 < measured(blocks(out)).true_peak_dbtp <= CEILING_DBTP


def test_a_big_hit_is_held_and_all_else_is_left_alone():
    """14 dB above the ceiling: the bed around it keeps its level, the hit its place."""
    rng, at = np.random.default_rng(2), RATE_HZ
    bed = (0.05 * rng.standard_normal((2 * RATE_HZ, 2))).astype(np.float32)
    wave = bed.copy()
    wave[at : at + 200] += (4.5 * np.hanning(200) * np.sin(0.3 * np.arange(200))).astype(np.float32)[:, None]
    out = joined(peak_limited(blocks(wave)))
    far = np.abs(np.arange(len(wave)) - at - 100) > 100 + RATE_HZ // 50
    np.testing.assert_array_equal(out[far], wave[far])
    assert abs(int(np.abs(out).max(1).argmax()) - int(np.abs(wave).max(1).argmax())) <= 1
    gain = out / wave
    np.testing.assert_allclose(gain[:, 0], gain[:, 1], rtol=1e-5)
    assert gain.max() <= 1 + 1e-6 and np.abs(np.diff(gain[:, 0])).max() < 4e-3  # smooth
    before, after = (measured(blocks(sound)).integrated_lufs for sound in (bed, out))
    assert after > before - 0.1


def test_what_is_below_the_ceiling_passes_as_it_is_and_pieces_leave_no_trace():
    wave = np.random.default_rng(3).uniform(-0.2, 0.2, (100_000, 1)).astype(np.float32)
    np.testing.assert_array_equal(joined(peak_limited(blocks(wave))), wave)
    loud = 9 * wave[:40_000]
    for size in (1, 999, 100_000):
        np.testing.assert_array_equal(
            joined(peak_limited(blocks(loud, size))), joined(peak_limited(blocks(loud)))
        )


@pytest.mark.parametrize(
    ("text", "target"), [("-16", -16.0), ("-23.5", -23.5), ("none", None), (" None", None)]
)
def test_targets_are_read(text, target):
    assert read_target(text) == target


@pytest.mark.parametrize("text", ["", "loud", "nan", "inf", "-inf", "0", "16", "-61", "-16 LUFS", "1" * 500])
def test_other_targets_are_one_clear_line(text):
    with pytest.raises(UserError, match="LUFS from -60 to -5") as caught:
        read_target(text)
    assert len(str(caught.value)) < 150
