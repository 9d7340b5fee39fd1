"""A folder of recordings, class by folder, in place of the synthesis: the user's own library or
one of a few known free sets."""

import hashlib
import math
import re
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from ta_v2a.stage.scene.kinds import KINDS
from ta_v2a.stage.sound.bank_table import SET_TABLE

RECORDING_SUFFIXES = {".wav", ".flac", ".ogg", ".oga", ".mp3", ".aif", ".aiff"}
_LONGEST_SHOT_S = 2.5
_LONGEST_FILE_S = 30.0
_FRAME_S = 0.004


class SoundBank:
    """Recordings by kind.

    A file belongs to a kind if one of the folders above it, within `folder`, bears the kind's name (singular
    or plural, any case); else if its path matches the table of known sets. One file in ten, chosen by a hash
    of its name (without a take's letter, as in x-A, x-B), is held out of "train".

    Args:
        folder: the library, searched at any depth.
        split: "train", "test" (the held-out tenth; "validation" means the same) or "all".
        share: share of sources that use a recording where there is one, 0..1; the others are synthesised.

    Attributes:
        skipped: files that could not be read or hold no sound, found so far.

    Raises:
        ValueError: the folder does not exist, or `split` or `share` is none of the above.
    """

    def __init__(self, folder: Path, split: str = "train", share: float | int = 0.5):
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise ValueError(f"no such folder of sounds: {self.folder}")
        if split not in ("train", "validation", "test", "all"):
            raise ValueError(f"split is train, validation, test or all, not {split!r}")
        if not 0.0 <= share <= 1.0:
            raise ValueError(f"share must lie in 0..1, not {share}")
        self.split, self.share = split, share
        self.skipped: list[Path] = []
        self.files: dict[str, list[Path]] = {}
        for path in sorted(self.folder.rglob("*")):
            if path.suffix.lower() not in RECORDING_SUFFIXES or not path.is_file():
                continue
            kind = kind_of(path.relative_to(self.folder), self.folder.name)
            if kind and (split == "all" or held_out(path) == (split != "train")):
                self.files.setdefault(kind, []).append(path)
        self._sounds: dict[tuple[Path, int], list[np.ndarray]] = {}

    @property
    def skipped_count(self) -> int:
        """Files skipped so far because they could not be read or hold no sound."""
        return len(self.skipped)

    def kinds(self) -> list[str]:
        """The kinds that have files, before any was read."""
        return sorted(self.files)

    def has(self, kind: str) -> bool:
        """Whether there is a file of the kind that has not proved unreadable."""
        return bool(self.files.get(kind))

    def one_shots(self, kind: str, sample_rate_hz: int = 16000) -> list[np.ndarray]:
        """Every one-shot of the kind, each (samples,) float32 of unit peak starting at its onset.
        Reads all files of the kind."""
        return [
            shot for path in list(self.files.get(kind, [])) for shot in self._load(kind, path, sample_rate_hz)
        ]

    def pick_shots(
        self, kind: str, rng: np.random.Generator, sample_rate_hz: int, count: int
    ) -> list[np.ndarray]:
        """`count` one-shots of one recording, repeated if it has fewer; none if no
        file of the kind can be read."""
        sounds = self._pick(kind, rng, sample_rate_hz)
        if not sounds:
            return []
        start = int(rng.integers(len(sounds)))
        return [sounds[(start + index) % len(sounds)] for index in range(count)]

    def pick_bed(
        self, kind: str, rng: np.random.Generator, sample_rate_hz: int, count: int
    ) -> np.ndarray | None:
        """(count,) of one recording of an activity, evened to unit RMS, looped without clicks from a
        random place; None as above."""
        sounds = self._pick(kind, rng, sample_rate_hz)
        if not sounds:
            return None
        return loop_wave(sounds[0], count, int(rng.integers(len(sounds[0]))), int(0.05 * sample_rate_hz))

    def _pick(self, kind: str, rng: np.random.Generator, sample_rate_hz: int) -> list[np.ndarray]:
        draw = float(rng.random())
        while self.files.get(kind):
            files = self.files[kind]
            sounds = self._load(kind, files[int(draw * len(files))], sample_rate_hz)
            if sounds:
                return sounds
        return []

    def _load(self, kind: str, path: Path, sample_rate_hz: int) -> list[np.ndarray]:
        key = (path, sample_rate_hz)
        if key not in self._sounds:
            wave = read_recording(path, sample_rate_hz)
            sounds: list[np.ndarray] = []
            if wave is not None:
                sounds = (
                    [_even(wave, sample_rate_hz)]
                    if KINDS[kind].continuous
                    else cut_shots(wave, sample_rate_hz)
                )
            if not sounds:
                self.skipped.append(path)
                self.files[kind].remove(path)
            self._sounds[key] = sounds
        return self._sounds[key]


def kind_of(path: Path, root_name: str = "") -> str | None:
    """Kind of a file by its folders (innermost first) or by the table of known
    sets; None if it belongs to none.

    Args:
        path: relative to the library.
        root_name: name of the library's own folder, so that one set may be given alone.
    """
    for part in reversed(path.parts[:-1]):
        name = part.lower().replace(" ", "_")
        for candidate in (name, name.removesuffix("s"), name.removesuffix("es"), name + "s"):
            if candidate in KINDS:
                return candidate
    whole = "/".join((root_name, *path.parts))
    for pattern, kind in SET_TABLE:
        if fnmatch(whole, pattern):
            return kind
    return None


def held_out(path: Path) -> bool:
    """Whether a file belongs to the tenth that no training hears, by a hash of its name."""
    name = re.sub(r"-[A-H]$", "", path.stem)  # takes of one recording stay on one side
    return hashlib.sha256(name.encode()).digest()[0] < 26


def read_recording(path: Path, sample_rate_hz: int) -> np.ndarray | None:
    """(samples,) mono at the wanted rate, or None if it cannot be read, is silent or hardly anything."""
    import soundfile
    import soxr

    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            wave = file.read(int(_LONGEST_FILE_S * rate), dtype="float32", always_2d=True).mean(axis=1)
        if rate != sample_rate_hz and len(wave):
            wave = soxr.resample(wave, rate, sample_rate_hz).astype(np.float32)
    except (
        OSError,
        RuntimeError,
        ValueError,
        MemoryError,
    ):  # a damaged header may promise any rate and length
        return None
    return wave if len(wave) >= 64 and np.isfinite(wave).all() and np.abs(wave).max() >= 1e-4 else None


def _frame_peaks(wave: np.ndarray, hop: int) -> np.ndarray:
    frames = -(-len(wave) // hop)
    return np.abs(np.pad(wave, (0, frames * hop - len(wave)))).reshape(frames, hop).max(axis=1)


def cut_shots(wave: np.ndarray, sample_rate_hz: int, most: int = 6) -> list[np.ndarray]:
    """Cuts the single sounds out of a recording.

    A sound starts where the level climbs above a quarter of the recording's peak after 60 ms below a tenth of
    it, and ends before the next or where it has fallen by 46 dB. Leading silence goes: the sound begins 1 ms
    before it first reaches a fifth of its own peak.

    Args:
        wave: (samples,) recording.
        sample_rate_hz: samples per second.
        most: only the loudest `most` sounds are kept, in their order.

    Returns:
        Sounds of at most 2.5 s, float32, unit peak, with a short fade at the end.
    """
    hop = max(1, int(_FRAME_S * sample_rate_hz))
    peaks = _frame_peaks(wave, hop)
    top = float(peaks.max())
    starts, quiet_frames = [], 10**6
    for index, value in enumerate(peaks):
        if value > 0.25 * top and quiet_frames >= 0.06 / _FRAME_S:
            starts.append(index)
        quiet_frames = 0 if value > 0.25 * top else quiet_frames + (value < 0.1 * top)
    shots = []
    for start, stop in zip(starts, [*starts[1:], len(peaks)], strict=True):
        first = max(0, start - 4) * hop if start else 0
        last = min(
            (stop - 4) * hop if stop < len(peaks) else len(wave),
            first + int(_LONGEST_SHOT_S * sample_rate_hz),
        )
        part = wave[first:last]
        if len(part) < 0.02 * sample_rate_hz:
            continue
        own = float(np.abs(part).max())
        lead = int(0.001 * sample_rate_hz)
        part = part[max(0, int((np.abs(part) > 0.2 * own).argmax()) - lead) :]
        alive = np.flatnonzero(_frame_peaks(part, hop) > 0.005 * own)
        part = part[: (int(alive[-1]) + 2) * hop].copy()
        fade = min(len(part), int(0.03 * sample_rate_hz))
        part[-fade:] *= np.linspace(1, 0, fade, dtype=np.float32)
        shots.append((own, part / own))
    loud = sorted(range(len(shots)), key=lambda index: -shots[index][0])[:most]
    return [shots[index][1] for index in sorted(loud)]


def _even(wave: np.ndarray, sample_rate_hz: int) -> np.ndarray:
    """Removes silence at both ends and slow changes of level, so that the scene's
    envelope alone shapes it; unit RMS."""
    hop = int(0.1 * sample_rate_hz)
    loud = np.flatnonzero(_frame_peaks(wave, hop) > 0.05 * np.abs(wave).max())
    wave = wave[int(loud[0]) * hop : (int(loud[-1]) + 1) * hop]
    frames = -(-len(wave) // hop)
    power = np.square(np.pad(wave, (0, frames * hop - len(wave)))).reshape(frames, hop).mean(axis=1)
    kernel = np.hanning(13)[1:-1]
    smooth = np.convolve(np.pad(power, 5, mode="edge"), kernel / kernel.sum(), mode="valid")
    level = np.sqrt(np.maximum(smooth, 0.02 * smooth.max()))
    gain = np.interp(np.arange(len(wave)), (np.arange(frames) + 0.5) * hop, 1.0 / level)
    out = wave * gain
    return (out / math.sqrt(float(np.mean(np.square(out))))).astype(np.float32)


def loop_wave(wave: np.ndarray, count: int, start: int, fade: int) -> np.ndarray:
    """(count,) of the wave repeated without a click, from `start`."""
    fade = min(fade, len(wave) // 4)
    ramp = np.sqrt(np.linspace(0, 1, fade, dtype=np.float32))
    body = wave[fade:].copy()
    body[len(body) - fade :] = body[len(body) - fade :] * ramp[::-1] + wave[:fade] * ramp
    start %= len(body)
    return np.resize(np.roll(body, -start), count).astype(np.float32)
