"""Many items through worker processes, in order, whatever an item does to its worker."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from ta_v2a.system.processes import Following

Item = TypeVar("Item")


class Crashed:
    """Stands where the result of an item would, whose worker died (a decoder's segmentation fault, out of memory)."""


def in_order(function: Callable[[Item], Any], items: Iterable[Item], workers: int) -> Iterator[tuple[Item, Any]]:
    """(item, function(item)) in the order of `items`; at most four items a worker are under way.

    Left early (an exception, Ctrl-C, `close`), it ends its workers at once; they also end when this process is killed.

    Args:
        function: importable, as are its items; what it raises is raised here.
        workers: processes; 0 works in this one, where nothing protects from a crash.
    """
    if workers == 0:
        for item in items:
            yield item, function(item)
        return
    waiting: deque[tuple[Item, Future]] = deque()
    rest, processes = iter(items), Following()
    pool = ProcessPoolExecutor(workers, processes)
    try:
        while True:
            while len(waiting) < 4 * workers and (following := next(rest, None)) is not None:
                waiting.append((following, pool.submit(function, following)))
            if not waiting:
                return
            item, future = waiting[0]
            try:
                result = future.result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                pool, result = ProcessPoolExecutor(workers, processes), _alone(function, item)
                # All others went down with it: they start again.
                waiting = deque((other, pool.submit(function, other)) for other, _ in waiting)
            waiting.popleft()
            yield item, result
    finally:
        if waiting:
            processes.kill()
        pool.shutdown(cancel_futures=True)


def _alone(function: Callable[[Item], Any], item: Item) -> Any:
    """The item in a process of its own: was it this one?"""
    processes = Following()
    pool = ProcessPoolExecutor(1, processes)
    try:
        return pool.submit(function, item).result()
    except BrokenProcessPool:
        return Crashed()
    except BaseException:
        processes.kill()
        raise
    finally:
        pool.shutdown()
