"""Components that are kept elsewhere: each is called back before it is used, by whatever method."""

import numpy as np
import pytest
import torch
from accelerate.hooks import ModelHook, add_hook_to_module, remove_hook_from_module
from conftest import tiny_pipeline

from ldm.classifiers.alignment_columns import AlignmentColumns
from ta_v2a import FoleyPipeline
from ta_v2a.errors import UserError
from vocoders.istft_net import IstftNet


class Elsewhere(ModelHook):
    """Keeps a component's weights elsewhere until it is called: until then they are NaN, out of reach."""

    def init_hook(self, module):
        self.kept = {name: value.clone() for name, value in module.state_dict().items()}
        for value in filter(torch.is_floating_point, module.state_dict().values()):
            value.fill_(float("nan"))
        self.calls = 0
        return module

    def pre_forward(self, module, *args, **kwargs):
        self.calls += 1
        module.load_state_dict(self.kept)
        return args, kwargs


def sound(pipeline, pictures, **options):
    options = {"negative_prompt": "music", "cues": ["0.5-1: rain"], "align_scale": 1.0, **options}
    options["classifier_scale"] = 1.0
    return pipeline(pictures, "a bell", generator=torch.Generator().manual_seed(0), **options).audios


@pytest.fixture
def own(tokenizer_file):
    """A tiny pipeline that a test may change, with a classifier."""
    made = tiny_pipeline(tokenizer_file)
    classifier = AlignmentColumns.tiny(video_channels=made.cvalp.video_width)
    torch.nn.init.normal_(classifier.head.weight)
    made.register_modules(classifier=classifier.eval())
    return made


@pytest.mark.parametrize("used", ["cvalp", "denoiser", "classifier", "autoencoder", "vocoder"])
def test_every_component_is_called_back_before_it_is_used(own, pictures, used):
    own.register_modules(vocoder=IstftNet(width=8, hidden=8, blocks=1, prior_iterations=1).eval())
    expected, component = sound(own, pictures), getattr(own, used)
    add_hook_to_module(component, hook := Elsewhere())
    np.testing.assert_array_equal(sound(own, pictures), expected)
    assert hook.calls
    remove_hook_from_module(component)


def test_the_order_of_offload_names_every_network(own):
    """`bandwidth` is no part of a call."""
    networks = {name for name, part in own.components.items() if isinstance(part, torch.nn.Module)}
    assert set(FoleyPipeline.model_cpu_offload_seq.split("->")) == networks - {"bandwidth"}


def test_diffusers_offload_gives_the_same_sound_and_ends_with_every_component_put_away(own, pictures):
    expected = sound(own, pictures)
    own.enable_model_cpu_offload(
        device="cpu"
    )  # diffusers' own hooks, for which this machine needs no accelerator
    before = own._all_hooks
    np.testing.assert_array_equal(sound(own, pictures), expected)
    assert own._all_hooks is not before, "the components were not put away at the end"
    again = own._all_hooks
    blocks = own.stream(pictures, "a bell")
    next(blocks)
    blocks.close()
    assert own._all_hooks is not again, "nor where the listener leaves early"


def test_sequential_offload_says_that_it_is_not_offered(own):
    with pytest.raises(UserError, match="enable_model_cpu_offload"):
        own.enable_sequential_cpu_offload()


@pytest.mark.gpu
def test_offload_to_a_real_device(own, pictures):
    expected = sound(own.to("cuda"), pictures)
    own.to("cpu").enable_model_cpu_offload()
    np.testing.assert_allclose(sound(own, pictures), expected, atol=1e-4)
    assert all(
        part.device.type == "cpu" for part in own.components.values() if isinstance(part, torch.nn.Module)
    )
