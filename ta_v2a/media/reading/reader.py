"""The process in which FFmpeg reads films, bounded in time and memory; `apart` starts and asks it.

Every message is a line of JSON and plain bytes after it. Asked: a job and its arguments, or nothing at all,
which ends the job in work. Answered: "part" (one answer), "note" (a line for the log), "alive"; in the end
one of "done", "error", "memory" or "fault".
"""

import json
import os
import resource
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from ta_v2a.errors import UserError
from ta_v2a.media.reading.limits import Costs, Limits
from ta_v2a.media.reading.pulse import Pulse, Stopped, limit_process

_CV2_NO_MEMORY = -4
_LOOK_AFTER_PARENT_S = 0.5
Answer = tuple[dict[str, Any], bytes]


def _probe(pulse: Pulse, path: str, allow_long: bool, limits: dict[str, Any]) -> Iterator[Answer]:
    from ta_v2a.media.reading.scan import scan

    yield scan(path, allow_long, Limits(**limits), pulse).as_json(), b""


def _pictures(
    pulse: Pulse, clip: dict[str, Any], times_s: list[float], height: int, width: int, colour: bool
) -> Iterator[Answer]:
    from ta_v2a.media.reading.decoding import pictures
    from ta_v2a.media.reading.probe import Clip

    for picture, count in pictures(Clip.from_json(clip), times_s, height, width, colour, pulse):
        yield {"count": count}, picture.tobytes()


def _sound(pulse: Pulse, clip: dict[str, Any], rate_hz: int, channels: int) -> Iterator[Answer]:
    from ta_v2a.media.reading.hearing import placed
    from ta_v2a.media.reading.probe import Clip

    for place, columns in placed(Clip.from_json(clip), rate_hz, channels, pulse):
        yield {"place": place}, columns.astype("float32").tobytes()


def _still(pulse: Pulse, path: str, side: int, square: bool = True) -> Iterator[Answer]:
    from ta_v2a.media.reading.still import decoded_still

    picture = decoded_still(path, side, pulse, square)
    yield {"shape": picture.shape}, picture.tobytes()


READER_JOBS: dict[str, Callable[..., Iterator[Answer]]] = {
    "probe": _probe,
    "pictures": _pictures,
    "sound": _sound,
    "still": _still,
}


def _do(line: Connection, job: str, cwd: str | None, costs: dict[str, Any], given: dict[str, Any]) -> None:
    pulse = Pulse(line, Costs(**costs))
    try:
        if cwd is not None:
            os.chdir(cwd)
        for facts, data in READER_JOBS[job](pulse, **given):
            pulse.look()
            pulse.send("part", facts, data)
        pulse.send("done")
    except Stopped:
        line.recv_bytes()
        pulse.send("done")
    except UserError as error:
        pulse.send("error", {"text": str(error)})
    except MemoryError:
        pulse.send("memory")
    except BrokenPipeError:
        raise
    except Exception as error:
        if getattr(error, "code", None) == _CV2_NO_MEMORY:
            pulse.send("memory")
            return
        pulse.send("fault", {"text": traceback.format_exc()})


def _end_with(parent: int) -> None:
    """Ends this process when its parent is gone, also in the middle of a job."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_LOOK_AFTER_PARENT_S)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def serve(line: int, parent: int) -> None:
    """Does jobs until the asker is gone.

    Args:
        line: file descriptor of the connection.
        parent: process id of the asker.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent alone hears Ctrl-C
    limit_process(resource.RLIMIT_CORE, 0)
    _end_with(parent)
    connection = Connection(line)
    try:
        while True:
            asked = connection.recv_bytes()
            if not asked:  # came when the job was already done
                continue
            given = json.loads(asked)
            _do(connection, given.pop("job"), given.pop("cwd"), given.pop("costs"), given)
            # A clip that was probed is decoded next: what that needs is loaded while nobody waits.
            from ta_v2a.media.reading import decoding, hearing  # noqa: F401
    except (EOFError, OSError):
        return
