"""Distances between sets and between predictions: hand-computed cases, SciPy and torchmetrics to 1e-6."""

import numpy as np
import pytest
import torch
from scipy import linalg, stats
from torchmetrics.image.fid import _compute_fid
from torchmetrics.image.inception import InceptionScore
from torchmetrics.image.kid import poly_mmd

from ta_v2a.evaluation.metrics.distributions import (
    TooFew,
    cosines,
    frechet_distance,
    inception_score,
    kernel_distance,
    kl_divergence,
    mmd_of_kernels,
    polynomial_kernel,
)


def two_sets(n: int = 60, m: int = 50, d: int = 6, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    mixing = rng.normal(0, 1, (d, d))
    return rng.normal(0, 1, (n, d)) @ mixing, rng.normal(0.3, 1.5, (m, d))


def test_frechet_distance_by_hand_in_one_dimension():
    # means 1 and 3, variances 2 and 8: 4 + 2 + 8 - 2 sqrt(16)
    assert frechet_distance(np.array([[0.0], [2.0]]), np.array([[1.0], [5.0]])) == pytest.approx(
        6.0, abs=1e-12
    )


def test_frechet_distance_as_scipy_and_torchmetrics_have_it():
    x, y = two_sets()
    c_x, c_y = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    gap = x.mean(axis=0) - y.mean(axis=0)
    root = np.real(linalg.sqrtm(c_x @ c_y))
    assert frechet_distance(x, y) == pytest.approx(gap @ gap + np.trace(c_x + c_y - 2 * root), abs=1e-6)
    moments = [torch.from_numpy(a) for a in (x.mean(axis=0), c_x, y.mean(axis=0), c_y)]
    assert frechet_distance(x, y) == pytest.approx(float(_compute_fid(*moments)), abs=1e-6)


def test_frechet_distance_of_fewer_samples_than_dimensions():
    # Both sets lie on one line each, at right angles: nothing in common, so the traces add up.
    x, y = np.zeros((3, 40)), np.zeros((3, 40))
    x[:, 0], y[:, 1] = [-1, 0, 1], [-2, 0, 2]
    assert frechet_distance(x, y) == pytest.approx(1 + 4, abs=1e-12)
    assert frechet_distance(x, x + 0.5) == pytest.approx(40 * 0.25, abs=1e-9)
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-12)


def test_the_wide_and_the_tall_root_agree():
    x, y = two_sets(n=30, m=30, d=29)
    padded = [np.concatenate([rows, np.zeros((30, 11))], axis=1) for rows in (x, y)]
    assert frechet_distance(*padded) == pytest.approx(frechet_distance(x, y), rel=1e-9)


def test_kernel_distance_by_hand_and_as_torchmetrics_has_it():
    # one dimension: k(0,0) = 1, k(1,1) = 8, k(0,1) = 1
    assert kernel_distance(np.zeros((2, 1)), np.ones((2, 1))) == pytest.approx(1 + 8 - 2)
    x, y = two_sets(40, 40)
    assert kernel_distance(x, y) == pytest.approx(
        float(poly_mmd(torch.from_numpy(x), torch.from_numpy(y))), abs=1e-6
    )


def test_kernel_distance_is_unbiased():
    values = [
        kernel_distance(*np.split(np.random.default_rng(seed).normal(0, 1, (24, 3)), 2))
        for seed in range(400)
    ]
    assert abs(np.mean(values)) < 3 * np.std(values) / 20
    assert min(values) < 0


def test_a_sample_drawn_twice_counts_as_two_samples():
    x, y = two_sets(5, 4, 3)
    kernels = (polynomial_kernel(x, x), polynomial_kernel(x, y), polynomial_kernel(y, y))
    assert mmd_of_kernels(*kernels, np.ones(5), np.ones(4)) == pytest.approx(kernel_distance(x, y))
    drawn = mmd_of_kernels(*kernels, np.array([2.0, 1, 1, 1, 1]), np.ones(4))
    assert drawn == pytest.approx(kernel_distance(np.concatenate([x, x[:1]]), y))


def test_inception_score_by_hand():
    sure = 50.0 * np.eye(4)[np.arange(40) % 4]
    assert inception_score(sure, splits=1, seed=None) == pytest.approx(4.0, abs=1e-9)
    assert inception_score(sure, splits=10, seed=None) == pytest.approx(4.0, abs=1e-9)
    assert inception_score(np.zeros((20, 7))) == pytest.approx(1.0, abs=1e-12)
    # Each half is of one class only: nothing to tell apart within a split.
    assert inception_score(sure[np.argsort(np.arange(40) % 4)], splits=4, seed=None) == pytest.approx(
        1.0, abs=1e-9
    )
    assert np.isfinite(inception_score(np.where(sure > 0, 1e4, -1e4)))


def test_inception_score_as_torchmetrics_has_it():
    logits = np.random.default_rng(0).normal(0, 2, (50, 9))
    theirs = InceptionScore(feature=torch.nn.Identity(), splits=1)
    theirs.update(torch.from_numpy(logits))
    assert inception_score(logits, splits=1) == pytest.approx(float(theirs.compute()[0]), abs=1e-6)


def test_kl_as_scipy_and_torch_have_it():
    true, generated = (np.random.default_rng(seed).normal(0, 2, (5, 8)) for seed in (0, 1))
    q, p = (np.exp(x) / np.exp(x).sum(axis=1, keepdims=True) for x in (true, generated))
    np.testing.assert_allclose(kl_divergence(true, generated), stats.entropy(q, p, axis=1), atol=1e-9)
    t, g = torch.from_numpy(true), torch.from_numpy(generated)
    mkl = torch.nn.functional.kl_div((g.softmax(1) + 1e-6).log(), t.softmax(1), reduction="none").sum(1)
    np.testing.assert_allclose(kl_divergence(true, generated, "softmax_eps"), mkl.numpy(), atol=1e-9)
    several = torch.nn.functional.kl_div((g.sigmoid() + 1e-6).log(), t.sigmoid(), reduction="none").sum(1)
    np.testing.assert_allclose(kl_divergence(true, generated, "sigmoid_eps"), several.numpy(), atol=1e-9)


def test_kl_of_present_or_absent_by_hand():
    # one class, present with 1/2, said to be with 1/4: log 2 / 2 + log(2/3) / 2
    value = kl_divergence(np.zeros((1, 1)), np.full((1, 1), np.log(1 / 3)), "bernoulli")
    assert value[0] == pytest.approx(0.5 * np.log(2) + 0.5 * np.log(2 / 3))
    rng = np.random.default_rng(0)
    assert (kl_divergence(rng.normal(0, 5, (50, 6)), rng.normal(0, 5, (50, 6)), "bernoulli") >= 0).all()


def test_kl_stays_finite_where_eps_does_not_help():
    far = kl_divergence(np.array([[500.0, -500.0]]), np.array([[-500.0, 500.0]]))
    assert far[0] == pytest.approx(1000.0)
    # The eps of the public codes caps the divergence at -log(1e-6), whatever the distance.
    assert kl_divergence(np.array([[500.0, -500.0]]), np.array([[-500.0, 500.0]]), "softmax_eps")[
        0
    ] == pytest.approx(-np.log(1e-6))


@pytest.mark.parametrize("form", ["softmax", "bernoulli"])
def test_kl_of_a_prediction_with_itself_is_zero(form):
    logits = np.random.default_rng(0).normal(0, 3, (4, 5))
    np.testing.assert_allclose(kl_divergence(logits, logits, form), 0, atol=1e-12)


def test_too_few_and_not_finite():
    with pytest.raises(TooFew, match="at least 2"):
        frechet_distance(np.zeros((1, 3)), np.zeros((5, 3)))
    with pytest.raises(TooFew, match="at least 10"):
        inception_score(np.zeros((9, 3)))
    with pytest.raises(ValueError, match="not finite"):
        kernel_distance(np.full((3, 2), np.nan), np.zeros((3, 2)))
    with pytest.raises(ValueError, match="two widths"):
        frechet_distance(np.zeros((3, 2)), np.zeros((3, 3)))


def test_cosines():
    np.testing.assert_allclose(
        cosines(np.array([[3.0, 0], [1, 1], [0, 0]]), np.array([[2.0, 0]])), [1, np.sqrt(0.5), 0]
    )
