"""Many items through worker processes, in order, whatever an item does to its worker."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Item = TypeVar("Item")


class Crashed:
    """Stands where the result of an item would, whose worker died (a decoder's segmentation fault, out of memory)."""


def _pool(workers: int) -> ProcessPoolExecutor:
    # Fresh interpreters: forking a process that has threads (torch has) may hang.
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


def in_order(function: Callable[[Item], Any], items: Iterable[Item], workers: int) -> Iterator[tuple[Item, Any]]:
    """(item, function(item)) in the order of `items`; at most four items a worker are under way.

    Args:
        function: importable, as are its items; what it raises is raised here.
        workers: processes; 0 works in this one, where nothing protects from a crash.
    """
    if workers == 0:
        for item in items:
            yield item, function(item)
        return
    waiting: deque[tuple[Item, Future]] = deque()
    rest, pool = iter(items), _pool(workers)
    try:
        while True:
            while len(waiting) < 4 * workers and (item := next(rest, None)) is not None:
                waiting.append((item, pool.submit(function, item)))
            if not waiting:
                return
            item, future = waiting[0]
            try:
                result = future.result()
            except BrokenProcessPool:
                pool.shutdown(wait=False)
                pool, result = _pool(workers), _alone(function, item)
                # All others went down with it: they start again.
                waiting = deque((other, pool.submit(function, other)) for other, _ in waiting)
            waiting.popleft()
            yield item, result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _alone(function: Callable[[Item], Any], item: Item) -> Any:
    """The item in a process of its own: was it this one?"""
    with _pool(1) as pool:
        try:
            return pool.submit(function, item).result()
        except BrokenProcessPool:
            return Crashed()
