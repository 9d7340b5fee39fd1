"""Agent attention at inference (Han et al. 2024, arXiv 2312.08874, eq. 4; TA-V2A section III-B).

A few agents, means of the queries over small squares of the grid, look at all keys for everybody, and every
query looks at the agents: O = softmax(Q A^T) softmax(A K^T) V, of cost O(N n d) in place of O(N^2 d). Without
training it stands in for self-attention at the largest grid and at early steps, where noise is strong.
"""

from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor
from torch.nn import functional as F

SECOND_SCALE_POWER = 0.3  # the second softmax is sharper: d ** (-0.5 * 0.3)
VALUE_SHARE = 0.075  # of each place's own value, which keeps what the agents blur


@dataclass
class Agents:
    """When agents stand in, and for which grid at the moment.

    Attributes:
        square: side of the square of queries that one agent is the mean of.
        least_tokens: the smallest grid for which they are worth it; `benchmarks/agent_attention.py` measures
            what they save.
        above_time: in [0, 1]; only at times from there on: 0.6 is the first 40 % of evenly spaced steps.
        grid: (rows, columns) of the call in progress, None for plain attention.
    """

    square: int = 4
    least_tokens: int = 4096
    above_time: float = 0.6
    grid: tuple[int, int] | None = None

    def begin(self, rows: int, columns: int, time: Tensor, training: bool) -> None:
        """Decides about one call of the network."""
        whole = rows % self.square == 0 == columns % self.square
        large = rows * columns >= max(self.least_tokens, 1)
        early = not training and large and whole and float(time.min()) >= self.above_time
        self.grid = (rows, columns) if early else None


def agent_attention(
    q: Float[Tensor, "batch heads tokens d"],
    k: Float[Tensor, "batch heads tokens d"],
    v: Float[Tensor, "batch heads tokens d"],
    grid: tuple[int, int],
    square: int,
) -> Float[Tensor, "batch heads tokens d"]:
    """softmax(Q A^T) softmax(A K^T) V + 0.075 V over tokens that lie row after row on a grid."""
    d = q.shape[-1]
    field = q.transpose(-1, -2).flatten(0, 1).unflatten(-1, grid)
    pooled = F.avg_pool2d(field, square).flatten(2).transpose(-1, -2)
    agents = pooled.unflatten(0, q.shape[:2])
    gathered = F.scaled_dot_product_attention(agents, k, v, scale=d**-0.5)
    spread = F.scaled_dot_product_attention(q, agents, gathered, scale=d ** (-0.5 * SECOND_SCALE_POWER))
    return spread + VALUE_SHARE * v


class AgentProcessor:
    """A processor of diffusers' `Attention`: agents where `Agents` says so, else its plain one."""

    def __init__(self, agents: Agents, plain: Any):
        self.agents, self.plain = agents, plain

    def __call__(
        self,
        attn: Any,
        hidden_states: Float[Tensor, "batch tokens width"],
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
        **further: Any,
    ) -> Float[Tensor, "batch tokens width"]:
        grid = self.agents.grid
        agents = grid is not None and encoder_hidden_states is None and attention_mask is None
        if not agents or grid is None or grid[0] * grid[1] != hidden_states.shape[1]:
            return self.plain(attn, hidden_states, encoder_hidden_states, attention_mask, temb, **further)
        q, k, v = (
            project(hidden_states).unflatten(-1, (attn.heads, -1)).transpose(1, 2)
            for project in (attn.to_q, attn.to_k, attn.to_v)
        )
        mixed = agent_attention(q, k, v, grid, self.agents.square)
        return attn.to_out[0](mixed.transpose(1, 2).flatten(2).to(hidden_states.dtype))


def install(unet: Any, agents: Agents) -> None:
    """Gives the self-attentions of the blocks at the largest grid (the first down, the last up) the
    processor."""
    for block in (unet.down_blocks[0], unet.up_blocks[-1]):
        for transformer in getattr(block, "attentions", ()):
            for layer in transformer.transformer_blocks:
                layer.attn1.set_processor(AgentProcessor(agents, layer.attn1.processor))
