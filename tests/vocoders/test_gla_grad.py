"""Griffin-Lim inside the reverse diffusion: the released algorithm's failures, and that ours has none of them."""

import pytest
import torch

from vocoders.griffin_lim import GriffinLim
from vocoders.mel import LogMel
from vocoders.noise_schedule import posterior_mean, predicted_clean
from vocoders.spectrum import istft, stft
from vocoders.training.losses import mel_loss
from vocoders.wavegrad import WaveGrad
from vocoders.wavegrad_guides import project

WINDOW = torch.hann_window(1024)
LOG_MEL = LogMel()
MOMENTUM = 0.1


@pytest.fixture(scope="module")
def wave(sounds) -> torch.Tensor:
    return sounds.decaying_tones(0, 8192, [1500, 4500])[None]


def correlation(made: torch.Tensor, wave: torch.Tensor) -> float:
    return float(torch.nn.functional.cosine_similarity(made, wave).item())


def released(wave: torch.Tensor, magnitude: torch.Tensor, iterations: int) -> torch.Tensor:
    """What the released GLA-Grad computes: "previous" is the current spectrum itself, and is scaled in place before it is subtracted."""
    current = stft(wave, WINDOW, 256)
    previous = current
    for _ in range(iterations):
        scaled = previous.mul_(MOMENTUM)
        wanted = magnitude * (current - scaled) / (current.abs() + 1e-12)
        previous = current
        current = stft(istft(wanted, WINDOW, 256), WINDOW, 256)
    made = istft(current, WINDOW, 256)
    return made / made.abs().amax().clamp_min(1e-12) * 0.95


def test_the_released_algorithm_is_silent_after_one_iteration_and_upside_down_after_three(wave) -> None:
    magnitude = stft(wave, WINDOW, 256).abs()
    assert released(wave, magnitude, 1).abs().max() < 1e-3
    assert correlation(released(wave, magnitude, 3), wave) < -0.5


@pytest.mark.parametrize("iterations", [1, 3, 8, 32])
def test_ours_keeps_the_true_wave(wave, iterations: int) -> None:
    made = project(wave, stft(wave, WINDOW, 256).abs(), WINDOW, 256, iterations, MOMENTUM)
    assert correlation(made, wave) > 0.99
    assert float(made.norm()) == pytest.approx(float(wave.norm()), rel=0.02)


@pytest.mark.parametrize("iterations", [1, 3, 8, 32])
def test_ours_brings_a_noisy_wave_nearer_to_the_magnitude(wave, iterations: int) -> None:
    magnitude = stft(wave, WINDOW, 256).abs()
    noisy = wave + 0.05 * torch.randn(wave.shape, generator=torch.Generator().manual_seed(0))

    def error(made: torch.Tensor) -> float:
        return float((stft(made, WINDOW, 256).abs() - magnitude).norm() / magnitude.norm())

    made = project(noisy, magnitude, WINDOW, 256, iterations, MOMENTUM)
    assert error(made) < 0.7 * error(noisy) and correlation(made, wave) > 0.7


def test_level_is_that_of_the_magnitude_not_of_the_wave(wave) -> None:
    made = project(0.01 * wave, 0.5 * stft(wave, WINDOW, 256).abs(), WINDOW, 256, 3, MOMENTUM)
    assert torch.allclose(made[:, 1024:-1024], 0.5 * wave[:, 1024:-1024], atol=0.01)


@pytest.mark.parametrize("level", [0.0, 1e-20, 1e-9])
def test_near_silence_is_finite(level: float) -> None:
    tone = level * torch.sin(2 * torch.pi * 440 * torch.arange(8192) / 16_000)[None]
    for magnitude in (torch.zeros(1, 513, 32), stft(tone, WINDOW, 256).abs(), torch.ones(1, 513, 32)):
        assert project(tone, magnitude, WINDOW, 256, 8, MOMENTUM).isfinite().all()


@pytest.mark.parametrize("guide", ["gla_grad", "gla_grad_plus_plus"])
def test_wavegrads_weights_load_and_without_guidance_it_is_wavegrad(guide, tiny, wave, tmp_path) -> None:
    plain = tiny.wavegrad()
    plain.save_pretrained(tmp_path)
    same = WaveGrad.from_pretrained(tmp_path, guide=guide, guided_steps=0)
    mel = LOG_MEL(wave)
    assert torch.equal(same(mel), plain(mel))
    assert not torch.equal(WaveGrad.from_pretrained(tmp_path, guide=guide, guided_steps=1)(mel), plain(mel))
    WaveGrad.from_pretrained(tmp_path, guide=guide).save_pretrained(tmp_path / "back")
    assert torch.equal(WaveGrad.from_pretrained(tmp_path / "back", guide="none")(mel), plain(mel))


def test_guidance_lowers_the_log_mel_error_of_an_untrained_network(tiny, wave) -> None:
    """At every step guided, hardly anything of the network is left: only what Griffin-Lim makes of the mel."""
    mel = LOG_MEL(wave)
    errors = {}
    for maker in (tiny.wavegrad, tiny.gla_grad, tiny.gla_grad_plus_plus):
        vocoder = maker()
        vocoder.guide.steps, vocoder.guide.iterations = 3, 8
        errors[vocoder.config.guide] = float(mel_loss(vocoder(mel), wave, LOG_MEL).item())
    assert errors["gla_grad"] < 0.5 * errors["none"] and errors["gla_grad_plus_plus"] < 0.5 * errors["none"]


def test_plus_plus_guided_at_every_step_is_griffin_lim_and_needs_no_network(tiny, wave) -> None:
    """The posterior of the last step is y~_0 itself (DDPM eq. 7 with alpha_bar_0 = 1)."""
    vocoder, mel = tiny.gla_grad_plus_plus(), LOG_MEL(wave)
    vocoder.guide.steps = vocoder.schedule.steps
    for weights in vocoder.network.parameters():
        torch.nn.init.constant_(weights, float("nan"))
    griffin_lim = GriffinLim(iterations=vocoder.guide.iterations, momentum=vocoder.guide.momentum)
    alone = griffin_lim.piece(mel, vocoder.begin())
    assert torch.allclose(vocoder(mel), alone.clamp(-1, 1), atol=1e-5)


def test_plus_plus_with_wavegrads_own_guess_is_wavegrads_step(tiny) -> None:
    vocoder, mel = tiny.wavegrad(), torch.rand(1, 128, 4)
    noisy, schedule = torch.randn(1, 1024, generator=torch.Generator().manual_seed(0)), vocoder.schedule
    with torch.no_grad():
        for step in range(1, schedule.steps + 1):
            level = schedule.levels[step]
            guess = predicted_clean(noisy, vocoder.predict_noise(noisy, mel, level), level).clamp(-1, 1)
            mine = vocoder.step_mean(mel, vocoder.begin())(noisy, step)
            assert torch.allclose(posterior_mean(noisy, guess, schedule, step), mine, atol=1e-5)
