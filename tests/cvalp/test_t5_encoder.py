"""Mini's own T5 encoder against transformers'."""

import pytest
import torch
from transformers import T5Config, T5EncoderModel

from cvalp.mini.t5_encoder import T5Encoder, distance_buckets

SIZES = {"width": 16, "layers": 2, "heads": 2, "head_width": 8, "feed_forward": 24}


def theirs(vocabulary: int = 40) -> T5EncoderModel:
    torch.manual_seed(0)
    shape = {"d_model": 16, "num_layers": 2, "num_heads": 2, "d_kv": 8, "d_ff": 24}
    return T5EncoderModel(T5Config(vocab_size=vocabulary, feed_forward_proj="gated-gelu", **shape)).eval()


@pytest.mark.parametrize("tokens", [1, 7, 300])
def test_it_is_transformers_encoder(tokens: int) -> None:
    upstream, ours = theirs(), T5Encoder(40, **SIZES).eval()
    state = {name: value for name, value in upstream.state_dict().items() if name != "shared.weight"}
    assert list(ours.state_dict()) == list(state), "the same weights by the same names"
    ours.load_state_dict(state)
    rows = torch.randint(40, (3, tokens), generator=torch.Generator().manual_seed(1))
    mask = torch.arange(tokens)[None] < torch.tensor([[tokens], [max(1, tokens - 2)], [1]])
    with torch.no_grad():
        expected = upstream(input_ids=rows, attention_mask=mask.long()).last_hidden_state
        found = ours(rows, mask)
    torch.testing.assert_close(found[mask], expected[mask], atol=1e-5, rtol=1e-4)


def test_distances_share_buckets_as_in_transformers() -> None:
    attention = theirs().encoder.block[0].layer[0].SelfAttention
    places = torch.arange(400)
    expected = attention._relative_position_bucket(places[None] - places[:, None], num_buckets=32, max_distance=128)
    assert torch.equal(distance_buckets(400, torch.device("cpu")), expected)


def test_it_learns_and_drops_in_training_only() -> None:
    torch.manual_seed(0)
    ours = T5Encoder(40, **SIZES, dropout=0.5)
    rows, mask = torch.randint(40, (2, 5)), torch.ones(2, 5, dtype=torch.bool)
    assert not torch.equal(ours(rows, mask), ours(rows, mask))
    ours(rows, mask).square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in ours.parameters())
    ours.eval()
    assert torch.equal(ours(rows, mask), ours(rows, mask))
