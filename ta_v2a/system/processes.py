"""Processes that end with the one that started them, however that ends, and leave Ctrl-C to it."""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def follow_parent(*_: Any) -> None:
    """Called in a child process, for instance as a DataLoader's `worker_init_fn`: from now
    on it ends when its parent does.

    A parent that is killed with SIGKILL tells nobody. On Linux the kernel is asked to kill the child then
    (more exactly, when the thread that started it ends); elsewhere, and where the parent was gone
    already, a thread waits for the end of a pipe that the parent held open. With its last child,
    multiprocessing's resource tracker ends too.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    threading.Thread(target=_end_after, args=(parent,), name="follow_parent", daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)


class FollowingProcess(SpawnProcess):
    """A fresh interpreter (forking a process that has threads, as torch has, may hang) that follows its
    parent and never hears Ctrl-C."""

    def start(self) -> None:
        """Starts it with SIGINT blocked, which it inherits from its first instruction on; a Ctrl-C
        meanwhile reaches the parent later."""
        if not hasattr(signal, "pthread_sigmask"):
            super().start()
            return
        resource_tracker.ensure_running()  # it unblocks SIGINT when it is started
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            super().start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def run(self) -> None:
        """In the child."""
        follow_parent()
        super().run()


class Following(SpawnContext):
    """A context for pools whose processes follow their parent.

    Attributes:
        started: every process that was started through this context.
    """

    def __init__(self) -> None:
        super().__init__()
        self.started: list[FollowingProcess] = []

    def Process(self, *arguments: Any, **keywords: Any) -> FollowingProcess:  # type: ignore[override]  # a class there; it is called alike
        """A process that is not started yet."""
        self.started.append(FollowingProcess(*arguments, **keywords))
        return self.started[-1]

    def kill(self) -> None:
        """Ends all of them at once, whatever they are doing."""
        for process in self.started:
            if process.pid is not None:
                process.kill()


def threads_each(workers: int) -> int | None:
    """Threads of torch in each of some processes that share this machine; None (its own choice) for one."""
    if workers <= 1:
        return None
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // workers)
