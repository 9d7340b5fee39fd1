"""What tests of bad files damage a folder of weights with."""

import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

LONG = "x" * 300  # a name that is too long
WEIGHTS = "diffusion_pytorch_model.safetensors"


def changed(path: Path, **settings: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **settings}))


def weights(folder: Path, change: Callable[[dict[str, torch.Tensor]], object]) -> None:
    state = load_file(folder / WEIGHTS)
    change(state)
    save_file(state, folder / WEIGHTS, {"format": "pt"})


def first(state: dict[str, torch.Tensor], value: Callable[[torch.Tensor], torch.Tensor]) -> None:
    name = min(name for name, tensor in state.items() if tensor.is_floating_point() and tensor.ndim)
    state[name] = value(state[name]).contiguous()
