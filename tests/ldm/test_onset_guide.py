"""The guide that pulls onsets to what is seen: its curve, its score, and that following it puts
onsets where they are expected."""

import pytest
import torch

from ldm.guides.onset import HEARD, OnsetGuide, agreement, expected_onsets, rises
from ldm.latents import Latents
from ldm.process import Flow


def clicks(frames: int, *places: int, level: float = 0.6) -> torch.Tensor:
    """(1, 128, frames) log-mel: silence, and sounds that start at `places` and die away."""
    mel = torch.zeros(1, 128, frames)
    for place in places:
        mel[..., place:] = torch.maximum(mel[..., place:], level - 0.05 * torch.arange(frames - place))
    return mel.clamp_min(0)


def test_a_sound_rises_where_it_starts_and_not_where_it_dies_away() -> None:
    curve = rises(clicks(64, 10, 40))[0]
    assert {10, 40} == {int(i) for i in curve.topk(2).indices}
    assert curve[14:38].max() < 0.01 * curve.max()


def test_loudness_does_not_matter_but_what_is_far_below_the_loudest_is_silence() -> None:
    assert torch.allclose(rises(clicks(64, 10, 40) + 0.2), rises(clicks(64, 10, 40)), atol=1e-6)
    quiet = clicks(64, 10)
    quiet[..., 40:] = 0.04
    curve = rises(quiet)[0]
    assert curve[30:].max() < 0.01 * curve.max()  # 56 dB below


def test_a_gliding_tone_is_no_onset() -> None:
    mel = torch.zeros(1, 128, 64)
    mel[0, torch.arange(64) + 20, torch.arange(64)] = 0.8
    assert float(rises(mel)[0, 4:].max()) == pytest.approx(1e-3)  # the floor under the root


def test_agreement_is_a_correlation_and_nothing_with_a_flat_curve() -> None:
    curve = torch.rand(2, 32)
    assert agreement(curve, 3 * curve + 1).tolist() == pytest.approx([1.0, 1.0], abs=1e-5)
    assert agreement(curve, -curve).tolist() == pytest.approx([-1.0, -1.0], abs=1e-5)
    assert agreement(curve, torch.ones(2, 32)).tolist() == [0.0, 0.0]


def test_onsets_are_expected_at_peaks_and_all_alike() -> None:
    probability = torch.zeros(1, 64)
    probability[0, [8, 9, 10]] = torch.tensor([0.6, 0.9, 0.7])  # one peak
    probability[0, 40], probability[0, 55] = 0.55, 0.45  # just likelier than not, and less
    expected = expected_onsets(probability)[0]
    assert expected[9] == expected[40] > 0 and expected[7:12].argmax() == 2
    assert not expected[50:].any() and not expected_onsets(torch.full((1, 64), 0.1)).any()


def shown(latents: torch.Tensor) -> torch.Tensor:
    """A decoder that shows the latents themselves as 128 bands."""
    return latents.repeat(1, 16, 1)


def moved(guide: OnsetGuide, clean: torch.Tensor, time: float = 0.5) -> torch.Tensor:
    """By how much the guide moves a clean estimate: with no noise left in the sample, a velocity of 0
    speaks of the sample itself."""
    still = Latents(audio=torch.zeros_like(clean))
    prediction = guide(still, Latents(audio=clean), time, Flow())
    return Flow().clean(clean, prediction.audio, time) - clean


def onsets(*places: int) -> torch.Tensor:
    """(1, 64): certain onsets in these frames."""
    probability = torch.zeros(1, 64)
    probability[0, list(places)] = 1.0
    return expected_onsets(probability)


def test_where_nothing_is_expected_the_guide_does_nothing() -> None:
    assert not moved(
        OnsetGuide(shown, expected_onsets(torch.full((1, 64), 0.2)), 1.0), torch.rand(1, 8, 64)
    ).any()


def test_a_sound_without_onsets_of_its_own_is_left_alone() -> None:
    expected = onsets(12, 45)
    guide = OnsetGuide(shown, expected, 1.0)
    steady = 0.8 + 0.01 * torch.randn(1, 8, 64, generator=torch.Generator().manual_seed(0))
    struck = clicks(64, 12, 44)[:, :8]
    assert agreement(rises(shown(steady)), expected) < HEARD < agreement(rises(shown(struck)), expected)
    assert not moved(guide, steady).any() and moved(guide, struck).any()


def test_following_it_puts_onsets_where_they_are_expected() -> None:
    latents = torch.maximum(clicks(64, 12, 28), clicks(64, 45, level=0.2))[
        :, :8
    ]  # one in place, one too many, one too faint
    guide = OnsetGuide(shown, onsets(12, 45), 0.1, ascents=20)
    after = latents + moved(guide, latents)
    assert float(guide.log_likelihood(after)) > float(guide.log_likelihood(latents)) + 0.1
    before, now = rises(shown(latents))[0], rises(shown(after))[0]
    assert now[45] > 1.1 * before[45] and now[28] < 0.6 * before[28]


def test_every_ascent_moves_the_clean_estimate_by_the_scale_between_two_times_only() -> None:
    latents = clicks(64, 12, 44)[:, :8]
    guide = OnsetGuide(shown, onsets(12, 45), 0.3, ascents=1, earliest=0.9, latest=0.3)
    for time in (0.3, 0.6, 0.9):
        assert float(moved(guide, latents, time).norm()) == pytest.approx(0.3, rel=1e-4)
    for time in (0.29, 0.91):
        assert not moved(guide, latents, time).any()
    with torch.inference_mode():
        assert moved(guide, clicks(64, 12, 44)[:, :8]).any(), (
            "gradients are taken where they are switched off, too"
        )
