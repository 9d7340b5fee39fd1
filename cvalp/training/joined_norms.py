"""Batch normalisation over the batches of all processes, on any device."""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from vocoders.training.joined_batch import joined


class JoinedBatchNorm(_BatchNorm):
    """Batch normalisation whose statistics are those of all processes' batches, which are of one shape; the
    keys of `nn.BatchNorm2d`.

    (`nn.SyncBatchNorm` is the same on a GPU and refuses to work elsewhere.)
    """

    def _check_input_dim(self, input: Tensor) -> None:
        """Any number of axes after the channels."""

    def forward(self, input: Tensor) -> Tensor:
        if not self.training:
            return super().forward(input)
        axes, wide = [0, *range(2, input.ndim)], input.to(torch.promote_types(input.dtype, torch.float32))
        variance, mean = torch.var_mean(wide, axes, correction=0)
        variances, means = joined(torch.stack([variance, mean])[None]).unbind(1)  # (processes, channels)
        mean = means.mean(0)
        variance = variances.mean(0) + (means - mean).square().mean(0)
        if self.track_running_stats:
            self._follow(mean.detach(), variance.detach(), len(means) * (input.numel() // input.shape[1]))
        shape = (1, -1, *[1] * (input.ndim - 2))
        gain = torch.rsqrt(variance + self.eps) * (1 if self.weight is None else self.weight)
        out = (wide - mean.view(shape)) * gain.view(shape)
        return (out if self.bias is None else out + self.bias.view(shape)).to(input.dtype)

    def _follow(self, mean: Tensor, variance: Tensor, count: int) -> None:
        """The running statistics, where there are any, as torch's own layers keep them."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        momentum = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean.to(self.running_mean), momentum)
        self.running_var.lerp_((variance * (count / max(1, count - 1))).to(self.running_var), momentum)


def join_norms(module: nn.Module, device: torch.device) -> None:
    """Replaces, in place, every batch normalisation below `module` by one over all processes' batches;
    parameters and keys stay."""
    if device.type == "cuda":
        nn.SyncBatchNorm.convert_sync_batchnorm(module)
        return
    for name, child in module.named_children():
        if isinstance(child, _BatchNorm) and not isinstance(child, JoinedBatchNorm):
            new = JoinedBatchNorm(child.num_features, child.eps, child.momentum, child.affine, child.track_running_stats)
            new._parameters, new._buffers = child._parameters, child._buffers
            setattr(module, name, new.train(child.training))
        else:
            join_norms(child, device)
