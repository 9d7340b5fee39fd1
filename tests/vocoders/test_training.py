import lightning
import pytest
import soundfile
import torch
from torch.utils.data import DataLoader

from vocoders.istft_net import IstftNet
from vocoders.training.shared import start_from
from vocoders.training.vocoder import VocoderTraining


@pytest.fixture(scope="module")
def waves(sounds) -> list[dict]:
    return [{"wave": sounds.decaying_tones(seed, 8192, [1000 + 700 * seed])} for seed in range(4)]


def module(total_steps: int, **options) -> VocoderTraining:
    torch.manual_seed(0)
    network = IstftNet(width=16, hidden=24, blocks=1, prior_iterations=2)
    return VocoderTraining(network, total_steps=total_steps, crop_samples=4096, warmup_steps=2, **options)


def trainer(folder, max_epochs: int) -> lightning.Trainer:
    return lightning.Trainer(
        max_epochs=max_epochs, accelerator="cpu", devices=1, logger=False, default_root_dir=folder, enable_progress_bar=False,
        enable_model_summary=False, enable_checkpointing=False,
    )  # fmt: skip


def test_learning_lowers_the_loss(waves) -> None:
    net = module(40).network.train()
    loss = VocoderTraining(net).loss
    true = torch.stack([item["wave"] for item in waves])
    mel = loss.log_mel(true)
    optimizer = torch.optim.AdamW(net.parameters(), 3e-3)
    history = []
    for _ in range(25):
        value, _ = loss(net.synthesise(mel), true)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        history.append(value.item())
    assert history[-1] < 0.98 * history[0]


def loader(waves) -> DataLoader:
    return DataLoader(waves, batch_size=2, shuffle=False)


@pytest.mark.parametrize("options", [{}, {"adversarial_weight": 1.0}, {"adversarial_weight": 1.0, "adversary_from": 3}])
def test_resumed_equals_uninterrupted_and_exports(tmp_path, waves, options: dict) -> None:
    whole = module(4, export_folder=str(tmp_path / "export"), **options)
    trainer(tmp_path, 2).fit(whole, loader(waves), loader(waves))
    half = module(4, **options)
    first = trainer(tmp_path, 1)
    first.fit(half, loader(waves))
    first.save_checkpoint(tmp_path / "half.ckpt")
    resumed = module(4, **options)
    trainer(tmp_path, 2).fit(resumed, loader(waves), ckpt_path=tmp_path / "half.ckpt")
    assert whole.batch_number == resumed.batch_number == 3
    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name]), name
    exported = IstftNet.from_pretrained(tmp_path / "export")
    assert torch.equal(exported.head.weight, whole.network.head.weight)
    started = module(4, checkpoint=str(tmp_path / "export"))
    again = module(4, checkpoint=str(tmp_path / "half.ckpt"))
    for name, weights in started.network.state_dict().items():
        assert torch.equal(weights, whole.network.state_dict()[name]), name
        assert torch.equal(again.network.state_dict()[name], half.network.state_dict()[name]), name


def test_the_run_ends_after_so_many_batches_however_many_optimisers_step(tmp_path, waves) -> None:
    net = module(3, adversarial_weight=1.0, adversary_from=1)
    run = trainer(tmp_path, 5)
    run.fit(net, loader(waves))
    assert net.batch_number == 2
    assert run.global_step == 3 + 2  # what Lightning's max_steps would count


def test_the_adversary_changes_nothing_before_its_batch_and_something_from_there(tmp_path, waves) -> None:
    def trained(batches: int, **options) -> VocoderTraining:
        net = module(4, **options)
        net.hparams.total_steps = batches  # ends sooner, on the learning rates of 4
        trainer(tmp_path, 2).fit(net, loader(waves))
        return net

    untouched = module(4, adversarial_weight=1.0).adversary.state_dict()
    for batches, same in ((2, True), (3, False)):
        plain, judged = trained(batches), trained(batches, adversarial_weight=1.0, adversary_from=2)
        weights, others = plain.network.state_dict(), judged.network.state_dict()
        assert all(torch.equal(weights[name], others[name]) for name in weights) == same
        kept = judged.adversary.state_dict()
        assert all(torch.equal(kept[name], untouched[name]) for name in kept) == same


def test_starting_from_weights_of_another_shape_is_refused(tmp_path, waves) -> None:
    IstftNet(width=16, hidden=24, blocks=2).save_pretrained(tmp_path / "other")
    with pytest.raises(RuntimeError, match="trunk"):
        start_from(module(4).network, str(tmp_path / "other"))


def test_the_packaged_configuration_trains_on_recordings_too(tmp_path, monkeypatch, waves) -> None:
    """At a tiny size, over the real command's parser, data and trainer: three batches, the adversary in the last two."""
    from ta_v2a.training.stages import run_stage

    monkeypatch.chdir(tmp_path)
    (tmp_path / "bank" / "wood").mkdir(parents=True)
    soundfile.write(tmp_path / "bank" / "wood" / "knock.wav", waves[0]["wave"].numpy(), 16_000)
    network = {"width": "8", "hidden": "8", "blocks": "1", "prior_iterations": "1"}
    model = {"total_steps": "3", "adversary_from": "1", **{f"network.init_args.{name}": value for name, value in network.items()}}
    data = {"bank": "bank", "duration_s": "0.512", "batch_size": "2", "clips_per_epoch": "4", "validation_clips": "2", "workers": "0"}
    options = [word for name, value in model.items() for word in (f"--model.init_args.{name}", value)]
    options += [word for name, value in data.items() for word in (f"--data.init_args.{name}", value)]
    options += ["--trainer.accelerator", "cpu", "--trainer.val_check_interval", "1", "--trainer.enable_progress_bar", "false"]
    report = run_stage("vocoder", ["mini"], options)
    assert report["steps"] == 3 + 2 and {"loss/validation", "loss/fooling", "loss/features"} <= set(report["metrics"])
    assert IstftNet.from_pretrained("runs/vocoder/vocoder")(torch.zeros(1, 128, 2)).shape == (1, 512)
