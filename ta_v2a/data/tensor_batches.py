"""Batches cut out of tensors that lie in memory, on whichever device: no step of Python an item."""

from collections.abc import Iterator

import torch
from torch import Tensor

from vocoders.training.joined_batch import place


class TensorBatches:
    """An epoch of batches; of several processes each has its own rows of the joined batch.

    Args:
        tensors: by name, all with as many rows.
        batch_size: rows a batch and process; what is left over at the end is dropped, unless there is no
            whole batch.
        seed: of the order; None keeps it.
        batches: of an epoch; rows come again in another order until there are so many. None: once through.
    """

    def __init__(
        self, tensors: dict[str, Tensor], batch_size: int, seed: int | None = None, batches: int | None = None
    ):
        self.tensors, self.seed = tensors, seed
        self.rows = len(next(iter(tensors.values())))
        self.rank, self.world = place()
        self.batch_size = max(1, min(batch_size, self.rows // self.world))
        self.batches = max(1, self.rows // self._joined) if batches is None else batches

    @property
    def _joined(self) -> int:
        return self.batch_size * self.world

    def __len__(self) -> int:
        return self.batches

    def __iter__(self) -> Iterator[dict[str, Tensor]]:
        device = next(iter(self.tensors.values())).device
        generator = torch.Generator().manual_seed(self.seed or 0)
        order = torch.arange(0)
        for _ in range(self.batches):
            while len(order) < self._joined:
                more = (
                    torch.arange(self.rows)
                    if self.seed is None
                    else torch.randperm(self.rows, generator=generator)
                )
                order = torch.cat([order, more])
            rows, order = order[: self._joined], order[self._joined :]
            own = rows[self.rank * self.batch_size : (self.rank + 1) * self.batch_size].to(device)
            yield {name: value[own] for name, value in self.tensors.items()}
