"""An indexed folder of recordings, opened: what it has, and its sound."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float

from ta_v2a.errors import UserError
from ta_v2a.library.analysis import Unreadable, decoded_recording
from ta_v2a.library.index import Recording, index_library, index_of, is_whole, read_library_index
from ta_v2a.library.words import Vocabulary
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.sound import DELIVERY_HZ
from ta_v2a.system.user_files import is_file, is_folder

_NAMES_KEPT = 40  # of a kind's files, for its words
_STRETCHES_HELD = 48  # decoded, of the last used


class Library:
    """Recordings by kind.

    Args:
        folder: where they lie.
        recordings: as `read_library_index` gives them.

    Attributes:
        unusable: what was found damaged, changed or gone since the index was made: {path: why}.
    """

    def __init__(self, folder: Path, recordings: list[Recording]):
        self.folder, self.recordings = folder, recordings
        self.unusable: dict[str, str] = {}
        self._by_kind: dict[str, list[Recording]] = defaultdict(list)
        for recording in recordings:
            self._by_kind[recording.told["kind"]].append(recording)
        self._read = lru_cache(maxsize=_STRETCHES_HELD)(self._stretch)

    @classmethod
    def open(
        cls,
        name: str | os.PathLike,
        notice: Callable[[str], None] = lambda line: None,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> "Library":
        """A library by its folder, or by its index file. A folder that has no whole index gets one in the
        user's cache, and `notice` is told.

        Raises:
            UserError: there is neither, or no recording in it can be used.
        """
        place = Path(name)
        if is_folder(place):
            index = index_of(place)
            if not is_whole(index):
                notice(f"{shown_name(place)} has no index yet: its recordings are looked at first")
                index_library(place, progress=progress)
        elif is_file(place):
            index = place
        else:
            raise UserError(f"{shown_name(place)}: no such folder of recordings, nor an index of one")
        folder, recordings = read_library_index(index)
        folder = place if is_folder(place) else folder
        if not is_folder(folder):
            raise UserError(f"{shown_name(folder)}: the folder of this library's recordings is gone")
        if not recordings:
            raise UserError(f"{shown_name(folder)}: no recording in it can be used")
        return cls(folder, recordings)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Names of the kinds, in order."""
        return tuple(sorted(self._by_kind))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words for what there is."""
        files = {
            kind: [Path(each.path).stem for each in self._by_kind[kind][:_NAMES_KEPT]] for kind in self.kinds
        }
        return Vocabulary(files)

    def of_kinds(self, kinds: tuple[str, ...]) -> list[Recording]:
        """The recordings of some kinds, less what proved unusable."""
        return [
            each for kind in kinds for each in self._by_kind.get(kind, ()) if each.path not in self.unusable
        ]

    def usable(self, recording: Recording) -> bool:
        """Whether a recording is as it was when it was looked at, and can be read."""
        if recording.path in self.unusable:
            return False
        try:
            found = os.stat(self.folder / recording.path)
            if (found.st_size, found.st_mtime_ns) != (recording.size, recording.mtime_ns):
                raise Unreadable("has changed since the library was indexed")
            decoded_recording(self.folder / recording.path, length_s=1.0)
        except FileNotFoundError:
            self.unusable[recording.path] = "is gone"
        except OSError as error:
            self.unusable[recording.path] = f"cannot be read ({error.strerror})"
        except Unreadable as error:
            if str(error) != "is silent":  # its beginning may be
                self.unusable[recording.path] = str(error)
        return recording.path not in self.unusable

    def sound(
        self, recording: Recording, from_s: float, length_s: float
    ) -> Float[np.ndarray, "samples channels"]:
        """A stretch of a recording at 48 kHz; empty where it cannot be read."""
        return self._read(recording.path, from_s, length_s)

    def _stretch(self, path: str, from_s: float, length_s: float) -> np.ndarray:
        import soxr

        try:
            wave, rate_hz, _ = decoded_recording(self.folder / path, from_s, length_s)
        except Unreadable:
            return np.zeros((0, 1), np.float32)
        if rate_hz == DELIVERY_HZ:
            return wave
        return np.asarray(soxr.resample(wave, rate_hz, DELIVERY_HZ), np.float32)


def library_sha256(name: str | os.PathLike) -> str:
    """SHA-256 of all that an index says of a library's recordings, however it is stored.

    Raises:
        UserError: as `Library.open` does.
    """
    digest = hashlib.sha256()
    for each in Library.open(name).recordings:
        facts = (each.path, each.size, each.mtime_ns, sorted(each.told.items()))
        digest.update(repr(facts).encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
