"""Batches joined across processes, with gradients: every process computes the loss of the whole batch."""

import torch
from torch import Tensor, distributed


class _Joined(torch.autograd.Function):
    """Forward: all processes' rows. Backward: the sum over processes of the gradients of this process's rows."""

    @staticmethod
    def forward(ctx, rows: Tensor) -> Tensor:
        parts = [torch.empty_like(rows) for _ in range(distributed.get_world_size())]
        distributed.all_gather(parts, rows.contiguous())
        ctx.count = len(rows)
        return torch.cat(parts)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        gradient = gradient.contiguous()
        distributed.all_reduce(gradient)
        first = distributed.get_rank() * ctx.count
        return gradient[first : first + ctx.count]


def joined(rows: Tensor) -> Tensor:
    """The rows of all processes one below the other, in order of rank; every process must hold as many. Alone, `rows` as they are.

    A loss of joined rows is the same in every process, and so is its gradient by joined rows; the sum that comes back is `world` times the
    gradient, and the mean over processes that DistributedDataParallel takes of the parameters' gradients makes it exactly that of one
    process with the whole batch.
    """
    if not (distributed.is_available() and distributed.is_initialized()) or distributed.get_world_size() == 1:
        return rows
    return _Joined.apply(rows)
