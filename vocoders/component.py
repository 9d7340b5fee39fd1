"""Networks that are saved like those of diffusers: `config.json` beside one safetensors file.

The layout of the folder, the names of the methods and the class name in the configuration are those of
diffusers' `ModelMixin` and `ConfigMixin`, so diffusers' pipelines take such networks as components. Nothing
of diffusers is imported: its import takes longer than sounding a clip.
"""

import functools
import inspect
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import nn

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "diffusion_pytorch_model.safetensors"

Own = TypeVar("Own", bound="Component")


class Config(Mapping[str, Any]):
    """The arguments that a network was built with: `config.width` and `config["width"]`. Read only."""

    def __init__(self, values: Mapping[str, Any]):
        vars(self).update(values)

    def __getitem__(self, name: str) -> Any:
        return vars(self)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(vars(self))

    def __len__(self) -> int:
        return len(vars(self))

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"no setting {name!r}; there are {', '.join(self)}")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a configuration is read only; see Component.register_to_config")

    def __repr__(self) -> str:
        return f"Config({vars(self)})"


def configured(init: Callable[..., None]) -> Callable[..., None]:
    """Decorates the `__init__` of a `Component`: its arguments, defaults included, become `self.config`."""
    signature = inspect.signature(init)

    @functools.wraps(init)
    def recorded(self: "Component", *args: Any, **kwargs: Any) -> None:
        if type(self).__init__ is recorded:  # not the base of a class with arguments of its own
            given = signature.bind(self, *args, **kwargs)
            given.apply_defaults()
            object.__setattr__(self, "config", Config(dict(list(given.arguments.items())[1:])))
        init(self, *args, **kwargs)

    return recorded


class Component(nn.Module):
    """A network with a configuration, saved and loaded as a folder."""

    config: Config

    @property
    def class_name(self) -> str:
        """Of its configuration; torch renames the class of a network that it spreads over devices."""
        return next(kind.__name__ for kind in type(self).__mro__ if not kind.__name__.startswith("FSDP"))

    @property
    def dtype(self) -> torch.dtype:
        """Of the first parameter, or buffer, that holds floating-point numbers; torch's default if none."""
        held = (value.dtype for value in self._values() if value.is_floating_point())
        return next(held, torch.get_default_dtype())

    @property
    def device(self) -> torch.device:
        """Of the first parameter or buffer; the CPU if there is none."""
        return next((value.device for value in self._values()), torch.device("cpu"))

    def _values(self) -> Iterator[torch.Tensor]:
        yield from self.parameters()
        yield from self.buffers()

    def register_to_config(self, **changes: Any) -> None:
        """Other settings in the configuration; the network itself stays as it is."""
        object.__setattr__(self, "config", Config({**self.config, **changes}))

    @classmethod
    def from_config(cls: type[Own], config: Mapping[str, Any], **changes: Any) -> Own:
        """A new network of these settings; those that the class does not have are left aside.

        Raises:
            ValueError, TypeError: settings that make no network.
        """
        known = inspect.signature(cls.__init__).parameters
        return cls(**{name: value for name, value in {**config, **changes}.items() if name in known})

    @classmethod
    def from_pretrained(
        cls: type[Own],
        folder: str | os.PathLike,
        subfolder: str = "",
        torch_dtype: torch.dtype = torch.float32,
        **changes: Any,
    ) -> Own:
        """The network that `save_pretrained` wrote, in evaluation mode; nothing is downloaded.

        Args:
            folder, subfolder: where it lies.
            torch_dtype: of its weights.
            changes: settings in place of those in its configuration.

        Raises:
            ValueError: in one line, if there is no such network in the folder.
        """
        place = Path(folder) / subfolder
        network = cls.from_config(read_config(place), **changes)
        load_weights(network, place / WEIGHTS_FILE)
        return network.to(torch_dtype).eval()

    def save_pretrained(self, folder: str | os.PathLike, safe_serialization: bool = True) -> None:
        """Writes `config.json` and the weights into a folder, which is made if needed.

        Raises:
            ValueError: if asked for anything but safetensors.
        """
        from safetensors.torch import save_file

        if not safe_serialization:
            raise ValueError("weights are saved as safetensors only")
        place = Path(folder)
        place.mkdir(parents=True, exist_ok=True)
        part = place / f".{WEIGHTS_FILE}.part"
        weights = {name: value.detach().contiguous() for name, value in self.state_dict().items()}
        save_file(weights, part, {"format": "pt"})
        part.replace(place / WEIGHTS_FILE)
        text = json.dumps({"_class_name": self.class_name, **self.config}, indent=2, sort_keys=True)
        (place / CONFIG_FILE).write_text(text + "\n")


def read_config(folder: str | os.PathLike) -> dict[str, Any]:
    """The settings in a folder's `config.json`, without the names that begin with "_".

    Raises:
        ValueError: there is none, or it is no JSON object.
    """
    return {
        name: value for name, value in _json(Path(folder) / CONFIG_FILE).items() if not name.startswith("_")
    }


def class_name(folder: str | os.PathLike) -> str:
    """The class that a folder's `config.json` names; "" where it names none.

    Raises:
        ValueError: as `read_config`.
    """
    return str(_json(Path(folder) / CONFIG_FILE).get("_class_name", ""))


def _json(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{file}: {error.strerror}") from None
    except ValueError:
        raise ValueError(f"{file} is no JSON") from None
    if not isinstance(found, dict):
        raise ValueError(f"{file} is no JSON object")
    return found


def load_weights(network: nn.Module, file: str | os.PathLike) -> None:
    """Copies the weights of a safetensors file into `network`, all of them and no others.

    Raises:
        ValueError: in one line, if the file cannot be read or holds another network.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        state = load_file(file)
    except (SafetensorError, OSError) as error:
        raise ValueError(f"{file} holds no weights that can be read: {str(error).splitlines()[0]}") from None
    try:
        network.load_state_dict(state)
    except RuntimeError as error:
        reason = " ".join(str(error).split("\n", 1)[-1].split())
        raise ValueError(f"{file} holds the weights of another network: {reason[:200]}") from None
