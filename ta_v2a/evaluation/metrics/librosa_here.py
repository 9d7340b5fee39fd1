"""librosa, for one thread at a time, its compiled functions kept by this process alone."""

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from ta_v2a.system.extras import need

_one_at_a_time = Lock()


@contextmanager
def librosa_alone() -> Iterator[Any]:
    """The module librosa, which no other thread uses inside.

    numba keeps what it compiles for librosa on disk. Where two threads or processes compile and keep at once,
    what is kept may be damaged, and every process that reads it ends with SIGSEGV.

    Raises:
        UserError: without the extra "eval".
    """
    need("eval")
    with _one_at_a_time:
        if "librosa" not in sys.modules and "NUMBA_CACHE_DIR" not in os.environ:
            _keep_apart()
        import librosa

        yield librosa


def _keep_apart() -> None:
    """numba keeps what it compiles from now on in a folder that ends with this process."""
    import numba

    folder = tempfile.mkdtemp(prefix="ta-v2a-")
    numba.config.CACHE_DIR = folder  # type: ignore[attr-defined]  # made from the environment there
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
