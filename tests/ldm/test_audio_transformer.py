"""The transformer: the best linear guess at birth, any length, alignment, relative positions."""

import pytest
import torch

from ldm.conditions import Conditions
from ldm.denoisers.audio_transformer import AudioTransformer, attend, rotary, rotate
from ldm.latents import Latents

INJECTIONS = ["aligned", "cross_attention", "both"]


def grown(**overrides) -> AudioTransformer:
    """A tiny network whose zero-initialised layers have been given weights."""
    torch.manual_seed(0)
    network = AudioTransformer.tiny(**overrides)
    for p in network.parameters():
        p.data.add_(0.2 * torch.randn_like(p))
    return network.eval()


def run(network, latents, time, conditions) -> torch.Tensor:
    return network(Latents(audio=latents), time, conditions).audio


def inputs(columns: int = 12, batch: int = 2):
    generator = torch.Generator().manual_seed(1)
    latents, time = torch.randn(batch, 4, columns, generator=generator), torch.rand(batch, generator=generator)
    video, text = torch.randn(batch, columns, 6, generator=generator), torch.randn(batch, 5, generator=generator)
    return latents, time, Conditions.of(video=video, text=text)


@pytest.mark.parametrize("injection", INJECTIONS)
def test_a_fresh_network_predicts_the_best_linear_guess_and_learns_from_there(injection):
    network = AudioTransformer.tiny(injection=injection)
    latents, time, conditions = inputs()
    output = run(network, latents, time, conditions)
    slope = (2 * time - 1) / (time**2 + (1 - time) ** 2)
    torch.testing.assert_close(output, slope[:, None, None] * latents)
    (output - latents).square().mean().backward()
    assert network.latents_out.weight.grad.abs().sum() > 0


@torch.no_grad()
def test_from_pure_noise_the_guess_of_the_data_does_not_depend_on_copying_the_noise():
    """At time 1 the guess of the data is noise - velocity: with the network's output silenced exactly zero, whatever the noise."""
    latents, _, conditions = inputs()
    assert torch.equal(run(AudioTransformer.tiny(), latents, torch.ones(2), conditions), latents)


@pytest.mark.parametrize("injection", INJECTIONS)
@pytest.mark.parametrize("columns", [1, 5, 128, 512])
@torch.no_grad()
def test_any_length(injection, columns):
    network = grown(injection=injection)
    latents, time, _ = inputs(columns)
    output = run(network, latents, time, Conditions.of(video=torch.randn(2, 32, 6), text=torch.randn(2, 5)))
    assert output.shape == latents.shape and output.isfinite().all()


@torch.no_grad()
def test_a_moment_enters_at_its_own_column():
    """With attention silenced, changing one video token changes one latent column: that of the same moment."""
    network = grown()
    for block in network.blocks:
        block.attention.to_out.weight.zero_()
    latents, time, conditions = inputs()
    video = conditions["video"].values.clone()
    video[:, 7] += 1
    difference = run(network, latents, time, conditions) - run(network, latents, time, Conditions.of(video=video, text=conditions["text"]))
    assert (difference.abs().sum((0, 1)) > 0).nonzero().flatten().tolist() == [7]


@pytest.mark.parametrize("injection", ["cross_attention", "both"])
@torch.no_grad()
def test_cross_attention_sees_every_moment(injection):
    network = grown(injection=injection)
    latents, time, conditions = inputs()
    video = conditions["video"].values.clone()
    video[:, 7] += 1
    difference = run(network, latents, time, conditions) - run(network, latents, time, Conditions.of(video=video, text=conditions["text"]))
    assert (difference.abs().sum((0, 1)) > 0).all()


@torch.no_grad()
def test_inner_products_after_rotation_depend_on_distance_only():
    q, k = torch.randn(8), torch.randn(8)
    position = torch.tensor([3.0, 10.0, 103.0, 110.0])
    turned_q, turned_k = rotate(q.expand(4, 8), rotary(position, 8)), rotate(k.expand(4, 8), rotary(position, 8))
    torch.testing.assert_close(turned_q[0] @ turned_k[1], turned_q[2] @ turned_k[3], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(turned_q.norm(dim=-1), q.norm().expand(4))


def test_both_attention_paths_agree():
    q, k, v = (torch.randn(2, 3, 10, 4, requires_grad=True) for _ in range(3))
    trained = attend(q, k, v)
    with torch.no_grad():
        torch.testing.assert_close(trained, attend(q, k, v))


@torch.no_grad()
def test_mixed_tokens_may_be_passed_instead_of_conditions():
    network = grown()
    latents, time, conditions = inputs()
    torch.testing.assert_close(
        run(network, latents, time, network.mix(conditions, Latents(audio=latents))), run(network, latents, time, conditions)
    )


@torch.no_grad()
def test_samples_of_a_batch_do_not_touch():
    network = grown(injection="both")
    latents, time, conditions = inputs()
    alone = run(network, latents[1:], time[1:], Conditions.of(video=conditions["video"].values[1:], text=conditions["text"].values[1:]))
    torch.testing.assert_close(run(network, latents, time, conditions)[1:], alone, atol=1e-5, rtol=1e-4)


def test_wrong_settings_are_refused():
    with pytest.raises((ValueError, TypeError), match="injection"):  # a TypeError where annotations are checked at run time
        AudioTransformer.tiny(injection="magic")
    with pytest.raises(ValueError, match="heads"):
        AudioTransformer.tiny(heads=3)
    latents, time, _ = inputs()
    with pytest.raises(ValueError, match="a batch of 2 but conditions of 3"):
        run(AudioTransformer.tiny(), latents, time, Conditions.of(video=torch.zeros(3, 12, 6)))


def test_saved_and_loaded_it_is_the_same(tmp_path):
    network = grown(injection="both", mixing="average")
    network.save_pretrained(tmp_path)
    latents, time, conditions = inputs()
    torch.testing.assert_close(
        run(AudioTransformer.from_pretrained(tmp_path), latents, time, conditions), run(network, latents, time, conditions)
    )


def test_default_size():
    assert 7e6 < sum(p.numel() for p in AudioTransformer().parameters()) < 8.5e6


@pytest.mark.parametrize("injection", INJECTIONS)
@torch.no_grad()
def test_tokens_have_the_same_places_whether_mixed_before_or_inside(injection):
    """Half as many tokens as columns, as at paper size: a sampler hands over what `mix` made, a trainer the conditions."""
    network = grown(injection=injection)
    latents, time, _ = inputs(64)
    conditions = Conditions.of(video=torch.randn(2, 32, 6), text=torch.randn(2, 5))
    mixed = network.mix(conditions, Latents(audio=latents))
    assert mixed.shape[1] == 32
    torch.testing.assert_close(run(network, latents, time, mixed), run(network, latents, time, conditions))
    if injection == "cross_attention":
        doubled = run(network, latents, time, mixed.repeat_interleave(2, dim=1))
        assert not torch.allclose(doubled, run(network, latents, time, mixed)), "doubled tokens have other places"


@pytest.mark.parametrize("process", ["epsilon", {"kind": "v_prediction", "steps": 50}])
@torch.no_grad()
def test_a_fresh_network_of_another_process_starts_at_its_best_linear_guess(process):
    network = AudioTransformer.tiny(process=process)
    latents, _, conditions = inputs()
    time = torch.tensor([0.2, 0.8])
    c = network.process.coefficients(time.double())
    slope = c.signal * c.target_signal + c.noise * c.target_noise
    expected = (slope[:, None, None] * latents).float()
    torch.testing.assert_close(run(network, latents, time, conditions), expected, atol=1e-5, rtol=1e-4)


def test_the_share_of_the_picture_in_averaged_mixing_is_a_setting():
    assert AudioTransformer.tiny(mixing="average", video_weight=5.0).mixer.video_weight == 5.0
