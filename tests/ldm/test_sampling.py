"""The loop: exact on flows with a known answer, reproducible, windows without seams."""

from itertools import pairwise

import pytest
import torch
from diffusers import FlowMatchEulerDiscreteScheduler, FlowMatchHeunDiscreteScheduler

from ldm.conditioning import Conditions
from ldm.denoiser import AudioTransformer
from ldm.guidance import conditional, double, plan
from ldm.sampling import ClassifierGuide, Windowing, clip_noise, denoise


class ToTarget(torch.nn.Module):
    """The exact velocity of the flow to one data point, read from the video: (x_t - target) / t."""

    def mix(self, conditions: Conditions, batch: int, columns: int):
        return conditions.video

    def forward(self, latents, time, mixed):
        return (latents - mixed.transpose(1, 2)) / time[:, None, None]


class GaussianFlow(torch.nn.Module):
    """The exact velocity of the flow from N(0, 1) to N(0, s^2), whose map is x_0 = s x_1."""

    scale = 0.5

    def mix(self, conditions: Conditions, batch: int, columns: int):
        return torch.zeros(batch, columns, 1)

    def forward(self, latents, time, mixed):
        t = time[:, None, None]
        return (t - (1 - t) * self.scale**2) / ((1 - t) ** 2 * self.scale**2 + t**2) * latents


def grown() -> AudioTransformer:
    torch.manual_seed(0)
    network = AudioTransformer.tiny()
    for p in network.parameters():
        p.data.add_(0.1 * torch.randn_like(p))
    return network.eval()


def noise(seed: int, columns: int, batch: int = 1) -> torch.Tensor:
    return clip_noise(torch.Generator().manual_seed(seed), batch, 4, columns)


@pytest.mark.parametrize("columns", [5, 128, 300])
def test_the_flow_to_a_point_arrives_whatever_the_steps_and_windows(columns):
    target = torch.randn(2, columns, 4)
    guidance = plan(double(1.0), 2, video=target)
    result = denoise(ToTarget(), FlowMatchEulerDiscreteScheduler(), noise(0, columns, 2), guidance, steps=3)
    torch.testing.assert_close(result, target.transpose(1, 2), atol=1e-5, rtol=1e-4)


def test_euler_is_of_first_order_and_heun_of_second():
    start = noise(0, 16)
    guidance = plan(double(1.0), 1)

    def error(scheduler, steps):
        return (denoise(GaussianFlow(), scheduler, start, guidance, steps=steps) - 0.5 * start).abs().mean().item()

    # diffusers spaces timesteps from 1000 to 1, so the last step (to 0) is short; order shows in the steps before it
    euler = error(FlowMatchEulerDiscreteScheduler(), 20) / error(FlowMatchEulerDiscreteScheduler(), 80)
    assert 3.0 < euler < 5.5
    assert error(FlowMatchHeunDiscreteScheduler(), 20) < 0.2 * error(FlowMatchEulerDiscreteScheduler(), 20)


def test_same_seed_same_latents_and_every_step_reported():
    seen = []
    runs = []
    for _ in range(2):
        guidance = plan(conditional(2.0, 2.5), 1, torch.ones(1, 20, 6), torch.ones(1, 5))
        runs.append(
            denoise(grown(), FlowMatchEulerDiscreteScheduler(), noise(3, 20), guidance, 4, callback=lambda i, n, z: seen.append((i, n)))
        )
    assert torch.equal(*runs)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)] * 2


def test_a_callback_may_replace_the_latents():
    guidance = plan(double(1.0), 1)
    result = denoise(GaussianFlow(), FlowMatchEulerDiscreteScheduler(), noise(0, 8), guidance, 3, callback=lambda i, n, z: 0 * z)
    assert not result.any()


def test_autocast_is_close_to_full_precision():
    guidance = plan(double(2.0), 1, torch.ones(1, 20, 6), torch.ones(1, 5))
    full, half = (
        denoise(grown(), FlowMatchEulerDiscreteScheduler(), noise(3, 20), guidance, 4, autocast_dtype=dtype)
        for dtype in (None, torch.bfloat16)
    )
    assert half.dtype == torch.float32
    assert (full - half).abs().mean() < 0.03 * full.abs().mean()


def test_noise_is_shared_by_longer_clips_and_independent_of_the_batch():
    assert torch.equal(noise(5, 300)[..., :100], noise(5, 100))
    pair = clip_noise([torch.Generator().manual_seed(1), torch.Generator().manual_seed(2)], 2, 4, 10)
    assert torch.equal(pair[1:], noise(2, 10))
    with pytest.raises(ValueError, match="2 generators"):
        clip_noise([torch.Generator(), torch.Generator()], 3, 4, 10)


@pytest.mark.parametrize("total", [1, 128, 129, 224, 225, 1000, 9375])
def test_windows_cover_everything_and_overlap_enough(total):
    windowing = Windowing(128, 32)
    starts = windowing.starts(total)
    assert starts[0] == 0
    if total > 128:
        assert starts[-1] + 128 == total
        assert all(0 < b - a <= 96 for a, b in pairwise(starts))
        cover = torch.zeros(total)
        for s in starts:
            cover[s : s + 128] += windowing.ramp(128, s == 0, s + 128 == total)
        assert cover.min() > 0.4


def test_windows_leave_no_seam_where_the_network_is_local():
    """A network that looks only at its own column must give exactly what it gives without windows."""
    network = grown()
    for block in network.blocks:
        block.attention.to_out.weight.data.zero_()
    guidance = plan(conditional(2.0, 2.0), 1, torch.randn(1, 90, 6), torch.randn(1, 5))
    run = [
        denoise(network, FlowMatchEulerDiscreteScheduler(), noise(1, 90), guidance, 3, windowing=windowing)
        for windowing in (Windowing(128, 32), Windowing(32, 8, windows_per_call=2))
    ]
    torch.testing.assert_close(run[0], run[1], atol=1e-4, rtol=1e-3)


def test_classifier_guidance_pulls_toward_its_maximum_and_scale_zero_is_plain():
    guidance = plan(double(1.0), 1)

    def run(gamma):
        classifier = ClassifierGuide(lambda z, t, v: -0.5 * (z - 1).square().sum((1, 2)), gamma)
        return denoise(GaussianFlow(), FlowMatchEulerDiscreteScheduler(), noise(0, 8), guidance, 10, classifier=classifier)

    plain = denoise(GaussianFlow(), FlowMatchEulerDiscreteScheduler(), noise(0, 8), guidance, 10)
    assert torch.equal(run(0.0), plain)
    assert (run(0.5) - 1).abs().mean() < (plain - 1).abs().mean()


def test_a_guide_of_unit_gradients_moves_the_clean_estimate_by_its_scale_whatever_the_time():
    velocity, latents = noise(1, 8), noise(2, 8)
    guide = ClassifierGuide(lambda z, t, v: 1e4 * (z - t * v)[:, 0].sum(1), 3.0, unit=True, earliest=0.9, latest=0.3)
    for time in (0.3, 0.6, 0.9):
        moved = (latents - time * guide.steered(velocity, latents, time)) - (latents - time * velocity)
        assert moved.flatten(1).norm(dim=1).tolist() == pytest.approx([3.0] * len(moved), rel=1e-4)
        assert (moved[:, 0] > 0).all() and not moved[:, 1:].abs().gt(1e-4).any()
    for time in (0.29, 0.91):
        assert guide.steered(velocity, latents, time) is velocity
    each = ClassifierGuide(guide.log_likelihood, torch.tensor([0.0]), unit=True)
    assert torch.equal(each.steered(velocity, latents, 0.5), velocity)


def test_further_ascents_follow_the_gradient_as_it_turns():
    """Around a circle: two short steps end nearer to the maximum than one long one."""
    latents, velocity = torch.zeros(1, 2, 1), torch.zeros(1, 2, 1)

    def likelihood(z, t, v):
        x, y = (z - t * v)[0, :, 0]
        return -((x - 1) ** 2 + 30 * (y - x**2) ** 2)[None]

    once, twice = (ClassifierGuide(likelihood, 1.2 / n, unit=True, ascents=n).steered(velocity, latents, 0.5) for n in (1, 2))
    assert likelihood(latents, 0.5, twice) > likelihood(latents, 0.5, once)


def test_guidance_works_where_gradients_are_switched_off():
    with torch.inference_mode():
        latents = noise(1, 8)
        guide = ClassifierGuide(lambda z, t, v: -(z - t * v).square().sum((1, 2)), 1.0, unit=True)
        assert not torch.equal(guide.steered(latents, latents, 0.5), latents)


def test_wrong_requests_are_refused():
    scheduler, guidance = FlowMatchEulerDiscreteScheduler(), plan(double(1.0), 1)
    with pytest.raises(ValueError, match="at least 1 step"):
        denoise(GaussianFlow(), scheduler, noise(0, 8), guidance, 0)
    with pytest.raises(ValueError, match="noise of 2 samples"):
        denoise(GaussianFlow(), scheduler, noise(0, 8, 2), guidance)
    with pytest.raises(ValueError, match="cannot overlap"):
        Windowing(32, 32)
