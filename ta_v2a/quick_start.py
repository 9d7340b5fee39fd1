"""A quick start for one short process: the command line loads the pipeline without what a Foley run never uses.

Importing diffusers' pipelines also imports every autoencoder, U-Net and transformer it has, torch's compiler with a computer algebra
system, and, through transformers, the losses of object detectors with their image tools: most of the time a short run takes. Here these
parts are replaced by empty stand-ins. The library itself (`from ta_v2a import FoleyPipeline`) never does this, and a run whose packages
are laid out differently falls back to plain imports.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader
from types import ModuleType, SimpleNamespace
from typing import Any

_UNUSED = ("torch._dynamo", "torch.distributed.tensor", "diffusers.models.autoencoders", "transformers.loss")
_LATER = {"scipy.stats"}  # loaded for real, but only once something in it is asked for
_OURS = ("diffusers", "transformers", "accelerate", "cvalp", "ldm", "vocoders", "ta_v2a.pipeline", "ta_v2a.alignment", "ta_v2a.windows")


class _Nothing:
    """Stands where a class is imported that no object of this process is an instance of."""


def _unchanged(function: Any = None, *_: Any, **__: Any) -> Any:
    """A decorator, with or without arguments, that changes nothing."""
    return function if function is not None else _unchanged


class _StandIn(ModuleType):
    """An unused module: its classes have no instances, its functions are decorators that do nothing."""

    LOSS_MAPPING: dict[str, Any] = {}
    eval_frame = SimpleNamespace(OptimizedModule=_Nothing)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.startswith("is_"):
            return lambda *_: False
        return _Nothing if name[0].isupper() else _unchanged


class _Finder(MetaPathFinder, Loader):
    """Gives a stand-in for every module below `_UNUSED`, and a lazy one for those of `_LATER`."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name in _LATER:
            spec = PathFinder.find_spec(name, path)
            if spec is not None and spec.loader is not None:
                spec.loader = LazyLoader(spec.loader)
            return spec
        unused = any(name == prefix or name.startswith(prefix + ".") for prefix in _UNUSED)
        return ModuleSpec(name, self, is_package=True) if unused else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


def pipeline_class() -> Any:
    """`FoleyPipeline`, imported quickly where nothing of it was imported yet, else plainly.

    The stand-ins stay for the life of the process: nothing in it may compile or train.
    """
    if not any(name in sys.modules for name in ("diffusers", "transformers", *_UNUSED)):
        finder = _Finder()
        sys.meta_path.insert(0, finder)
        try:
            return import_module("ta_v2a.pipeline").FoleyPipeline
        except (ImportError, AttributeError, RuntimeError, TypeError):  # another layout of a newer version
            sys.meta_path.remove(finder)
            _forget()
    return import_module("ta_v2a.pipeline").FoleyPipeline


def _forget() -> None:
    """Unloads what a failed quick start left half imported."""
    for name in list(sys.modules):
        if any(name == prefix or name.startswith(prefix + ".") for prefix in (*_OURS, *_UNUSED)):
            del sys.modules[name]
    vars(sys.modules["torch"]).pop("_dynamo", None)
