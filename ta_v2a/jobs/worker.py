"""A process that carries orders out, one at a time, with its weights loaded once; and the line to it.

Both sides talk JSON. A task goes in; events come back, the last of them one that ends it. While a task is in
work one more word may go in: that it is no longer wanted.
"""

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from ta_v2a.delivery.order import Load, load_engine
from ta_v2a.errors import UserError
from ta_v2a.jobs.carrying_out import Tell, carry_out
from ta_v2a.jobs.events import ENDS, JobEvent
from ta_v2a.jobs.order_json import order_from_json
from ta_v2a.system.processes import Following

_LOOK_S = 0.05
_PATIENCE_S = 20.0
"""What does not leave its work within this time, though it is unwanted, is ended."""


def _sound(task: dict[str, Any], tell: Tell, unwanted: Callable[[], bool], load: Load) -> JobEvent:
    return carry_out(order_from_json(task["order"]), tell, unwanted, load)


def _spot(task: dict[str, Any], tell: Tell, unwanted: Callable[[], bool], load: Load) -> JobEvent:
    from ta_v2a.engine.spotting import spots
    from ta_v2a.media.reading.probe import probe

    try:
        engine = load(task["preset"])
        lag_s = float(engine.settings["lag_s"])
        found = spots(probe(task["clip"]), engine.parts.cvalp, task["threshold"], lag_s=lag_s)
    except UserError as error:
        return JobEvent("failed", text=str(error))
    return JobEvent("done", report={"onsets": [asdict(each) for each in found]})


def _warm(task: dict[str, Any], tell: Tell, unwanted: Callable[[], bool], load: Load) -> JobEvent:
    try:
        return JobEvent("done", report={"settings": load(task["preset"]).settings})
    except UserError as error:
        return JobEvent("failed", text=str(error))


_TASKS: dict[str, Callable[[dict[str, Any], Tell, Callable[[], bool], Load], JobEvent]] = {
    "sound": _sound,
    "spot": _spot,
    "warm": _warm,
}


def do_task(task: dict[str, Any], tell: Tell, unwanted: Callable[[], bool], load: Load) -> JobEvent:
    """Stands where the task stands, and does it; tells every event but the last and returns that one.

    Args:
        task: as `Worker.do` takes it, with its "folder".
        tell: gets the events.
        unwanted: asked at every step; the task is left when it says so.
        load: the engine of a preset.
    """
    os.chdir(task["folder"])
    return _TASKS[task["task"]](task, tell, unwanted, load)


def work(line: Connection, threads: int | None) -> None:
    """In the process: does tasks until the asker is gone.

    Args:
        line: tasks come in, events go out.
        threads: of torch; None: its own choice.
    """
    if threads is not None:
        import torch

        torch.set_num_threads(threads)
    load = lru_cache(maxsize=1)(load_engine)
    tell = lambda event: line.send_bytes(json.dumps(event.as_json()).encode())  # noqa: E731
    try:
        while True:
            asked = line.recv_bytes()
            if not asked:  # came when the task was already done
                continue
            tell(do_task(json.loads(asked), tell, lambda: bool(line.poll(0)), load))
    except (EOFError, OSError):
        return


class Worker:
    """The line to one such process, which is started when it is first needed and after each of its deaths.

    The thread that calls `do` first has to live as long as the process is wanted: on Linux it ends with the
    thread that started it (`ta_v2a.system.processes.follow_parent`).
    """

    def __init__(self, threads: int | None = None):
        self._threads = threads
        self._process: Any = None
        self._line: Connection | None = None

    @property
    def pid(self) -> int | None:
        """Of the process; None while there is none."""
        return None if self._process is None else self._process.pid

    def do(
        self,
        task: dict[str, Any],
        folder: Path,
        tell: Tell = lambda event: None,
        unwanted: Callable[[], bool] = lambda: False,
    ) -> JobEvent:
        """One task, waited for; tells every event but the last and returns that one.

        Args:
            task: {"task": "sound", "order": JSON of an order}, {"task": "spot", "clip", "preset",
                "threshold"} or {"task": "warm", "preset"}.
            folder: where its relative names begin.
            tell: gets the events.
            unwanted: asked all the time; the task is left when it says so.

        Returns:
            One of `ENDS`, or "lost": the process died.
        """
        try:
            line = self._started()
            line.send_bytes(json.dumps({**task, "folder": str(folder.resolve())}).encode())
        except OSError:
            return self._lost()
        left_at: float | None = None
        try:
            while True:
                if left_at is None and unwanted():
                    line.send_bytes(b"")
                    left_at = time.monotonic()
                if left_at is not None and time.monotonic() > left_at + _PATIENCE_S:
                    self.end()
                    return JobEvent("cancelled")
                if not line.poll(_LOOK_S):
                    continue
                event = JobEvent.from_json(json.loads(line.recv_bytes()))
                if event.kind in ENDS:
                    return event
                tell(event)
        except (EOFError, OSError):
            return JobEvent("cancelled") if left_at is not None else self._lost()

    def end(self) -> None:
        """Ends the process, whatever it is doing."""
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._line = None

    def _started(self) -> Connection:
        if self._line is None or not self._process.is_alive():
            self.end()
            context = Following()
            self._line, theirs = context.Pipe()
            with theirs:
                self._process = context.Process(target=work, args=(theirs, self._threads), daemon=True)
                self._process.start()
        assert self._line is not None
        return self._line

    def _lost(self) -> JobEvent:
        status = None
        if self._process is not None:
            self._process.join(1.0)
            status = self._process.exitcode
        self.end()
        how = f"was killed by signal {-status}" if status is not None and status < 0 else "ended"
        return JobEvent("lost", text=f"its process {how}")
