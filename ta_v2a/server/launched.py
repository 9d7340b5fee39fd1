"""A server in a process of its own, as a user starts it: for programs that want one of their own, tests and
measurements."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

_ENDING_S = 60


class LaunchedServer:
    """`ta-v2a serve FOLDER --port 0`, which ends with the `with` block.

    Args:
        folder: what it keeps.
        words: further options of the command.
        environment: variables beside this process's own.

    Attributes:
        process: the server.
        address: where it listens, such as "http://127.0.0.1:40123".
        said: lines of its standard error.

    Raises:
        RuntimeError: it ended before it listened; its lines are named.
    """

    def __init__(self, folder: str | Path, *words: str, environment: dict[str, str] | None = None):
        self.folder = Path(folder)
        command = [sys.executable, "-m", "ta_v2a", "serve", str(folder), "--port", "0", *words]
        packages = str(Path(__file__).resolve().parents[2])
        given = {**os.environ, "PYTHONPATH": packages, **(environment or {})}
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=given)
        assert self.process.stderr is not None
        self.address, self.said = "", []
        for line in self.process.stderr:
            self.said.append(line)
            if found := re.search(r"listening on (\S+)", line):
                self.address = found[1]
                break
        else:
            self.process.wait()
            raise RuntimeError("".join(self.said))
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True)
        self._reader.start()

    def _read(self, lines) -> None:
        self.said.extend(lines)

    def kill(self) -> None:
        """Ends it as the system does where memory is short: at once, without a goodbye."""
        self.process.kill()
        self.process.wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Asks it to end; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(_ENDING_S)

    def workers(self) -> list[int]:
        """Process ids of its workers (Linux)."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        pids = {int(pid) for each in tasks for pid in each.read_text().split()}
        return sorted(pid for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes())

    def __enter__(self) -> "LaunchedServer":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop()
        self._reader.join(1.0)
