"""Identities of the guidance algebra (eq. 11 to 14)."""

import pytest
import torch

from ldm.conditioning import Conditions
from ldm.guidance import (
    Branch,
    active,
    classifier_noise_term,
    classifier_velocity_term,
    combine,
    composable,
    conditional,
    double,
    guided,
    log_likelihood_gradient,
    plan,
)

B, Z, L = 2, 4, 6
VIDEO, TEXT, NEGATIVE = torch.randn(B, L, 3), torch.randn(B, 3), torch.randn(B, 3)
LATENTS = torch.randn(B, Z, L)


def predict(latents, time, conditions: Conditions):
    """A non-linear stand-in that feels both halves together."""
    video, text = torch.zeros(len(latents), L), torch.zeros(len(latents), 1)
    if conditions.video is not None:
        present = torch.ones(len(latents)) if conditions.video_present is None else conditions.video_present.float()
        video = conditions.video.sum(-1) * present[:, None]
    if conditions.text is not None:
        present = torch.ones(len(latents)) if conditions.text_present is None else conditions.text_present.float()
        text = conditions.text.sum(-1, keepdim=True) * present[:, None]
    return torch.tanh(latents + (video + text + video * text)[:, None]) * (1 + time[:, None, None])


def run(weights, video=VIDEO, text=TEXT, negative=None):
    guidance = plan(weights, B, video, text, negative)
    return guided(predict, LATENTS, 0.3, guidance.conditions, guidance.weights)


def alone(video=None, text=None):
    return predict(LATENTS, torch.full((B,), 0.3), Conditions(video, text))


def test_double_guidance_of_scale_one_is_the_conditional_model():
    torch.testing.assert_close(run(double(1.0)), alone(VIDEO, TEXT))


def test_double_guidance_is_equation_11():
    torch.testing.assert_close(run(double(4.5)), 4.5 * alone(VIDEO, TEXT) - 3.5 * alone())


def test_composable_guidance_is_equation_14():
    none = alone()
    expected = none + 2.5 * (alone(text=TEXT) - none) - 1.5 * (alone(text=NEGATIVE) - none) + 2 * (alone(VIDEO) - none)
    torch.testing.assert_close(run(composable(2.5, 2.0, 1.5), negative=NEGATIVE), expected)


def test_composable_without_text_is_video_only_guidance():
    torch.testing.assert_close(run(composable(0.0, 3.0)), alone() + 3 * (alone(VIDEO) - alone()))


def test_a_negative_equal_to_the_prompt_cancels_it():
    torch.testing.assert_close(run(composable(2.0, 1.5, 2.0), negative=TEXT), run(composable(0.0, 1.5)))
    torch.testing.assert_close(run(conditional(2.0, 1.5, 2.0), negative=TEXT), run(conditional(0.0, 1.5)))


def test_conditional_mode():
    expected = alone() + 2 * (alone(VIDEO) - alone()) + 3 * (alone(VIDEO, TEXT) - alone(VIDEO))
    torch.testing.assert_close(run(conditional(3.0, 2.0)), expected)
    torch.testing.assert_close(run(conditional(1.0, 1.0)), alone(VIDEO, TEXT))
    negative = expected - 0.5 * (alone(VIDEO, NEGATIVE) - alone(VIDEO))
    torch.testing.assert_close(run(conditional(3.0, 2.0, 0.5), negative=NEGATIVE), negative)


def test_equal_scales_of_the_conditional_mode_are_double_guidance():
    torch.testing.assert_close(run(conditional(4.5, 4.5)), run(double(4.5)))


@pytest.mark.parametrize("weights", [double(4.5), composable(2.5, 2.0, 1.5), conditional(3.0, 2.0, 0.5)])
def test_weights_sum_to_one_so_noise_and_velocity_are_guided_alike(weights):
    assert sum(weights.values()) == pytest.approx(1)
    t = 0.3
    guidance = plan(weights, B, VIDEO, TEXT, NEGATIVE)
    noise = guided(predict, LATENTS, t, guidance.conditions, guidance.weights)

    def velocity(latents, time, conditions):
        return (predict(latents, time, conditions) - latents) / (1 - t)  # x_t = (1 - t) x_0 + t e

    guided_velocity = guided(velocity, LATENTS, t, guidance.conditions, guidance.weights)
    torch.testing.assert_close(guided_velocity, (noise - LATENTS) / (1 - t), atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("weights", "given", "branches"),
    [
        (double(4.5), (True, True, False), 2),
        (double(1.0), (True, True, False), 1),
        (composable(2.5, 2.5, 2.5), (True, True, True), 4),
        (composable(2.5, 2.5, 2.5), (True, True, False), 3),
        (composable(2.5, 2.5), (True, False, False), 2),
        (composable(1.0, 0.0), (True, True, False), 1),
        (conditional(3.0, 2.0), (True, True, False), 3),
        (conditional(2.0, 2.0), (True, True, False), 2),
        (conditional(3.0, 2.0), (False, True, False), 2),
        (conditional(3.0, 2.0), (False, False, False), 1),
    ],
)
def test_only_branches_that_count_are_computed(weights, given, branches):
    video, text, negative = (value if here else None for value, here in zip((VIDEO, TEXT, NEGATIVE), given, strict=True))
    guidance = plan(weights, B, video, text, negative)
    calls = []

    def counting(latents, time, conditions):
        calls.append(len(latents))
        return predict(latents, time, conditions)

    guided(counting, LATENTS, 0.3, guidance.conditions, guidance.weights)
    assert calls == [branches * B] and guidance.branches == branches


def test_late_weights_hold_below_their_time_only():
    early, late = conditional(5.0, 2.0), conditional(1.0, 2.0)
    guidance = plan(early, B, VIDEO, TEXT, late=late, late_below=0.8)
    for time, chosen in ((1.0, early), (0.8, early), (0.79, late), (0.0, late)):
        alone = plan(chosen, B, VIDEO, TEXT)
        expected = guided(predict, LATENTS, time, alone.conditions, alone.weights)
        torch.testing.assert_close(guided(predict, LATENTS, time, guidance.conditions, guidance.at(time)), expected)
    with pytest.raises(ValueError, match="sum to"):
        plan(early, B, VIDEO, TEXT, late={Branch.BOTH: 2.0}, late_below=0.8)


def test_missing_halves_merge_with_their_nulls():
    assert active(conditional(3.0, 2.0), True, False, False) == {Branch.VIDEO: 2.0, Branch.NONE: -1.0}
    assert active(double(4.5), False, False, False) == {Branch.NONE: 1.0}


def test_combine_sums_in_float32():
    predictions = torch.full((2, Z, L), 1.0, dtype=torch.bfloat16)
    assert combine(predictions, (4.5, -3.4999)).dtype == torch.float32
    assert combine(predictions, (4.5, -3.4999))[0, 0, 0].item() == pytest.approx(1.0001, abs=1e-6)


def test_no_classifier_scale_no_term_and_velocity_matches_noise():
    gradient = torch.randn(B, Z, L)
    assert not classifier_noise_term(gradient, 0.0, 0.7).any()
    t, gamma = 0.4, 50.0
    velocity, noise = torch.randn(B, Z, L), None
    noise = LATENTS + (1 - t) * velocity
    moved = (noise + classifier_noise_term(gradient, gamma, t) - LATENTS) / (1 - t)
    torch.testing.assert_close(velocity + classifier_velocity_term(gradient, gamma, t), moved, atol=1e-4, rtol=1e-4)
    assert classifier_velocity_term(gradient, gamma, 1.0).isfinite().all()


def test_gradient_of_a_gaussian_is_its_score_and_may_be_taken_as_a_direction():
    def gaussian(points, time, velocity):
        return -0.5 * (points - time * velocity).square().sum((1, 2))

    nothing, velocity = torch.zeros_like(LATENTS), torch.randn_like(LATENTS)
    torch.testing.assert_close(log_likelihood_gradient(gaussian, LATENTS, 0.5, nothing), -LATENTS)
    torch.testing.assert_close(log_likelihood_gradient(gaussian, LATENTS, 0.5, velocity), 0.5 * velocity - LATENTS)
    direction = log_likelihood_gradient(gaussian, LATENTS, 0.5, nothing, unit=True)
    assert direction.flatten(1).norm(dim=1).tolist() == pytest.approx([1.0] * len(LATENTS), rel=1e-4)
    torch.testing.assert_close(direction[0], -LATENTS[0] / LATENTS[0].norm())
    assert not log_likelihood_gradient(gaussian, nothing, 0.5, nothing, unit=True).any(), "no gradient, no direction"


def test_wrong_batches_and_weights_are_refused():
    with pytest.raises(ValueError, match="text features of 3"):
        plan(double(2.0), B, VIDEO, torch.zeros(3, 3))
    with pytest.raises(ValueError, match="sum to"):
        plan({Branch.BOTH: 2.0}, B, VIDEO, TEXT)
