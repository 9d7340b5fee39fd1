"""What the program finds around it: standard streams that are closed, full or left, a folder that
is gone, too little memory."""

import os
import signal
import subprocess
import sys

import pytest

from ta_v2a.cli.main import _trouble

GONE = "the folder that this was started in is gone; change to another one"
NO_MEMORY = "cannot be loaded|not enough memory|the process that reads films"
LINUX = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="shells and devices of Linux")


def shell(line: str, cwd) -> subprocess.CompletedProcess:
    """`line` in a shell, where $T stands for the program; its own exit code and output."""
    environment = {**os.environ, "T": f"{sys.executable} -m ta_v2a", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        ["sh", "-c", line], cwd=cwd, env=environment, capture_output=True, text=True, timeout=60
    )


@LINUX
@pytest.mark.parametrize(
    ("line", "code", "out", "err"),
    [
        ("$T --version >/dev/full", 2, "", "ta-v2a: standard output: No space left on device\n"),
        ("$T --version >&-", 0, "", ""),
        ("$T --help 2>&- | head -c 0", 0, "", ""),
        ("$T foley {clip} -o {folder}/x.mp3 2>&-", 2, "", ""),
        ("$T foley {clip} -o {folder}/x.mp3 <&- >&- 2>&-", 2, "", ""),
        ("$T foley {clip} -o {folder}/x.mp3 2>/dev/full", 2, "", ""),
        ("mkdir gone; cd gone; rmdir ../gone; $T foley {clip}", 2, "", f"ta-v2a: {GONE}\n"),
        ("ulimit -n 5; $T foley {clip}", 2, "", "ta-v2a: /dev/null: Too many open files\n"),
        ("ulimit -v 500000; $T foley {clip} --no-wav -p knock", 2, "", NO_MEMORY),
    ],
)
def test_whatever_is_missing_it_is_one_line_at_most(tmp_path, silent_clip, line, code, out, err):
    folder = tmp_path / "out"
    folder.mkdir()
    clip = folder / "clip.mp4"
    clip.write_bytes(silent_clip.read_bytes())
    done = shell(line.format(clip=clip, folder=folder), tmp_path)
    assert (done.returncode, done.stdout) == (code, out)
    assert done.stderr == err or (err and any(part in done.stderr for part in err.split("|")))
    assert len(done.stderr.splitlines()) <= 1 and os.listdir(folder) == ["clip.mp4"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_after_the_work_changes_nothing(tmp_path, number):
    """It comes while Python tidies up, when the files are whole and the result was told."""
    (tmp_path / "run.py").write_text(
        "import atexit, os, sys\n"
        "from ta_v2a.start import main\n"
        f"atexit.register(os.kill, os.getpid(), {int(number)})\n"
        "sys.argv = ['ta-v2a', '--version']\n"
        "sys.exit(main())\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "run.py"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith("ta-v2a ")


def test_faults_of_the_machine_are_lines_and_those_of_the_program_are_not():
    import torch

    cpu = RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes")
    for error in (MemoryError(), torch.OutOfMemoryError("CUDA out of memory"), cpu):
        assert _trouble(error) == "there is not enough memory"
    words = "a part of this program cannot be loaded: libx.so: failed to map segment"
    assert _trouble(ImportError("libx.so: failed to map\n segment")) == words
    assert _trouble(OSError(24, "Too many open files")) == "Too many open files"
    assert _trouble(FileNotFoundError(2, "No such file", "a" * 100)) == f"{'a' * 79}…: No such file"
    assert (
        _trouble(OSError(9, "Bad file descriptor"))
        is None
        is _trouble(RuntimeError("a bug"))
        is _trouble(KeyError("x"))
    )
