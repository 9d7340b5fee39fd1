"""The pipeline at tiny sizes with random weights: shapes, lengths, seeds, steering, streaming,
saving; and the bundled preset."""

import json
import shutil

import numpy as np
import pytest
import torch

from ldm.guides import onset
from ta_v2a import FoleyPipeline
from ta_v2a.engine.tapes import decoded
from ta_v2a.errors import UserError
from ta_v2a.pipelines.foley import FoleyOutput
from vocoders.bandwidth_extension import BandwidthExtension
from vocoders.istft_net import IstftNet

COLUMN = 1024  # samples


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def sound(pipeline, video, prompt=None, seed=0, **options):
    return pipeline(video, prompt, generator=seeded(seed), **options).audios


def test_output_is_what_diffusers_promises(pipeline, pictures):
    out = pipeline(video=pictures, prompt="a knock", generator=seeded())
    assert isinstance(out, FoleyOutput) and out.sampling_rate == 16_000
    assert out.audios.shape == (1, 1, len(pictures) // 2 * COLUMN) and out.audios.dtype == np.float32
    assert np.isfinite(out.audios).all() and 0 < np.abs(out.audios).max() <= 1
    assert out[0] is out.audios


def test_sound_is_as_long_as_the_picture_from_a_file(pipeline, silent_clip):
    assert sound(pipeline, str(silent_clip)).shape == (1, 1, round(2.56 * 16_000))


@pytest.mark.parametrize("count", [1, 3, 63, 260])
def test_any_length_of_pictures(pipeline, count):
    frames = np.random.default_rng(count).integers(0, 255, (count, 80, 80), dtype=np.uint8)
    assert sound(pipeline, frames).shape[-1] == count * COLUMN // 2


def test_same_seed_same_samples_another_seed_others(pipeline, pictures):
    np.testing.assert_array_equal(
        sound(pipeline, pictures, "a bell", 3), sound(pipeline, pictures, "a bell", 3)
    )
    assert (
        np.abs(sound(pipeline, pictures, "a bell", 3) - sound(pipeline, pictures, "a bell", 4)).max() > 1e-3
    )


def test_the_texts_weight_ends_where_the_preset_says(pipeline, pictures):
    heavy, plain = (sound(pipeline, pictures, "a bell", text_scale=scale) for scale in (6.0, 1.0))
    try:
        pipeline.register_to_config(text_scale_until=1.1)
        np.testing.assert_array_equal(sound(pipeline, pictures, "a bell", text_scale=6.0), plain)
        pipeline.register_to_config(text_scale_until=0.7)
        between = sound(pipeline, pictures, "a bell", text_scale=6.0)
        ignored = sound(pipeline, pictures, "a bell", text_scale=0.0)
    finally:
        pipeline.register_to_config(text_scale_until=0.0)
    assert min(np.abs(between - other).max() for other in (heavy, plain)) > 1e-5
    np.testing.assert_allclose(
        ignored, sound(pipeline, pictures, "a bell", text_scale=0.0), atol=1e-5
    )  # a weight below 1 holds throughout


def test_prompt_picture_and_negative_prompt_all_matter(pipeline, pictures):
    plain = sound(pipeline, pictures, "a bell")
    for other in (
        sound(pipeline, pictures, "rain on a roof"),
        sound(pipeline, pictures[::-1].copy(), "a bell"),
        sound(pipeline, pictures, "a bell", negative_prompt="music"),
        sound(pipeline, pictures, "a bell", video_scale=0.0),
        sound(pipeline, pictures, "a bell", text_scale=5.0),
    ):
        assert np.abs(plain - other).max() > 1e-5


def test_the_onset_guide_moves_a_sound_that_has_onsets_and_no_other(pipeline, pictures, monkeypatch):
    plain = sound(pipeline, pictures, "a bell")
    monkeypatch.setattr(onset, "SURE", 0.0)  # untrained towers expect nothing
    monkeypatch.setattr(onset, "HEARD", 1.0)
    np.testing.assert_array_equal(sound(pipeline, pictures, "a bell", align_scale=20.0), plain)
    monkeypatch.setattr(onset, "HEARD", -1.0)
    assert np.abs(sound(pipeline, pictures, "a bell", align_scale=20.0) - plain).max() > 1e-3


def test_zero_weights_cost_nothing_and_change_nothing(pipeline, pictures):
    without = sound(pipeline, pictures, None)
    np.testing.assert_allclose(sound(pipeline, pictures, "a bell", text_scale=0.0), without, atol=1e-5)
    np.testing.assert_array_equal(
        sound(pipeline, pictures, None, negative_prompt="music", negative_scale=0.0), without
    )


@pytest.mark.parametrize("prompt", ["", " ", "🔔🐕", "玻璃破碎的声音", "x" * 10_000, "a\x00b", "\ud83d"])
def test_any_prompt_is_a_prompt(pipeline, pictures, prompt):
    assert np.isfinite(sound(pipeline, pictures[:32], prompt, num_inference_steps=1)).all()


def test_an_empty_prompt_is_no_prompt(pipeline, pictures):
    np.testing.assert_array_equal(sound(pipeline, pictures, ""), sound(pipeline, pictures, None))


def test_prompts_and_takes_make_a_batch(pipeline, pictures):
    many = sound(pipeline, pictures, ["a bell", None], takes=2)
    assert many.shape[:2] == (4, 1)
    assert np.abs(many[0] - many[1]).max() > 1e-3, "takes share noise"
    generators = [seeded(5), seeded(6)]
    pair = pipeline(pictures, ["a bell", None], generator=generators).audios
    np.testing.assert_allclose(pair[0], sound(pipeline, pictures, "a bell", 5)[0], atol=2e-2)
    np.testing.assert_allclose(pair[1], sound(pipeline, pictures, None, 6)[0], atol=2e-2)


def test_negative_prompts_hold_for_all_or_for_one_each(pipeline, pictures):
    """A sound of a batch is, but for rounding, that of a call of its own."""

    def alone(prompt, negative, seed):
        return sound(pipeline, pictures, prompt, seed, negative_prompt=negative)[0]

    generators = [seeded(5), seeded(6), seeded(7)]
    prompts, negatives = ["a bell", "rain", None], ["music", None, " "]
    each = pipeline(pictures, prompts, negatives, generator=generators).audios
    for index, pair in enumerate(zip(prompts, negatives, strict=True)):
        np.testing.assert_allclose(each[index], alone(*pair, 5 + index), atol=2e-2)
    assert np.abs(each[0] - alone("a bell", None, 5)).max() > 4e-2
    pair = pipeline(pictures, ["a bell", "rain"], "music", generator=[seeded(5), seeded(6)]).audios
    np.testing.assert_allclose(pair[1], alone("rain", "music", 6), atol=2e-2)
    same = sound(pipeline, pictures, "a bell", negative_prompt=["music"])
    np.testing.assert_array_equal(same, sound(pipeline, pictures, "a bell", negative_prompt="music"))
    nothing = sound(pipeline, pictures, negative_prompt=[None])
    np.testing.assert_array_equal(nothing, sound(pipeline, pictures))


def test_negative_prompts_go_with_takes_and_cues(pipeline, pictures):
    options = {"cues": ["0.5-1: rain"], "num_inference_steps": 1}
    generator = [seeded(n) for n in (1, 2, 1, 2)]
    many = pipeline(
        pictures, ["a bell", None], ["music", None], takes=2, generator=generator, **options
    ).audios
    for index, (prompt, negative) in enumerate([("a bell", "music")] * 2 + [(None, None)] * 2):
        one = sound(pipeline, pictures, prompt, negative_prompt=negative, seed=1 + index % 2, **options)[0]
        np.testing.assert_allclose(many[index], one, atol=2e-2)


@pytest.mark.parametrize("kind", ["euler", "lcm"])
def test_noise_of_a_schedulers_steps_follows_each_sounds_own_generator(pipeline, pictures, kind):
    from diffusers import FlowMatchEulerDiscreteScheduler, FlowMatchLCMScheduler

    euler = FlowMatchEulerDiscreteScheduler(stochastic_sampling=True)
    stochastic = euler if kind == "euler" else FlowMatchLCMScheduler()
    kept = pipeline.scheduler
    try:
        pipeline.scheduler = stochastic
        pair = pipeline(pictures, ["a bell", "rain"], generator=[seeded(5), seeded(6)]).audios
        again = pipeline(pictures, ["a bell", "rain"], generator=[seeded(5), seeded(6)]).audios
        swapped = pipeline(pictures, ["rain", "a bell"], generator=[seeded(6), seeded(5)]).audios
        alone = [sound(pipeline, pictures, text, seed)[0] for text, seed in (("a bell", 5), ("rain", 6))]
    finally:
        pipeline.scheduler = kept
    np.testing.assert_array_equal(pair, again)
    np.testing.assert_allclose(pair, np.stack(alone), atol=2e-2)
    np.testing.assert_allclose(pair, swapped[::-1], atol=2e-2)
    without = pipeline(pictures, ["a bell", "rain"], generator=[seeded(5), seeded(6)]).audios
    assert np.abs(pair - without).max() > 4e-2, "no noise"


def test_double_guidance_weighs_text_and_picture_together(pipeline, pictures):
    """Eq. 11, by the preset's `guidance`; at weight 1 every guidance is the plain conditional model."""
    double = FoleyPipeline(**pipeline.components, num_inference_steps=2, guidance="double", text_scale=1.0)
    plain = sound(pipeline, pictures, "a bell", text_scale=1.0, video_scale=1.0)
    np.testing.assert_allclose(sound(double, pictures, "a bell"), plain, atol=1e-5)
    strong = sound(double, pictures, "a bell", text_scale=3.0)
    # e(none) + 3 (e(v) - e(none)) + 3 (e(v, l) - e(v)) is e(none) + 3 (e(v, l) - e(none)), too
    conditional = sound(pipeline, pictures, "a bell", text_scale=3.0, video_scale=3.0)
    np.testing.assert_allclose(strong, conditional, atol=1e-4)
    assert np.abs(strong - plain).max() > 1e-3
    for given in ({"video_scale": 1.0}, {"negative_scale": 0.5}, {"negative_prompt": "music"}):
        with pytest.raises(UserError, match=r"eq\. 11"):
            double(pictures, "a bell", **given)


def test_a_presets_file_names_its_guidance(pipeline_folder, pictures, tmp_path):
    shutil.copytree(pipeline_folder, tmp_path / "preset")
    index = tmp_path / "preset" / "model_index.json"
    settings = json.loads(index.read_text())
    index.write_text(json.dumps({**settings, "guidance": "double"}))
    loaded = FoleyPipeline.from_pretrained(tmp_path / "preset")
    assert np.isfinite(sound(loaded, pictures, "a bell")).all()
    with pytest.raises(UserError, match="negative_prompt"):
        sound(loaded, pictures, "a bell", negative_prompt="music")
    index.write_text(json.dumps({**settings, "guidance": "triple"}))
    with pytest.raises(UserError, match="conditional, composable, double, not 'triple'"):
        FoleyPipeline.from_pretrained(tmp_path / "preset")


def test_generate_takes_a_batch_of_pictures(pipeline, pictures):
    both = np.stack([pictures, pictures[::-1]])
    waves = pipeline.generate(both, ["a bell", "rain"], generator=seeded())
    assert waves.shape == (2, 32 * COLUMN) and waves.dtype == np.float32
    with pytest.raises(UserError, match="a prompt each"):
        pipeline.generate(both, ["a bell"])


def test_colour_and_rate_of_arrays(pipeline, pictures):
    colour = np.repeat(pictures[..., None], 3, axis=-1)
    np.testing.assert_array_equal(sound(pipeline, colour), sound(pipeline, pictures))
    assert sound(pipeline, pictures, fps=25.0).shape[-1] == round(64 / 25 * 16_000)


def words(pipeline, cues, prompt=None, columns=32):
    from ta_v2a.engine.calls import encoded_words
    from ta_v2a.engine.cues import read_cues

    read = read_cues(cues, columns * 0.064)
    parts = pipeline.engine.parts
    return encoded_words(parts, [prompt], [None], read, columns, 0.064, leaves_out=False)["text"]


def test_the_lag_moves_the_picture_and_the_preset_has_one_of_its_own(pipeline, pictures):
    later = np.concatenate([pictures[:1], pictures[:1], pictures[:-2]])
    expected = sound(pipeline, later, "a bell")
    np.testing.assert_array_equal(
        sound(pipeline, pictures, "a bell", lag_s=0.064), expected
    )  # two pictures of 32 ms
    pipeline.register_to_config(lag_s=0.064)
    try:
        np.testing.assert_array_equal(sound(pipeline, pictures, "a bell"), expected)
        exact = pipeline.generate(
            pictures[None], ["a bell"], generator=seeded()
        )  # rendered pictures know no lag
        np.testing.assert_array_equal(exact, sound(pipeline, pictures, "a bell", lag_s=0.0)[:, 0])
    finally:
        pipeline.register_to_config(lag_s=0.0)


def test_cues_hold_in_their_columns_only(pipeline):
    found = words(pipeline, ["0.64-1.28: glass breaking", "1.3-1.31: a bell"])
    assert found.values.shape == (1, 32, pipeline.cvalp.text_width)
    assert found.present[0].nonzero().ravel().tolist() == [*range(10, 21)]
    np.testing.assert_array_equal(found.values[0, 10], found.values[0, 19])
    assert (found.values[0, 20] - found.values[0, 19]).abs().max() > 1e-4
    assert words(pipeline, ["0.64-1.28: glass breaking"], "rain").present.all()


def test_cues_change_the_sound_and_one_cue_over_all_is_the_prompt(pipeline, pictures):
    np.testing.assert_allclose(
        sound(pipeline, pictures, cues=["0-: a bell"]), sound(pipeline, pictures, "a bell"), atol=2e-2
    )
    assert (
        np.abs(
            sound(pipeline, pictures, "rain", cues=["1-1.5: a bell"]) - sound(pipeline, pictures, "rain")
        ).max()
        > 1e-3
    )


def test_streamed_blocks_are_the_whole_sound(pipeline):
    frames = np.random.default_rng(0).integers(0, 255, (500, 80, 80), dtype=np.uint8)  # 16 s: three windows
    blocks = list(pipeline.stream(frames, "wind", generator=seeded(), num_inference_steps=1))
    assert len(blocks) > 1 and max(block.shape[-1] for block in blocks) <= 160 * COLUMN
    whole = sound(pipeline, frames, "wind", num_inference_steps=1)
    np.testing.assert_array_equal(np.concatenate(blocks, axis=-1), whole[:, 0])
    steps = np.abs(np.diff(whole.ravel()))
    seams = np.cumsum([block.shape[-1] for block in blocks])[:-1]
    assert max(steps[seam - 2 : seam + 2].max() for seam in seams) <= np.quantile(steps, 0.9999), (
        "a click at a seam"
    )


def test_callback_sees_every_step_and_may_change_the_latents(pipeline, pictures):
    seen = []

    def silence(pipe, step, timestep, values):
        seen.append((step, float(timestep), values["latents"].shape))
        return {"latents": torch.zeros_like(values["latents"])}

    changed = sound(pipeline, pictures, callback_on_step_end=silence)
    assert [step for step, _, _ in seen] == [0, 1] and pipeline.num_timesteps == 2
    assert [time for _, time, _ in seen] == sorted((time for _, time, _ in seen), reverse=True)
    np.testing.assert_array_equal(changed, sound(pipeline, pictures, seed=9, callback_on_step_end=silence))


def test_scheduler_can_be_swapped(pipeline, pictures):
    from diffusers import FlowMatchHeunDiscreteScheduler

    kept = pipeline.scheduler
    try:
        pipeline.scheduler = FlowMatchHeunDiscreteScheduler.from_config(kept.config)
        heun = sound(pipeline, pictures, "a bell")
    finally:
        pipeline.scheduler = kept
    assert np.isfinite(heun).all() and np.abs(heun - sound(pipeline, pictures, "a bell")).max() > 1e-5


def test_saved_and_loaded_it_sounds_the_same(pipeline, pipeline_folder, pictures):
    loaded = FoleyPipeline.from_pretrained(pipeline_folder)
    np.testing.assert_allclose(
        sound(loaded, pictures, "a bell"), sound(pipeline, pictures, "a bell"), atol=1e-4
    )
    assert loaded.config.num_inference_steps == 2 and loaded.bandwidth is None


def test_a_bandwidth_extension_may_be_part_of_it_and_another_vocoder(pipeline, pictures, tmp_path):
    vocoder, bandwidth = (
        IstftNet(width=8, hidden=8, blocks=1, prior_iterations=1).eval(),
        BandwidthExtension(8, 8, 1).eval(),
    )
    wide = FoleyPipeline(
        **{**pipeline.components, "vocoder": vocoder, "bandwidth": bandwidth}, num_inference_steps=1
    )
    wide.save_pretrained(tmp_path)
    loaded = FoleyPipeline.from_pretrained(tmp_path)
    assert type(loaded.vocoder) is IstftNet and torch.equal(
        loaded.bandwidth.head.weight, bandwidth.head.weight
    )
    np.testing.assert_allclose(sound(loaded, pictures, "a bell"), sound(wide, pictures, "a bell"), atol=1e-4)


def test_long_sound_is_that_of_its_whole_mel(pipeline):
    """However the windows' columns come, the vocoder has no seams: (1, 4, 300) latents
    in three pieces and at once."""
    latents = torch.randn(1, 4, 300, generator=seeded(1))
    mels = decoded(
        latents.split([96, 96, 108], dim=-1), pipeline.engine._mel, 4, pipeline.autoencoder.margin_columns
    )
    pieces = torch.cat(list(pipeline.vocoder.stream(mels, chunk_frames=512)), dim=-1)
    whole = pipeline.vocoder(pipeline.engine._mel(latents))
    assert pieces.shape == whole.shape and (pieces - whole).abs().max() < 5e-3 * whole.abs().max()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"video": "no such file.mp4"}, "no such file"),
        ({"video": np.zeros((4, 80, 80), np.int32)}, "uint8"),
        ({"video": np.zeros((0, 80, 80), np.uint8)}, "uint8"),
        ({"takes": 0}, "takes is a whole number from 1 to 1000, not 0"),
        ({"prompt": []}, "prompt is an empty list"),
        ({"prompt": ["a", "b"], "negative_prompt": ["a", "b", "c"]}, "negative_prompt: 3 of them do not fit"),
        ({"prompt": ["a", "b"], "generator": [seeded()]}, "1 generators for 2"),
        ({"num_inference_steps": 0}, "steps"),
        ({"text_scale": float("nan")}, "text_scale"),
        ({"cues": ["9-10: x"]}, "lasts"),
        ({"fps": 0.0}, "fps"),
        ({"lag_s": -0.1}, "lag"),
        ({"lag_s": float("nan")}, "lag"),
    ],
)
def test_mistakes_are_one_line(pipeline, pictures, arguments, message):
    with pytest.raises(UserError, match=message) as caught:
        pipeline(**{"video": pictures, **arguments})
    assert "\n" not in str(caught.value)


def test_bundled_preset_sounds_a_stage_scene():
    from ta_v2a.stage.picture.render import render_pictures
    from ta_v2a.stage.scene.scene import SPLITS, plan
    from vocoders.clock import MINI

    pipe = FoleyPipeline.from_pretrained("mini")
    scene = plan(SPLITS["test"][0])
    frames = render_pictures(scene, MINI.picture_times_s, MINI.picture_px, MINI.picture_px)
    audio = pipe(video=frames, prompt=scene.caption, generator=seeded()).audios
    assert audio.shape == (1, 1, MINI.samples) and np.isfinite(audio).all() and np.abs(audio).max() > 0.01
