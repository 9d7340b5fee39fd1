"""The CVALP trainer: eq. 5 and, where the scene's truth is known, what happens in every token."""

import copy
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from cvalp.losses import cvalp_loss, info_nce, label_loss, temporal_info_nce
from cvalp.mini.model import CVALP
from cvalp.pooling import pooled, windows
from cvalp.temperatures import keep_in_bounds
from cvalp.training.joined_norms import join_norms
from prompts.lexicon import LEXICON, WORDINGS
from vocoders.training.joined_batch import joined, joined_dropout
from vocoders.training.shared import Training, adamw, scheduled, start_from

GROWS = "video.space_time."
"""A tower may have more `SpaceTimeBlock`s than the weights it starts from: they change nothing at first."""


def binary_f1(predicted: Tensor, target: Tensor, slack: int = 1) -> Tensor:
    """F1 of peaks over 0.4 in predicted (B, N) probabilities against peaks of the target curve,
    `slack` bins apart at most."""

    def peaks(x: Tensor, floor: float) -> Tensor:
        return (x == F.max_pool1d(x[:, None], 5, 1, 2)[:, 0]) & (x > floor)

    def near(x: Tensor) -> Tensor:
        return F.max_pool1d(x.float()[:, None], 2 * slack + 1, 1, slack)[:, 0] > 0

    p, t = peaks(predicted, 0.4), peaks(target, 0.5)
    precision = (p & near(t)).sum() / p.sum().clamp(min=1)
    recall = (t & near(p)).sum() / t.sum().clamp(min=1)
    return 2 * precision * recall / (precision + recall).clamp(min=1e-6)


class CvalpTraining(Training):
    """Batches: `frames` uint8 (B, N, px, px), `mel` (B, 128, F), `caption` list[str], `kinds` (B, K),
    `activity` (B, T, 7), `seen` (B, L).

    Args:
        lambda_, mu: weights of eq. 5, of sound and picture across clips and in time; 1 as in Diff-Foley.
        text_weight: of L_AL, 1 in eq. 5; at 0 the text tower is frozen: sound and picture alone, as in
            Diff-Foley's CAVP.
        activity_weight: weight of the supervised term (binary cross-entropy on activity).
        label_weight: weight of `label_loss`, pictures against the words for what they show. The text tower
            must be frozen.
        window_tokens: tokens in one window of the temporal term.
        start: weights to start from (see `start_from`), or None.
        video_only: leave sound and text as they are and out of eq. 2, and go on with the video tower alone
            (locked-audio tuning): a third less work a step, and the spaces of E_a and E_l stay what they
            were.
        hold_weight: weight of `drift`, the distance of E_v from that of the weights it starts from: what was
            trained on their E_v can go on reading it. At 0 E_v may go where the other terms draw it.
    """

    def __init__(
        self,
        model: CVALP,
        lambda_: float = 1.0,
        mu: float = 1.0,
        text_weight: float = 1.0,
        activity_weight: float = 4.0,
        label_weight: float = 0.0,
        window_tokens: int = 4,
        learning_rate: float = 1.5e-3,
        weight_decay: float = 0.02,
        warmup_steps: int = 60,
        max_steps: int = 2000,
        start: str | None = None,
        video_only: bool = False,
        hold_weight: float = 0.0,
    ):
        super().__init__()
        self.model, self.video_only, self.hold_weight = model, video_only, hold_weight
        if start is not None:
            start_from(model, start, "model.", GROWS)
        self.frozen = [model.audio, model.audio_head] if video_only else []
        if video_only or text_weight == 0:
            self.frozen.append(model.text)
        if hold_weight > 0:
            if start is None:
                raise ValueError("hold_weight needs start: E_v is held where those weights have it")
            self.before = copy.deepcopy(model)
            self.frozen.append(self.before)
        for part in self.frozen:
            part.requires_grad_(False)
        self.lambda_, self.mu, self.text_weight = lambda_, mu, text_weight
        self.activity_weight, self.label_weight, self.window_tokens = (
            activity_weight,
            label_weight,
            window_tokens,
        )
        if label_weight > 0 and not video_only:
            raise ValueError("label_weight needs video_only: labels are read by a frozen text tower")
        self.labels: Tensor | None = None
        self.learning_rate, self.weight_decay, self.warmup_steps, self.max_steps = (
            learning_rate,
            weight_decay,
            warmup_steps,
            max_steps,
        )
        self.train()  # Lightning leaves every module in the mode in which it finds it

    def named(self, picture: Tensor, seen: Tensor) -> dict[str, Tensor]:
        """`labels`: the loss of pictures (B, C) against the words for what they show; `label_top1`: how
        often the nearest is right."""
        if self.labels is None:
            with torch.no_grad():
                texts = [list(entry.keywords[:WORDINGS]) for entry in LEXICON.values()]
                self.labels = torch.stack([self.model.encode_text(each).float().mean(0) for each in texts])
        logits = self.model.scales()[0].detach() * picture @ F.normalize(self.labels, dim=-1).T
        return {
            "labels": label_loss(logits, seen),
            "label_top1": seen.gather(1, logits.argmax(1, keepdim=True)).mean(),
        }

    def drift(self, frames: Tensor, video: Tensor) -> Tensor:
        """1 - cosine of E_v of every token (B, T, C) and E_v of the same pictures before; in [0, 2]."""
        with torch.no_grad():
            before = self.before.video_tokens(frames.float() / 255)[0].float()
        return 1 - (video * before).sum(-1).mean()

    def losses(self, batch: dict[str, Any]) -> dict[str, Tensor]:
        mel = batch["mel"]
        video, activity = self.model.video_tokens(batch["frames"].float() / 255)
        audio, video, activity = self.model.encode_audio(mel).float(), video.float(), activity.float()
        scale_text, scale_video, scale_time = self.model.scales()
        kinds, sound, picture = joined(batch["kinds"]), joined(pooled(audio)), joined(pooled(video))
        same = (kinds[:, None] == kinds[None]).all(-1)
        reads = self.text_weight > 0 and not self.video_only
        text = joined(self.model.encode_text(list(batch["caption"])).float()) if reads else None
        audio_text = audio.new_zeros(()) if text is None else info_nce(sound, text, scale_text, same)
        audio_video = info_nce(sound, picture, scale_video)
        temporal = temporal_info_nce(
            windows(audio, self.window_tokens), windows(video, self.window_tokens), scale_time
        )
        loudness = mel.mean(1).unflatten(1, (-1, 4)).mean(-1, keepdim=True)
        target = torch.cat([batch["activity"], loudness], -1)
        weight = target.new_tensor([2.0] * 4 + [1.0, 1.0, 0.5, 0.5]) * (
            1 + 3 * target * target.new_tensor([1.0] * 6 + [0.0, 0.0])
        )
        activity_loss = (
            F.binary_cross_entropy_with_logits(activity, target, reduction="none") * weight
        ).mean()
        contrast = cvalp_loss(self.text_weight * audio_text, audio_video, temporal, self.lambda_, self.mu)
        loss = contrast + self.activity_weight * activity_loss
        named = self.named(picture, joined(batch["seen"])) if self.label_weight > 0 else {}
        loss = loss + self.label_weight * named.get("labels", 0.0)
        held = {"drift": self.drift(batch["frames"], video)} if self.hold_weight > 0 else {}
        loss = loss + self.hold_weight * held.get("drift", 0.0)
        narrow = activity[..., :4].sigmoid().flatten(1)
        partner = torch.arange(len(same), device=same.device)
        alike = same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
        video_pick = (picture @ sound.T).argmax(1)
        terms = {
            "loss": loss,
            "audio_text": audio_text,
            "audio_video": audio_video,
            "temporal": temporal,
            "activity": activity_loss,
            "onset_f1": binary_f1(narrow.detach(), batch["activity"][..., :4].flatten(1), slack=3),
            "video_top1": video_pick.eq(partner).float().mean(),
            **named,
            **held,
        }
        if text is not None:
            text_pick = (text @ sound.T).masked_fill(alike, -9).argmax(1)
            terms["text_top1"] = text_pick.eq(partner).float().mean()
        return terms

    def train(self, mode: bool = True) -> "CvalpTraining":
        """What is frozen stays in evaluation mode."""
        super().train(mode)
        for part in self.frozen:
            part.eval()
        return self

    def setup(self, stage: str) -> None:
        if self.trainer.world_size > 1:
            join_norms(self.model, self.trainer.strategy.root_device)

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        keep_in_bounds(self.model.log_scale)

    def training_step(self, batch: dict[str, Any], _: int) -> Tensor:
        with joined_dropout():
            terms = self.losses(batch)
        self.log_dict(
            {f"train/{k}": v.detach() for k, v in terms.items()}, prog_bar=True, batch_size=len(batch["mel"])
        )
        return terms["loss"]

    def validation_step(self, batch: dict[str, Any], _: int) -> None:
        named = {f"validation/{k}": v for k, v in self.losses(batch).items()}
        self.log_dict(named, batch_size=len(batch["mel"]), sync_dist=True)

    def configure_optimizers(self) -> Any:
        return scheduled(
            adamw(self, self.learning_rate, self.weight_decay), self.warmup_steps, self.max_steps
        )
