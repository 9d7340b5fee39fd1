"""A project folder: every take, prompt and setting of a clip as records that are only ever added to.

    records/000001.json ...   one record each, whole or not there: project, order, take, chosen, undo, redo
    sounds/0007-2.wav         the second take of order 7: 48 kHz, 24 bit, as it was delivered
    work/0007-2.wav           the same as it was made, until the sound above is there

A process that is killed leaves at most a sound without its record; whoever opens the folder next adds it.
"""

import fcntl
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from ta_v2a.delivery.sidecars import write_record
from ta_v2a.errors import UserError, one_line
from ta_v2a.media.loudness import CEILING_DBTP, gain_to, louder, measured, peak_limited
from ta_v2a.media.reading.opening import shown_name
from ta_v2a.media.reading.probe import Clip
from ta_v2a.media.sound import BLOCK_SAMPLES, DELIVERY_HZ
from ta_v2a.media.writing.atomic import NameTaken, whole_file
from ta_v2a.media.writing.wav import write_wav
from ta_v2a.system.provenance import file_sha256
from ta_v2a.system.user_files import is_folder, made_folder

Record = dict[str, Any]
_PARTS = ("records", "sounds", "work")
_SOUND_NAME = re.compile(r"(\d{6,})-(\d+)")


@dataclass(frozen=True)
class State:
    """What the records of a project come to.

    Attributes:
        takes: by number, in order; each as its record says.
        history: numbers of the takes that were chosen, one after the other.
        at: place in the history of the one that counts; -1: none.
    """

    takes: dict[int, Record]
    history: tuple[int, ...]
    at: int

    @property
    def current(self) -> int | None:
        """The take that counts."""
        return self.history[self.at] if 0 <= self.at < len(self.history) else None


class Project:
    """One project, open.

    Args:
        folder: where it lies.
        new: the clip of one that is not there yet: it appears with its first order.
    """

    def __init__(self, folder: Path, new: Clip | None = None):
        self.folder, self._new = folder, new

    @classmethod
    def open(cls, name: str, clip: Clip | None = None) -> "Project":
        """A project that is there, or with a clip one that is yet to begin.

        Raises:
            UserError: there is none, it is another clip's, or there is something else.
        """
        project = cls(Path(name))
        about = next((each for each in project.records() if each["kind"] == "project"), None)
        if about is None and clip is None:
            raise UserError(f"{shown_name(name)}: is no project; make one with foley CLIP --project FOLDER")
        if clip is None:
            return project
        own = file_sha256(clip.path)
        if about is not None:
            if about["clip_sha256"] != own:
                raise UserError(
                    f"{shown_name(name)}: is the project of another clip ({shown_name(about['clip'])})"
                )
            return project
        strange = {entry.name for entry in os.scandir(name)} - {*_PARTS, "lock"} if is_folder(name) else set()
        if strange:
            raise UserError(f"{shown_name(name)}: is a folder with other files in it; name a new one")
        if os.path.lexists(name) and not is_folder(name):
            raise UserError(f"{shown_name(name)}: is no folder; name one for the project")
        return cls(Path(name), clip)

    @contextmanager
    def begun(self) -> Iterator[None]:
        """Makes a project that is not there yet, and locks it; one that is there is locked already.

        Raises:
            UserError: it cannot be made.
        """
        clip, self._new = self._new, None
        if clip is None:
            yield
            return
        for part in _PARTS:
            made_folder(self.folder / part)
        with self.locked():
            own = file_sha256(clip.path)
            self.add("project", clip=str(clip.path.resolve()), clip_sha256=own, duration_s=clip.duration_s)
            yield

    @property
    def about(self) -> Record:
        """Of which clip it is."""
        return next(each for each in self.records() if each["kind"] == "project")

    def records(self) -> Iterator[Record]:
        """All records, in order.

        Raises:
            UserError: one of them was damaged.
        """
        folder = self.folder / "records"
        if not is_folder(folder):
            return
        for path in sorted(path for path in folder.iterdir() if path.suffix == ".json"):
            try:
                told = json.loads(path.read_text(encoding="utf-8"))
                if not isinstance(told, dict) or not isinstance(told.get("kind"), str):
                    raise ValueError
            except (OSError, ValueError):
                raise UserError(
                    f"{shown_name(path)}: this record is damaged; move it away to go on"
                ) from None
            yield {**told, "record": int(path.stem)}

    def add(self, kind: str, **facts: Any) -> int:
        """Adds a record; its number. What is there is never written again.

        Raises:
            UserError: the disk is full.
        """
        folder = self.folder / "records"
        last = max((int(path.stem) for path in folder.glob("*.json")), default=0)
        told = {"kind": kind, "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **facts}
        for number in count(last + 1):
            try:
                write_record(folder / f"{number:06d}.json", told, replace=False)
                return number
            except NameTaken:
                continue
        raise AssertionError

    def state(self) -> State:
        """Takes and history, from all records."""
        takes: dict[int, Record] = {}
        history: list[int] = []
        at = -1
        for record in self.records():
            if record["kind"] == "take":
                takes[record["take"]] = record
            elif record["kind"] == "chosen":
                history, at = [*history[: at + 1], record["take"]], at + 1
            elif record["kind"] == "undo":
                at -= 1
            elif record["kind"] == "redo":
                at += 1
        return State(takes, tuple(history), at)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else adds to the project meanwhile; what a killed process left is taken in first.

        Raises:
            UserError: another process is at work in it.
        """
        if self._new is not None:  # nobody can be in it yet
            yield
            return
        try:
            descriptor = os.open(self.folder / "lock", os.O_CREAT | os.O_RDWR, 0o666)
        except OSError as error:
            raise UserError(
                f"{shown_name(self.folder)}: the project cannot be used: {error.strerror}"
            ) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise UserError(f"{shown_name(self.folder)}: another ta-v2a is at work in this project") from None
        try:
            self._take_in()
            yield
        finally:
            os.close(descriptor)

    def settle(self) -> None:
        """Takes in what a killed process left, unless another one is at work."""
        with suppress(UserError), self.locked():
            pass

    def seed(self) -> int:
        """A seed that no order of this project has had, for a part that is made again."""
        seeds = [record["seed"] + record["takes"] for record in self.records() if record["kind"] == "order"]
        return max(seeds, default=0)

    def take(self, number: int | None) -> Record:
        """A take by its number, or the one that counts.

        Raises:
            UserError: there is none.
        """
        state = self.state()
        wanted = state.current if number is None else number
        if wanted is None:
            raise UserError(f"{shown_name(self.folder)}: no take counts yet; choose one")
        if wanted not in state.takes:
            held = f"1 to {len(state.takes)}" if state.takes else "none yet"
            raise UserError(f"{shown_name(self.folder)}: has no take {wanted} ({held})")
        return state.takes[wanted]

    def sound(self, record: Record) -> Path:
        """The sound of a take."""
        return self.folder / record["sound"]

    def keep_raw(self, order: int, index: int, blocks: Iterator[np.ndarray], channels: int) -> None:
        """Puts a take away as soon as it is made, (n, channels) at 48 kHz, before it has its loudness.

        Raises:
            UserError: the disk is full.
        """
        import soundfile

        path = self.folder / "work" / _name(order, index)
        with whole_file(path) as part:
            form = {"format": "WAV", "subtype": "FLOAT"}
            try:
                with soundfile.SoundFile(part, "w", DELIVERY_HZ, channels, **form) as file:
                    for block in blocks:
                        file.write(block)
            except soundfile.SoundFileError as error:
                raise UserError(f"{shown_name(path)}: not written: {one_line(error)}") from None

    def keep(
        self, order: int, index: int, blocks: Iterator[np.ndarray], duration_s: float, **facts: Any
    ) -> int:
        """Adds a take: its sound, (channels, n) at 48 kHz, then its record; its number.

        Raises:
            UserError: the disk is full.
        """
        place = self.folder / "sounds" / _name(order, index)
        write_wav(place, blocks, DELIVERY_HZ, duration_s)
        number = self._add_take(order, index, place, facts)
        with suppress(OSError):
            os.unlink(self.folder / "work" / place.name)
        return number

    def _add_take(self, order: int, index: int, place: Path, facts: Mapping[str, Any]) -> int:
        number = 1 + max(self.state().takes, default=0)
        sound = place.relative_to(self.folder).as_posix()
        self.add(
            "take", take=number, order=order, index=index, sound=sound, sha256=file_sha256(place), **facts
        )
        return number

    def _take_in(self) -> None:
        """Adds the takes that a killed process had made: sounds without a record, and those without a
        loudness yet."""
        orders = {record["record"]: record for record in self.records() if record["kind"] == "order"}
        known = {(record["order"], record["index"]) for record in self.state().takes.values()}
        for folder in ("sounds", "work"):
            for path in sorted((self.folder / folder).glob("*.wav")):
                named = _SOUND_NAME.fullmatch(path.stem)
                if named is None or int(named[1]) not in orders:
                    continue
                order, index = int(named[1]), int(named[2]) - 1
                facts = {"seed": orders[order]["seed"] + index, "recovered": True}
                if (order, index) in known:
                    if folder == "work":
                        path.unlink(missing_ok=True)
                elif folder == "sounds":
                    self._add_take(order, index, path, facts)
                    known.add((order, index))
                else:
                    self._finish(orders[order], index, path, facts)
                    known.add((order, index))

    def _finish(self, order: Record, index: int, path: Path, facts: Record) -> None:
        """A take as it was made gets the loudness that its order wanted; a part in an earlier take has it
        already. A stretch of a film stays a sound of its own."""
        held = list(_float_blocks(path))
        lasts_s = sum(map(len, held)) / DELIVERY_HZ
        if "base" in order:
            self.keep(order["record"], index, (block.T for block in held), lasts_s, **facts, **order["base"])
            return
        wanted = order["order"].get("loudness")
        gain_db = 0.0 if wanted is None else gain_to(wanted, [measured(held)])
        ceiling_dbtp = order["order"].get("ceiling_dbtp", CEILING_DBTP)
        loud = (block.T for block in peak_limited(louder(held, gain_db), ceiling_dbtp))
        part = {"part": order["made"]} if order.get("made") else {}
        self.keep(order["record"], index, loud, lasts_s, gain_db=gain_db, **facts, **part)


def _float_blocks(path: Path) -> Iterator[np.ndarray]:
    import soundfile

    with soundfile.SoundFile(path) as file:
        while len(block := file.read(BLOCK_SAMPLES, "float32", always_2d=True)):
            yield block


def _name(order: int, index: int) -> str:
    return f"{order:06d}-{index + 1}.wav"
