"""The chain of noise, WaveGrad's network and its sampler, the search for a schedule."""

import numpy as np
import pytest
import torch

from vocoders.mel import LogMel
from vocoders.noise_schedule import (
    TRAINING_BETAS,
    WG_6,
    WG_50,
    NoiseSchedule,
    diffuse,
    posterior_mean,
    predicted_clean,
    reverse_chain,
)
from vocoders.role import Start
from vocoders.training.schedule_search import coordinate_search, search_schedule
from vocoders.wavegrad import UpBlock, WaveGrad, WaveGradNetwork, level_sinusoids


def noise(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_published_schedules() -> None:
    six = NoiseSchedule(WG_6)
    assert six.steps == 6 and six.alpha_bars[0] == 1
    assert six.alpha_bars[2] == pytest.approx((1 - 7e-6) * (1 - 1.4e-4), abs=1e-12)
    assert six.levels[-1] ** 2 == pytest.approx((1 - 7e-6) * (1 - 1.4e-4) * (1 - 2.1e-3) * (1 - 2.8e-2) * 0.65 * 0.3, rel=1e-9)
    assert len(WG_50) == 50 and WG_50[0] == pytest.approx(1e-4) and WG_50[-1] == pytest.approx(0.05)
    assert len(TRAINING_BETAS) == 1000 and (np.diff(NoiseSchedule(TRAINING_BETAS).levels) < 0).all()


@pytest.mark.parametrize("betas", [(), (0.0,), (0.1, 1.0), (-0.1,)])
def test_what_is_no_schedule(betas: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="schedule"):
        NoiseSchedule(betas)


@pytest.mark.parametrize("betas", [WG_6, WG_50])
def test_posterior_leads_from_one_marginal_to_the_one_before(betas: tuple[float, ...]) -> None:
    """q(y_(n-1) | y_0) follows from q(y_n | y_0) and the posterior: mean and variance (DDPM eq. 4 and 7)."""
    schedule, one, nothing = NoiseSchedule(betas), torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, 1, dtype=torch.float64)
    for step in range(1, schedule.steps + 1):
        carried = posterior_mean(one, nothing, schedule, step).item()
        assert posterior_mean(schedule.levels[step] * one, one, schedule, step).item() == pytest.approx(schedule.levels[step - 1])
        variance = carried**2 * (1 - schedule.alpha_bars[step]) + schedule.posterior_deviation(step) ** 2
        assert variance == pytest.approx(1 - schedule.alpha_bars[step - 1], abs=1e-12)
    assert schedule.posterior_deviation(1) == 0


def test_noise_is_taken_away_again() -> None:
    clean, added = noise(0, 2, 500) * 0.1, noise(1, 2, 500)
    assert torch.allclose(predicted_clean(diffuse(clean, added, 0.6), added, 0.6), clean, atol=1e-5)
    levels = torch.tensor([[1.0], [0.0]])
    assert torch.equal(diffuse(clean, added, levels), torch.stack([clean[0], added[1]]))


def test_step_is_algorithm_2_while_the_guess_is_sound(tiny) -> None:
    """(y - beta / sqrt(1 - alpha_bar) epsilon) / sqrt(alpha), as printed, where the guessed wave lies in [-1, 1]."""
    vocoder = tiny.wavegrad()
    schedule, mel, noisy = vocoder.schedule, torch.rand(1, 128, 4), noise(0, 1, 1024)
    step = vocoder.step_mean(mel, vocoder.begin())
    with torch.no_grad():
        for n in range(1, schedule.steps + 1):
            guess = vocoder.predict_noise(noisy, mel, schedule.levels[n])
            printed = (noisy - schedule.betas[n - 1] / (1 - schedule.alpha_bars[n]) ** 0.5 * guess) / (1 - schedule.betas[n - 1]) ** 0.5
            sound = predicted_clean(noisy, guess, schedule.levels[n]).abs() <= 1
            assert sound.float().mean() > 0.1
            assert torch.allclose(step(noisy, n)[sound], printed[sound], atol=1e-4)


def test_the_chain_draws_from_the_data_when_the_noise_is_known() -> None:
    """For white data of deviation 0.3 the best guess of the noise is linear in y, and the chain must end at deviation 0.3."""
    schedule, draw = NoiseSchedule(TRAINING_BETAS), torch.Generator().manual_seed(0)

    def mean(noisy: torch.Tensor, step: int) -> torch.Tensor:
        share = schedule.alpha_bars[step]
        best = noisy * ((1 - share) ** 0.5 / (0.09 * share + 1 - share))
        return posterior_mean(noisy, predicted_clean(noisy, best, share**0.5), schedule, step)

    made = reverse_chain(noise(1, 1, 8000), schedule, mean, lambda step: torch.randn(1, 8000, generator=draw))
    assert float(made.std()) == pytest.approx(0.3, rel=0.05)


def test_noise_belongs_to_a_place_in_the_sound() -> None:
    whole = Start(seed=3).noise(200, 16)
    part = Start(seed=3, frame=50).noise(100, 16)
    assert torch.equal(part, whole[:, 800:2400])
    assert float(whole.std()) == pytest.approx(1, abs=0.05) and abs(whole.mean()) < 0.05
    assert not torch.equal(whole, Start(seed=3).noise(200, 16, step=1))


def test_default_network_has_the_published_size() -> None:
    with torch.device("meta"):
        network = WaveGradNetwork()
    assert sum(weights.numel() for weights in network.parameters()) == pytest.approx(15.9e6, rel=0.01)


def test_factors_make_up_the_hop() -> None:
    with pytest.raises(ValueError, match="256"):
        WaveGradNetwork(up_factors=(5, 5, 3, 2, 2))


def test_level_sinusoids() -> None:
    codes = level_sinusoids(torch.tensor([0.0, 1e-3]), 8)
    assert torch.equal(codes[0], torch.tensor([0.0] * 4 + [1.0] * 4))
    angles = [5.0 * 10 ** (-4 * index / 4) for index in range(4)]
    assert torch.allclose(codes[1], torch.tensor([*np.sin(angles), *np.cos(angles)], dtype=torch.float32), atol=1e-4)


def test_residual_path_may_be_taken_before_repeating() -> None:
    torch.manual_seed(0)
    block, features = UpBlock(6, 4, 3, (1, 2, 1, 2)), noise(0, 2, 6, 10)
    early = block.residual(features).repeat_interleave(3, dim=-1)
    assert torch.allclose(early, block.residual(features.repeat_interleave(3, dim=-1)), atol=1e-6)
    assert block(features, torch.zeros(2, 4, 30), torch.ones(2, 4, 30)).shape == (2, 4, 30)


def test_nothing_reaches_further_than_said(tiny) -> None:
    network = tiny.wavegrad().network
    frames, reach = 40, network.reach_frames
    mel, wave, level = torch.rand(1, 128, frames), noise(0, 1, frames * 256), torch.tensor([0.7])
    with torch.no_grad():
        base = network(wave, mel, level)
        mel[..., 0] += 1
        wave[..., :256] += 1
        moved = (network(wave, mel, level) - base).abs()[0] > 0
    last = int(moved.nonzero().max()) // 256
    assert 2 <= last <= reach


def test_any_schedule_fits_the_network_and_is_saved(tiny, tmp_path) -> None:
    vocoder, mel = tiny.wavegrad(), torch.rand(1, 128, 4)
    before = vocoder(mel)
    vocoder.set_schedule(WG_6)
    assert vocoder.schedule.steps == 6 and not torch.equal(vocoder(mel), before)
    vocoder.save_pretrained(tmp_path)
    assert WaveGrad.from_pretrained(tmp_path).schedule == NoiseSchedule(WG_6)
    with pytest.raises(ValueError):
        vocoder.set_schedule((2.0,))


def test_coordinate_search_finds_the_best_of_the_grid() -> None:
    asked: list[tuple[float, ...]] = []

    def cost(betas: tuple[float, ...]) -> float:
        asked.append(betas)
        return sum(abs(np.log(beta / wanted)) for beta, wanted in zip(betas, (3e-6, 7e-4, 2e-1), strict=True))

    # three steps: orders 1e-6, 10^-3.5, 1e-1
    betas, least = coordinate_search(cost, steps=3, rounds=3)
    assert betas == pytest.approx((3e-6, 2 * 10**-3.5, 2e-1)) and least == pytest.approx(cost(betas))
    assert len(asked) <= 1 + 1 + 8 * 3 * 2 and len(set(asked)) >= len(asked) - 1


def test_schedule_search_judges_by_the_log_mel_and_leaves_the_vocoder_as_it_was(tiny, sounds) -> None:
    vocoder, log_mel = tiny.gla_grad_plus_plus(), LogMel()
    own, waves = vocoder.schedule, sounds.decaying_tones(0, 4096, [500])[None]
    betas, error = search_schedule(vocoder, waves, log_mel, steps=2, rounds=1)
    assert vocoder.schedule == own and len(betas) == 2 and 0 < error < 1
    _, other = search_schedule(vocoder, waves, log_mel, steps=2, rounds=1)
    assert other == error
