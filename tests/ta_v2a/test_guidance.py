"""Eq. 11 to 14 through the pipeline, for a flow and for predicted noise: the guidance that a call chooses,
and the alignment classifier."""

import copy
import json

import numpy as np
import pytest
import torch
from diffusers import DPMSolverMultistepScheduler, FlowMatchEulerDiscreteScheduler

from ldm.classifiers.alignment_columns import AlignmentColumns
from ldm.denoisers.audio_transformer import AudioTransformer
from ta_v2a import FoleyPipeline
from ta_v2a.__main__ import main
from ta_v2a.errors import UserError

SD = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SCHEDULERS = {"flow": FlowMatchEulerDiscreteScheduler(), "epsilon": DPMSolverMultistepScheduler(**SD)}


def classifier_of(pipeline: FoleyPipeline, process: str | None) -> AlignmentColumns:
    torch.manual_seed(2)
    network = AlignmentColumns.tiny(video_channels=pipeline.cvalp.video_width, process=process)
    torch.nn.init.normal_(network.head.weight, std=0.5)
    return network.eval()


@pytest.fixture(scope="module", params=["flow", "epsilon"])
def own(pipeline, request) -> FoleyPipeline:
    """The tiny pipeline on one process, with a classifier that learnt from it."""
    denoiser = AudioTransformer.from_config(pipeline.denoiser.config, process=request.param)
    denoiser.load_state_dict(pipeline.denoiser.state_dict())
    parts = {**pipeline.components, "denoiser": denoiser.eval(), "scheduler": SCHEDULERS[request.param]}
    made = FoleyPipeline(
        **{**parts, "classifier": classifier_of(pipeline, request.param)}, num_inference_steps=2
    )
    made.autocast_dtype = None
    return made


def latents(pipeline, pictures, prompt="a bell", **options) -> torch.Tensor:
    """After the last step."""
    held = {}

    def keep(pipe, step, timestep, values):
        held.update(values)
        return {}

    generator = torch.Generator().manual_seed(0)
    pipeline(pictures, prompt, generator=generator, callback_on_step_end=keep, **options)
    return held["latents"]


def close(found: torch.Tensor, expected: torch.Tensor) -> None:
    torch.testing.assert_close(found, expected, atol=2e-4, rtol=2e-4)


def far(first: torch.Tensor, second: torch.Tensor) -> None:
    assert (first - second).abs().max() > 1e-3


def test_eq_11_at_weight_1_is_the_conditional_model_and_has_one_weight(own, pictures):
    plain = latents(own, pictures, guidance="conditional", text_scale=1.0, video_scale=1.0)
    close(latents(own, pictures, guidance="double", text_scale=1.0), plain)
    strong = latents(own, pictures, guidance="double", text_scale=3.0)
    # e(none) + 3 (e(v) - e(none)) + 3 (e(v, l) - e(v)) is e(none) + 3 (e(v, l) - e(none)), too
    close(strong, latents(own, pictures, guidance="conditional", text_scale=3.0, video_scale=3.0))
    far(strong, plain)
    for given in ({"video_scale": 1.0}, {"negative_scale": 0.5}, {"negative_prompt": "music"}):
        with pytest.raises(UserError, match=r"eq\. 11"):
            latents(own, pictures, guidance="double", **given)


def test_eq_11_is_affine_in_its_weight(own, pictures):
    at = {
        w: latents(own, pictures, guidance="double", text_scale=w, num_inference_steps=1) for w in (0, 1, 3)
    }
    close(at[3], at[0] + 3 * (at[1] - at[0]))
    close(at[0], latents(own, pictures, None, video_scale=0.0, num_inference_steps=1))


def test_eq_14_is_a_sum_of_one_term_a_condition(own, pictures):
    """Eq. 13 and 14 as printed: e(none) + g(E_l, w_l) - g(E_nl, w_nl) + g(E_v, w_v), each term linear in its
    weight and blind to the others' conditions."""
    one_step = {"num_inference_steps": 1, "guidance": "composable", "negative_prompt": "music"}

    def found(text, negative, video, shown=pictures, prompt="a bell"):
        scales = {"text_scale": text, "negative_scale": negative, "video_scale": video}
        return latents(own, shown, prompt, **scales, **one_step)

    nothing = found(0.0, 0.0, 0.0)
    of_text, of_negative, of_video = (found(*w) - nothing for w in ((1.0, 0, 0), (0, 1.0, 0), (0, 0, 1.0)))
    close(found(2.5, 1.5, 2.0), nothing + 2.5 * of_text + 1.5 * of_negative + 2.0 * of_video)
    other_words = found(0, 0, 1.0, prompt="rain on a roof") - nothing
    other_pictures = found(1.0, 0, 0, shown=pictures[::-1].copy()) - nothing
    close(other_words, of_video)
    close(other_pictures, of_text)
    again = latents(own, pictures, "music", text_scale=1.0, video_scale=0.0, negative_scale=0.0, **one_step)
    close(
        nothing - of_negative, again
    )  # the negative prompt's term is that of a prompt, with its sign turned


def test_eq_14_without_text_is_guidance_by_the_picture(own, pictures):
    by_video = latents(own, pictures, guidance="conditional", text_scale=0.0, video_scale=2.5)
    close(latents(own, pictures, guidance="composable", text_scale=0.0, video_scale=2.5), by_video)
    close(latents(own, pictures, None, guidance="composable", video_scale=2.5), by_video)
    same = {"negative_prompt": "a bell", "text_scale": 2.0, "negative_scale": 2.0, "video_scale": 2.5}
    close(latents(own, pictures, guidance="composable", **same), by_video)  # equal terms cancel
    far(latents(own, pictures, guidance="composable", text_scale=2.0, video_scale=2.5), by_video)


def test_the_presets_guidance_holds_where_a_call_names_none(own, pictures):
    try:
        own.register_to_config(guidance="composable")
        default = latents(own, pictures)
    finally:
        own.register_to_config(guidance="conditional")
    assert torch.equal(default, latents(own, pictures, guidance="composable"))
    far(default, latents(own, pictures))
    with pytest.raises(UserError, match="conditional, composable, double, not 'triple'"):
        latents(own, pictures, guidance="triple")


def heard_by(classifier, run):
    """What the classifier was given during a run."""
    given = []
    hook = classifier.register_forward_hook(
        lambda module, arguments, output: given.append([x.detach() for x in arguments])
    )
    try:
        run()
    finally:
        hook.remove()
    return given


@pytest.mark.parametrize("guidance", ["double", "composable", "conditional"])
def test_the_classifiers_term_is_that_of_eq_11_and_14(own, pictures, guidance):
    """The noise moves by -gamma s grad log p(y | z_t, t, E_v), and the clean estimate by s / a of it."""
    settings = {"guidance": guidance, "num_inference_steps": 1}
    plain = latents(own, pictures, **settings)
    assert torch.equal(latents(own, pictures, classifier_scale=0.0, **settings), plain)
    held = {}
    given = heard_by(
        own.classifier,
        lambda: held.update(moved=latents(own, pictures, classifier_scale=5.0, **settings)),
    )
    assert len(given) == 1
    noisy, time, video = given[0]
    z = noisy.clone().requires_grad_(True)
    log_p = torch.log(torch.sigmoid(own.classifier(z, time, video).double()))
    score = torch.autograd.grad(log_p.sum(), z)[0]
    c = own.denoiser.process.coefficients(float(time[0]))
    expected = 5.0 * score * c.noise**2 / max(c.signal, 0.05)
    close(held["moved"] - plain, expected)
    far(held["moved"], plain)


def test_the_classifier_acts_between_its_times_and_costs_nothing_outside(own, pictures):
    times = [
        time.max().item()
        for _, time, _ in heard_by(
            own.classifier, lambda: latents(own, pictures, classifier_scale=1.0, num_inference_steps=6)
        )
    ]
    assert len(times) == 6 and times == sorted(times, reverse=True)
    between = {"classifier_from": times[1], "classifier_until": times[3]}
    given = heard_by(
        own.classifier,
        lambda: latents(own, pictures, classifier_scale=1.0, num_inference_steps=6, **between),
    )
    assert [time.max().item() for _, time, _ in given] == times[1:4]
    assert not heard_by(own.classifier, lambda: latents(own, pictures, classifier_scale=0.0, **between))
    with pytest.raises(UserError, match="classifier_from"):
        latents(own, pictures, classifier_from=0.3, classifier_until=0.4)


def test_the_classifier_hears_better_what_it_has_moved(own, pictures):
    """Ascending log p raises the classifier's own opinion of what comes out."""
    video = heard_by(own.classifier, lambda: latents(own, pictures, classifier_scale=1e-6))[0][2]
    with torch.no_grad():
        plain, moved = (
            own.classifier(latents(own, pictures, classifier_scale=scale), torch.zeros(1), video)
            for scale in (0.0, 2.0)
        )
    assert moved > plain


def test_a_classifier_in_half_precision_is_asked_in_float32(own, pictures):
    half = copy.deepcopy(own.classifier).half()
    rounded = copy.deepcopy(half).float()
    found = []
    for each in (half, rounded):
        made = FoleyPipeline(**{**own.components, "classifier": each}, num_inference_steps=2)
        made.autocast_dtype = None
        found.append(latents(made, pictures, classifier_scale=3.0))
    assert torch.equal(*found) and half.dtype == torch.float16


def test_a_preset_without_a_classifier_or_with_another_processes_says_so(own, pipeline, pictures):
    with pytest.raises(UserError, match="holds none"):
        latents(pipeline, pictures, classifier_scale=1.0)
    other = {"flow": "epsilon", "epsilon": "flow"}[own.classifier.config.process]
    for process in (other, None):
        made = FoleyPipeline(**{**own.components, "classifier": classifier_of(pipeline, process)})
        with pytest.raises(UserError, match="did not learn from latents as noisy"):
            latents(made, pictures, classifier_scale=1.0)
        latents(made, pictures, num_inference_steps=1)  # without it the preset works


def test_a_preset_keeps_its_classifier_and_the_command_line_asks_for_it(
    own, pictures, silent_clip, tmp_path, capsys
):
    own.save_pretrained(tmp_path / "preset")
    loaded = FoleyPipeline.from_pretrained(tmp_path / "preset")
    loaded.autocast_dtype = None
    settings = {"classifier_scale": 3.0, "classifier_until": 0.2}
    assert torch.equal(latents(loaded, pictures, **settings), latents(own, pictures, **settings))
    command = ["foley", str(silent_clip), "--preset", str(tmp_path / "preset"), "-p", "a bell", "--json"]
    sounds = {}
    for name, options in {
        "plain": [],
        "composable": ["--guidance", "composable"],
        "double": ["--guidance", "double", "--text-scale", "2"],
        "classifier": ["--classifier-scale", "30", "--classifier-from", "0.99", "--classifier-until", "0.1"],
    }.items():
        assert main([*command, *options, "-o", str(tmp_path / f"{name}.wav")]) == 0
        report = json.loads(capsys.readouterr().out)
        sounds[name] = (tmp_path / f"{name}.wav").read_bytes()
        assert report["settings"]["guidance"] == (name if name in ("composable", "double") else "conditional")
        assert report["settings"]["classifier"] == (30.0 if name == "classifier" else 0.0)
    assert len(set(sounds.values())) == 4
    for options, said in {
        ("--guidance", "triple"): "triple",
        ("--guidance", "double", "--video-scale", "2"): "eq. 11",
        ("--classifier-from", "0.1", "--classifier-until", "0.5"): "classifier_from",
    }.items():
        assert main([*command, *options, "-o", str(tmp_path / "no.wav")]) == 2
        assert said in capsys.readouterr().err and not (tmp_path / "no.wav").exists()


def test_the_bundled_preset_without_a_classifier_refuses_the_option(silent_clip, tmp_path, capsys, pipeline):
    pipeline.save_pretrained(tmp_path / "preset")
    options = [
        "--preset",
        str(tmp_path / "preset"),
        "--classifier-scale",
        "5",
        "-o",
        str(tmp_path / "no.wav"),
    ]
    assert main(["foley", str(silent_clip), *options]) == 2
    assert "holds none" in capsys.readouterr().err
    assert np.isfinite(pipeline.config.classifier_scale)
