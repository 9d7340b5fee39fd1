"""Distances between sets of features and between class predictions: the arithmetic under FD, FAD, FVD, KID, KVD, IS and KL.

Everything is float64 numpy, without networks. Published figures of one name differ in exactly these details, so each way has its own name.
"""

from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.special import log_softmax, logsumexp, softmax

KlForm = Literal["softmax", "softmax_eps", "sigmoid_eps", "bernoulli"]
KL_EPS = 1e-6  # of the public codes that add it (SpecVQGAN, audioldm_eval)
INCEPTION_SPLITS = 10
SPLIT_SEED = 2020  # of SpecVQGAN's shuffle before the splits


class TooFew(ValueError):
    """A statistic that does not exist for so few samples."""


def _rows(features: np.ndarray, least: int, what: str) -> np.ndarray:
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2:
        raise ValueError(f"{what}: features are a table (samples, numbers), not of shape {features.shape}")
    if len(features) < least:
        raise TooFew(f"{what} needs at least {least} samples, not {len(features)}")
    if not np.isfinite(features).all():
        raise ValueError(f"{what}: the features hold values that are not finite")
    return features


def frechet_distance(x: np.ndarray, y: np.ndarray) -> float:
    """Squared Frechet distance of two Gaussians fitted to samples (Heusel et al. 2017, eq. 6; Dowson & Landau 1982).

    |m_x - m_y|^2 + tr(C_x + C_y - 2 (C_x C_y)^(1/2)), covariances over n - 1. With C = A^T A the last trace is the sum of the singular
    values of A_x A_y^T: no matrix root, no negative eigenvalues, exact for fewer samples than dimensions.

    Args:
        x, y: (n, d) and (m, d) features; n and m at least 2. Below d samples the value is biased upwards.

    Raises:
        TooFew: for fewer than two samples.
        ValueError: if the widths differ or a value is not finite.
    """
    x, y = _rows(x, 2, "the Frechet distance"), _rows(y, 2, "the Frechet distance")
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"features of two widths: {x.shape[1]} and {y.shape[1]}")
    gap = x.mean(axis=0) - y.mean(axis=0)
    a, b = (_root(rows) for rows in (x, y))
    cross = np.linalg.svd(a @ b.T, compute_uv=False).sum()
    return float(max(0.0, gap @ gap + (a**2).sum() + (b**2).sum() - 2 * cross))


def _root(rows: np.ndarray) -> np.ndarray:
    """A with A^T A = covariance: (min(n, d), d), by QR where there are more samples than dimensions."""
    centred = (rows - rows.mean(axis=0)) / np.sqrt(len(rows) - 1)
    return np.asarray(np.linalg.qr(centred, mode="r")) if len(centred) > centred.shape[1] else centred


def polynomial_kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """(x . y / d + 1)^3, (n, m): the kernel of KID and KVD (Binkowski et al. 2018, section 4)."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    return (x @ y.T / x.shape[1] + 1.0) ** 3


def mmd_of_kernels(k_xx: np.ndarray, k_xy: np.ndarray, k_yy: np.ndarray, x_times: np.ndarray, y_times: np.ndarray) -> float:
    """Unbiased squared MMD (Gretton et al. 2012, eq. 3) in which sample i is drawn `x_times[i]` (`y_times[i]`) times."""
    n, m = x_times.sum(), y_times.sum()
    within_x = (x_times @ k_xx @ x_times - x_times @ np.diag(k_xx)) / (n * (n - 1))
    within_y = (y_times @ k_yy @ y_times - y_times @ np.diag(k_yy)) / (m * (m - 1))
    return float(within_x + within_y - 2 * (x_times @ k_xy @ y_times) / (n * m))


def kernel_distance(x: np.ndarray, y: np.ndarray) -> float:
    """KID, KVD: the unbiased squared MMD with the cubic kernel; may fall below 0 for equal distributions.

    Args:
        x, y: (n, d) and (m, d) features; n and m at least 2.

    Raises:
        TooFew: for fewer than two samples.
        ValueError: if the widths differ or a value is not finite.
    """
    x, y = _rows(x, 2, "the kernel distance"), _rows(y, 2, "the kernel distance")
    if x.shape[1] != y.shape[1]:
        raise ValueError(f"features of two widths: {x.shape[1]} and {y.shape[1]}")
    kernels = (polynomial_kernel(x, x), polynomial_kernel(x, y), polynomial_kernel(y, y))
    return mmd_of_kernels(*kernels, np.ones(len(x)), np.ones(len(y)))


def inception_score(logits: np.ndarray, splits: int = INCEPTION_SPLITS, seed: int | None = SPLIT_SEED) -> float:
    """exp(mean KL(p(y|x) || p(y))), the mean over `splits` parts (Salimans et al. 2016), from logits, so no logarithm of 0.

    Args:
        logits: (n, classes).
        splits: parts, of which each has a marginal p(y) of its own; more parts, lower scores.
        seed: of the shuffle before the split; None keeps the order.

    Raises:
        TooFew: for fewer samples than splits.
    """
    logits = _rows(logits, max(splits, 1), "the Inception Score")
    if seed is not None:
        logits = logits[np.random.RandomState(seed).permutation(len(logits))]  # the reference's own, older generator
    edges = [i * len(logits) // splits for i in range(splits + 1)]
    return float(np.mean([_score_of_part(logits[start:end]) for start, end in pairwise(edges)]))


def _score_of_part(logits: np.ndarray) -> float:
    log_p = log_softmax(logits, axis=1)
    log_marginal = logsumexp(log_p, axis=0) - np.log(len(log_p))
    return float(np.exp((np.exp(log_p) * (log_p - log_marginal)).sum(axis=1).mean()))


def kl_divergence(true: np.ndarray, generated: np.ndarray, form: KlForm = "softmax") -> np.ndarray:
    """KL(true || generated) of every pair of class predictions, from logits.

    Forms:
        softmax: sum q (log q - log p) with log-softmax, nothing added (av-benchmark).
        softmax_eps: log(softmax(p) + 1e-6): the MKL of SpecVQGAN, Diff-Foley and TA-V2A, and audioldm_eval's KL.
        sigmoid_eps: the same sum over sigmoids, as audioldm_eval has it; its terms do not sum to 1, so it may be negative.
        bernoulli: one KL per class, present or absent, summed: the divergence that `sigmoid_eps` leaves half of out.

    Args:
        true, generated: (n, classes) logits in the same order of clips.

    Returns:
        (n,) nats.

    Raises:
        ValueError: if the shapes differ or the form is unknown.
    """
    true, generated = _rows(true, 1, "KL"), _rows(generated, 1, "KL")
    if true.shape != generated.shape:
        raise ValueError(f"logits of two shapes: {true.shape} and {generated.shape}")
    if form == "softmax":
        log_q = log_softmax(true, axis=1)
        return (np.exp(log_q) * (log_q - log_softmax(generated, axis=1))).sum(axis=1)
    if form == "softmax_eps":
        return _with_eps(log_softmax(true, axis=1), softmax(generated, axis=1))
    if form == "sigmoid_eps":
        return _with_eps(_log_sigmoid(true), np.exp(_log_sigmoid(generated)))
    if form == "bernoulli":
        present = np.exp(_log_sigmoid(true)) * (_log_sigmoid(true) - _log_sigmoid(generated))
        absent = np.exp(_log_sigmoid(-true)) * (_log_sigmoid(-true) - _log_sigmoid(-generated))
        return (present + absent).sum(axis=1)
    raise ValueError(f"no form of KL is called {form!r}")


def _with_eps(log_q: np.ndarray, p: np.ndarray) -> np.ndarray:
    return (np.exp(log_q) * (log_q - np.log(p + KL_EPS))).sum(axis=1)


def _log_sigmoid(x: np.ndarray) -> np.ndarray:
    return -np.logaddexp(0.0, -x)


def cosines(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cosine of every pair of rows (n, d) and (n, d) or (1, d); 0 where one of them is all zeros."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    sizes = np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1)
    return (x * y).sum(axis=-1) / np.where(sizes > 0, sizes, 1.0)
