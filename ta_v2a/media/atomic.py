"""Output files that appear whole or not at all, whatever ends the program."""

import errno
import os
import secrets
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.media.opening import shown_name


def output_file(out_path: str | os.PathLike, *inputs: str | os.PathLike) -> Path:
    """`out_path` with links followed, if a file can be put there; call it before long work.

    Raises:
        UserError: it is one of `inputs`, a folder or a device, or its folder is missing or not writable.
    """
    name = shown_name(out_path)
    if not os.fspath(out_path) or "\0" in os.fspath(out_path):
        raise UserError("the output has no usable file name")
    out = Path(os.path.realpath(out_path))
    try:
        for source in inputs:
            if os.path.exists(out) and os.path.samefile(out, source):
                raise UserError(f"{name}: is the clip itself; name another output, the clip is never overwritten")
        if out.is_dir():
            raise UserError(f"{name}: is a folder; name a file in it")
        if out.exists() and not stat.S_ISREG(out.stat().st_mode):
            raise UserError(f"{name}: is a device or pipe, not a plain file")
        if not out.parent.is_dir():
            raise UserError(f"{name}: the output folder does not exist")
    except PermissionError:
        raise UserError(f"{name}: permission denied") from None
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None
    if not os.access(out.parent, os.W_OK | os.X_OK):
        raise UserError(f"{name}: the output folder is not writable")
    return out


def output_error(out_path: str | os.PathLike, error: OSError) -> UserError:
    """What a failed write means to the user."""
    reasons = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EFBIG: "the file would be larger than this system or account allows",
        errno.EACCES: "permission denied",
        errno.EPERM: "permission denied",
        errno.EROFS: "the disk is read-only",
        errno.ENAMETOOLONG: "the file name is too long",
    }
    return UserError(f"{shown_name(out_path)}: not written: {reasons.get(error.errno, error.strerror or str(error))}")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP become SystemExit inside, so that clean-up runs (main thread only; elsewhere nothing changes)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    numbers = [n for n in (signal.SIGTERM, getattr(signal, "SIGHUP", None)) if n is not None and signal.getsignal(n) == signal.SIG_DFL]
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _nameless(folder: Path) -> int | None:
    """A descriptor of a file without a name in `folder`, or None where the system has no such thing.

    The kernel removes it with the process: even SIGKILL leaves nothing behind.
    """
    if not hasattr(os, "O_TMPFILE") or not os.path.isdir("/proc/self/fd"):
        return None
    try:
        return os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666)
    except OSError:
        return None


def _sync(path: str | os.PathLike, flags: int = os.O_RDONLY) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def whole_file(out: Path) -> Iterator[str]:
    """A path to write to; `out` becomes that file when the block ends well, and stays as it was otherwise.

    Args:
        out: as `output_file` returned it.

    Raises:
        UserError: the disk is full, or the folder refuses the file.
    """
    temporary = str(out.parent / f".{secrets.token_hex(8)}.part")
    descriptor = _nameless(out.parent)
    try:
        with _ended_by_signals():
            if descriptor is None:
                os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
                yield temporary
                _sync(temporary)
            else:
                yield f"/proc/self/fd/{descriptor}"
                os.fsync(descriptor)
                # Naming `src_dir_fd` makes Python follow the link in /proc, as open(2) asks for nameless files.
                os.link(f"/proc/self/fd/{descriptor}", temporary, src_dir_fd=descriptor, follow_symlinks=True)
            os.replace(temporary, out)
            with suppress(OSError):  # some network folders cannot be synchronised
                _sync(out.parent)
    except OSError as error:
        raise output_error(out, error) from None
    finally:
        with suppress(OSError):
            os.unlink(temporary)
        if descriptor is not None:
            os.close(descriptor)
