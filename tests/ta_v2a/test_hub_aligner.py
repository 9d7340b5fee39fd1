"""The aligner over published pipelines, diffusers' own classes at tiny sizes; ImageBind's role."""

import json
from pathlib import Path

import pytest
import torch
from diffusers import (
    AudioLDMPipeline,
    AutoencoderKL,
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    FlowMatchEulerDiscreteScheduler,
    HeunDiscreteScheduler,
    UNet2DConditionModel,
)
from tiny_films import write_animatediff
from transformers import (
    ClapTextConfig,
    ClapTextModelWithProjection,
    RobertaTokenizer,
    SpeechT5HifiGan,
    SpeechT5HifiGanConfig,
)

from cvalp.joint_embedding import CvalpEmbedding, JointEmbedding
from ldm.guides.aligner import OtherEmbedding, distance
from ldm.guides.published import guided_steps, process_of_scheduler
from ldm.latents import Latents
from ta_v2a.engine.hub_aligner import (
    AlignedPipeline,
    embedded_film,
    embedded_sound,
    film_of_pipeline,
    wave_of_pipeline,
)
from ta_v2a.engine.imagebind import ImageBindEmbedding
from ta_v2a.errors import UserError
from vocoders.mel import LogMel

pytestmark = pytest.mark.filterwarnings("ignore")
BETAS = {"beta_schedule": "scaled_linear", "beta_start": 0.0015, "beta_end": 0.0195}


@pytest.fixture(scope="module")
def audioldm(tmp_path_factory) -> AudioLDMPipeline:
    """AudioLDM's classes: 64 bands, four frames and bands a latent, 16 kHz."""
    folder = tmp_path_factory.mktemp("words")
    torch.manual_seed(0)
    letters = ["<s>", "<pad>", "</s>", "<unk>", "<mask>", *"abcdefghijklmnopqrstuvwxyz", "Ġ"]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(letters)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    text = ClapTextConfig(
        vocab_size=len(letters),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        projection_dim=16,
        pad_token_id=1,
        max_position_embeddings=40,
    )
    unet = UNet2DConditionModel(
        in_channels=4,
        out_channels=4,
        block_out_channels=(8, 16),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        attention_head_dim=2,
        cross_attention_dim=(8, 16),
        class_embed_type="simple_projection",
        projection_class_embeddings_input_dim=16,
        class_embeddings_concat=True,
        norm_num_groups=4,
    )
    vae = AutoencoderKL(
        in_channels=1,
        out_channels=1,
        down_block_types=("DownEncoderBlock2D",) * 3,
        up_block_types=("UpDecoderBlock2D",) * 3,
        block_out_channels=(8, 8, 8),
        layers_per_block=1,
        norm_num_groups=4,
    )
    vocoder = SpeechT5HifiGan(
        SpeechT5HifiGanConfig(
            model_in_dim=64,
            sampling_rate=16_000,
            upsample_initial_channel=8,
            upsample_rates=[10, 16],
            upsample_kernel_sizes=[20, 32],
            resblock_kernel_sizes=[3],
            resblock_dilation_sizes=[[1]],
            normalize_before=False,
        )
    )
    for parameter in vocoder.parameters():  # as published ones, it is to be heard
        if parameter.ndim > 1:
            torch.nn.init.xavier_normal_(parameter, gain=3.0)
    tokenizer = RobertaTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=24)
    clap = ClapTextModelWithProjection(text).eval()
    return AudioLDMPipeline(vae, clap, tokenizer, unet, DDIMScheduler(**BETAS, clip_sample=False), vocoder)


def embedding_of(pipeline, seconds: float) -> CvalpEmbedding:
    return CvalpEmbedding(pipeline.cvalp, seconds)


def test_sound_of_a_published_pipeline_comes_nearer_to_a_picture(audioldm, pipeline):
    assert isinstance(embedding_of(pipeline, 1.024), JointEmbedding)
    embedding = embedding_of(pipeline, 1.024)
    embed = embedded_sound(audioldm, embedding, LogMel(pipeline.clock))
    film = torch.rand(1, 16, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    fixed = {"video": embedding.of_pictures(film), "text": embedding.of_words(["a dog"])}
    call = {"prompt": "a dog", "audio_length_in_s": 1.28, "guidance_scale": 2.0}
    judge = OtherEmbedding({"audio": embed}, {"video": -fixed["video"]})
    aligned = AlignedPipeline(audioldm, "audio", embed, judge=judge)
    own = audioldm.scheduler.step

    def made(run, **more):
        return torch.from_numpy(run(**call, **more, generator=torch.Generator().manual_seed(0)).audios)

    plain = made(audioldm, num_inference_steps=10)
    moved = made(aligned, fixed=fixed, num_inference_steps=10)
    assert moved.shape == plain.shape and not torch.allclose(moved, plain)
    mel = LogMel(pipeline.clock)
    near = {
        name: float(distance(embedding.of_sound(mel(wave)), fixed["video"]).mean())
        for name, wave in {"plain": plain, "moved": moved}.items()
    }
    assert near["moved"] < near["plain"]
    assert len(aligned.history) == 7 and aligned.history[0].keys() >= {"audio-video", "audio-text"}
    for entry in aligned.history:  # 1 - cos(-v) = 2 - (1 - cos v)
        assert entry["judged audio-video"] == pytest.approx(2 - entry["audio-video"], abs=1e-4)
    assert audioldm.scheduler.step == own
    assert made(audioldm, num_inference_steps=10).equal(plain)


def test_pictures_of_a_published_pipeline_come_nearer_to_a_sound(tmp_path, pipeline):
    from ta_v2a.packing.pack import hub_head

    published, adapter = map(str, write_animatediff(tmp_path))
    named = hub_head(published, adapter, pictures=4, picture_px=32)["video_head"]
    pipe = named.opened().pipe
    embedding = embedding_of(pipeline, 1.024)
    wave = torch.randn(1, 16_384, generator=torch.Generator().manual_seed(2))
    fixed = {"audio": embedding.of_sound(LogMel(pipeline.clock)(wave))}
    embed = embedded_film(pipe, embedding)
    call = {"prompt": "a dog", "num_frames": 4, "height": 32, "width": 32, "output_type": "latent"}

    def made(run, **more):
        return run(**call, **more, generator=torch.Generator().manual_seed(0)).frames

    plain = made(pipe, num_inference_steps=8)
    aligned = AlignedPipeline(pipe, "video", embed, rate=0.1)
    moved = made(aligned, fixed=fixed, num_inference_steps=8)
    near = [float(distance(embed(latents), fixed["audio"])) for latents in (plain, moved)]
    assert near[1] < near[0]
    film = film_of_pipeline(pipe)(plain)
    assert film.shape == (1, 4, 3, 32, 32) and float(film.min()) >= 0 and float(film.max()) <= 1
    with pytest.raises(UserError, match="no embedding of audio"):
        made(aligned, fixed={"text": embedding.of_words(["a dog"])}, num_inference_steps=2)
    with pytest.raises(UserError, match="neither a vocoder"):
        wave_of_pipeline(pipe)


@pytest.mark.parametrize(
    "scheduler",
    [
        DDIMScheduler(**BETAS, clip_sample=False),
        DDIMScheduler(**BETAS, clip_sample=False, prediction_type="v_prediction"),
        EulerDiscreteScheduler(**BETAS),
        DPMSolverMultistepScheduler(**BETAS),
        FlowMatchEulerDiscreteScheduler(shift=3.0),
    ],
    ids=lambda scheduler: f"{type(scheduler).__name__}-{dict(scheduler.config).get('prediction_type')}",
)
def test_the_guide_sees_the_clean_estimate_of_every_kind_of_scheduler(scheduler):
    """A denoiser that knows the data predicts such that the estimate is the data, at every step."""
    data = torch.randn(1, 3, 4, generator=torch.Generator().manual_seed(0))
    process, found = process_of_scheduler(scheduler.config), []

    class Looking:
        def moved(self, prediction, noisy, time, process):
            found.append(process.clean(noisy.given_audio, prediction.given_audio, time))
            return noisy

    scheduler.set_timesteps(6)
    total = scheduler.config.num_train_timesteps
    sample = torch.randn(1, 3, 4, generator=torch.Generator().manual_seed(1))
    sample = sample * float(getattr(scheduler, "init_noise_sigma", 1.0))
    with guided_steps(scheduler, Looking(), "audio"):
        for timestep in scheduler.timesteps:
            flow = process.config == "flow"
            seen = sample if flow else scheduler.scale_model_input(sample, timestep)
            told = process.prediction(seen, data, float(timestep) / total)
            sample = scheduler.step(told, timestep, sample, return_dict=False)[0]
    assert len(found) == 6
    for clean in found:
        torch.testing.assert_close(clean, data, atol=2e-3, rtol=2e-3)


def test_schedulers_of_another_kind_are_refused():
    class Still:
        def moved(self, prediction: Latents, noisy: Latents, time, process) -> Latents:
            return noisy

    with pytest.raises(ValueError, match="steps no process that is known here"):
        process_of_scheduler(DDIMScheduler(beta_schedule="squaredcos_cap_v2").config)
    with (
        pytest.raises(ValueError, match="more than once a step"),
        guided_steps(HeunDiscreteScheduler(**BETAS), Still(), "audio"),
    ):
        pass


class SmallBind(torch.nn.Module):
    """Answers as ImageBind does, with a linear layer for each modality."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.vision, self.audio = torch.nn.Linear(2 * 3 * 14 * 14, 8), torch.nn.Linear(128 * 204, 8)
        self.text = torch.nn.Embedding(300, 8)

    def forward(self, given):
        ((name, value),) = given.items()
        if name == "text":
            return {name: self.text(value).mean(1)}
        if name == "vision":
            assert value.shape[1:] == (5, 3, 2, 224, 224)
            small = torch.nn.functional.adaptive_avg_pool3d(value.flatten(0, 1), (2, 14, 14))
            return {name: self.vision(small.flatten(1)).unflatten(0, value.shape[:2]).mean(1)}
        assert value.shape[1:] == (3, 1, 128, 204)
        return {name: self.audio(value.flatten(2)).mean(1)}


def test_imagebind_s_role_is_kept_and_gradients_flow(pipeline):
    def tokens(texts):
        return torch.tensor([[min(299, ord(letter)) for letter in text[:3]] for text in texts])

    bind = ImageBindEmbedding(SmallBind(), pipeline.vocoder, pipeline.clock.sample_rate_hz, tokens)
    assert isinstance(bind, JointEmbedding)
    film = torch.rand(2, 7, 3, 40, 60, requires_grad=True)
    wave = torch.randn(2, 20_000, requires_grad=True)
    vectors = [bind.of_pictures(film), bind.of_wave(wave, 16_000), bind.of_words(["dog", "cat"])]
    vectors.append(bind.of_pictures(film[:, :1]))
    for each in vectors:
        torch.testing.assert_close(each.norm(dim=1), torch.ones(2))
    distance(vectors[0], vectors[1]).sum().backward()
    assert float(film.grad.abs().sum()) > 0 and float(wave.grad.abs().sum()) > 0
    assert bool(wave.grad.isfinite().all())
    mel = LogMel(pipeline.clock)(wave.detach()[:, :16_384])
    assert bind.of_sound(mel).shape == (2, 8)


def test_without_its_package_that_is_said_in_one_line(tmp_path, pipeline):
    with pytest.raises(UserError, match="ImageBind is no dependency") as said:
        ImageBindEmbedding.from_checkpoint(tmp_path / "imagebind_huge.pth", pipeline.vocoder, 16_000)
    assert "\n" not in str(said.value)
    assert not Path(tmp_path / "imagebind_huge.pth").exists()
