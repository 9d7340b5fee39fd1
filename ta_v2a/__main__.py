"""Entry point of `ta-v2a` and `python -m ta_v2a`: exit codes 0 (done), 1 (found something wrong), 2 (the user's error), 130 and 143 (stopped)."""

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
