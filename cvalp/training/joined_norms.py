"""Batch normalisation over the batches of all processes, on any device."""

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from vocoders.training.joined_batch import everyones_mean, joined, place


class _Normalised(torch.autograd.Function):
    """Batch normalisation by statistics of all processes' batches. torch's own kernels do what passes over
    the input: in plain operations it took more time than the convolutions."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float):
        ones = x.new_ones(x.shape[1], dtype=torch.promote_types(x.dtype, torch.float32))
        weight, bias = (ones if weight is None else weight), (0 * ones if bias is None else bias)
        _, own_mean, own_scale = torch.native_batch_norm(x, ones, 0 * ones, None, None, True, 0.0, eps)
        told = torch.stack([own_mean, own_scale.double().pow(-2).sub(eps).to(own_mean)])
        means, variances = joined(told[None]).unbind(1)  # (processes, channels)
        mean = means.mean(0)
        variance = variances.mean(0) + (means - mean).square().mean(0)
        out = torch.native_batch_norm(x, weight, bias, mean, variance, False, 0.0, eps)[0]
        ctx.save_for_backward(x, weight, mean, variance)
        ctx.eps = eps
        ctx.mark_non_differentiable(mean, variance)
        return out, mean, variance

    @staticmethod
    def backward(ctx, gradient: Tensor, *_: Tensor):  # type: ignore[override]  # of the statistics: none
        x, weight, mean, variance = ctx.saved_tensors
        none, eps = mean.new_empty(0), ctx.eps
        # as if the statistics did not depend on the input; `along` sums gradient times normalised input
        by_input, along, total = torch.ops.aten.native_batch_norm_backward(
            gradient, x, weight, mean, variance, none, none, False, eps, [True, True, True]
        )
        along, total = along.to(mean), total.to(mean)
        each = everyones_mean(torch.stack([total, along])) / (x.numel() // x.shape[1])
        scale = torch.rsqrt(variance + eps)
        gain = scale * weight
        slope = -gain * scale * each[1]
        shift = -gain * each[0] - slope * mean
        flat = torch.ones_like(mean)  # so that the kernel gives slope * x + shift
        through = torch.native_batch_norm(x, slope, shift, 0 * flat, flat, False, 0.0, 0.0)[0]
        by_weight, by_bias = (
            each if need else None
            for each, need in zip((along, total), ctx.needs_input_grad[1:3], strict=True)
        )
        return by_input.add_(through), by_weight, by_bias, None


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
        out, mean, variance = _Normalised.apply(input, self.weight, self.bias, self.eps)
        if self.track_running_stats:
            self._follow(mean, variance, place()[1] * (input.numel() // input.shape[1]))
        return out

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
            new = JoinedBatchNorm(
                child.num_features, child.eps, child.momentum, child.affine, child.track_running_stats
            )
            new._parameters, new._buffers = child._parameters, child._buffers
            setattr(module, name, new.train(child.training))
        else:
            join_norms(child, device)
