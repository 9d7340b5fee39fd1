"""The published text tower: the encoder of Flan-T5 (Chung et al. 2022), averaged over the
words (TA-V2A section III-B)."""

from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import nn
from torch.nn import functional as F
from transformers.models.t5.configuration_t5 import T5Config
from transformers.models.t5.modeling_t5 import T5EncoderModel
from transformers.models.t5.tokenization_t5 import T5Tokenizer

from vocoders.training.joined_batch import longest_anywhere

SIZES: dict[str, dict[str, Any]] = {
    "small": {"d_model": 512, "d_ff": 1024, "d_kv": 64, "num_layers": 8, "num_heads": 6, "vocab_size": 32128},
    "base": {
        "d_model": 768,
        "d_ff": 2048,
        "d_kv": 64,
        "num_layers": 12,
        "num_heads": 12,
        "vocab_size": 32128,
    },
    "large": {
        "d_model": 1024,
        "d_ff": 2816,
        "d_kv": 64,
        "num_layers": 24,
        "num_heads": 16,
        "vocab_size": 32128,
    },
}
"""Shapes of google/flan-t5-*; TA-V2A does not say which it takes."""


def read_tokenizer(source: str | Path) -> T5Tokenizer:
    """T5's tokenizer of a folder with `tokenizer.json` or `spiece.model`, or of a sentencepiece .model file.

    Raises:
        ValueError: there is none.
    """
    path = Path(source)
    if (path / "tokenizer.json").is_file():
        return T5Tokenizer.from_pretrained(path)
    model = path / "spiece.model" if path.is_dir() else path
    if not model.is_file():
        raise ValueError(
            f"no tokenizer at {path}: a folder with tokenizer.json or spiece.model, or a .model file"
        )
    import sentencepiece

    pieces = sentencepiece.SentencePieceProcessor(model_file=str(model))
    return T5Tokenizer(
        vocab=[(pieces.IdToPiece(i), pieces.GetScore(i)) for i in range(pieces.GetPieceSize())]
    )


def encoder_config(shape: dict[str, Any]) -> T5Config:
    """T5 1.1 as Flan-T5 has it (gated GELU), of `SIZES` or smaller."""
    return T5Config(feed_forward_proj="gated-gelu", **shape)


def _without_shared_table(module: nn.Module, state_dict: dict, prefix: str, *_) -> None:
    state_dict.pop(prefix + "encoder.shared.weight", None)


class FlanT5Tower(nn.Module):
    """Texts -> one vector each, the mean over tokens (`</s>` included, padding not).

    Args:
        tokenizer: see `read_tokenizer`.
        shape: a key of `SIZES`, or T5Config's keywords.
        unfrozen_layers: how many of the top layers learn (with the last normalisation); none by default. A
            frozen encoder runs without gradients and without dropout.
        max_tokens: longer texts lose their end.
    """

    def __init__(
        self,
        tokenizer: str | Path,
        shape: str | dict[str, Any] = "base",
        unfrozen_layers: int = 0,
        max_tokens: int = 128,
    ):
        super().__init__()
        self.tokenizer, self.max_tokens = read_tokenizer(tokenizer), max_tokens
        config = encoder_config(SIZES[shape] if isinstance(shape, str) else dict(shape))
        if len(self.tokenizer) > config.vocab_size:
            raise ValueError(
                f"the tokenizer has {len(self.tokenizer)} tokens, the encoder's table {config.vocab_size} "
                f"rows"
            )
        if not 0 <= unfrozen_layers <= config.num_layers:
            raise ValueError(f"unfrozen_layers is 0 to {config.num_layers}, not {unfrozen_layers}")
        self.encoder = T5EncoderModel(config)
        # T5 holds its table under two names, which no safetensors file may: the second goes, also
        # from checkpoints that have both
        del self.encoder.shared
        self.register_load_state_dict_pre_hook(_without_shared_table)
        self.width, self.unfrozen_layers = config.d_model, unfrozen_layers
        self.encoder.requires_grad_(False)
        if unfrozen_layers:
            stack = self.encoder.encoder
            learning = [*stack.block[config.num_layers - unfrozen_layers :], stack.final_layer_norm]
            for layer in [*learning, *([stack] if unfrozen_layers == config.num_layers else [])]:
                layer.requires_grad_(True)

    def train(self, mode: bool = True) -> "FlanT5Tower":
        """A wholly frozen encoder stays in evaluation mode."""
        super().train(mode)
        if not self.unfrozen_layers:
            self.encoder.eval()
        return self

    def forward(self, texts: list[str]) -> Float[torch.Tensor, "batch width"]:
        """At least one text; the empty one has a vector too. A row does not depend on the other rows.

        Raises:
            ValueError: no texts.
        """
        hidden, mask = self._read(texts)
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        return (hidden * weights).sum(1) / weights.sum(1)

    def words(
        self, texts: list[str], count: int
    ) -> tuple[Float[torch.Tensor, "batch count width"], Bool[torch.Tensor, "batch count"]]:
        """The states of the first `count` tokens of each text, zero and False where there are no more.

        Raises:
            ValueError: no texts.
        """
        hidden, mask = self._read(texts)
        short = max(0, count - hidden.shape[1])
        there = F.pad(mask.bool()[:, :count], (0, short))
        return F.pad(hidden[:, :count], (0, 0, 0, short)) * there[..., None], there

    def _read(self, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        """States and mask of all tokens."""
        if not texts:
            raise ValueError("the text tower needs at least one text")
        rows = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        )
        device = self.encoder.encoder.embed_tokens.weight.device
        tokens, mask = rows["input_ids"].to(device), rows["attention_mask"].to(device)
        if self.training and self.unfrozen_layers:
            further = longest_anywhere(tokens.shape[1], device) - tokens.shape[1]
            tokens = F.pad(tokens, (0, further), value=self.tokenizer.pad_token_id)
            mask = F.pad(mask, (0, further))
        with torch.set_grad_enabled(torch.is_grad_enabled() and self.unfrozen_layers > 0):
            hidden = self.encoder(input_ids=tokens, attention_mask=mask).last_hidden_state
        return hidden, mask
