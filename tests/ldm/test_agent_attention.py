"""Agent attention: the formula, where it is used, and that nothing else changes."""

import pytest
import torch

from ldm.conditions import Conditions
from ldm.denoisers.agent_attention import VALUE_SHARE, AgentProcessor, agent_attention
from ldm.denoisers.audio_unet import AudioUNet
from ldm.latents import Latents


def test_the_formula_written_out() -> None:
    g = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(2, 3, 8 * 4, 5, generator=g) for _ in range(3))
    found = agent_attention(q, k, v, (8, 4), 2)
    squares = q.reshape(
        2, 3, 4, 2, 2, 2, 5
    )  # rows of squares, rows inside, columns of squares, columns inside
    agents = squares.mean((3, 5)).reshape(2, 3, 8, 5)
    gathered = torch.softmax(agents @ k.mT * 5**-0.5, -1) @ v
    expected = torch.softmax(q @ agents.mT * 5**-0.15, -1) @ gathered + 0.075 * v
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)


def test_equal_values_come_out_as_they_are() -> None:
    """Weights of both softmaxes sum to 1."""
    q, k = torch.randn(1, 2, 16, 4), torch.randn(1, 2, 16, 4)
    v = torch.ones(1, 2, 16, 4)
    torch.testing.assert_close(agent_attention(q, k, v, (4, 4), 2), (1 + VALUE_SHARE) * v)


def predicted(network: AudioUNet, time: float, columns: int = 16) -> torch.Tensor:
    g = torch.Generator().manual_seed(1)
    latents = Latents(audio=torch.randn(2, 4, 4, columns, generator=g))
    conditions = Conditions.of(video=torch.randn(2, 4, 6, generator=g))
    with torch.no_grad():
        return network(latents, torch.full((2,), time), conditions).given_audio


def test_it_stands_in_only_early_at_large_grids_and_outside_of_training() -> None:
    torch.manual_seed(0)
    network = AudioUNet.tiny().eval()
    plain = {time: predicted(network, time) for time in (0.3, 0.9)}
    assert network.agents.grid is None  # 64 tokens are too few
    network.agents.least_tokens = 64
    assert torch.equal(predicted(network, 0.3), plain[0.3])
    early = predicted(network, 0.9)
    assert network.agents.grid == (4, 16) and not torch.equal(early, plain[0.9])
    assert early.isfinite().all() and (early - plain[0.9]).norm() < plain[0.9].norm()
    network.agents.square = 3  # does not divide the grid
    assert torch.equal(predicted(network, 0.9), plain[0.9])
    network.agents.square = 4
    network.train()
    predicted(network, 0.9)
    assert network.agents.grid is None


@pytest.mark.parametrize("levels", [(8, 16), (8, 16, 16, 16)])
def test_the_self_attentions_of_the_largest_grid_have_it_and_no_others(levels) -> None:
    network = AudioUNet.tiny(block_out_channels=levels)
    kinds = network.unet.attn_processors
    having = {name for name, kind in kinds.items() if isinstance(kind, AgentProcessor)}
    last = f"up_blocks.{len(levels) - 1}."
    expected = {n for n in kinds if ".attn1." in n and n.startswith(("down_blocks.0.", last))}
    assert having == expected and len(having) == 3


def test_copies_have_agents_of_their_own() -> None:
    import copy

    network = AudioUNet.tiny().eval()
    other = copy.deepcopy(network)
    other.agents.least_tokens = 64
    assert torch.equal(predicted(other, 0.3), predicted(network, 0.3))
    assert not torch.equal(predicted(other, 0.9), predicted(network, 0.9))
