"""The queue, the workers behind it, and whoever listens: jobs in order, every event to disk and to listeners.

Memory is bounded: a job that waits is a name in a queue of at most `most_waiting`; a job that runs is one
record a worker; a job that has ended is on disk only, but for the last few that were looked at. Listeners
hold no queue: each asks for what it has not seen yet.
"""

import asyncio
import logging
import shutil
import threading
import time
from collections import OrderedDict, deque
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
from ta_v2a.system.trouble import trouble_of

_log = logging.getLogger("ta_v2a.server")
_KEPT_RECORDS = 128
_REST_S = 1.0
Told = tuple[int | None, float, JobEvent]
"""(number of an event that is kept, or None; seconds since 1970; the event)."""


class QueueFull(Exception):
    """As many jobs wait as may."""


class _Live:
    """A job that has not ended: its record, its latest progress, whether anybody still wants it."""

    def __init__(self, record: JobRecord):
        self.record = record
        self.progress: tuple[float, JobEvent] | None = None
        self.unwanted = threading.Event()


class _Look:
    """A clip whose onsets are asked for."""

    def __init__(self, clip_file: Path, threshold: float):
        self.task = {"task": "spot", "clip": clip_file.name, "threshold": threshold}
        self.folder = clip_file.parent
        self.answer: Future[JobEvent] = Future()


class Desk:
    """Takes jobs, has them done, tells what becomes of them. Its methods may be called from any thread;
    `follow` is for the event loop that `open` was called in.

    Args:
        records: the server's folder.
        settings: what the server was started with.
        counts: what is counted.
        worker: makes a worker; another place to do the work is another kind of these.
    """

    def __init__(
        self,
        records: Records,
        settings: ServerSettings,
        counts: Counts,
        worker: Callable[[], Worker] = Worker,
    ):
        self.records, self.settings, self.counts = records, settings, counts
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._live: OrderedDict[str, _Live] = OrderedDict()
        self._ended: OrderedDict[str, JobRecord] = OrderedDict()
        self._waiting: deque[str] = deque()
        self._looks: deque[_Look] = deque()
        self._running: set[str] = set()
        self._closing = threading.Event()
        self.preset_settings: dict[str, Any] = {}
        self._ids = records.job_ids()
        self._threads = [
            threading.Thread(target=self._work, args=(worker(),), name=f"worker-{number}", daemon=True)
            for number in range(settings.workers)
        ]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None
        for job_id in self._ids:
            record = records.job(job_id)
            if record.end is None:
                self._live[job_id] = _Live(record)
                self._waiting.append(job_id)

    def open(self) -> None:
        """Begins the work; jobs of before the server's last end are in the queue already."""
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()
        for thread in self._threads:
            thread.start()

    def leave(self) -> None:
        """From now on no job begins, and whoever follows one is let go; may be called by a signal's handler."""
        self._closing.set()
        self._tell_listeners()

    def close(self) -> None:
        """Leaves the jobs in work, which begin again with the server's next start, and ends the workers."""
        self.leave()
        with self._lock:
            looks, self._looks = list(self._looks), deque()
            self._wake.notify_all()
        for look in looks:
            look.answer.cancel()
        for thread in self._threads:
            thread.join(30.0)

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
        with self._lock:
            known = self._known(record.id)
            if known is not None:
                return known
            if len(self._waiting) >= self.settings.most_waiting:
                raise QueueFull
            self.records.keep_job(record)
            self.records.keep_event(record, JobEvent("queued"))
            self._live[record.id] = _Live(record)
            self._ids.append(record.id)
            self._waiting.append(record.id)
            self.counts.submitted.inc()
            self._wake.notify()
        return record

    def job(self, job_id: str) -> JobRecord:
        """Raises: KeyError: there is none of this id."""
        with self._lock:
            record = self._known(job_id)
        if record is None:
            raise KeyError(job_id)
        return record

    def progress(self, job_id: str) -> tuple[int, int]:
        """(steps done, steps in all) of a job in work; (0, 0) before and after."""
        live = self._live.get(job_id)
        event = None if live is None or live.progress is None else live.progress[1]
        return (0, 0) if event is None else (event.done, event.total)

    def ahead(self, job_id: str) -> int | None:
        """Jobs before this one in the queue; None for one that does not wait."""
        with self._lock, suppress(ValueError):
            return self._waiting.index(job_id)
        return None

    def ids(self, before: str | None, limit: int) -> list[str]:
        """Ids of jobs, newest first, from the one that came before `before`.

        Raises:
            KeyError: there is no job `before`.
        """
        with self._lock:
            newest_first = self._ids[::-1]
        if before is None:
            return newest_first[:limit]
        try:
            start = newest_first.index(before) + 1
        except ValueError:
            raise KeyError(before) from None
        return newest_first[start : start + limit]

    def uses(self, clip_id: str) -> bool:
        """Whether a job that has not ended is about this clip."""
        with self._lock:
            return any(live.record.clip_id == clip_id for live in self._live.values())

    def cancel(self, job_id: str) -> JobRecord:
        """A job that waits is cancelled at once, one in work within a step of the sampler; one that has ended
        stays as it is.

        Raises:
            KeyError: there is none of this id.
        """
        record = self.job(job_id)
        with self._lock:
            live = self._live.get(job_id)
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
        with self._lock:
            if job_id in self._live:
                return False
            self._ended.pop(job_id, None)
            self._ids.remove(job_id)
        self.records.remove(self.records.job_folder(job_id))
        return True

    def look(self, clip_file: Path, threshold: float) -> "Future[JobEvent]":
        """What is seen to hit in a clip; looked at before any job, since that takes seconds.

        Raises:
            QueueFull: too many wait.
        """
        look = _Look(clip_file, threshold)
        with self._lock:
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
        assert self._changed is not None
        shown: JobEvent | None = None
        while True:
            changed = self._changed
            record, live = self.job(job_id), self._live.get(job_id)
            for number, (at_s, event) in list(enumerate(record.events))[after + 1 :]:
                after = number
                yield number, at_s, event
                if event.kind in ENDS:
                    return
            progress = None if live is None else live.progress
            if progress is not None and progress[1] is not shown:
                shown = progress[1]
                yield None, progress[0], shown
            if self._closing.is_set():
                return
            await changed.wait()

    # The workers' side

    def _known(self, job_id: str) -> JobRecord | None:
        live = self._live.get(job_id)
        if live is not None:
            return live.record
        if job_id in self._ended:
            self._ended.move_to_end(job_id)
            return self._ended[job_id]
        try:
            record = self.records.job(job_id)
        except KeyError:
            return None
        self._keep(record)
        return record

    def _keep(self, record: JobRecord) -> None:
        self._ended[record.id] = record
        while len(self._ended) > _KEPT_RECORDS:
            self._ended.popitem(last=False)

    def _tell_listeners(self) -> None:
        """Wakes all that follow a job."""

        def wake() -> None:
            assert self._changed is not None
            before, self._changed = self._changed, asyncio.Event()
            before.set()

        if self._loop is not None:
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(wake)

    def _told(self, live: _Live, event: JobEvent) -> None:
        if event.kind == "progress":
            live.progress = (time.time(), event)
        else:
            self.records.keep_event(live.record, event)
        self._tell_listeners()

    def _end(self, live: _Live, event: JobEvent) -> None:
        record = live.record
        self.records.keep_event(record, event)
        with self._lock:
            self._live.pop(record.id, None)
            self._keep(record)
        self.counts.ended(record)
        self._tell_listeners()

    def _next(self) -> "_Look | _Live | None":
        with self._lock:
            while not self._closing.is_set():
                if self._looks:
                    return self._looks.popleft()
                if self._waiting:
                    job_id = self._waiting.popleft()
                    self._running.add(job_id)
                    return self._live[job_id]
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
                with self._lock:
                    self._running.discard(wanted.record.id)
        worker.end()

    def _looked(self, worker: Worker, look: _Look) -> None:
        if not look.answer.set_running_or_notify_cancel():
            return
        task = {**look.task, "preset": self.settings.preset}
        look.answer.set_result(worker.do(task, look.folder, unwanted=self._closing.is_set))

    def _sound(self, worker: Worker, live: _Live) -> None:
        """One try of a job."""
        record = live.record
        task, beside = task_of(record, self.records, self.settings)
        self.counts.began(record)
        unwanted = lambda: live.unwanted.is_set() or self._closing.is_set()  # noqa: E731
        event = worker.do(task, beside, lambda told: self._told(live, told), unwanted)
        shutil.rmtree(beside, ignore_errors=True)
        if self._closing.is_set() and not live.unwanted.is_set() and event.kind in ("cancelled", "lost"):
            return  # it begins again with the next server
        if event.kind == "lost":
            event = self._tried_again(live, event)
        if event is not None:
            self._end(live, event)

    def _tried_again(self, live: _Live, lost: JobEvent) -> JobEvent | None:
        """Puts a job whose worker died at the queue's head; or the event that ends it, after too many tries."""
        self.counts.deaths.inc()
        self._told(live, lost)
        if live.unwanted.is_set():
            return JobEvent("cancelled")
        if live.record.tries >= self.settings.tries:
            return JobEvent("failed", text=f"{lost.text}, {live.record.tries} times: it is given up")
        with self._lock:
            live.progress = None
            self._waiting.appendleft(live.record.id)
            self._wake.notify()
        return None
