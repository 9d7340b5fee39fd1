"""Intervals by bootstrap over clips: the clips, not the onsets, are what another test would draw anew."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from ta_v2a.evaluation.metrics.onsets import f1_score

RESAMPLES = 2000


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval (`low`, `high`) and the number `n` of clips it rests on."""

    value: float
    low: float
    high: float
    n: int

    def as_dict(self, digits: int = 4) -> dict[str, float | int | None]:
        """For JSON: rounded, and None where there is no number."""
        return {
            key: (value if key == "n" else round(value, digits) if np.isfinite(value) else None)
            for key, value in asdict(self).items()
        }


def bootstrap(
    rows: np.ndarray,
    statistic: Callable[[np.ndarray], np.ndarray],
    resamples: int = RESAMPLES,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """A statistic of sums over clips, with its percentile bootstrap interval (Efron 1979).

    Args:
        rows: (n, k) one row of addable numbers per clip.
        statistic: maps sums (..., k) to values (...), for instance pooled F1 or a mean.
        resamples: number of resampled sets of clips.
        seed: seed of the resampling; the same rows and seed give the same interval.
        level: coverage of the interval.

    Raises:
        ValueError: if `rows` is not a table.
    """
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2:
        raise ValueError(f"rows are a table (clips, numbers), not of shape {rows.shape}")
    if not len(rows):
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    generator = np.random.default_rng(seed)
    # How often each clip is drawn is all that a sum needs; (resamples, n) counts
    # avoid a (resamples, n, k) table.
    times_drawn = generator.multinomial(len(rows), np.full(len(rows), 1 / len(rows)), size=resamples).astype(
        np.float64
    )
    values = statistic(times_drawn @ rows)
    tail = 50 * (1 - level)
    low, high = (
        np.nanpercentile(values, [tail, 100 - tail]) if np.isfinite(values).any() else (np.nan, np.nan)
    )
    return Estimate(float(statistic(rows.sum(axis=0))), float(low), float(high), len(rows))


def ratio(sums: np.ndarray) -> np.ndarray:
    """First sum over second (..., 2); nan where the second is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(sums[..., 1] > 0, sums[..., 0] / sums[..., 1], np.nan)


def mean(values: Sequence[float] | np.ndarray, seed: int = 0) -> Estimate:
    """Mean over clips with interval; nan values are left out."""
    kept = np.asarray(values, dtype=np.float64).ravel()
    kept = kept[np.isfinite(kept)]
    return bootstrap(np.stack([kept, np.ones_like(kept)], axis=1), ratio, seed=seed)


def pooled_f1(counts: np.ndarray, seed: int = 0) -> Estimate:
    """F1 of hits, found and true onsets (n, 3) pooled over clips."""
    return bootstrap(counts, f1_score, seed=seed)


def ratio_of_means(values: np.ndarray, reference: np.ndarray, seed: int = 0) -> Estimate:
    """mean(values) / mean(reference) over the clips where both are numbers, resampled together (paired)."""
    rows = np.stack([np.asarray(values, dtype=np.float64), np.asarray(reference, dtype=np.float64)], axis=1)
    return bootstrap(rows[np.isfinite(rows).all(axis=1)], ratio, seed=seed)


def ratio_of_f1(counts: np.ndarray, reference: np.ndarray, seed: int = 0) -> Estimate:
    """Pooled F1 of `counts` (n, 3) over that of `reference` (n, 3), the clips resampled together (paired)."""

    def statistic(sums: np.ndarray) -> np.ndarray:
        return ratio(np.stack([f1_score(sums[..., :3]), f1_score(sums[..., 3:])], axis=-1))

    return bootstrap(np.concatenate([counts, reference], axis=1), statistic, seed=seed)


def pooled_median(values: Sequence[np.ndarray], resamples: int = 500, seed: int = 0) -> Estimate:
    """Median of all values of all clips, with the interval over clips; `values` holds one array per clip."""
    filled = [np.asarray(v, dtype=np.float64) for v in values if len(v)]
    if not filled:
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    generator = np.random.default_rng(seed)
    drawn = generator.integers(0, len(filled), (resamples, len(filled)))
    medians = [np.median(np.concatenate([filled[i] for i in row])) for row in drawn]
    low, high = np.percentile(medians, [2.5, 97.5])
    return Estimate(float(np.median(np.concatenate(filled))), float(low), float(high), len(filled))


def centred_bootstrap(
    value: float,
    sizes: Sequence[int],
    statistic: Callable[..., float],
    resamples: int = 100,
    seed: int = 0,
    level: float = 0.95,
) -> Estimate:
    """Interval of a statistic of whole sets of clips (Frechet distance, MMD, Inception Score)
    that is not a function of sums.

    Drawn with replacement, a set holds fewer different clips, and such statistics move by
    that alone; so the resampled values are moved to the median first: the interval shows the
    spread about `value`, not that bias.

    Args:
        value: of the statistic on the clips themselves.
        sizes: clips of each set; sets of the same clips (pairs) are one set.
        statistic: given one array of row numbers per set, the value on those rows.
        resamples: number of resampled sets; 0 gives no interval.
        seed: of the resampling.
        level: coverage of the interval.
    """
    n = min(sizes)
    generator = np.random.default_rng(seed)
    drawn = [statistic(*(generator.integers(0, size, size) for size in sizes)) for _ in range(resamples)]
    kept = np.array([v for v in drawn if np.isfinite(v)])
    if not len(kept) or not np.isfinite(value):
        return Estimate(value, float("nan"), float("nan"), n)
    tail = 50 * (1 - level)
    low, middle, high = np.percentile(kept, [tail, 50, 100 - tail])
    return Estimate(value, value + float(low - middle), value + float(high - middle), n)
