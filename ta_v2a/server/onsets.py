"""Onsets of clips: looked at once, kept beside the clip."""

import asyncio
import json
from pathlib import Path

from ta_v2a.jobs.events import JobEvent
from ta_v2a.media.writing.atomic import whole_file
from ta_v2a.server.desk import Desk


class KeptOnsets:
    """Onsets by clip and threshold."""

    def __init__(self, desk: Desk):
        self._desk = desk
        self._asked: dict[tuple[str, float], asyncio.Future[JobEvent]] = {}

    async def of(self, clip_id: str, clip_file: Path, threshold: float, wait_s: float) -> JobEvent | None:
        """The event that ended the look: "done" with the onsets, or why there are none; None: it takes longer
        than `wait_s`.

        Raises:
            QueueFull: too many looks wait.
        """
        threshold = round(threshold, 2)
        kept = clip_file.parent / f"onsets-{threshold:.2f}.json"
        if kept.is_file():
            return JobEvent("done", report=json.loads(await asyncio.to_thread(kept.read_text, "utf-8")))
        key = (clip_id, threshold)
        if key not in self._asked:
            self._asked[key] = asyncio.wrap_future(self._desk.look(clip_file, threshold))
        asked = self._asked[key]
        try:
            event = await asyncio.wait_for(asyncio.shield(asked), wait_s)
        except TimeoutError:
            return None
        except asyncio.CancelledError:
            if not asked.cancelled():
                raise
            return JobEvent("cancelled")
        self._asked.pop(key, None)
        if event.kind == "done" and clip_file.parent.is_dir():
            await asyncio.to_thread(_write, kept, event)
        return event


def _write(kept: Path, event: JobEvent) -> None:
    with whole_file(kept) as part:
        Path(part).write_text(json.dumps(event.report), encoding="utf-8")
