"""Identities of the guidance algebra (eq. 11 to 14)."""

import pytest
import torch

from ldm.conditions import Conditions
from ldm.guidance import (
    NONE,
    active,
    branch,
    combine,
    composable,
    conditional,
    double,
    guided,
    leaving_out,
    plan_branches,
)
from ldm.latents import Latents
from ldm.process import Epsilon, Flow, Velocity

B, Z, L = 2, 4, 6
VIDEO, TEXT, NEGATIVE = torch.randn(B, L, 3), torch.randn(B, 3), torch.randn(B, 3)
LATENTS = torch.randn(B, Z, L)


def felt(conditions: Conditions, name: str, batch: int) -> torch.Tensor:
    """(batch, tokens or 1): the sum of a track's channels, 0 where it is absent."""
    if name not in conditions:
        return torch.zeros(batch, 1)
    track = conditions[name]
    values = (track.values if track.values.ndim == 3 else track.values[:, None]).sum(-1)
    return values if track.present is None else values * track.present.float()[:, None]


def predict(latents: Latents, time, conditions: Conditions) -> Latents:
    """A non-linear stand-in that feels both halves together."""
    video, text, gone = (felt(conditions, name, latents.batch) for name in ("video", "text", "left_out"))
    felt_both = (video + text + video * text - gone * text)[:, None]
    return latents.map(lambda x: torch.tanh(x + felt_both) * (1 + time[:, None, None]))


def given(video=None, text=None, negative=None, left_out=None) -> Conditions:
    return Conditions.of(video=video, text=text, negative=negative, left_out=left_out)


def run(weights, video=VIDEO, text=TEXT, negative=None, time: float = 0.3, left_out=None) -> torch.Tensor:
    guidance = plan_branches(weights, B, given(video, text, negative, left_out))
    return guided(predict, Latents(audio=LATENTS), time, guidance.conditions, guidance.weights).audio


def alone(video=None, text=None, left_out=None) -> torch.Tensor:
    return predict(Latents(audio=LATENTS), torch.full((B,), 0.3), given(video, text, None, left_out)).audio


def test_double_guidance_of_scale_one_is_the_conditional_model():
    torch.testing.assert_close(run(double(1.0)), alone(VIDEO, TEXT))


def test_double_guidance_is_equation_11():
    torch.testing.assert_close(run(double(4.5)), 4.5 * alone(VIDEO, TEXT) - 3.5 * alone())


def test_composable_guidance_is_equation_14():
    none = alone()
    expected = (
        none
        + 2.5 * (alone(text=TEXT) - none)
        - 1.5 * (alone(text=NEGATIVE) - none)
        + 2 * (alone(VIDEO) - none)
    )
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


def test_leaving_out_adds_what_being_told_so_changes():
    plain = conditional(3.0, 2.0)
    found = run(leaving_out(3.0, 2.0, 1.5), left_out=NEGATIVE)
    told = alone(VIDEO, TEXT, NEGATIVE) - alone(VIDEO, TEXT)
    torch.testing.assert_close(found, run(plain) + 1.5 * told)
    assert not torch.allclose(found, run(plain))
    torch.testing.assert_close(run(leaving_out(3.0, 2.0, 1.5)), run(plain))  # nothing to leave out
    torch.testing.assert_close(
        run(leaving_out(1.0, 1.0, 1.0), left_out=NEGATIVE), alone(VIDEO, TEXT, NEGATIVE)
    )


def test_equal_scales_of_the_conditional_mode_are_double_guidance():
    torch.testing.assert_close(run(conditional(4.5, 4.5)), run(double(4.5)))


@pytest.mark.parametrize(
    "weights",
    [double(4.5), composable(2.5, 2.0, 1.5), conditional(3.0, 2.0, 0.5), leaving_out(3.0, 2.0, 0.5)],
)
@pytest.mark.parametrize("process", [Flow(), Epsilon(), Velocity()])
def test_weights_sum_to_one_so_predictions_of_every_process_are_guided_alike(weights, process):
    """Guiding what is predicted, whatever it is, guides the clean estimate by the same sum."""
    assert sum(weights.values()) == pytest.approx(1)
    guidance = plan_branches(weights, B, given(VIDEO, TEXT, NEGATIVE, NEGATIVE))
    latents, t = Latents(audio=LATENTS), 0.3
    wanted = guided(predict, latents, t, guidance.conditions, guidance.weights).audio  # of clean estimates

    def prediction(noisy, time, conditions):
        return noisy.map(lambda x, clean: process.prediction(x, clean, t), predict(noisy, time, conditions))

    found = guided(prediction, latents, t, guidance.conditions, guidance.weights).audio
    torch.testing.assert_close(process.clean(LATENTS, found, t), wanted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize(
    ("weights", "there", "branches"),
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
def test_only_branches_that_count_are_computed(weights, there, branches):
    tracks = (value if here else None for value, here in zip((VIDEO, TEXT, NEGATIVE), there, strict=True))
    guidance = plan_branches(weights, B, given(*tracks))
    calls = []

    def counting(latents, time, conditions):
        calls.append(latents.batch)
        return predict(latents, time, conditions)

    guided(counting, Latents(audio=LATENTS), 0.3, guidance.conditions, guidance.weights)
    assert calls == [branches * B] and guidance.branches == branches


def test_late_weights_hold_below_their_time_only():
    early, late = conditional(5.0, 2.0), conditional(1.0, 2.0)
    guidance = plan_branches(early, B, given(VIDEO, TEXT), late=late, late_below=0.8)
    for time, chosen in ((1.0, early), (0.8, early), (0.79, late), (0.0, late)):
        found = guided(predict, Latents(audio=LATENTS), time, guidance.conditions, guidance.at(time)).audio
        torch.testing.assert_close(found, run(chosen, time=time))
    with pytest.raises(ValueError, match="sum to"):
        plan_branches(early, B, given(VIDEO, TEXT), late={branch("video", "text"): 2.0}, late_below=0.8)


def test_missing_halves_merge_with_their_nulls():
    assert active(conditional(3.0, 2.0), given(VIDEO)) == {branch("video"): 2.0, NONE: -1.0}
    assert active(double(4.5), given()) == {NONE: 1.0}


def test_combine_sums_in_float32():
    predictions = torch.full((2, Z, L), 1.0, dtype=torch.bfloat16)
    assert combine(predictions, (4.5, -3.4999)).dtype == torch.float32
    assert combine(predictions, (4.5, -3.4999))[0, 0, 0].item() == pytest.approx(1.0001, abs=1e-6)


def test_wrong_batches_and_weights_are_refused():
    with pytest.raises(ValueError, match="2 video, 3 text"):
        plan_branches(double(2.0), B, given(VIDEO, torch.zeros(3, 3)))
    with pytest.raises(ValueError, match="conditions of 2 samples in a batch of 3"):
        plan_branches(double(2.0), 3, given(VIDEO))
    with pytest.raises(ValueError, match="sum to"):
        plan_branches({branch("video", "text"): 2.0}, B, given(VIDEO, TEXT))
