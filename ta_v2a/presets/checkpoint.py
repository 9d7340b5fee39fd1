"""Checkpoints of any origin, read as tensors and never as code."""

import re
from pathlib import Path
from typing import Any

from ta_v2a.errors import UserError, one_line
from ta_v2a.system.user_files import is_file

_CALLBACKS = ("pytorch_lightning", "lightning.pytorch")
"""Checkpoints of Stable Diffusion and Diff-Foley name a class of Lightning's callbacks as a key."""


class _Callback:
    """Stands where a file names a class of Lightning's: does nothing, holds nothing."""


def read_checkpoint(path: Path) -> Any:
    """Tensors of a checkpoint, never code.

    Raises:
        UserError: it is no checkpoint, or holds more than tensors and plain values.
    """
    import pickle

    import numpy as np
    import torch

    if not is_file(path):
        raise UserError(f"no such file: {path}")
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        try:
            return load_file(path)
        except Exception as error:  # a broken file may be refused in any way
            raise UserError(f"{path} is no safetensors file: {one_line(error)}") from None
    # Arrays and numbers of numpy lie beside the weights in some files; rebuilding them, as numpy itself
    # says how, runs no foreign code.
    _reconstruct, scalar = np.zeros(1).__reduce__()[0], np.float64(0).__reduce__()[0]
    numbers = [type(np.dtype(kind)) for kind in (np.int32, np.int64, np.float32, np.float64, bool)]
    harmless: list[Any] = [_reconstruct, scalar, np.ndarray, np.dtype, *numbers]
    harmless += [
        (_reconstruct, "numpy.core.multiarray._reconstruct"),
        (scalar, "numpy.core.multiarray.scalar"),
    ]
    harmless += [(_Callback, f"{name}.callbacks.model_checkpoint.ModelCheckpoint") for name in _CALLBACKS]
    try:
        with torch.serialization.safe_globals(harmless):
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        refused = re.search(r"GLOBAL (\S+)", str(error))
        problem = (
            f"holds objects besides tensors, which are never loaded: {refused[1]}"
            if refused
            else "is no checkpoint"
        )
        raise UserError(f"{path} {problem}") from None
    except (
        Exception
    ):  # what is no checkpoint may be refused in any way: a pickle of three bytes by an IndexError
        raise UserError(f"{path} is no checkpoint, or only a part of one (downloads break off)") from None
