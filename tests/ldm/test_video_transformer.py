"""The video head and its picture autoencoder at tiny sizes: the split into rest and motion, the first guess,
what steers, weights of the loss."""

import pytest
import torch

from ldm.autoencoders.film_code import StillAndMotion
from ldm.autoencoders.picture_autoencoder import PictureAutoencoder
from ldm.conditions import FIRST_PICTURE, TEXT, Conditions, Track
from ldm.denoisers.video_transformer import VideoTransformer
from ldm.latents import Latents
from ldm.training.video import first_cells, moving_weight


@pytest.fixture
def head():
    torch.manual_seed(0)
    network = VideoTransformer.tiny().eval()
    for parameter in network.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.3)
    return network


def parts(batch=2, seed=0):
    noise = torch.randn(
        batch, *VideoTransformer.tiny().film_shape, generator=torch.Generator().manual_seed(seed)
    )
    return Latents(video=noise)


def words(batch=2, count=4):
    return torch.randn(batch, count, 5, generator=torch.Generator().manual_seed(1))


def test_rest_and_motion_are_whitened_and_joined_exactly():
    code = StillAndMotion(4)
    rest = 3 + 2 * torch.randn(50, 4, 1, 2, 2)
    film = rest + 0.05 * torch.randn(50, 4, 8, 2, 2)
    code.set_statistics(film)
    split = code.split(film)
    assert split.shape == (50, 4, 9, 2, 2)
    assert split[:, :, 0].std() == pytest.approx(1, abs=0.05)
    assert split[:, :, 1:].square().mean().sqrt() == pytest.approx(1, abs=0.05)
    torch.testing.assert_close(code.join(split), film, rtol=0, atol=1e-5)
    torch.testing.assert_close(split, code.split(film, film.median(2).values))


def test_a_fresh_network_gives_the_best_linear_guess():
    fresh, noisy = VideoTransformer.tiny(), parts()
    time = torch.tensor([0.3, 0.8])
    _, skip, _ = fresh.process.precondition(time)
    told = fresh(noisy, time, Conditions.of(text=words())).video
    torch.testing.assert_close(told, skip[:, None, None, None, None] * noisy.video)


def test_words_and_the_first_picture_steer_and_what_is_absent_does_not(head):
    noisy, time = parts(), torch.tensor([0.5, 0.5])
    first = torch.randn(2, 4, 4)
    nothing = head(noisy, time, Conditions({})).video
    here = torch.tensor([True, False])
    for name, values in ((TEXT, words()), (TEXT, words()[:, 0]), (FIRST_PICTURE, first)):
        told = head(noisy, time, Conditions({name: Track(values, here)})).video
        assert (told[0] - nothing[0]).abs().max() > 1e-3
        torch.testing.assert_close(told[1], nothing[1])
    some = torch.tensor([[True, True, False, True]] * 2)
    half = head(noisy, time, Conditions({TEXT: Track(words(), some)})).video
    other = words().index_fill(1, torch.tensor([2]), 9.0)
    torch.testing.assert_close(half, head(noisy, time, Conditions({TEXT: Track(other, some)})).video)


def test_mixed_conditions_are_the_conditions(head):
    noisy, time = parts(), torch.tensor([0.5, 0.9])
    given = Conditions.of(text=words())
    torch.testing.assert_close(
        head(noisy, time, head.mix(given, noisy)).video, head(noisy, time, given).video
    )
    with pytest.raises(ValueError, match="2 latents but conditions of 1"):
        head(noisy, time, head.mix(Conditions.of(text=words(1)), parts(1)))


def test_every_cell_is_heard_everywhere(head):
    noisy, time = parts(1), torch.tensor([0.5])
    before = head(noisy, time, Conditions({})).video
    changed = noisy.video.clone()
    changed[0, 0, -1, 1, 1] += 1
    moved = (head(Latents(video=changed), time, Conditions({})).video - before).abs()
    assert moved[0, :, 0].max() > 1e-6 and moved[0, :, 1].max() > 1e-6


def test_cells_that_move_count_more():
    motion = torch.zeros(1, 3, 4, 2, 2)
    motion[0, :, 1, 0, 0] = 2.0
    weight = moving_weight(motion, 1.0)
    assert weight.shape == (1, 1, 4, 2, 2) and weight.mean() == pytest.approx(1)
    assert weight[0, 0, 1, 0, 0] > 3 * weight[0, 0, 0, 0, 0]
    assert torch.equal(moving_weight(motion, 0.0), torch.ones(1, 1, 4, 2, 2))


def test_the_values_of_a_first_picture_lie_row_by_row():
    parts_of_first = torch.arange(8.0).reshape(1, 2, 1, 2, 2)
    assert first_cells(parts_of_first).tolist() == [[[0, 4], [1, 5], [2, 6], [3, 7]]]


@pytest.mark.parametrize("wrong", [{"width": 18}, {"pictures": 7}, {"cells": 3}])
def test_sizes_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError):
        VideoTransformer.tiny(**wrong)


def test_pictures_are_coded_one_by_one():
    torch.manual_seed(0)
    code = PictureAutoencoder.tiny().eval()
    film = torch.rand(2, 3, 3, 32, 32)
    latents = code.encode_film(film)
    assert latents.shape == (2, 4, 3, 2, 2)
    torch.testing.assert_close(latents[1, :, 2], code.encode(film[1, 2][None])[0])
    made = code.decode_film(latents)
    assert made.shape == film.shape and made.min() >= 0 and made.max() <= 1


def test_latents_have_unit_variance_once_statistics_are_followed():
    torch.manual_seed(0)
    code, film = PictureAutoencoder.tiny(), torch.rand(4, 3, 3, 32, 32)
    losses = code.losses(film, None, 1.0, 1.0, 0.0)
    latents = code.encode_film(film).detach()
    torch.testing.assert_close(latents.mean((0, 2, 3, 4)), torch.zeros(4), atol=1e-4, rtol=0)
    torch.testing.assert_close(latents.std((0, 2, 3, 4)), torch.ones(4), atol=0.02, rtol=0)
    parts_of_loss = losses.pixels + losses.moving + losses.change
    torch.testing.assert_close(losses.total, parts_of_loss)
    kept = code.mean.clone()
    code.losses(film, None, 1.0, 1.0, None)
    assert torch.equal(kept, code.mean)
