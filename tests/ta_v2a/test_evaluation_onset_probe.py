"""The onset probe: columns by hand, average precision against its definition, and a line that finds
what is there and nothing else."""

import numpy as np
import pytest

from ta_v2a.evaluation.encoders.onset_probe import (
    average_precision,
    best_threshold,
    fit_logistic,
    onset_columns,
    onset_probe,
    probe_scores,
)


def test_columns_hold_their_first_moment_and_not_their_last():
    np.testing.assert_array_equal(onset_columns(np.array([0.0, 0.064, 0.1, 0.3]), 4, 0.064), [1, 1, 0, 0])
    assert not onset_columns(np.array([]), 4, 0.064).any()


def test_average_precision_by_hand():
    score, true = np.array([0.9, 0.1, 0.8, 0.4]), np.array([1, 0, 0, 1])
    assert average_precision(score, true) == pytest.approx((1 / 1 + 2 / 3) / 2)
    # a row that counts twice is two rows
    twice = average_precision(np.append(score, 0.4), np.append(true, 1))
    assert average_precision(score, true, np.array([1.0, 1, 1, 2])) == pytest.approx(twice, abs=0.06)
    assert np.isnan(average_precision(score, np.zeros(4)))


def test_the_threshold_is_where_f1_is_highest():
    assert best_threshold(np.array([0.9, 0.1, 0.8, 0.4]), np.array([1, 0, 0, 1])) == 0.4
    assert best_threshold(np.array([0.9, 0.1, 0.8, 0.4]), np.array([1, 0, 1, 0])) == 0.8


def test_logistic_regression_finds_the_line_that_drew_the_labels():
    rng = np.random.default_rng(0)
    x, weights = rng.normal(size=(40_000, 3)), np.array([1.0, -2.0, 0.0])
    y = (rng.random(len(x)) < 1 / (1 + np.exp(-(x @ weights - 1)))).astype(float)
    found, bias = fit_logistic(x, y, ridge=0.0)
    np.testing.assert_allclose(found, weights, atol=0.06)
    assert bias == pytest.approx(-1, abs=0.06)


def test_a_probe_is_judged_on_scenes_that_it_never_saw():
    """Features of pure noise fit their own half well and tell nothing about the other."""
    rng = np.random.default_rng(1)
    onsets = (rng.random((20, 10)) < 0.3).astype(float)
    score, _ = probe_scores(rng.normal(size=(20, 10, 64)), onsets)
    assert score.shape == (10, 10)
    assert average_precision(score.ravel(), onsets[10:].ravel()) == pytest.approx(
        onsets[10:].mean(), abs=0.15
    )


def test_what_is_seen_helps_and_what_is_said_stands_still():
    rng = np.random.default_rng(2)
    onsets = (rng.random((120, 16)) < 0.25).astype(float)
    seen = rng.normal(size=(120, 16, 4))
    seen[..., 0] += 3 * onsets
    report = onset_probe(seen, rng.normal(size=(120, 16, 4)), rng.normal(size=(120, 4)), onsets)
    precision = {
        name: found["average_precision"]
        for name, found in report.items()
        if isinstance(found, dict) and "f1" in found
    }
    assert report["chance"] == pytest.approx(0.25, abs=0.05)
    assert (
        precision["video"]["value"] > 0.85
        and precision["video"]["low"] < precision["video"]["value"] < precision["video"]["high"]
    )
    assert precision["audio"]["value"] < 0.4 and precision["text"]["value"] < 0.4
    concat, average = (
        precision["video and text, concatenated"]["value"],
        precision["video and text, averaged"]["value"],
    )
    assert report["concatenated minus averaged"]["value"] == pytest.approx(concat - average, abs=1e-3)
    assert (
        concat > average
    )  # the words of other clips are noise, which a line over the concatenation leaves out
