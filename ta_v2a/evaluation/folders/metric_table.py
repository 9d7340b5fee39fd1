"""The metrics as a table of small functions, each with a variant id, what it
reads, and what it claims to see.

`metrics_for` lists those that a task and the loaded extractors allow.
"""

from collections.abc import Callable
from typing import Any, get_args

import numpy as np

from ta_v2a.evaluation.folders.baselines import CLEAR_SHIFTS, EMPTY_SOUNDS, STATIC
from ta_v2a.evaluation.folders.metric import Metric, of_clips
from ta_v2a.evaluation.folders.stage_metrics import stage_metrics
from ta_v2a.evaluation.folders.view import View
from ta_v2a.evaluation.metrics import av_align, statistics, sync
from ta_v2a.evaluation.metrics.agreement import (
    AGREEMENT,
    AGREEMENT_TOLERANCE_S,
    SoundOnsets,
    greedy_counts,
    onset_agreement,
)
from ta_v2a.evaluation.metrics.distributions import (
    INCEPTION_SPLITS,
    TooFew,
    cosines,
    frechet_distance,
    inception_score,
    kernel_distance,
    kl_divergence,
    mmd_of_kernels,
    polynomial_kernel,
)
from ta_v2a.evaluation.metrics.onsets import f1_score
from ta_v2a.evaluation.metrics.statistics import Estimate
from ta_v2a.evaluation.networks.extractors import Modality

TIMING = ("shuffled", *CLEAR_SHIFTS, *EMPTY_SOUNDS)
# of sets beyond this, in clips and numbers, fewer resamples are drawn: the cost grows with the cube
LARGE = 512


def _fewer(resamples: int, *sizes: int) -> int:
    return min(resamples, 20) if min(sizes) > LARGE else resamples


def frechet(
    name: str, column: str, key: str, sees: tuple[str, ...], array: str = "features", least_n: int = 2048
) -> Metric:
    """Frechet distance to the true column over one feature vector a clip, or
    over all patches of all clips."""

    def measure(view: View, resamples: int) -> Estimate:
        x, y = (
            [np.atleast_2d(rows) for rows in view.rows_of(side, key, array)]
            for side in (column, f"true_{column}")
        )

        def distance(i: np.ndarray, j: np.ndarray) -> float:
            return frechet_distance(np.concatenate([x[k] for k in i]), np.concatenate([y[k] for k in j]))

        everything = (np.arange(len(x)), np.arange(len(y)))
        draws = _fewer(resamples, x[0].shape[1], sum(map(len, x)))
        return statistics.centred_bootstrap(distance(*everything), (len(x), len(y)), distance, draws)

    reads = ((column, key, array), (f"true_{column}", key, array))
    variant = key if array == "features" else f"{key}:{array}"
    return Metric(name, variant, "lower", reads, measure, sees, of_sets=True, least_n=least_n, embedding=key)


def kernel(name: str, column: str, key: str, sees: tuple[str, ...]) -> Metric:
    """Unbiased cubic MMD to the true column."""

    def measure(view: View, resamples: int) -> Estimate:
        x, y = view.stack(column, key, "features"), view.stack(f"true_{column}", key, "features")
        value = kernel_distance(x, y)
        kernels = (polynomial_kernel(x, x), polynomial_kernel(x, y), polynomial_kernel(y, y))

        def distance(i: np.ndarray, j: np.ndarray) -> float:
            return mmd_of_kernels(
                *kernels, *(np.bincount(rows, minlength=len(x)).astype(float) for rows in (i, j))
            )

        return statistics.centred_bootstrap(value, (len(x), len(y)), distance, resamples)

    reads = ((column, key, "features"), (f"true_{column}", key, "features"))
    return Metric(name, f"{key}:cubic:unbiased", "lower", reads, measure, sees, of_sets=True, embedding=key)


def inception(name: str, column: str, key: str, sees: tuple[str, ...]) -> Metric:
    """Inception Score of the judged column, ten splits."""

    def measure(view: View, resamples: int) -> Estimate:
        logits = view.stack(column, key, "logits")
        value = inception_score(logits)
        return statistics.centred_bootstrap(
            value, (len(logits),), lambda rows: inception_score(logits[rows]), resamples
        )

    reads = ((column, key, "logits"),)
    return Metric(
        name, f"{key}:{INCEPTION_SPLITS}splits", "higher", reads, measure, sees, least_n=1000, embedding=key
    )


def divergences(key: str) -> list[Metric]:
    """KL in the forms that are called KL or MKL, true from generated."""
    reads = (("sound", key, "logits"), ("true_sound", key, "logits"))
    sees = ("shuffled", *EMPTY_SOUNDS)

    def form(which: Any) -> Callable[[View], np.ndarray]:
        return lambda view: kl_divergence(
            view.stack("true_sound", key, "logits"), view.stack("sound", key, "logits"), which
        )

    names = {"softmax": "KL", "softmax_eps": "MKL", "sigmoid_eps": "KL", "bernoulli": "KL"}
    return [
        of_clips(name, f"{key}:{which}", "lower", reads, form(which), sees=sees, embedding=key)
        for which, name in names.items()
    ]


def similarity(
    name: str, variant: str, first: tuple[str, str], second: tuple[str, str], sees: tuple[str, ...], key: str
) -> Metric:
    """Mean cosine of two columns' embeddings; an array of frames gives the mean of its rows'
    cosines (AVHScore eq. 1, CLIPSIM)."""

    def per_clip(view: View) -> np.ndarray:
        values = []
        for row in range(view.n):
            a, b = (np.atleast_2d(view.get(column, key, array, row)) for column, array in (first, second))
            values.append(float(cosines(a, b).mean()))
        return np.array(values)

    reads = ((first[0], key, first[1]), (second[0], key, second[1]))
    return of_clips(name, variant, "higher", reads, per_clip, sees=sees, embedding=key)


def agreement_metrics() -> list[Metric]:
    """Onset agreement with the true sound: its gain over shuffled sounds, and the F1 itself."""
    key, tolerance_s = "onsets_librosa", AGREEMENT_TOLERANCE_S
    reads = (("sound", key, "onsets_s"), ("true_sound", key, "onsets_s"))

    def heard(view: View, column: str) -> list[SoundOnsets]:
        rows = zip(
            view.rows_of(column, key, "onsets_s"), view.rows_of(column, key, "duration_s"), strict=True
        )
        return [SoundOnsets(onsets_s, float(duration_s)) for onsets_s, duration_s in rows]

    def gain(view: View, _: int) -> Estimate:
        if view.n < 2:
            raise TooFew("the gain over shuffled sounds needs at least 2 clips")
        told: dict[str, Any] = onset_agreement(heard(view, "true_sound"), heard(view, "sound"), tolerance_s)
        low, high = told["gain_95"]
        return Estimate(told["gain"], low, high, view.n)

    def counts(view: View) -> np.ndarray:
        pairs = zip(heard(view, "true_sound"), heard(view, "sound"), strict=True)
        rows = [
            greedy_counts(g.onsets_s, t.onsets_s, min(t.duration_s, g.duration_s), tolerance_s)
            for t, g in pairs
        ]
        return np.array(rows)

    return [
        Metric(AGREEMENT, "gain:100ms", "higher", reads, gain, TIMING),
        Metric(AGREEMENT, "f1:100ms", "higher", reads,
               lambda view, _: statistics.pooled_f1(counts(view)), TIMING,
               per_clip=lambda view: f1_score(counts(view))),
    ]  # fmt: skip


def align_metrics(flow_key: str) -> list[Metric]:
    """AV-Align in all variants."""

    def of(variant: av_align.AlignVariant, peaks_key: str) -> Metric:
        def per_clip(view: View) -> np.ndarray:
            least_px = av_align.LEAST_FLOW_PX if variant == "tt_2025_02" else 0.0
            columns = (view.rows_of("picture", flow_key, name) for name in ("flow", "fps"))
            values = []
            for flow, fps, heard in zip(*columns, view.rows_of("sound", peaks_key, "peaks_s"), strict=True):
                seen = av_align.flow_peaks(flow.astype(np.float64), float(fps), least_px)
                values.append(av_align.align_score(heard, seen, float(fps), variant))
            return np.array(values)

        reads = (("sound", peaks_key, "peaks_s"), ("picture", flow_key, "flow"))
        return of_clips(
            av_align.ALIGN, f"{variant}:{flow_key}", "higher", reads, per_clip, sees=(*TIMING, STATIC)
        )

    return [
        of(variant, "peaks_native" if variant == "javis" else "peaks_22050")
        for variant in av_align.ALIGN_VARIANTS
    ]


def judged_metric(key: str) -> Metric:
    """Diff-Foley's Align accuracy: the share of clips that a classifier of pairs, trained on aligned, shifted
    and wrong ones, takes for aligned."""

    def aligned(view: View) -> np.ndarray:
        together = view.extractor("sound", key).together
        assert together is not None
        pairs = zip(view.each("sound", key, "latents"), view.each("picture", key, "video"), strict=True)
        return np.array([float(together(sound, picture) > 0.5) for sound, picture in pairs])

    reads = (("sound", key, "latents"), ("picture", key, "video"))
    return of_clips("Align accuracy", key, "higher", reads, aligned, sees=(*TIMING, STATIC), embedding=key)


def sync_metrics(key: str) -> list[Metric]:
    """Align accuracy and DeSync from token features of one space: where along +-2 s
    the sound fits the picture best.

    A clip without a best place counts as not aligned and as far off as can be. Silence, noise and a steady
    tone do have one, 0, where their features change a little at both ends: this Align accuracy takes them for
    aligned. `judged_metric` does not.
    """
    reads = (("sound", key, "tokens"), ("picture", key, "tokens"))

    def lags(view: View) -> np.ndarray:
        pairs = zip(view.each("sound", key, "tokens"), view.each("picture", key, "tokens"), strict=True)
        return np.array([sync.best_lag_s(sound, picture) for sound, picture in pairs])

    def off_s(view: View) -> np.ndarray:
        return np.nan_to_num(np.abs(view.once(("best lag", key), lags)), nan=sync.REACH_TOKENS * sync.TOKEN_S)

    def aligned(view: View) -> np.ndarray:
        return (off_s(view) <= sync.ALIGNED_S).astype(float)

    sees = (*TIMING, STATIC)
    return [
        of_clips(
            "Align accuracy", f"{key}:best_lag:0.2s", "higher", reads, aligned, sees=sees, embedding=key
        ),
        of_clips("DeSync", f"{key}:best_lag:2s", "lower", reads, off_s, sees=sees, embedding=key),
    ]


def metrics_for(view: View, task: str) -> list[Metric]:
    """Every metric of a task that the view's extractors allow.

    Args:
        view: all clips; a first clip tells which arrays an extractor gives.
        task: "v2a", "a2v" or "t2av".
    """
    table: list[Metric] = []
    keys = {
        modality: [key for key, read in view.extractors if read == modality]
        for modality in get_args(Modality)
    }
    if task != "a2v":
        table += agreement_metrics()
        for key in keys["sound"]:
            table += _sound_metrics(view, key)
    if task != "v2a":
        for key in keys["picture"]:
            if view.offers("picture", key, "features") and key != "clip":
                table += [frechet("FVD", "picture", key, (STATIC,)), kernel("KVD", "picture", key, (STATIC,))]
            if view.offers("picture", key, "logits"):
                table.append(inception("video IS", "picture", key, (STATIC,)))
    for key in keys["picture"]:
        if key.startswith("flow_"):
            table += align_metrics(key)
        elif view.offers("sound", key, "tokens"):
            table += sync_metrics(key)
        elif view.has("sound", key) and view.extractor("sound", key).together is not None:
            table.append(judged_metric(key))
    if "synchformer" in keys["sound"]:
        table.append(
            of_clips(
                "DeSync",
                "synchformer:21offsets",
                "lower",
                (("sound", "synchformer", "offsets"),),
                lambda view: np.array(
                    [sync.synchformer_s(o) for o in view.each("sound", "synchformer", "offsets")]
                ),
                embedding="synchformer",
            )
        )
    table += _semantic_metrics(view, keys, task)
    if view.truths and task != "a2v":
        table += stage_metrics()
    return [metric for metric in table if metric.readable(view)]


def _sound_metrics(view: View, key: str) -> list[Metric]:
    """What one sound network allows: distances between sets and, with classes, KL and IS."""
    table: list[Metric] = []
    if view.offers("sound", key, "features") and key not in ("vggish", "cvalp"):
        name = "FID" if key == "melception" else "FD"
        table += [frechet(name, "sound", key, EMPTY_SOUNDS), kernel("KID", "sound", key, EMPTY_SOUNDS)]
    if view.offers("sound", key, "patches"):
        table.append(frechet("FAD", "sound", key, EMPTY_SOUNDS, "patches", least_n=200))
    elif view.offers("sound", key, "features") and key not in ("cvalp", "melception"):
        table.append(frechet("FAD", "sound", key, EMPTY_SOUNDS))
    if view.offers("sound", key, "logits") and key != "cvalp":
        table += [*divergences(key), inception("IS", "sound", key, (*EMPTY_SOUNDS, "same_clip"))]
    return table


def _semantic_metrics(view: View, keys: dict[str, list[str]], task: str) -> list[Metric]:
    """Cosines in a shared space: sound and picture, sound and text, picture and text."""
    table: list[Metric] = []
    told = "text" in view.columns
    for key in keys["sound"]:
        wrong_sound = ("shuffled", *EMPTY_SOUNDS)
        if view.offers("picture", key, "frames"):
            table.append(
                similarity("AVHScore", key, ("picture", "frames"), ("sound", "features"), wrong_sound, key)
            )
        if view.offers("picture", key, "features") and view.offers("sound", key, "features"):
            table.append(
                similarity(
                    "AV-align",
                    f"{key}:cosine",
                    ("picture", "features"),
                    ("sound", "features"),
                    wrong_sound,
                    key,
                )
            )
        if told and key in keys["text"] and task != "a2v":
            name = "CLAP score" if key == "clap" else "AT-align"
            table.append(
                similarity(
                    name, f"{key}:cosine", ("sound", "features"), ("text", "features"), wrong_sound, key
                )
            )
    for key in keys["picture"]:
        if told and key in keys["text"] and task != "v2a":
            if key != "clip":
                table.append(
                    similarity(
                        "VT-align",
                        f"{key}:cosine",
                        ("picture", "features"),
                        ("text", "features"),
                        ("shuffled",),
                        key,
                    )
                )
            if view.offers("picture", key, "frames"):
                table.append(
                    similarity(
                        "CLIPSIM", key, ("picture", "frames"), ("text", "features"), ("shuffled",), key
                    )
                )
    return table
