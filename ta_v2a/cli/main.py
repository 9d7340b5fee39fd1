"""Runs a command line, whatever becomes of it.

Exit codes: 0 done, 1 something was found wrong, 2 an error that the user can mend, 130 and 143 stopped
from outside.
"""

import errno
import os
import sys

from ta_v2a.cli.console import notice, silent
from ta_v2a.system import stopping

_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_MACHINE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}


def run_command(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    before = stopping.heed()
    try:
        return stopping.tidily(lambda: _run(arguments))
    finally:
        stopping.restore(before)


def _run(arguments: list[str] | None) -> int:
    import io

    from ta_v2a.errors import UserError

    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # a file name that is no valid text must not end in a traceback
            stream.reconfigure(errors="backslashreplace")
    try:
        os.getcwd()
    except OSError:
        notice("the folder that this was started in is gone; change to another one")
        return 2
    try:
        from ta_v2a.cli.app import run_app

        return run_app(arguments)
    except UserError as error:
        notice(str(error))
        return 2
    except BrokenPipeError:  # the reader of our output left
        sys.stderr.close()
        return 141
    except Exception as error:
        trouble = _trouble(error)
        if trouble is None:
            raise
        notice(trouble)
        return 2


def _trouble(error: Exception) -> str | None:
    """What of the machine, or of a file where nobody foresaw it, ended the work; None for a fault of ours."""
    if (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or "can't allocate memory" in str(error)
    ):
        return "there is not enough memory"
    if isinstance(error, ImportError):  # without memory for it, or without files that came with it
        from ta_v2a.system.extras import extra_that_lacks

        # A preset may name a network that a plain installation lacks.
        lacking = extra_that_lacks(error) if isinstance(error, ModuleNotFoundError) else None
        return (
            str(lacking) if lacking else " ".join(f"a part of this program cannot be loaded: {error}".split())
        )
    if not isinstance(error, OSError):
        return None
    if error.filename is not None:
        name = str(error.filename)
        return f"{name if len(name) <= 80 else name[:79] + '…'}: {error.strerror}"
    if error.errno in _DISK:
        sys.stdout = silent()
        return f"standard output: {error.strerror}"
    return error.strerror if error.errno in _MACHINE else None
