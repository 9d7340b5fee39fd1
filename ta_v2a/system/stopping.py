"""Ctrl-C and SIGTERM: what is in work is tidied up, then one line and the exit code that a
shell expects, whenever they come.

From `heed` on a signal ends the program at once: so early there is nothing to tidy. Inside `tidily` it
raises, so that every `with` and `finally` does its work. An exception that is raised while modules are being
imported, or inside a finaliser, may get lost or come out as another one; so it waits half a second for the
end of the import, and is raised again where it got lost. A second signal ends the program at once.

This module imports next to nothing, since it has to be there before all others.
"""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

LINES: dict[int, str] = {signal.SIGINT: "ta-v2a: stopped", signal.SIGTERM: "ta-v2a: terminated"}
_WAIT_S, _PATIENCE = 0.01, 50

_owner = 0  # the process that heeds them: forked ones inherit the handlers
_tidy = False
_received: int | None = None
_waits = 0


class Interrupted(KeyboardInterrupt):
    """Ctrl-C. After a plain KeyboardInterrupt out of Python code that C code ran, Python ends
    itself with SIGINT in the end."""


class Terminated(BaseException):
    """SIGTERM as an exception."""


def heed() -> dict[int, Any]:
    """From now on the signals are answered (of the main thread only; elsewhere nothing changes); returns
    the handlers that were there."""
    global _owner
    _owner = os.getpid()
    before: dict[int, Any] = {}
    for number in LINES:
        if (
            signal.getsignal(number) is not signal.SIG_IGN
        ):  # a shell's background jobs are meant not to hear Ctrl-C
            try:
                before[number] = signal.signal(number, _stop)
            except ValueError:  # not the main thread
                break
    return before


def restore(before: dict[int, Any]) -> None:
    """Puts back what `heed` returned."""
    for number, handler in before.items():
        signal.signal(number, handler)


def ignore() -> None:
    """The program has done its work and said so: a signal that comes while Python tidies
    up changes nothing any more."""
    for number in LINES:
        signal.signal(number, signal.SIG_IGN)


def tidily(work: Callable[[], int]) -> int:
    """What `work` returns; where a signal stopped it, its line on standard error and 128 + its number,
    whatever `work` made of it."""
    global _tidy, _received
    _received, code = None, 1
    hook, alarm = sys.unraisablehook, _on_alarm(_again)
    sys.unraisablehook = lambda lost: (
        _again() if isinstance(lost.exc_value, KeyboardInterrupt | Terminated) and _received else hook(lost)
    )
    try:
        try:
            _tidy = True
            code = work()
        finally:
            _tidy = False
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            _received = _received or signal.SIGINT
        if _received is None:
            raise
    finally:
        _on_alarm(alarm)
        sys.unraisablehook = hook
    if _received is None:
        return code
    _say(_received)
    return 128 + _received


def _say(number: int) -> None:
    try:  # noqa: SIM105 (contextlib is one more import)
        os.write(2, f"{LINES[number]}\n".encode())
    except OSError:  # nobody listens
        pass


def end_at_once(number: int) -> None:
    """The line and the exit code, without any tidying up."""
    _say(number)
    os._exit(128 + number)


def _stop(number: int, frame: FrameType | None) -> None:
    global _received, _waits
    if os.getpid() != _owner:  # in a forked worker: Ctrl-C is for the parent to handle
        if number == signal.SIGTERM:
            os._exit(128 + number)
        return
    if not _tidy or _received is not None:
        end_at_once(number)
    _received, _waits = number, 0
    _again(0, frame)


def _again(number: int = 0, frame: FrameType | None = None) -> None:
    """Raises what was received, or comes back a little later: out of a finaliser (no frame is given) and
    in an import it would get lost.

    In an import that takes long it is raised all the same, and again half a second
    later if that did not end the work.
    """
    global _waits
    if not _tidy or _received is None:
        return
    if hasattr(signal, "setitimer") and (frame is None or _importing(frame)):
        _waits = (_waits + 1) % _PATIENCE
        signal.setitimer(signal.ITIMER_REAL, _WAIT_S)
        if _waits or frame is None:
            return
    raise Interrupted if _received == signal.SIGINT else Terminated


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


def _on_alarm(handler: Any) -> Any:
    """Stops the timer, where there is one, and sets its handler; returns the one before."""
    try:
        if _received is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return signal.signal(signal.SIGALRM, handler)
    except (AttributeError, ValueError):  # Windows has none, and only the main thread may
        return None
