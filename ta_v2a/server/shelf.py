"""Jobs at hand: those that have not ended, and the last few that were looked at."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from itertools import dropwhile, islice

from ta_v2a.jobs.events import ENDS, JobEvent
from ta_v2a.server.records import JobRecord, Records

_KEPT_RECORDS = 128


class LiveJob:
    """A job that has not ended.

    Attributes:
        record: what was asked, and what became of it so far.
        progress: (seconds since 1970, the latest step of the sampler); None before the first,
            and from the end on.
        unwanted: set once nobody wants it any more.
    """

    def __init__(self, record: JobRecord):
        self.record = record
        self.progress: tuple[float, JobEvent] | None = None
        self.unwanted = threading.Event()

    def told(self, event: JobEvent, records: Records) -> None:
        """Takes an event in: progress as the latest, all others to disk."""
        if event.kind == "progress":
            self.progress = (time.time(), event)
        else:
            if event.kind in ENDS:  # before the end can be read
                self.progress = None
            records.keep_event(self.record, event)


class Shelf:
    """Records by id. Not safe between threads by itself: its desk's lock is held around every call.

    Attributes:
        clips: of all jobs, oldest first: the clip's id by the job's.
        live: those that have not ended.
    """

    def __init__(self, records: Records):
        self._records = records
        self._ended: OrderedDict[str, JobRecord] = OrderedDict()
        self.live: dict[str, LiveJob] = {}
        self.clips: dict[str, str] = {}
        for job_id in records.job_ids():
            record = records.job(job_id)
            self.clips[job_id] = record.clip_id
            if record.end is None:
                self.live[job_id] = LiveJob(record)

    def find(self, job_id: str) -> JobRecord | None:
        """The record of an id; from disk where it is not at hand."""
        live = self.live.get(job_id)
        if live is not None:
            return live.record
        if job_id in self._ended:
            self._ended.move_to_end(job_id)
            return self._ended[job_id]
        try:
            record = self._records.job(job_id)
        except KeyError:
            return None
        self._keep(record)
        return record

    def add(self, record: JobRecord) -> LiveJob:
        """A new job."""
        self.clips[record.id] = record.clip_id
        self.live[record.id] = LiveJob(record)
        return self.live[record.id]

    def ended(self, record: JobRecord) -> None:
        """A job that has ended now."""
        self.live.pop(record.id, None)
        self._keep(record)

    def drop(self, job_id: str) -> None:
        """A job that has ended, whose folder is going to be removed."""
        self._ended.pop(job_id, None)
        del self.clips[job_id]

    def page(self, before: str | None, limit: int, clip_id: str | None = None) -> list[str]:
        """Ids, newest first, from the one that came before `before`; of one clip, or of all.

        Raises:
            KeyError: there is no job `before`.
        """
        if before is not None and before not in self.clips:
            raise KeyError(before)
        ids: Iterator[str] = reversed(self.clips)
        if before is not None:
            ids = islice(dropwhile(lambda job_id: job_id != before, ids), 1, None)
        return list(islice((one for one in ids if clip_id in (None, self.clips[one])), limit))

    def _keep(self, record: JobRecord) -> None:
        self._ended[record.id] = record
        while len(self._ended) > _KEPT_RECORDS:
            self._ended.popitem(last=False)
