"""The linear code of pictures: unit variance, nothing lost, nothing mixed in time."""

import pytest
import torch

from ldm.autoencoders.patch_code import PatchCode


def films(count: int = 6) -> torch.Tensor:
    """Smooth pictures with a square that moves in the first half."""
    generator = torch.Generator().manual_seed(0)
    small = torch.rand(count, 1, 3, 4, 4, generator=generator).flatten(0, 1)
    still = torch.nn.functional.interpolate(small, (16, 16), mode="bilinear").unflatten(0, (count, 1))
    film = still.repeat(1, 12, 1, 1, 1)
    for picture in range(5):
        film[:, picture, :, 4:9, 2 * picture : 2 * picture + 4] = 1.0
    return film


def test_with_all_components_nothing_is_lost():
    code = PatchCode.tiny(latent_channels=48)
    code.learn(films())
    torch.testing.assert_close(code.decode_film(code.encode_film(films())), films(), rtol=1e-3, atol=1e-3)


def test_what_rests_and_what_moves_have_unit_variance_together():
    code = PatchCode.tiny()
    code.learn(films())
    latents = code.encode_film(films())
    assert latents.shape == (6, 3, 12, 4, 4)
    torch.testing.assert_close(latents.square().mean((0, 2, 3, 4)), torch.ones(3), rtol=0.3, atol=0)


def test_a_picture_s_latents_follow_that_picture_alone():
    code = PatchCode.tiny()
    code.learn(films())
    changed = films()
    changed[:, 3] = 0.5
    moved = (code.encode_film(changed) - code.encode_film(films())).abs().amax((0, 1, 3, 4))
    assert moved[3] > 0.1 and moved[5:].max() < 1e-5


def test_it_is_saved_with_what_it_learnt(tmp_path):
    code = PatchCode.tiny()
    code.learn(films())
    code.save_pretrained(tmp_path)
    again = PatchCode.from_pretrained(tmp_path)
    torch.testing.assert_close(again.encode_film(films()), code.encode_film(films()))
    with pytest.raises(ValueError, match="patches"):
        PatchCode(picture_px=50)
