"""Onsets of clips: looked at once, kept beside the clip."""

import asyncio
import json
from pathlib import Path

from ta_v2a.jobs.events import JobEvent
from ta_v2a.media.writing.atomic import whole_file
from ta_v2a.server.desk import Desk


class KeptOnsets:
    """Onsets by clip and threshold; for one event loop."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._asked: dict[Path, asyncio.Task[JobEvent]] = {}

    async def of(self, clip_file: Path, threshold: float, wait_s: float) -> JobEvent | None:
        """The event that ended the look: "done" with the onsets, or why there are none; None: it takes longer
        than `wait_s`, and goes on.

        Raises:
            QueueFull: too many looks wait.
        """
        threshold = round(threshold, 2)
        kept = clip_file.parent / f"onsets-{threshold:.2f}.json"
        if kept.is_file():
            return JobEvent("done", report=json.loads(await asyncio.to_thread(kept.read_text, "utf-8")))
        if kept not in self._asked:
            look = asyncio.wrap_future(self._desk.look(clip_file, threshold))
            self._asked[kept] = asyncio.create_task(self._looked(kept, look))
        done, _ = await asyncio.wait([self._asked[kept]], timeout=wait_s)
        return done.pop().result() if done else None

    async def _looked(self, kept: Path, look: "asyncio.Future[JobEvent]") -> JobEvent:
        try:
            event = await look
            if event.kind == "done" and kept.parent.is_dir():
                await asyncio.to_thread(_write, kept, event)
            return event
        except asyncio.CancelledError:  # the server is being closed
            return JobEvent("cancelled")
        finally:
            self._asked.pop(kept, None)


def _write(kept: Path, event: JobEvent) -> None:
    with whole_file(kept) as part:
        Path(part).write_text(json.dumps(event.report), encoding="utf-8")
