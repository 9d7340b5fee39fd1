"""A server in a process of its own, as a user starts it."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


class Served:
    """`ta-v2a serve FOLDER`, started; `address` is where it listens.

    Args:
        folder: what it keeps.
        words: further options.
        environment: variables beside this process's own.
    """

    def __init__(self, folder: Path, *words: str, environment: dict[str, str] | None = None):
        command = [sys.executable, "-m", "ta_v2a", "serve", str(folder), "--port", "0", *words]
        given = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT), **(environment or {})}
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=given)
        assert self.process.stderr is not None
        self.address, self.said = "", []
        for line in self.process.stderr:
            self.said.append(line)
            if found := re.search(r"listening on (\S+)", line):
                self.address = found[1]
                break
        else:
            raise AssertionError("".join(self.said))
        self._reader = threading.Thread(target=lambda: self.said.extend(self.process.stderr), daemon=True)
        self._reader.start()

    def kill(self) -> None:
        """As the system does when memory is short: no goodbye."""
        self.process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Asks it to end; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def __enter__(self) -> "Served":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
        self._reader.join(5)
