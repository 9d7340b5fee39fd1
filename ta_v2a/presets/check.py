"""What somebody else's folder of weights holds, checked before anything is built of it or loaded: JSON of the right form, classes of this
project, sizes that the weight files bear out, finite numbers. Every fault is one line."""

import json
import math
from collections import OrderedDict
from inspect import signature
from pathlib import Path
from typing import Any

from ta_v2a.errors import UserError, one_line
from vocoders.component import CONFIG_FILE, WEIGHTS_FILE, Component

_MOST_JSON_BYTES = 1 << 20
_LARGEST_SIZE = 1 << 16  # of a width, a rate in Hz, a vocabulary
_DEEPEST = 6


def read_json_object(path: Path, largest: float = _LARGEST_SIZE) -> dict[str, Any]:
    """The object in a JSON file of settings, with numbers up to `largest`.

    Raises:
        UserError: it cannot be read, is no JSON object, or holds names or numbers that no settings have.
    """
    try:
        if path.stat().st_size > _MOST_JSON_BYTES:
            raise UserError(f"{path} is too large for a file of settings")
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is a ValueError too
        raise UserError(f"{path} is no JSON: {one_line(error)}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path} holds no JSON object")
    _check_values(path, content, largest, 0)
    return content


def _check_values(path: Path, value: Any, largest: float, depth: int) -> None:
    if depth > _DEEPEST:
        raise UserError(f"{path} is nested too deeply")
    if isinstance(value, dict):
        for name in value:
            if hasattr(OrderedDict, name):  # settings become attributes of dictionaries, here and in diffusers
                raise UserError(f"{path}: no setting can be called {name!r}")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _check_values(path, inner, largest, depth + 1)
    elif isinstance(value, int | float) and (math.isnan(value) or abs(value) > largest):
        told = f"{value:g}" if isinstance(value, float) else "a number"
        raise UserError(f"{path}: {told} is beyond what settings hold (at most {largest:,})")


def _built(kind: type[Component], config: dict[str, Any], folder: Path) -> Any:
    settings = {name: value for name, value in config.items() if not name.startswith("_")}
    try:
        return kind.from_config(settings)
    except (UserError, ModuleNotFoundError):  # the second: a package of an extra
        raise
    except Exception as error:  # a constructor may refuse wrong settings in any way
        raise UserError(f"{folder}: its settings are not those of a {kind.__name__}: {one_line(error)}") from error


def check_component(folder: Path, kind: type[Component]) -> None:
    """Checks a folder that `kind.save_pretrained` should have written: settings, and every weight that they ask for.

    Raises:
        UserError: what is wrong with it.
    """
    import torch

    config, weights = read_json_object(folder / CONFIG_FILE), _weights(folder)
    if "_class_name" in config and config["_class_name"] != kind.__name__:
        raise UserError(f"{folder} holds a {config['_class_name']}, not a {kind.__name__}")
    for name, file in {"tokenizer_file": "spiece.model", "tokenizer": "tokenizer"}.items():  # these lie beside the weights
        if name in signature(kind.__init__).parameters:
            config[name] = str(folder / file)
    most = 2 * sum(math.prod(shape) for shape, _ in weights.values()) + (1 << 20)
    made = 0

    def count(module: Any, name: str, parameter: Any) -> None:
        nonlocal made
        made += 0 if parameter is None else parameter.numel()
        if made > most:
            raise UserError(f"{folder}: its settings ask for more weights than its files hold")

    hook = torch.nn.modules.module.register_module_parameter_registration_hook(count)
    try:
        with torch.random.fork_rng(devices=[]):  # random weights leave no trace in the caller's random numbers
            expected = _built(kind, config, folder).state_dict()
    finally:
        hook.remove()
    for name, value in expected.items():
        shape, floating = weights.get(name, (None, False))
        if shape != tuple(value.shape):
            there = "is missing" if shape is None else f"has shape {shape}, its settings say {tuple(value.shape)}"
            raise UserError(f"{folder}: the weight {name} {there}")
        if value.is_floating_point() and not floating:
            raise UserError(f"{folder}: the weight {name} holds no floating-point numbers")


def _weights(folder: Path) -> dict[str, tuple[tuple[int, ...], bool]]:
    """Shape of every weight in a folder and whether it holds floating-point numbers; all of those are finite."""
    from safetensors import SafetensorError, safe_open

    path, found = folder / WEIGHTS_FILE, {}
    if not path.is_file():
        raise UserError(f"{folder} holds no {WEIGHTS_FILE}")
    try:
        with safe_open(path, framework="pt") as held:
            for name in held.keys():  # noqa: SIM118 (it is no dictionary)
                value = held.get_tensor(name)
                if value.is_floating_point() and not bool(value.isfinite().all()):
                    raise UserError(f"{path}: the weight {name} holds NaN or infinite values")
                found[name] = (tuple(value.shape), value.is_floating_point())
    except (SafetensorError, OSError, RuntimeError, ValueError, TypeError) as error:
        raise UserError(f"{path} is no safetensors file: {one_line(error)}") from None
    return found
