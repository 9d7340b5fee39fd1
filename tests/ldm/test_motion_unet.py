"""The video head at paper size, at a tiny one: published weights come in by their names, words steer, a step
trains, a sampler runs."""

import pytest
import torch
from diffusers import MotionAdapter, UNet2DConditionModel, UNetMotionModel

from ldm.conditions import Conditions, Track
from ldm.denoisers.motion_unet import MOTION, MotionUNet
from ldm.guidance import NONE, branch, plan_branches
from ldm.latents import Latents
from ldm.samplers import sampler_of
from ldm.sampling import sample


def film(batch=2, seed=0):
    return Latents(video=torch.randn(batch, 4, 3, 8, 8, generator=torch.Generator().manual_seed(seed)))


def published():
    """What the published parts' own classes write, at the tiny size."""
    torch.manual_seed(3)
    unet = UNet2DConditionModel(
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        attention_head_dim=2,
        cross_attention_dim=16,
        norm_num_groups=4,
    )
    adapter = MotionAdapter(
        block_out_channels=(8, 16),
        motion_layers_per_block=1,
        motion_num_attention_heads=2,
        motion_norm_num_groups=4,
        motion_max_seq_length=6,
    )
    return unet.eval(), adapter.eval()


def test_published_weights_make_the_published_model():
    unet, adapter = published()
    own = MotionUNet.tiny().eval()
    own.load_unet(unet.state_dict())
    own.load_motion(adapter.state_dict())
    theirs = UNetMotionModel.from_unet2d(unet, adapter).eval()
    words, time = torch.randn(2, 4, 16), torch.tensor([0.2, 0.7])
    with torch.no_grad():
        told = own(film(), time, words).video
        wanted = theirs(film().video, 1000 * time, encoder_hidden_states=words.repeat_interleave(3, 0)).sample
    torch.testing.assert_close(told, wanted)
    assert {name for name in own.unet.state_dict() if MOTION in name} == set(adapter.state_dict())


def test_other_weights_are_refused():
    unet, adapter = published()
    own = MotionUNet.tiny()
    with pytest.raises(ValueError, match=r"no UNet of this size: 1 names differ, such as conv_in\.bias"):
        own.load_unet({name: value for name, value in unet.state_dict().items() if name != "conv_in.bias"})
    wide = {name: value.repeat(*[2] * value.ndim) for name, value in adapter.state_dict().items()}
    with pytest.raises(ValueError, match="no motion adapter of this size: size mismatch"):
        own.load_motion(wide)


@pytest.mark.parametrize("condition", ["pooled", "tokens"])
def test_words_steer_as_far_as_they_are_attended_to(condition):
    torch.manual_seed(0)
    own = MotionUNet.tiny(text_condition=condition).eval()
    words = torch.randn(2, 3, 5)
    other = words.index_fill(1, torch.tensor([2]), 4.0)
    time = torch.tensor([0.5, 0.5])
    with torch.no_grad():
        nothing = own(film(), time, Conditions({})).video
        told = own(film(), time, Conditions.of(text=words)).video
        moved = own(film(), time, Conditions.of(text=other)).video
        absent = own(film(), time, Conditions.of(text=Track(words, torch.zeros(2, dtype=torch.bool)))).video
    assert (told - nothing).abs().max() > 1e-5
    assert bool((moved != told).any()) == (condition == "tokens")
    torch.testing.assert_close(absent, nothing)


def test_the_paper_s_size_reads_its_films_and_words():
    """On no memory: 860 M of Stable Diffusion's UNet, AnimateDiff's motion modules, 16 pictures of 256 px."""
    with torch.device("meta"):
        own = MotionUNet(film_pictures=16, cells=32)
        latents = Latents(video=torch.empty(1, *own.film_shape))
        told = own(latents, torch.empty(1), Conditions.of(text=torch.empty(1, 1 + own.words_read, 512)))
    assert told.video.shape == (1, 4, 16, 32, 32)
    counts = {True: 0, False: 0}
    for name, parameter in own.unet.named_parameters():
        counts[MOTION in name] += parameter.numel()
    assert counts[False] == 859_520_964 and 400e6 < counts[True] < 460e6


def test_a_step_trains_and_two_steps_sample():
    torch.manual_seed(0)
    own = MotionUNet.tiny()
    own.keep_fewer_activations()
    data, noise, time = film().video, film(seed=1).video, torch.tensor([0.3, 0.6])
    optimizer = torch.optim.AdamW(own.parameters(), 1e-2)
    losses = []
    for _ in range(4):
        told = own(
            Latents(video=own.process.noisy(data, noise, time)), time, Conditions.of(text=torch.ones(2, 3, 5))
        )
        loss = (told.video - own.process.target(data, noise, time)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss))
    assert losses[-1] < losses[0]
    weights = {branch("text"): 2.0, NONE: -1.0}
    guidance = plan_branches(weights, 2, Conditions.of(text=torch.ones(2, 3, 5)))
    made = sample(own.eval(), sampler_of(own.process, "ddim"), film(seed=2), guidance, steps=2)
    assert made.video.shape == data.shape and bool(made.video.isfinite().all())


def test_it_is_saved_with_its_settings(tmp_path):
    own = MotionUNet.tiny(text_condition="pooled").eval()
    own.save_pretrained(tmp_path)
    again = MotionUNet.from_pretrained(tmp_path)
    assert again.config.text_condition == "pooled"
    assert all(
        torch.equal(a, b) for a, b in zip(own.state_dict().values(), again.state_dict().values(), strict=True)
    )
