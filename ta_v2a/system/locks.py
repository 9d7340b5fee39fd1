"""A folder that one program at a time writes to."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ta_v2a.errors import UserError
from ta_v2a.system.user_files import made_folder


@contextmanager
def sole_user(folder: Path, who: str) -> Iterator[None]:
    """Inside, the folder is this program's alone, which ends with it however it ends; it is made if need be.

    Args:
        folder: what is written to; a file `lock` in it is held.
        who: what the other one would be, such as "another server".

    Raises:
        UserError: the other one has it.
    """
    try:
        file = os.open(made_folder(folder) / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise UserError(f"{folder}: cannot be used ({error.strerror})") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise UserError(f"{folder}: {who} uses this folder") from None
    try:
        yield
    finally:
        os.close(file)
