"""Samplers by name, and how fast they converge where the score and the flow are known exactly."""

import pytest
import torch

from ldm.convergence import convergence
from ldm.exact import ExactDenoiser, Mixture
from ldm.latents import Latents
from ldm.process import Epsilon, Flow, Process, Velocity
from ldm.samplers import BETA_SAMPLERS, FLOW_SAMPLERS, sampler_of
from ldm.scheduling import check_scheduler


@pytest.mark.parametrize("process", [Flow(), Epsilon(), Velocity(), Epsilon("linear", 1e-4, 0.02, 500)])
def test_every_name_is_a_scheduler_of_its_process(process: Process) -> None:
    names = BETA_SAMPLERS if isinstance(process.config, dict) else FLOW_SAMPLERS
    for name in (*names, None):
        check_scheduler(sampler_of(process, name), process)
    with pytest.raises(ValueError, match="not by 'magic'"):
        sampler_of(process, "magic")
    with pytest.raises(ValueError, match="is sampled by"):
        sampler_of(process, "heun" if isinstance(process.config, dict) else "ddim")


@pytest.mark.parametrize("process", [Flow(), Epsilon()])
def test_the_mixture_s_prediction_is_the_mean_that_a_million_draws_have(process: Process) -> None:
    """The best prediction is the mean of the target over what could lie behind a noisy sample."""
    g, mixture, time = torch.Generator().manual_seed(0), Mixture(), 0.4
    part = torch.rand(1_000_000, generator=g, dtype=torch.float64) < mixture.weights[0]
    means, spreads = torch.tensor(mixture.means), torch.tensor(mixture.variances).sqrt()
    index = (~part).long()
    data = means[index] + spreads[index] * torch.randn(len(part), generator=g)
    noise = torch.randn(len(part), generator=g)
    noisy, target = process.noisy(data, noise, time), process.target(data, noise, time)
    denoiser = ExactDenoiser(process, mixture)
    for centre in (-1.0, 0.0, 0.8):
        near = (noisy - centre).abs() < 0.02
        found = denoiser(Latents(audio=torch.full((1, 1, 1), centre)), torch.tensor([time]), None)
        assert float(found.given_audio) == pytest.approx(float(target[near].mean()), abs=0.03)


def test_the_flow_carries_quantiles_to_quantiles() -> None:
    mixture, process = Mixture(), Epsilon()
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)
    there = mixture.carried(x, process, 0.9, 0.1)
    assert (there.diff() > 0).all()
    torch.testing.assert_close(mixture.carried(there, process, 0.1, 0.9), x)
    torch.testing.assert_close(
        mixture.distribution(there, process, 0.1), mixture.distribution(x, process, 0.9)
    )


@pytest.mark.parametrize(
    ("process", "name", "steps", "order"),
    [
        (Flow(), "euler", (40, 160), 1),
        (Flow(), "heun", (20, 80), 2),
        (Flow(), "dpm++", (160, 640), 2),
        (Epsilon(), "euler", (50, 200), 1),
        (Epsilon(), "ddim", (50, 200), 1),
        (Epsilon(), "dpm++", (125, 500), 2),
    ],
)
def test_order_of_convergence(process: Process, name: str, steps: tuple[int, int], order: int) -> None:
    """Steps even in time are uneven in log(signal / noise), where DPM-Solver++ counts: it comes to its order
    late."""
    measured = convergence(process, name, steps)
    assert measured.order == pytest.approx(order, abs=0.35), measured


def test_unipc_s_corrector_brings_it_nearer_than_dpm_solver() -> None:
    predictor, corrected = (convergence(Epsilon(), name, (125, 500)) for name in ("dpm++", "unipc"))
    assert corrected.order > 1.3 and corrected.errors[-1] < predictor.errors[-1]


def test_the_last_step_to_no_noise_is_of_first_order_whatever_comes_before() -> None:
    """Why 25 steps of DPM-Solver++ are not as near as its order promises."""
    inside, whole = (convergence(Epsilon(), "dpm++", (125, 500), whole=each) for each in (False, True))
    assert whole.order < 1.3 < inside.order and whole.errors[-1] > inside.errors[-1]
