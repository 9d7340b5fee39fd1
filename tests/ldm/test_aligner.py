"""The latent aligner: gradients as written down, distances that fall for every process, a text that is
tuned."""

import pytest
import torch
from torch.nn import functional as F

from ldm.conditions import Conditions
from ldm.denoisers.two_streams import TwoStreams
from ldm.guidance import NONE, branch, plan_branches
from ldm.guides.aligner import (
    DUAL_PICTURE,
    DUAL_SOUND,
    TRIANGLE,
    LatentAligner,
    TunedText,
    distance,
    in_pieces,
)
from ldm.guides.role import LatentGuide
from ldm.latents import Latents
from ldm.process import process_of
from ldm.samplers import sampler_of
from ldm.sampling import sample

PROCESSES = ["flow", "epsilon", "v_prediction"]


def embedding(size: int, seed: int):
    weights = torch.randn(size, 6, generator=torch.Generator().manual_seed(seed))
    return lambda clean: F.normalize(clean.flatten(1) @ weights, dim=-1)


def unit(seed: int, batch: int = 2) -> torch.Tensor:
    return F.normalize(torch.randn(batch, 6, generator=torch.Generator().manual_seed(seed)), dim=-1)


def streams(process: str) -> TwoStreams:
    torch.manual_seed(0)
    network = TwoStreams.tiny()
    settings = {name: {**network.config[name], "process": process} for name in ("audio", "video")}
    network = TwoStreams(**settings, heads=2)
    for parameter in network.parameters():
        parameter.data.add_(0.05 * torch.randn_like(parameter))
    return network.eval()


def noise(batch: int = 2) -> Latents:
    g = torch.Generator().manual_seed(1)
    return Latents(torch.randn(batch, 4, 8, generator=g), torch.randn(batch, 3, 4, 4, 4, generator=g))


EMBED = {"audio": embedding(32, 3), "video": embedding(3 * 64, 4)}


@pytest.mark.parametrize("kind", PROCESSES)
def test_one_step_of_gradient_descent_is_the_paper_s_equation(kind):
    process, z, told = process_of(kind), noise(), noise()
    aligner = LatentAligner(
        {"audio": EMBED["audio"]},
        {"video": unit(5), "text": unit(6)},
        DUAL_SOUND,
        steps=4,
        lr_latent=0.3,
        warmup=0.0,
        optimizer="sgd",
    )
    assert isinstance(aligner, LatentGuide)
    moved = aligner.moved(told, z, 0.6, process)
    variable = z.audio.clone().requires_grad_(True)
    found = EMBED["audio"](process.clean(variable, told.audio, 0.6))
    loss = distance(found, unit(5)) + distance(found, unit(6))
    (gradient,) = torch.autograd.grad(loss.sum(), variable)
    torch.testing.assert_close(moved.audio, z.audio - 0.3 * gradient)
    assert torch.equal(moved.video, z.video)  # only what is asked for moves
    torch.testing.assert_close(torch.tensor(aligner.history[0]["loss"]), loss.detach().mean())
    assert aligner.history[0].keys() == {"time", "loss", "audio-video", "audio-text"}


def test_a_fresh_adam_moves_every_number_by_the_rate_and_a_persistent_one_remembers():
    process, z, told = process_of("flow"), noise(), noise()
    options = {"steps": 4, "lr_latent": 0.1, "warmup": 0.0}
    fixed = {"video": unit(5), "text": unit(6)}
    found = {}
    for kind in ("fresh_adam", "persistent_adam"):
        aligner = LatentAligner({"audio": EMBED["audio"]}, fixed, DUAL_SOUND, optimizer=kind, **options)
        first = aligner.moved(told, z, 0.6, process)
        torch.testing.assert_close(
            (first.audio - z.audio).abs(), torch.full_like(z.audio, 0.1), rtol=1e-2, atol=1e-3
        )
        found[kind] = aligner.moved(told, Latents(first.audio * 0.5, first.video), 0.5, process).audio
    assert not torch.allclose(found["fresh_adam"], found["persistent_adam"], atol=1e-3)


@pytest.mark.parametrize("kind", PROCESSES)
@pytest.mark.parametrize(
    ("pairs", "embed"), [(DUAL_SOUND, ["audio"]), (DUAL_PICTURE, ["video"]), (TRIANGLE, ["audio", "video"])]
)
def test_what_is_sampled_lies_nearer_for_every_process(kind, pairs, embed):
    network = streams(kind)
    fixed = {name: unit(seed) for seed, name in enumerate(("audio", "video", "text"), 7) if name not in embed}
    settings = {"embed": {name: EMBED[name] for name in embed}, "fixed": fixed, "pairs": pairs, "steps": 8}
    plan = plan_branches({branch("text"): 1.5, NONE: -0.5}, 2, Conditions.of(text=torch.randn(2, 5)))
    scheduler = sampler_of(network.process)
    plain = sample(network, scheduler, noise(), plan, steps=8)
    aligner = LatentAligner(**settings, lr_latent=0.1)
    guided = sample(network, scheduler, noise(), plan, steps=8, guides=[aligner])
    before, after = (sum(aligner.losses(each).values()).mean() for each in (plain, guided))
    assert after < before - 0.05
    assert len(aligner.history) == 6  # of 8 steps, the first fifth is left alone: those with index 0 and 1
    assert aligner.history[-1]["loss"] < aligner.history[0]["loss"]


def test_the_released_code_s_order_is_there_as_a_callback():
    network = streams("epsilon")
    plan = plan_branches({NONE: 1.0}, 2, Conditions({}))
    aligner = LatentAligner(
        {"audio": EMBED["audio"]}, {"video": unit(5), "text": unit(6)}, DUAL_SOUND, steps=6, x0_from="post"
    )
    scheduler = sampler_of(network.process, "ddim")
    plain = sample(network, scheduler, noise(), plan, steps=6)
    found = sample(network, scheduler, noise(), plan, steps=6, guides=[aligner], callback=aligner.after)
    assert sum(aligner.losses(found).values()).mean() < sum(aligner.losses(plain).values()).mean()
    assert len(aligner.history) == 4


def test_the_text_is_tuned_through_the_denoiser_and_kept():
    network = streams("flow")
    text = torch.randn(2, 5, generator=torch.Generator().manual_seed(2))
    conditions = Conditions.of(text=text)
    plan = plan_branches({branch("text"): 2.0, NONE: -1.0}, 2, conditions)
    tuned = TunedText(network, text)
    aligner = LatentAligner(
        {"audio": EMBED["audio"]},
        {"video": unit(5), "text": unit(6)},
        DUAL_SOUND,
        steps=4,
        lr_latent=0.0,
        warmup=0.0,
        optimizer="sgd",
        prompt=tuned,
        guidance=plan,
        lr_prompt=0.5,
    )
    z = noise()
    added = torch.zeros_like(text).requires_grad_(True)
    told = tuned.predict(z, 0.7, plan, added)
    clean = network.process.clean(z.audio, told.audio, 0.7)
    (gradient,) = torch.autograd.grad(sum(aligner.losses(Latents(clean, z.video)).values()).sum(), added)
    with torch.no_grad():
        same = aligner.moved(told.map(torch.Tensor.detach), z, 0.7, network.process)
    torch.testing.assert_close(tuned.added, -0.5 * gradient)
    assert torch.equal(same.audio, z.audio)
    with torch.no_grad():
        plain = network(z, torch.full((2,), 0.7), conditions).audio
        assert not torch.allclose(tuned(z, torch.full((2,), 0.7), conditions).audio, plain)
    found = sample(tuned, sampler_of(network.process), z, plan, steps=4, guides=[aligner])
    assert found.audio.isfinite().all()


def test_pieces_decode_to_the_whole_and_send_gradients_back():
    convolution = torch.nn.Conv1d(3, 2, 5, padding=2)

    def decode(latents):
        return convolution(latents).repeat_interleave(2, dim=-1)

    latents = torch.randn(2, 3, 17, requires_grad=True)
    whole = decode(latents)
    found = in_pieces(decode, latents, dim=2, size=5, margin=2, scale=2)
    torch.testing.assert_close(found, whole)
    weights = torch.randn_like(whole)
    (one,) = torch.autograd.grad((whole * weights).sum(), latents)
    (other,) = torch.autograd.grad((found * weights).sum(), latents)
    torch.testing.assert_close(one, other)


def test_what_cannot_be_aligned_is_refused():
    with pytest.raises(ValueError, match="text"):
        LatentAligner({"audio": EMBED["audio"]}, {"video": unit(5)}, DUAL_SOUND, steps=4)
    with pytest.raises(ValueError, match="tuned"):
        LatentAligner(EMBED, {"text": unit(5)}, TRIANGLE, steps=4, lr_prompt=0.1)
