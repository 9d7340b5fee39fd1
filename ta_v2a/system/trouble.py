"""What of the machine ended some work, in one line: memory, disks, parts that cannot be loaded."""

import errno

DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
_MACHINE = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}


def trouble_of(error: Exception) -> str | None:
    """The line for an exception that nobody foresaw where it arose; None for a fault of this program."""
    if (
        isinstance(error, MemoryError)
        or type(error).__name__ == "OutOfMemoryError"
        or "can't allocate memory" in str(error)
    ):
        return "there is not enough memory"
    if isinstance(error, ImportError):  # without memory for it, or without files that came with it
        from ta_v2a.system.extras import extra_that_lacks

        # A preset may name a network that a plain installation lacks.
        lacking = extra_that_lacks(error) if isinstance(error, ModuleNotFoundError) else None
        return (
            str(lacking) if lacking else " ".join(f"a part of this program cannot be loaded: {error}".split())
        )
    if not isinstance(error, OSError):
        return None
    if error.filename is not None:
        name = str(error.filename)
        return f"{name if len(name) <= 80 else name[:79] + '…'}: {error.strerror}"
    return error.strerror if error.errno in _MACHINE | DISK_ERRORS else None
