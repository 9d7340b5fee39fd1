import pytest
import torch

from vocoders.mel import LogMel
from vocoders.training.losses import MultiResolutionStft, VocoderLoss, mel_loss, phase_change_loss

LOG_MEL = LogMel()


@pytest.fixture(scope="module")
def wave(sounds) -> torch.Tensor:
    return sounds.decaying_tones(0, 8192, [1000, 5000])[None]


def test_equal_waves_cost_nothing(wave) -> None:
    total, parts = VocoderLoss(LOG_MEL)(wave, wave)
    assert total.abs() < 1e-3 and set(parts) == {"stft", "mel", "phase"}


def test_mel_loss_counts_decibels() -> None:
    """Twice the amplitude is 0.2 log10(2) wherever both are above the floor; above the ceiling of the scale too."""
    loud = torch.randn(1, 8192, generator=torch.Generator().manual_seed(0)) * 3
    assert torch.allclose(mel_loss(2 * loud, loud, LOG_MEL), torch.tensor([0.2 * torch.log10(torch.tensor(2.0))]), atol=1e-4)


def test_stft_distance_is_per_sound_and_grows_with_noise(wave) -> None:
    noise = torch.randn(1, 8192, generator=torch.Generator().manual_seed(0))
    waves = torch.cat([wave, wave, wave])
    made = torch.cat([wave, wave + 0.01 * noise, wave + 0.1 * noise])
    distance = MultiResolutionStft()(made, waves)
    assert distance.shape == (3,) and distance[0] < 1e-4 and distance[0] < distance[1] < distance[2]


def test_phase_loss_ignores_sign_but_hears_a_shift(sounds) -> None:
    window = torch.hann_window(1024)
    click = sounds.clicks(8192, [4000])[None]
    assert phase_change_loss(-click, click, window, 256) < 1e-4
    shifted = [phase_change_loss(click.roll(by, -1), click, window, 256).item() for by in (0, 16, 64, 160)]
    assert shifted == sorted(shifted) and shifted[-1] > 0.2


def test_gradients_are_finite_at_silence(wave) -> None:
    made = torch.zeros(1, 4096, requires_grad=True)
    total, _ = VocoderLoss(LOG_MEL)(made, torch.zeros(1, 4096))
    total.backward()
    assert made.grad.isfinite().all()
    made = torch.zeros(1, 8192, requires_grad=True)
    total, _ = VocoderLoss(LOG_MEL)(made, wave)
    total.backward()
    assert made.grad.isfinite().all()
