"""How far sound and picture are apart, from features along time."""

import numpy as np

from vocoders.clock import MINI

TOKEN_S = MINI.column_s
REACH_TOKENS = 31  # 1.984 s to either side: Synchformer's +-2 s
LEAST_OVERLAP_TOKENS = 8
ALIGNED_S = 0.2  # one step of Synchformer's offsets
OFFSETS_S = np.linspace(-2.0, 2.0, 21)


def lag_scores(sound: np.ndarray, picture: np.ndarray, reach: int = REACH_TOKENS) -> np.ndarray:
    """Mean product of sound token t and picture token t - lag over the tokens that both
    have, for lags of -reach ... reach.

    Both are centred over time first: what a clip shows and sounds like throughout says nothing of when.

    Args:
        sound, picture: (tokens, d) features in one space.
        reach: largest lag in tokens.
    """
    n = min(len(sound), len(picture))
    a, b = (np.asarray(x[:n], dtype=np.float64) for x in (sound, picture))
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    products = a @ b.T  # [t, u]: sound t with picture u, lag t - u
    return np.array([np.diagonal(products, offset=-lag).mean() for lag in range(-reach, reach + 1)])


def best_lag_s(sound: np.ndarray, picture: np.ndarray) -> float:
    """The lag in seconds at which the sound fits the picture best; positive: the sound is late. nan
    if nothing changes or too short.

    Args:
        sound, picture: (tokens, d) features of 64 ms.
    """
    reach = min(REACH_TOKENS, min(len(sound), len(picture)) - LEAST_OVERLAP_TOKENS)
    if reach < 1:
        return float("nan")
    scores = lag_scores(sound, picture, reach)
    # A flat curve (silence, a still) has no best lag; taking the middle would call it aligned.
    if np.ptp(scores) <= 1e-9:
        return float("nan")
    return float((np.argmax(scores) - reach) * TOKEN_S)


def synchformer_s(offsets: np.ndarray) -> float:
    """DeSync of one clip: mean |offset| over its windows (first and last 4.8 s), each the
    argmax of 21 classes over +-2 s.

    Args:
        offsets: (windows, 21) logits, or (21,) for one window.
    """
    return float(np.abs(OFFSETS_S[np.atleast_2d(offsets).argmax(axis=1)]).mean())
