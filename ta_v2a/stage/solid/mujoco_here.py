"""MuJoCo, where the extra is installed, and whether it can draw here. Imported when first needed."""

import contextlib
import ctypes
import importlib
import os
from typing import Any

from ta_v2a.errors import UserError
from ta_v2a.system.extras import need

_LIBRARY = "libEGL.so.1"
_PACKAGES = "libegl1 and libgl1-mesa-dri (Debian's names)"


def physics() -> Any:
    """The module mujoco. Drawing goes through EGL where nobody chose another way, on one core.

    Raises:
        UserError: the extra `solid` is not installed.
    """
    need("solid")
    os.environ.setdefault("MUJOCO_GL", "egl" if _has_egl() else "disabled")
    os.environ.setdefault("LP_NUM_THREADS", "0")  # llvmpipe without threads, which a forked worker would lack
    import mujoco

    return mujoco


def _has_egl() -> bool:
    try:
        ctypes.CDLL(_LIBRARY)
    except OSError:
        return False
    return True


_contexts: dict[int, Any] = {}


def draw_here() -> Any:
    """The process's own OpenGL context, made current; made when first asked for.

    Raises:
        UserError: nothing can be drawn on this machine.
    """
    mujoco = physics()
    with contextlib.suppress(ImportError):  # triton's LLVM crashes where Mesa's is loaded before it: torch
        importlib.import_module("triton")  # imports it as soon as something asks for a compiler
    here = os.getpid()
    try:
        if here not in _contexts:
            _contexts[here] = mujoco.GLContext(16, 16)
        _contexts[here].make_current()
    except Exception as error:  # of EGL, of OpenGL, or no GLContext at all: whatever its type, no picture
        _contexts.pop(here, None)
        raise UserError(
            f"the solid world cannot be drawn here: it needs {_PACKAGES} "
            f"({type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no message'})"
        ) from None
    return mujoco


def drawing_problem() -> str | None:
    """Why the solid world cannot be drawn here, in one line; None where it can."""
    try:
        draw_here()
    except UserError as error:
        return str(error)
    return None
