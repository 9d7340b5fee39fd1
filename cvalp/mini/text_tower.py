"""The text tower: a small T5 encoder over sentencepiece tokens, averaged over the words."""

from pathlib import Path

import torch
from jaxtyping import Bool, Float
from torch import nn
from torch.nn import functional as F

from cvalp.mini.t5_encoder import T5Encoder
from prompts.tokenizer import MAX_TOKENS, Tokenizer
from vocoders.training.joined_batch import joined, longest_anywhere, place


def _without_shared_table(module: nn.Module, state_dict: dict, prefix: str, *_) -> None:
    state_dict.pop(prefix + "encoder.shared.weight", None)


class TextTower(nn.Module):
    """Prompts to vectors: T5 encoder (Raffel et al. 2020, gated GELU of v1.1), mean over tokens, linear map.

    In training every word is dropped with probability `word_dropout`, so that
    no single word carries a prompt.

    Args:
        tokenizer_file: the sentencepiece .model file; its size fixes the embedding table.
        dim: length of the output.
        width, layers, heads, head_width, feed_forward: sizes of the encoder.
        dropout: inside the encoder, in training.
        word_dropout: probability in [0, 1) of losing a word in training; a prompt keeps at least one word.
        max_tokens: prompts are cut there, `</s>` included.

    Raises:
        ValueError: the tokenizer file is missing or unreadable.
    """

    def __init__(
        self,
        tokenizer_file: str | Path,
        dim: int = 256,
        width: int = 192,
        layers: int = 3,
        heads: int = 4,
        head_width: int = 48,
        feed_forward: int = 512,
        dropout: float = 0.1,
        word_dropout: float = 0.1,
        max_tokens: int = MAX_TOKENS,
    ) -> None:
        super().__init__()
        self.tokenizer = Tokenizer(tokenizer_file)
        self.word_dropout = word_dropout
        self.max_tokens = max_tokens
        self.encoder = T5Encoder(self.tokenizer.size, width, layers, heads, head_width, feed_forward, dropout)
        # Checkpoints written with transformers' class hold the embedding table under a second name.
        self.register_load_state_dict_pre_hook(_without_shared_table)
        self.project = nn.Linear(width, dim)

    def forward(self, texts: list[str]) -> Float[torch.Tensor, "batch dim"]:
        """Embed prompts.

        Args:
            texts: at least one prompt; the empty prompt has an embedding too. Longer prompts
                than `max_tokens` lose their end.

        Returns:
            (batch, dim), not normalised. A row does not depend on the other rows.

        Raises:
            ValueError: no texts.
        """
        if not texts:
            raise ValueError("the text tower needs at least one text")
        if self.training and self.word_dropout > 0:
            texts = self._without_some_words(texts)
        hidden, mask = self._hidden(texts)
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        return self.project((hidden * weights).sum(1) / weights.sum(1))

    def words(
        self, texts: list[str], count: int
    ) -> tuple[Float[torch.Tensor, "batch words dim"], Bool[torch.Tensor, "batch words"]]:
        """What `forward` is the mean of: a vector for each of the first `count` tokens, zero and False
        where a prompt has no more."""
        hidden, mask = self._hidden(texts)
        vectors = self.project(hidden[:, :count]) * mask[:, :count, None]
        missing = max(0, count - mask.shape[1])
        return F.pad(vectors, (0, 0, 0, missing)), F.pad(mask[:, :count], (0, missing))

    def _hidden(self, texts: list[str]) -> tuple[torch.Tensor, torch.Tensor]:
        rows = self.tokenizer.encode(texts, self.max_tokens)
        device = self.project.weight.device
        longest = max(map(len, rows))
        if self.training:
            longest = longest_anywhere(longest, device)
        tokens = torch.tensor(
            [row + [self.tokenizer.pad] * (longest - len(row)) for row in rows], device=device
        )
        mask = torch.tensor(
            [[True] * len(row) + [False] * (longest - len(row)) for row in rows], device=device
        )
        return self.encoder(tokens, mask), mask

    def _without_some_words(self, texts: list[str]) -> list[str]:
        """Drop words at random (torch's generator, so that a seed repeats it); one word of each text always
        stays.

        The draws are those of the joined batch, in the order of its texts.
        """
        words = [text.split() for text in texts]
        counts = torch.tensor([len(each) for each in words], device=self.project.weight.device)
        kept = [self._kept(count) for count in joined(counts).tolist()]
        first = place()[0] * len(texts)
        return [
            text if len(each) < 2 else " ".join(word for word, stays in zip(each, keep, strict=True) if stays)
            for text, each, keep in zip(texts, words, kept[first : first + len(texts)], strict=True)
        ]

    def _kept(self, count: int) -> list[bool]:
        """Which of `count` words stay."""
        if count < 2:
            return [True] * count
        keep = torch.rand(count) >= self.word_dropout
        keep[int(torch.randint(count, ()))] = True
        return keep.tolist()
