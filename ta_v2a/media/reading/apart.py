"""FFmpeg in a process of its own: a film that takes hours, gigabytes or the program with it ends in one line.

Reading is one *job*; its answers come one by one, while the process works ahead. The process stays for the
next job, ends with this one (`ta_v2a.media.reading.reader`), and answers in JSON and plain bytes: what a
hostile film might make of it cannot reach further than that.
"""

import atexit
import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from multiprocessing import Pipe
from typing import Any

from ta_v2a.errors import UserError
from ta_v2a.media.reading.limits import COSTS, TOO_LONG

_log = logging.getLogger("ta_v2a.media")
_MOST_JOBS = 200  # of one process: what libraries leave behind does not count against the next clip
_MOST_IDLE = 4
_STOPPING_S = 0.3  # a process that takes longer to leave a job is ended
_START = """
import sys
sys.path[:] = sys.argv[3:]
from ta_v2a.media.reading.reader import serve
serve(int(sys.argv[1]), int(sys.argv[2]))
"""
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class ReadingFailed(UserError):
    """The process that reads films failed itself, which says nothing of the clip."""


class _Ended(Exception):
    """The process is gone, or silent for too long."""


class _Process:
    """A reading process and the line to it."""

    def __init__(self) -> None:
        self._line, theirs = Pipe()
        self._owner = os.getpid()
        self.jobs = 0
        command = [
            sys.executable,
            "-I",
            "-c",
            _START,
            str(theirs.fileno()),
            str(os.getpid()),
            *map(os.path.abspath, sys.path),
        ]
        with theirs:
            self._process = subprocess.Popen(
                command,
                pass_fds=[theirs.fileno()],
                env={**os.environ, **_ONE_THREAD},
                process_group=0,  # Ctrl-C is for the program: this process ends with it
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        import av  # noqa: F401 (whoever reads a film mostly writes one: loaded while the process starts)

    def send(self, message: bytes) -> None:
        try:
            self._line.send_bytes(message)
        except OSError:
            raise _Ended from None

    def receive(self, within_s: float) -> tuple[str, dict[str, Any], bytes]:
        """(kind, facts, data) of the next message."""
        try:
            if not self._line.poll(within_s):
                raise _Ended
            head, _, data = self._line.recv_bytes().partition(b"\n")
        except (EOFError, OSError):
            raise _Ended from None
        facts = json.loads(head)
        return facts.pop("kind"), facts, data

    def stopped(self) -> bool:
        """Asks it to leave its job; whether it did."""
        if os.getpid() != self._owner:
            return False
        try:
            self.send(b"")
            while self.receive(_STOPPING_S)[0] in ("part", "alive", "note"):
                pass
        except _Ended:
            return False
        return True

    def end(self) -> int:
        """Ends it; its exit status, negative for the signal that had ended it before."""
        self._line.close()
        if os.getpid() != self._owner:  # a fork may let go of it, no more
            return 0
        if self._process.poll() is None:
            self._process.kill()
        return self._process.wait()

    def died_of(self) -> int:
        """Its exit status after `_Ended`: that of its own end, or 0 if it was silent and is ended now."""
        try:
            status = self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            status = 0
        self.end()
        return status


_idle: list[_Process] = []
_lock = threading.Lock()


def _taken() -> _Process:
    with _lock:
        return _idle.pop() if _idle else _Process()


def _put_back(process: _Process) -> None:
    with _lock:
        if process.jobs < _MOST_JOBS and len(_idle) < _MOST_IDLE:
            _idle.append(process)
            return
    process.end()


def end_all() -> None:
    """Ends the reading processes that wait for work."""
    while _idle:
        _idle.pop().end()


def _forget() -> None:
    """In a forked child: its parent's processes are not its own."""
    global _lock
    _idle.clear()
    _lock = threading.Lock()


atexit.register(end_all)
os.register_at_fork(after_in_child=_forget)


def _begun(job: bytes) -> _Process:
    """A process that was given the job; a waiting one may have been ended from outside."""
    while True:
        process = _taken()
        fresh = process.jobs == 0
        process.jobs += 1
        try:
            process.send(job)
        except _Ended:
            process.end()
            if fresh:
                raise ReadingFailed(
                    "the process that reads films does not start; `ta-v2a doctor` may say why"
                ) from None
            continue
        return process


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # it was removed; whole paths still work
        return None


def _why(status: int) -> str:
    """What the end of a process in the middle of a job says of the clip.

    Raises:
        ReadingFailed: nothing.
    """
    if status > 0:
        raise ReadingFailed(
            f"the process that reads films ended with status {status}; `ta-v2a doctor` may say why"
        )
    if status in (0, -signal.SIGXCPU):
        return TOO_LONG
    return f"FFmpeg crashed on it ({signal.Signals(-status).name}): it is damaged"


def answers(job: str, name: str, **given: Any) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Gives a job to a reading process.

    Args:
        job: one of `ta_v2a.media.reading.reader.READER_JOBS`.
        name: the clip's, for messages.
        given: the job's arguments, as JSON.

    Yields:
        (facts, data) of each answer.

    Raises:
        UserError: the clip cannot be read, or not within `COSTS`.
    """
    process = _begun(json.dumps({"job": job, "cwd": _folder(), "costs": asdict(COSTS), **given}).encode())
    done = False
    try:
        while not done:
            kind, facts, data = process.receive(COSTS.silence_s)
            if kind == "part":
                yield facts, data
            elif kind == "note":
                _log.warning("%s", facts["text"])
            elif kind == "memory":
                most = COSTS.memory_bytes / 2**30
                raise UserError(
                    f"{name}: reading it takes more than {most:.1f} GB of memory: it is damaged, or its "
                    f"pictures are too large"
                )
            elif kind != "alive":
                done = True
                if kind == "error":
                    raise UserError(facts["text"])
                if kind == "fault":
                    raise RuntimeError(facts["text"])
    except _Ended:
        raise UserError(f"{name}: {_why(process.died_of())}") from None
    except GeneratorExit:
        done = process.stopped()
        raise
    finally:
        if done:
            _put_back(process)
        else:
            process.end()
