"""Onset agreement: do the onsets of generated sound fall where those of the clip's true sound fall?

F1 of the two rows of onsets, pooled over clips, less the same with the generated sounds shuffled among the
clips: a sound that merely has many onsets gains nothing. Onsets as librosa finds them (64 mel bands, hop 128
at 16 kHz, peaks above 0.2 of the 99.5th percentile), so that the figure compares with other people's systems;
matching is nearest-first along the true onsets.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.librosa_here import librosa_alone
from ta_v2a.evaluation.metrics.onsets import ONSET_RATE_HZ, f1_score
from ta_v2a.evaluation.metrics.statistics import RESAMPLES
from ta_v2a.media.reading.opening import open_media

AGREEMENT = "onset agreement"
AGREEMENT_TOLERANCE_S = 0.1
_HOP_SAMPLES = 128


@dataclass(frozen=True)
class SoundOnsets:
    """Onset times of one sound in seconds, and how long the sound lasts."""

    onsets_s: np.ndarray
    duration_s: float


def read_sound(path: str | Path, rate_hz: int = ONSET_RATE_HZ) -> np.ndarray | None:
    """The first sound track as (samples,) float32 mono at `rate_hz`
    (libswresample); None where the file has none.

    Raises:
        UserError: if the file cannot be read.
    """
    import av

    try:
        with open_media(path) as container:
            if not container.streams.audio:
                return None
            resampler = av.AudioResampler(format="flt", layout="mono", rate=rate_hz)
            frames = container.decode(container.streams.audio[0])
            pieces = [piece.to_ndarray()[0] for frame in frames for piece in resampler.resample(frame)]
    except (av.FFmpegError, OSError) as error:
        raise UserError(f"{path}: cannot be read ({error})") from error
    return np.concatenate(pieces) if pieces else None


def librosa_onsets(wave: np.ndarray) -> SoundOnsets:
    """Onsets of a sound (samples,) at 16 kHz by the common yardstick.

    Raises:
        UserError: without the extra "eval".
    """
    with librosa_alone() as librosa:
        curve = librosa.onset.onset_strength(y=wave, sr=ONSET_RATE_HZ, hop_length=_HOP_SAMPLES, n_mels=64)
        delta = max(0.2 * np.percentile(curve, 99.5), 0.3)
        peaks = librosa.util.peak_pick(
            curve, pre_max=8, post_max=8, pre_avg=40, post_avg=40, delta=delta, wait=14
        )
    return SoundOnsets(peaks * _HOP_SAMPLES / ONSET_RATE_HZ, len(wave) / ONSET_RATE_HZ)


def greedy_counts(
    generated_s: np.ndarray, true_s: np.ndarray, limit_s: float, tolerance_s: float
) -> np.ndarray:
    """(3,) hits, generated and true onsets before `limit_s`; every true onset in turn takes the
    nearest generated one still free."""
    return np.array(
        _greedy(np.sort(generated_s).tolist(), true_s.tolist(), limit_s, tolerance_s), dtype=np.float64
    )


def _greedy(
    generated: list[float], true: list[float], limit_s: float, tolerance_s: float
) -> tuple[int, int, int]:
    """`greedy_counts` of sorted lists, in the neighbourhood of each onset only: a thousand clips
    are a million pairs of sounds."""
    free = generated[: bisect_left(generated, limit_s)]
    found, wanted, hits = len(free), 0, 0
    for time_s in true:
        if time_s >= limit_s:
            continue
        wanted += 1
        best, nearest = -1, tolerance_s
        for index in range(max(0, bisect_left(free, time_s - tolerance_s) - 1), len(free)):
            distance = abs(free[index] - time_s)
            if distance <= tolerance_s and (best < 0 or distance < nearest):
                best, nearest = index, distance
            elif free[index] > time_s + tolerance_s:
                break
        if best >= 0:
            del free[best]
            hits += 1
    return hits, found, wanted


def _own_and_other(
    true: Sequence[SoundOnsets], generated: Sequence[SoundOnsets], tolerance_s: float
) -> np.ndarray:
    """(n, 6) hits, generated and true onsets of every clip: beside its own generated sound, and beside all
    others' together."""
    if len(true) != len(generated) or not true:
        raise ValueError(
            f"onset agreement needs as many generated as true sounds and at least one, not {len(generated)} "
            f"and {len(true)}"
        )
    n = len(true)
    limits = [min(t.duration_s, g.duration_s) for t, g in zip(true, generated, strict=True)]
    found, wanted = [np.sort(g.onsets_s).tolist() for g in generated], [t.onsets_s.tolist() for t in true]
    rows = np.zeros((n, 6))
    for i in range(n):
        rows[i, :3] = _greedy(found[i], wanted[i], limits[i], tolerance_s)
        counts = [
            _greedy(found[j], wanted[i], min(limits[i], limits[j]), tolerance_s) for j in range(n) if j != i
        ]
        rows[i, 3:] = np.sum(counts, axis=0) if counts else 0
    return rows


def _drawn(n: int) -> np.ndarray:
    """(resamples, n) clips, drawn with replacement; the same whenever n is the same."""
    return np.random.default_rng(0).integers(0, n, (RESAMPLES, n))


def _gain(sums: np.ndarray) -> np.ndarray:
    """F1 less that with the others' sounds, of sums (..., 6)."""
    return np.asarray(f1_score(sums[..., :3]) - f1_score(sums[..., 3:]))


def onset_agreement(
    true: Sequence[SoundOnsets], generated: Sequence[SoundOnsets], tolerance_s: float = AGREEMENT_TOLERANCE_S
) -> dict[str, object]:
    """Agreement over clips: F1, shuffled F1, their difference `gain` with its 95 % interval over clips.

    Args:
        true: what is heard in the true sound of each clip.
        generated: what is heard in the generated sound of each clip, in the same order.
        tolerance_s: largest distance of a matching pair of onsets.

    Raises:
        ValueError: if the two rows differ in length or hold no clip.
    """
    rows = _own_and_other(true, generated, tolerance_s)
    n, own, other = len(rows), rows[:, :3], rows[:, 3:]
    gains = _gain(rows[_drawn(n)].sum(axis=1))
    f1, shuffled = float(f1_score(own.sum(axis=0))), float(f1_score(other.sum(axis=0)))
    return {
        "n": n,
        "tolerance_s": tolerance_s,
        "f1": round(f1, 4),
        "shuffled_f1": round(shuffled, 4),
        "gain": round(f1 - shuffled, 4),
        "gain_95": [round(float(x), 4) for x in np.percentile(gains, [2.5, 97.5])],
        "clips_above_own_shuffled": int((f1_score(own) > f1_score(other)).sum()),
    }


def gain_difference(
    true: Sequence[SoundOnsets],
    generated: Sequence[Sequence[SoundOnsets]],
    reference: Sequence[Sequence[SoundOnsets]],
    tolerance_s: float = AGREEMENT_TOLERANCE_S,
) -> dict[str, object]:
    """How much more generated sounds gain (see `onset_agreement`) than other sounds of the same clips.

    Args:
        true: as for `onset_agreement`.
        generated: one row of sounds a seed, each as for `onset_agreement`; pooled.
        reference: the others, likewise.

    Returns:
        `n`, `tolerance_s`, `difference` and its 95 % interval `difference_95`: the clips of both are drawn
        together (paired), a clip with all its seeds.

    Raises:
        ValueError: if a row is not as long as `true`, or `true` is empty.
    """
    new, old = (
        np.sum([_own_and_other(true, sounds, tolerance_s) for sounds in seeds], axis=0)
        for seeds in (generated, reference)
    )
    drawn = _drawn(len(true))
    differences = _gain(new[drawn].sum(axis=1)) - _gain(old[drawn].sum(axis=1))
    return {
        "n": len(true),
        "tolerance_s": tolerance_s,
        "difference": round(float(_gain(new.sum(axis=0)) - _gain(old.sum(axis=0))), 4),
        "difference_95": [round(float(x), 4) for x in np.percentile(differences, [2.5, 97.5])],
    }
