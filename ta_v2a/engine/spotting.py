"""What a Foley artist spots by hand: the onsets that the video tower expects, with their likeliest labels."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ta_v2a.engine.arguments import number
from ta_v2a.engine.captioning import bank_vectors, label_bank, scored
from ta_v2a.engine.encoders import clip_pictures, load_encoders
from ta_v2a.errors import UserError
from ta_v2a.media.reading.probe import Clip, probe

SMOOTH = np.array([1, 2, 3, 4, 3, 2, 1]) / 16
REACH = 6  # mel frames of 16 ms either side in which an onset is the largest
THRESHOLD = 0.35
LAG_S = 0.032  # of the sound behind the picture, as in the presets
AROUND_S = 0.25  # of the picture on either side of an onset, for its label


@dataclass(frozen=True)
class Spot:
    """One onset: when it is to be heard in seconds, how sure the tower is (0 to 1), and
    (label, share of the bank) of the likeliest labels, best first."""

    time_s: float
    sureness: float
    labels: tuple[tuple[str, float], ...]


def onset_peaks(probability: np.ndarray, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Places (in frames, from 0.5) and heights of the local maxima of a smoothed curve above a threshold."""
    curve = np.convolve(np.pad(probability, len(SMOOTH) // 2, mode="edge"), SMOOTH, "valid")
    top = np.array([curve[i] == curve[max(0, i - REACH) : i + REACH + 1].max() for i in range(len(curve))])
    found = np.flatnonzero(top & (curve > threshold))
    if len(found):  # of a plateau the first
        found = found[np.diff(found, prepend=-2) > 1]
    return found + 0.5, curve[found]


def onset_curve(clip: Clip | np.ndarray, cvalp: Any) -> tuple[np.ndarray, np.ndarray]:
    """Onset probabilities (frames,) every 16 ms, and E_v (tokens, C) of a clip, or of its pictures at the
    encoders' clock.

    Raises:
        UserError: the encoders say no onsets.
    """
    import torch

    from cvalp.features import as_input, film_features

    curves, tokens = [], []
    device = next(cvalp.parameters()).device
    with torch.inference_mode():
        for block in clip_pictures(clip, cvalp):
            frames = as_input(torch.from_numpy(block)[None].to(device)).to(cvalp.dtype)
            features = film_features(cvalp, frames)
            found = cvalp.onsets(features)
            if found is None:
                raise UserError("the encoders of this preset say no onsets")
            curves.append(found[0].float().cpu().numpy())
            tokens.append(features[0, :, : cvalp.text_width].float().cpu().numpy())
    return np.concatenate(curves), np.concatenate(tokens)


def spots(
    clip: Clip,
    cvalp: Any,
    threshold: float = THRESHOLD,
    labels: str | None = None,
    top: int = 3,
    lag_s: float = LAG_S,
) -> list[Spot]:
    """The onsets of a clip, by time.

    Args:
        clip: the film.
        cvalp: encoders that say onsets.
        threshold: sureness from which an onset counts.
        labels: a bank of one's own, see `ta_v2a.engine.captioning.label_bank`.
        top: labels of each onset.
        lag_s: by which the sound follows the picture.
    """
    import torch

    curve, tokens = onset_curve(clip, cvalp)
    frames_a_token = len(curve) / max(1, len(tokens))
    frame_s = cvalp.clock.column_s / frames_a_token
    places, heights = onset_peaks(curve, threshold)
    bank = label_bank(labels)
    names, vectors = list(bank), bank_vectors(bank, cvalp).float().cpu()
    scale = float(cvalp.scales()[0].detach())
    whole = unit(tokens.mean(0))
    found = []
    for place, height in zip(places, heights, strict=True):
        time_s = float(place) * frame_s + lag_s
        if time_s >= clip.duration_s:
            continue
        reach = max(1, round(AROUND_S / cvalp.clock.column_s))
        middle = int(place / frames_a_token)
        near = unit(tokens[max(0, middle - reach) : middle + reach + 1].mean(0))
        # What hits is seen near the onset, what it hits in the whole clip.
        shares = scored(torch.from_numpy(unit(near + whole)), vectors, scale)[1]
        order = shares.argsort(descending=True)[:top].tolist()
        best = tuple((names[i], round(float(shares[i]), 4)) for i in order)
        found.append(Spot(round(time_s, 4), round(float(height), 4), best))
    return found


def unit(vector: np.ndarray) -> np.ndarray:
    """A vector (C,) of length 1."""
    return vector / max(float(np.linalg.norm(vector)), 1e-9)


def spot_clip(
    path: str, threshold: float = THRESHOLD, labels: str | None = None, top: int = 3, preset: str = "mini"
) -> tuple[Clip, list[Spot]]:
    """A clip and its onsets.

    Raises:
        UserError: the clip, the labels or the preset cannot be read.
    """
    number("--threshold", threshold, 0, 1)
    clip = probe(path)
    return clip, spots(clip, load_encoders(preset), threshold, labels, top)
