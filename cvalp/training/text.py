"""Tuning the text tower against the frozen audio space: many more wordings a second than with film and sound beside them."""

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from cvalp.losses import info_nce
from cvalp.mini.model import CVALP
from cvalp.temperatures import keep_in_bounds
from cvalp.training.cvalp import GROWS
from vocoders.training.joined_batch import joined, joined_dropout
from vocoders.training.shared import Training, adamw, scheduled, start_from


class TextTraining(Training):
    """Eq. 2 with large batches (locked-image tuning, Zhai et al. 2022, with audio in the image's place) and, where the scene's truth is
    known, which kinds the words name.

    Batches: `audio` (B, C) pooled E_a, `caption` list[str], `kinds` (B, K).

    Args:
        model: CVALP; only its text tower learns.
        checkpoint: weights to start from (see `start_from`), or None.
        kind_weight: weight of the binary cross-entropy on kinds through a linear head that is thrown away afterwards.
    """

    def __init__(
        self,
        model: CVALP,
        checkpoint: str | None = None,
        kinds: int = 29,
        kind_weight: float = 10.0,
        learning_rate: float = 1.5e-3,
        weight_decay: float = 0.01,
        warmup_steps: int = 30,
        max_steps: int = 4000,
    ):
        super().__init__()
        self.model, self.kind_weight = model, kind_weight
        self.kind_head = nn.Linear(model.config.dim, kinds)
        self.learning_rate, self.weight_decay, self.warmup_steps, self.max_steps = learning_rate, weight_decay, warmup_steps, max_steps
        if checkpoint is not None:
            start_from(model, checkpoint, "model.", GROWS)
        model.requires_grad_(False)
        model.text.requires_grad_(True)
        model.log_scale.requires_grad_(True)

    def losses(self, batch: dict[str, Any]) -> dict[str, Tensor]:
        text, kinds = self.model.encode_text(list(batch["caption"])).float(), batch["kinds"]
        everyones = joined(kinds)
        same = (everyones[:, None] == everyones[None]).all(-1)
        audio_text = info_nce(joined(batch["audio"]), joined(text), self.model.scales()[0], same)
        logits = self.kind_head(text * text.shape[-1] ** 0.5)
        naming = F.binary_cross_entropy_with_logits(logits, kinds)
        named = kinds.gather(1, logits.argmax(1, keepdim=True)).mean()
        return {"loss": audio_text + self.kind_weight * naming, "audio_text": audio_text, "naming": naming, "named": named}

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
        return scheduled(adamw(self, self.learning_rate, self.weight_decay), self.warmup_steps, self.max_steps)
