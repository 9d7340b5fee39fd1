"""What a server counts, in Prometheus' words."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from ta_v2a.server.records import JobRecord

_SECONDS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)


class Counts:
    """Counters of one server, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        all_of = self.registry
        self.submitted = Counter("ta_v2a_jobs_submitted", "Jobs that were taken.", registry=all_of)
        self.ends = Counter("ta_v2a_jobs_ended", "Jobs that ended.", ["state"], registry=all_of)
        waits = ("ta_v2a_job_wait_seconds", "From the queue to a worker.")
        works = ("ta_v2a_job_work_seconds", "From a worker to the end.")
        self.waits = Histogram(*waits, buckets=_SECONDS, registry=all_of)
        self.works = Histogram(*works, buckets=_SECONDS, registry=all_of)
        self.deaths = Counter("ta_v2a_worker_deaths", "Workers that died with a job.", registry=all_of)
        self.uploads = Counter("ta_v2a_uploads", "Clips that came in.", ["answer"], registry=all_of)
        self.uploaded_bytes = Counter("ta_v2a_uploaded_bytes", "Of clips that came in.", registry=all_of)
        self.waiting = Gauge("ta_v2a_jobs_waiting", "Jobs in the queue.", registry=all_of)
        self.running = Gauge("ta_v2a_jobs_running", "Jobs in work.", registry=all_of)

    def began(self, record: JobRecord) -> None:
        """A worker takes a job."""
        if not record.tries:
            self.waits.observe(max(0.0, time.time() - record.created_s))

    def ended(self, record: JobRecord) -> None:
        """A job is over."""
        assert record.end is not None
        self.ends.labels(record.end.kind).inc()
        if record.started_s is not None and record.ended_s is not None:
            self.works.observe(record.ended_s - record.started_s)
