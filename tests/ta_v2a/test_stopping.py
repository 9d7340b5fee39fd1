"""Ctrl-C and SIGTERM whenever they come: one line, the right exit code, nothing left;
workers end with their parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ta_v2a.system import stopping

ROOT = Path(__file__).parents[2]
SAID = {signal.SIGINT: (130, "ta-v2a: stopped\n"), signal.SIGTERM: (143, "ta-v2a: terminated\n")}
LINUX = pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="looks at processes in /proc")


def started(arguments: list[str], **options) -> subprocess.Popen:
    """A command whose standard error is kept, in a group of its own, as a terminal starts it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **options.pop("env", {})}
    # A shell's background jobs ignore SIGINT, and their children inherit that.
    heeds = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # noqa: E731
    pipe = subprocess.PIPE
    return subprocess.Popen(
        arguments,
        env=environment,
        stdout=pipe,
        stderr=pipe,
        text=True,
        preexec_fn=heeds,
        process_group=0,
        **options,
    )


def status(pid: int, field: str) -> str:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return ""
    return next((line.split("\t", 1)[1] for line in lines if line.startswith(f"{field}:")), "")


def wait_until(true, seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while not (reached := true()) and time.monotonic() < end:
        time.sleep(0.001)
    return reached


def heeds(process: subprocess.Popen) -> bool:
    """Whether its own answer to SIGTERM is in place; that to SIGINT was put there before."""
    caught = status(process.pid, "SigCgt") or "0"
    return process.poll() is not None or bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


def alive(pid: int) -> bool:
    return status(pid, "State")[:1] not in ("", "Z")


def children(pid: int) -> set[int]:
    found = (path.name for path in Path("/proc").iterdir() if path.name.isdigit())
    return {int(name) for name in found if status(int(name), "PPid") == str(pid)}


@pytest.fixture
def console_script(tmp_path) -> list[str]:
    """What an installer writes for `[project.scripts]`."""
    import tomllib

    module, _, name = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"][
        "ta-v2a"
    ].partition(":")
    path = tmp_path / "ta-v2a"
    path.write_text(
        f"import sys\nfrom {module} import {name}\nif __name__ == '__main__':\n    sys.exit({name}())\n"
    )
    return [sys.executable, str(path)]


@LINUX
@pytest.mark.parametrize("way", ["module", "script"])
@pytest.mark.parametrize(
    ("number", "delay_s"),
    [
        *((signal.SIGINT, s) for s in (0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8)),
        (signal.SIGTERM, 0),
        (signal.SIGTERM, 0.3),
    ],
)
def test_from_the_first_moment_on(number, delay_s, way, tmp_path, silent_clip, console_script):
    """`foley`, through its imports of typer, torch and diffusers."""
    command = console_script if way == "script" else [sys.executable, "-m", "ta_v2a"]
    out = tmp_path / "out"
    out.mkdir()
    process = started([*command, "foley", str(silent_clip), "-p", "x", "-o", str(out / "x.mp4")])
    assert wait_until(lambda: heeds(process))
    time.sleep(delay_s)
    process.send_signal(number)
    printed, err = process.communicate(timeout=60)
    assert (process.returncode, printed, err) == (SAID[number][0], "", SAID[number][1])
    assert list(out.iterdir()) == []


@LINUX
@pytest.mark.parametrize("number", SAID)
def test_while_workers_write(number, tmp_path):
    """Ctrl-C goes to the whole group; the workers say nothing, and nothing
    stays behind, no process either."""
    folder, scratch = tmp_path / "out", tmp_path / "tmp"
    scratch.mkdir()
    arguments = ["stage", "-n", "50", "--jobs", "2", "--duration", "60", "-o", str(folder)]
    process = started([sys.executable, "-m", "ta_v2a", *arguments], env={"TMPDIR": str(scratch)})
    assert wait_until(lambda: process.poll() is not None or any(scratch.iterdir()))
    workers = children(process.pid)
    assert len(workers) >= 2
    os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == SAID[number]
    assert wait_until(lambda: not any(map(alive, workers)), 5)
    assert not [path for path in folder.iterdir() if path.suffix == ".part"]


WORK = """
import os, sys, time
from ta_v2a.system.parallel import in_order
from ta_v2a.system.processes import follow_parent

def work(number):
    open(f"{os.getpid()}.begun", "w").close()
    time.sleep(60)

class Slow:
    def __len__(self): return 1000
    def __getitem__(self, index): work(index)

if __name__ == "__main__":
    print("begun", flush=True)
    if sys.argv[1] == "pool":
        for _ in in_order(work, range(9), 2): pass
    else:
        from torch.utils.data import DataLoader
        for _ in DataLoader(Slow(), 2, num_workers=2, worker_init_fn=follow_parent): pass
"""


@LINUX
@pytest.mark.parametrize(
    ("kind", "count", "elsewhere"),
    [("pool", 3, False), ("loader", 2, False), ("pool", 3, True)],
    ids=["pool and resource tracker", "loader", "pool without the kernel's help, as on other systems"],
)
def test_workers_end_with_a_parent_that_was_killed(kind, count, elsewhere, tmp_path):
    path = tmp_path / "work.py"
    path.write_text(
        WORK.replace("import os, sys, time", "import os, sys, time\nsys.platform = 'other'")
        if elsewhere
        else WORK
    )
    process = started([sys.executable, str(path), kind], cwd=tmp_path)
    try:
        assert process.stdout.readline() == "begun\n"
        assert wait_until(lambda: len(list(tmp_path.glob("*.begun"))) == 2)
        found = children(process.pid)
        assert len(found) == count
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
    try:
        assert wait_until(lambda: not any(map(alive, found)), 5)
    finally:
        for pid in filter(alive, found):
            os.kill(pid, signal.SIGKILL)


SWALLOWS = """
import os, signal, sys, time
from ta_v2a.system import stopping
stopping.heed()

class Late:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000): pass

def work():
    {work}
    return 0

sys.exit(stopping.tidily(work))
"""


@pytest.mark.parametrize(
    "work",
    [
        "late = Late(); del late; time.sleep(30)",  # an exception in a finaliser is lost
        "import interrupted; time.sleep(30)",  # in an import it would come out as an ImportError
        "from ctypes import py_object, pythonapi; run = pythonapi.PyRun_String; run.restype = py_object\n"
        # out of Python code that C code runs
        "    run(b'import endless', 257, py_object(globals()), py_object(globals()))",
        "import endless",  # but no import is waited for long
        "try: import endless\n    except BaseException: time.sleep(30)",  # not even where it got lost again
        # somebody's own answer
        "try: os.kill(os.getpid(), signal.SIGINT); time.sleep(30)\n    except BaseException: pass",
        # as Lightning's is
        "try: os.kill(os.getpid(), signal.SIGINT); time.sleep(30)\n    except BaseException: sys.exit(1)",
    ],
)
def test_where_the_exception_gets_lost(work, tmp_path):
    (tmp_path / "interrupted.py").write_text(
        "import os, signal\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT)\n    [None for _ in range(1000)]\n"
        "except KeyboardInterrupt: raise ImportError('half a module')\n"
    )
    slow = (
        "import os, signal, time\n"
        "try:\n    os.kill(os.getpid(), signal.SIGINT); time.sleep(30)\nfinally: pass\n"
    )
    (tmp_path / "endless.py").write_text(slow)
    (tmp_path / "run.py").write_text(SWALLOWS.format(work=work))
    process = started([sys.executable, "-m", "run"], cwd=tmp_path)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == SAID[signal.SIGINT]


def test_a_second_one_ends_it_at_once(tmp_path):
    work = "\n    ".join(["try: os.kill(os.getpid(), signal.SIGINT); time.sleep(30)",
                          "finally: os.kill(os.getpid(), signal.SIGINT); time.sleep(30)"])  # fmt: skip
    (tmp_path / "run.py").write_text(SWALLOWS.format(work=work))
    process = started([sys.executable, str(tmp_path / "run.py")])
    _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == SAID[signal.SIGINT]


def test_in_another_program_the_handlers_are_put_back():
    from ta_v2a.__main__ import main

    before = [signal.getsignal(number) for number in (*SAID, signal.SIGALRM)]
    assert main(["--version"]) == 0
    assert [signal.getsignal(number) for number in (*SAID, signal.SIGALRM)] == before
    with pytest.raises(ValueError):
        stopping.tidily(lambda: int("x"))
