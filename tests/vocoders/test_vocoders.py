"""What every vocoder must hold: length, determinism, batches, silence, bad input, onsets, saving."""

import numpy as np
import pytest
import torch

from vocoders.griffin_lim import GriffinLim, fast_griffin_lim, phase_from_gradient
from vocoders.istft_net import IstftNet
from vocoders.losses import MultiResolutionStft
from vocoders.mel import LogMel, MelInverse
from vocoders.spectrum import istft, stft

LOG_MEL = LogMel()


def small_network() -> IstftNet:
    """A network whose head is no longer zero, as after training."""
    torch.manual_seed(0)
    network = IstftNet(width=16, hidden=24, blocks=2, prior_iterations=32)
    torch.nn.init.normal_(network.head.weight, std=0.02)
    return network.eval()


@pytest.fixture(scope="module", params=["griffin_lim", "istft_net"])
def vocoder(request: pytest.FixtureRequest) -> torch.nn.Module:
    return GriffinLim() if request.param == "griffin_lim" else small_network()


@pytest.fixture(scope="module")
def picture(sounds) -> torch.Tensor:
    decaying_tones = sounds.decaying_tones
    return LOG_MEL(torch.stack([decaying_tones(0, 16_384, [2000, 9000]), decaying_tones(1, 16_384, [5000])]))


@pytest.mark.parametrize("frames", [1, 2, 3, 64])
def test_exact_length(vocoder: torch.nn.Module, frames: int) -> None:
    wave = vocoder(torch.rand(1, 128, frames))
    assert wave.shape == (1, frames * 256) and wave.dtype == torch.float32 and wave.isfinite().all()


def test_same_seed_same_samples_and_batches_do_not_mix(vocoder: torch.nn.Module, picture: torch.Tensor) -> None:
    def run(mel: torch.Tensor, seed: int) -> torch.Tensor:
        return vocoder(mel, generator=torch.Generator().manual_seed(seed))

    both = run(picture, 3)
    assert torch.equal(both, run(picture, 3))
    assert torch.equal(vocoder(picture), vocoder(picture))
    assert not torch.equal(both, run(picture, 4))
    assert torch.allclose(both[1:], run(picture[1:], 3), atol=1e-4)


def test_silence_is_finite_and_silent(vocoder: torch.nn.Module) -> None:
    assert vocoder(torch.zeros(1, 128, 8)).abs().max() == 0
    barely = vocoder(torch.full((1, 128, 8), 1e-4))
    assert barely.isfinite().all() and barely.abs().max() < 1e-2
    assert vocoder(torch.full((1, 128, 8), 2.0)).isfinite().all()


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_not_a_number_is_refused(vocoder: torch.nn.Module, bad: float) -> None:
    mel = torch.rand(1, 128, 4)
    mel[0, 5, 2] = bad
    with pytest.raises(ValueError, match="NaN or infinite"):
        vocoder(mel)


@pytest.mark.parametrize("shape", [(1, 64, 4), (2, 129, 4), (1, 128, 0)])
def test_wrong_shape_is_refused(vocoder: torch.nn.Module, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="shape"):
        vocoder(torch.zeros(shape))


def test_save_and_load(vocoder: torch.nn.Module, picture: torch.Tensor, tmp_path) -> None:
    vocoder.save_pretrained(tmp_path)
    assert (tmp_path / "config.json").is_file() and (tmp_path / "diffusion_pytorch_model.safetensors").is_file()
    again = type(vocoder).from_pretrained(tmp_path)
    assert not again.training and torch.equal(again(picture), vocoder(picture))


def test_half_precision_griffin_lim_is_the_same(picture: torch.Tensor, tmp_path) -> None:
    GriffinLim(iterations=4).save_pretrained(tmp_path)
    half = GriffinLim.from_pretrained(tmp_path, torch_dtype=torch.float16)
    assert torch.equal(half(picture), GriffinLim(iterations=4)(picture))


def test_clicks_stay_where_they_are(sounds) -> None:
    places = [4003, 11_111, 20_130, 27_777]
    wave = sounds.clicks(32_768, places)
    for vocoder in (GriffinLim(), IstftNet(width=16, hidden=24, blocks=1, prior_iterations=32)):
        made = vocoder(LOG_MEL(wave[None]))[0]
        moved_ms = [abs(sounds.onset_sample(made, place) - sounds.onset_sample(wave, place)) / 16 for place in places]
        assert max(moved_ms) < 4.0, moved_ms


def test_struck_sounds_stay_where_they_are(sounds) -> None:
    places = [4003, 14_111, 24_130]
    waves = torch.stack([sounds.decaying_tones(seed, 32_768, places) for seed in range(4)])
    made = GriffinLim()(LOG_MEL(waves))
    moved_ms = [abs(sounds.onset_sample(b, p) - sounds.onset_sample(a, p)) / 16 for a, b in zip(waves, made, strict=True) for p in places]
    assert np.median(moved_ms) < 4.0, moved_ms


def test_mel_survives(picture: torch.Tensor) -> None:
    """Wave -> mel -> wave -> mel: the level is kept, nothing is normalised."""
    assert (LOG_MEL(GriffinLim()(picture)) - picture).abs().mean() < 0.02


def test_true_spectrum_is_a_fixed_point(sounds) -> None:
    """From the true magnitude and phase, nothing changes: with momentum and without."""
    wave = sounds.decaying_tones(0, 8192, [3000])[None]
    window = torch.hann_window(1024)
    spectrum = stft(wave, window, 256)
    assert torch.allclose(istft(spectrum, window, 256), wave, atol=1e-4)
    inside = slice(1024, -1024)
    for momentum in (0.0, 0.99):
        made = fast_griffin_lim(spectrum.abs(), spectrum / (spectrum.abs() + 1e-12), window, 256, 8, momentum)
        assert torch.allclose(made[:, inside], wave[:, inside], atol=1e-3)


@pytest.mark.parametrize("iterations", [1, 3])
def test_few_iterations_neither_silence_nor_flip(sounds, iterations: int) -> None:
    """The released GLA-Grad is silent after one iteration and upside down after three."""
    wave = sounds.decaying_tones(0, 8192, [1500, 4500])[None]
    window = torch.hann_window(1024)
    spectrum = stft(wave, window, 256)
    made = fast_griffin_lim(spectrum.abs(), spectrum / (spectrum.abs() + 1e-12), window, 256, iterations, 0.1)
    assert torch.corrcoef(torch.cat([made, wave]))[0, 1] > 0.99


def test_iterations_and_start_bring_the_magnitude_nearer(picture: torch.Tensor) -> None:
    magnitude = MelInverse()(picture)
    window = torch.hann_window(1024)

    def error(phasors: torch.Tensor, iterations: int) -> float:
        made = stft(fast_griffin_lim(magnitude, phasors, window, 256, iterations, 0.99), window, 256).abs()
        return ((made - magnitude).norm() / magnitude.norm()).item()

    start = phase_from_gradient(magnitude, 256)
    noise = torch.polar(torch.ones_like(magnitude), 6.283 * torch.rand(magnitude.shape, generator=torch.Generator().manual_seed(0)))
    errors = [error(start, iterations) for iterations in (0, 4, 16, 64)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] < error(noise, 0)


def test_a_tone_starts_as_a_tone() -> None:
    """The integrated phase alone keeps most of a steady tone's level."""
    wave = 0.3 * torch.sin(2 * torch.pi * 1000 * torch.arange(16_384) / 16_000)[None]
    made = GriffinLim(iterations=0)(LOG_MEL(wave))
    assert made[:, 2048:-2048].std() == pytest.approx(0.3 / 2**0.5, rel=0.25)


def test_untrained_network_is_griffin_lim(picture: torch.Tensor) -> None:
    """Equal where no momentum has come in yet, near it later."""
    untrained = [IstftNet(width=16, hidden=24, blocks=1, prior_iterations=count)(picture) for count in (0, 7)]
    assert torch.allclose(untrained[0], GriffinLim(iterations=1)(picture), atol=1e-4)
    assert MultiResolutionStft()(untrained[1], GriffinLim(iterations=8)(picture)).max() < 0.1


def test_default_network_size() -> None:
    assert 1.5e6 < sum(weights.numel() for weights in IstftNet().parameters()) < 3e6
