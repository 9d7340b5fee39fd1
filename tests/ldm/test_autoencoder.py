"""The mel autoencoder: lengths, locality in time, unit-variance latents, and that it learns."""

import pytest
import torch

from ldm.autoencoders.mel_autoencoder import MelAutoencoder, Posterior


@pytest.fixture
def network() -> MelAutoencoder:
    torch.manual_seed(0)
    network = MelAutoencoder.tiny()
    for p in network.parameters():  # a fresh residual branch is the identity; give every weight a say
        p.data.add_(0.1 * torch.randn_like(p))
    return network.eval()


@pytest.mark.parametrize("frames", [4, 8, 52, 512])
def test_any_multiple_of_four_frames_comes_back_as_long(network, frames):
    mel = torch.rand(2, 8, frames)
    posterior = network.encode(mel)
    assert posterior.mean.shape == posterior.logvar.shape == (2, 4, frames // 4)
    decoded = network.decode(posterior.mean)
    assert decoded.shape == mel.shape
    assert decoded.min() >= 0 and decoded.max() <= 1


@pytest.mark.parametrize("frames", [0, 3, 510])
def test_other_lengths_are_refused(network, frames):
    with pytest.raises(ValueError, match="multiple of 4"):
        network.encode(torch.rand(1, 8, frames))


@torch.no_grad()
def test_nothing_far_away_matters(network):
    """Change the last quarter: the first half of latents and mel stays bit for bit as good as equal."""
    mel = torch.rand(1, 8, 256)
    other = torch.cat([mel[..., :192], torch.rand(1, 8, 64)], dim=-1)
    z, z_other = network.encode(mel).mean, network.encode(other).mean
    torch.testing.assert_close(z[..., :40], z_other[..., :40])
    assert not torch.allclose(z[..., 50:], z_other[..., 50:])
    torch.testing.assert_close(network.decode(z)[..., :120], network.decode(z_other)[..., :120])


@torch.no_grad()
def test_a_piece_decodes_like_the_whole_away_from_its_ends(network):
    z = torch.randn(1, 4, 64)
    whole, piece = network.decode(z), network.decode(z[..., 16:48])
    torch.testing.assert_close(whole[..., 4 * 28 : 4 * 36], piece[..., 4 * 12 : 4 * 20])


@torch.no_grad()
def test_statistics_scale_latents_to_unit_variance_and_leave_the_round_trip_alone(network):
    mel = torch.rand(16, 8, 128)
    before = network(mel)
    network.follow_latent_statistics(network.raw_posterior(mel).moments())
    posterior = network.encode(mel)
    variance = posterior.mean.var(dim=(0, 2), unbiased=False) + posterior.logvar.exp().mean(dim=(0, 2))
    torch.testing.assert_close(posterior.mean.mean(dim=(0, 2)), torch.zeros(4), atol=1e-4, rtol=0)
    torch.testing.assert_close(variance, torch.ones(4), atol=1e-3, rtol=0)
    torch.testing.assert_close(network(mel), before, atol=1e-5, rtol=0)


def test_posterior_samples_have_its_moments():
    posterior = Posterior(torch.full((1, 1, 50_000), 2.0), torch.full((1, 1, 50_000), -2.0))
    sample = posterior.sample(torch.Generator().manual_seed(0))
    assert sample.mean().item() == pytest.approx(2.0, abs=0.01)
    assert sample.var().item() == pytest.approx(torch.tensor(-2.0).exp().item(), rel=0.03)


def test_losses_vanish_where_they_should(network):
    mel = network(torch.rand(1, 8, 32)).detach()
    losses = network.losses(mel, kl_weight=0.0, difference_weight=0.0, sample=False)
    assert losses.total == losses.reconstruction
    assert losses.kl >= 0
    silence = torch.full((1, 8, 32), 0.5)
    for layer in (network.decoder[-1], network.decode_patch):
        for p in layer.parameters():
            p.data.zero_()
    flat = network.losses(silence, sample=False)
    assert flat.reconstruction == 0 and flat.difference == 0


def test_it_starts_as_the_principal_components_of_the_patches():
    torch.manual_seed(0)
    network = MelAutoencoder.tiny()
    mel = torch.rand(6, 8, 64, dtype=torch.float32)
    network.start_from_principal_components(mel)
    patches = (4 * mel - 2).unfold(2, 4, 1).transpose(1, 2).flatten(2).flatten(0, 1)
    centre = patches.mean(0)
    _, _, basis = torch.linalg.svd(patches - centre, full_matrices=False)
    expected = (patches - centre) @ basis[:4].T @ basis[:4] + centre  # the best reconstruction of rank 4
    aligned = (4 * mel - 2).unfold(2, 4, 4).transpose(1, 2).flatten(2)
    best = (aligned - centre) @ basis[:4].T @ basis[:4]
    mean, _ = network._encode_raw(mel)
    raw = network.decode_patch(mean).unfold(2, 4, 4).transpose(1, 2).flatten(2)
    bias = network.decode_patch.bias.repeat_interleave(4)
    torch.testing.assert_close(raw - bias, best, atol=1e-4, rtol=1e-4)
    codes, _ = network._encode_raw(mel)
    assert (expected - patches).square().mean() < (patches - centre).square().mean()
    assert 0.7 < codes.std() < 1.3  # whitened
    with pytest.raises(ValueError, match="principal components"):
        network.start_from_principal_components(mel[:1, :, :4])


def test_importance_is_how_far_a_channel_moves_the_mel():
    torch.manual_seed(0)
    network = MelAutoencoder.tiny()
    network.start_from_principal_components(torch.rand(6, 8, 64))
    network.latent_scale.copy_(torch.tensor([1.0, 2.0, 0.5, 1.0]))
    units = (torch.eye(4) * network.latent_scale)[:, :, None]  # one unit of each scaled channel, (4, 4, 1)
    moved = (
        (network.decode_patch(units) - network.decode_patch(torch.zeros(1, 4, 1)))
        .square()
        .mean((1, 2))
        .sqrt()
    )
    torch.testing.assert_close(network.channel_importance(), moved / moved.mean())
    assert torch.isclose(network.channel_importance().mean(), torch.tensor(1.0))


def test_it_learns():
    torch.manual_seed(0)
    network = MelAutoencoder.tiny()
    mel = (torch.rand(8, 1, 64) > 0.8).float() * torch.rand(8, 8, 1)
    optimizer = torch.optim.AdamW(network.parameters(), 1e-2)
    history = []
    for _ in range(60):
        losses = network.losses(mel)
        losses.total.backward()
        optimizer.step()
        optimizer.zero_grad()
        history.append(losses.reconstruction.item())
    assert history[-1] < 0.6 * history[0]


def test_saved_and_loaded_it_is_the_same(network, tmp_path):
    network.follow_latent_statistics(network.raw_posterior(torch.rand(2, 8, 64)).moments())
    network.save_pretrained(tmp_path)
    loaded = MelAutoencoder.from_pretrained(tmp_path)
    mel = torch.rand(1, 8, 32)
    torch.testing.assert_close(loaded(mel), network(mel))


def test_default_size():
    count = sum(p.numel() for p in MelAutoencoder().parameters())
    assert 3.5e6 < count < 4.5e6
