"""Mixing, nulls and alignment in time."""

import pytest
import torch

from ldm.conditions import Conditions, Track, align, join
from ldm.mixing import Mixer, sinusoids


@pytest.fixture(params=["concat", "average"])
def mixer(request) -> Mixer:
    torch.manual_seed(0)
    return Mixer(6, 5, 8, mixing=request.param)


def test_align_is_nearest_in_time():
    tokens = torch.arange(4.0).reshape(1, 4, 1)
    assert align(tokens, 8).flatten().tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert align(tokens, 2).flatten().tolist() == [1, 3]
    assert align(tokens, 4) is tokens
    assert align(tokens, 3).flatten().tolist() == [0, 2, 3]  # centres 1/6, 1/2, 5/6 of four intervals


def test_a_missing_half_is_its_null_given_before_mixing(mixer):
    """Giving the null (undoing the standardisation) equals leaving the half out,
    and equals marking it absent."""
    video, text = torch.randn(2, 7, 6), torch.randn(2, 5)
    null_text = mixer.null_text * mixer.text_std + mixer.text_mean
    null_video = mixer.null_video * mixer.video_std + mixer.video_mean
    left_out = mixer(Conditions.of(video=video), 2, 7)
    torch.testing.assert_close(left_out, mixer(Conditions.of(video=video, text=null_text.expand(2, 5)), 2, 7))
    torch.testing.assert_close(
        left_out, mixer(Conditions.of(video=video, text=Track(text, torch.zeros(2, dtype=torch.bool))), 2, 7)
    )
    left_out = mixer(Conditions.of(text=text), 2, 7)
    torch.testing.assert_close(
        left_out, mixer(Conditions.of(video=null_video.expand(2, 7, 6), text=text), 2, 7)
    )
    torch.testing.assert_close(
        left_out, mixer(Conditions.of(video=Track(video, torch.zeros(2, dtype=torch.bool)), text=text), 2, 7)
    )


def test_average_is_equation_6():
    mixer = Mixer(6, 5, 8, mixing="average", video_weight=3.0)
    video, text = torch.randn(1, 3, 6), torch.randn(1, 5)
    e_v = mixer.project_video(video / mixer.video_std)
    e_l = mixer.project_text(text / mixer.text_std)[:, None]
    torch.testing.assert_close(
        mixer(Conditions.of(video=video, text=text), 1, 3), mixer.mlp((e_l + 3 * e_v) / 4)
    )


def test_concat_is_equation_7_with_positions():
    mixer = Mixer(6, 5, 8, positions="sinusoidal")
    video, text = 0.1 * torch.randn(1, 3, 6), 0.1 * torch.randn(1, 5)
    e_v = mixer.project_video(video / mixer.video_std)
    e_l = mixer.project_text(text / mixer.text_std)[:, None].expand(-1, 3, -1)
    expected = mixer.mlp(torch.cat([e_v, e_l], -1) + sinusoids(torch.arange(3), 8))
    torch.testing.assert_close(mixer(Conditions.of(video=video, text=text), 1, 3), expected)


def test_text_over_time_reaches_its_moment_only(mixer):
    video, text = torch.randn(1, 8, 6), torch.randn(1, 4, 5)
    changed = text.clone()
    changed[:, 1] += 1
    difference = (
        (
            mixer(Conditions.of(video=video, text=text), 1, 8)
            - mixer(Conditions.of(video=video, text=changed), 1, 8)
        )
        .abs()
        .sum(-1)[0]
    )
    assert (difference > 0).tolist() == [False, False, True, True, False, False, False, False]


def test_constant_text_over_time_equals_text(mixer):
    video, text = torch.randn(2, 8, 6), torch.randn(2, 5)
    timed = mixer(Conditions.of(video=video, text=text[:, None].expand(-1, 4, -1)), 2, 8)
    torch.testing.assert_close(timed, mixer(Conditions.of(video=video, text=text), 2, 8))


def test_moments_without_a_cue_get_the_null(mixer):
    video, text = torch.randn(1, 4, 6), torch.randn(1, 5)
    present = torch.tensor([[True, False, False, True]])
    mixed = mixer(Conditions.of(video=video, text=Track(text, present)), 1, 4)
    torch.testing.assert_close(
        mixed[:, [0, 3]], mixer(Conditions.of(video=video, text=text), 1, 4)[:, [0, 3]]
    )
    torch.testing.assert_close(mixed[:, [1, 2]], mixer(Conditions.of(video=video), 1, 4)[:, [1, 2]])


def test_joined_branches_mix_as_they_do_alone(mixer):
    video, text, timed = torch.randn(2, 8, 6), torch.randn(2, 5), torch.randn(2, 4, 5)
    cue = torch.tensor([[True, False, True, True], [False, True, True, False]])
    parts = [
        Conditions.of(video=video, text=text),
        Conditions.of(video=video),
        Conditions.of(text=Track(timed, cue)),
        Conditions.of(),
    ]
    mixed = mixer(join(parts, 2), 8, 8).chunk(4)
    for part, got in zip(parts, mixed, strict=True):
        torch.testing.assert_close(got, align(mixer(part, 2, 8), 8))


def leaving_out_mixer(mixing: str, fresh: bool = False) -> Mixer:
    torch.manual_seed(0)
    made = Mixer(6, 5, 8, mixing=mixing, leaves_out=True)
    if not fresh:
        torch.nn.init.normal_(made.project_left_out.weight)
    return made


@pytest.mark.parametrize("mixing", ["concat", "average"])
def test_what_is_left_out_is_added_to_the_text_where_it_is_named(mixing):
    video, text, gone = torch.randn(2, 8, 6), torch.randn(2, 5), torch.randn(2, 8, 5)
    told = Conditions.of(video=video, text=text, left_out=gone)
    plain = Conditions.of(video=video, text=text)
    fresh, trained = leaving_out_mixer(mixing, fresh=True), leaving_out_mixer(mixing)
    assert torch.equal(fresh(told, 2, 8), fresh(plain, 2, 8))
    assert ((trained(told, 2, 8) - trained(plain, 2, 8)).abs().sum(-1) > 0).all()
    nowhere = Track(gone, torch.zeros(2, 8, dtype=torch.bool))
    absent = Conditions.of(video=video, text=text, left_out=nowhere)
    torch.testing.assert_close(trained(absent, 2, 8), trained(plain, 2, 8))
    present = torch.tensor([[True, False, False, True] * 2, [False] * 8])
    timed = trained(Conditions.of(video=video, text=text, left_out=Track(gone, present)), 2, 8)
    torch.testing.assert_close(timed[present], trained(told, 2, 8)[present])
    torch.testing.assert_close(timed[~present], trained(plain, 2, 8)[~present])


def test_one_who_was_not_taught_to_leave_out_does_not_hear_it(mixer):
    video, text, gone = torch.randn(2, 8, 6), torch.randn(2, 5), torch.randn(2, 5)
    told = Conditions.of(video=video, text=text, left_out=gone)
    assert torch.equal(mixer(told, 2, 8), mixer(told.only({"video", "text"}), 2, 8))
    assert mixer.project_left_out is None
    assert Mixer(6, 5, 8, mixing="video", leaves_out=True).project_left_out is None  # it has no text


def test_statistics_standardise_and_spare_channels_that_hardly_vary(mixer):
    video = torch.randn(4, 50, 6) * torch.tensor([1.0, 2.0, 3.0, 1.0, 1.0, 1e-6]) + 1
    mixer.set_feature_statistics(video, torch.randn(4, 5))
    torch.testing.assert_close(mixer.video_std[:3], video.flatten(0, 1).std(0, unbiased=False)[:3])
    assert mixer.video_std[5] > 0.1
    held = mixer.text_std.clone()
    mixer.set_feature_statistics(torch.zeros(0, 50, 6), torch.zeros(0, 5))  # rows without picture or words
    assert torch.equal(mixer.text_std, held) and mixer.video_std.isfinite().all()


def test_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="a track is"):
        Conditions.of(video=torch.zeros(2, 3, 4, 6))
    with pytest.raises(ValueError, match="2 video, 3 text"):
        Conditions.of(video=torch.zeros(2, 4, 6), text=torch.zeros(3, 5))
    with pytest.raises(
        (ValueError, TypeError), match="mixing"
    ):  # a TypeError where annotations are checked at run time
        Mixer(6, 5, 8, mixing="sum")


def test_a_branch_is_given_what_it_names_and_a_negative_stands_in_for_the_text():
    video, text, negative = torch.randn(2, 4, 6), torch.randn(2, 5), torch.randn(2, 5)
    given = Conditions.of(video=video, text=text, negative=negative)
    assert set(given.only({"video"})) == {"video"} and not given.only(())
    alone = given.only({"video", "negative"})
    assert set(alone) == {"video", "text"} and alone["text"].values is negative
    both = given.only({"text", "negative"})
    assert both["text"].values is text and both["negative"].values is negative
