import math
from pathlib import Path

import lightning
import pytest
import torch
from torch.utils.data import DataLoader

import vocoders
from vocoders.noise_schedule import NoiseSchedule
from vocoders.training.vocoder import random_crops
from vocoders.training.wavegrad import WaveGradTraining, continuous_levels
from vocoders.wavegrad import WaveGrad


@pytest.fixture(scope="module")
def waves(sounds) -> list[dict]:
    return [{"wave": sounds.decaying_tones(seed, 8192, [1000 + 700 * seed])} for seed in range(4)]


@pytest.fixture
def module(tiny):
    """Makes the training of a tiny vocoder, always from the same weights."""

    def make(**options) -> WaveGradTraining:
        return WaveGradTraining(tiny.gla_grad_plus_plus(), crop_samples=2048, crops_per_sound=2, warmup_steps=2, **options)

    return make


def trainer(folder: Path, max_epochs: int) -> lightning.Trainer:
    return lightning.Trainer(
        max_epochs=max_epochs, accelerator="cpu", devices=1, logger=False, default_root_dir=folder, enable_progress_bar=False,
        enable_model_summary=False, enable_checkpointing=False,
    )  # fmt: skip


def test_levels_are_continuous_within_a_step() -> None:
    """With one step levels are uniform between its level and 1; with more every step is as likely as any other."""
    draw = torch.Generator().manual_seed(0)
    one = continuous_levels(NoiseSchedule((0.75,)), 4000, draw)
    assert one.min() >= 0.5 and one.max() <= 1 and float(one.mean()) == pytest.approx(0.75, abs=0.01)
    two = NoiseSchedule((0.19, 0.75))  # levels 1, 0.9, 0.45
    drawn = continuous_levels(two, 4000, draw)
    assert float((drawn > 0.9).float().mean()) == pytest.approx(0.5, abs=0.03) and drawn.min() > 0.4499


def test_crops_are_whole_hops_of_the_wave() -> None:
    wave = torch.arange(1000.0)[None].repeat(5, 1)
    crops = random_crops(wave, 300, 64, 1.0, torch.Generator().manual_seed(0))
    assert crops.shape == (5, 256) and (crops.diff() == 1).all() and len(set(crops[:, 0].tolist())) > 1
    assert random_crops(wave, 5000, 64, 1.0, torch.Generator().manual_seed(0)).shape == (5, 960)


def test_loss_of_a_network_that_says_nothing_is_the_mean_of_the_noise(module, waves) -> None:
    """E |epsilon| = sqrt(2 / pi)."""
    training = module()
    torch.nn.init.zeros_(training.vocoder.network.wave_out.weight)
    loss = training.noise_error(torch.stack([item["wave"] for item in waves]), torch.Generator().manual_seed(0))
    assert loss.item() == pytest.approx(math.sqrt(2 / math.pi), rel=0.01)


def test_learning_lowers_the_loss(module, waves) -> None:
    training, true = module(), torch.stack([item["wave"] for item in waves])[:, :4096]
    optimizer = torch.optim.Adam(training.vocoder.parameters(), 2e-3)
    history = []
    for _ in range(30):
        loss = training.noise_error(true, torch.Generator().manual_seed(0))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    assert history[-1] < 0.8 * history[0]


def test_resumed_equals_uninterrupted_and_exports(tmp_path, waves, module) -> None:
    def loader() -> DataLoader:
        return DataLoader(waves, batch_size=2, shuffle=False)

    whole = module(export_folder=str(tmp_path / "export"))
    trainer(tmp_path, 2).fit(whole, loader(), loader())
    half = module()
    first = trainer(tmp_path, 1)
    first.fit(half, loader())
    first.save_checkpoint(tmp_path / "half.ckpt")
    resumed = module()
    trainer(tmp_path, 2).fit(resumed, loader(), ckpt_path=tmp_path / "half.ckpt")
    assert whole.batch_number == resumed.batch_number == 3
    for name, weights in whole.vocoder.state_dict().items():
        assert torch.equal(weights, resumed.vocoder.state_dict()[name]), name
    for guide in ("gla_grad_plus_plus", "none"):
        exported = WaveGrad.from_pretrained(tmp_path / "export", guide=guide)
        assert torch.equal(exported.network.wave_out.weight, whole.vocoder.network.wave_out.weight)
    for source, original in ((tmp_path / "export", whole), (tmp_path / "half.ckpt", half)):
        started = module(checkpoint=str(source))
        assert torch.equal(started.vocoder.network.wave_out.weight, original.vocoder.network.wave_out.weight)


@pytest.mark.parametrize(("overlays", "folder"), [([], "runs/wavegrad"), (["wavegrad-small.yaml"], "runs/wavegrad-small")])
def test_the_packaged_configurations_train(overlays, folder, tmp_path, monkeypatch) -> None:
    """At a tiny size, over the real command's parser, data and trainer."""
    from ta_v2a.training.stages import run_stage

    monkeypatch.chdir(tmp_path)
    configs = [str(Path(vocoders.__file__).parent / "configs" / name) for name in ["wavegrad.yaml", *overlays]]
    sizes = {"mel_width": "8", "up_widths": "[8,8,8,8,8]", "wave_widths": "[4,4,4,4,4]"}
    data = {"duration_s": "0.512", "batch_size": "2", "clips_per_epoch": "4", "validation_clips": "2", "workers": "0"}
    options = [word for name, value in sizes.items() for word in (f"--model.init_args.vocoder.init_args.{name}", value)]
    options += [word for name, value in data.items() for word in (f"--data.init_args.{name}", value)]
    options += ["--trainer.max_steps", "2", "--trainer.accelerator", "cpu", "--trainer.val_check_interval", "1"]
    report = run_stage("vocoder", configs, [*options, "--trainer.enable_progress_bar", "false"])
    assert report["steps"] == 2 and 0 < report["metrics"]["loss/validation"] < 10
    assert WaveGrad.from_pretrained(f"{folder}/vocoder")(torch.zeros(1, 128, 2)).shape == (1, 512)
