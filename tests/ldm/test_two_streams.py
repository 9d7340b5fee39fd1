"""TAVDiffusion: streams that run alone as before, look at each other half way, and start as they were."""

import pytest
import torch
from diffusers import UNet2DConditionModel

from ldm.conditions import Conditions, Track
from ldm.denoisers.audio_transformer import AudioTransformer
from ldm.denoisers.audio_unet import AudioUNet
from ldm.denoisers.frame_transformer import FrameTransformer
from ldm.denoisers.pseudo3d_unet import Pseudo3dUNet
from ldm.denoisers.streams import Stream
from ldm.denoisers.two_streams import TwoStreams
from ldm.denoisers.video_transformer import VideoTransformer
from ldm.eas import TokenAlignment, eas_loss, token_similarity
from ldm.guidance import NONE, branch, plan_branches
from ldm.latents import Latents
from ldm.samplers import sampler_of
from ldm.sampling import sample


def grown(network, scale: float = 0.1):
    """The network with what starts at zero given weights."""
    torch.manual_seed(0)
    for parameter in network.parameters():
        parameter.data.add_(scale * torch.randn_like(parameter))
    return network.eval()


def both(kind: str, batch: int = 2) -> tuple[TwoStreams, Latents, torch.Tensor, Conditions]:
    torch.manual_seed(1)
    if kind == "transformers":
        network, latents = (
            TwoStreams.tiny(),
            Latents(torch.randn(batch, 4, 8), torch.randn(batch, 3, 4, 4, 4)),
        )
    elif kind == "shipped":
        network = TwoStreams.tiny_shipped()
        latents = Latents(torch.randn(batch, 4, 8), torch.randn(batch, 4, 7, 2, 2))
        return network, latents, torch.rand(batch), Conditions.of(text=torch.randn(batch, 4, 5))
    else:
        network = TwoStreams.tiny_unets()
        latents = Latents(torch.randn(batch, 4, 4, 6), torch.randn(batch, 4, 3, 4, 4))
    return network, latents, torch.rand(batch), Conditions.of(text=torch.randn(batch, 5))


@pytest.mark.parametrize(
    "make",
    [AudioTransformer.tiny, AudioUNet.tiny, FrameTransformer.tiny, Pseudo3dUNet.tiny, VideoTransformer.tiny],
)
def test_every_stream_plays_the_role_and_its_halves_are_itself(make):
    network = grown(make())
    assert isinstance(network, Stream)
    torch.manual_seed(1)
    latents = {
        "AudioTransformer": Latents(audio=torch.randn(2, 4, 8)),
        "AudioUNet": Latents(audio=torch.randn(2, 4, 4, 6)),
        "FrameTransformer": Latents(video=torch.randn(2, 3, 4, 4, 4)),
        "Pseudo3dUNet": Latents(video=torch.randn(2, 4, 3, 4, 4)),
        "VideoTransformer": Latents(video=torch.randn(2, 4, 7, 2, 2)),
    }[network.class_name]
    time, conditions = torch.rand(2), Conditions.of(text=torch.randn(2, 5))
    with torch.no_grad():
        whole = network(latents, time, conditions)
        middle = network.first_half(latents, time, network.mix(conditions, latents))
        halves = network.second_half(middle)
    assert middle.tokens.shape[-1] == network.middle_width
    assert middle.moments.min() > 0 and middle.moments.max() < 1
    for (_, one), (_, two) in zip(whole.items(), halves.items(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_a_text_with_its_words_is_told_to_the_sound_as_a_whole():
    network, latents, time, conditions = both("shipped")
    grown(network)
    values = conditions["text"].values
    sound = Latents(audio=latents.audio)
    told = network(sound, time, conditions).audio
    torch.testing.assert_close(told, network(sound, time, Conditions.of(text=values[:, 0])).audio)
    picture = Latents(video=latents.video)
    other = Conditions.of(text=torch.cat([values[:, :1], values[:, 1:] + 1], 1))
    torch.testing.assert_close(told, network(sound, time, other).audio)
    assert not torch.allclose(
        network(picture, time, conditions).video, network(picture, time, other).video, atol=1e-3
    )
    absent = torch.zeros(2, 4, dtype=torch.bool)
    nothing = network(sound, time, Conditions({"text": Track(values, absent)})).audio
    torch.testing.assert_close(nothing, network(sound, time, Conditions({})).audio)


@pytest.mark.parametrize("kind", ["transformers", "shipped", "unets"])
@torch.no_grad()
def test_fresh_streams_are_as_they_are_alone_and_grown_ones_hear_each_other(kind):
    network, latents, time, conditions = both(kind)
    network.eval()
    alone = [
        network(each, time, conditions)
        for each in (Latents(audio=latents.audio), Latents(video=latents.video))
    ]
    together = network(latents, time, conditions)
    torch.testing.assert_close(together.audio, alone[0].audio)
    torch.testing.assert_close(together.video, alone[1].video)
    grown(network)
    changed = Latents(latents.audio, latents.video + 1)
    assert not torch.allclose(
        network(changed, time, conditions).audio, network(latents, time, conditions).audio
    )
    other = Latents(latents.audio + 1, latents.video)
    assert not torch.allclose(
        network(other, time, conditions).video, network(latents, time, conditions).video
    )
    deaf = grown(TwoStreams.from_config(network.config, interacts=False))
    torch.testing.assert_close(deaf(changed, time, conditions).audio, deaf(latents, time, conditions).audio)


def test_audio_of_any_length_is_padded_and_comes_back_as_long():
    network, latents, time, conditions = both("unets")
    short = Latents(latents.audio[..., :5], latents.video)
    assert network(short, time, conditions).audio.shape == short.audio.shape


@torch.no_grad()
def test_the_video_unet_starts_as_the_image_model_on_every_picture():
    torch.manual_seed(0)
    network = Pseudo3dUNet.tiny().eval()
    plain = UNet2DConditionModel(
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        attention_head_dim=2,
        cross_attention_dim=16,
        norm_num_groups=4,
    ).eval()
    found = network.unet.load_state_dict(plain.state_dict(), strict=False)
    assert not found.unexpected_keys  # a checkpoint of Stable Diffusion goes in key by key
    assert all(".over_time." in key or ".motion_modules." in key for key in found.missing_keys)
    video, time = torch.randn(2, 4, 3, 8, 8), torch.tensor([0.3, 0.8])
    text = Conditions.of(text=torch.randn(2, 5))
    context = network.mix(text, Latents(video=video))
    predicted = network(Latents(video=video), time, text).video
    for picture in range(3):
        image = plain(video[:, :, picture], 1000 * time, encoder_hidden_states=context).sample
        torch.testing.assert_close(predicted[:, :, picture], image, rtol=1e-4, atol=1e-5)
    grown(network)
    moved = video.clone()
    moved[:, :, 2] += 1
    difference = (
        network(Latents(video=moved), time, text).video - network(Latents(video=video), time, text).video
    )
    assert difference[:, :, 0].abs().max() > 1e-4  # pictures know of each other once it has learnt


def test_weights_of_trained_streams_go_in_and_a_saved_model_comes_back(tmp_path):
    network, latents, time, conditions = both("transformers")
    grown(network)
    network.audio.load_state_dict(grown(AudioTransformer.tiny()).state_dict())
    network.save_pretrained(tmp_path)
    again = TwoStreams.from_pretrained(tmp_path)
    with torch.no_grad():
        torch.testing.assert_close(
            again(latents, time, conditions).video, network(latents, time, conditions).video
        )


def test_the_paper_s_size_builds():
    with torch.device("meta"):
        network = TwoStreams(
            {"class_name": "AudioUNet", "latent_channels": 8}, {"class_name": "Pseudo3dUNet"}, heads=8
        )
    assert network.audio.middle_width == network.video.middle_width == 1280
    assert isinstance(network.alignment.to_audio_width, torch.nn.Identity)
    assert 2.3e9 < sum(p.numel() for p in network.parameters()) < 2.6e9


@pytest.mark.parametrize("process", ["flow", "epsilon", "v_prediction"])
def test_it_samples_sound_and_picture_at_once_under_guidance(process):
    audio = {"class_name": "AudioTransformer", **AudioTransformer.tiny(process=process).config}
    video = {"class_name": "FrameTransformer", **FrameTransformer.tiny(process=process).config}
    network = grown(TwoStreams(audio, video, heads=2), 0.02)
    _, noise, _, conditions = both("transformers")
    guidance = plan_branches({branch("text"): 2.0, NONE: -1.0}, 2, conditions)
    found = sample(network, sampler_of(network.process), noise, guidance, steps=3)
    assert found.audio.shape == noise.audio.shape and found.video.shape == noise.video.shape
    assert found.audio.isfinite().all() and found.video.isfinite().all()


def test_streams_of_two_processes_or_unknown_ones_are_refused():
    flow = {"class_name": "AudioTransformer", **AudioTransformer.tiny().config}
    noise = {"class_name": "FrameTransformer", **FrameTransformer.tiny(process="epsilon").config}
    with pytest.raises(ValueError, match="two processes"):
        TwoStreams(flow, noise, heads=2)
    with pytest.raises(ValueError, match="class_name"):
        TwoStreams({"class_name": "Wavenet"}, noise)
    with pytest.raises(ValueError, match="multiple of 2"):
        FrameTransformer.tiny()(
            Latents(video=torch.randn(1, 3, 3, 4, 4)), torch.rand(1), Conditions.of(text=torch.randn(1, 5))
        )


@pytest.mark.parametrize("reduction", ["max", "mean"])
def test_similarity_of_every_pair_is_eq_14_written_out(reduction):
    torch.manual_seed(0)
    a, v = torch.randn(3, 4, 6), torch.randn(3, 5, 6)
    wa, wv = torch.rand(3, 4).softmax(-1), torch.rand(3, 5).softmax(-1)
    found = token_similarity(a, v, wa, wv, reduction)
    reduce = max if reduction == "max" else lambda values: sum(values) / len(values)
    for i in range(3):
        for k in range(3):
            cosine = torch.nn.functional.cosine_similarity(a[i][:, None], v[k][None], dim=-1)
            first = sum(wa[i, m] * reduce(list(cosine[m])) for m in range(4))
            second = sum(wv[k, n] * reduce(list(cosine[:, n])) for n in range(5))
            torch.testing.assert_close(found[i, k], first + second)


def test_eas_is_zero_for_one_pair_and_falls_as_pairs_come_together():
    assert eas_loss(torch.tensor([[0.3]])) == 0
    apart, together = torch.zeros(4, 4), 2 * torch.eye(4)
    assert eas_loss(together) < 1e-6 + 0.01 < eas_loss(apart)
    torch.testing.assert_close(eas_loss(apart), 2 * torch.tensor(4.0).log())


def test_eas_teaches_the_tokens_and_their_weights():
    torch.manual_seed(0)
    alignment = TokenAlignment(6, 4)
    a, v = torch.randn(3, 4, 6, requires_grad=True), torch.randn(3, 5, 4, requires_grad=True)
    eas_loss(alignment(a, v)).backward()
    for gradient in (a.grad, v.grad, alignment.audio_score.weight.grad, alignment.to_audio_width.weight.grad):
        assert gradient.abs().sum() > 0
    with pytest.raises(ValueError, match="max or mean"):
        token_similarity(a, torch.randn(3, 5, 6), torch.rand(3, 4), torch.rand(3, 5), "sum")
