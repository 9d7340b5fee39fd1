"""BEATs' tower: the names of its published weights, its attention written out, distances by bucket."""

import pytest
import torch

from cvalp.mini.t5_encoder import distance_buckets
from cvalp.paper.beats import BeatsTower, GatedAttention
from ldm.audio_mapper import AudioMapper


def published_shapes() -> dict[str, tuple[int, ...]]:
    """Keys and shapes of BEATs_iter3_plus_AS2M's state dict."""
    shapes: dict[str, tuple[int, ...]] = {
        "patch_embedding.weight": (512, 1, 16, 16),
        "layer_norm.weight": (512,),
        "layer_norm.bias": (512,),
        "post_extract_proj.weight": (768, 512),
        "post_extract_proj.bias": (768,),
        "encoder.pos_conv.0.bias": (768,),
        "encoder.pos_conv.0.weight_g": (1, 1, 128),
        "encoder.pos_conv.0.weight_v": (768, 48, 128),
        "encoder.layer_norm.weight": (768,),
        "encoder.layer_norm.bias": (768,),
    }
    for layer in range(12):
        place = f"encoder.layers.{layer}."
        for name in ("k_proj", "v_proj", "q_proj", "out_proj"):
            shapes |= {f"{place}self_attn.{name}.weight": (768, 768), f"{place}self_attn.{name}.bias": (768,)}
        shapes |= {
            f"{place}self_attn.grep_linear.weight": (8, 64),
            f"{place}self_attn.grep_linear.bias": (8,),
        }
        shapes |= {f"{place}self_attn.grep_a": (1, 12, 1, 1)}
        shapes |= {f"{place}self_attn.relative_attention_bias.weight": (320, 12)}
        for name in ("self_attn_layer_norm", "final_layer_norm"):
            shapes |= {f"{place}{name}.weight": (768,), f"{place}{name}.bias": (768,)}
        shapes |= {f"{place}fc1.weight": (3072, 768), f"{place}fc1.bias": (3072,)}
        shapes |= {f"{place}fc2.weight": (768, 3072), f"{place}fc2.bias": (768,)}
    return shapes


def test_its_names_and_shapes_are_those_of_the_published_weights():
    with torch.device("meta"):
        own = {name: tuple(value.shape) for name, value in BeatsTower().state_dict().items()}
    assert own == published_shapes()


def test_a_published_checkpoint_goes_in_without_its_classifier_and_another_does_not(tmp_path):
    torch.manual_seed(0)
    other = BeatsTower.tiny()
    state = {**other.state_dict(), "predictor.weight": torch.zeros(5, 16), "predictor.bias": torch.zeros(5)}
    tower = BeatsTower.tiny().load_published({"cfg": {"encoder_layers": 2}, "model": state})
    wave = torch.randn(1, 6400)
    with torch.no_grad():
        torch.testing.assert_close(tower(wave), other.eval()(wave))
    state.pop("encoder.layers.1.fc2.bias")
    with pytest.raises(ValueError, match=r"encoder\.layers\.1\.fc2\.bias"):
        BeatsTower.tiny().load_published({"model": state})
    (tmp_path / "no.pt").write_bytes(b"no weights")
    with pytest.raises(ValueError, match="holds no weights"):
        BeatsTower.from_file(tmp_path / "no.pt")


@torch.no_grad()
def test_attention_is_its_equation_written_out():
    torch.manual_seed(0)
    attention = GatedAttention(8, 2, torch.nn.Embedding(320, 2))
    attention.grep_a.copy_(torch.tensor([0.7, 1.3]).reshape(1, 2, 1, 1))
    x, buckets = torch.randn(1, 5, 8), distance_buckets(5, torch.device("cpu"), 320, 800)
    q, k, v = (part(x)[0].reshape(5, 2, 4) for part in (attention.q_proj, attention.k_proj, attention.v_proj))
    rows = torch.zeros(5, 2, 4)
    for head in range(2):
        for i in range(5):
            gates = attention.grep_linear(q[i, head]).reshape(2, 4).sum(1).sigmoid()
            gate = gates[0] * (gates[1] * attention.grep_a[0, head, 0, 0] - 1) + 2
            bias = attention.relative_attention_bias.weight[buckets[i], head]
            weights = (k[:, head] @ q[i, head] / 2 + gate * bias).softmax(0)
            rows[i, head] = weights @ v[:, head]
    torch.testing.assert_close(attention(x, buckets)[0], attention.out_proj(rows.flatten(1)))


def test_near_distances_have_a_bucket_each_and_far_ones_share():
    buckets = distance_buckets(1000, torch.device("cpu"), 320, 800)
    assert buckets[500, 500] == 0 and buckets[500, 501] == 161 and buckets[500, 499] == 1
    assert len(set(buckets[0, 1:80].tolist())) == 79
    assert buckets[0, 900] == buckets[0, 999] == 319 and buckets[999, 0] == 159
    assert (buckets[0, 1:].diff() >= 0).all()


@torch.no_grad()
def test_every_moment_has_eight_bands_and_the_mapper_reads_them():
    tower = BeatsTower.tiny().eval()
    tokens = tower(torch.randn(2, 16_400))
    assert tokens.shape == (2, 6 * 8, 2 * 16)
    found = AudioMapper.tiny(audio_channels=32, bands=8)(tokens, 12)
    assert found.local.shape == (2, 12, 2, 5)
    with pytest.raises(ValueError, match="160 ms"):
        tower(torch.randn(1, 1600))
