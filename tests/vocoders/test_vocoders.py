"""What every vocoder must hold: length, determinism, batches, silence, bad input, onsets, saving."""

import numpy as np
import pytest
import torch

from vocoders.griffin_lim import GriffinLim, fast_griffin_lim, integrated_phasors, phase_after
from vocoders.istft_net import IstftNet
from vocoders.mel import LogMel, MelInverse
from vocoders.role import random_phase
from vocoders.spectrum import istft, stft
from vocoders.training.losses import MultiResolutionStft

LOG_MEL = LogMel()


EVERY = ["griffin_lim", "istft_net", "wavegrad", "gla_grad", "gla_grad_plus_plus", "hifi_gan"]
SILENT_AT_ZERO = ("GriffinLim", "IstftNet")


@pytest.fixture(scope="module", params=EVERY)
def vocoder(request: pytest.FixtureRequest, tiny) -> torch.nn.Module:
    return getattr(tiny, request.param)()


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
    assert not torch.equal(both, run(picture, 4)) or type(vocoder).__name__ == "HifiGan"
    assert torch.allclose(both[1:], run(picture[1:], 3), atol=1e-3)


@pytest.mark.parametrize("frames", [1, 8])
def test_silence_is_finite_and_silent(vocoder: torch.nn.Module, frames: int) -> None:
    """A network may hum where nothing was measured (it is not trained here), but stays within full scale."""
    nothing, barely = (vocoder(torch.full((1, 128, frames), level)) for level in (0.0, 1e-4))
    assert nothing.isfinite().all() and barely.isfinite().all()
    assert nothing.abs().max() <= 1 and barely.abs().max() <= 1
    if type(vocoder).__name__ in SILENT_AT_ZERO:
        assert nothing.abs().max() == 0 and barely.abs().max() < 1e-2


@pytest.mark.parametrize("level", [1.0, 2.0, -1.0])
@pytest.mark.parametrize("frames", [1, 8])
def test_clipped_mels_are_finite_and_what_is_beyond_the_scale_is_cut(vocoder: torch.nn.Module, level: float, frames: int) -> None:
    made = vocoder(torch.full((1, 128, frames), level))
    assert made.isfinite().all()
    assert torch.allclose(made, vocoder(torch.full((1, 128, frames), min(max(level, 0.0), 1.0))), atol=1e-3)


@pytest.mark.parametrize("chunk_frames", [16, 23])
def test_streamed_equals_whole(vocoder: torch.nn.Module, chunk_frames: int) -> None:
    """Under 1e-3 of full scale with the default context, whatever the pieces; nothing is lost or doubled."""
    generator = torch.Generator().manual_seed(0)
    mel = torch.rand(2, 128, 110, generator=generator).mul(0.3) + 0.5 * torch.rand(2, 128, 1, generator=generator)
    pieces = mel.split([1, 40, 7, 60, 2], dim=-1)
    whole = vocoder(mel, generator=torch.Generator().manual_seed(5))
    chunks = list(vocoder.stream(pieces, generator=torch.Generator().manual_seed(5), chunk_frames=chunk_frames))
    assert len(chunks) > 1
    streamed = torch.cat(chunks, dim=-1)
    assert streamed.shape == whole.shape
    assert (streamed - whole).abs().max() < 1e-3 * max(1.0, float(whole.abs().max()))


def test_streaming_refuses_what_a_call_refuses(vocoder: torch.nn.Module) -> None:
    with pytest.raises(ValueError, match="NaN"):
        list(vocoder.stream([torch.full((1, 128, 3), float("nan"))]))
    with pytest.raises(ValueError, match="chunk"):
        list(vocoder.stream([torch.zeros(1, 128, 3)], chunk_frames=0))
    assert list(vocoder.stream([])) == []


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

    start = integrated_phasors(magnitude, 256, random_phase(513, torch.Generator().manual_seed(0)))
    noise = torch.polar(torch.ones_like(magnitude), 6.283 * torch.rand(magnitude.shape, generator=torch.Generator().manual_seed(0)))
    errors = [error(start, iterations) for iterations in (0, 4, 16, 64)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] < error(noise, 0)


def test_a_tone_starts_as_a_tone() -> None:
    """The integrated phase alone keeps most of a steady tone's level."""
    wave = 0.3 * torch.sin(2 * torch.pi * 1000 * torch.arange(16_384) / 16_000)[None]
    made = GriffinLim(iterations=0)(LOG_MEL(wave))
    assert made[:, 2048:-2048].std() == pytest.approx(0.3 / 2**0.5, rel=0.25)


def test_phase_runs_on_through_a_cut() -> None:
    """Integrated in two parts, the second from where the first ends, phases are those of the whole."""
    magnitude = torch.rand(2, 513, 50, generator=torch.Generator().manual_seed(0))
    first = torch.rand(1, 513, 1, generator=torch.Generator().manual_seed(1)) * 6
    whole = integrated_phasors(magnitude, 256, first)
    rest = integrated_phasors(magnitude[..., 20:], 256, phase_after(magnitude[..., :20], 256, first))
    assert (whole[..., 20:] - rest).abs().max() < 1e-3


def test_untrained_network_is_griffin_lim(picture: torch.Tensor) -> None:
    """Equal where no momentum has come in yet, near it later."""
    untrained = [IstftNet(width=16, hidden=24, blocks=1, prior_iterations=count)(picture) for count in (0, 7)]
    assert torch.allclose(untrained[0], GriffinLim(iterations=1)(picture), atol=1e-4)
    assert MultiResolutionStft()(untrained[1], GriffinLim(iterations=8)(picture)).max() < 0.1


def test_default_network_size() -> None:
    assert 1.5e6 < sum(weights.numel() for weights in IstftNet().parameters()) < 3e6
