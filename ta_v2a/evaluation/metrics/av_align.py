"""AV-Align (TempoTokens, Yariv et al. 2023, eq. 9) in all the variants that are called so.

Peaks of the mean optical-flow magnitude against onsets of the sound, within one frame; intersection
over union. The variants count matches differently, and the value depends on frame rate, resolution
and sample rate, so it is always reported with its variant. `tt_2025_02` is the default: the public
code as corrected in February 2025. AV-Align hardly tells a true sound from a shuffled one on short
clips: read it beside onset agreement.

variant       sound at     peaks of flow   matches counted
eq9           22,050 Hz    all             mean of sound peaks near a picture peak and picture peaks near a
                                           sound peak (at most 1)
tt_pre2025    22,050 Hz    all             sound peaks near any picture peak: one picture peak may serve
                                           many, so the score can pass 1
tt_2025_02    22,050 Hz    0.1 px and up   one to one
javis         native       all             as tt_pre2025, with 1e-6 in the denominator
svg           22,050 Hz    all             p r / (p + r - p r) of the two shares of eq9
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float, UInt8

from ta_v2a.errors import UserError
from ta_v2a.evaluation.metrics.librosa_here import librosa_alone
from ta_v2a.system.extras import need

ALIGN_VARIANT = "tt_2025_02"
AlignVariant = Literal["eq9", "tt_pre2025", "tt_2025_02", "javis", "svg"]
ALIGN = "AV-Align"
ALIGN_VARIANTS: tuple[AlignVariant, ...] = get_args(AlignVariant)
ALIGN_RATE_HZ = 22_050  # librosa.load's default, which the public code uses
LEAST_FLOW_PX = 0.1  # smaller peaks of flow are a still picture's noise


def flow_curve(clip: str | Path, height_px: int | None = None) -> tuple[np.ndarray, float]:
    """Mean Farneback flow magnitude between neighbouring frames, the first value doubled
    so that there is one per frame.

    Args:
        clip: path of a clip.
        height_px: taller frames are reduced to this height first (faster; another
            variant); None keeps the clip's own.

    Returns:
        ((frames,) pixels per frame, frames per second).

    Raises:
        UserError: if the clip cannot be read or has fewer than two frames.
    """
    import cv2

    capture = cv2.VideoCapture(str(clip))
    fps = float(capture.get(cv2.CAP_PROP_FPS))

    def pictures() -> Iterator[np.ndarray]:
        while (read := capture.read())[0]:
            frame = read[1]
            if height_px and frame.shape[0] > height_px:
                width_px = max(2, round(frame.shape[1] * height_px / frame.shape[0]))
                frame = cv2.resize(frame, (width_px, height_px), interpolation=cv2.INTER_AREA)
            yield cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)

    try:
        flow = mean_flow(pictures())
    finally:
        capture.release()
    if not len(flow) or fps <= 0:
        raise UserError(f"{clip}: no picture of at least two frames can be read from it")
    return flow, fps


def mean_flow(pictures: Iterable[UInt8[np.ndarray, "height width"]]) -> Float[np.ndarray, " frames"]:
    """Mean Farneback flow magnitude between neighbouring grey pictures, in pixels, the first value doubled so
    that there is one per picture; empty for fewer than two."""
    import cv2

    # The stub wants an array to fill; None makes one.
    fields = (
        cv2.calcOpticalFlowFarneback(previous, following, None, 0.5, 3, 15, 3, 5, 1.2, 0)  # type: ignore[call-overload]
        for previous, following in pairwise(pictures)
    )
    flow = [float(cv2.mean(cv2.magnitude(field[..., 0], field[..., 1]))[0]) for field in fields]
    return np.array(flow[:1] + flow)


def flow_peaks(flow: np.ndarray, fps: float, least_px: float = LEAST_FLOW_PX) -> np.ndarray:
    """Times in seconds of the strict local maxima of at least `least_px` pixels."""
    inner = flow[1:-1]
    return (np.flatnonzero((inner > flow[:-2]) & (inner > flow[2:]) & (inner >= least_px)) + 1) / fps


def sound_peaks(wave: np.ndarray, rate: int, native: bool = False) -> np.ndarray:
    """Onsets in seconds by librosa's defaults (hop 512) of a sound (samples,), at 22,050 Hz
    or, if `native`, at its own rate.

    Raises:
        UserError: without the extra "eval".
    """
    need("eval")
    import soxr

    wave = np.asarray(wave, dtype=np.float32)
    if rate != ALIGN_RATE_HZ and not native:
        wave, rate = soxr.resample(wave, rate, ALIGN_RATE_HZ, quality="HQ"), ALIGN_RATE_HZ
    with librosa_alone() as librosa:
        curve = librosa.onset.onset_strength(y=wave, sr=rate)
        return librosa.frames_to_time(librosa.onset.onset_detect(onset_envelope=curve, sr=rate), sr=rate)


def intersection_over_union(sound_s: np.ndarray, picture_s: np.ndarray, fps: float) -> float:
    """Every sound peak in turn takes the first free picture peak nearer than one frame; 0
    where there is no peak at all."""
    free = list(picture_s)
    hits = 0
    for time_s in sound_s:
        for index, other_s in enumerate(free):
            if other_s - 1 / fps < time_s < other_s + 1 / fps:
                hits += 1
                del free[index]
                break
    union = len(sound_s) + len(picture_s) - hits
    return hits / union if union else 0.0


def align_score(
    sound_s: np.ndarray, picture_s: np.ndarray, fps: float, variant: AlignVariant = "tt_2025_02"
) -> float:
    """AV-Align of two rows of peaks in seconds, in [0, 1] but for `tt_pre2025` and `javis`; 0
    where there is no peak at all.

    The rows are what the variant is computed from: see the table above for the
    sound's rate and the least flow.

    Raises:
        ValueError: if there is no such variant.
    """
    if variant not in ALIGN_VARIANTS:
        raise ValueError(f"no variant of AV-Align is called {variant!r}")
    if variant == "tt_2025_02":
        return intersection_over_union(sound_s, picture_s, fps)
    heard_s, seen_s = np.asarray(sound_s)[:, None], np.asarray(picture_s)[None, :]
    near = (seen_s - 1 / fps < heard_s) & (heard_s < seen_s + 1 / fps)
    heard, seen = int(near.any(axis=1).sum()), int(near.any(axis=0).sum())
    if variant == "svg":
        precision, recall = heard / max(len(sound_s), 1), seen / max(len(picture_s), 1)
        union = precision + recall - precision * recall
        return precision * recall / union if union else 0.0
    hits = (heard + seen) / 2 if variant == "eq9" else heard
    union = len(sound_s) + len(picture_s) - hits + (1e-6 if variant == "javis" else 0.0)
    return hits / union if hits else 0.0


def av_align(clip: str | Path, wave: np.ndarray, rate: int, height_px: int | None = None) -> float:
    """AV-Align `tt_2025_02` of one clip with one sound (samples,), in [0, 1].

    Raises:
        UserError: if the clip cannot be read or without the extra "eval".
    """
    flow, fps = flow_curve(clip, height_px)
    return intersection_over_union(sound_peaks(wave, rate), flow_peaks(flow, fps), fps)
