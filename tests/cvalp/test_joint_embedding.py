"""CVALP as a joint embedding: one space, unit length, gradients to sounds and pictures."""

import torch
from untrained import TOKENIZER_FILE

from cvalp.joint_embedding import CvalpEmbedding, JointEmbedding
from cvalp.mini.model import CVALP


def test_everything_lies_in_one_space_and_gradients_flow():
    torch.manual_seed(0)
    cvalp = CVALP(
        str(TOKENIZER_FILE), dim=16, video_widths=(8, 8, 8), video_time_blocks=1, text_width=16, text_layers=1
    ).eval()
    embedding = CvalpEmbedding(cvalp, 1.024)
    assert isinstance(embedding, JointEmbedding)
    mel = torch.rand(2, 128, 64, requires_grad=True)
    film = torch.rand(2, 16, 3, 48, 48, requires_grad=True)
    sound, pictures = embedding.of_sound(mel), embedding.of_pictures(film)
    words = embedding.of_words(["a dog barks", "rain"])
    for found in (sound, pictures, words):
        assert found.shape == (2, 16)
        torch.testing.assert_close(found.norm(dim=1), torch.ones(2))
    (sound * pictures).sum().backward()
    assert mel.grad.abs().sum() > 0
    assert (film.grad.abs().sum((0, 2, 3, 4)) > 0).all()  # every picture is shown
    assert embedding.of_pictures(film[:, :1]).shape == (2, 16)  # a still
