"""AV-Align (TempoTokens, Yariv et al. 2023, eq. 9) in the variant `tt_2025_02`: the public code as corrected in February 2025.

Peaks of the mean optical-flow magnitude against onsets of the sound, one to one within one frame; intersection over union. It differs
from the paper's equation (which counts matches from both sides), and it depends on frame rate, resolution and sample rate, so it is always
reported with its variant. It hardly tells a true sound from a shuffled one on short clips: read it beside onset agreement.
"""

from pathlib import Path

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.evaluation.agreement import need_librosa

VARIANT = "tt_2025_02"
RATE_HZ = 22_050  # librosa.load's default, which the public code uses
LEAST_FLOW_PX = 0.1  # smaller peaks of flow are a still picture's noise


def flow_curve(video: str | Path, height_px: int | None = None) -> tuple[np.ndarray, float]:
    """Mean Farneback flow magnitude between neighbouring frames, the first value doubled so that there is one per frame.

    Args:
        video: path of a film.
        height_px: taller frames are reduced to this height first (faster; another variant); None keeps the film's own.

    Returns:
        ((frames,) pixels per frame, frames per second).

    Raises:
        UserError: if the film cannot be read or has fewer than two frames.
    """
    import cv2

    capture = cv2.VideoCapture(str(video))
    fps = float(capture.get(cv2.CAP_PROP_FPS))
    flow: list[float] = []
    previous = None
    while True:
        good, frame = capture.read()
        if not good:
            break
        if height_px and frame.shape[0] > height_px:
            frame = cv2.resize(frame, (max(2, round(frame.shape[1] * height_px / frame.shape[0])), height_px), interpolation=cv2.INTER_AREA)
        gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        if previous is not None:
            field = cv2.calcOpticalFlowFarneback(previous, gray, None, 0.5, 3, 15, 3, 5, 1.2, 0)
            flow.append(float(cv2.mean(cv2.magnitude(field[..., 0], field[..., 1]))[0]))
        previous = gray
    capture.release()
    if not flow or fps <= 0:
        raise UserError(f"{video}: no film of at least two frames can be read from it")
    return np.array([flow[0], *flow]), fps


def flow_peaks(flow: np.ndarray, fps: float) -> np.ndarray:
    """Times in seconds of the strict local maxima of at least 0.1 pixel."""
    inner = flow[1:-1]
    return (np.flatnonzero((inner > flow[:-2]) & (inner > flow[2:]) & (inner >= LEAST_FLOW_PX)) + 1) / fps


def sound_peaks(wave: np.ndarray, rate: int) -> np.ndarray:
    """Onsets in seconds by librosa's defaults (hop 512 at 22,050 Hz) of a sound (samples,).

    Raises:
        UserError: if librosa is not installed.
    """
    need_librosa()
    import librosa
    import soxr

    wave = np.asarray(wave, dtype=np.float32)
    if rate != RATE_HZ:
        wave = soxr.resample(wave, rate, RATE_HZ, quality="HQ")
    curve = librosa.onset.onset_strength(y=wave, sr=RATE_HZ)
    return librosa.frames_to_time(librosa.onset.onset_detect(onset_envelope=curve, sr=RATE_HZ), sr=RATE_HZ)


def intersection_over_union(sound_s: np.ndarray, picture_s: np.ndarray, fps: float) -> float:
    """Every sound peak in turn takes the first free picture peak nearer than one frame; 0 where there is no peak at all."""
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


def av_align(video: str | Path, wave: np.ndarray, rate: int, height_px: int | None = None) -> float:
    """AV-Align `tt_2025_02` of one film with one sound (samples,), in [0, 1].

    Raises:
        UserError: if the film cannot be read or librosa is not installed.
    """
    flow, fps = flow_curve(video, height_px)
    return intersection_over_union(sound_peaks(wave, rate), flow_peaks(flow, fps), fps)
