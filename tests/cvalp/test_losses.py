"""Eq. 1-5 of TA-V2A against sums written out one by one."""

import math

import pytest
import torch
from torch.nn import functional as F

from cvalp.losses import audio_text_loss, caption_numbers, cross_video_loss, cvalp_loss, info_nce, label_loss, temporal_info_nce
from cvalp.pooling import pooled

N, DIM, SCALE = 5, 7, 6.0


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    return F.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def by_hand(x: torch.Tensor, y: torch.Tensor, scale: float, same: torch.Tensor | None = None) -> float:
    """-1/(2N) sum_i [f(x_i, y_i, N) + f(y_i, x_i, N)] with f the log of the softmax share of the partner (eq. 1-4)."""
    total, n = 0.0, len(x)
    for i in range(n):
        rivals = [j for j in range(n) if j == i or same is None or not same[i, j]]
        for own, others in ((x[i], y), (y[i], x)):
            share = math.exp(scale * float(own @ others[i])) / sum(math.exp(scale * float(own @ others[j])) for j in rivals)
            total += math.log(share)
    return -total / (2 * n)


def sames() -> torch.Tensor:
    labels = torch.tensor([0, 1, 0, 2, 0])
    return labels[:, None] == labels[None]


@pytest.mark.parametrize("same", [None, sames()])
def test_contrast_between_clips(same):
    x, y = unit(N, DIM, seed=1), unit(N, DIM, seed=2)
    assert float(info_nce(x, y, SCALE, same)) == pytest.approx(by_hand(x, y, SCALE, same), rel=1e-5)


def test_clips_that_mean_the_same_are_no_negatives():
    """Where one clip means the same as all others it costs nothing, wherever it lies, and the others are as without it."""
    x, y, same = unit(N, DIM, seed=1), unit(N, DIM, seed=2), torch.eye(N, dtype=torch.bool)
    same[:, 2] = same[2] = True
    moved, rest = y.clone(), [0, 1, 3, 4]
    moved[2] = x[0]
    for texts in (y, moved):
        assert float(info_nce(x, texts, SCALE, same)) == pytest.approx(by_hand(x[rest], y[rest], SCALE) * (N - 1) / N, rel=1e-5)
    assert float(info_nce(x, moved, SCALE)) > float(info_nce(x, y, SCALE)) + 0.01


def test_contrast_in_time_is_inside_every_clip():
    x, y = unit(3, 4, DIM, seed=3), unit(3, 4, DIM, seed=4)
    expected = sum(by_hand(a, b, SCALE) for a, b in zip(x, y, strict=True)) / 3
    assert float(temporal_info_nce(x, y, SCALE)) == pytest.approx(expected, rel=1e-5)


def test_perfect_alignment_costs_nothing_and_none_costs_log_n():
    x = torch.eye(N)
    assert float(info_nce(x, x, 100.0)) == pytest.approx(0, abs=1e-6)
    assert float(temporal_info_nce(x[None], x[None], 100.0)) == pytest.approx(0, abs=1e-6)
    alike = torch.ones(N, DIM) / DIM**0.5
    assert float(info_nce(alike, alike, SCALE)) == pytest.approx(math.log(N), rel=1e-5)
    assert float(info_nce(alike, alike, SCALE, torch.ones(N, N, dtype=torch.bool))) == pytest.approx(0, abs=1e-6)


def test_both_directions_count_the_same():
    x, y = unit(N, DIM, seed=1), unit(N, DIM, seed=2)
    torch.testing.assert_close(info_nce(x, y, SCALE, sames()), info_nce(y, x, SCALE, sames()))
    x, y = unit(3, 4, DIM, seed=3), unit(3, 4, DIM, seed=4)
    torch.testing.assert_close(temporal_info_nce(x, y, SCALE), temporal_info_nce(y, x, SCALE))


@pytest.mark.parametrize("same", [None, sames(), torch.ones(N, N, dtype=torch.bool)])
def test_gradients_are_finite(same):
    x, y, scale = unit(N, DIM, seed=1).requires_grad_(), unit(N, DIM, seed=2).requires_grad_(), torch.tensor(100.0, requires_grad=True)
    (info_nce(x, y, scale, same) + temporal_info_nce(x[None], y[None], scale)).backward()
    assert all(bool(t.grad.isfinite().all()) for t in (x, y, scale))
    assert float(x.grad.abs().sum()) > 0


def test_the_sum_of_eq_5():
    assert float(cvalp_loss(torch.tensor(1.0), torch.tensor(2.0), torch.tensor(4.0), 0.5, 0.25)) == 3.0


def test_a_video_speaks_once_to_its_caption():
    """Eq. 2 with N videos, not N windows: the mean of the windows' sound, equal captions out of the negatives."""
    windows, text = unit(4, 3, DIM, seed=1), unit(4, DIM, seed=2)
    captions = caption_numbers(["a dog", "Rain", " A  dog ", "wind"])
    assert captions[0] == captions[2] and len(set(captions.tolist())) == 3
    sound = F.normalize(windows.mean(1), dim=-1)
    expected = by_hand(sound, text, SCALE, captions[:, None] == captions[None])
    assert float(audio_text_loss(windows, text, captions, SCALE)) == pytest.approx(expected, rel=1e-5)
    assert expected < by_hand(sound, text, SCALE)


@pytest.mark.parametrize("siblings", [False, True])
def test_windows_of_one_video_are_negatives_only_when_asked(siblings):
    """Eq. 3 over N_S = 3 videos of 2 windows, against the sum written out."""
    audio, video = unit(3, 2, DIM, seed=3), unit(3, 2, DIM, seed=4)
    film = torch.tensor([0, 0, 1, 1, 2, 2])
    same = None if siblings else film[:, None] == film[None]
    expected = by_hand(audio.flatten(0, 1), video.flatten(0, 1), SCALE, same)
    assert float(cross_video_loss(audio, video, SCALE, siblings)) == pytest.approx(expected, rel=1e-5)


def test_caption_numbers_are_the_same_in_every_process():
    assert caption_numbers(["a dog barks"]).tolist() == [-8306311876465032400]


def test_both_ways_of_pooling():
    tokens = torch.tensor([[[3.0, 0.0], [0.0, 4.0]]])
    torch.testing.assert_close(pooled(tokens, "max"), torch.tensor([[0.6, 0.8]]))
    torch.testing.assert_close(pooled(tokens, "mean"), torch.tensor([[0.6, 0.8]]))
    torch.testing.assert_close(pooled(tokens - 1, "max"), torch.tensor([[2.0, 3.0]]) / 13**0.5)
    torch.testing.assert_close(pooled(tokens - 1, "mean"), torch.tensor([[0.5, 1.0]]) / 1.25**0.5)


def test_the_sign_pulls_partners_together_and_rivals_apart():
    """Steps down the gradient raise the cosine of partners above that of rivals (the printed f is a log-probability to maximise)."""
    x, y = unit(N, DIM, seed=5).requires_grad_(), unit(N, DIM, seed=6).requires_grad_()
    optimizer = torch.optim.SGD([x, y], 0.5)
    for _ in range(200):
        optimizer.zero_grad()
        info_nce(F.normalize(x, dim=-1), F.normalize(y, dim=-1), SCALE).backward()
        optimizer.step()
    cosines = F.normalize(x, dim=-1) @ F.normalize(y, dim=-1).T
    assert float(cosines.diag().min()) > float((cosines - 2 * torch.eye(N)).max()) + 0.5


def test_every_right_label_counts_alike():
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 3.0]])
    right = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]])
    shares = [[math.exp(v) / sum(math.exp(w) for w in row) for v in row] for row in logits.tolist()]
    first, second = -math.log(shares[0][0]), -(math.log(shares[1][1]) + math.log(shares[1][2])) / 2
    assert float(label_loss(logits, right)) == pytest.approx((first + second) / 2, rel=1e-5)
