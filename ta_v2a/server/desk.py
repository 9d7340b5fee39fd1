"""The queue, the workers behind it, and whoever listens: jobs in order, every event to disk and to listeners.

Memory is bounded: a job that waits is a small record in a queue of at most `most_waiting`; a job that has
ended is on disk only, but for the last few that were looked at. Listeners hold no queue: each asks for what
it has not seen yet.
"""

import asyncio
import logging
import shutil
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

from ta_v2a.jobs.events import ENDS, JobEvent
from ta_v2a.jobs.worker import Worker
from ta_v2a.server.counts import Counts
from ta_v2a.server.orders import task_of
from ta_v2a.server.records import JobRecord, Records
from ta_v2a.server.settings import ServerSettings
from ta_v2a.server.shelf import LiveJob, Shelf
from ta_v2a.system.trouble import trouble_of

_log = logging.getLogger("ta_v2a.server")
_REST_S = 1.0
_ENDING_S = 30.0
Told = tuple[int | None, float, JobEvent]
"""(number of an event that is kept, or None; seconds since 1970; the event)."""


class QueueFull(Exception):
    """As many jobs wait as may."""


class _Look:
    """A clip whose onsets are asked for."""

    def __init__(self, clip_file: Path, threshold: float | None):
        self.task = {"task": "spot", "clip": clip_file.name, "threshold": threshold}
        self.folder = clip_file.parent
        self.answer: Future[JobEvent] = Future()


class Desk:
    """Takes jobs, has them done, tells what becomes of them.

    Its methods may be called from any thread; `follow` is for the event loop that `open` was called in.

    Args:
        records: the server's folder.
        settings: what the server was started with.
        counts: what is counted.
        worker: makes a worker; another place to do the work is another kind of these.

    Attributes:
        preset_settings: weights and steps of the preset; empty until a worker has loaded it.
    """

    def __init__(
        self,
        records: Records,
        settings: ServerSettings,
        counts: Counts,
        worker: Callable[[], Worker] = Worker,
    ):
        self.records, self.settings, self.counts = records, settings, counts
        self.preset_settings: dict[str, Any] = {}
        self._wake = threading.Condition()
        self._shelf = Shelf(records)
        self._waiting: deque[str] = deque(self._shelf.live)
        self._looks: deque[_Look] = deque()
        self._running: set[str] = set()
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(worker(),), name=f"worker-{number}", daemon=True)
            for number in range(settings.workers)
        ]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None

    def open(self) -> None:
        """Begins the work; jobs of before the server's last end are in the queue already."""
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """From now on no job begins, and whoever follows one is let go; a signal's handler may call it."""
        self._closing.set()
        self._tell_listeners()

    def close(self) -> None:
        """Leaves the jobs in work, which begin again with the server's next start, and ends the workers."""
        self.leave()
        with self._wake:
            looks, self._looks = list(self._looks), deque()
            self._wake.notify_all()
        for look in looks:
            look.answer.cancel()
        for thread in self._threads:
            thread.join(_ENDING_S)

    # Asked from outside

    @property
    def waiting(self) -> int:
        """Jobs in the queue."""
        return len(self._waiting)

    @property
    def running(self) -> int:
        """Jobs in work."""
        return len(self._running)

    @property
    def at_work(self) -> int:
        """Workers whose threads are alive."""
        return sum(thread.is_alive() for thread in self._threads)

    def submit(self, record: JobRecord) -> JobRecord:
        """Puts a job into the queue; when this returns it is on disk. A job of the same id that is there
        already stays as it is, and is returned.

        Raises:
            QueueFull: too many wait.
        """
        with self._wake:
            known = self._shelf.find(record.id)
            if known is not None:
                return known
            if len(self._waiting) >= self.settings.most_waiting:
                raise QueueFull
            self.records.keep_job(record)
            self._shelf.add(record).told(JobEvent("queued"), self.records)
            self._waiting.append(record.id)
            self.counts.submitted.inc()
            self._wake.notify()
        return record

    def job(self, job_id: str) -> JobRecord:
        """Raises: KeyError: there is none of this id."""
        with self._wake:
            record = self._shelf.find(job_id)
        if record is None:
            raise KeyError(job_id)
        return record

    def progress(self, job_id: str) -> tuple[int, int]:
        """(steps done, steps in all) of a job in work; (0, 0) before and after."""
        live = self._shelf.live.get(job_id)
        told = None if live is None else live.progress
        return (0, 0) if told is None else (told[1].done, told[1].total)

    def ahead(self, job_id: str) -> int | None:
        """Jobs before this one in the queue; None for one that does not wait."""
        with self._wake, suppress(ValueError):
            return self._waiting.index(job_id)
        return None

    def ids(self, before: str | None, limit: int, clip_id: str | None = None) -> list[str]:
        """Ids of jobs, newest first, from the one that came before `before`; of one clip, or of all.

        Raises:
            KeyError: there is no job `before`.
        """
        with self._wake:
            return self._shelf.page(before, limit, clip_id)

    def uses(self, clip_id: str) -> bool:
        """Whether a job that has not ended is about this clip."""
        with self._wake:
            return any(live.record.clip_id == clip_id for live in self._shelf.live.values())

    def cancel(self, job_id: str) -> JobRecord:
        """A job that waits is cancelled at once, one in work within a step of the sampler; one that has ended
        stays as it is.

        Raises:
            KeyError: there is none of this id.
        """
        record = self.job(job_id)
        with self._wake:
            live = self._shelf.live.get(job_id)
            if live is None:
                return record
            live.unwanted.set()
            waits = job_id in self._waiting
            if waits:
                self._waiting.remove(job_id)
        if waits:
            self._end(live, JobEvent("cancelled"))
        return record

    def remove(self, job_id: str) -> bool:
        """Removes a job that has ended, and its files; False for one that has not.

        Raises:
            KeyError: there is none of this id.
        """
        self.job(job_id)
        with self._wake:
            if job_id in self._shelf.live:
                return False
            self._shelf.drop(job_id)
        self.records.remove(self.records.job_folder(job_id))
        return True

    def look(self, clip_file: Path, threshold: float | None) -> "Future[JobEvent]":
        """What is seen to hit in a clip; looked at before any job, since that takes seconds.

        Raises:
            QueueFull: too many wait.
        """
        look = _Look(clip_file, threshold)
        with self._wake:
            if len(self._looks) >= self.settings.most_waiting:
                raise QueueFull
            self._looks.append(look)
            self._wake.notify()
        return look.answer

    async def follow(self, job_id: str, after: int = -1) -> AsyncIterator[Told]:
        """The events of a job from number `after` + 1 on, and its progress, until it ends or the server does.

        Raises:
            KeyError: there is none of this id.
        """
        shown: JobEvent | None = None
        while True:
            assert self._changed is not None
            changed = self._changed
            record, live = self.job(job_id), self._shelf.live.get(job_id)
            for number, (at_s, event) in list(enumerate(record.events))[after + 1 :]:
                after = number
                yield number, at_s, event
                if event.kind in ENDS:
                    return
            progress = None if live is None else live.progress
            if progress is not None and progress[1] is not shown:
                shown = progress[1]
                yield None, progress[0], shown
            if self._closing.is_set() or (record.end is not None and after >= len(record.events) - 1):
                return
            await changed.wait()

    # The workers' side

    def _tell_listeners(self) -> None:
        """Wakes all that follow a job."""

        def wake() -> None:
            assert self._changed is not None
            before, self._changed = self._changed, asyncio.Event()
            before.set()

        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(wake)

    def _told(self, live: LiveJob, event: JobEvent) -> None:
        live.told(event, self.records)
        self._tell_listeners()

    def _end(self, live: LiveJob, event: JobEvent) -> None:
        try:
            live.told(event, self.records)
        finally:  # on a full disk it has ended all the same, until the server's next start
            with self._wake:
                self._shelf.ended(live.record)
            self.counts.ended(live.record)
            self._tell_listeners()

    def _next(self) -> "_Look | LiveJob | None":
        with self._wake:
            while not self._closing.is_set():
                if self._looks:
                    return self._looks.popleft()
                if self._waiting:
                    job_id = self._waiting.popleft()
                    self._running.add(job_id)
                    return self._shelf.live[job_id]
                self._wake.wait(_REST_S)
        return None

    def _work(self, worker: Worker) -> None:
        """One worker's thread."""
        warm = {"task": "warm", "preset": self.settings.preset}
        ready = worker.do(warm, self.records.jobs_folder, unwanted=self._closing.is_set)
        self.preset_settings = ready.report.get("settings", {})
        while (wanted := self._next()) is not None:
            if isinstance(wanted, _Look):
                self._looked(worker, wanted)
                continue
            try:
                self._sound(worker, wanted)
            except Exception as error:  # a full disk must not end the thread
                _log.exception("job %s", wanted.record.id)
                line = trouble_of(error) or f"the server failed ({type(error).__name__})"
                with suppress(Exception):
                    self._end(wanted, JobEvent("failed", text=line))
            finally:
                with self._wake:
                    self._running.discard(wanted.record.id)
        worker.end()

    def _looked(self, worker: Worker, look: _Look) -> None:
        if look.answer.set_running_or_notify_cancel():
            task = {**look.task, "preset": self.settings.preset}
            look.answer.set_result(worker.do(task, look.folder, unwanted=self._closing.is_set))

    def _sound(self, worker: Worker, live: LiveJob) -> None:
        """One try of a job."""
        record = live.record
        try:
            task, beside = task_of(record, self.records, self.settings)
        except KeyError:
            self._end(live, JobEvent("failed", text="its clip, or the take before it, was removed"))
            return
        self.counts.began(record)
        unwanted = lambda: live.unwanted.is_set() or self._closing.is_set()  # noqa: E731
        event = worker.do(task, beside, lambda told: self._told(live, told), unwanted)
        shutil.rmtree(beside, ignore_errors=True)
        if self._closing.is_set() and not live.unwanted.is_set() and event.kind in ("cancelled", "lost"):
            return  # it begins again with the next server
        if event.kind == "lost":
            self._lost(live, event)
        else:
            self._end(live, event)

    def _lost(self, live: LiveJob, lost: JobEvent) -> None:
        """A job whose worker died goes to the queue's head; after too many tries it has failed."""
        self.counts.deaths.inc()
        self._told(live, lost)
        tries = live.record.tries
        if live.unwanted.is_set():
            self._end(live, JobEvent("cancelled"))
        elif tries >= self.settings.tries:
            self._end(live, JobEvent("failed", text=f"{lost.text}, {tries} times: it is given up"))
        else:
            with self._wake:
                live.progress = None
                self._waiting.appendleft(live.record.id)
                self._wake.notify()
