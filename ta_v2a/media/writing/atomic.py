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
from ta_v2a.media.reading.opening import shown_name


def check_folder(folder: Path, name: str) -> None:
    """Raises: UserError: `folder` is missing or not writable; the line begins with `name`."""
    if not folder.is_dir():
        raise UserError(f"{name}: the output folder does not exist")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise UserError(f"{name}: the output folder is not writable")


def output_file(out_path: str | os.PathLike, *inputs: str | os.PathLike) -> Path:
    """`out_path` with links followed, if a file can be put there; call it before long work.

    Raises:
        UserError: it is one of `inputs`, a folder or a device, or its folder is missing or not writable.
    """
    name = shown_name(out_path)
    if not os.fspath(out_path) or "\0" in os.fspath(out_path):
        raise UserError("the output has no usable file name")
    out = Path(os.path.realpath(out_path))
    if os.path.islink(out):  # what remains a link once all links were followed leads in a circle
        raise UserError(f"{name}: is a symbolic link that leads back to itself")
    try:
        for source in inputs:
            if os.path.exists(out) and os.path.samefile(out, source):
                raise UserError(f"{name}: is the clip itself; name another output, the clip is never overwritten")
        if out.is_dir():
            raise UserError(f"{name}: is a folder; name a file in it")
        if out.exists() and not stat.S_ISREG(out.stat().st_mode):
            raise UserError(f"{name}: is a device or pipe, not a plain file")
        check_folder(out.parent, name)
    except PermissionError:
        raise UserError(f"{name}: permission denied") from None
    except OSError as error:
        raise UserError(f"{name}: {error.strerror}") from None
    return out


def reason(error: OSError) -> str:
    """Why a file could not be written, in words."""
    reasons = {
        errno.ENOSPC: "the disk is full",
        errno.EDQUOT: "the disk quota is used up",
        errno.EFBIG: "the file would be larger than this system or account allows",
        errno.EACCES: "permission denied",
        errno.EPERM: "permission denied",
        errno.EROFS: "the disk is read-only",
        errno.ENAMETOOLONG: "the file name is too long",
    }
    return reasons.get(error.errno or 0, error.strerror or str(error))


def output_error(out_path: str | os.PathLike, error: OSError) -> UserError:
    """What a failed write means to the user."""
    return UserError(f"{shown_name(out_path)}: not written: {reason(error)}")


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
def _unnamed(folder: Path) -> Iterator[tuple[str, str, int | None]]:
    """(path to write to, hidden name that the file has or may get, descriptor of a file without a name) of a file in `folder`.

    Whatever has the hidden name afterwards is removed.
    """
    hidden = str(folder / f".{secrets.token_hex(8)}.part")
    descriptor = _nameless(folder)
    try:
        with _ended_by_signals():
            if descriptor is None:
                os.close(os.open(hidden, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
                yield hidden, hidden, None
            else:
                # By number, not "self": other processes of this user may read it too.
                yield f"/proc/{os.getpid()}/fd/{descriptor}", hidden, descriptor
    finally:
        with suppress(OSError):
            os.unlink(hidden)
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def scratch_file(beside: Path) -> Iterator[str]:
    """A path to write to, on the disk of `beside`; what was written is gone after the block.

    Raises:
        UserError: the disk is full, or the folder refuses the file.
    """
    try:
        with _unnamed(beside.parent) as (path, _, _):
            yield path
    except OSError as error:
        raise output_error(beside, error) from None


def _as_before(path: str, out: Path) -> None:
    """The rights and, where this account may do that, the owner of the file that is replaced."""
    with suppress(OSError):
        before = os.stat(out)
        with suppress(OSError):
            os.chown(path, before.st_uid, before.st_gid)
        os.chmod(path, stat.S_IMODE(before.st_mode))


class NameTaken(UserError):
    """A file that was not to be replaced appeared meanwhile."""


def _put(hidden: str, out: Path, replace: bool) -> None:
    if replace:
        _as_before(hidden, out)
        os.replace(hidden, out)
        return
    try:
        os.link(hidden, out)
    except FileExistsError:
        raise NameTaken(f"{shown_name(out)}: another program has made this file meanwhile") from None
    except OSError:  # a disk without links
        if os.path.lexists(out):
            raise NameTaken(f"{shown_name(out)}: another program has made this file meanwhile") from None
        os.replace(hidden, out)


@contextmanager
def whole_file(out: Path, replace: bool = True) -> Iterator[str]:
    """A path to write to; `out` becomes that file when the block ends well, and stays as it was otherwise.

    Args:
        out: as `output_file` returned it.
        replace: take the place of a file that has this name, with its rights; else such a file stays.

    Raises:
        UserError: the disk is full, or the folder refuses the file.
        NameTaken: there is such a file, and it is not to be replaced.
    """
    try:
        with _unnamed(out.parent) as (path, hidden, descriptor):
            yield path
            if descriptor is None:
                _sync(hidden)
            else:
                os.fsync(descriptor)
                # Naming `src_dir_fd` makes Python follow the link in /proc, as open(2) asks for nameless files.
                os.link(path, hidden, src_dir_fd=descriptor, follow_symlinks=True)
            _put(hidden, out, replace)
            with suppress(OSError):  # some network folders cannot be synchronised
                _sync(out.parent)
    except OSError as error:
        raise output_error(out, error) from None
