"""Prompts to token numbers and back, for any script."""

from collections.abc import Sequence
from pathlib import Path

import sentencepiece

MAX_TOKENS = 64


class Tokenizer:
    """A sentencepiece model read once; it can be pickled and sent to another process.

    Text is put in Unicode's compatibility form (NFKC) and lower case by the model itself; what no piece
    covers is spelled in UTF-8 bytes, so no text is unreadable. Numbers follow T5: 0 pads, 1 (`</s>`) ends
    every prompt, 2 is unknown (never produced).

    Args:
        model_file: the .model file written by `prompts.vocabulary.train_vocabulary`.

    Raises:
        ValueError: the file is missing or no sentencepiece model.
    """

    def __init__(self, model_file: str | Path) -> None:
        path = Path(model_file)
        if not path.is_file():
            raise ValueError(f"no vocabulary at {path}")
        self._load(path.read_bytes(), str(path))

    def _load(self, model: bytes, name: str) -> None:
        self._model = model
        self._processor = sentencepiece.SentencePieceProcessor()
        try:
            self._processor.LoadFromSerializedProto(model)
            readable = self._processor.GetPieceSize() > 0
        except (RuntimeError, OSError) as error:
            raise ValueError(f"{name} is no sentencepiece model") from error
        if not readable:
            raise ValueError(f"{name} is no sentencepiece model")

    def __getstate__(self) -> dict[str, bytes]:
        return {"model": self._model}

    def __setstate__(self, state: dict[str, bytes]) -> None:
        self._load(state["model"], "the pickled vocabulary")

    @property
    def size(self) -> int:
        """Number of tokens."""
        return self._processor.GetPieceSize()

    @property
    def pad(self) -> int:
        """The token that fills up short rows of a batch."""
        return self._processor.pad_id()

    @property
    def end(self) -> int:
        """The token `</s>` that ends every prompt."""
        return self._processor.eos_id()

    @property
    def model_bytes(self) -> bytes:
        """The model file's content, for saving it beside other weights."""
        return self._model

    def encode(self, texts: Sequence[str], max_tokens: int = MAX_TOKENS) -> list[list[int]]:
        """Tokens of every text, each ended by `</s>`.

        Args:
            texts: prompts; an empty one gives `</s>` alone.
            max_tokens: longest row, `</s>` included; longer prompts lose their end (see `was_cut`).

        Raises:
            ValueError: max_tokens is below 1.
        """
        if max_tokens < 1:
            raise ValueError(f"max_tokens must be at least 1, not {max_tokens}")
        return [[*self._pieces(text)[: max_tokens - 1], self.end] for text in texts]

    def was_cut(self, text: str, max_tokens: int = MAX_TOKENS) -> bool:
        """Whether `encode` drops the end of this text."""
        return len(self._pieces(text)) > max_tokens - 1

    def decode(self, tokens: Sequence[int]) -> str:
        """The text of a row, without `</s>` and padding; normalised, so in lower case."""
        return self._processor.DecodeIds([token for token in tokens if token not in (self.pad, self.end)])

    def _pieces(self, text: str) -> list[int]:
        # Half a surrogate pair (a file name read from a broken disk) is no Unicode text; it becomes "?".
        return self._processor.EncodeAsIds(text.encode("utf-8", "replace").decode("utf-8"))
