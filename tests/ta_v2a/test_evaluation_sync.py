"""Sync: AV-Align's variants on a constructed case, best lags of shifted features, stage controls by hand."""

import numpy as np
import pytest

from ta_v2a.evaluation.metrics.agreement import greedy_counts
from ta_v2a.evaluation.metrics.av_align import (
    ALIGN_VARIANTS,
    align_score,
    flow_peaks,
    intersection_over_union,
)
from ta_v2a.evaluation.metrics.sync import (
    LEAST_OVERLAP_TOKENS,
    TOKEN_S,
    best_lag_s,
    lag_scores,
    synchformer_s,
)
from ta_v2a.evaluation.stage.controls import cue_energy, leakage
from ta_v2a.stage.scene.kinds import KIND_NAMES


def test_variants_of_av_align_differ_as_published():
    # Three sound peaks around one picture peak, 10 pictures a second; a fourth sound peak is alone.
    sound, picture = np.array([1.0, 1.02, 1.04, 3.0]), np.array([1.03])
    values = {variant: align_score(sound, picture, 10.0, variant) for variant in ALIGN_VARIANTS}
    assert values["tt_pre2025"] == pytest.approx(
        3 / (4 + 1 - 3)
    )  # above 1: the defect of the first public code
    assert values["tt_2025_02"] == pytest.approx(1 / (4 + 1 - 1))
    assert values["eq9"] == pytest.approx(2 / (4 + 1 - 2))
    assert values["javis"] == pytest.approx(3 / (2 + 1e-6))
    assert values["svg"] == pytest.approx(0.75 * 1 / (0.75 + 1 - 0.75))
    assert len(set(values.values())) == 5


def test_variants_agree_on_one_to_one_peaks_and_on_nothing():
    sound, picture = np.array([1.0, 2.0, 3.0]), np.array([1.01, 2.02, 5.0, 6.0])
    for variant in ALIGN_VARIANTS:
        assert align_score(sound, picture, 10.0, variant) == pytest.approx(2 / 5, abs=1e-6)
        assert align_score(np.zeros(0), np.zeros(0), 10.0, variant) == 0
        assert align_score(sound, np.zeros(0), 10.0, variant) == 0
    assert align_score(sound, picture, 10.0) == intersection_over_union(sound, picture, 10.0)


def test_least_flow_belongs_to_one_variant():
    flow = np.array([0.0, 0.05, 0.0, 0.5, 0.0])
    np.testing.assert_allclose(flow_peaks(flow, 10.0), [0.3])
    np.testing.assert_allclose(flow_peaks(flow, 10.0, 0.0), [0.1, 0.3])


def slow_counts(generated: np.ndarray, true: np.ndarray, limit_s: float, tolerance_s: float) -> list[int]:
    """The same matching without shortcuts: every true onset in turn takes the nearest generated one
    still free, the earlier of two."""
    generated, true = np.sort(generated[generated < limit_s]), true[true < limit_s]
    free, hits = np.ones(len(generated), bool), 0
    for time_s in true:
        distance = np.where(free, np.abs(generated - time_s), np.inf)
        if len(distance) and distance.min() <= tolerance_s:
            free[distance.argmin()] = False
            hits += 1
    return [hits, len(generated), len(true)]


def test_fast_matching_is_the_slow_one():
    rng = np.random.default_rng(0)
    for trial in range(300):
        generated, true = (np.sort(rng.uniform(0, 2, rng.integers(0, 25))) for _ in range(2))
        if trial % 2:  # ties, and distances of exactly the tolerance
            generated, true = np.round(generated, 1), np.round(true, 1)
        limit_s = float(rng.uniform(0.5, 2.5))
        assert greedy_counts(generated, true, limit_s, 0.1).tolist() == slow_counts(
            generated, true, limit_s, 0.1
        )


@pytest.mark.parametrize("late", [-9, 0, 4, 25])
def test_best_lag_of_shifted_features(late):
    rng = np.random.default_rng(0)
    walk = rng.normal(0, 1, (170, 16)) + 3  # what is always there must not count
    picture = walk[30:158]
    assert best_lag_s(walk[30 - late : 158 - late], picture) == pytest.approx(late * TOKEN_S)


def test_no_best_lag_without_change_or_overlap():
    still = np.ones((64, 8))
    moving = np.random.default_rng(0).normal(0, 1, (64, 8))
    assert np.isnan(best_lag_s(still, moving)) and np.isnan(best_lag_s(moving, still))
    assert np.isnan(best_lag_s(moving[:LEAST_OVERLAP_TOKENS], moving))


def test_lag_scores_by_hand():
    sound, picture = np.array([[0.0], [3.0], [0.0]]), np.array([[3.0], [0.0], [0.0]])
    # centred: (-1, 2, -1) and (2, -1, -1); the sound is one token late
    np.testing.assert_allclose(lag_scores(sound, picture, 1), [(1 - 2) / 2, (-2 - 2 + 1) / 3, (4 + 1) / 2])


def test_synchformer_offsets():
    logits = np.zeros((2, 21))
    logits[0, 10], logits[1, 5] = 1, 1  # 0 s and -1 s
    assert synchformer_s(logits) == pytest.approx(0.5)
    assert synchformer_s(logits[1]) == pytest.approx(1.0)


def test_leakage_is_the_probability_of_the_unwanted_kind():
    logits = np.full((2, len(KIND_NAMES)), -20.0)
    logits[1, KIND_NAMES.index("rain")] = np.log(3)
    np.testing.assert_allclose(leakage(logits, ["rain", "rain"]), [0, 0.75], atol=1e-8)


def test_cue_energy_by_hand():
    wave = np.concatenate([np.full(100, 0.1), np.full(50, 0.3), np.full(100, 0.1)])
    assert cue_energy(wave, 100, 1.0, 1.5) == pytest.approx(0.09 / (0.09 + 0.01))
    assert cue_energy(np.full(250, 0.2), 100, 1.0, 1.5) == pytest.approx(0.5)
    assert cue_energy(np.zeros(250), 100, 1.0, 1.5) == 0.5
    assert cue_energy(np.eye(1, 250, 10)[0], 100, 1.0, 1.5) == 0
    with pytest.raises(ValueError, match="empty or the whole"):
        cue_energy(wave, 100, 0.0, 2.5)
