"""An exponential moving average of a network's weights."""

import copy

import torch
from torch import nn


class Ema(nn.Module):
    """Holds a frozen copy that follows a network; being a module, it is in every checkpoint and moves
    between devices with its owner.

    Args:
        network: what to copy; the copy starts equal to it.
        decay: reached after the warm-up.
    """

    updates: torch.Tensor

    def __init__(self, network: nn.Module, decay: float = 0.999):
        super().__init__()
        if not 0 <= decay < 1:
            raise ValueError(f"decay is in [0, 1), not {decay}")
        self.decay = decay
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self.register_buffer("updates", torch.zeros((), dtype=torch.long))

    def train(self, mode: bool = True) -> "Ema":
        """The copy stays in evaluation mode."""
        return super().train(False)

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move toward `network`: decay min(decay, (1 + n) / (10 + n)) at the n-th update, so that the
        random start is soon forgotten.

        Buffers (statistics) are copied as they are.
        """
        self.updates += 1
        count = int(self.updates)
        decay = min(self.decay, (1 + count) / (10 + count))
        torch._foreach_lerp_(_held(self.network), _held(network), 1 - decay)
        for mine, theirs in zip(self.network.buffers(), network.buffers(), strict=True):
            mine.copy_(theirs)


def _held(network: nn.Module) -> list[torch.Tensor]:
    """The parameters, or this process's shards of them where they are spread over several."""
    return [getattr(parameter, "_local_tensor", parameter) for parameter in network.parameters()]
