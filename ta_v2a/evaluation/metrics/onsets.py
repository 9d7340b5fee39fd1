"""When does something start to sound? One onset detector for 16 kHz sound, and how
two rows of onsets are compared.

The detection function is SuperFlux (Böck & Widmer 2013, "Maximum filter vibrato suppression for onset
detection", eq. 3-4): the rise of a log-mel spectrogram over a few frames, with a maximum over neighbouring
bands before the subtraction, so that a gliding tone is no onset. A peak is then moved to the sharpest rise of
the energy near it, because a spectrogram window smears an onset by its own length.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.optimize import linear_sum_assignment
from scipy.signal import resample_poly

ONSET_RATE_HZ = 16_000
_HOP_SAMPLES = 64
WINDOW_SAMPLES = 320
_FFT_SAMPLES = 512
BANDS = 48
_LOW_HZ, _HIGH_HZ = 60.0, 7_800.0
DEPTH_DB = 55.0  # what lies further below the loudest band of the clip is taken as silence
LAG_FRAMES = 4
NEAR_S, MEAN_S = (
    0.040,
    0.200,
)  # a peak is the largest within +-NEAR_S and stands out of the mean over +-MEAN_S
RISE_DB, RISE_SHARE = 4.0, 0.15  # by at least RISE_DB and by RISE_SHARE of the clip's strongest rise
GAP_S = 0.050  # two onsets nearer than this are one
REFINE_S, ENERGY_S = 0.016, 0.005


@dataclass(frozen=True)
class Matching:
    """Two rows of onsets matched one to one: how many of each, how many agree, and by how much they miss.

    Args:
        hits: number of pairs within the tolerance.
        found: number of onsets found.
        true: number of onsets that should be found.
        errors_s: (hits,) found minus true time of every pair, in seconds.
    """

    hits: int
    found: int
    true: int
    errors_s: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """(3,) float64: hits, found, true; counts of several clips may be added."""
        return np.array([self.hits, self.found, self.true], dtype=np.float64)

    @property
    def precision(self) -> float:
        return self.hits / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.true if self.true else 0.0

    @property
    def f1(self) -> float:
        return float(f1_score(self.counts))

    @property
    def median_error_s(self) -> float:
        """Median of the absolute errors in seconds; nan without a pair."""
        return float(np.median(np.abs(self.errors_s))) if self.hits else float("nan")


def f1_score(counts: np.ndarray) -> np.ndarray:
    """F1 = 2 hits / (found + true) of counts (..., 3); 0 where there is neither a found nor a true onset."""
    return np.asarray(2 * counts[..., 0] / np.maximum(counts[..., 1] + counts[..., 2], 1))


def match(found_s: np.ndarray, true_s: np.ndarray, tolerance_s: float) -> Matching:
    """The optimal one-to-one matching: as many pairs within `tolerance_s` as possible and,
    among those, the least total error.

    Args:
        found_s: (F,) times in seconds, in any order.
        true_s: (T,) times in seconds, in any order.
        tolerance_s: largest |found - true| of a pair.

    Raises:
        ValueError: if the tolerance is negative.
    """
    if tolerance_s < 0:
        raise ValueError(f"a tolerance is at least 0 s, not {tolerance_s}")
    found, true = (
        np.sort(np.asarray(found_s, dtype=np.float64).ravel()),
        np.sort(np.asarray(true_s, dtype=np.float64).ravel()),
    )
    if not len(found) or not len(true):
        return Matching(0, len(found), len(true), np.zeros(0))
    errors = found[:, None] - true[None, :]
    # A pair out of tolerance costs more than all good pairs together, so the assignment never gives
    # up a hit for a smaller error.
    allowed = np.abs(errors) <= tolerance_s + 1e-12
    forbidden_cost = (tolerance_s + 1) * (min(len(found), len(true)) + 1)
    rows, columns = linear_sum_assignment(np.where(allowed, np.abs(errors), forbidden_cost))
    good = allowed[rows, columns]
    return Matching(int(good.sum()), len(found), len(true), errors[rows[good], columns[good]])


def merge_close(times_s: np.ndarray, gap_s: float = GAP_S) -> np.ndarray:
    """Sorted times without those that follow the last kept one by less than `gap_s`: what
    one ear hears as one onset."""
    kept: list[float] = []
    for time_s in np.sort(np.asarray(times_s, dtype=np.float64).ravel()):
        if not kept or time_s - kept[-1] >= gap_s:
            kept.append(float(time_s))
    return np.array(kept)


def onsets(wave: np.ndarray, rate: int = ONSET_RATE_HZ) -> tuple[np.ndarray, np.ndarray]:
    """Onset times and their strengths.

    Args:
        wave: (samples,) sound in [-1, 1]; other rates than 16 kHz are resampled.
        rate: samples per second.

    Returns:
        (times_s, strengths): (K,) seconds in rising order, and (K,) mean rise over the
        mel bands in dB (about 4 to 50).

    Raises:
        ValueError: if the sound is not one row of samples.
    """
    wave = np.asarray(wave, dtype=np.float32)
    if wave.ndim != 1:
        raise ValueError(f"sound is one row of samples, not of shape {wave.shape}")
    if rate != ONSET_RATE_HZ:
        common = int(np.gcd(ONSET_RATE_HZ, rate))
        wave = resample_poly(wave, ONSET_RATE_HZ // common, rate // common).astype(np.float32)
    if len(wave) < _HOP_SAMPLES or not np.abs(wave).max() > 1e-4:
        return np.zeros(0), np.zeros(0)
    rise = strength_curve(wave)
    picked = _peaks(rise)
    times = np.array([_refine(wave, frame * _HOP_SAMPLES / ONSET_RATE_HZ) for frame in picked])
    order = np.argsort(times, kind="stable")
    times, strengths = times[order], rise[picked][order]
    keep = np.ones(len(times), dtype=bool)
    for index in range(1, len(times)):  # refining may bring two peaks together
        keep[index] = times[index] - times[:index][keep[:index]].max(initial=-1.0) >= GAP_S * 0.8
    return times[keep], strengths[keep]


def strength_curve(wave: np.ndarray) -> np.ndarray:
    """The detection function: (frames,) mean positive rise in dB at frame times i *
    4 ms, frames = samples // 64."""
    frames = max(1, len(wave) // _HOP_SAMPLES)
    half = WINDOW_SAMPLES // 2
    # Mirrored at its ends: a clip that is cut out of a longer sound has no onset at its first sample.
    padded = np.pad(
        wave, (half, half + _HOP_SAMPLES), mode="reflect" if len(wave) > half + _HOP_SAMPLES else "edge"
    )
    strips = np.lib.stride_tricks.sliding_window_view(padded, WINDOW_SAMPLES)[::_HOP_SAMPLES][:frames]
    window = np.hanning(WINDOW_SAMPLES + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(strips * window, _FFT_SAMPLES).astype(np.complex64)) ** 2 @ _mel_filters().T
    level_db = 10 * np.log10(np.maximum(power, 1e-7))
    level_db = np.maximum(level_db, level_db.max() - DEPTH_DB)
    past = np.pad(maximum_filter1d(level_db, 3, axis=1), ((LAG_FRAMES, 0), (0, 0)), mode="edge")[:frames]
    rise = np.maximum(level_db - past, 0).mean(axis=1)
    edge = -(-half // _HOP_SAMPLES)  # frames that see the mirror: its kink is no onset
    rise[:edge] = 0
    rise[-edge:] = 0
    return rise


def _peaks(rise: np.ndarray) -> np.ndarray:
    """Frames that are the largest of their neighbourhood and stand clearly out of its mean;
    the stronger of two near ones."""
    frame_s = _HOP_SAMPLES / ONSET_RATE_HZ
    near = 2 * round(NEAR_S / frame_s) + 1
    mean = uniform_filter1d(rise, 2 * round(MEAN_S / frame_s) + 1, mode="reflect")
    least = max(RISE_DB, RISE_SHARE * float(np.percentile(rise, 99.5)))
    picked = np.flatnonzero((rise >= maximum_filter1d(rise, near, mode="constant")) & (rise - mean >= least))
    kept: list[int] = []
    for frame in picked[np.argsort(-rise[picked], kind="stable")]:
        if all(abs(frame - other) * frame_s >= GAP_S for other in kept):
            kept.append(int(frame))
    return np.sort(np.array(kept, dtype=np.int64))


def _refine(wave: np.ndarray, time_s: float) -> float:
    """The moment within +-16 ms where the energy of the next 5 ms exceeds that of the last 5 ms most."""
    reach, span = round((REFINE_S + ENERGY_S) * ONSET_RATE_HZ), round(ENERGY_S * ONSET_RATE_HZ)
    centre = round(time_s * ONSET_RATE_HZ)
    start = centre - reach
    piece = np.zeros(2 * reach + 1)
    low, high = max(start, 0), min(centre + reach + 1, len(wave))
    piece[low - start : high - start] = wave[low:high]
    piece = (
        np.diff(piece, prepend=piece[:1]) ** 2
    )  # the difference stresses the high end, which starts more sharply
    total = np.concatenate([[0.0], np.cumsum(piece)])
    centres = np.arange(span, len(piece) - span)
    after, before = total[centres + span] - total[centres], total[centres] - total[centres - span]
    floor = 1e-3 * float(after.max()) + 1e-12
    gain = np.log(after + floor) - np.log(before + floor)
    # Among ties (a click in silence lies in many spans) the last moment before the sound is the onset.
    best = centres[np.flatnonzero(gain >= gain.max() - 0.01)[-1]]
    return max(0.0, (start + best) / ONSET_RATE_HZ)


@lru_cache(maxsize=1)
def _mel_filters() -> np.ndarray:
    """(BANDS, FFT_SAMPLES / 2 + 1) triangles, evenly spaced on the mel scale of
    O'Shaughnessy, each with unit sum."""
    points = np.linspace(1127 * np.log1p(_LOW_HZ / 700), 1127 * np.log1p(_HIGH_HZ / 700), BANDS + 2)
    edges = 700 * np.expm1(points / 1127)
    bins = np.fft.rfftfreq(_FFT_SAMPLES, 1 / ONSET_RATE_HZ)
    spacing = bins[1]
    rising = (bins - edges[:-2, None]) / np.maximum(edges[1:-1, None] - edges[:-2, None], spacing)
    falling = (edges[2:, None] - bins) / np.maximum(edges[2:, None] - edges[1:-1, None], spacing)
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles / triangles.sum(axis=1, keepdims=True)).astype(np.float32)
