"""A video head's code: what rests, then what moves, and the films again."""

import torch
from tiny_films import video_parts

from ldm.autoencoders.film_code import FilmCode


@torch.no_grad()
def test_films_are_told_apart_into_what_rests_and_what_moves_and_come_back(tmp_path):
    parts = video_parts()
    head, autoencoder = parts["video_head"], parts["video_autoencoder"]
    torch.manual_seed(0)
    film = torch.rand(2, 6, 3, 32, 32)
    latents = autoencoder.encode_film(film)
    head.code.set_statistics(latents)
    code = FilmCode.of_parts(autoencoder, head.code)
    told = code.encode_film(film)
    assert told.shape == (2, *code.film_shape(6)) == (2, 4, 7, 2, 2)
    torch.testing.assert_close(told, head.code.split(latents))
    assert abs(float(told[:, :, 1:].square().mean()) - 1) < 0.05
    torch.testing.assert_close(code.decode_film(told), autoencoder.decode_film(latents), atol=1e-4, rtol=0)
    raw = code.still_and_motion(told)
    torch.testing.assert_close(code.decode_raw(raw).transpose(1, 2), code.decode_film(told))
    resting = code.encode_film(film[:, :1].expand(-1, 6, -1, -1, -1))
    assert resting[:, :, 1:].abs().max() < 1e-4
    code.save_pretrained(tmp_path)
    again = FilmCode.from_pretrained(tmp_path)
    torch.testing.assert_close(again.encode_film(film), told)
    assert again.picture_px == 32
