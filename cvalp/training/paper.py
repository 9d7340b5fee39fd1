"""The trainer of CVALP at paper size: eq. 5 across all processes."""

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from cvalp.features import as_input
from cvalp.losses import audio_text_loss, caption_numbers, cross_video_loss, cvalp_loss, temporal_info_nce
from cvalp.paper.checkpointing import chunked
from cvalp.paper.model import PaperCVALP
from cvalp.paper.published import start_published
from cvalp.pooling import pooled
from cvalp.temperatures import keep_in_bounds
from cvalp.training.joined_norms import join_norms
from vocoders.training.joined_batch import joined, joined_dropout
from vocoders.training.shared import Training, adamw, scheduled

Pooling = Literal["mean", "max"]


def window_vectors(tokens: Tensor, starts: Sequence[int], length: int, pooling: Pooling) -> Tensor:
    """(B, windows, C): the pooled tokens [start, start + length) of every window, L2-normalised."""
    return torch.stack([pooled(tokens[:, start : start + length], pooling) for start in starts], 1)


def top1(x: Tensor, y: Tensor) -> Tensor:
    """The share of rows (..., n, C) of `x` whose nearest row of `y` is their partner."""
    nearest = (x @ y.mT).argmax(-1)
    return nearest.eq(torch.arange(x.shape[-2], device=x.device)).float().mean()


class PaperTraining(Training):
    """Batches: `frames` uint8 (B, 32, 224, 224, 3), `mel` (B, 128, 512) or `wave` (B, samples) at PANNs'
    rate, `caption` list[str].

    Of a clip's 32 tokens N_T = 3 windows are taken: 16 tokens (4.096 s) from the starts 0, 8 and 16, which
    keeps Diff-Foley's distance of 2 s. (The paper's T = 32 leaves no room for three clips of 32 tokens in ten
    seconds; towers that are convolutional in time do not mind.)

    Args:
        lambda_, mu: weights of eq. 5; 1 as in Diff-Foley.
        window_tokens, window_starts: the N_T windows, in tokens.
        pooling, temporal_pooling: of the tokens of a window, for eq. 2-3 and for eq. 4. Diff-Foley's released
            weights take "max" for both, its other variant "max" and "mean".
        sibling_negatives: see `cross_video_loss`.
        gradient_checkpointing: compute the activations of video and audio again instead of keeping them: less
            memory, a third more work.
        grad_cache_chunk: clips whose activations are held at a time (gradient caching, see `chunked`), or
            None for the whole batch. The contrastive batch may so be as large as its embeddings allow, for
            one more forward pass; `gradient_checkpointing` on top costs another and is needed only where a
            chunk is too large. The gradients are those of the whole batch, except that a batch to batch
            normalisation and to dropout is then a chunk: take chunks large enough for statistics, or
            `frozen_norms`.
        frozen_norms: keep batch normalisation as the published weights have it (evaluation mode): for batches
            too small for statistics.
        start: folders that `ta-v2a weights import` wrote, one a tower (see `start_published`).
    """

    def __init__(
        self,
        model: PaperCVALP,
        lambda_: float = 1.0,
        mu: float = 1.0,
        window_tokens: int = 16,
        window_starts: Sequence[int] = (0, 8, 16),
        pooling: Pooling = "max",
        temporal_pooling: Pooling = "max",
        sibling_negatives: bool = False,
        learning_rate: float = 8e-4,
        weight_decay: float = 0.2,
        warmup_steps: int = 200,
        max_steps: int = 100_000,
        gradient_checkpointing: bool = True,
        grad_cache_chunk: int | None = None,
        frozen_norms: bool = False,
        start: Sequence[str] = (),
    ):
        super().__init__()
        self.model, self.lambda_, self.mu = model, lambda_, mu
        self.window_tokens, self.window_starts = window_tokens, tuple(window_starts)
        self.pooling, self.temporal_pooling, self.sibling_negatives = pooling, temporal_pooling, sibling_negatives
        self.learning_rate, self.weight_decay, self.warmup_steps, self.max_steps = learning_rate, weight_decay, warmup_steps, max_steps
        self.frozen_norms, self.grad_cache_chunk = frozen_norms, grad_cache_chunk
        for folder in start:
            start_published(model, Path(folder))
        model.video.gradient_checkpointing = model.audio.gradient_checkpointing = gradient_checkpointing
        self.train()  # Lightning leaves every module in the mode in which it finds it

    def _windows(self, tokens: Tensor, pooling: Pooling) -> Tensor:
        """The windows of all clips of all processes."""
        return joined(window_vectors(tokens, self.window_starts, self.window_tokens, pooling))

    def seen(self, frames: Tensor) -> Tensor:
        """E_v^T of uint8 pictures (B, N, H, W, 3)."""
        return self.model.encode_video(as_input(frames)).float()

    def heard(self, sound: Tensor) -> Tensor:
        """E_a^T of log-mels (B, 128, F), or of waves (B, samples) where the tower has a front end of its own."""
        own = self.model.audio.sound != "mel128"
        return self.model.encode_audio(self.model.audio.mel(sound) if own else sound).float()

    def read(self, captions: list[str]) -> Tensor:
        """E_l."""
        return self.model.encode_text(captions).float()

    def _embedded(self, method: str, rows: Any) -> Tensor:
        """One of the three above; in chunks where gradients are wanted and caching is on."""
        if self.grad_cache_chunk is None or not torch.is_grad_enabled():
            return getattr(self, method)(rows)
        return chunked(self, method, rows, self.grad_cache_chunk)

    def losses(self, batch: dict[str, Any]) -> dict[str, Tensor]:
        """The terms of eq. 5 over the batches of all processes, beside how often the right partner is the nearest."""
        captions = list(batch["caption"])
        heard = batch["mel"] if self.model.audio.sound == "mel128" else batch["wave"]
        video, audio = self._embedded("seen", batch["frames"]), self._embedded("heard", heard)
        text = joined(self._embedded("read", captions))
        numbers = joined(caption_numbers(captions).to(text.device))
        sounds, pictures = (self._windows(tokens, self.pooling) for tokens in (audio, video))
        moments_heard, moments_seen = (self._windows(tokens, self.temporal_pooling) for tokens in (audio, video))
        scale_text, scale_video, scale_time = self.model.scales()
        audio_text = audio_text_loss(sounds, text, numbers, scale_text)
        audio_video = cross_video_loss(sounds, pictures, scale_video, self.sibling_negatives)
        in_time = temporal_info_nce(moments_heard, moments_seen, scale_time)
        sound, picture = (F.normalize(x.detach().mean(1), dim=-1) for x in (sounds, pictures))
        return {
            "loss": cvalp_loss(audio_text, audio_video, in_time, self.lambda_, self.mu),
            "audio_text": audio_text,
            "audio_video": audio_video,
            "temporal": in_time,
            "video_top1": top1(picture, sound),
            "text_top1": top1(text.detach(), sound),
            "time_top1": top1(moments_seen.detach(), moments_heard.detach()),
        }

    def train(self, mode: bool = True) -> "PaperTraining":
        """Frozen normalisation stays in evaluation mode."""
        super().train(mode)
        if self.frozen_norms:
            for module in self.modules():
                if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self

    def setup(self, stage: str) -> None:
        if self.trainer.world_size > 1 and not self.frozen_norms:
            join_norms(self.model, self.trainer.strategy.root_device)

    def on_train_batch_start(self, batch: Any, batch_idx: int) -> None:
        # In chunks each process draws its own dropout masks.
        torch.manual_seed(self.batch_number + (1_000_003 * self.global_rank if self.grad_cache_chunk else 0))

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        keep_in_bounds(self.model.log_scale)

    def training_step(self, batch: dict[str, Any], _: int) -> Tensor:
        with nullcontext() if self.grad_cache_chunk else joined_dropout():
            terms = self.losses(batch)
        self.log_dict({f"train/{k}": v.detach() for k, v in terms.items()}, prog_bar=True, batch_size=len(batch["caption"]))
        return terms["loss"]

    def validation_step(self, batch: dict[str, Any], _: int) -> None:
        self.log_dict({f"validation/{k}": v for k, v in self.losses(batch).items()}, batch_size=len(batch["caption"]), sync_dist=True)

    def configure_optimizers(self) -> Any:
        return scheduled(adamw(self, self.learning_rate, self.weight_decay), self.warmup_steps, self.max_steps)
