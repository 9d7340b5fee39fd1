"""Runs a command line, whatever becomes of it.

Exit codes: 0 done, 1 something was found wrong, 2 an error that the user can mend, 130 and 143 stopped
from outside.
"""

import os
import sys

from ta_v2a.cli.console import notice, silent
from ta_v2a.system import stopping
from ta_v2a.system.trouble import DISK_ERRORS, trouble_of


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
    if isinstance(error, OSError) and error.filename is None and error.errno in DISK_ERRORS:
        sys.stdout = silent()
        return f"standard output: {error.strerror}"
    return trouble_of(error)
