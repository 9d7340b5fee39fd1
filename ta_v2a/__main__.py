"""Entry point of `ta-v2a` and `python -m ta_v2a`.

Exit codes: 0 done, 1 something was found wrong, 2 an error that the user can mend, 130 and 143 stopped from outside.
"""

import io
import signal
import sys
from types import FrameType


class Terminated(BaseException):
    """SIGTERM as an exception, so that temporary files are removed on the way out."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code."""
    from .cli import run_app
    from .errors import UserError

    previous = signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a file name that is no valid text must not end in a traceback
            stream.reconfigure(errors="backslashreplace")
    try:
        return run_app(arguments)
    except UserError as error:
        print(f"ta-v2a: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("ta-v2a: stopped", file=sys.stderr)
        return 130
    except Terminated:
        print("ta-v2a: terminated", file=sys.stderr)
        return 143
    except BrokenPipeError:  # the reader of our output left
        sys.stderr.close()
        return 141
    finally:
        signal.signal(signal.SIGTERM, previous)


if __name__ == "__main__":
    sys.exit(main())
