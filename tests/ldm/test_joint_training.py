"""The joint trainers: the parts of their losses, what each task asks for, and that a small model learns."""

import lightning
import pytest
import torch
from torch.utils.data import DataLoader

from ldm.audio_mapper import AudioMapper
from ldm.denoisers.frame_transformer import FrameTransformer
from ldm.denoisers.two_streams import TwoStreams
from ldm.denoisers.uniform_transformer import UniformTransformer
from ldm.training.joint import TwoStreamTraining
from ldm.training.tempo import TempoTraining
from ldm.training.uniform import UniformTraining

pytestmark = pytest.mark.filterwarnings("ignore")


def batch(rows: int = 4) -> dict[str, torch.Tensor]:
    g = torch.Generator().manual_seed(0)
    return {
        "audio": torch.randn(rows, 4, 4, generator=g),
        "video": torch.randn(rows, 3, 4, 4, 4, generator=g),
        "text": torch.randn(rows, 5, generator=g),
        "sound": torch.randn(rows, 4, 6, generator=g),
    }


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def fitted(module: lightning.LightningModule, steps: int, rows: int = 4) -> lightning.LightningModule:
    trainer = lightning.Trainer(
        max_steps=steps,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
    )
    trainer.fit(module, DataLoader([batch(rows)] * steps, batch_size=None, collate_fn=lambda item: item))
    return module


def test_the_two_streams_loss_is_the_sum_of_eq_11_and_lambda_eq_13():
    module = TwoStreamTraining(TwoStreams.tiny(), eas_weight=0.3)
    terms = module.terms(module.network, batch(), generator(), None)
    torch.testing.assert_close(terms["total"], terms["audio"] + terms["video"] + 0.3 * terms["eas"])
    alone = TwoStreamTraining(TwoStreams.tiny(), eas_weight=0.0)
    assert "eas" not in alone.terms(alone.network, batch(), generator(), None)
    assert not any(parameter.requires_grad for parameter in alone.network.alignment.parameters())


def test_with_one_clip_the_alignment_is_zero_and_that_is_said():
    module = TwoStreamTraining(TwoStreams.tiny())
    with pytest.warns(UserWarning, match="batches of one clip"):
        assert module.terms(module.network, batch(1), generator(), None)["eas"] == 0


@pytest.mark.parametrize(
    ("task", "asked"),
    [
        ("t2av", {"audio", "video"}),
        ("v2a", {"audio"}),
        ("a2v", {"video"}),
        ("t2a", {"audio"}),
        ("t2v", {"video"}),
    ],
)
def test_every_task_of_uniform_is_judged_by_what_it_asks_for(task, asked):
    module = UniformTraining(UniformTransformer.tiny())
    terms = module.task_terms(task, module.network, batch(), generator(), None)
    assert terms.keys() - {"total"} == asked
    torch.testing.assert_close(terms["total"], sum(terms[name] for name in asked))


def grown_uniform(**settings) -> UniformTransformer:
    torch.manual_seed(0)
    network = UniformTransformer.tiny(**settings)
    for parameter in network.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    return network


@torch.no_grad()
def test_what_is_given_is_clean_or_noised_like_the_rest_as_asked():
    found = {}
    for how in ("clean", "shared_t", "independent_t"):
        module = UniformTraining(grown_uniform(condition_noise=how), drop_text=0.0)
        rows = {name: value.clone() for name, value in batch().items()}
        times = torch.full((4,), 1.0)
        first = module.task_terms("v2a", module.network, rows, generator(), times)
        rows["video"] += 1
        second = module.task_terms("v2a", module.network, rows, generator(), times)
        found[how] = float((first["audio"] - second["audio"]).abs())
    assert found["shared_t"] == 0  # at time 1 a picture that is noised like the sound says nothing
    assert found["clean"] > 1e-4 and found["independent_t"] > 1e-4
    module = UniformTraining(grown_uniform(condition_noise="independent_t"))
    assert {"audio", "video"} <= module.task_terms("v2a", module.network, batch(), generator(), None).keys()


def test_shares_of_tasks_are_checked():
    with pytest.raises(ValueError, match="sum to 1"):
        UniformTraining(UniformTransformer.tiny(), {"v2a": 0.5})
    with pytest.raises(ValueError, match="sum to 1"):
        UniformTraining(UniformTransformer.tiny(), {"i2a": 1.0})


def test_only_the_mapper_learns_and_the_penalty_counts():
    denoiser = FrameTransformer.tiny()
    for parameter in denoiser.parameters():
        parameter.data.add_(0.1 * torch.randn_like(parameter))
    before = {name: value.clone() for name, value in denoiser.state_dict().items()}
    module = TempoTraining(AudioMapper.tiny(), denoiser, warmup_steps=1, max_steps=5, token_weight=0.5)
    start = {name: value.clone() for name, value in module.network.state_dict().items()}
    terms = module.terms(module.network, batch(), generator(), torch.full((4,), 0.5))
    torch.testing.assert_close(terms["total"], terms["video"] + 0.5 * terms["tokens"])
    assert terms["video"] != terms["video_unheard"]
    fitted(module, 3)
    assert all(torch.equal(value, before[name]) for name, value in denoiser.state_dict().items())
    assert any(not torch.equal(value, start[name]) for name, value in module.network.state_dict().items())


@pytest.mark.parametrize("kind", ["two-stream", "uniform"])
def test_a_small_model_learns_one_batch_by_heart(kind):
    torch.manual_seed(0)
    options = {"lr": 1e-2, "warmup_steps": 5, "max_steps": 120, "ema_decay": 0.9}
    if kind == "two-stream":
        module = TwoStreamTraining(TwoStreams.tiny(), **options)
    else:
        module = UniformTraining(UniformTransformer.tiny(), {"t2av": 1.0}, drop_text=0.0, **options)
    times = torch.tensor([0.2, 0.5, 0.8, 0.95])
    with torch.no_grad():
        before = module.terms(module.used, batch(), generator(), times)["total"]
        fitted(module, 120)
        after = module.terms(module.used, batch(), generator(), times)["total"]
    assert after < 0.8 * before


def test_the_video_stream_of_two_streams_is_what_the_mapper_starts_from(tmp_path):
    module = fitted(TwoStreamTraining(TwoStreams.tiny(), warmup_steps=1, max_steps=4), 2)
    file = tmp_path / "last.ckpt"
    torch.save({"state_dict": module.state_dict()}, file)
    tempo = TempoTraining(AudioMapper.tiny(), FrameTransformer.tiny(), start=str(file))
    used = module.used.video.state_dict()
    assert all(torch.equal(value, used[name]) for name, value in tempo.denoiser.state_dict().items())
