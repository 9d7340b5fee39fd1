"""Runs a command line, whatever becomes of it.

Exit codes: 0 done, 1 something was found wrong, 2 an error that the user can mend, 130 and 143 stopped
from outside.
"""

import sys

from ta_v2a.system import stopping


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
        from ta_v2a.cli.app import run_app

        return run_app(arguments)
    except UserError as error:
        print(f"ta-v2a: {error}", file=sys.stderr)
        return 2
    except ModuleNotFoundError as error:  # a preset may name a network that a plain installation lacks
        from ta_v2a.system.extras import extra_that_lacks

        mendable = extra_that_lacks(error)
        if mendable is None:
            raise
        print(f"ta-v2a: {mendable}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of our output left
        sys.stderr.close()
        return 141
    # Of a file that the user named, or of a disk: whatever was not foreseen where it is read or written.
    except OSError as error:
        if error.filename is None:
            raise
        name = str(error.filename)
        print(f"ta-v2a: {name if len(name) <= 80 else name[:79] + '…'}: {error.strerror}", file=sys.stderr)
        return 2
