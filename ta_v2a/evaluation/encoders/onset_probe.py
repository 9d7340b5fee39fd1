"""When something begins, read by a line from the features of a moment: a logistic regression on every
token (Alain and Bengio 2017)."""

from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from ta_v2a.evaluation.metrics.statistics import Estimate, pooled_f1

PROBE_RESAMPLES = 500
VIDEO_SHARE = 2 / 3
"""Of the video in eq. 6, (lambda + mu) / (1 + lambda + mu), at lambda = mu = 1."""


def onset_columns(times_s: np.ndarray, tokens: int, token_s: float) -> np.ndarray:
    """(tokens,) 1 where an onset lies in [k, k + 1) * token_s, else 0; onsets after
    the last token do not count."""
    found = np.zeros(tokens)
    places = np.floor(np.asarray(times_s, dtype=np.float64) / token_s).astype(int)
    found[places[(places >= 0) & (places < tokens)]] = 1
    return found


def fit_logistic(x: np.ndarray, y: np.ndarray, ridge: float = 1e-4) -> tuple[np.ndarray, float]:
    """Weights (C,) and bias of logistic regression: the mean log loss and ridge / 2 times
    the squared weights, by L-BFGS.

    Args:
        x: (rows, C) of about unit variance.
        y: (rows,) 0 or 1.
        ridge: weight of the penalty; the bias has none.
    """

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        weights = parameters[:-1].astype(x.dtype)
        score = (x @ weights).astype(np.float64) + parameters[-1]
        residual = (expit(score) - y) / len(y)
        value = np.mean(np.logaddexp(0, score) - y * score) + ridge / 2 * float(
            parameters[:-1] @ parameters[:-1]
        )
        return value, np.append(residual.astype(x.dtype) @ x + ridge * parameters[:-1], residual.sum())

    fitted = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return fitted[:-1], float(fitted[-1])


def average_precision(score: np.ndarray, true: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Area under precision and recall as a sum over ranks (no interpolation): sum_k
    (R_k - R_{k-1}) P_k; nan without a true row.

    Args:
        score: (rows,); rows of equal score count one after the other.
        true: (rows,) 0 or 1.
        weight: how often each row counts.
    """
    order = np.argsort(-score, kind="stable")
    weight = np.ones(len(score)) if weight is None else weight[order]
    hits = weight * true[order]
    return (
        float((hits * np.cumsum(hits) / np.maximum(np.cumsum(weight), 1e-12)).sum() / hits.sum())
        if hits.sum()
        else float("nan")
    )


def best_threshold(score: np.ndarray, true: np.ndarray) -> float:
    """The score from which on `true` is said, so that F1 is highest."""
    order = np.argsort(-score, kind="stable")
    f1 = 2 * np.cumsum(true[order]) / (np.arange(1, len(score) + 1) + true.sum())
    return float(score[order[f1.argmax()]])


def probe_scores(tokens: np.ndarray, onsets: np.ndarray) -> tuple[np.ndarray, float]:
    """Scores (n - n // 2, tokens) of the second half's scenes by a probe fitted on the first half, and
    the first half's best threshold.

    Args:
        tokens: (n, tokens, C).
        onsets: (n, tokens) 0 or 1.
    """
    half, x = len(tokens) // 2, tokens.reshape(-1, tokens.shape[-1]).astype(np.float32)
    rows, true = half * tokens.shape[1], onsets.reshape(-1)
    centre, spread = x[:rows].mean(0), x[:rows].std(0) + 1e-6
    x = (x - centre) / spread
    weights, bias = fit_logistic(x[:rows], true[:rows])
    score = x @ weights + bias
    return score[rows:].reshape(-1, tokens.shape[1]), best_threshold(score[:rows], true[:rows])


def _resampled(score: np.ndarray, true: np.ndarray, seed: int = 0) -> np.ndarray:
    """(RESAMPLES,) average precisions of scenes drawn anew; the same seed draws the same scenes."""
    drawn = np.random.default_rng(seed).multinomial(
        len(score), np.full(len(score), 1 / len(score)), size=PROBE_RESAMPLES
    )
    order = np.argsort(-score.ravel(), kind="stable")
    scene, hit = order // score.shape[1], true.ravel()[order]
    ranked = -np.arange(len(order), dtype=np.float64)
    return np.array([average_precision(ranked, hit, times[scene].astype(np.float64)) for times in drawn])


def _interval(value: float, values: np.ndarray, n: int) -> Estimate:
    low, high = np.nanpercentile(values, [2.5, 97.5]) if np.isfinite(values).any() else (np.nan, np.nan)
    return Estimate(value, float(low), float(high), n)


def onset_probe(video: np.ndarray, audio: np.ndarray, text: np.ndarray, onsets: np.ndarray) -> dict[str, Any]:
    """What a line reads from E_a^T, E_v^T, E_l and their two mixtures about "an onset in this token".

    The text says the same at all moments of a clip. Learned projections to half the width (eq. 7) with a line
    after them are a line over the whole concatenation, which is what is fitted. It holds every line over the
    average (eq. 6), so it can lose only by learning less well from the same rows.

    Args:
        video, audio: (n, tokens, C) L2-normalised, without channels that were taught onsets.
        text: (n, C) L2-normalised.
        onsets: (n, tokens) 0 or 1.

    Returns:
        {name: {"average_precision", "f1"}} with 95 % intervals over the second half's scenes, the difference
        of the two mixtures (paired), and "chance", the average precision of knowing nothing.
    """
    words = np.broadcast_to(text[:, None], (*video.shape[:2], text.shape[-1]))
    features = {
        "audio": audio,
        "video": video,
        "text": words,
        "video and text, concatenated": np.concatenate([video, words], -1),
        "video and text, averaged": VIDEO_SHARE * video + (1 - VIDEO_SHARE) * words,
    }
    true = onsets[len(onsets) // 2 :]
    report: dict[str, Any] = {"chance": round(float(true.mean()), 4)}
    drawn: dict[str, np.ndarray] = {}
    exact: dict[str, float] = {}
    for name, tokens in features.items():
        score, threshold = probe_scores(tokens, onsets)
        said = score >= threshold
        counts = np.stack([(said & (true > 0)).sum(1), said.sum(1), true.sum(1)], 1)
        drawn[name], exact[name] = _resampled(score, true), average_precision(score.ravel(), true.ravel())
        precision = _interval(exact[name], drawn[name], len(true))
        report[name] = {"average_precision": precision.as_dict(), "f1": pooled_f1(counts).as_dict()}
    a, b = "video and text, concatenated", "video and text, averaged"
    report["concatenated minus averaged"] = _interval(
        exact[a] - exact[b], drawn[a] - drawn[b], len(true)
    ).as_dict()
    return report
