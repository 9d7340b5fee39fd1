"""A T5 tokenizer of three words, for text towers of tiny sizes."""

from pathlib import Path
from typing import Any

WORDS = ("a", "dog", "rain")
TINY_TEXT: dict[str, Any] = {
    "d_model": 16,
    "d_ff": 32,
    "d_kv": 8,
    "num_layers": 2,
    "num_heads": 2,
    "vocab_size": 4096,
}


def tiny_tokenizer(folder: Path) -> str:
    """Written to a folder as transformers writes its own; returns the folder."""
    from transformers.models.t5.tokenization_t5 import T5Tokenizer

    pieces = ["<pad>", "</s>", "<unk>", *("▁" + word for word in WORDS), "▁", "s"]
    T5Tokenizer(vocab=[(piece, -float(i)) for i, piece in enumerate(pieces)]).save_pretrained(folder)
    return str(folder)
