"""A worker on a Ray cluster: an actor in place of a process of this machine, with the same line to it."""

import threading
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from ta_v2a.jobs.events import ENDS, JobEvent, Tell
from ta_v2a.jobs.worker import do_task

_LOOK_S = 0.1
_PATIENCE_S = 20.0


class _Actor:
    """On some machine of the cluster: tasks one at a time, weights loaded once."""

    def __init__(self) -> None:
        from ta_v2a.delivery.order import load_engine

        self._load = lru_cache(maxsize=1)(load_engine)
        self._unwanted = threading.Event()

    def do(self, task: dict[str, Any]):
        """Yields the events of a task as JSON, the last of them one of `ENDS`."""
        self._unwanted.clear()
        events: SimpleQueue[JobEvent | BaseException] = SimpleQueue()

        def run() -> None:
            try:
                events.put(do_task(task, events.put, self._unwanted.is_set, self._load))
            except BaseException as error:
                events.put(error)

        thread = threading.Thread(target=run)
        thread.start()
        while True:
            event = events.get()
            if isinstance(event, BaseException):
                raise event
            yield event.as_json()
            if event.kind in ENDS:
                thread.join()
                return

    def leave(self) -> None:
        """The task in work is no longer wanted."""
        self._unwanted.set()


class RayWorker:
    """In place of `ta_v2a.jobs.worker.Worker`. The folders that tasks name lie at the same place on every
    machine of the cluster (RAY_ADDRESS; without it, one on this machine).

    Args:
        resources: of the actor, as `ray.remote` takes them (num_cpus, num_gpus, ...).
    """

    def __init__(self, **resources: Any):
        self._resources = {"num_cpus": 1, **resources}
        self._actor: Any = None

    def do(
        self,
        task: dict[str, Any],
        folder: Path,
        tell: Tell = lambda event: None,
        unwanted: Callable[[], bool] = lambda: False,
    ) -> JobEvent:
        """As `Worker.do`."""
        import ray

        if self._actor is None:
            options: dict[str, Any] = {**self._resources, "max_concurrency": 2}
            made = ray.remote(**options)(_Actor)
            self._actor = made.remote()
        told = self._actor.do.options(num_returns="streaming").remote(
            {**task, "folder": str(folder.resolve())}
        )
        left_at: float | None = None
        try:
            while True:
                if left_at is None and unwanted():
                    self._actor.leave.remote()
                    left_at = time.monotonic()
                if left_at is not None and time.monotonic() > left_at + _PATIENCE_S:
                    self.end()
                    return JobEvent("cancelled")
                ready, _ = ray.wait([told], timeout=_LOOK_S)
                if not ready:
                    continue
                event = JobEvent.from_json(ray.get(next(told)))
                if event.kind in ENDS:
                    return event
                tell(event)
        except (ray.exceptions.RayActorError, ray.exceptions.RayTaskError, StopIteration):
            self.end()
            return JobEvent("lost", text="its process ended") if left_at is None else JobEvent("cancelled")

    def end(self) -> None:
        """Ends the actor, whatever it is doing."""
        import ray

        if self._actor is not None:
            ray.kill(self._actor)
        self._actor = None
