"""Signs of life of the process that reads films, and what it may still cost."""

import json
import math
import resource
import time
from multiprocessing.connection import Connection
from typing import Any

from ta_v2a.errors import UserError
from ta_v2a.media.reading.limits import TOO_LONG, Costs

_BEAT_S = 0.25


def limit_process(which: int, most: int) -> None:
    """Sets a soft limit, no higher than the hard one this process came with."""
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


class Stopped(Exception):
    """The asker wants no more of this job."""


class Pulse:
    """Signs of life and the processor time that is left: more for every packet and every picture."""

    def __init__(self, line: Connection, costs: Costs) -> None:
        self._line, self._costs = line, costs
        self._until_s = time.process_time() + costs.cpu_s
        self._next = time.monotonic() + _BEAT_S
        limit_process(resource.RLIMIT_DATA, costs.memory_bytes)
        self._limit()

    def _limit(self) -> None:
        limit_process(resource.RLIMIT_CPU, math.ceil(self._until_s))

    def __call__(self, packet_bytes: int = 0, pixels: int = 0) -> None:
        costs = self._costs
        if packet_bytes:
            self._until_s += costs.cpu_s_per_packet + costs.cpu_s_per_byte * packet_bytes
        self._until_s += costs.cpu_s_per_pixel * pixels
        if time.monotonic() >= self._next:
            self._limit()
            self.send("alive")
            self.look()
            self._next = time.monotonic() + _BEAT_S

    def opened(self, name: str, took_s: float, file_bytes: int, pixels: int) -> None:
        """Whether opening a file of that size, with pictures of that size, may take so much processor time.

        Raises:
            UserError: it may not.
        """
        costs = self._costs
        more_s = 4 * costs.cpu_s_per_byte * file_bytes + 32 * costs.cpu_s_per_pixel * pixels
        if took_s > costs.opening_s + more_s:
            raise UserError(f"{name}: {TOO_LONG}")

    def note(self, text: str) -> None:
        """A line for the asker's log."""
        self.send("note", {"text": text})

    def look(self) -> None:
        """Raises Stopped where the asker wants no more."""
        if self._line.poll(0):
            raise Stopped

    def send(self, kind: str, facts: dict[str, Any] | None = None, data: bytes = b"") -> None:
        self._line.send_bytes(json.dumps({"kind": kind, **(facts or {})}).encode() + b"\n" + data)
