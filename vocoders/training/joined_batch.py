"""A batch that several processes hold together: in training, W processes are to learn what one would from all
their rows.

DistributedDataParallel takes the mean over processes of the parameters' gradients. Where a loss is a mean
over the rows of a batch, and every process holds as many, that is the gradient of the joined batch. The rest
is here: losses that compare rows with each other (`joined`), ratios over the batch (`everyones_mean`), and
random numbers that belong to a row's place in the joined batch and not to the process that holds it (`own`,
`joined_dropout`). Alone, every function here is the identity.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, distributed
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode


def place() -> tuple[int, int]:
    """(rank, number of processes): rank r's n rows are rows r n to (r + 1) n - 1 of the joined batch. (0, 1)
    for one process alone."""
    if not (distributed.is_available() and distributed.is_initialized()):
        return 0, 1
    return distributed.get_rank(), distributed.get_world_size()


class _Joined(torch.autograd.Function):
    """Forward: all processes' rows. Backward: the sum over processes of the gradients of this process's
    rows."""

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
    """The rows of all processes one below the other, in order of rank, with gradients; every process must
    hold as many.

    A loss of joined rows is the same in every process, and so is its gradient by joined rows; the sum that
    comes back is `world` times the gradient, and the mean over processes that DistributedDataParallel takes
    of the parameters' gradients makes it exactly that of one process with the whole batch.
    """
    return rows if place()[1] == 1 else _Joined.apply(rows.contiguous())


@torch.no_grad()
def everyones_mean(value: Tensor) -> Tensor:
    """The mean over processes, without gradients: the denominator of a loss that is a ratio of two sums over
    the batch."""
    world = place()[1]
    if world == 1:
        return value.detach()
    value = value.detach().clone()
    distributed.all_reduce(value)
    return value / world


def everyones_rows(tables: dict[str, Tensor], device: torch.device) -> dict[str, Tensor]:
    """Tables of which every process made some rows, one below the other in order of rank, on `device`; a
    process that made none holds no table."""
    world = place()[1]
    parts: list[Any] = [tables]
    if world > 1:
        parts = [None] * world
        distributed.all_gather_object(parts, {name: rows.cpu() for name, rows in tables.items()})
    parts = [part for part in parts if part]
    return {name: torch.cat([part[name].to(device) for part in parts]) for name in parts[0]}


@torch.no_grad()
def take_from_first(values: list[Tensor]) -> None:
    """Overwrites `values` in place with those of process 0: what each has computed alike must not differ by a
    rounding or a sign."""
    if place()[1] > 1:
        for value in values:
            distributed.broadcast(value, 0)


def own(draw: Callable[[int], Tensor], rows: int) -> Tensor:
    """This process's `rows` rows of what `draw` makes of the joined batch, given the number of its rows.

    So that a row's random numbers do not depend on how many processes share the batch, each draws all of
    them, from the same seed, and keeps its own: beside a training step that costs little, also for hundreds
    of processes.
    """
    rank, world = place()
    return draw(world * rows)[rank * rows : (rank + 1) * rows]


class _JoinedDropout(TorchFunctionMode):
    def __torch_function__(self, func, types, args=(), kwargs=None):
        replaced = {F.dropout: _dropout, F.scaled_dot_product_attention: _attention}.get(func, func)
        return replaced(*args, **(kwargs or {}))


def _dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    if not training or p == 0 or place()[1] == 1:
        return F.dropout(input, p, training, inplace)
    return input * own(lambda rows: F.dropout(input.new_ones(rows, *input.shape[1:]), p), len(input))


def _attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    **further: Any,
) -> Tensor:
    """`F.scaled_dot_product_attention` draws inside of its kernel: written out where its weights are
    thinned."""
    if dropout_p == 0 or place()[1] == 1 or is_causal:
        return F.scaled_dot_product_attention(
            query, key, value, attn_mask, dropout_p, is_causal, scale=scale, **further
        )
    logits = query @ key.mT * (query.shape[-1] ** -0.5 if scale is None else scale)
    if attn_mask is not None:
        logits = (
            logits.masked_fill(~attn_mask, float("-inf"))
            if attn_mask.dtype == torch.bool
            else logits + attn_mask
        )
    return _dropout(logits.softmax(-1), dropout_p) @ value


def joined_dropout() -> TorchFunctionMode:
    """Within this context dropout masks are `own` rows of the joined batch's, also inside of others'
    networks.

    The first axis of whatever is thinned must be the batch, and the rest as large in every process (texts are
    padded alike, see `longest_anywhere`). Torch's own generator must stand alike in all processes. Not to be
    nested.
    """
    return _JoinedDropout()


def longest_anywhere(length: int, device: torch.device) -> int:
    """The largest `length` of all processes; `device` is where they meet."""
    if place()[1] == 1:
        return length
    longest = torch.tensor(length, device=device)
    distributed.all_reduce(longest, distributed.ReduceOp.MAX)
    return int(longest)
