"""Bootstrap intervals: they cover what they should, and paired ratios are paired."""

import numpy as np
import pytest

from ta_v2a.evaluation.metrics import statistics


def test_interval_of_a_mean_covers_it():
    rng = np.random.default_rng(0)
    covered = 0
    for trial in range(200):
        estimate = statistics.bootstrap(
            np.stack([rng.random(80) < 0.3, np.ones(80)], axis=1), statistics.ratio, resamples=400, seed=trial
        )
        covered += estimate.low <= 0.3 <= estimate.high
    assert 0.90 <= covered / 200 <= 0.99


def test_interval_of_a_mean_has_the_known_width():
    values = np.random.default_rng(1).normal(5, 2, 400)
    estimate = statistics.mean(values)
    assert estimate.value == pytest.approx(values.mean())
    assert (estimate.high - estimate.low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.1)
    assert estimate.n == 400


def test_same_seed_same_interval():
    values = np.random.default_rng(2).random(50)
    assert statistics.mean(values, seed=3) == statistics.mean(values, seed=3)
    assert statistics.mean(values, seed=3) != statistics.mean(values, seed=4)


def test_pooled_f1_weighs_onsets_not_clips():
    counts = np.array([[9.0, 10.0, 10.0], [0.0, 1.0, 1.0]])
    estimate = statistics.pooled_f1(counts)
    assert estimate.value == pytest.approx(18 / 22)
    assert (estimate.low, estimate.high) == (0.0, 0.9)


def test_ratio_to_itself_is_one_without_spread():
    counts = np.random.default_rng(3).integers(1, 9, (40, 3)).astype(float)
    estimate = statistics.ratio_of_f1(counts, counts)
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((1, 1, 1))
    values = np.random.default_rng(4).random(40)
    assert statistics.ratio_of_means(0.5 * values, values).high == pytest.approx(0.5)


def test_missing_values_are_left_out_and_nothing_is_nan():
    assert statistics.mean([1.0, float("nan"), 0.0]).n == 2
    empty = statistics.mean([])
    assert empty.n == 0 and np.isnan(empty.value)
    assert empty.as_dict()["value"] is None


def test_pooled_median_over_clips_of_unequal_size():
    estimate = statistics.pooled_median([np.array([1.0, 2.0, 3.0]), np.zeros(0), np.array([10.0])])
    assert estimate.value == 2.5
    assert estimate.low >= 2.0 and estimate.high <= 10.0 and estimate.n == 2
