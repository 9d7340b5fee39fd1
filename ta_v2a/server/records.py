"""Clips and jobs as they lie on disk: whatever was acknowledged is there after any end of the server.

FOLDER/clips/ID/clip.json   facts of a clip; written last, so that a clip without it is none
                NAME        its bytes, under the name that it came with, made safe
FOLDER/jobs/ID/job.json     what was asked; written before the job is acknowledged
               events.jsonl what became of it, one event a line, only ever added to
               out/         the files of its takes
FOLDER/trash/               what is being removed
"""

import json
import os
import re
import shutil
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

from ta_v2a.errors import UserError
from ta_v2a.jobs.events import ENDS, JobEvent
from ta_v2a.media.writing.atomic import whole_file
from ta_v2a.system.user_files import made_folder

CLIP_ID, JOB_ID = re.compile("c[0-9a-f]{20}"), re.compile("j[0-9a-f]{20}")
_MOST_NOTICES = 200


def new_id(letter: str) -> str:
    """A name that nobody guesses."""
    return letter + token_hex(10)


@dataclass(frozen=True)
class ClipRecord:
    """A clip on disk; `facts` is `Clip.as_json` without the path."""

    id: str
    name: str
    bytes: int
    sha256: str
    created_s: float
    facts: dict[str, Any]


@dataclass
class JobRecord:
    """A job, as the events of its file tell it.

    Attributes:
        events: (time in seconds since 1970, event) of all that is kept, in order.
    """

    id: str
    clip_id: str
    created_s: float
    request: dict[str, Any]
    events: list[tuple[float, JobEvent]] = field(default_factory=list)

    def add(self, at_s: float, event: JobEvent) -> bool:
        """Takes an event in; False for notices beyond what is kept."""
        if event.kind == "notice" and sum(one.kind == "notice" for _, one in self.events) >= _MOST_NOTICES:
            return False
        self.events.append((at_s, event))
        return True

    @property
    def end(self) -> JobEvent | None:
        """The event that ended it."""
        return self.events[-1][1] if self.events and self.events[-1][1].kind in ENDS else None

    @property
    def ended_s(self) -> float | None:
        """When."""
        return self.events[-1][0] if self.end is not None else None

    @property
    def started_s(self) -> float | None:
        """When its last try began."""
        return next((at_s for at_s, event in reversed(self.events) if event.kind == "started"), None)

    @property
    def tries(self) -> int:
        """How often it was begun."""
        return sum(event.kind == "started" for _, event in self.events)

    @property
    def notices(self) -> list[str]:
        """Lines of its last try."""
        lines: list[str] = []
        for _, event in self.events:
            if event.kind == "started":
                lines = []
            elif event.kind == "notice":
                lines.append(event.text)
        return lines


class Records:
    """The folder of a server.

    Raises:
        UserError: it cannot be used.
    """

    def __init__(self, folder: Path):
        self.clips_folder, self.jobs_folder = made_folder(folder / "clips"), made_folder(folder / "jobs")
        self._trash = made_folder(folder / "trash")
        shutil.rmtree(self._trash, ignore_errors=True)
        made_folder(self._trash)
        for inside, mark in ((self.clips_folder, "clip.json"), (self.jobs_folder, "job.json")):
            for each in inside.iterdir():  # what a killed server had not finished
                if not (each / mark).is_file():
                    self.remove(each)

    def remove(self, folder: Path) -> None:
        """A folder of this server's, gone in one step; its files after that."""
        gone = self._trash / token_hex(8)
        try:
            os.replace(folder, gone)
        except FileNotFoundError:
            return
        shutil.rmtree(gone, ignore_errors=True)

    # Clips

    def clip_folder(self, clip_id: str) -> Path:
        """Raises: KeyError: that is no id."""
        return self.clips_folder / _checked(CLIP_ID, clip_id)

    def keep_clip(self, record: ClipRecord) -> None:
        """Makes a clip of what lies in its folder."""
        _write(self.clip_folder(record.id) / "clip.json", asdict(record))

    def clip(self, clip_id: str) -> ClipRecord:
        """Raises: KeyError: there is none of this id."""
        return ClipRecord(**_read(self.clip_folder(clip_id) / "clip.json"))

    def clip_file(self, record: ClipRecord) -> Path:
        """The clip's bytes."""
        return self.clips_folder / record.id / record.name

    def clips(self) -> list[ClipRecord]:
        """All of them, newest first."""
        found = []
        for each in self.clips_folder.iterdir():
            try:
                found.append(self.clip(each.name))
            except KeyError:  # being uploaded, or removed meanwhile
                continue
        return sorted(found, key=lambda clip: clip.created_s, reverse=True)

    # Jobs

    def job_folder(self, job_id: str) -> Path:
        """Raises: KeyError: that is no id."""
        return self.jobs_folder / _checked(JOB_ID, job_id)

    def keep_job(self, record: JobRecord) -> None:
        """Writes a new job down; when this returns, it is there after any end of the server."""
        folder = made_folder(self.job_folder(record.id))
        asked = {name: getattr(record, name) for name in ("id", "clip_id", "created_s", "request")}
        _write(folder / "job.json", asked)

    def keep_event(self, record: JobRecord, event: JobEvent) -> float | None:
        """Adds an event to a job, and to its file; the time it was given, None where it is not kept."""
        at_s = time.time()
        if not record.add(at_s, event):
            return None
        line = json.dumps({"at_s": at_s, **event.as_json()}) + "\n"
        with open(self.job_folder(record.id) / "events.jsonl", "a", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            if event.kind in ENDS or event.kind == "started":
                os.fsync(file.fileno())
        return at_s

    def job(self, job_id: str) -> JobRecord:
        """Raises: KeyError: there is none of this id."""
        folder = self.job_folder(job_id)
        record = JobRecord(**_read(folder / "job.json"))
        events = folder / "events.jsonl"
        if events.is_file():
            lines = events.read_bytes().split(b"\n")
            if lines[-1]:  # cut off by the end of a server: it was told to nobody
                with open(events, "r+b") as file:
                    file.truncate(sum(len(line) + 1 for line in lines[:-1]))
            for line in lines[:-1]:
                told = json.loads(line)
                record.events.append((told["at_s"], JobEvent.from_json(told)))
        return record

    def job_ids(self) -> list[str]:
        """Ids of all jobs, oldest first."""
        found = []
        for each in self.jobs_folder.iterdir():
            try:
                found.append((_read(each / "job.json")["created_s"], each.name))
            except KeyError:
                continue
        return [name for _, name in sorted(found)]


def _checked(pattern: re.Pattern, name: str) -> str:
    if not pattern.fullmatch(name):
        raise KeyError(name)
    return name


def _write(path: Path, value: dict[str, Any]) -> None:
    with whole_file(path) as part:
        Path(part).write_text(json.dumps(value), encoding="utf-8")


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise KeyError(path.parent.name) from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: is damaged ({error}); remove its folder and start again") from None
