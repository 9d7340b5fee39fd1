"""The first thing the program does. To import this module is to start the program: from
here on Ctrl-C is answered."""

import os
import sys

for _number in range(
    3
):  # a standard stream that came closed: the next file opened would get its number, and what is said there
    try:
        os.fstat(_number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)
sys.stderr = sys.stderr or open(os.devnull, "w")  # noqa: SIM115 (print without one goes to standard output)

try:
    from ta_v2a.system import stopping

    _processes = sys.modules.get("multiprocessing")
    if (
        _processes is None or _processes.parent_process() is None
    ):  # a worker process imports its parent's first module again
        stopping.heed()
except KeyboardInterrupt:  # a moment too early for that
    os.write(2, b"ta-v2a: stopped\n")
    os._exit(130)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line (by default the program's own, which ends then); returns the exit code."""
    from ta_v2a.cli.main import run_command

    code = run_command(arguments)
    if arguments is None:
        stopping.ignore()
    return code
