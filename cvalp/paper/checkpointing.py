"""Activations computed again instead of kept, for networks with batch normalisation."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.utils.checkpoint import checkpoint


@contextmanager
def _statistics_kept(module: nn.Module) -> Iterator[None]:
    """Batch statistics are used but not remembered. (To leave the running ones out altogether would change what autograd keeps.)"""
    norms = [norm for norm in module.modules() if isinstance(norm, _BatchNorm) and norm.track_running_stats]
    before = [(norm.momentum, norm.num_batches_tracked) for norm in norms]
    for norm in norms:
        norm.momentum, norm.num_batches_tracked = 0.0, None
    try:
        yield
    finally:
        for norm, (momentum, count) in zip(norms, before, strict=True):
            norm.momentum, norm.num_batches_tracked = momentum, count


def checkpointed(module: nn.Module, *inputs: Any, method: str = "__call__") -> Any:
    """`module(*inputs)`, or a method of it, with gradient checkpointing (Chen et al. 2016): norms see every batch once, dropout repeats
    its draw."""
    return checkpoint(getattr(module, method), *inputs, use_reentrant=False, context_fn=lambda: (nullcontext(), _statistics_kept(module)))


def chunked(module: nn.Module, method: str, rows: Sequence[Any] | Tensor, length: int) -> Tensor:
    """`module.method(rows)` in chunks of `length` rows, of which the backward pass holds one chunk's activations at a time.

    Gradient caching (Gao et al. 2021, arXiv 2101.06983, section 3): embeddings of all chunks without their activations, the gradient of
    the loss at the embeddings, then chunk after chunk forward again and backward from that gradient. Checkpointing a whole chunk is the
    same computation, and autograd keeps the order: it goes back through the latest first. Each chunk is one batch to batch normalisation.
    """
    parts = [rows[start : start + length] for start in range(0, len(rows), length)]
    return torch.cat([checkpointed(module, part, method=method) for part in parts])
