"""The encoder of T5 (Raffel et al. 2020), version 1.1, with gated GELU, as small
as mini's text tower needs it.

It has the arithmetic and the names of the weights of `transformers.T5EncoderModel` (a test compares the two).
Importing that class takes longer than sounding a clip, so mini has its own; the Flan-T5 of paper size is
transformers' (`cvalp.paper.flan_t5`).
"""

import math

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

BUCKETS = 32
FARTHEST = 128  # tokens: all greater distances share a bucket
EPSILON = 1e-6


class RmsNorm(nn.Module):
    """Scales every vector to a mean square of one: no mean is taken away, nothing is added."""

    def __init__(self, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        variance = x.float().square().mean(-1, keepdim=True)
        return self.weight * (x * torch.rsqrt(variance + EPSILON)).to(self.weight.dtype)


def distance_buckets(
    tokens: int, device: torch.device, buckets: int = BUCKETS, farthest: int = FARTHEST
) -> Int[Tensor, "n n"]:
    """Bucket of every pair (query, key): half for each direction, the nearer half of those exact (up to 8
    tokens by default), then logarithmic up to `farthest`."""
    places = torch.arange(tokens, device=device)
    relative = places[None] - places[:, None]
    half, exact = buckets // 2, buckets // 4
    size = relative.abs()
    far = exact + (torch.log(size.float() / exact) / math.log(farthest / exact) * (half - exact)).to(
        torch.long
    )
    return (relative > 0).long() * half + torch.where(size < exact, size, far.clamp(max=half - 1))


class SelfAttention(nn.Module):
    """Attention without scaling; the first layer's holds the table of position biases that all layers add."""

    def __init__(self, width: int, heads: int, head_width: int, has_bias: bool, dropout: float):
        super().__init__()
        inner = heads * head_width
        self.heads, self.dropout = heads, dropout
        self.q, self.k, self.v = (nn.Linear(width, inner, bias=False) for _ in range(3))
        self.o = nn.Linear(inner, width, bias=False)
        for layer, size in ((self.q, width * head_width), (self.k, width), (self.v, width), (self.o, inner)):
            nn.init.normal_(layer.weight, std=size**-0.5)
        if has_bias:
            self.relative_attention_bias = nn.Embedding(BUCKETS, heads)
            nn.init.normal_(self.relative_attention_bias.weight, std=width**-0.5)

    def position_bias(self, tokens: int) -> Float[Tensor, "1 heads n n"]:
        table = self.relative_attention_bias
        return table(distance_buckets(tokens, table.weight.device)).permute(2, 0, 1)[None]

    def forward(self, x: Float[Tensor, "batch n width"], bias: Float[Tensor, "batch heads n n"]) -> Tensor:
        q, k, v = (f(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for f in (self.q, self.k, self.v))
        dropout = self.dropout if self.training else 0.0
        found = F.scaled_dot_product_attention(q, k, v, attn_mask=bias, dropout_p=dropout, scale=1.0)
        return self.o(found.transpose(1, 2).flatten(2))


class AttentionLayer(nn.Module):
    """x + dropout(attention(norm(x)))."""

    def __init__(self, width: int, heads: int, head_width: int, has_bias: bool, dropout: float):
        super().__init__()
        self.SelfAttention = SelfAttention(width, heads, head_width, has_bias, dropout)
        self.layer_norm = RmsNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        return x + self.dropout(self.SelfAttention(self.layer_norm(x), bias))


class GatedGelu(nn.Module):
    """wo(dropout(gelu(wi_0 x) * wi_1 x)), the "DenseReluDense" of T5's names."""

    def __init__(self, width: int, feed_forward: int, dropout: float):
        super().__init__()
        self.wi_0, self.wi_1 = (nn.Linear(width, feed_forward, bias=False) for _ in range(2))
        self.wo = nn.Linear(feed_forward, width, bias=False)
        self.dropout = nn.Dropout(dropout)
        for layer in (self.wi_0, self.wi_1, self.wo):
            nn.init.normal_(layer.weight, std=layer.in_features**-0.5)

    def forward(self, x: Tensor) -> Tensor:
        gate = (
            0.5
            * (h := self.wi_0(x))
            * (1.0 + torch.tanh(math.sqrt(2.0 / math.pi) * (h + 0.044715 * torch.pow(h, 3.0))))
        )
        return self.wo(self.dropout(gate * self.wi_1(x)))


class FeedForwardLayer(nn.Module):
    """x + dropout(feed forward(norm(x)))."""

    def __init__(self, width: int, feed_forward: int, dropout: float):
        super().__init__()
        self.DenseReluDense = GatedGelu(width, feed_forward, dropout)
        self.layer_norm = RmsNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.dropout(self.DenseReluDense(self.layer_norm(x)))


class T5Block(nn.Module):
    """Attention, then feed forward."""

    def __init__(
        self, width: int, heads: int, head_width: int, feed_forward: int, has_bias: bool, dropout: float
    ):
        super().__init__()
        attention = AttentionLayer(width, heads, head_width, has_bias, dropout)
        self.layer = nn.ModuleList([attention, FeedForwardLayer(width, feed_forward, dropout)])

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        return self.layer[1](self.layer[0](x, bias))


class T5Stack(nn.Module):
    """Embedding, blocks, last norm.

    With `words_only` the blocks are passed over, and nothing is dropped out: the same as when they are
    `silence`d, and far quicker.
    """

    def __init__(
        self,
        vocabulary: int,
        width: int,
        layers: int,
        heads: int,
        head_width: int,
        feed_forward: int,
        dropout: float,
    ):
        super().__init__()
        self.embed_tokens = nn.Embedding(vocabulary, width)
        sizes = (width, heads, head_width, feed_forward)
        self.block = nn.ModuleList(T5Block(*sizes, index == 0, dropout) for index in range(layers))
        self.final_layer_norm = RmsNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.words_only = False

    def silence(self) -> None:
        """Lets every block add nothing, so that words are read one by one until the blocks have learnt."""
        for name, parameter in self.block.named_parameters():
            if name.endswith((".o.weight", ".wo.weight")):
                nn.init.zeros_(parameter)

    def forward(
        self, tokens: Int[Tensor, "batch n"], mask: Bool[Tensor, "batch n"]
    ) -> Float[Tensor, "batch n width"]:
        if self.words_only:
            return self.final_layer_norm(self.embed_tokens(tokens))
        x = self.dropout(self.embed_tokens(tokens))
        first = self.block.get_submodule("0.layer.0.SelfAttention")
        assert isinstance(first, SelfAttention)
        bias = first.position_bias(tokens.shape[1])
        hidden = torch.zeros_like(mask, dtype=bias.dtype).masked_fill(~mask, torch.finfo(bias.dtype).min)
        bias = bias + hidden[:, None, None]
        for block in self.block:
            x = block(x, bias)
        return self.dropout(self.final_layer_norm(x))


class T5Encoder(nn.Module):
    """Tokens to vectors.

    Args:
        vocabulary: rows of the embedding table.
        width, layers, heads, head_width, feed_forward: sizes.
        dropout: in training, in [0, 1).
    """

    def __init__(
        self,
        vocabulary: int,
        width: int,
        layers: int,
        heads: int,
        head_width: int,
        feed_forward: int,
        dropout: float = 0.1,
    ):
        super().__init__()
        self.encoder = T5Stack(vocabulary, width, layers, heads, head_width, feed_forward, dropout)

    def forward(
        self, tokens: Int[Tensor, "batch n"], mask: Bool[Tensor, "batch n"]
    ) -> Float[Tensor, "batch n width"]:
        """Hidden states of the last layer; where `mask` is False, padding, they mean nothing."""
        return self.encoder(tokens, mask)
