"""Every process against the definitions: targets, clean estimates, shifts, scores, preconditioning,
and diffusers' own schedulers."""

import pytest
import torch
from diffusers import DDPMScheduler, FlowMatchEulerDiscreteScheduler

from ldm.process import Epsilon, Flow, Process, Velocity, process_of

PROCESSES = [Flow(), Epsilon(), Velocity(), Epsilon("linear", 1e-4, 0.02, 200)]
TIMES = [0.05, 0.37, 0.6, 0.93]


def pair(*shape: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return torch.randn(shape, generator=generator), torch.randn(shape, generator=generator)


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("time", TIMES)
def test_the_target_leads_back_to_the_data_and_the_data_to_the_target(process: Process, time: float) -> None:
    data, noise = pair(3, 4, 5)
    noisy, target = process.noisy(data, noise, time), process.target(data, noise, time)
    torch.testing.assert_close(process.clean(noisy, target, time), data, atol=2e-3, rtol=1e-3)
    torch.testing.assert_close(process.prediction(noisy, data, time), target, atol=2e-3, rtol=1e-3)


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("time", TIMES)
def test_a_shift_of_the_clean_estimate_is_that_large(process: Process, time: float) -> None:
    data, noise = pair(2, 4, 5)
    shift = torch.randn(2, 4, 5)
    noisy, target = process.noisy(data, noise, time), process.target(data, noise, time)
    moved = process.clean(noisy, process.shifted(target, shift, time), time)
    torch.testing.assert_close(moved - data, shift, atol=5e-3, rtol=1e-3)


@pytest.mark.parametrize("process", PROCESSES)
def test_a_score_moves_the_predicted_noise_as_eq_11_prints_it(process: Process) -> None:
    """epsilon - gamma sigma_t grad log p, whatever is predicted."""
    time, gamma = 0.4, 50.0
    data, noise = pair(2, 4, 5)
    score = torch.randn(2, 4, 5)
    c = process.coefficients(time)
    noisy = process.noisy(data, noise, time)
    moved_noise = noise - gamma * c.noise * score
    expected = (noisy - c.noise * moved_noise) / c.signal
    torch.testing.assert_close(
        data + process.clean_shift_of_score(gamma * score, time), expected, atol=1e-3, rtol=1e-3
    )
    assert process.clean_shift_of_score(score, 1.0).isfinite().all()


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("time", TIMES)
def test_preconditioning_is_the_least_squares_line_through_targets(process: Process, time: float) -> None:
    data, noise = torch.randn(2, 200_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    noisy, target = (
        process.noisy(data[None], noise[None], time)[0],
        process.target(data[None], noise[None], time)[0],
    )
    c_in, c_skip, c_out = (float(c) for c in process.precondition(torch.tensor([time], dtype=torch.float64)))
    assert float((c_in * noisy).std()) == pytest.approx(1, abs=0.01)
    assert c_skip == pytest.approx(float((noisy * target).mean() / noisy.square().mean()), abs=0.02)
    assert c_out == pytest.approx(float((target - c_skip * noisy).std()), abs=0.02)


@pytest.mark.parametrize("process", PROCESSES)
def test_times_of_a_batch_are_each_sample_s_own(process: Process) -> None:
    data, noise = pair(3, 4, 5)
    together = process.noisy(data, noise, torch.tensor([0.1, 0.5, 0.9]))
    for row, time in enumerate((0.1, 0.5, 0.9)):
        torch.testing.assert_close(together[row], process.noisy(data, noise, time)[row], atol=1e-5, rtol=1e-4)


def test_flow_runs_from_data_to_noise_at_the_velocity() -> None:
    data, noise = pair(3, 4, 5)
    flow = Flow()
    torch.testing.assert_close(flow.noisy(data, noise, 0.0), data)
    torch.testing.assert_close(flow.noisy(data, noise, 1.0), noise)
    step = (flow.noisy(data, noise, 0.6) - flow.noisy(data, noise, 0.5)) / 0.1
    torch.testing.assert_close(step, flow.target(data, noise, 0.5), atol=1e-4, rtol=1e-3)


@pytest.mark.parametrize("kind", [Epsilon, Velocity])
@pytest.mark.parametrize(
    ("schedule", "start", "end"), [("scaled_linear", 0.00085, 0.012), ("linear", 1e-4, 0.02)]
)
def test_betas_are_those_of_diffusers(kind: type, schedule: str, start: float, end: float) -> None:
    theirs = DDPMScheduler(1000, start, end, schedule)
    process, (data, noise) = kind(schedule, start, end), pair(5, 4, 6)
    steps = torch.tensor([0, 1, 333, 700, 999])
    torch.testing.assert_close(
        process.noisy(data, noise, steps / 1000), theirs.add_noise(data, noise, steps), atol=1e-5, rtol=1e-4
    )
    if kind is Velocity:
        target = theirs.get_velocity(data, noise, steps)
        torch.testing.assert_close(process.target(data, noise, steps / 1000), target, atol=1e-5, rtol=1e-4)


def test_times_lie_as_the_schedulers_space_their_steps() -> None:
    uniform = torch.rand(40_000, generator=torch.Generator().manual_seed(0))
    scheduler = FlowMatchEulerDiscreteScheduler(shift=5.0)
    scheduler.set_timesteps(sigmas=[0.75, 0.5, 0.25])
    quantiles = torch.quantile(Flow().times(uniform, 5.0), torch.tensor([0.75, 0.5, 0.25]))
    torch.testing.assert_close(quantiles, scheduler.sigmas[:3].float(), atol=0.01, rtol=0)
    steps = Epsilon(steps=50).times(uniform) * 50
    torch.testing.assert_close(steps, steps.round(), atol=1e-4, rtol=0)
    assert set(steps.round().long().tolist()) == set(range(50))


@pytest.mark.parametrize("process", PROCESSES)
def test_a_process_is_made_again_of_its_configuration(process: Process) -> None:
    again = process_of(process.config)
    assert type(again) is type(process) and again.config == process.config and process_of(again) is again


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("magic", "'magic'"),
        ({}, "None"),
        ({"kind": "flow", "x": 1}, "no settings 'x'"),
        ({"kind": "epsilon", "start": 2.0}, "no betas"),
    ],
)
def test_what_names_no_process_is_refused(config: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        process_of(config)
