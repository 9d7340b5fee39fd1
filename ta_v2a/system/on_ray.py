"""Many items through the actors of a Ray cluster: the other executor beside `ta_v2a.system.parallel`."""

import logging
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stdout, suppress
from typing import Any

from ta_v2a.errors import UserError, one_line
from ta_v2a.system.extras import need
from ta_v2a.system.parallel import Crashed, Item, in_order

_AHEAD = 4
_TRIES = 2
_STARTS = 3  # Ray gives a cluster of its own 30 s to start, which is short on a busy machine
EXECUTORS = ("processes", "ray")
Run = Callable[[Callable[[Any], Any], Iterable[Any], int], Iterator[tuple[Any, Any]]]
"""(function, items, workers) -> (item, function(item)) in order, as `in_order`."""


def executor(name: str) -> Run:
    """The executor of a name in `EXECUTORS`.

    Raises:
        UserError: its extra is not installed.
    """
    if name == "processes":
        return in_order
    need("ray")
    return in_order_on_ray


class _Doer:
    """In an actor: does one item after the other, in a process that keeps what it has loaded."""

    def do(self, function: Callable[[Any], Any], item: Any) -> Any:
        return function(item)


def in_order_on_ray(
    function: Callable[[Item], Any], items: Iterable[Item], workers: int
) -> Iterator[tuple[Item, Any]]:
    """(item, function(item)) in the order of `items`, done by `workers` actors (0 is one).

    The cluster is the one that RAY_ADDRESS names, else one on this machine that ends with the work. Files
    that items name must lie at the same place on every machine. An item whose actor dies is given to a new
    one; if that dies too, `Crashed` stands in its place.

    Raises:
        UserError: there is no cluster at RAY_ADDRESS, or none starts here.
    """
    import ray

    workers, mine = max(1, workers), not ray.is_initialized()
    if mine:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anybody
        os.environ.setdefault("RAY_worker_niceness", "0")  # its workers are this command
        here: dict[str, Any] = {"address": "local", "num_cpus": workers, "include_dashboard": False}
        _connected(ray, {} if os.environ.get("RAY_ADDRESS") else here)
    graphics = min(1.0, ray.cluster_resources().get("GPU", 0.0) / workers)
    made = ray.remote(num_cpus=1, num_gpus=graphics)(_Doer)
    actors: list[Any] = []
    try:
        idle = actors = [made.remote() for _ in range(workers)]
        with redirect_stdout(sys.stderr):  # what Ray says of a dead worker is no part of a result
            yield from _done(ray, made, actors, list(idle), function, iter(items))
    finally:
        for actor in actors:
            with suppress(Exception):
                ray.kill(actor)
        if mine:
            ray.shutdown()


def _connected(ray: Any, own: dict[str, Any]) -> None:
    """Connects to a cluster, or with arguments for one of its own starts that."""
    for left in reversed(range(_STARTS if own else 1)):
        try:
            ray.init(log_to_driver=False, logging_level=logging.ERROR, **own)
            return
        except Exception as error:  # of many classes, Exception itself among them
            ray.shutdown()
            if not left:
                what = "did not start" if own else f"cannot be reached at {os.environ['RAY_ADDRESS']}"
                raise UserError(f"Ray {what}: {one_line(error)}") from error


def _done(
    ray: Any,
    made: Any,
    actors: list[Any],
    idle: list[Any],
    function: Callable[[Item], Any],
    rest: Iterator[Item],
) -> Iterator[tuple[Item, Any]]:
    """Each actor has one item at a time, so that its death says which one it was."""
    works: dict[Any, tuple[int, Item, int, Any]] = {}  # by reference: place, item, tries, actor
    results: dict[int, tuple[Item, Any]] = {}
    taken = given = 0
    while True:
        while idle and taken < given + _AHEAD * len(actors) and (item := next(rest, None)) is not None:
            actor = idle.pop()
            works[actor.do.remote(function, item)] = (taken, item, 1, actor)
            taken += 1
        if not works:
            return
        [ready], _ = ray.wait(list(works), num_returns=1)
        place, item, tries, actor = works.pop(ready)
        try:
            results[place] = (item, ray.get(ready))
            idle.append(actor)
        except ray.exceptions.RayActorError:
            fresh = made.remote()
            actors[actors.index(actor)] = fresh
            if tries < _TRIES:
                works[fresh.do.remote(function, item)] = (place, item, tries + 1, fresh)
            else:
                results[place] = (item, Crashed())
                idle.append(fresh)
        while given in results:
            yield results.pop(given)
            given += 1
