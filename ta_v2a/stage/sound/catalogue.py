"""A folder of recordings as it is: every file with its kind, family and form. An index.csv says them; without
one, folder or file names and the envelope do."""

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from prompts.lexicon import ALL_KINDS
from ta_v2a.stage.sound.bank import RECORDING_SUFFIXES, held_out, read_recording

FORMS = ("one-shot", "repeated", "loop")
INDEX = "index.csv"
_KEPT = 3000  # recordings in memory at once: two hours at 16 kHz are 230 MB in half precision


@dataclass(frozen=True)
class Recording:
    """One file of a catalogue.

    Attributes:
        path: where it lies.
        kind: what is heard, a name of `ALL_KINDS` or the user's own.
        family: impact, friction, human, instrument, explosion, creature, liquid, air, machine, vehicle,
            signal, weather or ambience; empty where nobody said.
        form: "one-shot", "repeated" (several events) or "loop" (goes on).
    """

    path: Path
    kind: str
    family: str
    form: str

    @property
    def group(self) -> str:
        """Recordings of the same group are takes of the same thing: their names differ in a number."""
        return f"{self.path.parent}/{re.sub(r'[-_ ]?[0-9]+$|-[A-H]$', '', self.path.stem)}"


class Catalogue:
    """The recordings of a folder.

    Args:
        folder: with an index.csv (columns path, kind, family, form at least), or with sounds whose folder or
            file name is the kind: "door_knock/3.wav" or "door knock 3.wav".
        split: "train", "test" (one file in ten, by a hash of its name; "validation" means the same) or "all".

    Raises:
        ValueError: no such folder, no readable index, or no sound in it.
    """

    def __init__(self, folder: str | Path, split: str = "train"):
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise ValueError(f"no such folder of sounds: {self.folder}")
        index = self.folder / INDEX
        found = _indexed(index) if index.is_file() else _named(self.folder)
        self.recordings = [r for r in found if split == "all" or held_out(r.path) == (split != "train")]
        if not self.recordings:
            raise ValueError(f"no recordings in {self.folder}")
        self._waves: dict[tuple[Path, int], np.ndarray | None] = {}

    @cached_property
    def by_kind(self) -> dict[str, list[Recording]]:
        kinds: dict[str, list[Recording]] = defaultdict(list)
        for recording in self.recordings:
            kinds[recording.kind].append(recording)
        return dict(sorted(kinds.items()))

    @cached_property
    def by_group(self) -> dict[str, list[Recording]]:
        groups: dict[str, list[Recording]] = defaultdict(list)
        for recording in self.recordings:
            groups[recording.group].append(recording)
        return dict(groups)

    def wave(self, recording: Recording, rate: int) -> np.ndarray | None:
        """(samples,) float32 mono of unit peak, silence at both ends taken off; None where it cannot be
        read."""
        key = (recording.path, rate)
        if key not in self._waves:
            wave = read_recording(recording.path, rate)
            if len(self._waves) >= _KEPT:
                self._waves.pop(next(iter(self._waves)))
            self._waves[key] = None if wave is None else _trimmed(wave, rate).astype(np.float16)
        kept = self._waves[key]
        return None if kept is None else kept.astype(np.float32)


def _trimmed(wave: np.ndarray, rate: int) -> np.ndarray:
    wave = wave / np.abs(wave).max()
    loud = np.flatnonzero(np.abs(wave) > 0.02)
    return wave[max(0, int(loud[0]) - rate // 1000) : int(loud[-1]) + rate // 20].astype(np.float32)


def _indexed(index: Path) -> list[Recording]:
    try:
        with index.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{index}: cannot be read ({error})") from error
    if rows and not {"path", "kind", "family", "form"} <= set(rows[0]):
        raise ValueError(f"{index}: needs the columns path, kind, family and form")
    for number, row in enumerate(rows, 2):
        if row["form"] not in FORMS:
            raise ValueError(f"{index}, line {number}: form is {', '.join(FORMS)}, not {row['form']!r}")
        if row["kind"] not in ALL_KINDS:
            raise ValueError(f"{index}, line {number}: no words for the kind {row['kind']!r}")
    return [Recording(index.parent / r["path"], r["kind"], r["family"], r["form"]) for r in rows]


def _named(folder: Path) -> list[Recording]:
    """Kind by the file's own name or by the innermost folder that names one; others are passed over."""
    plain = {_plain(kind): kind for kind in ALL_KINDS}
    found = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in RECORDING_SUFFIXES or not path.is_file():
            continue
        parts = [path.stem, *reversed(path.relative_to(folder).parts[:-1]), folder.name]
        kind = next((plain[name] for name in map(_plain, parts) if name in plain), None)
        if kind is not None:
            found.append(Recording(path, kind, "", ""))
    return found


def _plain(name: str) -> str:
    """A name without digits, case, punctuation and the plural's s."""
    return re.sub(r"[^a-z]+", " ", name.lower()).strip().removesuffix("s")
