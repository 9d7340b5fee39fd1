"""The one door to panns-inference, whose import would otherwise fetch a label table by itself.

Offline that fetch leaves an empty table in the home folder and every later import is silently wrong (no labels). So the import happens
while HOME points at a temporary folder that already holds the packaged table.
"""

import os
import shutil
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import ModuleType

from cvalp.data_files import AUDIOSET_CLASSES, AUDIOSET_LABELS


def import_panns() -> ModuleType:
    """The `panns_inference` package, imported with all 527 labels and without network; `.models` holds its networks.

    Raises:
        ImportError: if it cannot be imported or came without its labels (imported earlier by something else, with an empty table).
    """
    if "panns_inference" not in sys.modules:
        _import_in_temporary_home()
    module = import_module("panns_inference")
    if len(module.labels) != AUDIOSET_CLASSES:
        raise ImportError(f"panns_inference was imported with {len(module.labels)} labels instead of {AUDIOSET_CLASSES}")
    return module


def _import_in_temporary_home() -> None:
    kept = {name: os.environ.get(name) for name in ("HOME", "USERPROFILE")}
    with tempfile.TemporaryDirectory(prefix="ta-v2a-") as home:
        target = Path(home) / "panns_data" / "class_labels_indices.csv"
        target.parent.mkdir()
        shutil.copyfile(AUDIOSET_LABELS, target)
        try:
            os.environ.update(dict.fromkeys(kept, home))
            import_module("panns_inference")
        finally:
            for name, value in kept.items():
                os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
