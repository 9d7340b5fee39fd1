"""What is not to be heard when, and who is told."""

import pytest
import torch

from ldm.conditions import LEFT_OUT, NEGATIVE, TEXT, VIDEO
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.guidance import branch, plan_branches
from ta_v2a import FoleyPipeline
from ta_v2a.engine.cues import Cue
from ta_v2a.engine.timed_text import left_out_track

COLUMN_S, COLUMNS = 0.5, 8  # 4 s


def encode(texts: list[str]) -> torch.Tensor:
    """(texts, 16): another unit vector for every text."""
    drawn = [torch.randn(16, generator=torch.Generator().manual_seed(sum(map(ord, text)))) for text in texts]
    return torch.stack([each / each.norm() for each in drawn])


def said(track, row: int = 0) -> list[str | None]:
    """What a track says in every column, of the texts that the tests use."""
    texts = ["music", "rain", "a bell", "wind", "a bell, rain", "music, a bell", "wind, music"]
    known = encode(texts)
    found = []
    for column in range(track.values.shape[1]):
        there = track.present is None or bool(track.present[row, column])
        near = (known - track.values[row, column]).norm(dim=1)
        found.append(texts[int(near.argmin())] if there and near.min() < 1e-5 else None)
    return found


def left_out(negatives, cues, prompts=None):
    return left_out_track(negatives, prompts or [None] * len(negatives), cues, COLUMNS, COLUMN_S, encode)


def test_without_cues_what_is_left_out_is_the_negative_prompt():
    track = left_out(["music", None], [])
    assert track.values.shape == (2, 16) and track.present.tolist() == [True, False]
    torch.testing.assert_close(track.values[0], encode(["music"])[0])
    assert left_out(["music", "rain"], []).present is None
    assert left_out([None, ""], []) is None


def test_a_cue_is_left_out_outside_of_its_stretch():
    track = left_out([None], [Cue(1.0, 2.0, "a bell")])
    assert said(track) == ["a bell"] * 2 + [None] * 2 + ["a bell"] * 4
    assert not track.values[0, 2].any()
    everywhere = left_out([None], [Cue(0, float("inf"), "a bell")])
    assert everywhere is None  # nothing is ever left out


def test_a_cue_that_says_what_the_prompt_says_is_not_left_out():
    track = left_out([None, None], [Cue(1.0, 2.0, "a bell")], ["A bell.", "wind"])
    assert said(track) == [None] * 8
    assert said(track, 1) == ["a bell"] * 2 + [None] * 2 + ["a bell"] * 4


def test_negatives_of_the_prompt_and_of_a_cue_join_what_other_cues_say():
    cues = [Cue(0.0, 1.0, "a bell"), Cue(1.0, 2.0, "rain")]
    assert said(left_out([None], cues)) == ["rain"] * 2 + ["a bell"] * 2 + ["a bell, rain"] * 4
    with_negative = left_out(["music", None], [Cue(0.0, 1.0, "a bell")])
    assert said(with_negative) == ["music"] * 2 + ["music, a bell"] * 6
    assert said(with_negative, 1) == [None] * 2 + ["a bell"] * 6
    own = left_out([None], [Cue(0.0, 1.0, "a bell", negative="wind")])
    assert said(own) == ["wind"] * 2 + ["a bell"] * 6


def test_what_sounds_at_a_moment_is_not_left_out_then():
    """Two cues with the same words: each is silent where the other sounds, but the words are not."""
    twice = [Cue(0.0, 1.0, "a bell"), Cue(2.0, 3.0, "a bell")]
    assert said(left_out([None], twice)) == [None] * 2 + ["a bell"] * 2 + [None] * 2 + ["a bell"] * 2


@pytest.fixture(scope="module")
def taught(pipeline) -> FoleyPipeline:
    """The tiny pipeline with a denoiser that hears what to leave out."""
    denoiser = AudioTransformer.from_config(pipeline.denoiser.config, leaves_out=True)
    own = denoiser.state_dict()
    denoiser.load_state_dict({**own, **pipeline.denoiser.state_dict()})
    torch.manual_seed(3)
    torch.nn.init.normal_(denoiser.mixer.project_left_out.weight)
    made = FoleyPipeline(**{**pipeline.components, "denoiser": denoiser.eval()}, num_inference_steps=2)
    made.autocast_dtype = None
    return made


def test_the_denoiser_itself_is_told_if_it_was_taught_and_the_guidance_is_conditional(taught, pipeline):
    for made, names in ((taught, {TEXT, LEFT_OUT}), (pipeline, {TEXT, NEGATIVE})):
        engine = made.engine
        given = (torch.zeros(64, 80, 80), "rain", "music", None, None, None, 1, None, None, None)
        scales = {"guidance": "conditional"}
        call = engine._call(*given, scales)
        assert {name for name, track in call.words.items() if track is not None} == names
        scales = {"guidance": "composable"}
        call = engine._call(*given, scales)
        assert {name for name, track in call.words.items() if track is not None} == {TEXT, NEGATIVE}


def test_a_negative_moves_the_sound_as_far_as_it_weighs(taught, pictures):
    def sound(**options):
        return taught(pictures, "rain", generator=torch.Generator().manual_seed(0), **options).audios

    plain = sound()
    assert abs(sound(negative_prompt="music", negative_scale=0.0) - plain).max() < 1e-5
    assert abs(sound(negative_prompt="music", negative_scale=2.0) - plain).max() > 1e-4


@pytest.mark.parametrize(("text_scale", "weight"), [(9.0, 18.0), (0.5, 2.0)])
def test_what_is_left_out_weighs_as_much_as_the_text_at_all_times(
    taught, pictures, monkeypatch, text_scale, weight
):
    planned = []

    def watched(weights, batch, conditions, late=None, late_below=0.0):
        planned.append((weights, late))
        return plan_branches(weights, batch, conditions, late, late_below)

    monkeypatch.setattr("ta_v2a.engine.foley.plan_branches", watched)
    made = FoleyPipeline(**taught.components, num_inference_steps=2, text_scale_until=0.5)
    made.autocast_dtype = None
    made(pictures, "rain", negative_prompt="music", text_scale=text_scale, negative_scale=2.0)
    for weights in planned[0]:
        assert weights[branch(VIDEO, TEXT, LEFT_OUT)] == weight
