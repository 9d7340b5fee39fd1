"""Onsets: the matching is optimal, the detector is exact on sounds whose onsets are known."""

from itertools import combinations, permutations

import numpy as np
import pytest

from ta_v2a.evaluation.metrics.onsets import f1_score, match, merge_close, onsets

RATE = 16_000


def best_by_trial(found: np.ndarray, true: np.ndarray, tolerance: float) -> tuple[int, float]:
    """Most pairs within tolerance and, among those, the least total error, by trying all."""
    for size in range(min(len(found), len(true)), 0, -1):
        totals = [
            sum(abs(found[i] - true[j]) for i, j in zip(chosen, order, strict=True))
            for chosen in combinations(range(len(found)), size)
            for order in permutations(range(len(true)), size)
            if all(abs(found[i] - true[j]) <= tolerance for i, j in zip(chosen, order, strict=True))
        ]
        if totals:
            return size, min(totals)
    return 0, 0.0


def test_matching_is_optimal():
    rng = np.random.default_rng(0)
    for _ in range(60):
        found, true = rng.uniform(0, 1, rng.integers(0, 5)), rng.uniform(0, 1, rng.integers(0, 5))
        result = match(found, true, 0.15)
        hits, total = best_by_trial(found, true, 0.15)
        assert result.hits == hits
        assert np.abs(result.errors_s).sum() == pytest.approx(total, abs=1e-9)


def test_greedy_would_lose_a_pair_here():
    # Nearest-first gives 0.10 to 0.12 and leaves 0.06 without a partner.
    assert match(np.array([0.06, 0.10]), np.array([0.12, 0.14]), 0.07).hits == 2


def test_scores_of_a_constructed_case():
    result = match(np.array([1.01, 2.02, 3.5]), np.array([1.0, 2.0, 4.0, 5.0]), 0.05)
    assert (result.hits, result.found, result.true) == (2, 3, 4)
    assert result.precision == pytest.approx(2 / 3)
    assert result.recall == pytest.approx(1 / 2)
    assert result.f1 == pytest.approx(4 / 7)
    assert result.median_error_s == pytest.approx(0.015)
    np.testing.assert_allclose(result.errors_s, [0.01, 0.02], atol=1e-12)


def test_nothing_found_and_nothing_true():
    assert match(np.zeros(0), np.array([1.0]), 0.05).f1 == 0
    assert match(np.array([1.0]), np.zeros(0), 0.05).recall == 0
    assert np.isnan(match(np.zeros(0), np.zeros(0), 0.05).median_error_s)
    assert f1_score(np.array([[2.0, 2.0, 2.0], [0.0, 0.0, 0.0]])).tolist() == [1.0, 0.0]


def test_merging_keeps_the_first_of_near_times():
    np.testing.assert_allclose(merge_close(np.array([1.0, 0.5, 1.04, 1.06]), 0.05), [0.5, 1.0, 1.06])


def impacts(rng: np.random.Generator, times: np.ndarray, noise: float) -> np.ndarray:
    """Decaying partials with a noisy contact at the given times over white noise: (131072,) float32."""
    wave = rng.normal(0, noise, 131_072)
    for time in times:
        clock = np.arange(int(RATE * rng.uniform(0.1, 0.4))) / RATE
        partials = [
            np.sin(2 * np.pi * rng.uniform(150, 5000) * clock) * np.exp(-clock * rng.uniform(10, 60))
            for _ in range(5)
        ]
        blow = np.sum(partials, axis=0) + rng.normal(0, 1, len(clock)) * np.exp(-clock * 200)
        start = round(time * RATE)
        blow = blow[: len(wave) - start] * rng.uniform(0.2, 0.7) / np.abs(blow).max()
        wave[start : start + len(blow)] += blow
    return wave.astype(np.float32)


@pytest.mark.parametrize(
    ("noise", "least_f1", "most_error_s"), [(0.0, 0.98, 0.002), (0.003, 0.97, 0.003), (0.02, 0.93, 0.005)]
)
def test_detector_on_impacts(noise, least_f1, most_error_s):
    rng = np.random.default_rng(1)
    counts, errors = np.zeros(3), []
    for _ in range(8):
        times = merge_close(rng.uniform(0.05, 8.0, 14), 0.09)
        result = match(onsets(impacts(rng, times, noise), RATE)[0], times, 0.05)
        counts += result.counts
        errors.append(np.abs(result.errors_s))
    assert f1_score(counts) >= least_f1
    assert np.percentile(np.concatenate(errors), 95) <= most_error_s


def test_clicks_are_found_to_the_sample_and_strength_orders_them():
    wave = np.zeros(RATE * 2, np.float32)
    wave[[4_000, 12_345, 24_000]] = [0.02, 0.9, 0.2]
    times, strengths = onsets(wave, RATE)
    np.testing.assert_allclose(times, np.array([4_000, 12_345, 24_000]) / RATE, atol=1.5 / RATE)
    assert strengths[1] > strengths[2] > strengths[0]


def test_other_rates_and_louder_sound_give_the_same_onsets():
    times = np.array([0.3, 0.9, 1.7])
    wave = impacts(np.random.default_rng(2), times, 0.0)[: 2 * RATE]
    np.testing.assert_allclose(onsets(np.repeat(wave, 3), 3 * RATE)[0], times, atol=0.003)
    np.testing.assert_allclose(onsets(0.1 * wave, RATE)[0], onsets(wave, RATE)[0], atol=1e-9)


@pytest.mark.parametrize("kind", ["silence", "noise", "tone", "vibrato", "nothing"])
def test_steady_sound_has_no_onset(kind):
    clock = np.arange(4 * RATE) / RATE
    wave = {
        "silence": np.zeros(4 * RATE),
        "noise": np.random.default_rng(3).normal(0, 0.1, 4 * RATE),
        "tone": 0.3 * np.sin(2 * np.pi * 440 * clock),
        "vibrato": 0.3 * np.sin(2 * np.pi * 440 * clock + 5 * np.sin(2 * np.pi * 5 * clock)),
        "nothing": np.zeros(0),
    }[kind]
    assert len(onsets(wave.astype(np.float32), RATE)[0]) == 0


def test_sound_is_one_row():
    with pytest.raises(ValueError, match="one row"):
        onsets(np.zeros((2, 100), np.float32))
