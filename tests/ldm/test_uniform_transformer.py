"""UniForm: layouts that lose nothing, the best linear guess at birth; what is given is heard, what is not
there is not looked at."""

import pytest
import torch

from ldm.conditions import Conditions
from ldm.denoisers.role import Denoiser
from ldm.denoisers.uniform_layouts import JOINT_TASKS, ColumnLayout, TokenLayout, shapes_of
from ldm.denoisers.uniform_transformer import UniformTransformer, given, task_track
from ldm.guidance import branch, plan_branches
from ldm.latents import Latents
from ldm.samplers import sampler_of
from ldm.sampling import sample

MAKERS = [UniformTransformer.tiny, UniformTransformer.tiny_columns]


def grown(network, scale: float = 0.1):
    torch.manual_seed(0)
    for parameter in network.parameters():
        parameter.data.add_(scale * torch.randn_like(parameter))
    return network.eval()


def noisy(network: UniformTransformer, batch: int = 2, steps: int = 3, seed: int = 1) -> Latents:
    s, generator = network.shapes, torch.Generator().manual_seed(seed)
    audio = torch.randn(batch, *s.column, steps * s.columns, generator=generator)
    video = torch.randn(batch, s.channels, steps * s.pictures, s.height, s.width, generator=generator)
    return Latents(audio, video)


def words(batch: int = 2) -> Conditions:
    return Conditions.of(text=torch.randn(batch, 5, generator=torch.Generator().manual_seed(2)))


def test_the_paper_s_columns_are_32_5_and_1_and_each_moment_s_sound_lies_in_its_step():
    shapes = shapes_of((8, 16), 4, 32, 32, 1, 5, 2)
    layout = ColumnLayout(shapes, 16)
    layout.patch_in, layout.patch_out = torch.nn.Identity(), torch.nn.Identity()
    layout.patch_in.weight = torch.zeros(1)
    audio, video = torch.randn(2, 8 * 16, 100), torch.randn(2, 4, 20, 32, 32)
    tokens = layout(audio, video, torch.tensor([0, 2]))
    assert tokens.shape == (2, 20, 16 * 19, 16) and sum(layout.places) == 16 * 19
    heard, seen = layout.back(tokens)
    assert torch.equal(heard, audio) and torch.equal(seen, video)
    changed = audio.clone()
    changed[..., 5 * 7 : 5 * 8] += 1  # the columns of the eighth picture
    moved = (layout(changed, video, torch.tensor([0, 2])) - tokens).abs().sum((0, 2, 3))
    assert moved[7] > 0 and moved.sum() == moved[7]


def test_tokens_lose_nothing_either():
    shapes = shapes_of((4,), 3, 4, 4, 2, 2, 2)
    layout = TokenLayout(shapes, 24)
    for name in ("video_in", "audio_in", "video_out", "audio_out"):
        setattr(layout, name, torch.nn.Identity())
    layout.video_in.weight = torch.zeros(1)
    audio, video = torch.randn(2, 4, 6), torch.randn(2, 3, 6, 4, 4)
    padded = {"audio_in": torch.nn.ConstantPad1d((0, 20), 0.0)}
    layout.audio_in = padded["audio_in"]
    tokens = layout(audio, video, torch.tensor([0, 1]))
    assert tokens.shape == (2, 3, 4 + 2 + 1, 24)
    layout.audio_out = torch.nn.ConstantPad1d((0, -20), 0.0)
    heard, seen = layout.back(tokens)
    assert torch.equal(heard, audio) and torch.equal(seen, video)


@pytest.mark.parametrize("make", MAKERS)
def test_a_fresh_network_predicts_the_best_linear_guess_and_learns_from_there(make):
    network = make()
    assert isinstance(network, Denoiser)
    latents, time = noisy(network), torch.tensor([0.3, 0.8])
    found = network(latents, time, words())
    slope = (2 * time - 1) / (time**2 + (1 - time) ** 2)
    torch.testing.assert_close(found.audio, slope.reshape(-1, *[1] * (found.audio.ndim - 1)) * latents.audio)
    torch.testing.assert_close(found.video, slope[:, None, None, None, None] * latents.video)
    (found.audio.square().mean() + found.video.square().mean()).backward()
    assert sum(p.grad.abs().sum() for p in network.layout.parameters() if p.grad is not None) > 0


@pytest.mark.parametrize("make", MAKERS)
@torch.no_grad()
def test_what_is_given_is_heard_and_the_noise_beside_it_is_not(make):
    network = grown(make())
    latents, time = noisy(network), torch.tensor([0.4, 0.9])
    clean = noisy(network, seed=5)
    conditions = Conditions({**words(), **given(Latents(video=clean.video))})
    sound = Latents(audio=latents.audio)
    first = network(sound, time, conditions)
    assert first.video is None  # nothing is predicted of what there is no noise of
    torch.testing.assert_close(network(latents, time, conditions).audio, first.audio)
    other = Conditions({**words(), **given(Latents(video=clean.video + 1))})
    assert not torch.allclose(network(sound, time, other).audio, first.audio)


@pytest.mark.parametrize("make", MAKERS)
@torch.no_grad()
def test_a_modality_that_is_not_there_changes_nothing_and_rows_may_differ(make):
    network = grown(make())
    latents, time = noisy(network), torch.tensor([0.4, 0.9])
    mixed = network.mix(words(), latents)
    times = {"audio": time, "video": time}
    here = {"audio": torch.tensor([True, True]), "video": torch.tensor([False, True])}
    task = torch.tensor([JOINT_TASKS.index("t2a"), JOINT_TASKS.index("t2av")])
    found = network.at_times(latents.audio, latents.video, times, here, mixed.text, task)
    elsewhere = network.at_times(latents.audio, latents.video + 3, times, here, mixed.text, task)
    torch.testing.assert_close(found.audio[0], elsewhere.audio[0])
    assert not torch.allclose(found.audio[1], elsewhere.audio[1])
    alone = network(Latents(audio=latents.audio), time, words())
    torch.testing.assert_close(alone.audio[0], found.audio[0], rtol=1e-4, atol=1e-5)
    pictures = network(Latents(video=latents.video), time, words())
    assert pictures.audio is None and pictures.video.isfinite().all()


@pytest.mark.parametrize("make", MAKERS)
@torch.no_grad()
def test_every_token_is_told_its_own_time_and_the_task(make):
    network = grown(make())
    latents, mixed = noisy(network), network.mix(words(), noisy(network))
    here = {name: torch.tensor([True, True]) for name in ("audio", "video")}
    same = {"audio": torch.full((2,), 0.5), "video": torch.full((2,), 0.5)}
    other = {**same, "video": torch.full((2,), 0.1)}
    task = torch.zeros(2, dtype=torch.long)
    args = (latents.audio, latents.video)
    base = network.at_times(*args, same, here, mixed.text, task)
    assert not torch.allclose(network.at_times(*args, other, here, mixed.text, task).audio, base.audio)
    assert not torch.allclose(network.at_times(*args, same, here, mixed.text, task + 1).audio, base.audio)
    named = Conditions({**words(), "task": task_track("a2v", 2)})
    at = torch.full((2,), 0.5)
    torch.testing.assert_close(
        network(latents, at, named).audio, network.at_times(*args, same, here, mixed.text, task + 1).audio
    )


@torch.no_grad()
def test_alternating_attention_reaches_every_token_in_two_blocks():
    network = grown(UniformTransformer.tiny(order="alternating"))
    latents, time = noisy(network), torch.tensor([0.4, 0.9])
    moved = latents.video.clone()
    moved[:, :, -1] += 1
    before = network(latents, time, words()).audio
    difference = (network(Latents(latents.audio, moved), time, words()).audio - before).abs().amax((0, 1))
    assert difference.min() > 0


@pytest.mark.parametrize("process", ["flow", "epsilon"])
@pytest.mark.parametrize("make", MAKERS)
def test_it_samples_every_task_under_guidance(make, process):
    network = grown(make(process=process), 0.02)
    noise, clean = noisy(network), noisy(network, seed=5)
    for task, start, known in (
        ("t2av", noise, None),
        ("t2a", Latents(audio=noise.audio), None),
        ("t2v", Latents(video=noise.video), None),
        ("v2a", Latents(audio=noise.audio), Latents(video=clean.video)),
        ("a2v", Latents(video=noise.video), Latents(audio=clean.audio)),
    ):
        tracks = {} if known is None else given(known)
        weights = {branch("text", *tracks): 3.0, branch(*tracks): -2.0}
        guidance = plan_branches(weights, 2, Conditions({**words(), **tracks}))
        found = sample(network, sampler_of(network.process), start, guidance, steps=2)
        for (name, value), (other, like) in zip(found.items(), start.items(), strict=True):
            assert name == other and value.shape == like.shape and value.isfinite().all(), task


def test_mlps_of_their_own_cost_what_they_cost_and_all_learn():
    shared, own = UniformTransformer.tiny(mlps="shared"), grown(UniformTransformer.tiny(mlps="per_modality"))
    counts = [sum(p.numel() for p in n.blocks[0].mlps.parameters()) for n in (shared, own)]
    assert counts[1] == 2 * counts[0]
    found = own(noisy(own), torch.rand(2), words())
    (found.audio.square().mean() + found.video.square().mean()).backward()
    assert all(p.grad.abs().sum() > 0 for p in own.blocks[0].mlps.parameters())


def test_a_saved_model_comes_back(tmp_path):
    network = grown(UniformTransformer.tiny_columns())
    network.save_pretrained(tmp_path)
    again = UniformTransformer.from_pretrained(tmp_path)
    latents, time = noisy(network), torch.rand(2)
    with torch.no_grad():
        torch.testing.assert_close(again(latents, time, words()).audio, network(latents, time, words()).audio)


def test_the_paper_s_size_builds():
    with torch.device("meta"):
        network = UniformTransformer(
            audio_column=(8, 16),
            video_channels=4,
            height=32,
            width_px=32,
            layout="columns",
            pictures_per_step=1,
            columns_per_step=5,
            text_channels=512,
            width=1152,
            depth=56,
            heads=16,
            mlp_ratio=4.0,
            order="alternating",
            text_injection="cross_attention",
            mlps="shared",
            process="epsilon",
        )
    assert [block.sides for block in network.blocks].count("spatial") == 28
    assert 1.0e9 < sum(p.numel() for p in network.parameters()) < 1.3e9


def test_latents_that_do_not_go_together_are_refused():
    network = UniformTransformer.tiny()
    latents = noisy(network)
    with pytest.raises(ValueError, match="whole steps"):
        network(Latents(latents.audio[..., :4], latents.video), torch.rand(2), words())
    with pytest.raises(ValueError, match="do not become"):
        UniformTransformer.tiny(layout="columns", pictures_per_step=1)
    with pytest.raises(ValueError, match="one of t2av"):
        task_track("i2a", 2)
