"""TempoTokens: windows and pooling as their equations say, tokens that follow the sound in time."""

import pytest
import torch
from transformers import T5Config, T5EncoderModel

from ldm.audio_mapper import (
    AttentivePool,
    AudioMapper,
    local_windows,
    placed_words,
    said_or_nothing,
    to_pictures,
    with_sound,
)
from ldm.conditions import TEXT, Conditions
from ldm.denoisers.frame_transformer import FrameTransformer
from ldm.latents import Latents


def test_windows_are_true_means_and_the_reference_leans_to_the_past():
    tokens = torch.randn(2, 7, 3)
    found, released = (local_windows(tokens, (1, 2, 8), form) for form in ("mean", "reference"))
    for place, reach in enumerate((1, 2, 8)):
        for i in range(7):
            first, last = max(0, i - reach), min(6, i + reach)
            torch.testing.assert_close(found[:, i, place], tokens[:, first : last + 1].mean(1))
            torch.testing.assert_close(
                released[:, i, place], tokens[:, first : min(7, i + reach)].mean(1), rtol=1e-4, atol=1e-5
            )
    steady = torch.ones(1, 5, 2)
    torch.testing.assert_close(local_windows(steady, (1, 4)), torch.ones(1, 5, 2, 2))
    with pytest.raises(ValueError, match="mean or reference"):
        local_windows(tokens, (1,), "median")


def test_attentive_pooling_is_a_weighted_mean_by_eq_4_to_6():
    torch.manual_seed(0)
    pool, tokens = AttentivePool(4, 6), torch.randn(2, 5, 4)
    shares = pool.shares(tokens)
    torch.testing.assert_close(shares.sum(1), torch.ones(2))
    alike = [
        sum(
            torch.nn.functional.cosine_similarity(pool.asks(tokens[0, u]), pool.answers(tokens[0, i]), dim=0)
            for i in range(5)
        )
        / 5
        for u in range(5)
    ]
    logits = torch.stack([pool.score(tokens[0, u])[0] + alike[u] for u in range(5)])
    torch.testing.assert_close(shares[0], logits.softmax(0))
    torch.testing.assert_close(pool(tokens)[0], (shares[0][:, None] * tokens[0]).sum(0))


def test_bands_of_a_moment_are_averaged_and_moments_interpolated():
    moments = torch.linspace(0, 1, 6)[None, :, None]
    torch.testing.assert_close(to_pictures(moments, 12)[0, 1:-1, 0].diff(), torch.full((9,), 0.1))
    torch.manual_seed(0)
    mapper = AudioMapper.tiny(bands=2, pooling="moments").eval()
    released = AudioMapper.tiny(bands=2, pooling="reference").eval()
    released.load_state_dict(mapper.state_dict())
    tokens = torch.randn(1, 12, 6)
    swapped = tokens.unflatten(1, (6, 2)).flip(2).flatten(1, 2)
    assert torch.allclose(mapper(tokens, 6).local, mapper(swapped, 6).local, atol=1e-6)
    assert torch.allclose(
        released(tokens, 6).local, mapper(tokens, 6).local, atol=1e-5
    )  # runs = moments here
    assert not torch.allclose(released(tokens, 12).local, mapper(tokens, 12).local, atol=1e-3)  # and not here
    with pytest.raises(ValueError, match="whole moments"):
        mapper(tokens[:, :11], 6)


def test_a_change_of_the_sound_reaches_the_pictures_of_its_moment_and_the_clip_s_token():
    torch.manual_seed(0)
    mapper = AudioMapper.tiny().eval()
    tokens = torch.randn(1, 16, 6)
    changed = tokens.clone()
    changed[:, 12] += 2
    before, after = mapper(tokens, 16), mapper(changed, 16)
    moved = (after.local - before.local).abs().amax((0, 2, 3))
    assert moved[12] > 0 and moved[:10].max() == 0
    assert not torch.equal(before.whole, after.whole)
    assert before.per_picture().shape == (1, 16, 3, 5)


@pytest.mark.parametrize("use", ["both", "local", "whole"])
def test_the_ablations_leave_out_what_they_name(use):
    found = AudioMapper.tiny(use=use)(torch.randn(2, 8, 6), 8)
    assert bool(found.local.any()) == (use != "whole") and bool(found.whole.any()) == (use != "local")


def test_the_penalty_is_the_mean_size_of_all_tokens():
    found = AudioMapper.tiny()(torch.randn(2, 8, 6), 4)
    every = torch.cat([found.local.flatten(), found.whole.flatten()])
    torch.testing.assert_close(found.size(), every.abs().mean())


def test_gradients_reach_the_mapper_through_a_frozen_video_denoiser():
    torch.manual_seed(0)
    denoiser = FrameTransformer.tiny()
    for parameter in denoiser.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
        parameter.requires_grad_(False)
    mapper = AudioMapper.tiny()
    text = torch.randn(2, 5)
    said = said_or_nothing(denoiser.mixer, text, torch.tensor([True, False]))
    track = mapper.text_track(mapper(torch.randn(2, 8, 6), 2), said)
    conditions = with_sound(Conditions.of(text=text), track)
    assert conditions[TEXT].values.shape == (2, 2, 5)
    latents = Latents(video=torch.randn(2, 3, 4, 4, 4))
    denoiser(latents, torch.rand(2), conditions).video.square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in mapper.first.parameters())


@torch.no_grad()
def test_without_words_and_sound_the_denoiser_gets_its_own_null():
    torch.manual_seed(0)
    denoiser = FrameTransformer.tiny()
    for parameter in denoiser.parameters():
        parameter.add_(0.1 * torch.randn_like(parameter))
    latents, time, text = Latents(video=torch.randn(2, 3, 4, 4, 4)), torch.rand(2), torch.randn(2, 5)
    nobody = torch.zeros(2, dtype=torch.bool)
    unsaid = Conditions.of(text=said_or_nothing(denoiser.mixer, text, nobody))
    torch.testing.assert_close(
        denoiser(latents, time, unsaid).video, denoiser(latents, time, Conditions({})).video
    )


@torch.no_grad()
def test_placeholders_of_a_prompt_take_the_tokens_and_a_text_encoder_reads_them():
    settings = {"vocab_size": 12, "d_model": 8, "d_kv": 4, "d_ff": 16, "num_layers": 1, "num_heads": 2}
    encoder = T5EncoderModel(T5Config(**settings)).eval()
    embeddings = encoder.get_input_embeddings()(torch.tensor([[1, 2, 3, 4, 5], [6, 7, 8, 9, 1]]))
    tokens = torch.randn(2, 3, 2, 8)
    rows = placed_words(embeddings, (1, 2), tokens)
    assert rows.shape == (6, 5, 8)
    assert torch.equal(rows[4, 1:3], tokens[1, 1]) and torch.equal(rows[4, 3:], embeddings[1, 3:])
    assert encoder(inputs_embeds=rows).last_hidden_state.shape == (6, 5, 8)
    with pytest.raises(ValueError, match="placeholders"):
        placed_words(embeddings, (1,), tokens)
