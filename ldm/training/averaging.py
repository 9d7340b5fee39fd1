"""A moving average of what learns: its weights are for use."""

from typing import Any

from torch import nn

from ldm.ema import Ema
from vocoders.training.shared import Training


class Averaging(Training):
    """Keeps a moving average of its network, moved once an optimizer step, also where gradients are
    accumulated."""

    network: Any
    ema: Ema | None
    _averaged_step = -1

    def __init__(self) -> None:
        super().__init__()
        self.ema = None

    def average(self, network: nn.Module, decay: float | None) -> None:
        """Takes the network in, once its weights are those to start from; a decay of None keeps no average
        (a whole copy of the weights less in memory)."""
        self.network = network
        self.ema = None if decay is None else Ema(network, decay)

    @property
    def used(self) -> Any:
        """The network whose weights are for use."""
        return self.network if self.ema is None else self.ema.network

    def on_train_start(self) -> None:
        self._averaged_step = self.global_step

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        if self.ema is not None and self.global_step != self._averaged_step:
            self._averaged_step = self.global_step
            self.ema.update(self.network)
