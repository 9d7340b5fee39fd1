"""The loop: exact on processes with a known answer, reproducible, any scheduler that fits, sound and picture alike."""

import pytest
import torch
from diffusers import (
    DDIMScheduler,
    DDPMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    FlowMatchHeunDiscreteScheduler,
    PNDMScheduler,
    UniPCMultistepScheduler,
)

from ldm.conditions import Conditions
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.guidance import conditional, double, plan_branches
from ldm.guides.classifier import ClassifierGuide
from ldm.latents import Latents
from ldm.process import Epsilon, Flow, Process, Velocity
from ldm.sampling import clip_noise, sample
from ldm.scheduling import FlowEuler, check_scheduler, quick_scheduler

SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
FLOW = {"prediction_type": "flow_prediction", "use_flow_sigmas": True, "flow_shift": 3.0}
PLAIN = plan_branches(double(1.0), 1, Conditions.of())


class ToPoint(torch.nn.Module):
    """The exact prediction where all data is one point, read from the video: (batch, columns, channels)."""

    def __init__(self, process: Process):
        super().__init__()
        self.process = process

    def mix(self, conditions: Conditions, latents: Latents):
        return conditions["video"].values

    def forward(self, latents: Latents, time, mixed) -> Latents:
        return latents.map(lambda x: self.process.prediction(x, mixed.transpose(1, 2), time))


class Gaussian(torch.nn.Module):
    """The exact prediction where data is N(0, s^2), elementwise, in every modality."""

    scale = 0.5

    def __init__(self, process: Process):
        super().__init__()
        self.process = process

    def mix(self, conditions: Conditions, latents: Latents):
        return None

    def forward(self, latents: Latents, time, mixed) -> Latents:
        def predicted(x):
            c = self.process._at(time, x)
            clean = c.signal * self.scale**2 / (c.signal**2 * self.scale**2 + c.noise**2) * x
            return self.process.prediction(x, clean, time)

        return latents.map(predicted)


def grown() -> AudioTransformer:
    torch.manual_seed(0)
    network = AudioTransformer.tiny()
    for p in network.parameters():
        p.data.add_(0.1 * torch.randn_like(p))
    return network.eval()


def noise(seed: int, columns: int, batch: int = 1) -> Latents:
    return Latents(audio=clip_noise(torch.Generator().manual_seed(seed), batch, 4, columns))


@pytest.mark.parametrize("scheduler", [FlowMatchEulerDiscreteScheduler(), FlowEuler(), FlowMatchHeunDiscreteScheduler()])
def test_the_flow_to_a_point_arrives_whatever_the_scheduler(scheduler):
    target = torch.randn(2, 9, 4)
    guidance = plan_branches(double(1.0), 2, Conditions.of(video=target))
    result = sample(ToPoint(Flow()), scheduler, noise(0, 9, 2), guidance, steps=3).audio
    torch.testing.assert_close(result, target.transpose(1, 2), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("scheduler", "process", "steps", "error"),
    [
        (FlowMatchEulerDiscreteScheduler(), Flow(), 40, 0.03),
        (FlowMatchHeunDiscreteScheduler(), Flow(), 40, 0.02),
        (DPMSolverMultistepScheduler(**FLOW), Flow(), 20, 0.02),
        (UniPCMultistepScheduler(**FLOW), Flow(), 20, 0.02),
        (DDIMScheduler(**SD, clip_sample=False, timestep_spacing="trailing"), Epsilon(), 100, 0.03),
        (PNDMScheduler(**SD, skip_prk_steps=True, timestep_spacing="trailing"), Epsilon(), 50, 0.05),
        (DPMSolverMultistepScheduler(**SD, timestep_spacing="trailing"), Epsilon(), 40, 0.05),
        (UniPCMultistepScheduler(**SD, timestep_spacing="trailing"), Epsilon(), 40, 0.05),
        (EulerDiscreteScheduler(**SD, timestep_spacing="trailing"), Epsilon(), 60, 0.03),
        (DDIMScheduler(**SD, clip_sample=False, timestep_spacing="trailing", prediction_type="v_prediction"), Velocity(), 100, 0.03),
        (EulerDiscreteScheduler(**SD, timestep_spacing="trailing", prediction_type="v_prediction"), Velocity(), 60, 0.03),
    ],
)
def test_every_scheduler_that_is_accepted_carries_noise_to_data(scheduler, process, steps, error):
    """The map from N(0, 1) to N(0, s^2) is a scaling by s, for every deterministic sampler of either process."""
    start = noise(0, 500)
    result = sample(Gaussian(process), scheduler, start, PLAIN, steps=steps).audio
    spread = float(result.std() / start.audio.std())
    assert spread == pytest.approx(0.5, abs=max(error, 0.02)), spread
    assert float((result - 0.5 * start.audio).abs().mean()) < error


@pytest.mark.parametrize(
    ("scheduler", "process"),
    [
        (EulerDiscreteScheduler(), Flow()),
        (UniPCMultistepScheduler(), Flow()),
        (DPMSolverMultistepScheduler(), Flow()),
        (DDPMScheduler(), Flow()),
        (FlowMatchEulerDiscreteScheduler(), Epsilon()),
        (FlowEuler(), Velocity()),
        (DPMSolverMultistepScheduler(**FLOW), Epsilon()),
        (DDIMScheduler(), Epsilon()),  # other betas
        (DDIMScheduler(**SD), Velocity()),
        (DDIMScheduler(**SD, prediction_type="v_prediction"), Epsilon()),
    ],
)
def test_a_scheduler_of_another_process_is_refused_in_one_line(scheduler, process):
    with pytest.raises(ValueError, match="does not step this denoiser's process") as refused:
        sample(Gaussian(process), scheduler, noise(0, 8), PLAIN, 2)
    assert type(scheduler).__name__ in str(refused.value) and "\n" not in str(refused.value)


@pytest.mark.parametrize("shift", [1.0, 3.0, 6.0])
@pytest.mark.parametrize("steps", [1, 7, 10])
def test_the_quick_scheduler_is_diffusers_own_sample_for_sample(shift, steps):
    theirs = FlowMatchEulerDiscreteScheduler(shift=shift)
    ours = quick_scheduler("FlowMatchEulerDiscreteScheduler", dict(theirs.config))
    guidance = plan_branches(conditional(2.0, 2.5), 1, Conditions.of(video=torch.ones(1, 20, 6), text=torch.ones(1, 5)))
    each = [sample(grown(), scheduler, noise(3, 20), guidance, steps).audio for scheduler in (theirs, ours)]
    assert torch.equal(*each)


@pytest.mark.parametrize(
    "changes", [{"use_dynamic_shifting": True}, {"use_karras_sigmas": True}, {"stochastic_sampling": True}, {"shift_terminal": 0.1}]
)
def test_it_stands_in_for_nothing_else(changes):
    config = dict(FlowMatchEulerDiscreteScheduler(**changes).config)
    assert quick_scheduler("FlowMatchEulerDiscreteScheduler", config) is None
    assert quick_scheduler("DDIMScheduler", {}) is None
    check_scheduler(FlowEuler(), Flow())


def test_euler_is_of_first_order_and_heun_of_second():
    start = noise(0, 16)

    def error(scheduler, steps):
        return (sample(Gaussian(Flow()), scheduler, start, PLAIN, steps=steps).audio - 0.5 * start.audio).abs().mean().item()

    euler = error(FlowMatchEulerDiscreteScheduler(), 20) / error(FlowMatchEulerDiscreteScheduler(), 80)
    assert 3.0 < euler < 5.5
    assert error(FlowMatchHeunDiscreteScheduler(), 20) < 0.2 * error(FlowMatchEulerDiscreteScheduler(), 20)


def test_picture_and_sound_move_together_each_by_a_scheduler_of_its_own():
    picture = torch.randn(1, 3, 2, 4, 4, generator=torch.Generator().manual_seed(1))
    both = Latents(noise(0, 16).audio, picture)
    solver = DPMSolverMultistepScheduler(**FLOW)  # remembers earlier steps: shared, the two would mix
    together = sample(Gaussian(Flow()), solver, both, PLAIN, 6)
    for part in (Latents(audio=both.audio), Latents(video=both.video)):
        ((name, alone),) = sample(Gaussian(Flow()), solver, part, PLAIN, 6).items()
        assert torch.equal(getattr(together, name), alone)
    with pytest.raises(ValueError, match="one batch size"):
        Latents(noise(0, 16, 2).audio, picture)
    with pytest.raises(ValueError, match="one modality at least"):
        Latents()


def test_same_seed_same_latents_and_every_step_reported():
    seen, runs, scheduler = [], [], FlowMatchEulerDiscreteScheduler()
    for _ in range(2):
        guidance = plan_branches(conditional(2.0, 2.5), 1, Conditions.of(video=torch.ones(1, 20, 6), text=torch.ones(1, 5)))
        runs.append(sample(grown(), scheduler, noise(3, 20), guidance, 4, callback=lambda step: seen.append((step.done, step.total))).audio)
    assert torch.equal(*runs)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)] * 2
    assert len(scheduler.timesteps) == 1000, "the caller's scheduler is left as it was"


def test_a_sample_is_the_same_alone_and_in_a_batch_also_where_the_scheduler_draws_noise():
    def generators(*seeds):
        return [torch.Generator().manual_seed(seed) for seed in seeds]

    scheduler, process = DDPMScheduler(**SD, clip_sample=False), Epsilon()
    pair = Latents(audio=torch.cat([noise(1, 8).audio, noise(2, 8).audio]))
    whole = sample(Gaussian(process), scheduler, pair, plan_branches(double(1.0), 2, Conditions.of()), 5, generators(1, 2)).audio
    alone = sample(Gaussian(process), scheduler, noise(2, 8), PLAIN, 5, generators(2)).audio
    assert torch.equal(whole[1:], alone)
    assert not torch.equal(alone, sample(Gaussian(process), scheduler, noise(2, 8), PLAIN, 5, generators(3)).audio)


def test_a_callback_may_replace_the_latents():
    result = sample(Gaussian(Flow()), FlowEuler(), noise(0, 8), PLAIN, 3, callback=lambda step: step.latents.map(torch.zeros_like))
    assert not result.audio.any()


def test_autocast_is_close_to_full_precision():
    guidance = plan_branches(double(2.0), 1, Conditions.of(video=torch.ones(1, 20, 6), text=torch.ones(1, 5)))
    full, half = (sample(grown(), FlowEuler(), noise(3, 20), guidance, 4, autocast_dtype=dtype).audio for dtype in (None, torch.bfloat16))
    assert half.dtype == torch.float32
    assert (full - half).abs().mean() < 0.03 * full.abs().mean()


def test_noise_is_shared_by_longer_clips_and_independent_of_the_batch():
    assert torch.equal(noise(5, 300).audio[..., :100], noise(5, 100).audio)
    pair = clip_noise([torch.Generator().manual_seed(1), torch.Generator().manual_seed(2)], 2, 4, 10)
    assert torch.equal(pair[1:], noise(2, 10).audio)
    with pytest.raises(ValueError, match="2 generators"):
        clip_noise([torch.Generator(), torch.Generator()], 3, 4, 10)


@pytest.mark.parametrize(
    ("scheduler", "process"), [(FlowEuler(), Flow()), (DDIMScheduler(**SD, clip_sample=False, timestep_spacing="trailing"), Epsilon())]
)
def test_classifier_guidance_pulls_toward_its_maximum_and_scale_zero_is_plain(scheduler, process):
    def run(gamma):
        guide = ClassifierGuide(lambda z, t: -0.5 * (z - 1).square().sum((1, 2)), gamma)
        return sample(Gaussian(process), scheduler, noise(0, 8), PLAIN, 10, guides=[guide]).audio

    plain = sample(Gaussian(process), scheduler, noise(0, 8), PLAIN, 10).audio
    torch.testing.assert_close(run(0.0), plain)
    assert (run(0.5) - 1).abs().mean() < (plain - 1).abs().mean()
    torch.testing.assert_close(run(torch.tensor([0.5])), run(0.5))


def test_wrong_requests_are_refused():
    with pytest.raises(ValueError, match="at least 1 step"):
        sample(Gaussian(Flow()), FlowEuler(), noise(0, 8), PLAIN, 0)
    with pytest.raises(ValueError, match="noise of 2 samples"):
        sample(Gaussian(Flow()), FlowEuler(), noise(0, 8, 2), PLAIN)
