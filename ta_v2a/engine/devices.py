"""What a call computes with: where, in which precision, from which random numbers."""

from typing import TypeVar

import torch

from ldm.sampling import Generators
from ta_v2a.engine.arguments import shown
from ta_v2a.errors import UserError

Part = TypeVar("Part")


def woken(component: Part) -> Part:
    """The component where it is to run.

    Offload hooks (accelerate) watch `forward` only; before other methods they are called here.
    """
    hook = getattr(component, "_hf_hook", None)
    if hook is not None:
        hook.pre_forward(component)
    return component


def chosen_device(name: str) -> torch.device:
    """The device of a name such as "cpu", "cuda" or "cuda:1".

    Raises:
        UserError: there is no such device here.
    """
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError):  # torch without CUDA asserts
        raise UserError(f"no device {shown(name)} here: give cpu, or cuda where there is one") from None
    return device


def device_name(device: torch.device) -> str:
    """What a device calls itself: the card's name, or its type."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type


def fast_dtype(device: torch.device) -> torch.dtype | None:
    """bfloat16 where the device multiplies it in hardware, else None."""
    if device.type == "cuda":
        fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        in_hardware = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
        fast = device.type == "cpu" and in_hardware
    return torch.bfloat16 if fast else None


def own_generators(given: object, batch: int) -> Generators:
    """The given random numbers, or some that follow torch's own seed.

    Raises:
        UserError: if they are something else, or not one for each of `batch` sounds.
    """
    if given is None:
        return torch.Generator().manual_seed(int(torch.randint(2**62, ())))
    if isinstance(given, torch.Generator):
        return given
    listed = given if isinstance(given, list | tuple) else [given]
    wrong = [each for each in listed if not isinstance(each, torch.Generator)]
    if wrong:
        kind = (
            "a torch.Generator, such as torch.Generator().manual_seed(7), or a list with one for each sound"
        )
        raise UserError(f"generator is {kind}, not {shown(wrong[0])}")
    if len(listed) != batch:
        raise UserError(f"{len(listed)} generators for {batch} sounds: give one, or one for each")
    return list(listed)


def drawn_seed(given: object, row: int) -> int:
    """A seed in [0, 2^64) for what is drawn beside the noise: that of the given random numbers, or of a row's
    own; by chance without any."""
    if given is None:
        return int(torch.randint(2**62, ()))
    generator = given if isinstance(given, torch.Generator) else list(given)[row]  # type: ignore[call-overload]
    return generator.initial_seed() % 2**64
