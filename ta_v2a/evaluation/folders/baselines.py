"""Sanity baselines: what a metric says of the truth itself, of halves of it, of wrong pairs, and of sounds
and pictures that nobody would take for it. A metric that does not rank them below the truth, though it claims
to measure what they lack, is flagged.
"""

from collections.abc import Callable

import numpy as np

LOUDNESS = 0.1  # root mean square of the artificial sounds: -20 dB of full scale
SHIFTS_S = (0.1, 0.25, 0.5, 1.0)
STATIC = "static_video"


def shifted(wave: np.ndarray, rate: int, seconds: float) -> np.ndarray:
    """The sound later by `seconds`; what falls off its end comes first, so that nothing but time changes."""
    return np.roll(wave, round(seconds * rate))


def white_noise(wave: np.ndarray, rate: int, seed: int) -> np.ndarray:
    """Gaussian noise of -20 dB, as long as the sound, another for each seed."""
    return np.clip(np.random.default_rng(seed).normal(0, LOUDNESS, len(wave)), -1, 1).astype(np.float32)


def constant_sound(wave: np.ndarray, rate: int) -> np.ndarray:
    """One steady tone of 440 Hz and -20 dB, the same for every clip."""
    return (LOUDNESS * np.sqrt(2) * np.sin(2 * np.pi * 440 * np.arange(len(wave)) / rate)).astype(np.float32)


def _shift(seconds: float) -> Callable[[np.ndarray, int, int], np.ndarray]:
    return lambda wave, rate, seed: shifted(wave, rate, seconds)


SHIFTS: dict[str, float] = {f"shift_{seconds:g}s": seconds for seconds in SHIFTS_S}
ALTERATIONS: dict[str, Callable[[np.ndarray, int, int], np.ndarray]] = {
    **{name: _shift(seconds) for name, seconds in SHIFTS.items()},
    "silence": lambda wave, rate, seed: np.zeros_like(wave),
    "white_noise": white_noise,
    "constant_sound": lambda wave, rate, seed: constant_sound(wave, rate),
}
"""Sounds made of a reference's own: (samples,), its rate and a seed, to (samples,)."""

SANITY_CONDITIONS = ("truth", "split_halves", "shuffled", "same_clip", *ALTERATIONS, STATIC)
EMPTY_SOUNDS = ("silence", "white_noise", "constant_sound")
CLEAR_SHIFTS = ("shift_0.25s", "shift_0.5s", "shift_1s")  # 0.1 s is within several metrics' own tolerance
