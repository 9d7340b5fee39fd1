"""A quick start for one short process: the command line loads the pipeline without what a Foley run never uses.

Importing diffusers' pipelines also imports every autoencoder, U-Net and transformer it has, torch's compiler with a computer algebra
system, distributed tensors, and, through transformers, image processors and the losses of object detectors: most of the time a short run
takes. Here these parts are replaced by empty stand-ins. The library itself (`from ta_v2a import FoleyPipeline`) never does this, and where
packages are laid out differently plain imports follow.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace
from typing import Any

_UNUSED = (
    "torch._dynamo",
    "torch.distributed.tensor",
    "torch.nn.attention.flex_attention",
    "diffusers.models.autoencoders",
    "transformers.loss",
    "transformers.processing_utils",
)
_LATER = "scipy.stats"  # a scheduler asks for it by name, and for what is in it only in one of its settings
_OURS = ("diffusers", "transformers", "accelerate", "cvalp", "ldm", "vocoders", "ta_v2a.pipeline", "ta_v2a.alignment", "ta_v2a.windows")


class _Nothing:
    """Stands where a class is imported that no object of interest is an instance of."""

    def __init__(self, *_: Any, **__: Any):
        pass

    def __class_getitem__(cls, _: Any) -> type:
        return cls


def _unchanged(function: Any = None, *_: Any, **__: Any) -> Any:
    """A decorator, with or without arguments, that changes nothing."""
    return function if function is not None else _unchanged


class _StandIn(ModuleType):
    """An unused module: its classes have no instances, its functions are decorators that do nothing, its questions are answered no."""

    LOSS_MAPPING: dict[str, Any] = {}
    eval_frame = SimpleNamespace(OptimizedModule=_Nothing)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name.startswith("is_"):
            return lambda *_: False
        return _Nothing if name[0].isupper() else _unchanged


class _Later(ModuleType):
    """A module that is loaded when something in it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
        sys.modules.pop(self.__name__, None)
        return getattr(import_module(self.__name__), name)


class _Finder(MetaPathFinder, Loader):
    """Gives the stand-ins."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        unused = any(name == prefix or name.startswith(prefix + ".") for prefix in _UNUSED)
        return ModuleSpec(name, self, is_package=True) if unused or name == _LATER else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Later(spec.name) if spec.name == _LATER else _StandIn(spec.name)

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
        if any(name == prefix or name.startswith(prefix + ".") for prefix in (*_OURS, *_UNUSED, _LATER)):
            del sys.modules[name]
    if "torch" in sys.modules:
        vars(sys.modules["torch"]).pop("_dynamo", None)
