"""Where the sounds of one order go: places checked before the work, a spool for the sound in work,
and whole files at the end."""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.errors import UserError
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.writing.atomic import NameTaken, check_folder, output_file, reason, whole_file
from ta_v2a.media.writing.broadcast import Broadcast
from ta_v2a.media.writing.containers import USUAL_SOUND, FilmSound, container_for
from ta_v2a.media.writing.marks import mark_in, mark_of
from ta_v2a.media.writing.mux import Muxed, Original, fitting, mux, rehearse
from ta_v2a.media.writing.wav import write_wav


@dataclass(frozen=True)
class TakeFiles:
    """Where one take goes: a film, a WAV, or both.

    Attributes:
        film, wav: the files; None where there is none to write.
        film_replaces, wav_replaces: whether a file of that name may be replaced: one that the user named, or
            that was made of the same clip before. Any other that appears meanwhile is left alone.
    """

    film: Path | None
    wav: Path | None
    film_replaces: bool = True
    wav_replaces: bool = True


@dataclass(frozen=True)
class Destination:
    """All that is known of the files to come before the work.

    Attributes:
        places: one a take.
        film: what each film will be; None where only sound is written.
        notices: lines that the user should see.
    """

    places: tuple[TakeFiles, ...]
    film: Muxed | None
    notices: tuple[str, ...]


def _is_free(path: Path, mark: str | None) -> bool:
    """Whether a file that nobody named may be written: there is none, or this program made it (by
    that `mark`, if one is given)."""
    if not os.path.lexists(path):
        return True
    found = mark_in(path)
    return found is not None and mark in (None, found)


def _free_stem(stems: tuple[str, ...], paths: Callable[[str], list[Path]], mark: str | None) -> str:
    """The first of `stems`, and then of the last one numbered, whose files may all be written."""
    tried = (stem for n in count() for stem in (stems if n == 0 else (f"{stems[-1]}-{n + 1}",)))
    return next(stem for stem in tried if all(_is_free(path, mark) for path in paths(stem)))


def _place(folder: Path, film: str | None, wav: str | None, named: tuple[bool, bool]) -> TakeFiles:
    film_file, wav_file = (None if name is None else folder / name for name in (film, wav))
    film_replaces, wav_replaces = (
        by_name or (path is not None and os.path.lexists(path))
        for path, by_name in zip((film_file, wav_file), named, strict=True)
    )
    return TakeFiles(film_file, wav_file, film_replaces, wav_replaces)


def _places(
    given: Path | None,
    folder: Path,
    clip: Clip,
    takes: int,
    wav: bool,
    ending: str | None,
    part: str = "",
) -> tuple[TakeFiles, ...]:
    numbers = [""] if takes == 1 else [f".take{take}" for take in range(1, takes + 1)]

    def files(stem: str, *endings: str | None) -> list[Path]:
        return [folder / f"{stem}{number}{suffix}" for suffix in endings if suffix for number in numbers]

    film_stem = wav_stem = "" if given is None else given.stem
    sound_ending = (
        ".wav" if given is None or ending is not None else given.suffix
    )  # as it was written, .WAV too
    if given is None:
        stems = (f"{clip.path.stem}.foley{part}", f"{clip.path.name}.foley{part}")
        film_stem = wav_stem = _free_stem(
            stems, lambda stem: files(stem, ending, ".wav" * wav), mark_of(clip)
        )
    elif ending is not None and wav:
        wav_stem = _free_stem((given.stem, f"{given.stem}.foley"), lambda stem: files(stem, ".wav"), None)
    named = given is not None
    return tuple(
        _place(
            folder,
            ending and f"{film_stem}{number}{ending}",
            f"{wav_stem}{number}{sound_ending}" if wav else None,
            (named, named and ending is None),
        )
        for number in numbers
    )


def _check_name(output: str, given: Path, asked: FilmSound) -> None:
    """Raises: UserError: no film can be called so."""
    if output.endswith(("/", os.sep)):
        check_folder(given, shown_name(output))
    output_file(given)
    container_for(given, asked)


def destination(
    clip: Clip,
    output: str | None = None,
    takes: int = 1,
    wav: bool = True,
    original: Original = "replace",
    encode: bool = False,
    asked: FilmSound = USUAL_SOUND,
    part: str = "",
) -> Destination:
    """The files to come, checked before any long work.

    Without a name, or with a folder, they are called after the clip. A file that the user did not name is
    never replaced, unless this program made it.

    Args:
        clip: what `probe` said.
        output: a film, a .wav for the sound alone, a folder, or None for the clip's own folder.
        takes: how many of each.
        wav: whether a film gets its sound as WAV beside it.
        original: what becomes of the clip's own sound.
        encode: encode the picture anew, as H.264.
        asked: of the film's sound.
        part: of the names of files that nobody named, such as ".redo".

    Raises:
        UserError: if one cannot be written, is the clip itself, or cannot hold the clip.
    """
    given = None if output is None else Path(output)
    folder = clip.path.parent
    if given is not None:
        folder, given = (given, None) if given.is_dir() else (given.parent, given)
    sound_only = given is not None and given.suffix.lower() == ".wav"
    if sound_only and not wav:
        raise UserError("a .wav as output and --no-wav leave nothing to write")
    notices: list[str] = []
    film = None
    if given is None:
        check_folder(folder, shown_name(folder / f"{clip.path.stem}.foley.mp4"))
        film, why = fitting(clip, folder / f"{clip.path.stem}.foley", original, encode, asked)
        notices += [f"{why}: the picture is encoded anew, as H.264"] if why else []
        ending = film.path.suffix
    else:
        ending = given.suffix
        if output is not None and not sound_only:
            _check_name(output, given, asked)
    places = _places(given, folder, clip, takes, wav, None if sound_only else ending, part)
    for path in (path for place in places for path in (place.film, place.wav) if path is not None):
        output_file(path, clip.path)
    if places[0].film is not None:
        film = film or rehearse(clip, places[0].film, original, encode, asked)
        if film.left_out:
            notices.append(f"{places[0].film.suffix} cannot hold and leaves out: {'; '.join(film.left_out)}")
    beside = None if given is None or sound_only else given.with_suffix(".wav")
    taken = places[0].wav
    if taken is not None and beside is not None and takes == 1 and taken != beside:
        name = shown_name(beside)
        notices.append(
            f"{name} is there, and this program did not make it: the sound goes to {shown_name(taken)}"
        )
    return Destination(places, film, tuple(notices))


class Spool:
    """A sound in work, in a nameless temporary file: bytes go in, and are read again from the start."""

    def __enter__(self) -> "Spool":
        try:
            self._folder = tempfile.gettempdir()
            # Without a buffer: what does not fit is noticed where it is written, not when the file is closed.
            self._file = tempfile.TemporaryFile(prefix="ta-v2a-", buffering=0)
        except FileNotFoundError:
            raise UserError("no folder for temporary files can be written to; name one in TMPDIR") from None
        except OSError as error:
            raise self._failed(error) from None
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _failed(self, error: OSError) -> UserError:
        folder = shown_name(self._folder)
        return UserError(
            f"{folder}: the sound in work cannot be kept there: {reason(error)}; name another folder in "
            f"TMPDIR"
        )

    def write(self, data: bytes) -> None:
        """Raises: UserError: the disk is full."""
        left = memoryview(data)
        try:
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise self._failed(error) from None

    def seek(self, place: int) -> None:
        self._file.seek(place)

    def read(self, size: int) -> bytes:
        """Raises: UserError: the disk fails."""
        try:
            return self._file.read(size)
        except OSError as error:
            raise self._failed(error) from None


def _written(path: Path, write: Callable[[Path], Any]) -> tuple[Path, Any]:
    """(path, what `write` returns for it), or for the next free name beside it where another
    program took that one meanwhile."""
    stem = path.stem
    for number in count(2):
        try:
            return path, write(path)
        except NameTaken:
            path = path.with_name(f"{stem}-{number}{path.suffix}")
    raise AssertionError


def written_beside(path: Path, clip: Clip, write: Callable[[str], None]) -> Path:
    """A file that nobody named, whole or not at all: one of that name is replaced only if this program made
    it of the same clip; else the next free name is taken.

    Args:
        write: is given the path to write to.

    Raises:
        UserError: the disk is full, or the folder refuses the file.
    """
    replaces = mark_in(path) == mark_of(clip)

    def put(place: Path) -> None:
        with whole_file(output_file(place), replaces and place == path) as temporary:
            write(temporary)

    return _written(path, put)[0]


def deliver(
    place: TakeFiles,
    sound: Callable[[], Iterator[np.ndarray]],
    rate_hz: int,
    clip: Clip,
    original: Original,
    planned: Muxed | None,
    asked: FilmSound = USUAL_SOUND,
    told: Broadcast | None = None,
) -> dict[str, Any]:
    """Write one take's files, each whole or not at all; what was written, ready for JSON.

    Args:
        place: one of `destination`.
        sound: gives the take's blocks from their start, each time it is called.
        rate_hz: their sample rate.
        clip, original: as for `mux`.
        planned: the film, as `destination` said.
        asked: of the film's sound; the WAV has its sample rate.
        told: makes the WAV a Broadcast Wave.

    Raises:
        UserError: a disk is full, or the film that was written cannot be read again.
    """
    report: dict[str, Any] = {"film": None, "wav": None, "picture": None}
    if place.wav is not None:
        mark = mark_of(clip)
        wav, _ = _written(
            place.wav,
            lambda path: write_wav(
                path,
                sound(),
                rate_hz,
                clip.duration_s,
                mark=mark,
                replace=place.wav_replaces,
                rate_hz=asked.rate_hz,
                told=told,
            ),
        )
        report["wav"] = str(wav)
    if place.film is not None and planned is not None:
        encode = planned.picture != "copied"
        film, muxed = _written(
            place.film,
            lambda path: mux(
                clip,
                sound(),
                rate_hz,
                path,
                original,
                encode=encode,
                replace=place.film_replaces,
                further=planned.further,
                asked=asked,
            ),
        )
        report |= {"film": str(film), "picture": muxed.picture}
    return report
