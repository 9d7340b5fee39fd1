import numpy as np
import pytest
import torch

from vocoders.clock import MINI
from vocoders.mel import LogMel, MelInverse, compress, expand, mel_filters


@pytest.fixture(scope="module")
def log_mel() -> LogMel:
    return LogMel()


def test_agrees_with_librosas_filters_and_the_published_formula(log_mel: LogMel) -> None:
    librosa = pytest.importorskip("librosa")
    wave = np.random.default_rng(0).standard_normal(8192).astype(np.float32) * 0.1
    filters = librosa.filters.mel(sr=16_000, n_fft=1024, n_mels=128, fmin=125, fmax=7600)
    padded = np.pad(wave, 512)
    frames = np.stack([padded[start : start + 1024] for start in range(0, 8192, 256)], axis=1)
    magnitude = np.abs(
        np.fft.rfft(frames * (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(1024) / 1024))[:, None], axis=0)
    )
    reference = np.clip((20 * np.log10(np.maximum(filters @ magnitude, 1e-5)) - 20 + 100) / 100, 0, 1)
    assert np.allclose(log_mel(torch.tensor(wave)[None])[0].numpy(), reference, atol=1e-5)


@pytest.mark.parametrize("samples, frames", [(256, 1), (511, 1), (512, 2), (131_072, 512), (131_071, 511)])
def test_frames_are_whole_hops(log_mel: LogMel, samples: int, frames: int) -> None:
    picture = log_mel(torch.rand(1, samples) - 0.5)
    assert picture.shape == (1, 128, frames)
    assert picture.min() >= 0 and picture.max() <= 1


def test_too_short_waves_are_refused(log_mel: LogMel) -> None:
    for wave in (torch.zeros(1, 255), torch.zeros(2, 0)):
        with pytest.raises(ValueError):
            log_mel(wave)


def test_scaling_has_its_two_ends_and_inverts() -> None:
    assert torch.allclose(
        compress(torch.tensor([0.0, 1e-4, 1.0, 10.0, 99.0])),
        torch.tensor([0.0, 0.0, 0.8, 1.0, 1.0]),
        atol=1e-6,
    )
    level = torch.linspace(0.01, 1, 50)
    assert torch.allclose(compress(expand(level)), level, atol=1e-5)
    assert expand(torch.zeros(3)).eq(0).all()


def test_every_band_hears_something() -> None:
    filters = mel_filters(MINI)
    assert (filters.sum(1) > 0).all()
    heard_hz = torch.nonzero(filters.sum(0)).flatten() * 16_000 / 1024
    assert heard_hz.min() >= 125 and heard_hz.max() <= 7600


def test_half_precision_default_leaves_the_filters_alone() -> None:
    before = mel_filters()
    torch.set_default_dtype(torch.float16)
    try:
        during = mel_filters()
    finally:
        torch.set_default_dtype(torch.float32)
    assert torch.equal(before, during)


def test_constants_keep_float32_when_the_module_is_cast(log_mel: LogMel) -> None:
    cast = LogMel().to(torch.float16)
    wave = torch.rand(1, 2048) - 0.5
    assert torch.equal(cast(wave), log_mel(wave))


@pytest.mark.parametrize("steps", [0, 4])
def test_magnitude_round_trip(log_mel: LogMel, steps: int) -> None:
    wave = torch.randn(1, 16_384, generator=torch.Generator().manual_seed(0)) * 0.1
    picture = log_mel(wave)
    magnitude = MelInverse(steps=steps)(picture)
    assert magnitude.shape == (1, 513, 64) and magnitude.min() >= 0
    again = compress(log_mel.filters @ magnitude)
    assert (again - picture).abs().mean() < 0.01


def test_inverse_improves_with_steps(log_mel: LogMel) -> None:
    picture = log_mel(torch.randn(1, 16_384, generator=torch.Generator().manual_seed(1)) * 0.1)
    errors = [
        (compress(log_mel.filters @ MelInverse(steps=steps)(picture)) - picture).abs().mean().item()
        for steps in (0, 2, 8, 32)
    ]
    assert errors == sorted(errors, reverse=True)


def test_inverse_of_silence_is_silence() -> None:
    assert MelInverse()(torch.zeros(2, 128, 3)).eq(0).all()
