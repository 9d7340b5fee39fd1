"""What is known already: it is where it belongs at every step, and the rest is pulled to agree with it."""

import pytest
import torch

from ldm.conditions import Conditions
from ldm.exact import ExactDenoiser
from ldm.guidance import NONE, plan_branches
from ldm.guides.known import Reconstruction, Replacement
from ldm.latents import Latents
from ldm.process import process_of
from ldm.samplers import sampler_of
from ldm.sampling import sample

PLAN = plan_branches({NONE: 1.0}, 2, Conditions({}))


def latents(seed: int) -> Latents:
    g = torch.Generator().manual_seed(seed)
    return Latents(torch.randn(2, 4, 8, generator=g), torch.randn(2, 3, 4, 2, 2, generator=g))


@pytest.mark.parametrize(
    ("kind", "sampler"),
    [
        ("flow", "euler"),
        ("flow", "heun"),
        ("epsilon", "ddim"),
        ("epsilon", "dpm++"),
        ("v_prediction", "unipc"),
    ],
)
def test_a_known_modality_comes_out_as_it_is_and_the_other_as_before(kind, sampler):
    denoiser, known = ExactDenoiser(process_of(kind)), latents(5)
    scheduler = sampler_of(denoiser.process, sampler)
    plain = sample(denoiser, scheduler, latents(1), PLAN, steps=8)
    guide = Replacement(Latents(audio=known.audio))
    found = sample(denoiser, scheduler, latents(1), PLAN, steps=8, guides=[guide])
    torch.testing.assert_close(found.audio, known.audio, rtol=0.02, atol=0.06)
    torch.testing.assert_close(found.video, plain.video)


def test_between_the_ends_it_is_noised_with_the_noise_that_it_started_from():
    denoiser, known, start = ExactDenoiser(process_of("flow")), latents(5), latents(1)
    seen = []
    sample(
        denoiser,
        sampler_of(denoiser.process),
        start,
        PLAN,
        steps=4,
        guides=[Replacement(Latents(video=known.video))],
        callback=lambda step: seen.append(step.latents.video),
    )
    for number, video in enumerate(seen, 1):
        time = 1 - number / 4
        torch.testing.assert_close(video, (1 - time) * known.video + time * start.video)


def test_a_stretch_alone_may_be_known():
    denoiser, known = ExactDenoiser(process_of("flow")), latents(5)
    scheduler = sampler_of(denoiser.process)
    plain = sample(denoiser, scheduler, latents(1), PLAN, steps=6)
    where = Latents(audio=torch.arange(8) < 3)
    guide = Replacement(Latents(audio=known.audio), where)
    found = sample(denoiser, scheduler, latents(1), PLAN, steps=6, guides=[guide])
    torch.testing.assert_close(found.audio[..., :3], known.audio[..., :3])
    torch.testing.assert_close(found.audio[..., 3:], plain.audio[..., 3:])


class Sums:
    """A joint denoiser whose estimate of the sound is the sum of the picture's: linear, so that the gradient
    is known."""

    def __init__(self, kind: str):
        self.process = process_of(kind)

    def mix(self, conditions, latents):
        return None

    def __call__(self, latents: Latents, time, conditions) -> Latents:
        time = float(time[0]) if isinstance(time, torch.Tensor) else time
        total = latents.video.flatten(1).sum(1)[:, None, None].expand_as(latents.audio)
        return Latents(
            self.process.prediction(latents.audio, total, time),
            self.process.prediction(latents.video, 0.5 * latents.video, time),
        )


@pytest.mark.parametrize("kind", ["flow", "epsilon", "v_prediction"])
def test_the_gradient_moves_the_other_modality_by_eq_7(kind):
    denoiser, z, known = Sums(kind), latents(1), latents(5)
    process, time = denoiser.process, 0.6
    told = denoiser(z, time, None)
    guide = Reconstruction(Latents(audio=known.audio), lambda at, t: denoiser(at, t, None), scale=3.0)
    moved = guide(told, z, time, process)
    total = z.video.flatten(1).sum(1)[:, None, None]
    slope = -2 * (known.audio - total).flatten(1).sum(1)  # of |known - sum|^2, the same for every number
    signal = float(process.coefficients(time).signal)
    expected = 0.5 * z.video - 1.5 * signal * slope[:, None, None, None, None]
    torch.testing.assert_close(process.clean(z.video, moved.video, time), expected, rtol=1e-3, atol=1e-3)
    assert torch.equal(moved.audio, told.audio)
    assert guide(told, z, 0.99, process) is told


def test_both_modalities_known_leave_nothing_to_pull():
    guide = Reconstruction(latents(5), lambda at, t: at)
    with pytest.raises(ValueError, match="one modality"):
        guide(latents(1), latents(2), 0.5, process_of("flow"))
