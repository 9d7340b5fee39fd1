"""Activations computed again instead of kept, for networks with batch normalisation."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from torch import nn
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


def checkpointed(module: nn.Module, *inputs: Any) -> Any:
    """`module(*inputs)` with gradient checkpointing (Chen et al. 2016): norms see every batch once, dropout repeats its draw."""
    return checkpoint(module, *inputs, use_reentrant=False, context_fn=lambda: (nullcontext(), _statistics_kept(module)))
