"""Training at paper size, at tiny sizes: two processes are one, a step helps, a resumed run is the uninterrupted one."""

import importlib
import inspect
import math
from pathlib import Path

import lightning
import pytest
import torch
import yaml
from tiny_words import tiny_tokenizer
from torch.utils.data import DataLoader

import cvalp
from cvalp.paper import checkpointing
from cvalp.paper.model import PaperCVALP
from cvalp.training.paper import PaperTraining, top1, window_vectors

HERE = Path(__file__).parent
WORDS = ("a dog", "rain", "a", "dog rain")


@pytest.fixture(scope="module")
def words(tmp_path_factory) -> str:
    return tiny_tokenizer(tmp_path_factory.mktemp("words"))


def module(words: str, **options) -> PaperTraining:
    torch.manual_seed(0)
    settings = {"window_tokens": 2, "window_starts": (0, 1, 2), "warmup_steps": 2, "max_steps": 8, "learning_rate": 1e-3} | options
    return PaperTraining(PaperCVALP.tiny(words, unfrozen_text_layers=1), **settings)


def clips(count: int) -> list[dict]:
    g = torch.Generator().manual_seed(0)
    return [
        {
            "frames": torch.randint(0, 256, (4, 32, 32, 3), dtype=torch.uint8, generator=g),
            "mel": torch.rand(128, 64, generator=g),
            "caption": WORDS[k % 4],
        }
        for k in range(count)
    ]


def fit(training: PaperTraining, folder: Path, epochs: int, checkpoint: Path | None = None) -> lightning.Trainer:
    trainer = lightning.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        num_sanity_val_steps=0,
        gradient_clip_val=1.0,
        precision="bf16-mixed",
        default_root_dir=folder,
    )
    loader = DataLoader(clips(4), 2)
    trainer.fit(training, loader, loader, ckpt_path=checkpoint, weights_only=False)
    return trainer


def learnt(training: PaperTraining, batch: dict, seed: int = 3) -> tuple[dict[str, torch.Tensor], dict[str, torch.Tensor]]:
    """Gradients of every parameter, and the buffers after the step (the norms' statistics)."""
    torch.manual_seed(seed)
    training.losses(batch)["loss"].backward()
    buffers = {name: value.clone() for name, value in training.named_buffers()}
    return {name: p.grad for name, p in training.named_parameters() if p.requires_grad}, buffers


@pytest.mark.parametrize("chunk", [1, 3, 8])
def test_cached_gradients_are_those_of_the_whole_batch(words, chunk):
    """Norms as they are and no dropout: chunks, of which the last may be smaller, change nothing."""
    batch = next(iter(DataLoader(clips(5), 5)))
    expected, _ = learnt(module(words).eval(), batch)
    found, _ = learnt(module(words, grad_cache_chunk=chunk).eval(), batch)
    assert found.keys() == expected.keys()
    size = float(torch.cat([value.flatten() for value in expected.values()]).norm())
    for name, value in expected.items():
        assert float((found[name] - value).norm()) < 1e-5 * size, name  # a sum over five clips is rounded otherwise than over one


@pytest.mark.parametrize("blocks_too", [False, True])
def test_caching_repeats_the_dropout_and_counts_a_chunk_once(words, monkeypatch, blocks_too):
    """In training: against the same chunks with all of their activations kept."""
    batch = next(iter(DataLoader(clips(4), 4)))
    found, statistics = learnt(module(words, gradient_checkpointing=blocks_too, grad_cache_chunk=2), batch)
    with monkeypatch.context() as patch:
        patch.setattr(checkpointing, "checkpointed", lambda module, rows, method: getattr(module, method)(rows))
        expected, once = learnt(module(words, gradient_checkpointing=False, grad_cache_chunk=2), batch)
        other, _ = learnt(module(words, gradient_checkpointing=False, grad_cache_chunk=2), batch, seed=4)
    assert int(once["model.video.blocks.0.norm.num_batches_tracked"]) == 2
    for name, value in once.items():
        torch.testing.assert_close(statistics[name], value, msg=lambda text, name=name: f"{name}: {text}")
    for name, value in expected.items():
        torch.testing.assert_close(found[name], value, atol=1e-5, rtol=1e-5, msg=lambda text, name=name: f"{name}: {text}")
    weight = "model.audio.conv_block2.conv1.weight"
    assert not torch.allclose(other[weight], expected[weight], atol=1e-5)  # dropout is on


def test_windows_are_pooled_where_they_say(words):
    tokens = torch.randn(2, 6, 5)
    vectors = window_vectors(tokens, (0, 3), 3, "max")
    second = tokens[:, 3:6].amax(1)
    torch.testing.assert_close(vectors[:, 1], second / second.norm(dim=-1, keepdim=True))
    assert vectors.shape == (2, 2, 5)
    assert float(top1(torch.eye(3), torch.eye(3)[[0, 2, 1]])) == pytest.approx(1 / 3)


def test_a_step_along_the_gradient_lowers_the_loss(words):
    training, batch = module(words, frozen_norms=True), next(iter(DataLoader(clips(4), 4)))
    training.eval()  # no dropout: the same function before and after
    before = training.losses(batch)
    expected = before["audio_text"] + before["audio_video"] + before["temporal"]
    torch.testing.assert_close(before["loss"], expected)
    before["loss"].backward()
    learning = {name: p for name, p in training.named_parameters() if p.requires_grad}
    assert all(p.grad is not None and p.grad.isfinite().all() for p in learning.values())
    torch.optim.SGD(learning.values(), lr=1e-4).step()
    assert training.losses(batch)["loss"] < before["loss"]


def test_panns_own_bands_are_heard_from_the_wave(words):
    """Shards may hold both: the model says which it reads."""
    torch.manual_seed(0)
    training = PaperTraining(PaperCVALP.tiny(words, sound="panns16k"), window_tokens=2, window_starts=(0, 1, 2)).eval()
    batch = next(iter(DataLoader(clips(2), 2)))
    terms = training.losses({**batch, "wave": 0.1 * torch.randn(2, 16_384)})
    assert bool(terms["loss"].isfinite())
    with pytest.raises(KeyError, match="wave"):
        training.losses(batch)


@pytest.mark.filterwarnings("ignore")
def test_resumed_equals_uninterrupted_and_temperatures_stay_in_bounds(words, tmp_path):
    """Mixed precision, checkpointed activations, dropout and warm-up included."""
    whole = module(words)
    with torch.no_grad():
        whole.model.log_scale.fill_(9.0)
    trainer = fit(whole, tmp_path, 2)
    assert {"validation/loss", "validation/time_top1", "train/loss"} <= set(trainer.callback_metrics)
    assert float(whole.model.log_scale.max()) <= math.log(100) + 1e-6
    first = module(words)
    with torch.no_grad():
        first.model.log_scale.fill_(9.0)
    fit(first, tmp_path, 1).save_checkpoint(tmp_path / "half.ckpt")
    torch.manual_seed(99)  # whatever the process drew meanwhile must not matter
    resumed = module(words)
    fit(resumed, tmp_path, 2, tmp_path / "half.ckpt")
    for (name, a), b in zip(whole.state_dict().items(), resumed.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


@pytest.mark.filterwarnings("ignore")
def test_frozen_norms_keep_their_statistics(words, tmp_path):
    """In the trainer's own hands: Lightning leaves modules in the mode in which it finds them."""
    training = module(words, frozen_norms=True)
    before = {name: value.clone() for name, value in training.named_buffers() if "running" in name}
    fit(training, tmp_path, 1)
    assert training.training and before
    assert all(torch.equal(value, training.get_buffer(name)) for name, value in before.items())


def test_a_wholly_frozen_text_tower_is_not_thinned(words):
    torch.manual_seed(0)
    training = PaperTraining(PaperCVALP.tiny(words), window_tokens=2, window_starts=(0, 1, 2))
    assert training.model.audio.training and not training.model.text.encoder.training
    assert torch.equal(training.read(["a dog", "rain"]), training.read(["a dog", "rain"]))


@pytest.mark.parametrize("name", ["paper", "published", "ablation"])
def test_packaged_configurations_name_what_exists(name):
    """Every class, and every argument that it is given; a tokenizer that nobody has to import first is in the repository."""

    def check(node: object) -> None:
        if isinstance(node, dict) and "class_path" in node:
            package, _, kind = node["class_path"].rpartition(".")
            signature = inspect.signature(getattr(importlib.import_module(package), kind).__init__)
            loose = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in signature.parameters.values())
            assert loose or set(node.get("init_args", {})) <= signature.parameters.keys(), node["class_path"]
        for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            check(value)

    config = yaml.safe_load((Path(cvalp.__file__).parent / "configs" / f"{name}.yaml").read_text())
    check(config)
    if name in ("paper", "ablation"):
        tower = config["model"]["init_args"]["model"]["init_args"]
        assert (HERE.parents[1] / (tower.get("tokenizer") or tower["tokenizer_file"])).is_file()
