"""Tuning the text tower against the frozen audio space: many more wordings a second than with
film and sound beside them."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cvalp.losses import info_nce
from cvalp.mini.model import CVALP
from cvalp.temperatures import keep_in_bounds
from cvalp.training.cvalp import GROWS
from vocoders.training.joined_batch import joined, joined_dropout
from vocoders.training.shared import Training, adamw, scheduled, start_from

HEADS = ("kind_head", "recorded_head", "teacher_head")
"""Linear maps of E_l that only training needs; a training after another goes on with them."""


class TextTraining(Training):
    """Eq. 2 with large batches (locked-image tuning, Zhai et al. 2022, with audio in the image's place) and,
    where the scene's truth is known, which kinds the words name.

    Batches: `audio` (B, C) pooled E_a, `caption` list[str], `kinds` (B, K). With words beyond the stage's
    also `texts` list[str], `named` (T, R) which kinds of recording each names, `vectors` (O, V) what a
    teacher of open vocabulary makes of the last O of them.

    Args:
        model: CVALP; only its text tower learns.
        checkpoint: weights to start from (see `start_from`), or None.
        kind_weight: weight of the binary cross-entropy on kinds through a linear head
            that is thrown away afterwards.
        named_weight, teacher_weight: of the cross-entropy on `named` and of one less the cosine with
            `vectors`, each through a linear head that is thrown away as well.
        fresh: begin with a text tower that nothing is read into (another vocabulary).
        words_only: learn the vectors of words alone, many times as quick: the encoder's blocks are silent.
        longest: tokens after which prompts are cut in training; every batch is as slow as its longest.
    """

    def __init__(
        self,
        model: CVALP,
        checkpoint: str | None = None,
        kinds: int = 29,
        kind_weight: float = 10.0,
        named_weight: float = 1.0,
        teacher_weight: float = 3.0,
        recorded: int = 204,
        teacher_width: int = 256,
        fresh: bool = False,
        words_only: bool = False,
        longest: int | None = None,
        learning_rate: float = 1.5e-3,
        weight_decay: float = 0.01,
        warmup_steps: int = 30,
        max_steps: int = 4000,
    ):
        super().__init__()
        self.model, self.kind_weight = model, kind_weight
        self.named_weight, self.teacher_weight = named_weight, teacher_weight
        self.kind_head = nn.Linear(model.config.dim, kinds)
        self.recorded_head = nn.Linear(model.config.dim, recorded)
        self.teacher_head = nn.Linear(model.config.dim, teacher_width)
        self.learning_rate, self.weight_decay, self.warmup_steps, self.max_steps = (
            learning_rate,
            weight_decay,
            warmup_steps,
            max_steps,
        )
        if checkpoint is not None:
            start_from(model, checkpoint, "model.", GROWS, "text." if fresh else "")
            self._go_on_with_heads(checkpoint)
        if words_only:
            model.text.encoder.encoder.silence()
            model.text.encoder.encoder.words_only = True
        if longest is not None:
            model.text.max_tokens = longest
        model.requires_grad_(False)
        model.text.requires_grad_(True)
        model.log_scale.requires_grad_(True)

    def _go_on_with_heads(self, checkpoint: str) -> None:
        """Takes over the heads where the weights come from a training of this class."""
        if Path(checkpoint).is_dir():
            return
        held = torch.load(checkpoint, map_location="cpu", weights_only=True)["state_dict"]
        for name in HEADS:
            own = {
                key.removeprefix(f"{name}."): value
                for key, value in held.items()
                if key.startswith(f"{name}.")
            }
            if own:
                getattr(self, name).load_state_dict(own)

    def losses(self, batch: dict[str, Any]) -> dict[str, Tensor]:
        kinds, texts = batch["kinds"], list(batch.get("texts", ()))
        text = self.model.encode_text(list(batch["caption"])).float()
        everyones = joined(kinds)
        same = (everyones[:, None] == everyones[None]).all(-1)
        audio_text = info_nce(joined(batch["audio"]), joined(text), self.model.scales()[0], same)
        logits = self.kind_head(text * text.shape[-1] ** 0.5)
        naming = F.binary_cross_entropy_with_logits(logits, kinds)
        named = kinds.gather(1, logits.argmax(1, keepdim=True)).mean()
        terms = {"audio_text": audio_text, "naming": naming, "named": named}
        loss = audio_text + self.kind_weight * naming
        if texts:  # apart from the captions: a row's dropout is that of its place in the joined batch
            others = self.model.encode_text(texts).float() * text.shape[-1] ** 0.5
            scores, written = self.recorded_head(others), others[-len(batch["vectors"]) :]
            terms["recorded"] = F.cross_entropy(scores, batch["named"])
            terms["teacher"] = 1 - F.cosine_similarity(self.teacher_head(written), batch["vectors"]).mean()
            terms["top1"] = (scores.argmax(1) == batch["named"].argmax(1)).float().mean()
            loss = loss + self.named_weight * terms["recorded"] + self.teacher_weight * terms["teacher"]
        else:  # DistributedDataParallel wants a gradient for every weight
            idle = (*self.recorded_head.parameters(), *self.teacher_head.parameters())
            loss = loss + 0.0 * torch.stack([weights.sum() for weights in idle]).sum()
        return {"loss": loss, **terms}

    def training_step(self, batch: dict[str, Any], _: int) -> Tensor:
        with joined_dropout():
            terms = self.losses(batch)
        self.log_dict({f"train/{k}": v.detach() for k, v in terms.items()}, batch_size=len(batch["audio"]))
        return terms["loss"]

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        keep_in_bounds(self.model.log_scale)

    def validation_step(self, batch: dict[str, Any], _: int) -> None:
        named = {f"validation/{k}": v for k, v in self.losses(batch).items()}
        self.log_dict(named, batch_size=len(batch["audio"]), sync_dist=True)

    def configure_optimizers(self) -> Any:
        return scheduled(
            adamw(self, self.learning_rate, self.weight_decay), self.warmup_steps, self.max_steps
        )
